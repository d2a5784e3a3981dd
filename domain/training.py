"""业务培训: a session that was held, and who was there. It counts for its officers once a second person confirmed the list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import require_own_department
from domain.registry_state import Officer
from domain.rules import (
    parse_past_date,
    require_other_person,
    require_reason,
    require_sha256,
    require_slug,
    require_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Context, Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class TrainingCommand:
    """What commands to a session carry."""

    id: str

    @property
    def stream(self) -> str:
        return f"training/{self.id}"


@dataclass(frozen=True, kw_only=True)
class RecordTrainingSession(TrainingCommand):
    """Record a session that was held: course, day, place, who taught (an office or organisation, not a name), who attended.

    `evidence` is the SHA-256 of the signed attendance list, in hex. A list that was rejected is recorded again.
    """

    department: str
    course: str
    on: str
    place: str
    trainer: str
    officers: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ConfirmTrainingSession(TrainingCommand):
    """A second person has compared the list with the evidence; `version` is the event that recorded it."""

    version: int


@dataclass(frozen=True, kw_only=True)
class RejectTrainingSession(TrainingCommand):
    """The list does not hold, and why."""

    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrainingSessionRecorded:
    """A session was held; its list waits for a second person."""

    department: str
    course: str
    on: str
    place: str
    trainer: str
    officers: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, kw_only=True)
class TrainingSessionConfirmed:
    """The list of that version holds: its officers have attended the course."""

    version: int


@dataclass(frozen=True, kw_only=True)
class TrainingSessionRejected:
    """The list of that version does not hold."""

    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrainingSession:
    """A session as it stands; `version` is the event that recorded it last."""

    id: str
    held: TrainingSessionRecorded
    version: int
    recorded_by: str
    status: Literal["recorded", "confirmed", "rejected"] = "recorded"


AnyTrainingCommand = RecordTrainingSession | ConfirmTrainingSession | RejectTrainingSession


def decide(
    state: TrainingSession | None,
    command: AnyTrainingCommand,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    match command:
        case RecordTrainingSession():
            event = _record(state, command, context, history)
        case ConfirmTrainingSession():
            _require_waiting(state, command, context)
            event = TrainingSessionConfirmed(version=command.version)
        case RejectTrainingSession():
            _require_waiting(state, command, context)
            require_reason(command.reason)
            event = TrainingSessionRejected(version=command.version, reason=command.reason)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _record(
    state: TrainingSession | None,
    command: RecordTrainingSession,
    context: Context,
    history: History,
) -> TrainingSessionRecorded:
    require_slug(command.id, "id")
    if state is not None and state.status != "rejected":
        raise DomainError("already-registered", f"培训 {command.id} 已登记 / is on record already")
    require_own_department(context, history, command.department)
    for place, text in (
        ("course", command.course),
        ("place", command.place),
        ("trainer", command.trainer),
    ):
        require_text(text, place)
    parse_past_date(command.on, "on", context.now)
    require_sha256(command.evidence, "evidence")
    officers = tuple(sorted(set(command.officers), key=str.encode))
    if len(officers) < len(command.officers):
        raise DomainError("duplicate-id", "officers: 重复 / stands twice")
    if not officers:
        raise DomainError("officer-missing", "officers: 至少一人 / one officer at least")
    for id_ in officers:
        if (officer := history.get(Officer, id_)) is None or officer.details is None:
            detail = f"{id_}: 不在执法人员名录 / not in the registry of officers"
            raise DomainError("unknown-entry", detail)
    return TrainingSessionRecorded(
        department=command.department,
        course=command.course,
        on=command.on,
        place=command.place,
        trainer=command.trainer,
        officers=officers,
        evidence=command.evidence,
    )


def _require_waiting(
    state: TrainingSession | None,
    command: ConfirmTrainingSession | RejectTrainingSession,
    context: Context,
) -> None:
    """A list is judged once, by somebody who neither wrote it nor stands in it."""
    if state is None:
        raise DomainError("unknown-training", f"没有培训 {command.id} / no such session")
    if state.status != "recorded" or state.version != command.version:
        detail = f"没有待复核的版本 {command.version} / no list of this version waits"
        raise DomainError("nothing-to-confirm", detail)
    for who in (state.recorded_by, *state.held.officers):
        require_other_person(context, who, "签到复核 / confirmation of attendance")


def evolve(state: TrainingSession | None, recorded: Recorded, _history: History) -> TrainingSession:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, TrainingSessionRecorded):
        return TrainingSession(
            id=recorded.stream.partition("/")[2],
            held=event,
            version=recorded.version,
            recorded_by=recorded.actor.id,
        )
    assert state is not None
    match event:
        case TrainingSessionConfirmed():
            return replace(state, status="confirmed")
        case TrainingSessionRejected():
            return replace(state, status="rejected")
        case _:
            return state


Attendance = dict[str, dict[str, str]]
"""Of each officer the courses, each with the last day on which it was attended; "" where no day is known."""


def attendance(history: History) -> Attendance:
    """Read who attended what: confirmed sessions, and what the registry of officers says."""
    found: Attendance = defaultdict(dict)
    for officer in history.all(Officer):
        found[officer.id].update(officer.trained)
    for session in history.all(TrainingSession):
        if session.status == "confirmed":
            held = session.held
            for id_ in held.officers:
                found[id_][held.course] = max(held.on, found[id_].get(held.course, ""))
    return found


def lacking(courses: Mapping[str, str], attended: Mapping[str, str]) -> tuple[str, ...]:
    """The demanded courses (each with the first day that counts, or "") that somebody with these attendances lacks."""
    return tuple(
        course
        for course, since in courses.items()
        if course not in attended or attended[course] < since
    )
