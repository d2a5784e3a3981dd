"""How a draw is announced: which one is due, and that people and lotteries are those of the published plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import draw_sources as sources
from domain.draw_commands import DrawPrepared, LotteryIssue, PrepareDraw, PrepareReplacement
from domain.draw_state import (
    Draw,
    drawn_entities,
    family,
    may_be_drawn,
    require_disinterested,
    require_in_time,
    task_of,
)
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_state import Inspection
from domain.lottery import chains
from domain.organisation import Staff
from domain.rules import china_date, require_text
from domain.substitutes import require_vacant
from domain.task import Task

if TYPE_CHECKING:
    from domain.draw_commands import Seat, Stage
    from domain.facts import Context
    from domain.history import History
    from domain.plan_rows import DrawTerms


def prepare(state: Draw | None, command: PrepareDraw, context: Context, history: History) -> Fact:
    """Announce a draw of entities or officers."""
    task = history.get(Task, command.task)
    if task is None or not task.confirmed or task.completed:
        detail = f"任务 {command.task} 须启动并经各部门确认 / every department must have confirmed the task"
        raise DomainError("task-not-confirmed", detail)
    earlier = family(history, command.task, command.stage)
    _require_next(state, command, f"{command.task}.{command.stage}.{len(earlier) + 1}", earlier)
    officers = command.stage == "officers"
    entities_draw = drawn_entities(command.task, history).id if officers else None
    event = DrawPrepared(
        task=command.task,
        stage=command.stage,
        witnesses=command.witnesses,
        lotteries=command.lotteries,
        predecessors=tuple(one.id for one in earlier),
        entities_draw=entities_draw,
        seat=None,
    )
    return _prepared(event, command, earlier, context, history)


def prepare_replacement(
    state: Draw | None, command: PrepareReplacement, context: Context, history: History
) -> Fact:
    """A seat is named by its visit, so where that is secret only its officers could be told apart: it must be vacant."""
    inspection = history.get(Inspection, command.seat.inspection)
    require_vacant(inspection, command.seat.officer)
    assert inspection is not None
    others = family(history, inspection.task, "replacement")
    earlier = tuple(one for one in others if one.seat == command.seat)
    # One that was computed while the seat could not be filled is spent.
    open_ = tuple(one for one in earlier if one.computed is None)
    _require_next(state, command, f"{inspection.task}.replacement.{len(others) + 1}", open_)
    event = DrawPrepared(
        task=inspection.task,
        stage="replacement",
        witnesses=command.witnesses,
        lotteries=command.lotteries,
        predecessors=tuple(one.id for one in earlier),
        entities_draw=inspection.assigned.entities_draw,
        seat=command.seat,
    )
    return _prepared(event, command, others, context, history)


def _require_next(
    state: Draw | None,
    command: PrepareDraw | PrepareReplacement,
    expected: str,
    earlier: tuple[Draw, ...],
) -> None:
    if any(not one.voided for one in earlier):
        raise DomainError(
            "draw-exists", "已有有效抽取，须先作废 / a draw stands: it must be voided first"
        )
    if state is not None or command.draw_id != expected:
        raise DomainError(
            "draw-id-unexpected", f"抽取编号应为 {expected} / the draw id must be this"
        )


def _prepared(
    event: DrawPrepared,
    command: PrepareDraw | PrepareReplacement,
    earlier: tuple[Draw, ...],
    context: Context,
    history: History,
) -> Fact:
    """Give the announcement, if people and lotteries are those of the plan; `earlier` draws may not share an issue."""
    task = task_of(event.task, history)
    require_in_time(task, context)
    _check_witnesses(task, task.row.terms(event.stage), event.witnesses, history)
    _check_lotteries(task, event.stage, event.lotteries, earlier, context)
    emptied_by = who_vacated(event.seat, history)
    require_disinterested(task, context, (*event.witnesses, *emptied_by), history)
    if set(event.witnesses) & set(emptied_by):
        detail = "申请或批准更换的人不得见证 / whoever asked for or approved the replacement does not witness"
        raise DomainError("own-act", detail)
    return Fact(stream=command.stream, event=event)


def who_vacated(seat: Seat | None, history: History) -> tuple[str, ...]:
    """Who asked for a replacement and who approved it have no part in its draw; nobody where no seat is vacant."""
    inspection = history.get(Inspection, seat.inspection) if seat else None
    vacancy = inspection.vacant.get(seat.officer) if seat and inspection else None
    return () if vacancy is None else (vacancy.requested_by, vacancy.approved_by)


def _check_witnesses(
    task: Task, terms: DrawTerms, witnesses: tuple[str, ...], history: History
) -> None:
    """As many different people as the plan says, each a witness, and none who can be drawn."""
    if len(set(witnesses)) < len(witnesses) or len(witnesses) != terms.witnesses:
        detail = f"计划规定 {terms.witnesses} 名不同的见证人 / the plan asks for this many different witnesses"
        raise DomainError("sources-differ-from-plan", detail)
    for who in witnesses:
        staff = history.get(Staff, who)
        if staff is None or not staff.active or "witness" not in staff.roles:
            raise DomainError("not-a-witness", f"{who} 不是见证人 / is not a witness")
        if may_be_drawn(who, task, history):
            detail = f"{who} 可能被抽中，不得见证 / can be drawn and so cannot witness"
            raise DomainError("own-act", detail)


def _check_lotteries(
    task: Task,
    stage: Stage,
    issues: tuple[LotteryIssue, ...],
    earlier: tuple[Draw, ...],
    context: Context,
) -> None:
    """The lotteries of the plan in its order, each with an issue that is not drawn yet and that no earlier draw used."""
    terms = task.row.terms(stage)
    if tuple(one.name for one in issues) != terms.lotteries:
        wanted = "、".join(terms.lotteries) or "—"
        detail = f"计划规定的彩票为 {wanted} / the plan asks for these lotteries"
        raise DomainError("sources-differ-from-plan", detail)
    used = {(one.name, one.issue) for draw in earlier for one in draw.lotteries}
    for one in issues:
        require_text(one.issue, "lotteries.issue")
        require_after_margin(chains.unix_ms(one.opens_at), terms, context, one.issue)
        if china_date(one.opens_at) > task.row.window_to:
            detail = f"{one.issue}: 开奖晚于抽查时间 / drawn after the window has ended"
            raise DomainError("outside-window", detail)
        if not one.groups or min(one.groups) < 1:
            detail = "lotteries.groups: 写明每组号码的个数 / say how many numbers each group has"
            raise DomainError("source-invalid", detail)
        if (one.name, one.issue) in used:
            detail = f"{one.name} {one.issue} 已用于前次抽取 / an earlier draw used this issue"
            raise DomainError("duplicate-id", detail)


def require_after_margin(due_ms: int, terms: DrawTerms, context: Context, what: str) -> None:
    """Refuse what would be known before the margin of the plan has passed."""
    earliest = chains.unix_ms(context.now) + terms.margin_minutes * sources.MINUTE_MS
    if due_ms < earliest:
        detail = f"{what}: 须在承诺之后至少 {terms.margin_minutes} 分钟开奖 / to be drawn at least so many minutes after the commitment"
        raise DomainError("margin-missed", detail)
