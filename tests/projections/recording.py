"""Stories put into a real ledger, and a long one in which everything happens that a projection has a column for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg

from domain.classification import TagEntry
from domain.draw_commands import ApproveVoid, RequestVoid
from domain.entity_records import RateCredit, RecordLicence
from domain.errors import DomainError
from domain.follow_up_commands import OrderCorrection, VerifyCorrection
from domain.inspection_commands import (
    ConfirmResult,
    EnterResult,
    ItemResult,
    Notify,
    PublishResult,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.personnel_commands import DeclareRecusal, RecordTraining
from domain.plan import AmendPlan
from domain.plan_rows import CREDIT_CLASSES
from domain.registry_commands import (
    AddEntity,
    AddExpert,
    ChangeEntity,
    ConfirmChange,
    ExpertDetails,
    RecordVisit,
    RejectChange,
    Restore,
    Suspend,
)
from domain.registry_state import Entity
from ledger.store import Draft
from projections import schema
from projections.comparison import dump
from tests.story import (
    ITEMS,
    NOW,
    Story,
    commit_draw,
    details_of,
    entity_id,
    plan_row,
    publish,
    reveal_draw,
    visit,
    with_registries,
    with_task,
)

if TYPE_CHECKING:
    from domain.facts import Command
    from ledger.store import Ledger

TASK = "联2024026"


def record(ledger: Ledger, story: Story, count: int | None = None) -> None:
    """Append what a story tells beyond the ledger's leaves, as one commit; the ledger keeps its own leaf 0."""
    first = ledger.size()
    facts = zip(story.recorded, story.facts, strict=True)
    drafts = [Draft(recorded=recorded, fact=fact) for recorded, fact in facts]
    with ledger.transaction() as transaction:
        transaction.append(drafts[first : None if count is None else first + count])


def a_year() -> Story:
    """Give a campaign with voided draws, a returned result, an order to correct, and an amended plan."""
    story = with_task()
    for place, reveal in enumerate((False, True), start=1):
        draw_id = commit_draw(story, "entities", place)
        if reveal:
            reveal_draw(story, draw_id)
        _void(story, draw_id)
    reveal_draw(story, commit_draw(story, "entities", 3))
    reveal_draw(story, commit_draw(story, "officers"))
    first, second, *_ = story.history.all(Inspection)
    story.act("clerk-edu", "clerk", Notify(inspection=first.id, notice_number="示例通知1号"))
    publish(story, first.id, first.officers)
    _find_a_problem(story, second)
    amended = (plan_row(), plan_row(number="联2024099"))
    amend = AmendPlan(year=2024, rows=amended, reason="示例：增加一项")
    story.act("clerk-edu", "clerk", amend)
    return story


def _void(story: Story, draw_id: str) -> None:
    story.act("operator", "draw_operator", RequestVoid(draw_id=draw_id, reason="示例：名单有误"))
    story.act("approver1", "approver", ApproveVoid(draw_id=draw_id, version=NOW))


def _find_a_problem(story: Story, inspection: Inspection) -> None:
    """A result that is returned once, then ordered to be put right, published, and put right."""
    id_, (one, other, *_) = inspection.id, inspection.officers
    visit(story, id_, inspection.officers)
    items = tuple(
        ItemResult(
            item=code,
            checked=True,
            category="ordered-to-correct",
            finding="示例：消防通道堵塞",
            disposal="order-to-correct",
            method="on-site",
        )
        for code, _ in ITEMS
    )
    for approve in (False, True):
        result = EnterResult(inspection=id_, category="ordered-to-correct", items=items)
        story.act(one, "officer", result)
        story.act(other, "officer", ConfirmResult(inspection=id_, version=NOW))
        review = ReviewResult(
            inspection=id_, approve=approve, remark="" if approve else "请补证据", version=NOW
        )
        story.act("reviewer1", "reviewer", review)
    order = OrderCorrection(
        inspection=id_, items=(), requirement="示例：清理通道", due="2024-08-01"
    )
    story.act("clerk-edu", "clerk", order)
    story.act("clerk-edu", "clerk", PublishResult(inspection=id_))
    verify = VerifyCorrection(
        inspection=id_, number=1, corrected=True, evidence="示例照片", files=(), version=NOW
    )
    story.act("reviewer1", "reviewer", verify)


