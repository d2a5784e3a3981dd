"""The lines of the registries as they stand, folded from their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from domain.registry_commands import (
    ChangeConfirmed,
    ChangeRejected,
    Details,
    EntityAdded,
    EntityChanged,
    EntityDetails,
    Exempted,
    ExpertAdded,
    ExpertChanged,
    ExpertDetails,
    OfficerAdded,
    OfficerChanged,
    OfficerDetails,
    OfficerTrained,
    RecusalDeclared,
    Restored,
    Suspended,
    VisitRecorded,
)

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History

PendingAct = Literal["add", "change", "suspend", "restore", "visit", "exempt", "training"]


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A proposal that waits for its second person; `version` is the event that made it.

    `note` is the day of a visit, the name of a course or the number of a decision, `days` those of an exemption.
    """

    version: int
    act: PendingAct
    by: str
    details: Details | None = None
    note: str = ""
    days: tuple[str, str] = ("", "")


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
    """检查对象.

    `visits` are the days of inspections that were held outside this ledger, `exemptions` map decisions to their first and
    last day, `earlier` are details that held until a leaf.
    """

    details: EntityDetails | None = None
    visits: tuple[str, ...] = ()
    exemptions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    earlier: tuple[tuple[int, EntityDetails], ...] = ()

    @property
    def proposed(self) -> EntityDetails | None:
        """The confirmed details, or those of an addition that still waits."""
        waiting = self.pending.details if self.pending else None
        return self.details or (waiting if isinstance(waiting, EntityDetails) else None)

    def since(self, leaf: int) -> tuple[EntityDetails, ...]:
        """Details that held at this leaf or later and hold no more, oldest first."""
        return tuple(details for until, details in self.earlier if until > leaf)

    def exemption(self, first: str, last: str) -> str | None:
        """The decision that exempts the entity on a day of this window, of several the first by its number."""
        meeting = [
            decision
            for decision, (start, end) in self.exemptions.items()
            if start <= last and first <= end
        ]
        return min(meeting, key=str.encode, default=None)


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


def evolve_entity(state: Entity | None, recorded: Recorded, _history: History) -> Entity:
    """Fold one fact of an entity."""
    entity = state or Entity(id=recorded.stream.partition("/")[2])
    entry, pending = _evolve(entity, recorded), entity.pending
    if not isinstance(recorded.event, ChangeConfirmed) or pending is None:
        return entry
    match pending.act:
        case "visit":
            return replace(entry, visits=(*entry.visits, pending.note))
        case "exempt":
            return replace(entry, exemptions={**entry.exemptions, pending.note: pending.days})
        case "change" if entity.details is not None:
            return replace(entry, earlier=(*entry.earlier, (recorded.leaf, entity.details)))
        case _:
            return entry


def evolve_officer(state: Officer | None, recorded: Recorded, _history: History) -> Officer:
    """Fold one fact of an officer."""
    officer = state or Officer(id=recorded.stream.partition("/")[2])
    entry, pending = _evolve(officer, recorded), officer.pending
    if isinstance(recorded.event, RecusalDeclared):
        return replace(entry, recusals=entry.recusals | {recorded.event.entity})
    if isinstance(recorded.event, ChangeConfirmed) and pending and pending.act == "training":
        return replace(entry, trained=entry.trained | {pending.note})
    return entry


def evolve_expert(state: Expert | None, recorded: Recorded, _history: History) -> Expert:
    """Fold one fact of an expert."""
    return _evolve(state or Expert(id=recorded.stream.partition("/")[2]), recorded)


def _evolve(entry: E, recorded: Recorded) -> E:
    def wait(
        act: PendingAct,
        details: Details | None = None,
        note: str = "",
        days: tuple[str, str] = ("", ""),
    ) -> E:
        pending = Pending(
            version=recorded.version,
            act=act,
            by=recorded.actor.id,
            details=details,
            note=note,
            days=days,
        )
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
            return wait("suspend")
        case Restored():
            return wait("restore")
        case VisitRecorded(on=on):
            return wait("visit", note=on)
        case Exempted(decision=decision, valid_from=first, valid_to=last):
            return wait("exempt", note=decision, days=(first, last))
        case OfficerTrained(course=course):
            return wait("training", note=course)
        case ChangeConfirmed() if entry.pending is not None:
            return _apply_pending(entry, entry.pending)
        case ChangeRejected():
            return replace(entry, pending=None)
        case _:
            return entry


def _apply_pending(entry: E, pending: Pending) -> E:
    settled = replace(entry, pending=None)
    match pending.act:
        case "add" | "change":
            return replace(settled, details=pending.details)
        case "suspend" | "restore":
            return replace(settled, suspended=pending.act == "suspend")
        case "visit" | "exempt" | "training":
            return settled  # noted by the entry's own kind
