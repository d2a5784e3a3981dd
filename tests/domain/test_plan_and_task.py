"""The annual plan and the tasks that it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.draw_state import Draw
from domain.eligibility import LeftOut
from domain.errors import DomainError
from domain.inspection_state import Inspection
from domain.personnel_commands import RecordTraining
from domain.plan import (
    AmendPlan,
    CollatePlan,
    DraftPlan,
    Plan,
    PlanDrafted,
    PublishPlan,
    ReviewPlan,
)
from domain.plan_checks import PlanWarning
from domain.plan_rows import DepartmentItems, StratumRatio
from domain.registry_commands import ConfirmChange, Suspend
from domain.task import CompleteTask, ConfirmTask, OpenTask, Task
from tests.story import (
    add_officer,
    commit_draw,
    confirm_last,
    opened,
    plan_row,
    publish,
    review_plan,
    scope,
    terms,
    with_inspections,
    with_plan,
    with_registries,
    with_task,
)

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow


def draft(*rows: PlanRow, year: int = 2024) -> DraftPlan:
    """A draft of these rows."""
    return DraftPlan(year=year, title="年度计划", document_number="", issuer="edu", rows=rows)


def test_a_joint_department_without_an_item_is_a_warning_not_a_refusal() -> None:
    """The real plan names 人社局 so: a person must look at it and the department answers."""
    (event,) = with_registries().act("clerk-edu", "clerk", draft(plan_row()))
    assert isinstance(event, PlanDrafted)
    warning = PlanWarning(code="department-without-item", row="联2024026", about="labour")
    assert event.warnings == (warning,)


def test_a_window_outside_the_year_and_an_unpublished_item_are_warnings() -> None:
    """Both can still be put right before publication."""
    story = with_registries()
    row = plan_row(window_from="2024-12-01", window_to="2025-01-31")
    (event,) = story.act("clerk-edu", "clerk", draft(row))
    assert isinstance(event, PlanDrafted)
    assert [one.code for one in event.warnings] == [
        "department-without-item",
        "window-outside-year",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "联-1"}, "id-invalid"),
        ({"number": "联" * 33}, "id-invalid"),
        ({"number": "²联"}, "id-invalid"),
        (
            {"items": (DepartmentItems(department="edu", items=("I-EDU", "I-EDU")),)},
            "duplicate-id",
        ),
        ({"name": " "}, "field-missing"),
        ({"ratio": (6, 5)}, "ratio-invalid"),
        ({"ratio": (1, 0)}, "ratio-invalid"),
        ({"ratios": (StratumRatio(kind=None, credit_class="A", ratio=(-1, 5)),)}, "ratio-invalid"),
        (
            {"ratios": (StratumRatio(kind=None, credit_class="A", ratio=(1, 5)),) * 2},
            "duplicate-id",
        ),
        ({"visit_cap": 0}, "plan-invalid"),
        ({"entities_draw": terms(witnesses=0)}, "plan-invalid"),
        ({"officers_draw": terms(witnesses=-1, beacons=("default",))}, "plan-invalid"),
        ({"officers_draw": terms(lotteries=("",))}, "field-missing"),
        ({"officers_draw": terms(lotteries=("示例彩票", "示例彩票"))}, "duplicate-id"),
        ({"officers_draw": terms(beacons=("default", "default"))}, "duplicate-id"),
        ({"officers_draw": terms(margin_minutes=0)}, "plan-invalid"),
        ({"entities_draw": terms(disclosure="with-inspection")}, "plan-invalid"),
        ({"stratify": ("credit_class", "credit_class")}, "duplicate-id"),
        (
            {"stratify": (), "ratios": (StratumRatio(kind=None, credit_class="A", ratio=(1, 5)),)},
            "plan-invalid",
        ),
        ({"stratify": ("kind",), "ratios": (), "scope": scope(kinds=())}, "plan-invalid"),
        (
            {
                "stratify": ("kind",),
                "ratios": (StratumRatio(kind="小学", credit_class=None, ratio=(1, 5)),),
            },
            "plan-invalid",
        ),
        ({"min_per_stratum": -1}, "plan-invalid"),
        ({"window_to": "2024-05-31"}, "date-invalid"),
        ({"window_to": "2024-6-31"}, "date-invalid"),
        ({"joint": ("market", "market")}, "duplicate-id"),
        ({"joint": ("market", "nowhere")}, "unknown-department"),
        ({"joint": ()}, "plan-invalid"),
        ({"items": ()}, "plan-invalid"),
        ({"items": (DepartmentItems(department="edu", items=("NONE",)),)}, "unknown-item"),
        ({"scope": scope(text="")}, "field-missing"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(changes: dict[str, object], code: str) -> None:
    """Each mistake has its code and names the row."""
    with pytest.raises(DomainError, match=code):
        with_registries().decide("clerk-edu", "clerk", draft(plan_row(**changes)))


def test_a_plan_needs_rows_a_known_issuer_and_no_number_twice() -> None:
    """An empty plan is none."""
    story = with_registries()
    issuer = DraftPlan(year=2024, title="x", document_number="", issuer="no", rows=(plan_row(),))
    for command, code in (
        (draft(), "plan-invalid"),
        (draft(plan_row(), year=-5), "plan-invalid"),
        (draft(plan_row(), plan_row()), "duplicate-id"),
        (issuer, "unknown-department"),
        (ReviewPlan(year=2024, version=1, approve=True, remark=""), "unknown-plan"),
    ):
        role = "reviewer" if isinstance(command, ReviewPlan) else "clerk"
        who = "reviewer1" if role == "reviewer" else "clerk-edu"
        with pytest.raises(DomainError, match=code):
            story.decide(who, role, command)


def test_a_plan_goes_through_review_and_collation_to_publication() -> None:
    """Every stage is somebody else's, and none can be skipped."""
    story = with_registries()
    story.act("clerk-edu", "clerk", draft(plan_row()))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", PublishPlan(year=2024))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(
            "reviewer1", "reviewer", ReviewPlan(year=2024, version=1, approve=False, remark="")
        )
    story.act("reviewer1", "reviewer", review_plan(story, approve=False))
    story.act("clerk-edu", "clerk", draft(plan_row()))
    story.act("reviewer1", "reviewer", review_plan(story))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", PublishPlan(year=2024))
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-edu", "clerk", CollatePlan(year=2024))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert (plan.status, plan.revision) == ("published", 1)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", draft(plan_row()))