def a_busy_registry(acts: int) -> Story:
    """Give registries that are changed many times, in an order that looks random and is the same every time."""
    story = with_registries(range(1, 4))
    for turn in range(acts):
        dice = sha256(f"turn {turn}".encode()).digest()
        story.now = f"2024-02-{1 + turn % 28:02}T0{turn % 10}:00:00.000Z"
        who, role, command = _any_act(story, dice)
        try:
            story.act(who, role, command)
        except DomainError:
            continue  # not every act fits the state it meets
    return story


def _tagging(story: Story, entity: str) -> TagEntry:
    """One tag goes on, or off where it is there."""
    known = story.history.get(Entity, entity)
    there = known is not None and "寄宿" in known.tags
    add, remove = ((), ("寄宿",)) if there else (("寄宿",), ())
    return TagEntry(registry="entity", id=entity, add=add, remove=remove, reason="示例")


def _any_act(story: Story, dice: bytes) -> tuple[str, str, Command]:
    entity, officer = entity_id(1 + dice[0] % 6), f"E{1 + dice[0] % 4}"
    version = story.history.version(f"entity/{entity}")
    details = details_of(dice[2], tags=("示例",) * (dice[3] % 2))
    personal = {"contact": f"示例{dice[2]}"}
    change = ChangeEntity(id=entity, details=details, reason="示例", personal=personal)
    add = AddEntity(
        id=entity, details=details, source="示例", override_reason=None, personal=personal
    )
    expert = ExpertDetails(organisation=f"示例院{dice[2]}", specialities=("消防",))
    recusal = DeclareRecusal(id=officer, entity=entity, reason=f"示例亲属{dice[2]}")
    acts: tuple[tuple[str, str, Command], ...] = (
        ("registrar1", "registrar", add),
        ("registrar1", "registrar", change),
        ("registrar1", "registrar", Suspend(registry="entity", id=entity, reason="示例")),
        ("registrar1", "registrar", Restore(registry="entity", id=entity, reason="示例")),
        ("registrar2", "registrar", ConfirmChange(registry="entity", id=entity, version=version)),
        ("registrar2", "registrar", ConfirmChange(registry="entity", id=entity, version=version)),
        (
            "registrar2",
            "registrar",
            RejectChange(registry="entity", id=entity, version=version, reason="示例"),
        ),
        ("registrar1", "registrar", RecordVisit(id=entity, on="2024-01-09", reference="示例")),
        ("registrar1", "registrar", RecordTraining(id=officer, course="示例", on="2024-01-08")),
        (
            "registrar1",
            "registrar",
            AddExpert(id=f"X{dice[2] % 3}", details=expert, source="示例", personal={}),
        ),
        (officer, "officer", recusal),
        ("registrar1", "registrar", _tagging(story, entity)),
        (
            "registrar1",
            "registrar",
            RateCredit(
                id=entity,
                credit_class=CREDIT_CLASSES[dice[2] % 4],
                on=f"2024-01-0{1 + dice[3] % 9}",
                source="示例",
                document="ab" * 32,
            ),
        ),
        (
            "registrar1",
            "registrar",
            RecordLicence(
                id=entity,
                kind="示例",
                number=str(dice[3] % 3),
                issuer="示例",
                valid_from="2022-01-01",
                expires="",
            ),
        ),
    )
    return acts[dice[1] % len(acts)]


def dumped(dsn: str) -> bytes:
    """Everything in the live tables."""
    with psycopg.connect(dsn) as connection:
        return b"".join(dump(connection, schema.LIVE))


def changed(dsn: str, statement: str) -> None:
    """Let somebody change the tables behind the projector's back."""
    with psycopg.connect(dsn) as connection:
        assert connection.execute(statement.encode()).rowcount == 1
