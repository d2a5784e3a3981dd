"""应纳尽纳: the registry beside an outside list. Who is missing here, who is gone there, whose name differs; each difference decided.

It is open until every difference is decided. A decision to suspend or to rename proposes that change at once; one to add asks that
the entry was proposed, since only a registrar knows its details; one that says "not ours" leaves everything as it is, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain import registry
from domain.errors import DomainError
from domain.facts import Fact
from domain.registry_commands import ChangeEntity, Registry, Suspend
from domain.registry_state import Entity, Expert, Officer
from domain.rules import require_reason, require_sha256, require_slug, require_text
from domain.values import changed

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History
    from domain.registry_state import Entry

DifferenceKind = Literal["missing-here", "gone-there", "name-differs"]
Decision = Literal["add", "suspend", "rename", "not-ours"]
_KINDS: dict[Registry, type[Entity | Officer | Expert]] = {
    "entity": Entity,
    "officer": Officer,
    "expert": Expert,
}
_REMEDY: dict[DifferenceKind, Decision] = {
    "missing-here": "add",
    "gone-there": "suspend",
    "name-differs": "rename",
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the outside list; of people the name is left empty, since it is personal."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What stands in one of the two and not alike in the other; names are "" where there is none."""

    id: str
    kind: DifferenceKind
    name_here: str
    name_there: str


@dataclass(frozen=True, kw_only=True)
class OpenReconciliation:
    """Compare a registry with an outside list, complete for entities of these `kinds` (all, where empty).

    `source` says whose list it is, `document` is the SHA-256 of the file, in hex.
    """

    id: str
    registry: Registry
    kinds: tuple[str, ...]
    source: str
    document: str
    listed: tuple[Listed, ...]

    @property
    def stream(self) -> str:
        return f"reconciliation/{self.id}"


@dataclass(frozen=True, kw_only=True)
class DecideDifference:
    """Decide one difference, by the id of its entry, and say why."""

    id: str
    entry: str
    decision: Decision
    reason: str

    @property
    def stream(self) -> str:
        return f"reconciliation/{self.id}"


