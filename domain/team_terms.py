"""Who is wanted on the visits of a plan row: fixed in the published plan, so that nobody shapes a team afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.rules import parse_date, require_skills

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow

MIN_OFFICERS = 2  # Law: an inspection is carried out by at least two officers.


@dataclass(frozen=True, kw_only=True)
class TeamNeed:
    """So many officers of a department on each visit, each of whom has all of the skills."""

    department: str
    count: int
    skills: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExpertNeed:
    """So many experts of a speciality on each visit, beside the officers."""

    speciality: str
    count: int


@dataclass(frozen=True, kw_only=True)
class TeamTerms:
    """The team of each visit.

    `needs`: where it is empty, one officer of each department that has items, and as many of the lead as two need.
    `max_visits`: the most visits of one officer within the task, None for no limit. `area`: officers go anywhere, only
    within their own area, or only elsewhere 异地. `told_on` (YYYY-MM-DD): from this day on officers see their own visits;
    None: as soon as they are drawn.
    """

    needs: tuple[TeamNeed, ...]
    experts: tuple[ExpertNeed, ...]
    max_visits: int | None
    area: Literal["any", "own", "other"]
    told_on: str | None


def needs_of(row: PlanRow) -> tuple[TeamNeed, ...]:
    """The officers of each visit."""
    if row.team.needs:
        return row.team.needs
    own = [department for department in row.departments if row.items_of(department)]
    counts = dict.fromkeys(own, 1)
    counts[own[0]] += max(0, MIN_OFFICERS - len(own))
    return tuple(TeamNeed(department=each, count=counts[each], skills=()) for each in own)


def check_team(row: PlanRow) -> None:
    """Refuse terms that cannot be met by anybody."""
    place, team = f"{row.number}.team", row.team
    named = [(need.department, tuple(sorted(need.skills))) for need in team.needs]
    named += [("", (expert.speciality,)) for expert in team.experts]
    if len(set(named)) < len(named):
        raise DomainError("duplicate-id", f"{place}: 同一要求写了两次 / a need stands twice")
    for need in team.needs:
        require_skills(need.skills, f"{place}.needs.skills")
    require_skills(tuple(expert.speciality for expert in team.experts), f"{place}.experts")
    counts = [*(need.count for need in team.needs), *(need.count for need in team.experts)]
    if min(counts, default=1) < 1 or (team.max_visits is not None and team.max_visits < 1):
        raise DomainError("plan-invalid", f"{place}: 人数和次数至少为 1 / counts are at least 1")
    if team.needs:
        _check_departments(row, place)
    if team.told_on is not None:
        _check_told_on(row, team.told_on, f"{place}.told_on")


def _check_departments(row: PlanRow, place: str) -> None:
    """Each department that has items is there, and at least two officers are."""
    wanted = {need.department for need in row.team.needs}
    if wanted != {department for department in row.departments if row.items_of(department)}:
        detail = "有事项的部门各须派人，且仅由其派人 / officers of exactly the departments that have items"
        raise DomainError("plan-invalid", f"{place}.needs: {detail}")
    if sum(need.count for need in row.team.needs) < MIN_OFFICERS:
        detail = (
            f"{place}.needs: 每次检查至少两名执法人员 / an inspection takes two officers or more"
        )
        raise DomainError("fewer-than-two-officers", detail)


def _check_told_on(row: PlanRow, told_on: str, place: str) -> None:
    if parse_date(told_on, place).isoformat() > row.window_to:
        raise DomainError("date-invalid", f"{place}: 晚于抽查时间 / after the window has ended")
    if row.officers_draw.disclosure == "at-once":
        detail = (
            "名单抽出即公布，不能另定告知日期 / a list that is public at once cannot be told later"
        )
        raise DomainError("plan-invalid", f"{place}: {detail}")
