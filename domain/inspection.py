"""One inspection, from the two draws that made it to its published result and follow-up.

assigned → visited (≥ 2 officers there together) → entered → confirmed → approved → published; a returned result is entered
again. The notice may come before the visit, or not at all where it is unannounced. Follow-ups run beside it from the
approved result on (`domain.follow_up`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never, cast

from domain import amendments, findings, follow_up, replacement, visit
from domain import inspection_results as results
from domain.amendments import AmendmentCommand
from domain.appointment_state import agreed_of
from domain.draw_commands import DrawDisclosed
from domain.draw_state import Draw, family, is_told, require_disinterested, task_of
from domain.errors import DomainError
from domain.facts import Fact
from domain.findings import FindingsCommand
from domain.follow_up_commands import AnyFollowUpCommand
from domain.inspection_commands import (
    AnyInspectionCommand,
    ApproveClosing,
    CheckIn,
    CheckOut,
    ClosingRequested,
    ConfirmResult,
    EnterResult,
    InspectionClosed,
    InspectionNotified,
    Notify,
    OfficerCheckedIn,
    OfficerCheckedOut,
    PublishResult,
    RequestClosing,
    ReviewResult,
)
from domain.inspection_rules import (
    require_fit,
    require_member,
    require_participating,
    require_ready,
    require_status,
)
from domain.inspection_state import Inspection
from domain.replacement_commands import ReplacementCommand
from domain.rules import (
    china_date,
    require_reason,
    require_text,
)
from domain.visit_commands import UploadVisit, VisitCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.facts import Context
    from domain.history import History

Command = (
    AnyInspectionCommand
    | ReplacementCommand
    | VisitCommand
    | FindingsCommand
    | AmendmentCommand
    | AnyFollowUpCommand
)
REPLACING = ("approver", "draw_operator")


def decide(
    state: Inspection | None,
    command: Command,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if state is None or _is_secret(state, context, history):
        detail = f"没有检查 {command.inspection} / no such inspection"
        raise DomainError("unknown-inspection", detail)
    for kind, decide_part in PARTS:
        if isinstance(command, kind):
            return decide_part(state, command, context, history)
    return _decide(state, cast("AnyInspectionCommand", command), context, history)


def _decide(
    state: Inspection, command: AnyInspectionCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    if isinstance(command, CheckIn):
        fact = Fact(stream=command.stream, event=_check_in(state, context, history))
        return (fact, *_disclosed_by_beginning(state, history))
    if isinstance(command, ApproveClosing):
        fact = Fact(stream=command.stream, event=_close(state, context, history))
        return (fact, *_disclosed_by_beginning(state, history))
    event: object
    match command:
        case Notify():
            event = _notify(state, command, context, history)
        case CheckOut():
            event = _check_out(state, context)
        case EnterResult():
            event = results.enter(state, command, context, history)
        case ConfirmResult():
            event = results.confirm(state, context, history)
        case ReviewResult():
            event = results.review(state, command, context, history)
        case PublishResult():
            event = results.publish(state, context, history)
        case RequestClosing():
            event = _request_closing(state, command, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _on_site(
    state: Inspection, command: VisitCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    facts = visit.decide(state, command, context, history)
    if isinstance(command, UploadVisit):
        return (*facts, *_disclosed_by_beginning(state, history))
    return facts


def _is_secret(state: Inspection, context: Context, history: History) -> bool:
    """Before list and visit are known, it exists for its officers only: another refusal would tell who was drawn.

    For these it exists from the day that the plan names; and for who approves that one of them is replaced.
    """
    if state.first_visit_on is not None:
        return False
    actor = context.actor
    if actor.id in state.officers and is_told(state.task, context, history):
        return False
    if actor.role in REPLACING and state.waits:
        return False
    draws = (state.assigned.entities_draw, state.assigned.officers_draw)
    return any(not draw.disclosed for id_ in draws if (draw := history.get(Draw, id_)) is not None)


def _notify(
    state: Inspection, command: Notify, context: Context, history: History
) -> InspectionNotified:
    require_status(state, "assigned")
    if context.actor.role == "officer":
        require_member(state, context)
    else:
        require_participating(state, context, history)
    if state.notified:
        raise DomainError("wrong-stage", f"检查 {state.id} 已通知 / was notified already")
    require_text(command.notice_number, "notice_number")
    letter = state.visit.notice
    if letter is not None and letter.notice_number != command.notice_number:
        detail = f"通知书编号为 {letter.notice_number} / the letter has another number"
        raise DomainError("notice-differs", detail)
    return InspectionNotified(notice_number=command.notice_number)


def _check_in(state: Inspection, context: Context, history: History) -> OfficerCheckedIn:
    require_status(state, "assigned")
    require_fit(state, context, history)
    require_ready(state, context)
    _require_day(state, china_date(context.now), history)
    if context.actor.id in state.present:
        raise DomainError("wrong-stage", "您已签到 / you have checked in already")
    return OfficerCheckedIn()


def _require_day(state: Inspection, today: str, history: History) -> None:
    """A day of the window, on which all departments can come; and the agreed one, where one visit does for two tasks."""
    if not state.assigned.window_from <= today <= state.assigned.window_to:
        detail = (
            f"今天 {today} 不在抽查时间 {state.assigned.window_from}—{state.assigned.window_to} 内"
            " / today is outside the task's window"
        )
        raise DomainError("outside-window", detail)
    days = task_of(state.task, history).visit_days
    if not any(own.first <= today <= own.last for own in days):
        told = "、".join(f"{own.first}—{own.last}" for own in days)
        detail = f"今天 {today} 不是各部门共同的日期 {told} / a day on which not all departments can come"
        raise DomainError("outside-window", detail)
    agreed = agreed_of(state.id, history) if state.first_visit_on is None else None
    if agreed is not None and today != agreed.on:
        detail = f"已约定 {agreed.on} 与另一任务一并检查 / to be carried out on that day, with the other task"
        raise DomainError("appointment-other-day", detail)


def _disclosed_by_beginning(state: Inspection, history: History) -> tuple[Fact, ...]:
    """Where the plan keeps lists back until the inspection begins: the last visit to begin, or given up, makes them public."""
    own = (state.assigned.entities_draw, state.assigned.officers_draw)
    substitutes = family(history, state.task, "replacement")
    draws = [
        draw
        for id_ in (*own, *(one.id for one in substitutes if one.computed and not one.voided))
        if (draw := history.get(Draw, id_)) is not None and not draw.disclosed
    ]
    if not draws or state.first_visit_on is not None:
        return ()
    others = [
        one
        for one in history.all(Inspection)
        if one.task == state.task and one.id != state.id and _may_begin(one)
    ]
    if others:
        return ()
    return tuple(Fact(stream=f"draw/{draw.id}", event=DrawDisclosed()) for draw in draws)


def _may_begin(inspection: Inspection) -> bool:
    return inspection.first_visit_on is None and inspection.status != "closed"


def _request_closing(
    state: Inspection, command: RequestClosing, context: Context, history: History
) -> ClosingRequested:
    """Its officers ask, or the desk of a department that inspects."""
    _require_open(state)
    if state.closing_requested_by is not None:
        raise DomainError("wrong-stage", "已申请终止 / giving it up was requested already")
    if context.actor.role == "officer":
        require_member(state, context)
    else:
        require_participating(state, context, history)
    require_reason(command.reason)
    return ClosingRequested(reason=command.reason)


def _close(state: Inspection, context: Context, history: History) -> InspectionClosed:
    _require_open(state)
    asked_by = state.closing_requested_by
    if asked_by is None:
        detail = f"{state.id}: 没有待批准的终止申请 / nobody asked to give the visit up"
        raise DomainError("nothing-to-confirm", detail)
    require_disinterested(task_of(state.task, history), context, (asked_by,), history)
    return InspectionClosed(requested_by=asked_by)


def _require_open(state: Inspection) -> None:
    if state.status in {"confirmed", "approved", "closed"} or state.editions:
        detail = f"检查 {state.id} 处于 {state.status}，不能终止 / it cannot be given up now"
        raise DomainError("wrong-stage", detail)


def _check_out(state: Inspection, context: Context) -> OfficerCheckedOut:
    require_status(state, "assigned")
    if context.actor.id not in state.present:
        raise DomainError("wrong-stage", "须先签到 / check in first")
    return OfficerCheckedOut()


# Each part of an inspection that is decided elsewhere; what is left is decided here.
PARTS: tuple[tuple[Any, Callable[..., tuple[Fact, ...]]], ...] = (
    (ReplacementCommand, replacement.decide),
    (VisitCommand, _on_site),
    (FindingsCommand, findings.decide),
    (AmendmentCommand, amendments.decide),
    (AnyFollowUpCommand, follow_up.decide),
)
