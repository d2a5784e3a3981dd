"""What becomes of the problems: orders, a date that is moved, one that is missed, another office that is told, and a correction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mingqian.demo.people import APPROVER, clerk, reviewer

if TYPE_CHECKING:
    from mingqian.demo.year import Stage

Body = dict[str, Any]
DAYS_TO_CORRECT = 30
VERIFIED = "现场复查并核对改正前后照片、账本复印件（示例）"
LATE_TASK = "联2024015"  # the task in which one order is moved and the next one is missed


def order(stage: Stage, lead: str, inspection: str, problem: str) -> None:
    """责令改正: what is to be put right, within a month."""
    due = stage.clock.today + timedelta(days=DAYS_TO_CORRECT)
    stage.desk.act(
        clerk(lead),
        "inspection.order-correction",
        inspection=inspection,
        items=[],
        requirement=f"{problem}，限期改正并书面报告",
        due=due.isoformat(),
    )


def follow(stage: Stage, lead: str, task: str) -> None:
    """Follow every order of a task up to its closing.

    In one task the first order is given more time, and the second is met after its day only, so that the program tells the
    discipline office of it; the third problem is another office's matter, too, which is told and answers.
    """
    desk, clock = stage.desk, stage.clock
    rows = desk.read_all(clerk(lead), "/inspections", task=task)
    ordered = sorted((row for row in rows if row["follow_ups"]), key=_due)
    if task == LATE_TASK:
        moved, late, shared = ordered
        _notify_other_body(stage, lead, shared["id"])
        _give_more_time(stage, lead, moved)
        clock.move_to((clock.today + timedelta(days=1)).isoformat())
        for row in (moved, shared):
            _verify_and_close(stage, lead, row["id"])
        overdue = max(_due(late), clock.today.isoformat())
        clock.move_to(overdue)
        for _ in range(4):  # past the day, and past a day off that it may fall on
            clock.next_working_day()
        stage.tell_overdue()
        _verify_and_close(stage, lead, late["id"])
        return
    clock.move_to((clock.today + timedelta(days=10)).isoformat())
    for row in ordered:
        _verify_and_close(stage, lead, row["id"])


def _due(row: Body) -> str:
    due: str = row["follow_ups"][0]["due"]
    return due


def _give_more_time(stage: Stage, lead: str, row: Body) -> None:
    due = stage.clock.today + timedelta(days=45)
    asked = {"inspection": row["id"], "number": 1}
    (requested,) = stage.desk.act(
        clerk(lead),
        "inspection.request-extension",
        **asked,
        due=due.isoformat(),
        reason="所需设备已订货，月底到货（示例）",
    )
    stage.clock.pass_time(minutes=50)
    stage.desk.act(APPROVER, "inspection.approve-extension", **asked, version=requested["version"])


def _notify_other_body(stage: Stage, lead: str, inspection: str) -> None:
    """抄告: the labour bureau is told, and confirms that it was."""
    desk, clock, today = stage.desk, stage.clock, stage.clock.today.isoformat()
    desk.act(
        clerk(lead),
        "inspection.hand-over",
        inspection=inspection,
        kind="notification",
        items=[],
        matter="教职工津贴发放情况（示例）",
        body="清河县人力资源和社会保障局（示例）",
        document_number="清教抄〔2024〕1号（示例）",
        on=today,
    )
    clock.next_working_day()
    number = 2  # after the order
    desk.act(
        clerk(lead),
        "inspection.record-receipt",
        inspection=inspection,
        number=number,
        on=clock.today.isoformat(),
        reference="清人社收〔2024〕31号（示例）",
    )
    _close(stage, lead, inspection, number, "received", "回执（示例）")


def _verify_and_close(stage: Stage, lead: str, inspection: str) -> None:
    """A reviewer who was not there looks again; the clerk closes."""
    stage.clock.pass_time(minutes=40)
    version = stage.desk.read(reviewer(lead), f"/inspections/{inspection}")["version"]
    stage.desk.act(
        reviewer(lead),
        "inspection.verify-correction",
        inspection=inspection,
        number=1,
        version=version,
        corrected=True,
        evidence=VERIFIED,
        files=[],
    )
    stage.clock.pass_time(minutes=20)
    _close(stage, lead, inspection, 1, "corrected", VERIFIED)


def _close(  # noqa: PLR0913, PLR0917 - what a closing says
    stage: Stage, lead: str, inspection: str, number: int, outcome: str, evidence: str
) -> None:
    stage.desk.act(
        clerk(lead),
        "inspection.close-follow-up",
        inspection=inspection,
        number=number,
        outcome=outcome,
        evidence=evidence,
        files=[],
    )
