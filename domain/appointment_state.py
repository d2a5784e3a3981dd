"""进一次门、查多项事: two inspections of one entity that are carried out in one visit, as it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from domain.inspection_state import inspection_id

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class AppointmentCommand:
    """What commands to an appointment carry: the entity and the plan numbers of two tasks, in any order."""

    entity: str
    task: str
    other: str

    @property
    def stream(self) -> str:
        first, second = sorted((self.task, self.other), key=str.encode)
        return f"appointment/{self.entity}:{first}:{second}"


@dataclass(frozen=True, kw_only=True)
class ProposeAppointment(AppointmentCommand):
    """Propose that both inspections of the entity are carried out on one day, `on` (YYYY-MM-DD)."""

    on: str


@dataclass(frozen=True, kw_only=True)
class AgreeAppointment(AppointmentCommand):
    """The other lead department agrees."""


@dataclass(frozen=True, kw_only=True)
class DeclineAppointment(AppointmentCommand):
    """The visits stay apart; also a proposal that is taken back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DissolveAppointment(AppointmentCommand):
    """An agreed visit cannot be held on its day: the inspections are apart again, and a new day may be proposed."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AppointmentProposed:
    """These inspections are proposed for one visit on this day. Each keeps its own draw, officers, items and result."""

    inspections: tuple[str, ...]
    on: str


@dataclass(frozen=True, kw_only=True)
class AppointmentAgreed:
    """The inspections begin on the proposed day, and visit caps count them once."""


@dataclass(frozen=True, kw_only=True)
class AppointmentDeclined:
    """The inspections stay apart."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AppointmentDissolved:
    """The inspections are apart again, and count each."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """An appointment as it stands; `agreed_leaf` is where it began to count."""

    id: str
    inspections: tuple[str, ...]
    on: str
    proposed_by: str
    status: Literal["proposed", "agreed", "declined", "dissolved"] = "proposed"
    agreed_leaf: int | None = None

    @property
    def live(self) -> bool:
        """Whether it is proposed or agreed."""
        return self.status in {"proposed", "agreed"}

    @property
    def entity(self) -> str:
        """The id of what is inspected."""
        return self.id.rsplit(":", 2)[0]

    @property
    def tasks(self) -> tuple[str, str]:
        """The plan numbers of both tasks."""
        _, first, second = self.id.rsplit(":", 2)
        return first, second


def evolve(state: Appointment | None, recorded: Recorded, _history: History) -> Appointment:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, AppointmentProposed):
        return Appointment(
            id=recorded.stream.partition("/")[2],
            inspections=event.inspections,
            on=event.on,
            proposed_by=recorded.actor.id,
        )
    assert state is not None
    match event:
        case AppointmentAgreed():
            return replace(state, status="agreed", agreed_leaf=recorded.leaf)
        case AppointmentDeclined():
            return replace(state, status="declined")
        case AppointmentDissolved():
            return replace(state, status="dissolved", agreed_leaf=None)
        case _:
            return state


def appointments_of(inspection: str, history: History) -> tuple[Appointment, ...]:
    """The live appointments of an inspection: one at most, by how they are decided."""
    return tuple(
        one for one in history.all(Appointment) if one.live and inspection in one.inspections
    )


def agreed_of(inspection: str, history: History) -> Appointment | None:
    """The agreed appointment of an inspection, if there is one."""
    own = appointments_of(inspection, history)
    return next((one for one in own if one.status == "agreed"), None)


def inspections_of(entity: str, tasks: tuple[str, str]) -> tuple[str, ...]:
    """The ids of the two inspections, by task."""
    return tuple(inspection_id(task, entity) for task in sorted(tasks, key=str.encode))
