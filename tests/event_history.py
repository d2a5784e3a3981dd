"""How tests/vectors/event_history came to be, and how it grows: `python -m tests.event_history` tells what it lacks yet.

Each chapter makes events of types that had no example. One that has been told is on record for ever: what it would tell
today no longer matters, and it is never told again. For a new event type, add a chapter at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from domain import inspection_commands as inspection
from domain import personnel_commands as personnel
from domain import registry_commands as registry
from domain import subject_commands as subject
from domain.clock import NoteJump
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    DeclineVoid,
    EnterBeacon,
    EnterLottery,
    EnterPaper,
    LookAtDraw,
    LotteryIssue,
    PrepareDraw,
    RequestVoid,
    Seat,
)
from domain.inspection_state import Inspection
from domain.lottery.entropy import witness_commit
from domain.organisation import AddStaff, ChangeStaffRoles, IssuePassword, SuspendStaff
from domain.plan import AmendPlan
from domain.replacement_commands import (
    ApproveReplacement,
    Declare,
    DeclineReplacement,
    RequestReplacement,
)
from domain.signing_keys import RevokeSigningKey
from domain.task import CompleteTask
from domain.vrf_keys import EnrolVrfKey, RevokeVrfKey, enrolment_alpha
from ledger.vrf import keypair, prove
from tests import beacons, chronicle, story
from tests.chronicle import Chronicle
from tests.signers import Signer, let_everybody_sign
from tests.story import NOW

FOLDER = Path(__file__).parent / "vectors" / "event_history"
HELD = "with-inspection"
TASK = "联2024026"
FIRST = f"{TASK}.entities.1"
ISSUE = LotteryIssue(
    name="示例双色球", issue="2023099", opens_at="2023-08-23T17:00:00.000Z", groups=(6, 1)
)
OPERATOR = ("operator", "draw_operator")
REGISTRAR = ("registrar1", "registrar")


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What `tell` adds are the first events of these types."""

    types: frozenset[str]
    tell: Callable[[Chronicle], None]


def _year(told: Chronicle) -> None:
    """A campaign from its plan to its last result, with everything that may get in its way."""
    terms = story.terms(beacons=("quicknet",), lotteries=(ISSUE.name,), disclosure=HELD)
    row = story.plan_row(
        window_from="2023-06-01",
        window_to="2023-09-30",
        entities_draw=terms,
        officers_draw=story.terms(disclosure=HELD),
    )
    with patch.object(story, "Story", lambda now: _at(told, now)):
        story.with_task(row, entities=range(1, 13))
    _people(told)
    _registries(told)
    _draw_entities(told)
    story.reveal_draw(told, story.commit_draw(told, "officers"))
    _visits(told)
    told.act("clerk-edu", "clerk", AmendPlan(year=2023, rows=(row,), reason="示例：换用密钥"))


def _at(told: Chronicle, now: str) -> Chronicle:
    told.now = now
    return told


def _people(told: Chronicle) -> None:
    admin = ("admin", "administrator")
    told.act(*admin, ChangeStaffRoles(id="E6", roles=("officer", "reviewer"), reason="示例：兼任"))
    told.act(*admin, IssuePassword(id="E6"))
    told.act(*admin, SuspendStaff(id="registrar2", reason="示例：离职"))
    told.act(
        *admin, ChangeStaffRoles(id="approver1", roles=("approver", "registrar"), reason="示例")
    )
    secret, public = keypair(sha256(b"event-history/vrf").digest())
    proof, _ = prove(secret, enrolment_alpha(chronicle.ORIGIN, public))
    told.act(*admin, EnrolVrfKey(public_key=public.hex(), proof=proof.hex()))
    told.act(*admin, RevokeVrfKey(public_key=public.hex(), reason="示例：轮换"))


