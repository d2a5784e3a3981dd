"""The discipline office is told of whatever leaves the ordinary course, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.words import NOTICE_NAMES
from domain.clock import NoteJump
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    DeclineVoid,
    EnterLottery,
    LotteryIssue,
    PrepareDraw,
    RequestVoid,
    RevealSource,
    Seat,
)
from domain.inspection_commands import ApproveClosing, RequestClosing
from domain.inspection_state import Inspection
from domain.lottery.entropy import witness_commit
from domain.personnel_commands import DeclareRecusal, RecordLeave, RecordRelation
from domain.registry_commands import ChangeEntity, ExemptEntity, Suspend
from domain.replacement_commands import (
    ApproveReplacement,
    Declare,
    DeclineReplacement,
    RequestReplacement,
)
from domain.vrf_keys import RevokeVrfKey
from projections.tables.timeline import NOTICED
from tests import story
from tests.projections.recording import record
from tests.serving import serving
from tests.story import NOW, details_of, entity_id, nonce_of, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Service
    from tests.story import Story

TASK = "联2024026"
FIRST, SECOND = f"{TASK}.entities.1", f"{TASK}.entities.2"
TICKET = "示例福利彩票"
ISSUE = LotteryIssue(
    name=TICKET, issue="2024075", opens_at="2024-06-03T12:00:00.000Z", groups=(6, 1)
)
ROW = plan_row(
    entities_draw=terms(lotteries=(TICKET,), witnesses=1, disclosure="with-inspection"),
    officers_draw=terms(disclosure="with-inspection"),
)


def _commit(told: Story, draw_id: str, issue: LotteryIssue) -> None:
    prepare = PrepareDraw(
        draw_id=draw_id, task=TASK, stage="entities", witnesses=("witness1",), lotteries=(issue,)
    )
    told.act("operator", "draw_operator", prepare)
    commit = witness_commit(nonce_of(draw_id, "witness1")).hex()
    told.act("witness1", "witness", BringCommitment(draw_id=draw_id, commit=commit))
    told.act("operator", "draw_operator", CommitDraw(draw_id=draw_id))
    told.cover(draw_id)


def _enter(told: Story, who: str, role: str, last: int) -> None:
    numbers = ((3, 9, 17, 21, 30, 33), (last,))
    command = EnterLottery(draw_id=SECOND, name=TICKET, issue="2024076", numbers=numbers)
    told.act(who, role, command)


def eventful() -> Story:
    """Everything that is noticed, and beside each thing one of its kind that is not."""
    told = story.with_task(ROW)
    one, two, three = (entity_id(n) for n in (1, 2, 3))
    moved = details_of(1, credit_class="D")
    renamed = replace(details_of(2), name="示例新名")
    for command in (
        ChangeEntity(id=one, details=moved, reason="示例：升为高风险", personal={}),
        ChangeEntity(id=two, details=renamed, reason="示例：更名", personal={}),
        ExemptEntity(
            id=three, decision="示例〔2024〕8号", valid_from="2024-01-01", valid_to="2024-12-31"
        ),
        Suspend(registry="entity", id=entity_id(4), reason="示例：停办"),
        Suspend(registry="officer", id="M6", reason="示例：离岗"),
        RecordLeave(id="M5", first="2024-06-01", last="2024-06-05", reason="示例：病假"),
        RecordRelation(
            registry="officer", id="M4", entity=one, relation="worked-there", detail="示例"
        ),
    ):
        told.act("registrar1", "registrar", command)
    told.act("E1", "officer", DeclareRecusal(id="E1", entity=two, reason="示例"))
    _commit(told, FIRST, ISSUE)
    told.act("operator", "draw_operator", RequestVoid(draw_id=FIRST, reason="示例：有误"))
    told.act("approver1", "approver", DeclineVoid(draw_id=FIRST, reason="示例：无误", version=NOW))
    told.act("operator", "draw_operator", RequestVoid(draw_id=FIRST, reason="示例：仍有误"))
    told.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    _commit(told, SECOND, replace(ISSUE, issue="2024076"))
    told.now = "2024-06-03T12:30:00.000Z"
    for who, role, last in (("operator", "draw_operator", 5), ("clerk-edu", "clerk", 6)):
        _enter(told, who, role, last)
    told.act(
        "admin", "administrator", RevokeVrfKey(public_key=story.VRF_PUBLIC.hex(), reason="示例：轮换")
    )  # fmt: skip
    told.act("system", "system", NoteJump(jump_ms=-86_400_000))
    return told


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[Service]:
    """The story, recorded."""
    told = eventful()
    with serving(database, tmp_path) as running:
        record(running.parts.ledger, told)
        running.clock.write_text(told.now, encoding="utf-8")
        yield running


def test_the_discipline_office_is_told_newest_first_page_by_page(service: Service) -> None:
    """What, when, by whom and on which stream, with the event itself; renamings are no matter."""
    told: list[dict[str, Any]] = []
    before: dict[str, int] = {}
    while True:
        page = service.get("/notices", "discipline1", limit=3, **before).json()
        told += page["entries"]
        if page["next_before"] is None:
            break
        before = {"before": page["next_before"]}
    assert [(one["type"], one["stream"], one["actor"]) for one in told[::-1]] == [
        ("entity.changed.v1", f"entity/{entity_id(1)}", "registrar1"),
        ("entity.exempted.v1", f"entity/{entity_id(3)}", "registrar1"),
        ("registry.suspended.v1", f"entity/{entity_id(4)}", "registrar1"),
        ("registry.suspended.v1", "officer/M6", "registrar1"),
        ("officer.leave_recorded.v1", "officer/M5", "registrar1"),
        ("registry.relation_recorded.v1", "officer/M4", "registrar1"),
        ("officer.recusal_declared.v1", "officer/E1", "E1"),
        ("draw.void_requested.v1", f"draw/{FIRST}", "operator"),
        ("draw.void_declined.v1", f"draw/{FIRST}", "approver1"),
        ("draw.void_requested.v1", f"draw/{FIRST}", "operator"),
        ("draw.voided.v1", f"draw/{FIRST}", "approver1"),
        ("draw.lottery_entered.v1", f"draw/{SECOND}", "clerk-edu"),
        ("vrf_key.revoked.v1", f"vrf-key/{story.VRF_PUBLIC.hex()}", "admin"),
        ("clock.jumped.v1", "clock", "system"),
    ]
    voided = told[3]
    assert (voided["what"], voided["data"]["reason"]) == (
        "抽取已作废 / a draw was voided",
        "示例：仍有误",
    )
    assert told[0]["recorded_at"] == "2024-06-03T12:30:00.000Z"
    assert [one["leaf"] for one in told] == sorted((one["leaf"] for one in told), reverse=True)


def test_a_look_is_a_notice_at_once(service: Service) -> None:
    """Also a look of the discipline office itself; who asked and was refused is not in it."""
    told = eventful()
    _enter(told, "witness2", "witness", 6)
    reveal = RevealSource(draw_id=SECOND, nonce=nonce_of(SECOND, "witness1").hex())
    told.act("witness1", "witness", reveal)
    record(service.parts.ledger, told)
    assert service.get(f"/draws/{SECOND}/members", "operator").status_code == 403
    assert service.get(f"/draws/{SECOND}/members", "discipline1").status_code == 200
    newest = service.get("/notices", "discipline1", limit=1).json()["entries"][0]
    assert (newest["type"], newest["actor"], newest["data"]) == (
        "draw.looked_at.v1",
        "discipline1",
        {"part": "drawn"},
    )


def test_every_step_of_a_replacement_and_of_giving_up_a_visit_is_told(
    database: str, tmp_path: Path
) -> None:
    """Who asked, who decided, who was drawn; and never the sealed reason."""
    held = terms(disclosure="with-inspection")
    told = story.with_inspections(plan_row(entities_draw=held, officers_draw=held))
    size = told.history.size
    visit = told.history.all(Inspection)[0]
    one, other = visit.officers[:2]
    ask = RequestReplacement(
        inspection=visit.id, officer=other, cause="illness", reason="示例：发热"
    )
    told.act(one, "officer", ask)
    decline = DeclineReplacement(
        inspection=visit.id, officer=other, reason="示例：已痊愈", version=NOW
    )
    told.act("approver1", "approver", decline)
    told.act(one, "officer", Declare(inspection=visit.id, conflict=True, reason="示例：其弟任校长"))
    told.act(
        "approver1", "approver", ApproveReplacement(inspection=visit.id, officer=one, version=NOW)
    )
    seat = Seat(inspection=visit.id, officer=one)
    story.reveal_draw(told, story.commit_draw(told, "replacement", seat=seat))
    told.act(other, "officer", RequestClosing(inspection=visit.id, reason="示例：已停办"))
    told.act("approver1", "approver", ApproveClosing(inspection=visit.id, version=NOW))
    with serving(database, tmp_path) as running:
        record(running.parts.ledger, told)
        running.clock.write_text(told.now, encoding="utf-8")
        answer = running.get("/notices", "discipline1")
    assert "发热" not in answer.text
    assert "其弟" not in answer.text
    entries = [entry for entry in answer.json()["entries"][::-1] if entry["leaf"] >= size]
    assert [(entry["type"], entry["actor"]) for entry in entries] == [
        ("inspection.replacement_requested.v1", one),
        ("inspection.replacement_declined.v1", "approver1"),
        ("officer.recusal_declared.v1", one),
        ("inspection.replacement_requested.v1", one),
        ("inspection.seat_vacated.v1", "approver1"),
        ("inspection.seat_filled.v1", "witness2"),
        ("inspection.closing_requested.v1", other),
        ("inspection.closed.v1", "approver1"),
    ]
    filled = entries[5]
    assert (filled["what"], filled["data"]["left"]) == ("替补已抽出 / a substitute was drawn", one)


@pytest.mark.parametrize("who", ["admin", "clerk-edu", "operator", "approver1", "E1"])
def test_notices_are_for_the_discipline_office_alone(county: Service, who: str) -> None:
    """Nobody who acts reads who is watched."""
    answer = county.get("/notices", who)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
    assert county.http.get("/notices").json()["code"] == "login-required"


def test_every_notice_has_words() -> None:
    """In Chinese first, then in English."""
    assert set(NOTICE_NAMES) == set(NOTICED)
    assert all(" / " in words for words in NOTICE_NAMES.values())
