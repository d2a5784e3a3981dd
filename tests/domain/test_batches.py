"""Many proposals judged by one act, and taken back by another: each entry as if it had been done one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.batches import (
    Batch,
    BatchConfirmed,
    BatchUndoProposed,
    ConfirmBatch,
    LeftOut,
    Proposal,
    RejectBatch,
    UndoBatch,
)
from domain.classification import TagEntry
from domain.entity_records import RateCredit, RecordLicence
from domain.errors import DomainError
from domain.facts import Actor, Context
from domain.personnel_commands import RecordTraining
from domain.preview import preview
from domain.registry_commands import (
    AddEntity,
    ChangeEntity,
    ConfirmChange,
    ExemptEntity,
    Restore,
    Suspend,
)
from domain.registry_state import Entity
from domain.task import OpenTask
from ledger.prover import CHECKS
from tests.story import PROVER, Story, confirm_last, details_of, entity_id, with_registries

if TYPE_CHECKING:
    from domain.facts import Command
    from domain.registry_commands import Registry

REGISTRAR = ("registrar1", "registrar")
SECOND = ("registrar2", "registrar")
DOCUMENT = "ab" * 32


def changes() -> tuple[Command, ...]:
    """One change of every kind that can be taken back, each of another entity, and a new entity."""
    moved = ChangeEntity(
        id=entity_id(1), details=details_of(1, area="示例乡"), reason="示例：迁址", personal={}
    )
    new = AddEntity(
        id=entity_id(9), details=details_of(9), source="示例", override_reason=None, personal={}
    )
    rate = RateCredit(
        id=entity_id(4), credit_class="D", on="2024-01-01", source="示例", document=DOCUMENT
    )
    licence = RecordLicence(
        id=entity_id(5), kind="示例", number="1", issuer="示例", valid_from="2024-01-01", expires=""
    )
    tag = TagEntry(registry="entity", id=entity_id(3), add=("高危",), remove=(), reason="示例")
    rest = Suspend(registry="entity", id=entity_id(2), reason="示例：停办")
    return (moved, rest, tag, rate, licence, new)


def waiting(story: Story) -> tuple[Proposal, ...]:
    """Everything that waits among the entities."""
    return tuple(
        Proposal(registry="entity", id=one.id, version=one.pending.version)
        for one in story.history.all(Entity)
        if one.pending
    )


def proposed(*more: Command) -> tuple[Story, ConfirmBatch]:
    """A story in which all of this waits, and the confirmation of all of it."""
    story = with_registries(range(1, 7))
    story.act(*REGISTRAR, *changes(), *more)
    return story, ConfirmBatch(id="b1", proposals=waiting(story))


def states(story: Story) -> list[tuple[object, ...]]:
    """What the registry of entities says, without what is kept of the past."""
    return [
        (one.id, one.details, one.suspended, one.licences, one.ratings)
        for one in story.history.all(Entity)
    ]


def test_a_batch_does_what_single_confirmations_would() -> None:
    """Each entry says so in its own stream, and the batch which versions it was of."""
    story, confirm = proposed()
    events = story.act(*SECOND, confirm)
    assert events[0] == BatchConfirmed(proposals=confirm.proposals)
    assert len(events) == 1 + 6
    alone, _ = proposed()
    for one in confirm.proposals:
        single = ConfirmChange(registry="entity", id=one.id, version=one.version)
        alone.act(*SECOND, single)
    assert states(story) == states(alone)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*SECOND, confirm)


def test_a_batch_is_judged_by_another_person_and_for_what_waits_exactly() -> None:
    """One that does not hold undoes all: the versions that were signed are those that are recorded."""
    story, confirm = proposed()
    with pytest.raises(DomainError, match="own-act"):
        story.decide(*REGISTRAR, confirm)
    other = replace(confirm.proposals[0], version=99)
    refused = {
        "nothing-to-confirm": replace(confirm, proposals=(*confirm.proposals[1:], other)),
        "duplicate-id": replace(confirm, proposals=confirm.proposals * 2),
        "unknown-entry": replace(confirm, proposals=(replace(other, id="school:1"),)),
        "id-invalid": replace(confirm, id="一"),
    }
    for code, command in refused.items():
        with pytest.raises(DomainError, match=code):
            story.decide(*SECOND, command)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*SECOND, ConfirmBatch(id="b1", proposals=()))


def test_a_batch_that_is_turned_down_leaves_every_entry_as_it_was() -> None:
    """With one reason for all."""
    story, confirm = proposed()
    before = states(with_registries(range(1, 7)))
    reject = RejectBatch(id="b1", proposals=confirm.proposals, reason=" ")
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*SECOND, reject)
    story.act(*SECOND, replace(reject, reason="示例：文件有误"))
    assert [one for one in states(story) if one[1] is not None] == before
    assert not waiting(story)


def test_an_undone_batch_leaves_every_entry_as_it_was_and_what_was_new_suspended() -> None:
    """The undoing is a proposal of its own, which the other person confirms."""
    story, confirm = proposed()
    story.act(*SECOND, confirm)
    (undo, *_) = story.act(*SECOND, UndoBatch(id="u1", batch="b1", reason="示例：录错"))
    assert isinstance(undo, BatchUndoProposed)
    assert (len(undo.proposals), undo.left_out) == (6, ())
    assert undo.proposals == waiting(story)
    with pytest.raises(DomainError, match="own-act"):
        story.decide(*SECOND, ConfirmBatch(id="u1", proposals=undo.proposals))
    story.act(*REGISTRAR, ConfirmBatch(id="u1", proposals=undo.proposals))
    *old, new = states(story)
    assert old == states(with_registries(range(1, 7)))
    assert (new[0], new[2]) == (entity_id(9), True)


def test_an_undoing_leaves_out_by_name_what_changed_since() -> None:
    """Changed anew, waiting for another change, back already, or of a kind that only its own act can end."""
    exempt = ExemptEntity(
        id=entity_id(6), decision="示例1号", valid_from="2024-01-01", valid_to="2024-12-31"
    )
    story, confirm = proposed(exempt)
    story.act(*SECOND, confirm)
    again = ChangeEntity(
        id=entity_id(1), details=details_of(1, area="示例镇二"), reason="示例", personal={}
    )
    story.act(*REGISTRAR, again)
    confirm_last(story, "entity", entity_id(1))
    story.act(*REGISTRAR, Restore(registry="entity", id=entity_id(2), reason="示例"))
    newer = TagEntry(registry="entity", id=entity_id(3), add=("寄宿",), remove=(), reason="示例")
    story.act(*REGISTRAR, newer)
    confirm_last(story, "entity", entity_id(3))
    (undo, *_) = story.act(*REGISTRAR, UndoBatch(id="u1", batch="b1", reason="示例：录错"))
    assert isinstance(undo, BatchUndoProposed)
    assert undo.left_out == (
        LeftOut(registry="entity", id=entity_id(1), why="changed-since"),
        LeftOut(registry="entity", id=entity_id(2), why="change-pending"),
        LeftOut(registry="entity", id=entity_id(6), why="no-way-back"),
    )
    assert [one.id for one in undo.proposals] == [entity_id(number) for number in (3, 4, 5, 9)]
    with pytest.raises(DomainError, match="nothing-to-undo"):
        story.decide(*REGISTRAR, UndoBatch(id="u2", batch="b1", reason="示例：再撤"))


def test_only_a_confirmed_batch_is_undone_and_each_id_stands_for_one() -> None:
    """And an undoing is confirmed for its own proposals, not for others under its name."""
    story, confirm = proposed()
    with pytest.raises(DomainError, match="unknown-batch"):
        story.decide(*REGISTRAR, UndoBatch(id="u1", batch="b1", reason="示例"))
    story.act(*SECOND, confirm)
    with pytest.raises(DomainError, match="already-registered"):
        story.decide(*REGISTRAR, UndoBatch(id="b1", batch="b1", reason="示例"))
    story.act(*REGISTRAR, UndoBatch(id="u1", batch="b1", reason="示例"))
    story.act(*REGISTRAR, Suspend(registry="entity", id=entity_id(6), reason="示例"))
    version = story.history.version(f"entity/{entity_id(6)}")
    other = Proposal(registry="entity", id=entity_id(6), version=version)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*SECOND, ConfirmBatch(id="u1", proposals=(other,)))
    batch = story.history.get(Batch, "b1")
    assert batch is not None
    assert len(batch.confirmed) == 6


def context(story: Story) -> Context:
    """Of the first registrar, now."""
    return Context(
        actor=Actor(id=REGISTRAR[0], role=REGISTRAR[1]),
        now=story.now,
        position=story.history.size,
        checkpointed=0,
        prove=PROVER.prove,
        checks=CHECKS,
    )


def test_a_preview_says_what_would_change_and_what_is_refused_and_changes_nothing() -> None:
    """Each act is tried after those before it: a second change of one entry would wait behind the first."""
    story = with_registries(range(1, 7))
    before = story.history.size
    asked = (*changes(), Suspend(registry="entity", id=entity_id(1), reason="示例"))
    outcomes = preview(story.history, asked, context(story))
    told = [(one.stream.partition(":")[2], one.field, one.new) for one in outcomes[0].changes]
    assert told == [("1300000001", "area", "示例乡")]
    assert [one.old for one in outcomes[0].changes] == ["示例镇"]
    fields = [[change.field for change in one.changes] for one in outcomes]
    assert fields[1:5] == [["suspended"], ["tags"], ["ratings", "credit_class"], ["licences"]]
    assert outcomes[6].refusal is not None
    assert outcomes[6].refusal.code == "change-pending"
    assert [one.refusal for one in outcomes[:6]] == [None] * 6
    assert (story.history.size, waiting(story)) == (before, ())


def test_what_a_draw_could_bring_is_not_tried() -> None:
    """Only lists and registries are."""
    story = with_registries(range(1, 2))
    with pytest.raises(DomainError, match="preview-impossible"):
        preview(
            story.history,
            [OpenTask(plan_number="联1", plan_year=2024, scheme="示例")],
            context(story),
        )


@pytest.mark.parametrize("registry", ["officer"])
def test_people_are_confirmed_in_batches_too(registry: Registry) -> None:
    """And nobody confirms a batch in which they stand themselves."""
    story = with_registries(range(1, 2))
    for number in (1, 2):
        training = RecordTraining(id=f"E{number}", course="示例培训", on="2024-01-02")
        story.act(*REGISTRAR, training)
    both = tuple(Proposal(registry=registry, id=f"E{n}", version=3) for n in (1, 2))
    story.act(*SECOND, ConfirmBatch(id="t1", proposals=both))
    with pytest.raises(DomainError, match="nothing-to-undo"):
        story.decide(*REGISTRAR, UndoBatch(id="t2", batch="t1", reason="示例"))
