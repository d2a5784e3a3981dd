"""One inspection, from the two draws that made it to its published result and follow-up.

assigned → notified → visited (≥ 2 officers in and out) → entered → confirmed → approved → published; a returned result is
entered again. A follow-up runs beside it: ordered → verified by somebody who was not there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

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
    InspectionAssigned,
    InspectionNotified,
    Notify,
    OfficerCheckedIn,
    OfficerCheckedOut,
    OrderCorrection,
    PublishResult,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
    ReviewResult,
    VerifyCorrection,
)
from domain.registry import Officer
from domain.rules import (
    china_date,
    parse_date,
    require_other_person,
    require_reason,
    require_text,
)

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Status = Literal["assigned", "entered", "confirmed", "approved", "published"]
MIN_OFFICERS = 2  # Law: an inspection is carried out by at least two officers.
MAY_BE_ORDERED = frozenset({"ordered-to-correct", "pending-follow-up"})


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """An order to correct and whether it was met."""

    requirement: str
    due: str
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """An inspection as it stands. `checked_in` and `checked_out` hold officer ids in the order of their acts."""

    id: str
    assigned: InspectionAssigned
    status: Status = "assigned"
    notified: bool = False
    checked_in: tuple[str, ...] = ()
    checked_out: tuple[str, ...] = ()
    first_visit_on: str | None = None
    result: ResultEntered | None = None
    entered_by: str | None = None
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


def decide(
    state: Inspection | None, command: AnyInspectionCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if state is None:
        detail = f"没有检查 {command.inspection} / no such inspection"
        raise DomainError("unknown-inspection", detail)
    event: object
    match command:
        case Notify():
            event = _notify(state, command)
        case CheckIn():
            event = _check_in(state, context, history)
        case CheckOut():
            event = _check_out(state, context)
        case EnterResult():
            event = _enter(state, command, context)
        case ConfirmResult():
            event = _confirm(state, context)
        case ReviewResult():
            event = _review(state, command, context)
        case OrderCorrection():
            event = _order(state, command, context)
        case VerifyCorrection():
            event = _verify(state, command, context)
        case PublishResult():
            _require_status(state, "approved")
            _require_order(state)
            event = ResultPublished()
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _require_status(state: Inspection, status: Status) -> None:
    if state.status != status:
        detail = (
            f"检查 {state.id} 处于 {state.status}，应为 {status} / inspection is in another stage"
        )
        raise DomainError("wrong-stage", detail)


def _require_assigned(state: Inspection, context: Context) -> None:
    if context.actor.id not in state.officers:
        raise DomainError(
            "not-assigned", f"您不是检查 {state.id} 的检查人员 / not an officer of this inspection"
        )


def _notify(state: Inspection, command: Notify) -> InspectionNotified:
    _require_status(state, "assigned")
    if state.notified:
        raise DomainError("wrong-stage", f"检查 {state.id} 已通知 / was notified already")
    require_text(command.notice_number, "notice_number")
    return InspectionNotified(notice_number=command.notice_number)


def _check_in(state: Inspection, context: Context, history: History) -> OfficerCheckedIn:
    _require_status(state, "assigned")
    _require_assigned(state, context)
    officer = history.get(Officer, context.actor.id)
    if officer is None or state.entity in officer.recusals:
        raise DomainError(
            "recused", f"您已申报回避 {state.entity} / you declared a recusal for this entity"
        )
    today = china_date(context.now)
    if officer.details is None or officer.details.certificate_expires < today:
        raise DomainError(
            "certificate-expired", f"{officer.id}: 执法证已失效 / the certificate has expired"
        )
    if not state.assigned.window_from <= today <= state.assigned.window_to:
        detail = (
            f"今天 {today} 不在抽查时间 {state.assigned.window_from}—{state.assigned.window_to} 内"
            " / today is outside the task's window"
        )
        raise DomainError("outside-window", detail)
    if context.actor.id in state.checked_in:
        raise DomainError("wrong-stage", "您已签到 / you have checked in already")
    return OfficerCheckedIn()


def _check_out(state: Inspection, context: Context) -> OfficerCheckedOut:
    _require_status(state, "assigned")
    if context.actor.id not in state.checked_in or context.actor.id in state.checked_out:
        raise DomainError(
            "wrong-stage", "须先签到，且只签退一次 / check in first, and check out once"
        )
    return OfficerCheckedOut()


def _enter(state: Inspection, command: EnterResult, context: Context) -> ResultEntered:
    _require_status(state, "assigned")
    _require_assigned(state, context)
    if len(state.checked_out) < MIN_OFFICERS or context.actor.id not in state.checked_out:
        detail = (
            "至少两名检查人员签到签退后方可录入 / two officers must have checked in and out first"
        )
        raise DomainError("too-few-officers", detail)
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
    return ResultEntered(category=command.category, items=command.items)


def _confirm(state: Inspection, context: Context) -> ResultConfirmed:
    _require_status(state, "entered")
    _require_assigned(state, context)
    require_other_person(context, state.entered_by or "", "结果确认 / confirmation of the result")
    if context.actor.id not in state.checked_out:
        raise DomainError(
            "too-few-officers", "未到场人员不得确认 / only an officer who was there confirms"
        )
    return ResultConfirmed()


def _review(state: Inspection, command: ReviewResult, context: Context) -> ResultReviewed:
    _require_status(state, "confirmed")
    if context.actor.id in state.officers:
        raise DomainError("own-act", "检查人员不得审核本次检查 / an officer of it cannot review it")
    if not command.approve:
        require_reason(command.remark)
    return ResultReviewed(approved=command.approve, remark=command.remark)


def _order(state: Inspection, command: OrderCorrection, context: Context) -> CorrectionOrdered:
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


def _require_order(state: Inspection) -> None:
    if (
        state.result is not None
        and state.result.category == "ordered-to-correct"
        and state.follow_up is None
    ):
        raise DomainError(
            "follow-up-missing", "须先责令改正再公示 / order the correction before publication"
        )


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
            first = state.first_visit_on or china_date(recorded.recorded_at)
            return replace(state, checked_in=(*state.checked_in, by), first_visit_on=first)
        case OfficerCheckedOut():
            return replace(state, checked_out=(*state.checked_out, by))
        case ResultEntered():
            return replace(state, status="entered", result=event, entered_by=by)
        case ResultConfirmed():
            return replace(state, status="confirmed")
        case ResultReviewed(approved=approved):
            return replace(state, status="approved" if approved else "assigned")
        case CorrectionOrdered():
            follow_up = FollowUp(requirement=event.requirement, due=event.due)
            return replace(state, follow_up=follow_up)
        case CorrectionVerified(corrected=corrected) if state.follow_up is not None:
            return replace(state, follow_up=replace(state.follow_up, closed=corrected))
        case ResultPublished():
            return replace(state, status="published")
        case _:
            return state