@dataclass(frozen=True, kw_only=True)
class ReconciliationOpened:
    """The registry was compared with an outside list; each difference waits for a decision."""

    registry: Registry
    kinds: tuple[str, ...]
    source: str
    document: str
    listed: tuple[Listed, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class DifferenceDecided:
    """One difference is decided, with the reason."""

    entry: str
    decision: Decision
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """A comparison as it stands: `waiting` and `decided` map entries to their difference and to its decision."""

    id: str
    registry: Registry
    waiting: Mapping[str, Difference]
    decided: Mapping[str, DifferenceDecided] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether a difference is undecided still."""
        return bool(self.waiting)


def decide(
    state: Reconciliation | None,
    command: OpenReconciliation | DecideDifference,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    match command:
        case OpenReconciliation():
            return (Fact(stream=command.stream, event=_open(state, command, history)),)
        case DecideDifference():
            return _decide(state, command, context, history)
        case _:
            assert_never(command)


def _open(
    state: Reconciliation | None, command: OpenReconciliation, history: History
) -> ReconciliationOpened:
    require_slug(command.id, "id")
    if state is not None:
        raise DomainError("already-registered", f"核对 {command.id} 已有 / there is such a one")
    require_text(command.source, "source")
    require_sha256(command.document, "document")
    if not command.listed or len({one.id for one in command.listed}) < len(command.listed):
        raise DomainError(
            "duplicate-id", "listed: 名单为空或编号重复 / empty, or an id stands twice"
        )
    if command.registry != "entity" and (command.kinds or any(o.name for o in command.listed)):
        detail = "人员名单只写工号，不写姓名和类型 / lists of people hold their ids only, no names and no kinds"
        raise DomainError("list-invalid", detail)
    return ReconciliationOpened(
        registry=command.registry,
        kinds=command.kinds,
        source=command.source,
        document=command.document,
        listed=command.listed,
        differences=differences(command, history),
    )


def differences(command: OpenReconciliation, history: History) -> tuple[Difference, ...]:
    """Compare, by id: what is confirmed here and not suspended with what is listed there."""
    here = {
        one.id: _name(one)
        for one in history.all(_KINDS[command.registry])
        if one.active and _within(one, command.kinds)
    }
    there = {one.id: one.name for one in command.listed}
    found: list[Difference] = []
    for id_ in sorted(here.keys() | there.keys(), key=str.encode):
        kind: DifferenceKind
        if id_ not in here:
            known = history.get(_KINDS[command.registry], id_)
            if known is not None and known.active:
                continue  # stands here as another kind, and is not missing
            kind = "missing-here"
        elif id_ not in there:
            kind = "gone-there"
        elif there[id_] not in {"", here[id_]}:
            kind = "name-differs"
        else:
            continue
        names = {"name_here": here.get(id_, ""), "name_there": there.get(id_, "")}
        found.append(Difference(id=id_, kind=kind, **names))
    return tuple(found)


def _name(entry: Entry) -> str:
    return entry.details.name if isinstance(entry, Entity) and entry.details else ""


def _within(entry: Entry, kinds: tuple[str, ...]) -> bool:
    if not isinstance(entry, Entity) or entry.details is None:
        return True
    return not kinds or entry.details.kind in kinds


def _decide(
    state: Reconciliation | None, command: DecideDifference, context: Context, history: History
) -> tuple[Fact, ...]:
    if state is None:
        raise DomainError("unknown-reconciliation", f"没有核对 {command.id} / no such one is open")
    require_reason(command.reason)
    difference = state.waiting.get(command.entry)
    if difference is None:
        detail = f"{command.entry}: 不是待决定的差异 / no difference that waits"
        raise DomainError("nothing-to-confirm", detail)
    if command.decision not in {_REMEDY[difference.kind], "not-ours"}:
        detail = f"{command.entry}: {difference.kind} 不能如此决定 / cannot be decided like this"
        raise DomainError("wrong-stage", detail)
    event = DifferenceDecided(entry=command.entry, decision=command.decision, reason=command.reason)
    fact = Fact(stream=command.stream, event=event)
    return (fact, *_remedy(state.registry, difference, command, context, history))


def _remedy(
    kind: Registry,
    difference: Difference,
    command: DecideDifference,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """What the decision proposes: nothing where the entry says it already."""
    entry = history.get(_KINDS[kind], difference.id)
    match command.decision:
        case "add":
            if entry is None or (entry.details is None and entry.pending is None):
                detail = f"{difference.id}: 请先登记，再作此决定 / register it first, then decide"
                raise DomainError("unknown-entry", detail)
            return ()
        case "suspend":
            assert entry is not None
            if entry.suspended:
                return ()
            rest = Suspend(registry=kind, id=difference.id, reason=command.reason)
            return registry.decide(entry, rest, context, history)
        case "rename":
            assert isinstance(entry, Entity)
            assert entry.details is not None
            if entry.details.name == difference.name_there:
                return ()
            details = changed(entry.details, name=difference.name_there)
            change = ChangeEntity(
                id=difference.id, details=details, reason=command.reason, personal={}
            )
            return registry.decide(entry, change, context, history)
        case "not-ours":
            return ()


def evolve(state: Reconciliation | None, recorded: Recorded, _history: History) -> Reconciliation:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, ReconciliationOpened):
        return Reconciliation(
            id=recorded.stream.partition("/")[2],
            registry=event.registry,
            waiting={one.id: one for one in event.differences},
        )
    assert state is not None
    if not isinstance(event, DifferenceDecided):
        return state
    waiting = {id_: one for id_, one in state.waiting.items() if id_ != event.entry}
    return replace(state, waiting=waiting, decided={**state.decided, event.entry: event})
