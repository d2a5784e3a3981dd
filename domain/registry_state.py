"""The lines of the registries as they stand, folded from their facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from domain.classification import EntryTagged, tagged
from domain.entity_records import (
    CreditRated,
    EntityLicensed,
    LicenceWithdrawn,
    RatingWithdrawn,
    Record,
    class_on,
)
from domain.personnel_commands import (
    LeaveRecorded,
    OfficerTrained,
    RecusalDeclared,
    RelationEnded,
    RelationRecorded,
)
from domain.registry_commands import (
    ChangeConfirmed,
    ChangeRejected,
    CreditClass,
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
    Restored,
    Suspended,
    VisitRecorded,
)
from domain.rules import day_after
from domain.values import changed

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History

PendingAct = Literal[
    "add",
    "change",
    "suspend",
    "restore",
    "visit",
    "exempt",
    "training",
    "leave",
    "relation",
    "relation-end",
    "tag",
    "licence",
    "licence-end",
    "rating",
    "rating-end",
]
_LAST_DAY = "9999-12-31"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A proposal that waits for its second person; `version` is the event that made it.

    `note` is the day of a visit, the name of a course, the number of a decision or the entity of a relation, `days` are
    those of an exemption, a leave or a course, `relation` is of what kind it is, `proposed` what is to be recorded or tagged.
    """

    version: int
    act: PendingAct
    by: str
    details: Details | None = None
    note: str = ""
    days: tuple[str, str] = ("", "")
    relation: str = ""
    proposed: EntryTagged | Record | None = None


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
    last day, `earlier` are details that held until a leaf. `licences` are by number, `ratings` by day; `unrated_class` is the
    class that the entity had before any rating was recorded.
    """

    details: EntityDetails | None = None
    visits: tuple[str, ...] = ()
    exemptions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    earlier: tuple[tuple[int, EntityDetails], ...] = ()
    licences: Mapping[str, EntityLicensed] = field(default_factory=dict)
    ratings: Mapping[str, CreditRated] = field(default_factory=dict)
    unrated_class: CreditClass | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """The confirmed tags."""
        return self.details.tags if self.details else ()

    def class_on(self, day: str) -> CreditClass | None:
        """The credit-risk class that held on a day (YYYY-MM-DD), as the ratings on record tell it."""
        return class_on(self.ratings, day, self.unrated_class)

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
    """执法检查人员.

    `recusals` are entity ids that the officer declared, `relations` map others to what is recorded, `trained` courses
    to the last day on which they were attended, `leaves` map first days to last days.
    """

    details: OfficerDetails | None = None
    recusals: frozenset[str] = frozenset()
    relations: Mapping[str, str] = field(default_factory=dict)
    trained: Mapping[str, str] = field(default_factory=dict)
    leaves: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def barred(self) -> frozenset[str]:
        """The entities that the officer must not inspect."""
        return self.recusals | frozenset(self.relations)

    def away(self, first: str, last: str) -> bool:
        """Whether the leaves together cover all of these days."""
        free = first  # the first day that no leave covers
        for start, end in sorted(self.leaves.items()):
            if start <= free <= end:
                free = day_after(end)
        return free > last


@dataclass(frozen=True, kw_only=True)
class Expert(Entry):
    """专家. `relations` map entities to what is recorded."""

    details: ExpertDetails | None = None
    relations: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def barred(self) -> frozenset[str]:
        """The entities that the expert must not look at."""
        return frozenset(self.relations)


P = TypeVar("P", Officer, Expert)


def evolve_entity(state: Entity | None, recorded: Recorded, _history: History) -> Entity:
    """Fold one fact of an entity."""
    entity = state or Entity(id=recorded.stream.partition("/")[2])
    pending = entity.pending
    if not isinstance(recorded.event, ChangeConfirmed) or pending is None:
        return _evolve(entity, recorded)
    match pending.act:
        case "visit":
            return changed(entity, pending=None, visits=(*entity.visits, pending.note))
        case "exempt":
            exemptions = {**entity.exemptions, pending.note: pending.days}
            return changed(entity, pending=None, exemptions=exemptions)
        case "change" if entity.details is not None:
            details = _sharing(pending.details, entity.details)
            return _with_details(entity, details, recorded.leaf)
        case _ if pending.proposed is not None and entity.details is not None:
            return _noted(entity, entity.details, pending.proposed, recorded.leaf)
        case _:
            return _evolve(entity, recorded)


def _with_details(entity: Entity, details: Details | None, leaf: int) -> Entity:
    """The entity with other details from a leaf on; those before are kept."""
    assert entity.details is not None
    earlier = (*entity.earlier, (leaf, entity.details))
    return changed(entity, pending=None, details=details, earlier=earlier)


def _noted(
    entity: Entity, details: EntityDetails, proposed: EntryTagged | Record, leaf: int
) -> Entity:
    match proposed:
        case EntryTagged(add=add, remove=remove):
            other = changed(details, tags=tagged(details.tags, add, remove))
            return _with_details(entity, other, leaf)
        case EntityLicensed():
            licences = {**entity.licences, proposed.number: proposed}
            return changed(entity, pending=None, licences=licences)
        case LicenceWithdrawn():
            licences = {key: one for key, one in entity.licences.items() if key != proposed.number}
            return changed(entity, pending=None, licences=licences)
        case CreditRated():
            return _rated(entity, details, {**entity.ratings, proposed.on: proposed}, leaf)
        case RatingWithdrawn():
            ratings = {day: one for day, one in entity.ratings.items() if day != proposed.on}
            return _rated(entity, details, ratings, leaf)


def _rated(
    entity: Entity, details: EntityDetails, ratings: Mapping[str, CreditRated], leaf: int
) -> Entity:
    """The class of the newest rating is that of the entity; it moves only where that is another one."""
    unrated = entity.unrated_class if entity.ratings else details.credit_class
    rated = changed(entity, pending=None, ratings=ratings, unrated_class=unrated)
    now = rated.class_on(_LAST_DAY)
    if now == details.credit_class:
        return rated
    return _with_details(rated, changed(details, credit_class=now), leaf)


def _sharing(new: Details | None, old: EntityDetails) -> Details | None:
    """The new details with the very texts of the old ones where they are equal: all that ever held are kept."""
    same = {name: text for name, text in vars(old).items() if text == getattr(new, name, None)}
    return changed(new, **same) if new is not None else None


def evolve_officer(state: Officer | None, recorded: Recorded, _history: History) -> Officer:
    """Fold one fact of an officer."""
    officer = state or Officer(id=recorded.stream.partition("/")[2])
    entry, pending = _evolve(officer, recorded), officer.pending
    if isinstance(recorded.event, RecusalDeclared):
        return changed(entry, recusals=entry.recusals | {recorded.event.entity})
    if not isinstance(recorded.event, ChangeConfirmed) or pending is None:
        return entry
    match pending.act:
        case "training":
            last = max(pending.days[0], entry.trained.get(pending.note, ""))
            return changed(entry, trained={**entry.trained, pending.note: last})
        case "leave":
            first, last = pending.days
            return changed(entry, leaves={**entry.leaves, first: last})
        case "tag":
            return _tagged(entry, pending)
        case "relation-end":
            recusals, relations = entry.recusals - {pending.note}, entry.relations
            return changed(entry, recusals=recusals, relations=_related(relations, pending))
        case _:
            return changed(entry, relations=_related(entry.relations, pending))


def evolve_expert(state: Expert | None, recorded: Recorded, _history: History) -> Expert:
    """Fold one fact of an expert."""
    expert = state or Expert(id=recorded.stream.partition("/")[2])
    entry, pending = _evolve(expert, recorded), expert.pending
    if not isinstance(recorded.event, ChangeConfirmed) or pending is None:
        return entry
    if pending.act == "tag":
        return _tagged(entry, pending)
    return changed(entry, relations=_related(entry.relations, pending))


def _tagged(entry: P, pending: Pending) -> P:
    proposed = pending.proposed
    assert isinstance(proposed, EntryTagged)
    return changed(entry, tags=tagged(entry.tags, proposed.add, proposed.remove))


def _related(relations: Mapping[str, str], pending: Pending) -> Mapping[str, str]:
    match pending.act:
        case "relation":
            return {**relations, pending.note: pending.relation}
        case "relation-end":
            return {entity: kind for entity, kind in relations.items() if entity != pending.note}
        case _:
            return relations


def _evolve(entry: E, recorded: Recorded) -> E:
    event = recorded.event
    if isinstance(event, ChangeConfirmed) and entry.pending is not None:
        return _apply_pending(entry, entry.pending)
    if isinstance(event, ChangeRejected):
        return changed(entry, pending=None)
    proposed = _PROPOSED.get(type(event))
    if proposed is None:
        return entry
    pending = changed(
        _ANY_PENDING, version=recorded.version, by=recorded.actor.id, **proposed(event)
    )
    return changed(entry, pending=pending)


_ANY_PENDING = Pending(version=0, act="add", by="")
_PROPOSED: Mapping[type, Callable[[Any], dict[str, object]]] = {
    **dict.fromkeys(
        (EntityAdded, OfficerAdded, ExpertAdded), lambda e: {"act": "add", "details": e.details}
    ),
    **dict.fromkeys(
        (EntityChanged, OfficerChanged, ExpertChanged),
        lambda e: {"act": "change", "details": e.details},
    ),
    Suspended: lambda _: {"act": "suspend"},
    Restored: lambda _: {"act": "restore"},
    VisitRecorded: lambda e: {"act": "visit", "note": e.on},
    Exempted: lambda e: {
        "act": "exempt",
        "note": e.decision,
        "days": (e.valid_from, e.valid_to),
    },
    OfficerTrained: lambda e: {"act": "training", "note": e.course, "days": (e.on, e.on)},
    LeaveRecorded: lambda e: {"act": "leave", "days": (e.first, e.last)},
    RelationRecorded: lambda e: {"act": "relation", "note": e.entity, "relation": e.relation},
    RelationEnded: lambda e: {"act": "relation-end", "note": e.entity},
    EntryTagged: lambda e: {"act": "tag", "proposed": e},
    EntityLicensed: lambda e: {"act": "licence", "proposed": e},
    LicenceWithdrawn: lambda e: {"act": "licence-end", "proposed": e},
    CreditRated: lambda e: {"act": "rating", "proposed": e},
    RatingWithdrawn: lambda e: {"act": "rating-end", "proposed": e},
}
"""What waits after each kind of proposal: the fields of `Pending` that are its own."""


def _apply_pending(entry: E, pending: Pending) -> E:
    match pending.act:
        case "add" | "change":
            return changed(entry, pending=None, details=pending.details)
        case "suspend" | "restore":
            return changed(entry, pending=None, suspended=pending.act == "suspend")
        case _:
            return changed(entry, pending=None)  # noted by the entry's own kind