def _registries(told: Chronicle) -> None:
    one, two = story.entity_id(1), story.entity_id(2)
    expert = registry.ExpertDetails(organisation="示例大学", specialities=("教育",))
    officer = registry.OfficerDetails(
        department="edu", skills=("教育",), certificate_expires="2026-12-31", area="示例县"
    )
    related = personnel.RecordRelation(
        registry="officer", id="E4", entity=two, relation="worked-there", detail="示例：曾任教"
    )
    telephone = {"telephone": "示例电话"}
    for command in (
        registry.ChangeEntity(
            id=one,
            details=story.details_of(1, area="示例乡"),
            reason="示例：迁址",
            personal=telephone,
        ),
        registry.ExemptEntity(
            id=two, decision="示例〔2023〕8号", valid_from="2023-01-01", valid_to="2023-05-31"
        ),
        registry.RecordVisit(id=one, on="2023-05-06", reference="示例记录"),
        registry.AddExpert(id="X1", details=expert, source="示例名录", personal={"name": "示例"}),
        registry.ChangeExpert(id="X1", details=expert, reason="示例", personal=telephone),
        registry.ChangeOfficer(id="E5", details=officer, reason="示例", personal=telephone),
        personnel.RecordTraining(id="E5", course="示例培训", on="2023-03-01"),
        personnel.RecordLeave(id="E5", first="2023-02-01", last="2023-02-05", reason="示例：病假"),
        related,
        personnel.EndRelation(registry="officer", id="E4", entity=two, reason="示例：误报"),
        registry.Suspend(registry="entity", id=two, reason="示例：停办"),
        registry.Restore(registry="entity", id=two, reason="示例：复业"),
    ):
        told.act(*REGISTRAR, command)
        name, id_ = command.stream.split("/")
        version = told.history.version(command.stream)
        confirm = registry.ConfirmChange(registry=name, id=id_, version=version)  # type: ignore[arg-type]
        told.act("approver1", "registrar", confirm)
    told.act(*REGISTRAR, registry.Suspend(registry="entity", id=one, reason="示例：停办"))
    version = told.history.version(f"entity/{one}")
    reject = registry.RejectChange(
        registry="entity", id=one, version=version, reason="示例：未停办"
    )
    told.act("approver1", "registrar", reject)
    told.act("E6", "officer", personnel.DeclareRecusal(id="E6", entity=one, reason="示例：亲属"))


def _draw_entities(told: Chronicle) -> None:
    """A beacon, a lottery that two people typed, and two witnesses, one of them on paper."""
    told.now = "2023-08-23T14:58:24.000Z"  # an hour and a minute before round 1000 of quicknet
    witnesses = ("witness1", "witness2")
    prepare = PrepareDraw(
        draw_id=FIRST, task=TASK, stage="entities", witnesses=witnesses, lotteries=(ISSUE,)
    )
    told.act(*OPERATOR, prepare)
    hashes = [witness_commit(story.nonce_of(FIRST, who)).hex() for who in witnesses]
    paper = EnterPaper(draw_id=FIRST, who="witness1", commit=hashes[0])
    told.act(*OPERATOR, paper)
    told.act("clerk-edu", "clerk", paper)
    told.act("witness2", "witness", BringCommitment(draw_id=FIRST, commit=hashes[1]))
    told.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    told.cover(FIRST)
    told.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例：有误"))
    told.act("approver1", "approver", DeclineVoid(draw_id=FIRST, reason="示例：无误", version=NOW))
    told.now = "2023-08-23T17:30:00.000Z"
    round_ = beacons.revealed("quicknet", 1000)["signature"]
    beacon = EnterBeacon(
        draw_id=FIRST, chain="quicknet", round=1000, signature=round_, previous_signature=None
    )
    told.act("clerk-edu", "clerk", beacon)
    numbers = ((3, 9, 17, 21, 30, 33), (5,))
    lottery = EnterLottery(draw_id=FIRST, name=ISSUE.name, issue=ISSUE.issue, numbers=numbers)
    for who in (OPERATOR, ("clerk-edu", "clerk")):
        told.act(*who, lottery)
    story.reveal_draw(told, FIRST)
    told.act("discipline1", "discipline", LookAtDraw(draw_id=FIRST, part="drawn"))


