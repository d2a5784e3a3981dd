"""What becomes of a problem that an inspection found: ordered to be corrected or handed over, looked at again, closed.

An order is open until somebody who was not there finds it met, a transfer until the other body confirms it; then it is closed with
evidence. An order's date can be moved by two people. Whatever is overdue is told to the discipline office.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from domain.deadlines import reckoning_of
from domain.draw_state import require_disinterested, task_of
from domain.errors import DomainError
from domain.facts import Fact
from domain.follow_up_commands import (
    AnyFollowUpCommand,
    ApproveExtension,
    CloseFollowUp,
    CorrectionOrdered,
    CorrectionVerified,
    DeclineExtension,
    EscalateFollowUp,
    ExtensionApproved,
    ExtensionDeclined,
    ExtensionRequested,
    FollowUpClosed,
    FollowUpEscalated,
    HandedOver,
    HandOver,
    OrderCorrection,
    ReceiptRecorded,
    RecordReceipt,
    RequestExtension,
    VerifyCorrection,
)
from domain.inspection_rules import require_member, require_participating, require_unbiased
from domain.rules import (
    china_date,
    parse_date,
    parse_past_date,
    require_other_person,
    require_reason,
    require_sha256,
    require_text,
)

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.follow_up_state import FollowUp
    from domain.history import History
    from domain.inspection_state import Inspection

# With an approved result begins what follows from it; what does not is of a visit that is still going on.
JUDGED = frozenset({"approved", "published"})
TO_FOLLOW = frozenset({"ordered-to-correct", "pending-follow-up"})
CLEAN = frozenset({None, "no-problem-found"})


def decide(
    state: Inspection, command: AnyFollowUpCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command to an inspection that may be known, or refuse it."""
    if isinstance(command, OrderCorrection | HandOver):
        event = _begin(state, command, context, history)
        return (Fact(stream=command.stream, event=event),)
    if not 1 <= command.number <= len(state.follow_ups):
        detail = f"检查 {state.id} 没有第 {command.number} 项后续处理 / has no such follow-up"
        raise DomainError("unknown-follow-up", detail)
    one = state.follow_ups[command.number - 1]
    return (Fact(stream=command.stream, event=_go_on(state, one, command, context, history)),)


def _go_on(
    state: Inspection,
    one: FollowUp,
    command: RequestExtension
    | ApproveExtension
    | DeclineExtension
    | VerifyCorrection
    | RecordReceipt
    | CloseFollowUp
    | EscalateFollowUp,
    context: Context,
    history: History,
) -> object:
    match command:
        case RequestExtension():
            return _request_extension(state, one, command, context, history)
        case ApproveExtension() | DeclineExtension():
            return _decide_extension(state, one, command, context, history)
        case VerifyCorrection():
            return _verify(state, one, command, context, history)
        case RecordReceipt():
            return _receive(state, one, command, context, history)
        case CloseFollowUp():
            return _close(state, one, command, context, history)
        case EscalateFollowUp():
            return _escalate(one, context, history)
        case _:
            assert_never(command)


def _begin(
    state: Inspection, command: OrderCorrection | HandOver, context: Context, history: History
) -> CorrectionOrdered | HandedOver:
    require_participating(state, context, history)
    if state.status not in JUDGED:
        detail = f"检查 {state.id} 的结果尚未审核 / its result is not approved yet"
        raise DomainError("wrong-stage", detail)
    _require_problem(state, command.items)
    number = len(state.follow_ups) + 1
    if isinstance(command, OrderCorrection):
        return _order(state, command, context, number)
    return _hand_over(command, context, number)


def _require_problem(state: Inspection, items: tuple[str, ...]) -> None:
    """Something is followed up where the result states it: of the whole, or of each item that is named."""
    assert state.result is not None
    found = {one.item: one.category for one in state.result.items}
    stated = {state.result.category, *found.values()} & TO_FOLLOW
    if not stated or any(found.get(item) in CLEAN for item in items):
        detail = "结果未记载需处理的问题 / the result states no problem to follow up there"
        raise DomainError("no-problem-to-correct", detail)


def _order(
    state: Inspection, command: OrderCorrection, context: Context, number: int
) -> CorrectionOrdered:
    require_text(command.requirement, "requirement")
    same = (command.items, command.requirement)
    if any((one.items, one.text) == same and not one.settled for one in state.follow_ups):
        raise DomainError("wrong-stage", "已责令改正 / the same correction was ordered already")
    _require_future(command.due, context)
    return CorrectionOrdered(
        number=number, items=command.items, requirement=command.requirement, due=command.due
    )


def _require_future(due: str, context: Context) -> None:
    if parse_date(due, "due").isoformat() <= china_date(context.now):
        raise DomainError("date-invalid", "due: 改正期限须晚于今天 / the date lies in the future")


def _hand_over(command: HandOver, context: Context, number: int) -> HandedOver:
    for place in ("matter", "body", "document_number"):
        require_text(getattr(command, place), place)
    parse_past_date(command.on, "on", context.now)
    return HandedOver(
        number=number,
        kind=command.kind,
        items=command.items,
        matter=command.matter,
        body=command.body,
        document_number=command.document_number,
        on=command.on,
    )