def test_a_plan_with_an_unpublished_item_cannot_be_published() -> None:
    """An item that is not public is not inspected."""
    story = with_registries()
    row = plan_row(items=(DepartmentItems(department="market", items=("I-EDU",)),))
    story.act("clerk-edu", "clerk", draft(row))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    with pytest.raises(DomainError, match="item-not-published"):
        story.decide("clerk-edu", "clerk", PublishPlan(year=2024))


def test_an_amendment_holds_only_once_published_and_drops_no_row() -> None:
    """What the public has read cannot vanish."""
    story = with_plan()
    more = plan_row(ratio=(20, 100))
    for rows, code in (((), "plan-row-dropped"), ((plan_row(number="联9"),), "plan-row-dropped")):
        with pytest.raises(DomainError, match=code):
            story.decide("clerk-edu", "clerk", AmendPlan(year=2024, rows=rows, reason="调整"))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("clerk-edu", "clerk", AmendPlan(year=2024, rows=(more,), reason=""))
    story.act("clerk-edu", "clerk", AmendPlan(year=2024, rows=(more,), reason="上级要求"))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert plan.row("联2024026") == plan_row()
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert (plan.row("联2024026"), plan.revision) == (more, 2)


def test_a_draft_that_was_never_published_is_not_amended() -> None:
    """It is simply drafted anew."""
    story = with_registries()
    story.act("clerk-edu", "clerk", draft(plan_row()))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", AmendPlan(year=2024, rows=(plan_row(),), reason="改"))


