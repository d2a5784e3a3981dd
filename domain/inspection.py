"""One inspection, from the two draws that made it to its published result and follow-up.

assigned → visited (≥ 2 officers there together) → entered → confirmed → approved → published; a returned result is entered
again. The notice may come before the visit, or not at all where it is unannounced. A follow-up runs beside it: ordered →
verified by somebody who was not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from domain import replacement
from domain.draw_commands import DrawDisclosed
from domain.draw_state import Draw, family, is_told
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_commands import (
    AnyInspectionCommand,
    CheckIn,
    CheckOut,
    ConfirmResult,
    CorrectionOrdered,
    CorrectionVerified,
    EnterResult,
    InspectionNotified,
    Notify,
    OfficerCheckedIn,
    OfficerCheckedOut,
    OrderCorrection,
    PublishResult,
    ResultCategory,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
    ReviewResult,
    VerifyCorrection,
)
from domain.inspection_state import Inspection
from domain.lottery.assignment_input import EXPERTS
from domain.organisation import Staff
from domain.registry_state import Officer
from domain.replacement_commands import ReplacementCommand
from domain.rules import (
    china_date,
    parse_date,
    require_other_person,
    require_reason,
    require_text,
)
from domain.team_terms import MIN_OFFICERS

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Status

# What a visit can end in without any item having been looked at.
WITHOUT_ITEMS: tuple[ResultCategory, ...] = (
    "unreachable",
    "obstructed",
    "activity-not-found",
    "closed-or-liquidating",
    "deregistered",
)
REPLACING = ("approver", "draw_operator")
MAY_BE_ORDERED = frozenset({"ordered-to-correct", "pending-follow-up"})


def decide(
    state: Inspection | None,
    command: AnyInspectionCommand | ReplacementCommand,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if state is None or _is_secret(state, context, history):
        detail = f"没有检查 {command.inspection} / no such inspection"
        raise DomainError("unknown-inspection", detail)
    if isinstance(command, ReplacementCommand):
        return replacement.decide(state, command, context, history)
    if isinstance(command, CheckIn):
        fact = Fact(stream=command.stream, event=_check_in(state, context, history))
        return (fact, *_disclosed_by_beginning(state, history))
    event: object
    match command:
        case Notify():
            event = _notify(state, command)
        case CheckOut():
            event = _check_out(state, context)
        case EnterResult():
            event = _enter(state, command, context, history)
        case ConfirmResult():
            event = _confirm(state, context, history)
        case ReviewResult():
            event = _review(state, command, context, history)
        case OrderCorrection():
            event = _order(state, command, context, history)
        case VerifyCorrection():
            event = _verify(state, command, context)
        case PublishResult():
            event = _publish(state, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _is_secret(state: Inspection, context: Context, history: History) -> bool:
    """Before list and visit are known, it exists for its officers only: another refusal would tell who was drawn.

    For these it exists from the day that the plan names; and for who approves that one of them is replaced.
    """
    if state.first_visit_on is not None:
        return False
    actor = context.actor
    if actor.id in state.officers and is_told(state.task, context, history):
        return False
    if actor.role in REPLACING and (state.asked or state.vacant):
        return False
    draws = (state.assigned.entities_draw, state.assigned.officers_draw)
    return any(not draw.disclosed for id_ in draws if (draw := history.get(Draw, id_)) is not None)


def _require_status(state: Inspection, status: Status) -> None:
    if state.status != status:
        detail = (
            f"检查 {state.id} 处于 {state.status}，应为 {status} / inspection is in another stage"
        )
        raise DomainError("wrong-stage", detail)


def _require_fit(state: Inspection, context: Context, history: History) -> None:
    """Only an assigned officer acts, who is active, certified today and not recused; at every step of the visit."""
    id_, today = context.actor.id, china_date(context.now)
    if id_ not in state.officers:
        detail = f"您不是检查 {state.id} 的检查人员 / not an officer of this inspection"
        raise DomainError("not-assigned", detail)
    officer = history.get(Officer, id_)
    if officer is None or not officer.active or officer.details is None:
        raise DomainError(
            "officer-not-active", f"{id_}: 不在名录或已暂停 / not in the registry, or suspended"
        )
    if state.entity in officer.barred:
        detail = f"您应回避 {state.entity} / you are recused from this entity"
        raise DomainError("recused", detail)
    if officer.details.certificate_expires < today:
        raise DomainError(
            "certificate-expired", f"{id_}: 执法证已失效 / the certificate has expired"
        )


def _require_participating(state: Inspection, context: Context, history: History) -> None:
    """Review, orders and publication are for the departments that inspect."""
    staff = history.get(Staff, context.actor.id)
    departments = [own.department for own in state.assigned.items]
    if staff is None or staff.department not in departments:
        detail = (
            f"由参加检查的部门办理：{'、'.join(departments)} / for the departments that inspect"
        )
        raise DomainError("other-department", detail)


def _notify(state: Inspection, command: Notify) -> InspectionNotified:
    _require_status(state, "assigned")
    if state.notified:
        raise DomainError("wrong-stage", f"检查 {state.id} 已通知 / was notified already")
    require_text(command.notice_number, "notice_number")
    return InspectionNotified(notice_number=command.notice_number)


def _check_in(state: Inspection, context: Context, history: History) -> OfficerCheckedIn:
    _require_status(state, "assigned")
    _require_fit(state, context, history)
    _require_ready(state, context)
    today = china_date(context.now)
    if not state.assigned.window_from <= today <= state.assigned.window_to:
        detail = (
            f"今天 {today} 不在抽查时间 {state.assigned.window_from}—{state.assigned.window_to} 内"
            " / today is outside the task's window"
        )
        raise DomainError("outside-window", detail)
    if context.actor.id in state.checked_in:
        raise DomainError("wrong-stage", "您已签到 / you have checked in already")
    return OfficerCheckedIn()


def _require_ready(state: Inspection, context: Context) -> None:
    """Nobody begins a visit who has not said that nothing biases them, nor one on which an officer is missing."""
    if context.actor.id not in state.declared:
        detail = "请先申报有无应当回避的情形 / say first whether anything could bias you"
        raise DomainError("conflict-not-declared", detail)
    missing = [id_ for id_, seat in state.vacant.items() if seat.department != EXPERTS]
    if missing:
        detail = f"{'、'.join(missing)} 的席位空缺，待替补抽取 / a substitute is to be drawn first"
        raise DomainError("seat-vacant", detail)


def _disclosed_by_beginning(state: Inspection, history: History) -> tuple[Fact, ...]:
    """Where the plan keeps lists back until the inspection begins: the last visit to begin makes its draws public."""
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
        if one.task == state.task and one.id != state.id and one.first_visit_on is None
    ]
    if others:
        return ()
    return tuple(Fact(stream=f"draw/{draw.id}", event=DrawDisclosed()) for draw in draws)


def _check_out(state: Inspection, context: Context) -> OfficerCheckedOut:
    _require_status(state, "assigned")
    if context.actor.id not in state.checked_in or context.actor.id in state.checked_out:
        raise DomainError(
            "wrong-stage", "须先签到，且只签退一次 / check in first, and check out once"
        )
    return OfficerCheckedOut()


def _enter(
    state: Inspection, command: EnterResult, context: Context, history: History
) -> ResultEntered:
    _require_status(state, "assigned")
    _require_fit(state, context, history)
    _require_visited(state, context)
    expected = sorted(code for own in state.assigned.items for code in own.items)
    if sorted(one.item for one in command.items) != expected:
        detail = f"须逐项录入且仅录入：{'、'.join(expected)} / enter each of these items once"
        raise DomainError("items-incomplete", detail)
    for one in command.items:
        if one.checked == (one.category is None):
            detail = f"{one.item}: 已检查须选结果类别，未检查则不选 / a category if and only if it was checked"
            raise DomainError("category-missing", detail)
        if not one.checked or one.category != "no-problem-found":
            require_text(one.finding, f"{one.item}.finding")
    _require_agreement(command)
    return ResultEntered(category=command.category, items=command.items)


def _require_visited(state: Inspection, context: Context) -> None:
    """Law: two officers at the least, there together; and one of each department whose items are inspected."""
    there = set(state.checked_out)
    if len(there & state.together) < MIN_OFFICERS or context.actor.id not in there:
        detail = "至少两名检查人员须同时在场，签到签退后方可录入 / two officers must have been there together, in and out"
        raise DomainError("too-few-officers", detail)
    present = {one.department for one in state.team if one.id in there}
    missing = [own.department for own in state.assigned.items if own.department not in present]
    if missing:
        detail = f"{'、'.join(missing)} 的检查人员未到场 / nobody of these departments was there"
        raise DomainError("too-few-officers", detail)


def _require_agreement(command: EnterResult) -> None:
    """The category of the whole is one that was found, and never cleaner than the items."""
    found = {one.category for one in command.items if one.category is not None}
    problems = found - {"no-problem-found"}
    allowed = problems or found or set(WITHOUT_ITEMS)
    if command.category not in allowed:
        detail = f"总体类别须为 {'、'.join(sorted(allowed))} 之一 / the whole has one of these categories"
        raise DomainError("category-contradicts-items", detail)


def _confirm(state: Inspection, context: Context, history: History) -> ResultConfirmed:
    _require_status(state, "entered")
    _require_fit(state, context, history)
    require_other_person(context, state.entered_by or "", "结果确认 / confirmation of the result")
    if context.actor.id not in state.checked_out:
        raise DomainError(
            "too-few-officers", "未到场人员不得确认 / only an officer who was there confirms"
        )
    return ResultConfirmed()


def _review(
    state: Inspection, command: ReviewResult, context: Context, history: History
) -> ResultReviewed:
    _require_status(state, "confirmed")
    if context.actor.id in state.officers:
        raise DomainError("own-act", "检查人员不得审核本次检查 / an officer of it cannot review it")
    _require_participating(state, context, history)
    if not command.approve:
        require_reason(command.remark)
    return ResultReviewed(approved=command.approve, remark=command.remark)


def _publish(state: Inspection, context: Context, history: History) -> ResultPublished:
    _require_status(state, "approved")
    _require_participating(state, context, history)
    require_other_person(context, state.reviewed_by or "", "结果公示 / publication of the result")
    assert state.result is not None
    if state.result.category == "ordered-to-correct" and state.follow_up is None:
        raise DomainError(
            "follow-up-missing", "须先责令改正再公示 / order the correction before publication"
        )
    return ResultPublished()


def _order(
    state: Inspection, command: OrderCorrection, context: Context, history: History
) -> CorrectionOrdered:
    _require_participating(state, context, history)
    if state.status not in {"approved", "published"} or state.follow_up is not None:
        raise DomainError(
            "wrong-stage", f"检查 {state.id} 现在不能责令改正 / no order can be given now"
        )
    if state.result is None or state.result.category not in MAY_BE_ORDERED:
        raise DomainError(
            "no-problem-to-correct",
            "结果未记载需改正的问题 / the result states no problem to correct",
        )
    require_text(command.requirement, "requirement")
    if parse_date(command.due, "due").isoformat() <= china_date(context.now):
        raise DomainError("date-invalid", "due: 改正期限须晚于今天 / the date lies in the future")
    return CorrectionOrdered(requirement=command.requirement, due=command.due)


def _verify(state: Inspection, command: VerifyCorrection, context: Context) -> CorrectionVerified:
    if state.follow_up is None or state.follow_up.closed:
        raise DomainError("wrong-stage", f"检查 {state.id} 没有待核查的改正 / no correction waits")
    if context.actor.id in state.officers:
        raise DomainError(
            "own-act", "须由原检查人员以外的人核查 / verified by someone who was not there"
        )
    require_text(command.evidence, "evidence")
    return CorrectionVerified(corrected=command.corrected, evidence=command.evidence)
