"""进一次门、查多项事: after both draws are public, two inspections of one entity may be carried out in one visit.

Nothing of either draw changes: each inspection keeps its officers, items, result and proof. Both begin on the agreed day, and
for visit caps they are one visit, so that the entity is open to a draw that it would otherwise have been kept from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from domain.appointment_state import (
    AgreeAppointment,
    Appointment,
    AppointmentAgreed,
    AppointmentDeclined,
    AppointmentDissolved,
    AppointmentProposed,
    DeclineAppointment,
    DissolveAppointment,
    ProposeAppointment,
    appointments_of,
    inspections_of,
)
from domain.draw_state import Draw, drawn_in, task_of
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_state import Inspection
from domain.organisation import Staff
from domain.registry_state import Entity
from domain.rules import china_date, parse_date, require_other_person, require_reason

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History

AnyAppointmentCommand = (
    ProposeAppointment | AgreeAppointment | DeclineAppointment | DissolveAppointment
)


def decide(
    state: Appointment | None,
    command: AnyAppointmentCommand,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if command.task == command.other:
        raise DomainError("duplicate-id", "须为两个不同任务 / of two different tasks")
    visits = _visits(command, history)
    _require_lead(visits, context, history)
    event: object
    match command:
        case ProposeAppointment():
            event = _propose(visits, command, context, history)
        case AgreeAppointment():
            one = _existing(state, "proposed")
            _require_both_sides(one, visits, context, history)
            _require_open(visits, one.on, context, history)
            event = AppointmentAgreed()
        case DeclineAppointment():
            _existing(state, "proposed")
            require_reason(command.reason)
            event = AppointmentDeclined(reason=command.reason)
        case DissolveAppointment():
            one = _existing(state, "agreed")
            require_reason(command.reason)
            _require_not_begun(visits)
            _require_within_cap(one, history)
            event = AppointmentDissolved(reason=command.reason)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _visits(command: AnyAppointmentCommand, history: History) -> tuple[Inspection, ...]:
    """Both inspections; one whose lists are not public does not exist for anybody here."""
    found = []
    for id_ in inspections_of(command.entity, (command.task, command.other)):
        one = history.get(Inspection, id_)
        if one is None or not all(
            (draw := history.get(Draw, each)) is not None and draw.disclosed
            for each in (one.assigned.entities_draw, one.assigned.officers_draw)
        ):
            raise DomainError("unknown-inspection", f"没有检查 {id_} / no such inspection")
        found.append(one)
    return tuple(found)


def _leads(visits: tuple[Inspection, ...], history: History) -> tuple[str, ...]:
    return tuple(task_of(one.task, history).row.lead for one in visits)


def _require_lead(visits: tuple[Inspection, ...], context: Context, history: History) -> None:
    staff = history.get(Staff, context.actor.id)
    leads = _leads(visits, history)
    if staff is None or staff.department not in leads:
        detail = f"由牵头部门 {'、'.join(sorted(set(leads)))} 办理 / for the lead departments"
        raise DomainError("other-department", detail)


def _propose(
    visits: tuple[Inspection, ...],
    command: ProposeAppointment,
    context: Context,
    history: History,
) -> AppointmentProposed:
    parse_date(command.on, "on")
    for one in visits:
        if appointments_of(one.id, history):
            detail = f"{one.id} 已有合并安排 / is part of an appointment already"
            raise DomainError("wrong-stage", detail)
    _require_open(visits, command.on, context, history)
    return AppointmentProposed(inspections=tuple(one.id for one in visits), on=command.on)


def _require_open(
    visits: tuple[Inspection, ...], on: str, context: Context, history: History
) -> None:
    """Neither has begun, and the day is one of both tasks and not over."""
    _require_not_begun(visits)
    days = [task_of(one.task, history).visit_days for one in visits]
    if on < china_date(context.now) or not all(
        any(each.first <= on <= each.last for each in own) for own in days
    ):
        detail = f"{on} 已过，或不是两项任务共同的检查日期 / is over, or no day of both tasks"
        raise DomainError("outside-window", detail)


def _require_not_begun(visits: tuple[Inspection, ...]) -> None:
    for one in visits:
        if one.status != "assigned" or one.first_visit_on is not None:
            raise DomainError("wrong-stage", f"检查 {one.id} 已开始或已终止 / has begun, or ended")


def _existing(state: Appointment | None, status: str) -> Appointment:
    if state is None or state.status != status:
        detail = "没有待处理的合并安排 / no appointment waits for this"
        raise DomainError("nothing-to-confirm", detail)
    return state


def _require_both_sides(
    state: Appointment, visits: tuple[Inspection, ...], context: Context, history: History
) -> None:
    """Another person agrees; and where the leads are two departments, one of the other."""
    require_other_person(context, state.proposed_by, "同意合并 / agreement to one visit")
    proposer, actor = (history.get(Staff, who) for who in (state.proposed_by, context.actor.id))
    assert proposer is not None
    assert actor is not None
    if len(set(_leads(visits, history))) > 1 and actor.department == proposer.department:
        detail = "须由另一牵头部门同意 / for the other lead department"
        raise DomainError("other-department", detail)


def _require_within_cap(state: Appointment, history: History) -> None:
    """A draw that counted both as one visit may not find, afterwards, that there were too many."""
    assert state.agreed_leaf is not None
    for draw in history.all(Draw):
        leaf = draw.committed_leaf
        if draw.stage != "entities" or draw.voided or leaf is None or leaf < state.agreed_leaf:
            continue
        row = task_of(draw.task, history).row
        year = row.window_from[:4]
        entity = history.get(Entity, state.entity)
        outside = sum(day.startswith(year) for day in entity.visits) if entity else 0
        others = drawn_in(year, history).get(state.entity, 0) - (state.entity in draw.selected)
        after = others + outside + 2  # the one that was counted once, and this draw
        if _may_be_in(draw, state.entity) and after > row.visit_cap:
            detail = f"{draw.id} 已按一次计入，分开将超过检查次数上限 / counted them as one: apart they exceed its cap"
            raise DomainError("visit-cap-reached", detail)


def _may_be_in(draw: Draw, entity: str) -> bool:
    """Drawn, or, as long as nobody may know, in the pool."""
    if draw.disclosed:
        return entity in draw.selected
    return draw.pool is not None and entity in {one.id for one in draw.pool.members}
