"""One inspection as its people hold it: notice, visit, each department's findings, result, review, publication."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqian.demo import findings, follow_up
from mingqian.demo.county import EntityLine, lot
from mingqian.demo.people import TEAM_OF, clerk, reviewer
from mingqian.demo.rules import CHECKLISTS, answers

if TYPE_CHECKING:
    from mingqian.demo.findings import Body
    from mingqian.demo.year import Stage

RETURNED = "第一项问题没有写明时间和份数，请补充后重新提交"
PLACE = (37_072_000, 115_667_000)  # micro-degrees; a made-up office street (示例)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One inspection: who goes where to look at what; `items` by department."""

    id: str
    task: str
    lead: str
    notified_by: str
    entity: EntityLine
    officers: tuple[str, ...]
    items: Mapping[str, tuple[str, ...]]

    def officer_of(self, department: str) -> str:
        """The officer whom a department sent."""
        return next(one for one in self.officers if TEAM_OF[one[:2]] == department)

    def colleague_of(self, officer: str) -> str:
        """Another officer who was there, of whichever department."""
        return next(one for one in self.officers if one != officer)


def hold(stage: Stage, visit: Visit, number: int) -> None:
    """Hold the inspection that is `number` in its task; the first one's result is returned once."""
    codes = tuple(code for own in visit.items.values() for code in own)
    result = findings.result(visit.entity, findings.category_of(visit.task, number), codes)
    _announce(stage, visit, number)
    _go_there(stage, visit, number, result)
    settle(stage, visit, result, returned=number == 0)


def _announce(stage: Stage, visit: Visit, number: int) -> None:
    """Two visits a day, one in the morning and one in the afternoon; the letter is written the same day."""
    clock = stage.clock
    if number % 2:
        clock.move_to(clock.today.isoformat(), "14:00")
    else:
        clock.next_working_day("08:30")
    letter = f"清双随通〔2024〕{visit.task[-3:]}-{number + 1}号（示例）"
    today = clock.today.isoformat()
    says = "今日到你单位实施部门联合随机抽查，请法定代表人或负责人到场（示例）"
    stage.desk.batch(
        visit.notified_by,
        (
            "inspection.write-notice",
            {
                "inspection": visit.id,
                "notice_number": letter,
                "dated": today,
                "visit_on": today,
                "says": says,
            },
        ),
        ("inspection.notify", {"inspection": visit.id, "notice_number": letter}),
    )


def _go_there(stage: Stage, visit: Visit, number: int, result: Body) -> None:
    desk, clock = stage.desk, stage.clock
    arrived = {}
    for officer in visit.officers:
        clock.pass_time(seconds=1200 + lot(f"{visit.id}/{officer}/in", 70))
        desk.act(officer, "inspection.check-in", inspection=visit.id)
        arrived[officer] = clock.now()
    first = visit.officers[0]
    desk.act(first, "inspection.record-position", **_position(visit))
    clock.pass_time(minutes=45 + lot(f"{visit.id}/minutes", 60))
    if (outcome := findings.OUTCOMES.get(result["category"])) is not None:
        _record_outcome(stage, visit, outcome, arrived[visit.officers[-1]], result)
    else:
        _look(stage, visit, number, result)
    for officer in visit.officers:
        clock.pass_time(seconds=20 + lot(f"{visit.id}/{officer}/out", 70))
        desk.act(officer, "inspection.check-out", inspection=visit.id)


def _position(visit: Visit) -> dict[str, Any]:
    latitude, longitude = PLACE
    return {
        "inspection": visit.id,
        "moment": "check-in",
        "latitude": latitude + lot(f"{visit.id}/latitude", 9000),
        "longitude": longitude + lot(f"{visit.id}/longitude", 9000),
        "accuracy": 8 + lot(f"{visit.id}/accuracy", 20),
    }


def _record_outcome(stage: Stage, visit: Visit, outcome: str, arrived: str, result: Body) -> None:
    """Nothing could be looked at: what was tried, with a photograph."""
    first = visit.officers[0]
    photograph = stage.desk.attach(first, visit.id, picture(visit.id), "门前照片（示例）")
    stage.desk.act(
        first,
        "inspection.record-outcome",
        inspection=visit.id,
        outcome=outcome,
        attempts=[
            {"at": arrived, "how": "on-site"},
            {"at": stage.clock.now(), "how": "telephone"},
        ],
        evidence=[photograph],
        account=f"{result['items'][0]['finding']}（示例）",
    )


