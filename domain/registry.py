"""The registries 名录库: entities, officers and experts.

A registrar proposes (add, change, suspend, restore), a second person confirms; until then the change waits beside the
confirmed state. Nothing is ever removed. The three registries share everything but their details.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from domain.errors import DomainError
from domain.facts import Fact
from domain.identifiers import require_entity_id
from domain.organisation import Department
from domain.registry_commands import (
    AddEntity,
    AddExpert,
    AddOfficer,
    ChangeConfirmed,
    ChangeEntity,
    ChangeExpert,
    ChangeOfficer,
    ChangeRejected,
    ConfirmChange,
    DeclareRecusal,
    Details,
    EntityAdded,
    EntityChanged,
    EntityDetails,
    ExpertAdded,
    ExpertChanged,
    ExpertDetails,
    OfficerAdded,
    OfficerChanged,
    OfficerDetails,
    OfficerTrained,
    RecordTraining,
    RecordVisit,
    RecusalDeclared,
    RegistryCommand,
    RejectChange,
    Restore,
    Restored,
    Suspend,
    Suspended,
    VisitRecorded,
)
from domain.rules import (
    parse_date,
    require_other_person,
    require_reason,
    require_slug,
    require_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Context, Recorded
    from domain.history import History

PendingAct = Literal["add", "change", "suspend", "restore"]


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A proposal that waits for its second person; `version` is the event that made it."""

    version: int
    act: PendingAct
    by: str
    details: Details | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a registry: what is confirmed, and what waits."""

    id: str
    details: Details | None = None
    suspended: bool = False
    pending: Pending | None = None

    @property
    def active(self) -> bool:
        """Confirmed and not suspended."""
        return self.details is not None and not self.suspended


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, kw_only=True)
class Entity(Entry):
    """检查对象. `visits` are the days of inspections that were held outside this ledger."""

    details: EntityDetails | None = None
    visits: tuple[str, ...] = ()

    @property
    def proposed(self) -> EntityDetails | None:
        """The confirmed details, or those of an addition that still waits."""
        waiting = self.pending.details if self.pending else None
        return self.details or (waiting if isinstance(waiting, EntityDetails) else None)


@dataclass(frozen=True, kw_only=True)
class Officer(Entry):
    """执法检查人员. `recusals` are entity ids, `trained` the courses attended."""

    details: OfficerDetails | None = None
    recusals: frozenset[str] = frozenset()
    trained: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Expert(Entry):
    """专家."""

    details: ExpertDetails | None = None


def decide(
    state: Entry | None, command: RegistryCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, AddEntity | AddOfficer | AddExpert):
        return _add(state, command, history)
    if state is None:
        raise DomainError("unknown-entry", f"名录中没有 {command.stream} / not in the registry")
    personal: Mapping[str, str] = {}
    event: object
    match command:
        case ChangeEntity() | ChangeOfficer() | ChangeExpert():
            event, personal = _change(state, command, history), command.personal
        case Suspend() | Restore():
            event = _suspend_or_restore(state, command)
        case ConfirmChange() | RejectChange():
            event = _settle(state, command, context)
        case RecordVisit() | DeclareRecusal() | RecordTraining():
            event, personal = _annotate(state, command, context)
    return (Fact(stream=command.stream, event=event, personal=personal, subject=command.stream),)


def _add(
    state: Entry | None, command: AddEntity | AddOfficer | AddExpert, history: History
) -> tuple[Fact, ...]:
    if isinstance(command, AddEntity):
        require_entity_id(command.id, override_reason=command.override_reason)
    else:
        require_slug(command.id, "id")
    if state is not None:
        known = state.details or (state.pending.details if state.pending else None)
        if known == command.details:
            return ()
        raise DomainError(
            "already-registered",
            f"{command.stream} 已登记且内容不同 / registered with other content",
        )
    _check_details(command.details, history)
    event: object
    match command:
        case AddEntity():
            event = EntityAdded(
                details=command.details,
                source=command.source,
                override_reason=command.override_reason,
            )
        case AddOfficer():
            event = OfficerAdded(details=command.details, source=command.source)
        case AddExpert():
            event = ExpertAdded(details=command.details, source=command.source)
    fact = Fact(
        stream=command.stream, event=event, personal=command.personal, subject=command.stream
    )
    return (fact,)


def _change(
    state: Entry, command: ChangeEntity | ChangeOfficer | ChangeExpert, history: History
) -> object:
    _require_settled(state)
    require_reason(command.reason)
    _check_details(command.details, history)
    match command:
        case ChangeEntity():
            return EntityChanged(details=command.details, reason=command.reason)
        case ChangeOfficer():
            return OfficerChanged(details=command.details, reason=command.reason)
        case ChangeExpert():
            return ExpertChanged(details=command.details, reason=command.reason)


def _check_details(details: Details, history: History) -> None:
    match details:
        case EntityDetails():
            require_text(details.name, "name")
            require_text(details.kind, "kind")
        case OfficerDetails():
            if history.get(Department, details.department) is None:
                raise DomainError(
                    "unknown-department", f"部门 {details.department} 未登记 / not registered"
                )
            parse_date(details.certificate_expires, "certificate_expires")
        case ExpertDetails():
            require_text(details.organisation, "organisation")


def _suspend_or_restore(state: Entry, command: Suspend | Restore) -> Suspended | Restored:
    _require_settled(state)
    require_reason(command.reason)
    if state.suspended == isinstance(command, Suspend):
        raise DomainError("wrong-stage", f"{state.id} 已处于该状态 / is in that state already")
    if isinstance(command, Suspend):
        return Suspended(reason=command.reason)
    return Restored(reason=command.reason)


def _require_settled(state: Entry) -> None:
    if state.pending is not None:
        raise DomainError(
            "change-pending",
            f"{state.id} 尚有待复核的变更 / a change still waits for its second person",
        )


def _settle(
    state: Entry, command: ConfirmChange | RejectChange, context: Context
) -> ChangeConfirmed | ChangeRejected:
    if state.pending is None or state.pending.version != command.version:
        raise DomainError(
            "nothing-to-confirm",
            f"{state.id}: 没有版本 {command.version} 的待复核变更 / no such change waits",
        )
    require_other_person(context, state.pending.by, "名录复核 / registry confirmation")
    if isinstance(command, ConfirmChange):
        return ChangeConfirmed(version=command.version)
    require_reason(command.reason)
    return ChangeRejected(version=command.version, reason=command.reason)


def _annotate(
    state: Entry, command: RecordVisit | DeclareRecusal | RecordTraining, context: Context
) -> tuple[object, Mapping[str, str]]:
    if not isinstance(state, Entity if isinstance(command, RecordVisit) else Officer):
        raise DomainError(
            "unknown-entry", f"{command.stream} 不属于该名录 / is not of that registry"
        )
    match command:
        case RecordVisit():
            parse_date(command.on, "on")
            return VisitRecorded(on=command.on, reference=command.reference), {}
        case DeclareRecusal():
            if context.actor.id != command.id:
                raise DomainError(
                    "not-yourself", "回避由本人申报 / an officer declares their own recusals"
                )
            require_entity_id(command.entity, override_reason="declared as it stands")
            return RecusalDeclared(entity=command.entity), {"reason": command.reason}
        case RecordTraining():
            parse_date(command.on, "on")
            return OfficerTrained(course=command.course, on=command.on), {}


def evolve_entity(state: Entity | None, recorded: Recorded, _history: History) -> Entity:
    """Fold one fact of an entity."""
    entry = _evolve(state or Entity(id=recorded.stream.partition("/")[2]), recorded)
    if isinstance(recorded.event, VisitRecorded):
        return replace(entry, visits=(*entry.visits, recorded.event.on))
    return entry


def evolve_officer(state: Officer | None, recorded: Recorded, _history: History) -> Officer:
    """Fold one fact of an officer."""
    entry = _evolve(state or Officer(id=recorded.stream.partition("/")[2]), recorded)
    match recorded.event:
        case RecusalDeclared(entity=entity):
            return replace(entry, recusals=entry.recusals | {entity})
        case OfficerTrained(course=course):
            return replace(entry, trained=entry.trained | {course})
        case _:
            return entry


def evolve_expert(state: Expert | None, recorded: Recorded, _history: History) -> Expert:
    """Fold one fact of an expert."""
    return _evolve(state or Expert(id=recorded.stream.partition("/")[2]), recorded)


def _evolve(entry: E, recorded: Recorded) -> E:
    def wait(act: PendingAct, details: Details | None) -> E:
        pending = Pending(version=recorded.version, act=act, by=recorded.actor.id, details=details)
        return replace(entry, pending=pending)

    match recorded.event:
        case (
            EntityAdded(details=details)
            | OfficerAdded(details=details)
            | ExpertAdded(details=details)
        ):
            return wait("add", details)
        case (
            EntityChanged(details=details)
            | OfficerChanged(details=details)
            | ExpertChanged(details=details)
        ):
            return wait("change", details)
        case Suspended():
            return wait("suspend", None)
        case Restored():
            return wait("restore", None)
        case ChangeConfirmed() if entry.pending is not None:
            return _apply_pending(entry, entry.pending)
        case ChangeRejected():
            return replace(entry, pending=None)
        case _:
            return entry


def _apply_pending(entry: E, pending: Pending) -> E:
    match pending.act:
        case "add" | "change":
            return replace(entry, details=pending.details, pending=None)
        case "suspend" | "restore":
            return replace(entry, suspended=pending.act == "suspend", pending=None)
