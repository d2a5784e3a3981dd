"""One inspection as it stands, folded from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from domain import follow_up_state, visit_state
from domain.amendments import Amendment, AmendmentDeclined, AmendmentRequested, Edition
from domain.findings import Findings, FindingsConfirmed, FindingsEntered
from domain.follow_up_state import FollowUp
from domain.inspection_commands import (
    AssignedOfficer,
    ClosingRequested,
    InspectionAssigned,
    InspectionClosed,
    InspectionNotified,
    OfficerCheckedIn,
    OfficerCheckedOut,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
)
from domain.lottery.assignment_input import EXPERTS
from domain.replacement_commands import (
    Cause,
    ConflictDeclared,
    ReplacementDeclined,
    ReplacementRequested,
    SeatFilled,
    SeatVacated,
)
from domain.review_log import RESULT, Reviewed, opened_at
from domain.rules import china_date
from domain.visit_commands import CapturedOffline
from domain.visit_standard import NOTHING, Terms, terms_now
from domain.visit_state import Visit

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History

Status = Literal["assigned", "entered", "confirmed", "approved", "published", "amending", "closed"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A substitute was asked for."""

    by: str
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class Vacancy:
    """A seat that somebody of this department left."""

    department: str
    cause: Cause
    requested_by: str
    approved_by: str


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """An inspection as it stands.

    `team` is who carries it out now, experts too, by the tickets of the draw of officers. `declared` hold who said that
    nothing biases them, `asked` whose replacement is asked for, `vacant` whose seat is empty, `fell_out` who ever left.
    `checked_in` and `checked_out` hold officer ids in the order of their acts, `present` who is there and since which day,
    `together` those who met a colleague there on the day of their arrival.

    `terms` are those of the standard under which it was assigned. `visit` is what was recorded on the spot, `findings` what
    each department found, `reviews` who decided on it after which look. `editions` are the results that were published, the
    last of which the public reads; `amendment` asks for another.
    """

    id: str
    assigned: InspectionAssigned
    team: tuple[AssignedOfficer, ...]
    assigned_at: str
    terms: Terms = NOTHING
    declared: frozenset[str] = frozenset()
    asked: Mapping[str, Asked] = field(default_factory=dict)
    vacant: Mapping[str, Vacancy] = field(default_factory=dict)
    fell_out: frozenset[str] = frozenset()
    status: Status = "assigned"
    notified: bool = False
    checked_in: tuple[str, ...] = ()
    checked_out: tuple[str, ...] = ()
    present: Mapping[str, str] = field(default_factory=dict)
    together: frozenset[str] = frozenset()
    closing_requested_by: str | None = None
    first_visit_on: str | None = None
    result: ResultEntered | None = None
    entered_by: str | None = None
    reviewed_by: str | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    visit: Visit = field(default_factory=Visit)
    findings: Mapping[str, Findings] = field(default_factory=dict)
    reviews: tuple[Reviewed, ...] = ()
    editions: tuple[Edition, ...] = ()
    amendment: Amendment | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The codes of all items that are inspected."""
        return tuple(code for own in self.assigned.items for code in own.items)

    def items_of(self, department: str) -> tuple[str, ...]:
        """The codes of the items that a department inspects here."""
        return next((own.items for own in self.assigned.items if own.department == department), ())

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
        """The ids of the officers of the team, who must be two at least; the first leads."""
        return tuple(one.id for one in self.team if one.department != EXPERTS)

    @property
    def waits(self) -> bool:
        """Whether an approval or a draw of a substitute is due."""
        return bool(self.asked or self.vacant or self.closing_requested_by)


def inspection_id(task: str, entity: str) -> str:
    """The one inspection of an entity within a task."""
    return f"{task}:{entity}"


def evolve(state: Inspection | None, recorded: Recorded, history: History) -> Inspection:
    """Fold one fact."""
    event, by = recorded.event, recorded.actor.id
    if isinstance(event, InspectionAssigned):
        id_, at = recorded.stream.partition("/")[2], recorded.recorded_at
        terms = terms_now(history)
        return Inspection(id=id_, assigned=event, team=event.team, assigned_at=at, terms=terms)
    assert state is not None
    if (visit := visit_state.evolve(state.visit, recorded)) is not state.visit:
        state = replace(state, visit=visit)
    match event:
        case (
            ConflictDeclared()
            | ReplacementRequested()
            | ReplacementDeclined()
            | SeatVacated()
            | SeatFilled()
        ):
            return _reseated(state, event, by)
        case InspectionNotified():
            return replace(state, notified=True)
        case OfficerCheckedIn():
            return _arrived(state, by, china_date(recorded.recorded_at))
        case OfficerCheckedOut():
            present = {who: day for who, day in state.present.items() if who != by}
            return replace(state, checked_out=(*state.checked_out, by), present=present)
        case CapturedOffline():
            return _was_there(state, by, china_date(event.arrived_at))
        case FindingsEntered() | FindingsConfirmed():
            return replace(state, findings=_found(state, event, recorded))
        case ResultEntered():
            # Whoever enters a result has carried the visit out: a request to give it up is void.
            entered = replace(state, status="entered", result=event, entered_by=by)
            return replace(entered, closing_requested_by=None)
        case ResultConfirmed() | ResultReviewed():
            return _reviewed(state, event, recorded, history)
        case ResultPublished() | AmendmentRequested() | AmendmentDeclined():
            return _amended(state, event, recorded)
        case ClosingRequested():
            return replace(state, closing_requested_by=by)
        case InspectionClosed():
            return replace(state, status="closed", closing_requested_by=None)
        case _:
            follow_ups = follow_up_state.evolve(state.follow_ups, recorded)
            return (
                state if follow_ups is state.follow_ups else replace(state, follow_ups=follow_ups)
            )


def _reseated(
    state: Inspection,
    event: ConflictDeclared | ReplacementRequested | ReplacementDeclined | SeatVacated | SeatFilled,
    by: str,
) -> Inspection:
    asked, vacant = dict(state.asked), dict(state.vacant)
    match event:
        case ConflictDeclared(conflict=conflict):
            return state if conflict else replace(state, declared=state.declared | {by})
        case ReplacementRequested(officer=officer, cause=cause):
            return replace(state, asked={**asked, officer: Asked(by=by, cause=cause)})
        case ReplacementDeclined(officer=officer):
            del asked[officer]
            return replace(state, asked=asked)
        case SeatVacated(officer=officer, cause=cause, requested_by=requested_by):
            del asked[officer]
            (gone,) = (one for one in state.team if one.id == officer)
            vacant[officer] = Vacancy(
                department=gone.department,
                cause=cause,
                requested_by=requested_by,
                approved_by=by,
            )
            return replace(
                state,
                team=tuple(one for one in state.team if one.id != officer),
                asked=asked,
                vacant=vacant,
                fell_out=state.fell_out | {officer},
                present={who: day for who, day in state.present.items() if who != officer},
            )
        case SeatFilled(left=left, team=team):
            del vacant[left]
            return replace(state, team=team, vacant=vacant)


def _found(
    state: Inspection, event: FindingsEntered | FindingsConfirmed, recorded: Recorded
) -> Mapping[str, Findings]:
    by = recorded.actor.id
    if isinstance(event, FindingsEntered):
        own = Findings(items=event.items, version=recorded.version, entered_by=by)
    else:
        own = replace(state.findings[event.department], confirmed_by=by)
    return {**state.findings, event.department: own}


def _reviewed(
    state: Inspection, event: ResultConfirmed | ResultReviewed, recorded: Recorded, history: History
) -> Inspection:
    if isinstance(event, ResultConfirmed):
        return replace(state, status="confirmed")
    by, at = recorded.actor.id, recorded.recorded_at
    own = opened_at(history, state.id, by, recorded.version - 1)
    review = Reviewed(
        by=by,
        approved=event.approved,
        opened_at=own.get(RESULT),
        decided_at=at,
        files=tuple(part for part in own if part != RESULT),
    )
    returned: Status = "amending" if state.amendment else "assigned"
    return replace(
        state,
        status="approved" if event.approved else returned,
        reviewed_by=by,
        reviews=(*state.reviews, review),
    )


def _amended(
    state: Inspection,
    event: ResultPublished | AmendmentRequested | AmendmentDeclined,
    recorded: Recorded,
) -> Inspection:
    match event:
        case ResultPublished():
            assert state.result is not None
            edition = Edition(
                leaf=recorded.leaf,
                published_at=recorded.recorded_at,
                result=state.result,
                amendment=state.amendment,
            )
            editions = (*state.editions, edition)
            return replace(state, status="published", editions=editions, amendment=None)
        case AmendmentRequested(reason=reason, withhold=withhold):
            asked = Amendment(by=recorded.actor.id, reason=reason, withhold=withhold)
            return replace(state, status="amending", amendment=asked, findings={})
        case AmendmentDeclined():
            stands = state.editions[-1].result
            return replace(state, status="published", amendment=None, result=stands)


def _was_there(state: Inspection, by: str, day: str) -> Inspection:
    """Somebody was there and has left, as they say afterwards: together with whoever was there in the meantime."""
    own = state.visit.newest(by)
    assert own is not None
    met = {one.officer for one in state.visit.spells if one.officer != by and own.meets(one)}
    first = state.first_visit_on
    return replace(
        state,
        checked_in=(*state.checked_in, by),
        checked_out=(*state.checked_out, by),
        together=state.together | (met | {by} if met else set()),
        first_visit_on=day if first is None else min(first, day),
    )


def _arrived(state: Inspection, by: str, day: str) -> Inspection:
    met = {who for who, since in state.present.items() if since == day}
    return replace(
        state,
        checked_in=(*state.checked_in, by),
        present={**state.present, by: day},
        together=state.together | (met | {by} if met else set()),
        first_visit_on=state.first_visit_on or day,
    )
