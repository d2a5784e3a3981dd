"""On the spot: the notice, who was where and when, what was looked at, the files that show it, and what the party says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from domain.checklists import Checklist
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_rules import (
    require_fit,
    require_member,
    require_on_site,
    require_participating,
    require_ready,
    require_status,
    require_together,
    require_unbiased,
)
from domain.rules import china_date, parse_date, parse_instant, require_text
from domain.visit_commands import (
    Acknowledge,
    Acknowledged,
    AnswerChecklist,
    AttachEvidence,
    CapturedOffline,
    ChecklistAnswered,
    EvidenceAttached,
    NoticeWritten,
    OutcomeRecorded,
    PositionRecorded,
    RecordOutcome,
    RecordPosition,
    UploadVisit,
    VisitCommand,
    WriteNotice,
)

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection
    from domain.visit_commands import Outcome

SKEW = timedelta(minutes=2)  # by which a device's clock may be ahead of ours
UPLOAD_WITHIN = timedelta(days=3)  # ours
MAX_LATITUDE, MAX_LONGITUDE, MAX_ACCURACY = 90_000_000, 180_000_000, 1_000_000
MAX_FILES = 200
# How often an entity is tried at the least before it counts as such (ours).
ATTEMPTS: dict[Outcome, int] = {"closed-door": 2, "not-there": 2}


def decide(
    state: Inspection, command: VisitCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    sealed: dict[str, str] = {}
    match command:
        case WriteNotice():
            event = _notice(state, command, context, history)
        case RecordPosition():
            event = _position(state, command, context)
        case UploadVisit():
            event = _upload(state, command, context, history)
        case AttachEvidence(caption=caption):
            event, sealed = _attach(state, command, context, history), {"caption": caption}
        case AnswerChecklist():
            event = _answer(state, command, context, history)
        case RecordOutcome(account=account):
            event, sealed = _outcome(state, command, context, history), {"account": account}
        case Acknowledge(statement=statement):
            event, sealed = _acknowledge(state, command, context, history), {"statement": statement}
        case _:
            assert_never(command)
    personal = {name: text for name, text in sealed.items() if text}
    subject = f"entity/{state.entity}" if sealed else None
    return (Fact(stream=command.stream, event=event, personal=personal, subject=subject),)


def _notice(
    state: Inspection, command: WriteNotice, context: Context, history: History
) -> NoticeWritten:
    require_status(state, "assigned")
    if context.actor.role == "officer":
        require_member(state, context)
    else:
        require_participating(state, context, history)
    if state.notified:
        detail = f"检查 {state.id} 已通知 / was notified already"
        raise DomainError("wrong-stage", detail)
    require_text(command.notice_number, "notice_number")
    require_text(command.says, "says")
    parse_date(command.dated, "dated")
    parse_date(command.visit_on, "visit_on")
    if command.visit_on < command.dated:
        detail = "visit_on: 检查日期不得早于通知日期 / the visit is not before the letter"
        raise DomainError("date-invalid", detail)
    _require_window(state, command.visit_on)
    return NoticeWritten(
        notice_number=command.notice_number,
        dated=command.dated,
        visit_on=command.visit_on,
        says=command.says,
    )


def _require_window(state: Inspection, day: str) -> None:
    window = state.assigned
    if not window.window_from <= day <= window.window_to:
        detail = (
            f"{day} 不在抽查时间 {window.window_from}—{window.window_to} 内"
            " / that day is outside the task's window"
        )
        raise DomainError("outside-window", detail)


def _position(state: Inspection, command: RecordPosition, context: Context) -> PositionRecorded:
    require_member(state, context)
    spell = state.visit.newest(context.actor.id)
    arrival = command.moment == "check-in"
    if spell is None or (spell.left_at is None and not arrival):
        detail = "须先签到或签退 / check in or out first"
        raise DomainError("wrong-stage", detail)
    if (spell.arrived if arrival else spell.left) is not None:
        detail = "该时刻的位置已记录 / the position of that moment is recorded already"
        raise DomainError("wrong-stage", detail)
    bounds = (
        abs(command.latitude) <= MAX_LATITUDE
        and abs(command.longitude) <= MAX_LONGITUDE
        and 0 <= command.accuracy <= MAX_ACCURACY
    )
    if not bounds:
        detail = (
            "经纬度以百万分之一度、精度以米计，超出范围 / micro-degrees and metres, out of range"
        )
        raise DomainError("position-invalid", detail)
    return PositionRecorded(
        moment=command.moment,
        latitude=command.latitude,
        longitude=command.longitude,
        accuracy=command.accuracy,
    )


def _upload(
    state: Inspection, command: UploadVisit, context: Context, history: History
) -> CapturedOffline:
    require_status(state, "assigned")
    require_fit(state, context, history)
    require_ready(state, context)
    if context.actor.id in state.present:
        raise DomainError("wrong-stage", "您已签到 / you have checked in already")
    _require_plausible(state, command, context)
    return CapturedOffline(arrived_at=command.arrived_at, left_at=command.left_at)


def _require_plausible(state: Inspection, command: UploadVisit, context: Context) -> None:
    """A device's clock is its owner's: what cannot have been is refused, and both times stay on record."""
    arrived, left = (
        parse_instant(command.arrived_at, "arrived_at"),
        parse_instant(command.left_at, "left_at"),
    )
    now = parse_instant(context.now, "now")
    reason = None
    if left <= arrived:
        reason = "离开须晚于到达 / the departure is after the arrival"
    elif left > now + SKEW:
        reason = "设备时间在将来 / the device's time lies in the future"
    elif command.arrived_at < state.assigned_at:
        reason = "早于检查产生 / before the visit was assigned"
    elif now - left > UPLOAD_WITHIN:
        reason = f"须在 {UPLOAD_WITHIN.days} 天内补传 / uploaded within this many days"
    elif china_date(command.arrived_at) != china_date(command.left_at):
        reason = "到达与离开须在同一天 / arrival and departure are of one day"
    if reason is not None:
        raise DomainError("device-time-implausible", reason)
    _require_window(state, china_date(command.arrived_at))


def _attach(
    state: Inspection, command: AttachEvidence, context: Context, history: History
) -> EvidenceAttached:
    _require_attaching(state, context, history)
    if not re.fullmatch(r"[0-9a-f]{64}", command.sha256) or command.size < 1:
        detail = "须为文件的 SHA-256 与字节数 / the file's SHA-256 and its number of bytes"
        raise DomainError("evidence-invalid", detail)
    if command.item and command.item not in state.items:
        detail = f"{command.item}: 不是本次检查的事项 / not an item of this visit"
        raise DomainError("items-incomplete", detail)
    if command.taken_at:
        _require_past(state, command.taken_at, "taken_at", context)
    if command.sha256 in state.visit.files:
        detail = "该文件已附 / this file is attached already"
        raise DomainError("evidence-attached", detail)
    if len(state.visit.evidence) >= MAX_FILES:
        detail = f"一次检查最多 {MAX_FILES} 个文件 / a visit has this many files at the most"
        raise DomainError("evidence-invalid", detail)
    return EvidenceAttached(
        sha256=command.sha256,
        size=command.size,
        media_type=command.media_type,
        item=command.item,
        taken_at=command.taken_at,
    )


def _require_attaching(state: Inspection, context: Context, history: History) -> None:
    """Of the visit, by who was there; of what is followed up, by somebody else of a department that inspects."""
    if context.actor.role == "officer" and state.status in {"assigned", "amending"}:
        require_on_site(state, context)
        return
    if all(one.stage == "closed" for one in state.follow_ups):
        detail = f"检查 {state.id} 处于 {state.status}，不能再附证据 / no file can be attached now"
        raise DomainError("wrong-stage", detail)
    require_participating(state, context, history)
    require_unbiased(state, context, history)
    if context.actor.id in state.officers:
        detail = "后续处理由原检查人员以外的人附证据 / for somebody who was not there"
        raise DomainError("own-act", detail)


def _require_past(state: Inspection, text: str, place: str, context: Context) -> None:
    moment = parse_instant(text, place)
    if moment > parse_instant(context.now, "now") + SKEW or text < state.assigned_at:
        detail = f"{place}: 不在检查产生之后、现在之前 / not between the assignment and now"
        raise DomainError("device-time-implausible", detail)


def _answer(
    state: Inspection, command: AnswerChecklist, context: Context, history: History
) -> ChecklistAnswered:
    require_status(state, "assigned")
    require_on_site(state, context)
    require_fit(state, context, history)
    department = next((one.department for one in state.team if one.id == context.actor.id), "")
    if command.item not in state.items_of(department):
        detail = f"{command.item}: 不是本部门在本次检查的事项 / not an item of your department here"
        raise DomainError("other-department", detail)
    checklist = history.get(Checklist, command.item)
    if checklist is None or not checklist.points or checklist.version != command.version:
        detail = (
            f"{command.item}: 现行检查要点不是第 {command.version} 版 / this version does not hold"
        )
        raise DomainError("checklist-outdated", detail)
    if [one.point for one in command.answers] != [one.id for one in checklist.points]:
        detail = f"{command.item}: 须按顺序逐条回答 / answer every point, in order"
        raise DomainError("checklist-incomplete", detail)
    for one in command.answers:
        if one.answer == "no":
            require_text(one.finding, f"{one.point}.finding")
    return ChecklistAnswered(item=command.item, version=command.version, answers=command.answers)


def _outcome(
    state: Inspection, command: RecordOutcome, context: Context, history: History
) -> OutcomeRecorded:
    """Nobody is put down as closed or refusing on one person's word."""
    require_status(state, "assigned")
    require_on_site(state, context)
    require_fit(state, context, history)
    require_together(state)
    require_text(command.account, "account")
    times = [one.at for one in command.attempts]
    least = ATTEMPTS.get(command.outcome, 1)
    if len(set(times)) < max(least, len(times)):
        detail = (
            f"须写明至少 {least} 次不同时间的尝试 / at least this many attempts, at different times"
        )
        raise DomainError("attempts-too-few", detail)
    for place, at in enumerate(times):
        _require_past(state, at, f"attempts[{place}].at", context)
    if not command.evidence or not set(command.evidence) <= state.visit.files:
        detail = "须指明已附的证据文件 / name evidence that is attached to the visit"
        raise DomainError("evidence-required", detail)
    return OutcomeRecorded(
        outcome=command.outcome, attempts=command.attempts, evidence=command.evidence
    )


def _acknowledge(
    state: Inspection, command: Acknowledge, context: Context, history: History
) -> Acknowledged:
    require_status(state, "assigned")
    require_on_site(state, context)
    require_fit(state, context, history)
    if command.answer == "objected":
        require_text(command.statement, "statement")
    elif command.answer == "refused-to-sign":
        require_together(state)
    return Acknowledged(answer=command.answer)
