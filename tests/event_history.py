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
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from domain import (
    amendments,
    batches,
    classification,
    entity_records,
    item_versions,
    plan_standards,
    reconciliation,
    visit_commands,
)
from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import personnel_commands as personnel
from domain import registry_commands as registry
from domain import subject_commands as subject
from domain.checklists import DraftChecklist, Point, ReviewChecklist
from domain.clock import NoteJump
from domain.deadlines import DEFAULT, SetDeadlines
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
from domain.draw_state import Draw
from domain.findings import ConfirmFindings, EnterFindings
from domain.holidays import RecordHolidays
from domain.inspection_state import Inspection
from domain.items import AddItem, ClaimItem, Item, PublishItem, ReviewItem
from domain.lottery.entropy import witness_commit
from domain.organisation import AddStaff, ChangeStaffRoles, IssuePassword, SuspendStaff
from domain.plan import AmendPlan, CollatePlan, DraftPlan, Plan, PublishPlan, ReviewPlan
from domain.plan_answers import AnswerWarning, ReturnRow
from domain.publicity import RecordPublicity, WithdrawPublicity
from domain.registry_state import Entity
from domain.replacement_commands import (
    ApproveReplacement,
    Declare,
    DeclineReplacement,
    RequestReplacement,
)
from domain.review_log import OpenReview
from domain.rules import china_date
from domain.signing_keys import RevokeSigningKey
from domain.task import CompleteTask, OpenTask
from domain.task_days import Days, DemandTraining, OfferDays
from domain.training import (
    ConfirmTrainingSession,
    RecordTrainingSession,
    RejectTrainingSession,
)
from domain.visit_standard import EVERYTHING, NOTHING, AdoptStandard, Terms
from domain.vrf_keys import EnrolVrfKey, RevokeVrfKey, enrolment_alpha
from ledger.vrf import keypair, prove
from tests import beacons, chronicle, event_history_meeting, story
from tests.chronicle import Chronicle
from tests.signers import Signer, let_everybody_sign
from tests.story import NOW

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow

FOLDER = Path(__file__).parent / "vectors" / "event_history"
HELD = "with-inspection"
TASK = "联2024026"
FIRST = f"{TASK}.entities.1"
ISSUE = LotteryIssue(
    name="示例双色球", issue="2023099", opens_at="2023-08-23T17:00:00.000Z", groups=(6, 1)
)
OPERATOR = ("operator", "draw_operator")
REGISTRAR = ("registrar1", "registrar")


def _lists(told: Chronicle) -> None:
    """What is done to the item list and to many entries of a registry at once."""
    clerk, reviewer = ("clerk-edu", "clerk"), ("reviewer1", "reviewer")
    found = told.history.get(Item, "I-EDU")
    assert found is not None
    code, details = "I-NEW", found.details
    day = china_date(told.now)
    told.act(*clerk, AddItem(code=code, details=details, source="示例清单"))
    claim = ClaimItem(code=code, department="edu", mandate="示例第三条", supervision_code="")
    told.act(*clerk, claim, item_versions.ReleaseItem(code=code, reason="示例：另行认领"))
    told.act(*clerk, claim)
    mapping = item_versions.MapItem(code=code, supervision_code="JG-示例-1", reason="示例：映射")
    told.act(*clerk, mapping)
    told.act(*reviewer, ReviewItem(code=code, approve=True, remark="", version=story.NOW))
    told.act(*clerk, PublishItem(code=code))
    later = f"{int(day[:4]) + 1}{day[4:]}"
    revise = item_versions.ReviseItem(
        code=code, details=details, valid_from=later, reason="示例：条例修订"
    )
    withdraw = item_versions.WithdrawItem(code=code, on=later, reason="示例：条例废止")
    for proposal, approve in ((revise, False), (withdraw, True)):
        told.act(*clerk, proposal)
        version = told.history.version(f"item/{code}")
        judged = item_versions.ReviewItemProposal(
            code=code, version=version, approve=approve, remark="示例"
        )
        told.act(*reviewer, judged)
    words = (classification.Tag(tag="高危", meaning="示例：高危险性项目"),)
    told.act(*clerk, classification.SetVocabulary(registry="entity", tags=words, basis="示例"))
    _batches(told, day)


