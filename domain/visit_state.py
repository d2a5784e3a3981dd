"""What was recorded of a visit beside its result, folded from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domain.inspection_commands import OfficerCheckedIn, OfficerCheckedOut
from domain.visit_commands import (
    Acknowledged,
    Acknowledgement,
    CapturedOffline,
    ChecklistAnswered,
    EvidenceAttached,
    NoticeWritten,
    OutcomeRecorded,
    PositionRecorded,
)

if TYPE_CHECKING:
    from domain.facts import Recorded


@dataclass(frozen=True, kw_only=True)
class Position:
    """A place in micro-degrees (WGS 84) and its accuracy in metres."""

    latitude: int
    longitude: int
    accuracy: int


@dataclass(frozen=True, kw_only=True)
class Spell:
    """One officer's time at the entity: by the ledger's clock, or, where it was captured offline, by their device's.

    `recorded_at` is always the ledger's: when the arrival came in. `left_at` is None for who is still there.
    """

    officer: str
    arrived_at: str
    left_at: str | None
    recorded_at: str
    offline: bool
    arrived: Position | None = None
    left: Position | None = None

    def meets(self, other: Spell) -> bool:
        """Whether both were there at one moment."""
        return (other.left_at is None or self.arrived_at < other.left_at) and (
            self.left_at is None or other.arrived_at < self.left_at
        )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A file of a visit: who attached it and when; `item` and `taken_at` may be ""."""

    sha256: str
    size: int
    media_type: str
    item: str
    taken_at: str
    by: str
    recorded_at: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit as it stands; `answers` are by item, `acknowledged` is the party's newest answer."""

    notice: NoticeWritten | None = None
    spells: tuple[Spell, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answers: Mapping[str, ChecklistAnswered] = field(default_factory=dict)
    outcome: OutcomeRecorded | None = None
    acknowledged: Acknowledgement | None = None

    @property
    def files(self) -> frozenset[str]:
        """The hashes of its files."""
        return frozenset(one.sha256 for one in self.evidence)

    def newest(self, officer: str) -> Spell | None:
        """The newest spell of an officer."""
        return next((one for one in reversed(self.spells) if one.officer == officer), None)


def evolve(visit: Visit, recorded: Recorded) -> Visit:
    """Fold one fact; one that says nothing of this changes nothing."""
    event, by, at = recorded.event, recorded.actor.id, recorded.recorded_at
    match event:
        case NoticeWritten():
            return replace(visit, notice=event)
        case OfficerCheckedIn():
            return _began(visit, _spell(by, at, None, at, offline=False))
        case OfficerCheckedOut():
            return _with_newest(visit, by, left_at=at)
        case CapturedOffline(arrived_at=arrived, left_at=left):
            return _began(visit, _spell(by, arrived, left, at, offline=True))
        case PositionRecorded(moment=moment):
            place = Position(
                latitude=event.latitude, longitude=event.longitude, accuracy=event.accuracy
            )
            if moment == "check-in":
                return _with_newest(visit, by, arrived=place)
            return _with_newest(visit, by, left=place)
        case EvidenceAttached():
            file = Evidence(**vars(event), by=by, recorded_at=at)
            return replace(visit, evidence=(*visit.evidence, file))
        case ChecklistAnswered(item=item):
            return replace(visit, answers={**visit.answers, item: event})
        case OutcomeRecorded():
            return replace(visit, outcome=event)
        case Acknowledged(answer=answer):
            return replace(visit, acknowledged=answer)
        case _:
            return visit


def _spell(officer: str, arrived: str, left: str | None, at: str, *, offline: bool) -> Spell:
    return Spell(officer=officer, arrived_at=arrived, left_at=left, recorded_at=at, offline=offline)


def _began(visit: Visit, spell: Spell) -> Visit:
    return replace(visit, spells=(*visit.spells, spell))


def _with_newest(visit: Visit, officer: str, **changes: Position | str) -> Visit:
    """Change the newest spell of an officer, where there is one."""
    newest = visit.newest(officer)
    spells = tuple(
        replace(one, **changes) if one is newest else one  # type: ignore[arg-type]  # fields of a spell
        for one in visit.spells
    )
    return replace(visit, spells=spells)
