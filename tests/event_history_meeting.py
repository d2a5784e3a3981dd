"""A chapter of tests/event_history.py: two tasks of one plan meet at an entity, and go in at one door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain import appointment_state as appointment
from domain.inspection_state import Inspection
from domain.other_checks import RecordOtherCheck
from domain.plan import AmendPlan, CollatePlan, Plan, PublishPlan, ReviewPlan
from domain.plan_answers import AnswerWarning
from domain.schemes import (
    Contact,
    DraftScheme,
    Duty,
    PublishScheme,
    ReviewScheme,
    Scheme,
    SchemeStep,
)
from domain.task import OpenTask
from tests import story

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow
    from tests.chronicle import Chronicle

TYPES = frozenset(
    {
        "scheme.drafted.v1",
        "scheme.reviewed.v1",
        "scheme.published.v1",
        "appointment.proposed.v1",
        "appointment.agreed.v1",
        "appointment.declined.v1",
        "appointment.dissolved.v1",
        "other_check.recorded.v1",
    }
)
CLERK, BUREAU = ("clerk-edu", "clerk"), ("clerk-market", "clerk")


def tell(told: Chronicle) -> None:
    """How one is carried out is public, their draws meet at an entity, and a complaint about it is looked into."""
    year = int(told.now[:4])
    common: dict[str, Any] = {
        "window_from": f"{year}-06-01",
        "window_to": f"{year}-12-31",
        "ratio": (1, 1),
        "stratify": (),
        "ratios": (),
        "visit_cap": 3,
    }
    one = story.plan_row(number=f"联{year}001", **common)
    two = story.plan_row(number=f"联{year}002", lead="market", joint=("edu", "labour"), **common)
    _amend(told, year, (one, two))
    _publish_scheme(told, one)
    for row in (one, two):
        opened = OpenTask(plan_number=row.number, plan_year=year, scheme="示例实施方案")
        told.act(f"clerk-{row.lead}", "clerk", opened)
        story.confirm_task(told, row)
        story.reveal_draw(told, story.commit_draw(told, "entities", task=row.number))
        story.reveal_draw(told, story.commit_draw(told, "officers", task=row.number))
    _appoint(told, one.number, two.number)


def _amend(told: Chronicle, year: int, rows: tuple[PlanRow, ...]) -> None:
    """Each warning is answered, and the bureau collates."""
    plan = told.history.get(Plan, str(year))
    assert plan is not None
    amend = AmendPlan(year=year, rows=(*plan.published, *rows), reason="示例：增加两项")
    told.act(*CLERK, amend)
    plan = told.history.get(Plan, str(year))
    assert plan is not None
    version = plan.drafted_version
    for warning in plan.unanswered:
        answer = AnswerWarning(year=year, version=version, warning=warning, reason="示例：属实")
        told.act(*CLERK, answer)
    review = ReviewPlan(year=year, version=version, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    told.act(*BUREAU, CollatePlan(year=year))
    told.act(*CLERK, PublishPlan(year=year))


def _publish_scheme(told: Chronicle, row: PlanRow) -> None:
    scheme = DraftScheme(
        plan_number=row.number,
        title="示例方案",
        document_number="示例〔〕2号",
        scheme=Scheme(
            goals=("示例：规范办学",),
            organisation=tuple(Duty(department=each, duty="示例分工") for each in row.departments),
            steps=(
                SchemeStep(name="实施", first=row.window_from, last=row.window_to, work="示例"),
            ),
            requirements=("示例：两人以上",),
            contacts=(Contact(department="edu", post="示例岗"),),
        ),
    )
    told.act(*CLERK, scheme)
    approve = ReviewScheme(plan_number=row.number, version=1, approve=True, remark="")
    told.act("reviewer1", "reviewer", approve)
    told.act(*CLERK, PublishScheme(plan_number=row.number))


def _appoint(told: Chronicle, one: str, two: str) -> None:
    visit = next(each for each in told.history.all(Inspection) if each.task == one)
    pair: dict[str, Any] = {"entity": visit.entity, "task": one, "other": two}
    propose = appointment.ProposeAppointment(**pair, on=f"{told.now[:4]}-12-10")
    told.act(*CLERK, propose)
    told.act(*BUREAU, appointment.DeclineAppointment(**pair, reason="示例：人员不便"))
    told.act(*CLERK, propose)
    told.act(*BUREAU, appointment.AgreeAppointment(**pair))
    told.act(*BUREAU, appointment.DissolveAppointment(**pair, reason="示例：当日停电"))
    check = RecordOtherCheck(
        id="check-1",
        department="edu",
        entity=visit.entity,
        kind="complaint",
        on=told.now[:10],
        reference="示例投诉〔〕1号",
    )
    told.act(*CLERK, check)