def _visits(told: Chronicle) -> None:
    """One is carried out after an officer was replaced, all others are given up."""
    told.now = "2023-08-24T02:00:00.000Z"
    first, *others = told.history.all(Inspection)
    _replace(told, first)
    for other in others:
        closing = inspection.RequestClosing(inspection=other.id, reason="示例：已停办")
        told.act(other.officers[0], "officer", closing)
        told.act(
            "approver1", "approver", inspection.ApproveClosing(inspection=other.id, version=NOW)
        )
    held = told.history.get(Inspection, first.id)
    assert held is not None
    _carry_out(told, held)
    told.act("clerk-edu", "clerk", CompleteTask(plan_number=TASK))


def _replace(told: Chronicle, visit: Inspection) -> None:
    leaving, staying = visit.officers
    conflict = Declare(inspection=visit.id, conflict=True, reason="示例：其配偶任该校校长")
    told.act(leaving, "officer", conflict)
    ask = RequestReplacement(
        inspection=visit.id, officer=staying, cause="illness", reason="示例：住院"
    )
    told.act(staying, "officer", ask)
    decline = DeclineReplacement(
        inspection=visit.id, officer=staying, reason="示例：已痊愈", version=NOW
    )
    told.act("approver1", "approver", decline)
    approve = ApproveReplacement(inspection=visit.id, officer=leaving, version=NOW)
    told.act("approver1", "approver", approve)
    seat = Seat(inspection=visit.id, officer=leaving)
    void = story.commit_draw(told, "replacement", 1, TASK, seat)
    told.act(*OPERATOR, RequestVoid(draw_id=void, reason="示例：见证人有误"))
    told.act("approver1", "approver", ApproveVoid(draw_id=void, version=NOW))
    story.reveal_draw(told, story.commit_draw(told, "replacement", 2, TASK, seat))


def _carry_out(told: Chronicle, visit: Inspection) -> None:
    id_, (one, other) = visit.id, visit.officers
    told.act(one, "officer", inspection.Notify(inspection=id_, notice_number="示例〔2023〕1号"))
    story.visit(told, id_, (one, other))
    clean = story.clean_result(id_)
    wrong = replace(
        clean.items[0],
        category="ordered-to-correct",
        finding="示例：未公示收费",
        disposal="order-to-correct",
    )
    items = (wrong, clean.items[1])
    told.act(one, "officer", replace(clean, category="ordered-to-correct", items=items))
    told.act(other, "officer", inspection.ConfirmResult(inspection=id_, version=NOW))
    review = inspection.ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    told.act("reviewer1", "reviewer", review)
    order = inspection.OrderCorrection(
        inspection=id_, requirement="示例：公示收费", due="2023-09-20"
    )
    told.act("clerk-edu", "clerk", order)
    verified = inspection.VerifyCorrection(
        inspection=id_, corrected=True, evidence="示例照片", version=NOW
    )
    told.act("reviewer1", "reviewer", verified)
    told.act("clerk-edu", "clerk", inspection.PublishResult(inspection=id_))


def _covered(told: Chronicle) -> None:
    """The next campaign is drawn after a checkpoint's witnesses came to be named."""
    row = story.plan_row(number="联2024027")
    story.publish_plan(_at(told, "2024-01-05T01:00:00.000Z"), row)
    story.open_task(told, row)
    story.commit_draw(told, "entities", task=row.number)


def _jumps(told: Chronicle) -> None:
    """The clock is set back by an hour and forward again."""
    told.act("system", "system", NoteJump(jump_ms=3_600_000))
    told.now = "2024-06-03T00:00:00.000Z"
    told.act("system", "system", NoteJump(jump_ms=None))
    _at(told, told.history.recorded_at)


