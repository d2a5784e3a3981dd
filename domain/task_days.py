"""What departments settle for a task beside its row: the days on which each can come, and what their officers learn first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.inspection_state import Inspection
from domain.organisation import require_own_department
from domain.rules import parse_date, require_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.facts import Context
    from domain.history import History
    from domain.task import Task


@dataclass(frozen=True, kw_only=True)
class Days:
    """Days in China from `first` to `last`, both included (YYYY-MM-DD)."""

    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class OfferDays:
    """A department says on which days of the window it can come. A later offer takes the place of an earlier one."""

    plan_number: str
    department: str
    days: tuple[Days, ...]

    @property
    def stream(self) -> str:
        return f"task/{self.plan_number}"


@dataclass(frozen=True, kw_only=True)
class DemandTraining:
    """The lead demands that every officer has attended a course on `since` (YYYY-MM-DD) or later."""

    plan_number: str
    course: str
    since: str

    @property
    def stream(self) -> str:
        return f"task/{self.plan_number}"


@dataclass(frozen=True, kw_only=True)
class DaysOffered:
    """A department can come on these days; visits are held on days on which all can who offered any."""

    department: str
    days: tuple[Days, ...]


@dataclass(frozen=True, kw_only=True)
class TrainingDemanded:
    """Nobody is named or drawn for the task who has not attended the course since that day."""

    course: str
    since: str


def offer(state: Task, command: OfferDays, context: Context, history: History) -> DaysOffered:
    """Take the days of a department, as long as no visit was assigned."""
    row, department = state.row, command.department
    if department not in row.departments:
        detail = f"{department} 不参加本任务 / takes no part in this task"
        raise DomainError("other-department", detail)
    require_own_department(context, history, department)
    if any(one.task == state.plan_number for one in history.all(Inspection)):
        detail = "检查已分派，日期不能再改 / visits are assigned: their days stand"
        raise DomainError("wrong-stage", detail)
    days = _checked(command.days, row.window_from, row.window_to)
    others = [own for each, own in state.days.items() if each != department]
    if not meeting([days, *others]):
        detail = "与其他部门没有共同的日期 / no day on which the others can come too"
        raise DomainError("days-do-not-meet", detail)
    return DaysOffered(department=department, days=days)


def _checked(days: tuple[Days, ...], window_from: str, window_to: str) -> tuple[Days, ...]:
    """Sorted, within the window, and without overlaps."""
    for own in days:
        if parse_date(own.last, "days.last") < parse_date(own.first, "days.first"):
            raise DomainError("date-invalid", "days: 终点早于起点 / the end is before the start")
        if own.first < window_from or own.last > window_to:
            detail = f"days: 不在抽查时间 {window_from}—{window_to} 内 / outside the task's window"
            raise DomainError("outside-window", detail)
    ordered = tuple(sorted(days, key=lambda own: own.first))
    if any(own.last >= then.first for own, then in pairwise(ordered)):
        raise DomainError("duplicate-id", "days: 日期重叠 / a day stands twice")
    if not ordered:
        raise DomainError("field-missing", "days: 至少一天 / one day at least")
    return ordered


def meeting(offers: Iterable[tuple[Days, ...]]) -> tuple[Days, ...]:
    """The days that are in every offer; offers are sorted and do not overlap in themselves."""
    common: tuple[Days, ...] | None = None
    for own in offers:
        common = own if common is None else _both(common, own)
    return common or ()


def _both(some: tuple[Days, ...], others: tuple[Days, ...]) -> tuple[Days, ...]:
    return tuple(
        Days(first=max(a.first, b.first), last=min(a.last, b.last))
        for a in some
        for b in others
        if max(a.first, b.first) <= min(a.last, b.last)
    )


def demand(
    state: Task, command: DemandTraining, context: Context, history: History
) -> TrainingDemanded:
    """Take a demand while no department has named anybody."""
    require_own_department(context, history, state.row.lead)
    if state.confirmations:
        detail = "已有部门派员，不能再加培训要求 / a department has named its officers already"
        raise DomainError("wrong-stage", detail)
    require_text(command.course, "course")
    since = parse_date(command.since, "since").isoformat()
    if since > state.row.window_to:
        detail = "since: 晚于抽查时间 / after the task's window"
        raise DomainError("date-invalid", detail)
    return TrainingDemanded(course=command.course, since=since)