def _look(stage: Stage, visit: Visit, number: int, result: Body) -> None:
    """Checklists, a photograph of each problem, and what the party says."""
    of = {item["item"]: item for item in result["items"]}
    for department, codes in visit.items.items():
        officer = visit.officer_of(department)
        answered = [
            (
                "inspection.answer-checklist",
                {
                    "inspection": visit.id,
                    "item": code,
                    "version": 1,
                    "answers": answers(of[code]),
                },
            )
            for code in codes
            if code in CHECKLISTS and of[code]["checked"]
        ]
        if answered:
            stage.desk.batch(officer, *answered)
    first = visit.officers[0]
    if any(item["disposal"] != "none" for item in result["items"]):
        stage.desk.attach(first, visit.id, picture(visit.id), "问题照片（示例）")
    answer = "objected" if number == 0 else "acknowledged"
    statement = "问题属实，但已着手整改，请予考虑（示例）" if number == 0 else ""
    stage.desk.act(
        first, "inspection.acknowledge", inspection=visit.id, answer=answer, statement=statement
    )


def settle(stage: Stage, visit: Visit, result: Body, *, returned: bool) -> None:
    """Enter, confirm, review, order and publish; a returned result is entered and confirmed again."""
    read = enter(stage, visit, result)
    if returned:
        _review(stage, visit, read, approve=False, remark=RETURNED)
        stage.clock.pass_time(minutes=10)
        result = findings.more_exact(result)
        read = enter(stage, visit, result)
    _review(stage, visit, read, approve=True, remark="")
    if result["category"] in findings.TO_CORRECT:
        follow_up.order(stage, visit.lead, visit.id, findings.problem_of(result))
    publish(stage, visit)


def publish(stage: Stage, visit: Visit) -> None:
    """Make an approved result public."""
    stage.clock.pass_time(minutes=5)
    stage.desk.act(clerk(visit.lead), "inspection.publish-result", inspection=visit.id)


def _review(stage: Stage, visit: Visit, version: int, *, approve: bool, remark: str) -> None:
    """Nobody decides on what they have not opened."""
    who = reviewer(visit.lead)
    stage.clock.pass_time(minutes=12)
    stage.desk.read(who, f"/inspections/{visit.id}")
    stage.clock.pass_time(minutes=7)
    stage.desk.act(
        who,
        "inspection.review-result",
        inspection=visit.id,
        version=version,
        approve=approve,
        remark=remark,
    )


def enter(stage: Stage, visit: Visit, result: Body) -> int:
    """Let each department enter its part, and one of them the whole; answers the version that a reviewer then reads."""
    desk, clock = stage.desk, stage.clock
    clock.pass_time(minutes=15)
    if result["category"] not in findings.OUTCOMES:
        _enter_findings(stage, visit, result)
    first, second, *_ = visit.officers
    clock.pass_time(minutes=5)
    (entered,) = desk.act(first, "inspection.enter-result", inspection=visit.id, **result)
    clock.pass_time(minutes=6)
    (confirmed,) = desk.act(
        second, "inspection.confirm-result", inspection=visit.id, version=entered["version"]
    )
    version: int = confirmed["version"]
    return version


def _enter_findings(stage: Stage, visit: Visit, result: Body) -> None:
    for department, codes in visit.items.items():
        officer = visit.officer_of(department)
        own = [item for item in result["items"] if item["item"] in codes]
        (entered,) = stage.desk.act(
            officer, "inspection.enter-findings", inspection=visit.id, items=own
        )
        stage.desk.act(
            visit.colleague_of(officer),
            "inspection.confirm-findings",
            inspection=visit.id,
            department=department,
            version=entered["version"],
        )


def correct(stage: Stage, visit: Visit) -> None:
    """更正: a published result is entered again by its officers, reviewed and published; the earlier one stays beside it."""
    desk, clock, lead = stage.desk, stage.clock, visit.lead
    clock.next_working_day()
    published = desk.read(clerk(lead), f"/inspections/{visit.id}")
    reason = "公示的问题份数有误，经核对检查记录更正（示例）"
    desk.act(
        clerk("market"),
        "inspection.request-amendment",
        inspection=visit.id,
        reason=reason,
        withhold=False,
    )
    clock.next_working_day()
    result = {"category": published["category"], "items": published["items"]}
    read = enter(stage, visit, findings.more_exact(result))
    _review(stage, visit, read, approve=True, remark="")
    publish(stage, visit)


def picture(name: str) -> bytes:
    """A made-up photograph: a small PNG of one grey, another one for each name (PNG, ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([lot(f"{name}/{row}", 256)] * 8) for row in range(8))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