def _erased(told: Chronicle) -> None:
    """Somebody who left: held, released, asked for in vain, and erased."""
    leaving = AddStaff(id="left", department="edu", roles=("clerk",), personal={"name": "示例"})
    told.act("admin", "administrator", leaving)
    told.act("admin", "administrator", SuspendStaff(id="left", reason="示例：调离"))
    person: dict[str, Any] = {"registry": "staff", "id": "left"}
    hold = {**person, "reference": "示例立案〔2024〕1号"}
    told.act("discipline1", "discipline", subject.HoldSubject(**hold, reason="示例：核查"))
    told.act(
        "discipline1",
        "discipline",
        subject.ReleaseSubject(version=NOW, **hold, reason="示例：结案"),
    )
    request = subject.RequestErasure(**person, basis="示例：本人申请")
    told.act("admin", "administrator", request)
    decline = subject.DeclineErasure(**person, reason="示例：未满保存期限", version=NOW)
    told.act("approver1", "approver", decline)
    told.act("admin", "administrator", request)
    told.act("approver1", "approver", subject.ApproveErasure(**person, version=NOW))


def _signers(told: Chronicle) -> None:
    """Everybody names a key, and signs with it from then on; one is replaced, and then lost."""
    let_everybody_sign(told, chronicle.ORIGIN)
    recusal = personnel.DeclareRecusal(id="E6", entity=story.entity_id(3), reason="示例：亲属")
    told.act("E6", "officer", recusal)
    new = Signer(staff="E6", origin=chronicle.ORIGIN, seed="new")
    told.act("E6", "officer", new.enrolment())
    lost = RevokeSigningKey(public_key=new.public_key, reason="示例：遗失")
    told.act("admin", "administrator", lost)


def _unrelated(told: Chronicle) -> None:
    """A relation is recorded and ends, and why it ended is sealed."""
    entity = story.entity_id(5)
    related = personnel.RecordRelation(
        registry="officer", id="E5", entity=entity, relation="interest", detail="示例：持股"
    )
    ended = personnel.EndRelation(
        registry="officer", id="E5", entity=entity, reason="示例：股权已转让"
    )
    for command in (related, ended):
        told.act(*REGISTRAR, command)
        version = told.history.version("officer/E5")
        confirm = registry.ConfirmChange(registry="officer", id="E5", version=version)
        told.act("reviewer1", "reviewer", confirm)


# The year was told before anything else was: it holds every type that there was then.
CHAPTERS = (
    Chapter(types=frozenset({"draw.covered.v1"}), tell=_year),
    Chapter(types=frozenset({"draw.covered.v2"}), tell=_covered),
    Chapter(types=frozenset({"clock.jumped.v1"}), tell=_jumps),
    Chapter(
        types=frozenset(
            {
                "subject.held.v1",
                "subject.released.v1",
                "subject.erasure_requested.v1",
                "subject.erasure_declined.v1",
                "subject.erased.v1",
            }
        ),
        tell=_erased,
    ),
    Chapter(
        types=frozenset(
            {
                "signing_key.enrolled.v1",
                "signing_key.confirmed.v1",
                "signing_key.replaced.v1",
                "signing_key.revoked.v1",
                "signing.made_mandatory.v1",
            }
        ),
        tell=_signers,
    ),
    Chapter(types=frozenset({"registry.relation_ended.v2"}), tell=_unrelated),
)


def types_in(folder: Path) -> set[str]:
    """The stored names that a folder has an example of."""
    if not folder.exists():
        return set()
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    return {json.loads(line)["type"] for line in lines}


def tell_what_is_missing(folder: Path) -> None:
    """Tell the chapters that were not told yet, and write the folder anew where there were any."""
    untold = [one for one in CHAPTERS if not one.types <= types_in(folder)]
    if untold:
        told = chronicle.read(folder) if folder.exists() else chronicle.Chronicle()
        for chapter in untold:
            chapter.tell(told)
        chronicle.write(told, folder)


if __name__ == "__main__":
    tell_what_is_missing(FOLDER)
