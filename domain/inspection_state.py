"""One inspection as it stands, folded from its facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from domain.inspection_commands import (
    CorrectionOrdered,
    CorrectionVerified,
    InspectionAssigned,
    InspectionNotified,
    OfficerCheckedIn,
    OfficerCheckedOut,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
)
from domain.rules import china_date

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History

MIN_OFFICERS = 2  # Law: an inspection is carried out by at least two officers.
Status = Literal["assigned", "entered", "confirmed", "approved", "published"]


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """An order to correct and whether it was met."""

    requirement: str
    due: str
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """An inspection as it stands.

    `checked_in` and `checked_out` hold officer ids in the order of their acts, `together` those who met a colleague there.
    """

    id: str
    assigned: InspectionAssigned
    status: Status = "assigned"
    notified: bool = False
    checked_in: tuple[str, ...] = ()
    checked_out: tuple[str, ...] = ()
    together: frozenset[str] = frozenset()
    first_visit_on: str | None = None
    result: ResultEntered | None = None
    entered_by: str | None = None
    reviewed_by: str | None = None
    follow_up: FollowUp | None = None

    @property
    def task(self) -> str:
        """The plan number of its task."""
        return self.assigned.task

    @property
    def entity(self) -> str:
        """The id of what is inspected."""
        return self.assigned.entity

    @property
    def officers(self) -> tuple[str, ...]:
        """The ids of the assigned officers."""
        return tuple(officer.id for officer in self.assigned.officers)


def inspection_id(task: str, entity: str) -> str:
    """The one inspection of an entity within a task."""
    return f"{task}:{entity}"


def evolve(state: Inspection | None, recorded: Recorded, _history: History) -> Inspection:
    """Fold one fact."""
    event, by = recorded.event, recorded.actor.id
    if isinstance(event, InspectionAssigned):
        return Inspection(id=recorded.stream.partition("/")[2], assigned=event)
    assert state is not None
    match event:
        case InspectionNotified():
            return replace(state, notified=True)
        case OfficerCheckedIn():
            return _arrived(state, by, china_date(recorded.recorded_at))
        case OfficerCheckedOut():
            return replace(state, checked_out=(*state.checked_out, by))
        case ResultEntered():
            return replace(state, status="entered", result=event, entered_by=by)
        case ResultConfirmed():
            return replace(state, status="confirmed")
        case ResultReviewed(approved=approved):
            status: Status = "approved" if approved else "assigned"
            return replace(state, status=status, reviewed_by=by)
        case CorrectionOrdered():
            follow_up = FollowUp(requirement=event.requirement, due=event.due)
            return replace(state, follow_up=follow_up)
        case CorrectionVerified(corrected=corrected) if state.follow_up is not None:
            return replace(state, follow_up=replace(state.follow_up, closed=corrected))
        case ResultPublished():
            return replace(state, status="published")
        case _:
            return state


def _arrived(state: Inspection, by: str, day: str) -> Inspection:
    there = set(state.checked_in) - set(state.checked_out)
    return replace(
        state,
        checked_in=(*state.checked_in, by),
        together=state.together | (there | {by} if there else set()),
        first_visit_on=state.first_visit_on or day,
    )
