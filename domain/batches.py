"""Many changes of the registries in one act: confirmed or turned down together, and undone together by changes that take them back.

What is proposed stands in the streams of its entries, as ever; a batch names each proposal by its version, so that whoever signs
it signs for exactly these. An undoing is a proposal again and waits for a second person; what was changed since stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from domain import registry
from domain.compensation import compensation
from domain.errors import DomainError
from domain.facts import Fact
from domain.registry_commands import ConfirmChange, Registry, RejectChange
from domain.registry_state import Entity, Entry, Expert, Officer
from domain.rules import require_reason, require_slug
from domain.subjects import Subject

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

_KINDS: dict[Registry, type[Entity | Officer | Expert]] = {
    "entity": Entity,
    "officer": Officer,
    "expert": Expert,
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What waits in an entry of a registry: `version` is the event that proposed it."""

    registry: Registry
    id: str
    version: int

    @property
    def entry(self) -> str:
        """The stream of the entry."""
        return f"{self.registry}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """An entry that an undoing leaves as it is, and the code of why."""

    registry: Registry
    id: str
    why: str


@dataclass(frozen=True, kw_only=True)
class BatchCommand:
    """What all commands to one batch carry; its id is chosen by whoever confirms, turns down or undoes first."""

    id: str

    @property
    def stream(self) -> str:
        return f"batch/{self.id}"


@dataclass(frozen=True, kw_only=True)
class ConfirmBatch(BatchCommand):
    """The second person confirms all of these proposals, or none where one of them cannot be."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True)
class RejectBatch(BatchCommand):
    """The second person turns all of these proposals down."""

    proposals: tuple[Proposal, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class UndoBatch(BatchCommand):
    """Propose changes that take back what another, confirmed `batch` did; entries that changed since are left out by name."""

    batch: str
    reason: str


AnyBatchCommand = ConfirmBatch | RejectBatch | UndoBatch


@dataclass(frozen=True, kw_only=True)
class BatchConfirmed:
    """All of these proposals hold: each entry says so in its own stream too."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True)
class BatchRejected:
    """None of these proposals holds: each entry says so in its own stream too."""

    proposals: tuple[Proposal, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class BatchUndoProposed:
    """Changes that take back another batch were proposed in the streams of its entries; `left_out` are those that stay."""

    batch: str
    reason: str
    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch as it stands: `confirmed` are its entries as they were before, each with what then was confirmed."""

    id: str
    proposed: tuple[Proposal, ...] = ()
    confirmed: tuple[Entry, ...] = ()
    settled: bool = False


def decide(
    state: Batch | None, command: AnyBatchCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    require_slug(command.id, "id")
    match command:
        case ConfirmBatch() | RejectBatch():
            return _settle(state, command, context, history)
        case UndoBatch():
            return _undo(state, command, history)
        case _:
            assert_never(command)


def _settle(
    state: Batch | None, command: ConfirmBatch | RejectBatch, context: Context, history: History
) -> tuple[Fact, ...]:
    proposals = command.proposals
    if state is not None and state.settled:
        raise DomainError("wrong-stage", f"批次 {command.id} 已办结 / the batch is settled already")
    if len({one.entry for one in proposals}) < len(proposals):
        raise DomainError("duplicate-id", "proposals: 同一条目出现两次 / an entry stands twice")
    if not proposals or (state is not None and not set(proposals) <= set(state.proposed)):
        detail = f"批次 {command.id}: 须列出其待复核的变更 / name what of this batch waits"
        raise DomainError("nothing-to-confirm", detail)
    event: BatchConfirmed | BatchRejected = BatchConfirmed(proposals=proposals)
    if isinstance(command, RejectBatch):
        require_reason(command.reason)
        event = BatchRejected(proposals=proposals, reason=command.reason)
    settled = tuple(_settle_one(one, command, context, history) for one in proposals)
    return (Fact(stream=command.stream, event=event), *settled)


def _settle_one(
    one: Proposal, command: ConfirmBatch | RejectBatch, context: Context, history: History
) -> Fact:
    entry = history.get(_KINDS[one.registry], one.id)
    if entry is None:
        raise DomainError("unknown-entry", f"名录中没有 {one.entry} / not in the registry")
    single = (
        ConfirmChange(registry=one.registry, id=one.id, version=one.version)
        if isinstance(command, ConfirmBatch)
        else RejectChange(
            registry=one.registry, id=one.id, version=one.version, reason=command.reason
        )
    )
    event = registry.settle(entry, single, context)
    return Fact(stream=one.entry, event=event, subject=one.entry)


def _undo(state: Batch | None, command: UndoBatch, history: History) -> tuple[Fact, ...]:
    if state is not None:
        raise DomainError("already-registered", f"批次 {command.id} 已有 / there is such a batch")
    require_reason(command.reason)
    done = history.get(Batch, command.batch)
    if done is None or not done.confirmed:
        detail = f"批次 {command.batch} 未曾复核通过 / no such batch was confirmed"
        raise DomainError("unknown-batch", detail)
    facts: list[Fact] = []
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    for before in done.confirmed:
        kind = registry_of(before)
        proposal = Proposal(registry=kind, id=before.id, version=0)
        try:
            event = _take_back(before, proposal.entry, command.reason, history)
        except DomainError as refusal:
            left_out.append(LeftOut(registry=kind, id=before.id, why=refusal.code))
            continue
        version = history.version(proposal.entry) + 1
        proposals.append(replace(proposal, version=version))
        facts.append(Fact(stream=proposal.entry, event=event, subject=proposal.entry))
    if not facts:
        detail = f"批次 {command.batch}: 没有可撤回的变更 / nothing of it can be taken back"
        raise DomainError("nothing-to-undo", detail)
    undone = BatchUndoProposed(
        batch=command.batch,
        reason=command.reason,
        proposals=tuple(proposals),
        left_out=tuple(left_out),
    )
    return (Fact(stream=command.stream, event=undone), *facts)


def _take_back(before: Entry, stream: str, reason: str, history: History) -> object:
    subject = history.get(Subject, stream)
    if subject is not None and subject.erased:
        raise DomainError("subject-erased", f"{stream}: 个人信息已删除 / was erased")
    now = history.get(type(before), before.id)
    assert now is not None
    return compensation(before, now, reason)


def registry_of(entry: Entry) -> Registry:
    """The registry in which an entry stands."""
    return next(name for name, kind in _KINDS.items() if isinstance(entry, kind))


def evolve(state: Batch | None, recorded: Recorded, history: History) -> Batch:
    """Fold one fact; what a confirmed batch did is told by its entries as they were before it."""
    batch = state or Batch(id=recorded.stream.partition("/")[2])
    match recorded.event:
        case BatchUndoProposed(proposals=proposals):
            return replace(batch, proposed=proposals)
        case BatchConfirmed(proposals=proposals):
            found = (history.get(_KINDS[one.registry], one.id) for one in proposals)
            entries = tuple(entry for entry in found if entry is not None)
            return replace(batch, proposed=proposals, confirmed=entries, settled=True)
        case BatchRejected(proposals=proposals):
            return replace(batch, proposed=proposals, settled=True)
        case _:
            return batch