def _require_open_order(one: FollowUp) -> None:
    if one.kind != "correction" or one.settled:
        detail = f"第 {one.number} 项不是待改正的事项 / no correction waits there"
        raise DomainError("wrong-stage", detail)


def _request_extension(
    state: Inspection, one: FollowUp, command: RequestExtension, context: Context, history: History
) -> ExtensionRequested:
    """Its officers ask, or the desk of a department that inspects, for the entity."""
    _require_open_order(one)
    if context.actor.role == "officer":
        require_member(state, context)
    else:
        require_participating(state, context, history)
    if one.extension is not None:
        raise DomainError("wrong-stage", "已申请延期 / another date was asked for already")
    require_reason(command.reason)
    _require_future(command.due, context)
    if one.due is not None and command.due <= one.due:
        detail = f"due: 须晚于原期限 {one.due} / later than the date that holds"
        raise DomainError("date-invalid", detail)
    return ExtensionRequested(number=one.number, due=command.due, reason=command.reason)


def _decide_extension(
    state: Inspection,
    one: FollowUp,
    command: ApproveExtension | DeclineExtension,
    context: Context,
    history: History,
) -> ExtensionApproved | ExtensionDeclined:
    if one.extension is None:
        detail = f"第 {one.number} 项没有待批准的延期 / nobody asked for another date"
        raise DomainError("nothing-to-confirm", detail)
    require_disinterested(task_of(state.task, history), context, (one.extension.by,), history)
    require_unbiased(state, context, history)
    if isinstance(command, DeclineExtension):
        require_reason(command.reason)
        return ExtensionDeclined(number=one.number, reason=command.reason)
    _require_future(one.extension.due, context)
    return ExtensionApproved(number=one.number, due=one.extension.due)


def _verify(
    state: Inspection, one: FollowUp, command: VerifyCorrection, context: Context, history: History
) -> CorrectionVerified:
    """Somebody who was not there looks again."""
    _require_open_order(one)
    _require_not_there(state, context, history)
    _require_evidence(command.evidence, command.files)
    return CorrectionVerified(
        number=one.number,
        corrected=command.corrected,
        evidence=command.evidence,
        files=command.files,
    )


def _require_not_there(state: Inspection, context: Context, history: History) -> None:
    require_unbiased(state, context, history)
    if context.actor.id in state.officers:
        detail = "须由原检查人员以外的人办理 / for somebody who was not there"
        raise DomainError("own-act", detail)


def _require_evidence(evidence: str, files: tuple[str, ...]) -> None:
    require_text(evidence, "evidence")
    for file in files:
        require_sha256(file, "files")
    if len(set(files)) < len(files):
        raise DomainError("hash-invalid", "files: 重复 / stands twice")


def _receive(
    state: Inspection, one: FollowUp, command: RecordReceipt, context: Context, history: History
) -> ReceiptRecorded:
    require_participating(state, context, history)
    if one.kind == "correction" or one.settled:
        detail = f"第 {one.number} 项不待回执 / no confirmation of another body is awaited there"
        raise DomainError("wrong-stage", detail)
    require_text(command.reference, "reference")
    parse_past_date(command.on, "on", context.now)
    if command.on < one.on:
        detail = f"on: 早于移送或抄告之日 {one.on} / before the document was sent"
        raise DomainError("date-invalid", detail)
    return ReceiptRecorded(number=one.number, on=command.on, reference=command.reference)


def _close(
    state: Inspection, one: FollowUp, command: CloseFollowUp, context: Context, history: History
) -> FollowUpClosed:
    """The section that is responsible closes it: nobody who was there, and not whoever found it met."""
    require_participating(state, context, history)
    _require_not_there(state, context, history)
    require_other_person(context, one.verified_by or "", "结案 / closing")
    if one.stage == "closed":
        raise DomainError("wrong-stage", f"第 {one.number} 项已结案 / was closed already")
    if command.outcome == "impossible":
        require_other_person(context, one.by, "结案 / closing")
    elif not _is_so(state, one, command):
        detail = f"第 {one.number} 项没有 {command.outcome} 的记录 / nothing on record says so"
        raise DomainError("outcome-not-recorded", detail)
    _require_evidence(command.evidence, command.files)
    return FollowUpClosed(
        number=one.number, outcome=command.outcome, evidence=command.evidence, files=command.files
    )


def _is_so(state: Inspection, one: FollowUp, command: CloseFollowUp) -> bool:
    if command.outcome == "transferred":
        later = state.follow_ups[one.number :]
        return (
            one.stage == "open"
            and one.kind == "correction"
            and any(other.kind == "transfer" and other.settled for other in later)
        )
    return one.stage == command.outcome


def _escalate(one: FollowUp, context: Context, history: History) -> FollowUpEscalated:
    _require_open_order(one)
    assert one.due is not None
    if not is_overdue(one, china_date(context.now), history) or one.escalated == one.due:
        detail = f"第 {one.number} 项未逾期或已报告 / it is not overdue, or was told already"
        raise DomainError("wrong-stage", detail)
    return FollowUpEscalated(number=one.number, due=one.due)


def is_overdue(one: FollowUp, today: str, history: History) -> bool:
    """Whether an order is not met though its last day, or the working day after it, is past."""
    if one.kind != "correction" or one.settled or one.due is None:
        return False
    return reckoning_of(history).named(one.due).day < today
