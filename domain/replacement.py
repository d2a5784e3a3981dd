"""Before the visit: declarations, and seats that fall vacant. Who takes a vacant seat is drawn, never chosen.

declared → (conflict: recused at once) → a substitute asked for → approved by somebody else → vacant → drawn (`domain.draws`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from domain.draw_state import require_disinterested, task_of
from domain.eligibility import barred
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_rules import require_member
from domain.lottery.assignment_input import EXPERTS
from domain.organisation import Staff
from domain.personnel_commands import RecusalDeclared
from domain.replacement_commands import (
    ApproveReplacement,
    ConflictDeclared,
    Declare,
    DeclineReplacement,
    ReplacementCommand,
    ReplacementDeclined,
    ReplacementRequested,
    RequestReplacement,
    SeatVacated,
)
from domain.rules import require_reason

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Asked, Inspection


def decide(
    state: Inspection, command: ReplacementCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if state.status != "assigned":
        detail = f"检查 {state.id} 已录入结果 / the result was entered already"
        raise DomainError("wrong-stage", detail)
    match command:
        case Declare():
            return _declare(state, command, context, history)
        case RequestReplacement():
            return (_request(state, command, context, history),)
        case ApproveReplacement():
            asked = _judge(state, command.officer, context, history)
            event: object = SeatVacated(
                officer=command.officer, cause=asked.cause, requested_by=asked.by
            )
        case DeclineReplacement():
            event = _decline(state, command, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _declare(
    state: Inspection, command: Declare, context: Context, history: History
) -> tuple[Fact, ...]:
    """A conflict is three facts: that it was declared, the recusal, and that a substitute is asked for."""
    who = context.actor.id
    require_member(state, context)
    if not command.conflict:
        if who in state.declared:
            raise DomainError("wrong-stage", "您已申报 / you have declared already")
        if state.entity in barred(who, "", history):
            detail = f"您应回避 {state.entity}，请申报有应当回避的情形 / you are recused: declare the conflict"
            raise DomainError("recused", detail)
        return (Fact(stream=command.stream, event=ConflictDeclared(conflict=False)),)
    require_reason(command.reason)
    officer = f"officer/{who}"
    sealed = {"reason": command.reason}
    return (
        Fact(
            stream=command.stream,
            event=ConflictDeclared(conflict=True),
            personal=sealed,
            subject=officer,
        ),
        Fact(stream=officer, event=RecusalDeclared(entity=state.entity)),
        Fact(stream=command.stream, event=ReplacementRequested(officer=who, cause="recusal")),
    )


def _request(
    state: Inspection, command: RequestReplacement, context: Context, history: History
) -> Fact:
    who = command.officer
    department = next((one.department for one in state.team if one.id == who), None)
    if department is None:
        detail = f"{who} 不是检查 {state.id} 的人员 / not of this inspection"
        raise DomainError("not-assigned", detail)
    if who in state.asked:
        raise DomainError("wrong-stage", "已申请更换 / a substitute is asked for already")
    if command.cause != "recusal":
        _require_absent(state, who)
    require_reason(command.reason)
    _require_concerned(state, who, context, history)
    if command.cause == "recusal" and not _is_barred(state, who, history):
        detail = "回避须由本人申报，或先在名录登记关系 / a recusal is declared by the officer, or a relation recorded first"
        raise DomainError("not-yourself", detail)
    subject = f"{'expert' if department == EXPERTS else 'officer'}/{who}"
    return Fact(
        stream=command.stream,
        event=ReplacementRequested(officer=who, cause=command.cause),
        personal={"reason": command.reason},
        subject=subject,
    )


def _require_absent(state: Inspection, who: str) -> None:
    if who in state.checked_in:
        raise DomainError("wrong-stage", f"{who} 已签到 / has checked in already")


def _require_concerned(state: Inspection, who: str, context: Context, history: History) -> None:
    """The team itself asks, or the desk of a department that inspects."""
    if context.actor.role == "officer":
        require_member(state, context)
        return
    require_disinterested(task_of(state.task, history), context, (), history)
    staff = history.get(Staff, context.actor.id)
    if staff is None or staff.department not in {own.department for own in state.assigned.items}:
        detail = f"{who}: 由参加检查的部门申请 / for the departments that inspect"
        raise DomainError("other-department", detail)


def _is_barred(state: Inspection, who: str, history: History) -> bool:
    department = next((one.department for one in state.team if one.id == who), "")
    return state.entity in barred(who, department, history)


def _judge(state: Inspection, who: str, context: Context, history: History) -> Asked:
    """Somebody who has no hand in it decides; give what was asked."""
    asked = state.asked.get(who)
    if asked is None:
        detail = f"{who}: 没有待批准的更换申请 / no replacement waits for approval"
        raise DomainError("nothing-to-confirm", detail)
    require_disinterested(task_of(state.task, history), context, (asked.by,), history)
    if asked.cause != "recusal":
        _require_absent(state, who)
    return asked


def _decline(
    state: Inspection, command: DeclineReplacement, context: Context, history: History
) -> ReplacementDeclined:
    """A recusal holds at once and is not argued with; the discipline office sees how often somebody declares one."""
    asked = _judge(state, command.officer, context, history)
    require_reason(command.reason)
    if asked.cause == "recusal" and _is_barred(state, command.officer, history):
        detail = f"{command.officer} 须回避，不能驳回 / is recused: this cannot be declined"
        raise DomainError("recused", detail)
    return ReplacementDeclined(officer=command.officer, reason=command.reason)