def test_only_the_lead_opens_a_row_of_the_published_plan_and_once() -> None:
    """A campaign outside the plan does not exist."""
    story = with_plan()
    opening = OpenTask(plan_number="联2024026", plan_year=2024, scheme="方案")
    for who, command, code in (
        ("clerk-edu", OpenTask(plan_number="联1", plan_year=2024, scheme="方案"), "not-in-plan"),
        (
            "clerk-edu",
            OpenTask(plan_number="联2024026", plan_year=2023, scheme="方案"),
            "not-in-plan",
        ),
        ("clerk-market", opening, "other-department"),
        (
            "clerk-edu",
            OpenTask(plan_number="联2024026", plan_year=2024, scheme=" "),
            "field-missing",
        ),
        ("clerk-edu", CompleteTask(plan_number="联2024026"), "unknown-task"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(who, "clerk", command)
    story.act("clerk-edu", "clerk", opening)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", opening)


def confirmation(**changes: object) -> ConfirmTask:
    """The education bureau's confirmation."""
    fields: dict[str, object] = {
        "plan_number": "联2024026",
        "department": "edu",
        "items": ("I-EDU",),
        "officers": ("E1", "E2"),
        "statement": "",
    }
    return ConfirmTask(**{**fields, **changes})  # type: ignore[arg-type]  # fields of the command


def test_every_hard_refusal_about_an_officer_comes_before_any_draw() -> None:
    """Expired, untrained, suspended and foreign officers cannot be named."""
    story = with_plan(plan_row(training="业务培训"))
    story.now = "2024-06-03T01:00:00.000Z"
    story.act(
        "clerk-edu", "clerk", OpenTask(plan_number="联2024026", plan_year=2024, scheme="方案")
    )
    for id_ in ("E1", "E2"):
        training = RecordTraining(id=id_, course="业务培训", on="2024-05-20")
        story.act("registrar1", "registrar", training)
        confirm_last(story, "officer", id_)
    add_officer(story, "E8", "edu", expires="2024-08-30")
    for changes, code in (
        ({"department": "culture"}, "other-department"),
        ({"department": "market"}, "other-department"),
        ({"items": ()}, "items-differ-from-plan"),
        ({"officers": ()}, "officer-missing"),
        ({"officers": ("E9",)}, "officer-not-active"),
        ({"officers": ("M1",)}, "other-department"),
        ({"officers": ("E8",)}, "certificate-expired"),
        ({"officers": ("E3",)}, "officer-untrained"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide("clerk-edu", "clerk", confirmation(**changes))
    story.act("clerk-edu", "clerk", confirmation())
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", confirmation())


def test_a_department_without_an_item_says_that_it_takes_part() -> None:
    """Silence is no confirmation."""
    story = with_plan()
    story.act(
        "clerk-edu", "clerk", OpenTask(plan_number="联2024026", plan_year=2024, scheme="方案")
    )
    silent = confirmation(department="labour", items=(), officers=())
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("clerk-labour", "clerk", silent)


def test_a_task_is_complete_when_every_result_is_published() -> None:
    """Not before, and only once."""
    story = with_inspections()
    complete = CompleteTask(plan_number="联2024026")
    with pytest.raises(DomainError, match="inspections-open"):
        story.decide("clerk-edu", "clerk", complete)
    for inspection in story.history.all(Inspection):
        publish(story, inspection.id, inspection.officers)
    story.act("clerk-edu", "clerk", complete)
    task = story.history.get(Task, "联2024026")
    assert task is not None
    assert task.completed
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", complete)


def test_officers_who_leave_before_the_commitment_are_not_on_the_roster() -> None:
    """Who was named and then suspended cannot be drawn."""
    story = with_task()
    story.act("registrar1", "registrar", Suspend(registry="officer", id="E1", reason="休假"))
    version = story.history.version("officer/E1")
    confirm = ConfirmChange(registry="officer", id="E1", version=version)
    story.act("registrar2", "registrar", confirm)
    draw = story.history.get(Draw, commit_draw(story, "entities"))
    assert draw is not None
    assert draw.roster is not None
    assert "E1" not in [one.id for one in draw.roster.candidates]
    assert len(draw.roster.candidates) == 11
    assert draw.roster.left_out == (LeftOut(id="E1", department="edu", reason="suspended"),)


def test_an_empty_history_knows_nobody() -> None:
    """Reading what was never recorded answers None, not an error."""
    assert opened().history.get(Plan, "2024") is None


def test_a_review_is_of_the_draft_that_was_read() -> None:
    """A draft that somebody replaced meanwhile is not approved blind."""
    story = with_registries()
    story.act("clerk-edu", "clerk", draft(plan_row()))
    read = review_plan(story)
    story.act("clerk-edu", "clerk", draft(plan_row(ratio=(0, 1))))
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("reviewer1", "reviewer", read)


def test_a_plan_is_its_issuers_business() -> None:
    """Other departments collate, and no more."""
    story = with_plan()
    amend = AmendPlan(year=2024, rows=(plan_row(ratio=(0, 1)),), reason="调整")
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", amend)
    with pytest.raises(DomainError, match="other-department"):
        with_registries().decide("clerk-labour", "clerk", draft(plan_row()))
    with pytest.raises(DomainError, match="other-department"):
        with_task().decide("clerk-labour", "clerk", CompleteTask(plan_number="联2024026"))


def test_a_plan_number_names_one_task_for_ever() -> None:
    """The next year takes new numbers."""
    story = with_plan()
    with pytest.raises(DomainError, match="duplicate-id"):
        story.decide("clerk-edu", "clerk", draft(plan_row(), year=2025))
