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
    _enter(stage, visit, result)
    if returned:
        desk.act(
            reviewer(lead),
            "inspection.review-result",
            inspection=visit.id,
            version=_opened(stage, visit),
            approve=False,
            remark=RETURNED,
        )
        clock.pass_time(minutes=10)
        _enter(stage, visit, findings.more_exact(result))
    desk.act(
        reviewer(lead),
        "inspection.review-result",
        inspection=visit.id,
        version=_opened(stage, visit),
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


def _opened(stage: Stage, visit: Visit) -> int:
    """The reviewer opens the result, which is on record, and takes a while over it; answers the version that they read."""
    shown = stage.desk.read(reviewer(visit.lead), f"/inspections/{visit.id}")
    stage.clock.pass_time(minutes=4)
    version: int = shown["version"]
    return version


def _enter(stage: Stage, visit: Visit, result: Body) -> None:
    """Each department enters what it found, or two officers what they tried; then the whole is entered and confirmed."""
    desk, clock = stage.desk, stage.clock
    first, second, *_ = visit.officers
    clock.pass_time(minutes=25)
    shown = desk.read(first, f"/inspections/{visit.id}")
    if any(item["checked"] for item in result["items"]):
        _find(stage, visit, shown, result)
    else:
        _try_in_vain(stage, visit, shown)
    (entered,) = desk.act(first, "inspection.enter-result", inspection=visit.id, **result)
    clock.pass_time(minutes=6)
    desk.act(second, "inspection.confirm-result", inspection=visit.id, version=entered["version"])
    clock.pass_time(minutes=12)


def _find(stage: Stage, visit: Visit, shown: Body, result: Body) -> None:
    """A colleague of the same department confirms, or else somebody of another one."""
    department_of = {one["id"]: one["department"] for one in shown["team"]}
    for own in shown["assigned"]["items"]:
        there = [who for who in visit.officers if department_of[who] == own["department"]]
        others = there[1:] or [who for who in visit.officers if who != there[0]]
        items = [item for item in result["items"] if item["item"] in own["items"]]
        (entered,) = stage.desk.act(
            there[0], "inspection.enter-findings", inspection=visit.id, items=items
        )
        stage.desk.act(
            others[0],
            "inspection.confirm-findings",
            inspection=visit.id,
            department=own["department"],
            version=entered["version"],
        )


def _try_in_vain(stage: Stage, visit: Visit, shown: Body) -> None:
    """A closed door: a photograph, and when they came and called."""
    officer, spell = visit.officers[0], shown["spells"][0]
    photo = findings.photo_of(visit.id)
    taken = stage.desk.attach(officer, visit.id, photo, caption="大门紧闭（示例）")
    stage.desk.act(
        officer,
        "inspection.record-outcome",
        inspection=visit.id,
        outcome="closed-door",
        attempts=[
            {"at": spell["arrived_at"], "how": "on-site"},
            {"at": spell["left_at"], "how": "telephone"},
        ],
        evidence=[taken["sha256"]],
        account="敲门无人应答，按登记的电话联系不上（示例）",
    )


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
