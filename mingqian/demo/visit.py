"""One inspection as its people hold it: notice, visit, result, review, order, publication, and a look back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mingqian.demo import findings
from mingqian.demo.county import EntityLine, lot
from mingqian.demo.people import clerk, reviewer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mingqian.demo.findings import Body
    from mingqian.demo.year import Stage

DAYS_TO_CORRECT = 15
RETURNED = "第一项问题没有写明时间和份数，请补充后重新提交"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One inspection: who goes where to look at what."""

    id: str
    task: str
    lead: str
    notified_by: str
    entity: EntityLine
    officers: tuple[str, ...]
    items: tuple[str, ...]


def hold(stage: Stage, visit: Visit, number: int) -> None:
    """Hold the inspection that is `number` in its task; the first one's result is returned once."""
    outcomes = findings.OUTCOMES[visit.task]
    result = findings.result(visit.entity, outcomes[number % len(outcomes)], visit.items)
    stage.desk.act(
        visit.notified_by,
        "inspection.notify",
        inspection=visit.id,
        notice_number=f"清双随通〔2024〕{visit.task[-3:]}-{number + 1}号（示例）",
    )
    _go_there(stage, visit, number)
    _settle(stage, visit, result, returned=number == 0)


def _go_there(stage: Stage, visit: Visit, number: int) -> None:
    """Two visits a day, one in the morning and one in the afternoon."""
    desk, clock = stage.desk, stage.clock
    if number % 2:
        clock.move_to(clock.today.isoformat(), "14:30")
    else:
        clock.next_working_day("09:00")
    for officer in visit.officers:
        clock.pass_time(seconds=20 + lot(f"{visit.id}/{officer}/in", 70))
        desk.act(officer, "inspection.check-in", inspection=visit.id)
    clock.pass_time(minutes=45 + lot(f"{visit.id}/minutes", 60))
    for officer in visit.officers:
        clock.pass_time(seconds=20 + lot(f"{visit.id}/{officer}/out", 70))
        desk.act(officer, "inspection.check-out", inspection=visit.id)


def _settle(stage: Stage, visit: Visit, result: Body, *, returned: bool) -> None:
    """Enter, confirm, review, order and publish; a returned result is entered and confirmed again."""
    desk, clock, lead = stage.desk, stage.clock, visit.lead
    read = _enter(stage, visit, result)
    if returned:
        desk.act(
            reviewer(lead),
            "inspection.review-result",
            inspection=visit.id,
            version=read,
            approve=False,
            remark=RETURNED,
        )
        clock.pass_time(minutes=10)
        read = _enter(stage, visit, findings.more_exact(result))
    desk.act(
        reviewer(lead),
        "inspection.review-result",
        inspection=visit.id,
        version=read,
        approve=True,
        remark="",
    )
    if result["category"] in findings.TO_CORRECT:
        due = clock.today + timedelta(days=DAYS_TO_CORRECT)
        desk.act(
            clerk(lead),
            "inspection.order-correction",
            inspection=visit.id,
            items=[],
            requirement=f"{findings.problem_of(result)}，限期改正并书面报告",
            due=due.isoformat(),
        )
    clock.pass_time(minutes=5)
    desk.act(clerk(lead), "inspection.publish-result", inspection=visit.id)


def _enter(stage: Stage, visit: Visit, result: Body) -> int:
    """Enter a result and have it confirmed; answers the version of the visit that a reviewer then reads."""
    first, second, *_ = visit.officers
    stage.clock.pass_time(minutes=25)
    (entered,) = stage.desk.act(first, "inspection.enter-result", inspection=visit.id, **result)
    stage.clock.pass_time(minutes=6)
    (confirmed,) = stage.desk.act(
        second, "inspection.confirm-result", inspection=visit.id, version=entered["version"]
    )
    stage.clock.pass_time(minutes=12)
    version: int = confirmed["version"]
    return version


def verify_corrections(stage: Stage, visits: Sequence[Visit]) -> None:
    """Some days later, a reviewer who was not there looks at every order again."""
    stage.clock.move_to((stage.clock.today + timedelta(days=10)).isoformat())
    ordered = [
        row
        for row in stage.desk.read_all(clerk(visits[0].lead), "/inspections", task=visits[0].task)
        if row["follow_ups"]
    ]
    for row in ordered:
        stage.clock.pass_time(minutes=40)
        stage.desk.act(
            reviewer(visits[0].lead),
            "inspection.verify-correction",
            inspection=row["id"],
            number=1,
            version=row["version"],
            corrected=True,
            evidence="现场复查并核对改正前后照片、账本复印件（示例）",
            files=[],
        )