def _batches(told: Chronicle, day: str) -> None:
    free = [one.id for one in told.history.all(Entity) if one.active and not one.pending][:5]
    tag = classification.TagEntry(
        registry="entity", id=free[0], add=("高危",), remove=(), reason="示例：标注"
    )
    licence = entity_records.RecordLicence(
        id=free[1],
        kind="示例许可证",
        number="示例1",
        issuer="示例局",
        valid_from="2023-01-01",
        expires="",
    )
    rating = entity_records.RateCredit(
        id=free[2], credit_class="D", on=day, source="示例名单", document="ab" * 32
    )
    told.act(*REGISTRAR, tag, licence, rating)
    second = ("approver1", "registrar")
    proposals = tuple(
        batches.Proposal(registry="entity", id=one, version=told.history.version(f"entity/{one}"))
        for one in free[:3]
    )
    told.act(*second, batches.ConfirmBatch(id="b1", proposals=proposals))
    told.act(*REGISTRAR, batches.UndoBatch(id="u1", batch="b1", reason="示例：撤回"))
    undone = told.history.get(batches.Batch, "u1")
    assert undone is not None
    told.act(
        *second, batches.RejectBatch(id="u1", proposals=undone.proposed, reason="示例：无须撤回")
    )
    told.act(
        *REGISTRAR,
        entity_records.WithdrawLicence(id=free[1], number="示例1", reason="示例：吊销"),
        entity_records.WithdrawRating(id=free[2], on=day, reason="示例：登记有误"),
    )
    listed = (reconciliation.Listed(id=free[3], name=""),)
    told.act(
        *REGISTRAR,
        reconciliation.OpenReconciliation(
            id="r1",
            registry="entity",
            kinds=(),
            source="示例名单",
            document="cd" * 32,
            listed=listed,
        ),
        reconciliation.DecideDifference(
            id="r1", entry=free[4], decision="suspend", reason="示例：已注销"
        ),
    )


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
    order = follow_up.OrderCorrection(
        inspection=id_, items=(), requirement="示例：公示收费", due="2023-09-20"
    )
    told.act("clerk-edu", "clerk", order)
    verified = follow_up.VerifyCorrection(
        inspection=id_, number=1, corrected=True, evidence="示例照片", files=(), version=NOW
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


def _terms(told: Chronicle) -> None:
    """The working days of a year, and how long steps may take."""
    days = RecordHolidays(
        year=2024, off=("2024-10-01", "2024-10-02"), working=("2024-09-29",), source="示例通知"
    )
    told.act("admin", "administrator", days)
    terms = replace(DEFAULT, valid_from="2099-01-01", result_days=3, source="示例〔2024〕3号")
    told.act("admin", "administrator", SetDeadlines(terms=terms))


def _follow_ups(told: Chronicle) -> None:
    """Another problem of the visit that was carried out: an order that is moved, missed, met, and a case that is handed over."""
    (id_,) = (one.id for one in told.history.all(Inspection) if one.status == "published")
    clerk, approver = ("clerk-edu", "clerk"), ("approver1", "approver")
    second: dict[str, Any] = {"inspection": id_, "number": 2}
    order = follow_up.OrderCorrection(
        inspection=id_, items=("I-EDU",), requirement="示例：退还多收费用", due="2024-06-20"
    )
    later = follow_up.RequestExtension(**second, due="2024-06-28", reason="示例：账目待核")
    decline = follow_up.DeclineExtension(**second, reason="示例：理由不足", version=NOW)
    for who, command in (
        (clerk, order),
        (clerk, later),
        (approver, decline),
        (clerk, later),
        (approver, follow_up.ApproveExtension(**second, version=NOW)),
    ):
        told.act(*who, command)
    told.now = "2024-07-01T01:00:00.000Z"
    told.act("system", "system", follow_up.EscalateFollowUp(**second))
    files = (sha256(b"event-history/photo").hexdigest(),)
    verify = follow_up.VerifyCorrection(
        **second, corrected=True, evidence="示例凭证", files=files, version=NOW
    )
    told.act("reviewer1", "reviewer", verify)
    transfer = follow_up.HandOver(
        inspection=id_,
        kind="transfer",
        items=(),
        matter="示例：涉嫌价格违法",
        body="示例市场监管局",
        document_number="示例移〔2024〕1号",
        on="2024-07-01",
    )
    third: dict[str, Any] = {"inspection": id_, "number": 3}
    receipt = follow_up.RecordReceipt(**third, on="2024-07-01", reference="示例回〔2024〕1号")
    told.act(*clerk, transfer, receipt)
    closed = follow_up.CloseFollowUp(**third, outcome="received", evidence="示例回执", files=())
    told.act(*clerk, closed)


def _planned(told: Chronicle) -> None:
    """A plan is measured by standards, answered for and given back; its task waits for a training and for common days."""
    told.act("clerk-market", "clerk", plan_standards.DEFAULT)
    told.now = "2025-01-06T01:00:00.000Z"
    row = story.plan_row(number="联2025001", window_from="2025-06-01", window_to="2025-08-31")
    clerk, bureau = ("clerk-edu", "clerk"), ("clerk-market", "clerk")
    draft = DraftPlan(
        year=2025, title="示例计划", document_number="示例〔2025〕1号", issuer="edu", rows=(row,)
    )
    for remark in ("示例：时间与其他部门冲突", ""):
        told.act(*clerk, draft)
        plan = told.history.get(Plan, "2025")
        assert plan is not None
        for warning in plan.unanswered:
            version = plan.drafted_version
            told.act(
                *clerk,
                AnswerWarning(year=2025, version=version, warning=warning, reason="示例：派员协助"),
            )
        review = ReviewPlan(year=2025, version=plan.drafted_version, approve=True, remark="")
        told.act("reviewer1", "reviewer", review)
        if remark:
            told.act(*bureau, ReturnRow(year=2025, row=row.number, remark=remark))
    told.act(*bureau, CollatePlan(year=2025))
    told.act(*clerk, PublishPlan(year=2025))
    told.act(*clerk, OpenTask(plan_number=row.number, plan_year=2025, scheme="示例实施方案"))
    demand = DemandTraining(plan_number=row.number, course="示例培训", since="2025-01-01")
    told.act(*clerk, demand)
    days = (Days(first="2025-06-02", last="2025-06-13"),)
    told.act(*clerk, OfferDays(plan_number=row.number, department="edu", days=days))
    session = RecordTrainingSession(
        id="2025-1",
        department="edu",
        course="示例培训",
        on="2025-01-03",
        place="示例会议室",
        trainer="示例法制股",
        officers=("E1", "E2"),
        evidence=sha256("示例签到表".encode()).hexdigest(),
    )
    rejected = RejectTrainingSession(id="2025-1", version=1, reason="示例：缺一页")
    told.act(*clerk, session)
    told.act("reviewer1", "reviewer", rejected)
    told.act(*clerk, session)
    told.act("reviewer1", "reviewer", ConfirmTrainingSession(id="2025-1", version=3))
    record = RecordPublicity(
        id="2025-1",
        department="edu",
        on="2025-01-05",
        channel="official-website",
        title="示例：抽查政策解读",
        link="https://example.test/1",
        evidence=sha256("示例网页".encode()).hexdigest(),
    )
    told.act(*clerk, record)
    told.act(*clerk, WithdrawPublicity(id="2025-1", reason="示例：重复登记"))


def _on_site(told: Chronicle) -> None:
    """A campaign of the next year whose visits go by a standard: one is carried out and corrected, one finds a closed door."""
    year = int(told.history.recorded_at[:4]) + 1
    _adopt(told, EVERYTHING)
    points = (Point(id="p1", text="示例：收费标准是否公示", basis="示例条例第一条"),)
    told.act("clerk-edu", "clerk", DraftChecklist(item="I-EDU", points=points))
    version = told.history.version("checklist/I-EDU")
    review = ReviewChecklist(item="I-EDU", version=version, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    _void_what_is_open(told)
    row = story.plan_row(
        number=f"联{year}026", window_from=f"{year}-06-01", window_to=f"{year}-08-31"
    )
    told.now = f"{year}-01-05T01:00:00.000Z"
    _publish_answered(told, year, row)
    story.open_task(told, row)
    for stage in ("entities", "officers"):
        story.reveal_draw(told, story.commit_draw(told, stage, task=row.number))
    _adopt(told, NOTHING)
    mine = [one for one in told.history.all(Inspection) if one.task == row.number]
    first, second, *_ = (one for one in mine if "E6" not in one.officers)
    _carried_out(told, first, version)
    _closed_door(told, second)


def _publish_answered(told: Chronicle, year: int, row: PlanRow) -> None:
    draft = DraftPlan(
        year=year, title="示例计划", document_number="示例〔〕1号", issuer="edu", rows=(row,)
    )
    told.act("clerk-edu", "clerk", draft)
    plan = told.history.get(Plan, str(year))
    assert plan is not None
    for warning in plan.unanswered:
        answer = AnswerWarning(
            year=year, version=plan.drafted_version, warning=warning, reason="示例：派员协助"
        )
        told.act("clerk-edu", "clerk", answer)
    review = ReviewPlan(year=year, version=plan.drafted_version, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    told.act("clerk-market", "clerk", CollatePlan(year=year))
    told.act("clerk-edu", "clerk", PublishPlan(year=year))


def _void_what_is_open(told: Chronicle) -> None:
    """No list is drawn from while another draw from it is open."""
    for draw in told.history.all(Draw):
        if draw.computed is None and not draw.voided:
            told.act(*OPERATOR, RequestVoid(draw_id=draw.id, reason="示例：改期"))
            told.act("approver1", "approver", ApproveVoid(draw_id=draw.id, version=NOW))


def _adopt(told: Chronicle, terms: Terms) -> None:
    told.act("admin", "administrator", AdoptStandard(terms=terms, reason="示例：规范"))


def _photo(told: Chronicle, visit: Inspection, who: str) -> str:
    digest = sha256(f"示例照片/{visit.id}".encode()).hexdigest()
    attach = visit_commands.AttachEvidence(
        inspection=visit.id,
        sha256=digest,
        size=1000,
        media_type="image/jpeg",
        item="",
        taken_at="",
        caption="示例：大门",
    )
    told.act(who, "officer", attach)
    return digest


def _carried_out(told: Chronicle, visit: Inspection, version: int) -> None:
    id_, year = visit.id, told.now[:4]
    edu, market = sorted(visit.officers)
    letter = visit_commands.WriteNotice(
        inspection=id_,
        notice_number="示例〔〕1号",
        dated=f"{year}-06-03",
        visit_on=f"{year}-06-03",
        says="示例：请备台账",
    )
    told.act("clerk-edu", "clerk", letter)
    story.declare(told, id_, (edu, market))
    told.now = f"{year}-06-03T09:00:00.000Z"
    for who in (edu, market):
        upload = visit_commands.UploadVisit(
            inspection=id_,
            arrived_at=f"{year}-06-03T02:00:00.000Z",
            left_at=f"{year}-06-03T03:00:00.000Z",
        )
        told.act(who, "officer", upload)
    place = visit_commands.RecordPosition(
        inspection=id_, moment="check-in", latitude=37_000_000, longitude=115_000_000, accuracy=10
    )
    told.act(edu, "officer", place)
    _photo(told, visit, edu)
    answer = visit_commands.PointAnswer(point="p1", answer="yes", method="on-site", finding="")
    answered = visit_commands.AnswerChecklist(
        inspection=id_, item="I-EDU", version=version, answers=(answer,)
    )
    told.act(edu, "officer", answered)
    signed = visit_commands.Acknowledge(
        inspection=id_, answer="acknowledged", statement="示例：无异议"
    )
    told.act(edu, "officer", signed)
    _result(told, id_, (edu, market))
    told.act("clerk-edu", "clerk", inspection.PublishResult(inspection=id_))
    ask = amendments.RequestAmendment(inspection=id_, reason="示例：笔误", withhold=False)
    told.act("clerk-edu", "clerk", ask)
    decline = amendments.DeclineAmendment(inspection=id_, reason="示例：无误", version=NOW)
    told.act("reviewer1", "reviewer", decline)
    told.act("clerk-edu", "clerk", ask)
    _result(told, id_, (edu, market))
    told.act("clerk-market", "clerk", inspection.PublishResult(inspection=id_))


def _result(told: Chronicle, id_: str, officers: tuple[str, str]) -> None:
    clean = story.clean_result(id_)
    for who, other, item, department in (
        (officers[0], officers[1], clean.items[0], "edu"),
        (officers[1], officers[0], clean.items[1], "market"),
    ):
        told.act(who, "officer", EnterFindings(inspection=id_, items=(item,)))
        entered = told.history.version(f"inspection/{id_}")
        confirm = ConfirmFindings(inspection=id_, department=department, version=entered)
        told.act(other, "officer", confirm)
    told.act(officers[0], "officer", clean)
    told.act(officers[1], "officer", inspection.ConfirmResult(inspection=id_, version=NOW))
    version = told.history.version(f"inspection/{id_}")
    opening = OpenReview(inspection=id_, version=version, part="result")
    told.act("reviewer1", "reviewer", opening)
    review = inspection.ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    told.act("reviewer1", "reviewer", review)


def _closed_door(told: Chronicle, visit: Inspection) -> None:
    one, other = visit.officers
    story.visit(told, visit.id, (one, other))
    attempts = tuple(
        visit_commands.Attempt(at=told.now.replace("T09", hour), how="on-site")
        for hour in ("T07", "T08")
    )
    outcome = visit_commands.RecordOutcome(
        inspection=visit.id,
        outcome="closed-door",
        attempts=attempts,
        evidence=(_photo(told, visit, one),),
        account="示例：无人应门",
    )
    told.act(one, "officer", outcome)


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
    Chapter(types=frozenset({"calendar.recorded.v1", "deadlines.set.v1"}), tell=_terms),
    Chapter(
        types=frozenset(
            {
                "inspection.correction_ordered.v2",
                "inspection.extension_requested.v1",
                "inspection.extension_approved.v1",
                "inspection.extension_declined.v1",
                "inspection.correction_verified.v2",
                "inspection.handed_over.v1",
                "inspection.receipt_recorded.v1",
                "inspection.follow_up_closed.v1",
                "inspection.follow_up_escalated.v1",
            }
        ),
        tell=_follow_ups,
    ),
    Chapter(
        types=frozenset(
            {
                "plan_standards.set.v1",
                "plan.warning_answered.v1",
                "plan.row_returned.v1",
                "task.training_demanded.v1",
                "task.days_offered.v1",
                "training.recorded.v1",
                "training.confirmed.v1",
                "training.rejected.v1",
                "publicity.recorded.v1",
                "publicity.withdrawn.v1",
            }
        ),
        tell=_planned,
    ),
    Chapter(
        types=frozenset(
            {
                "checklist.drafted.v1",
                "checklist.reviewed.v1",
                "standard.adopted.v1",
                "inspection.notice_written.v1",
                "inspection.captured_offline.v1",
                "inspection.position_recorded.v1",
                "inspection.evidence_attached.v1",
                "inspection.checklist_answered.v1",
                "inspection.outcome_recorded.v1",
                "inspection.acknowledged.v1",
                "inspection.findings_entered.v1",
                "inspection.findings_confirmed.v1",
                "review.opened.v1",
                "inspection.amendment_requested.v1",
                "inspection.amendment_declined.v1",
            }
        ),
        tell=_on_site,
    ),
    Chapter(types=event_history_meeting.TYPES, tell=event_history_meeting.tell),
    Chapter(
        types=frozenset(
            {
                "item.released.v1",
                "item.mapped.v1",
                "item.revision_proposed.v1",
                "item.withdrawal_proposed.v1",
                "item.proposal_reviewed.v1",
                "vocabulary.set.v1",
                "entity.licensed.v1",
                "entity.licence_withdrawn.v1",
                "entity.credit_rated.v1",
                "entity.rating_withdrawn.v1",
                "registry.tagged.v1",
                "batch.confirmed.v1",
                "batch.rejected.v1",
                "batch.undo_proposed.v1",
                "reconciliation.opened.v1",
                "reconciliation.difference_decided.v1",
            }
        ),
        tell=_lists,
    ),
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
