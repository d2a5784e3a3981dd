"""Who may fill a seat that fell vacant: assign-v1, rule 6. Everybody of the frozen roster is in the pool, or left out with a reason.

Whoever was not on the roster when the list of entities was fixed does not come in, but for officers of the same department
whom it did not name, and these only where the roster is exhausted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.eligibility import NO_ACCOUNT, barred, roster
from domain.errors import DomainError
from domain.frame import person
from domain.inspection_state import Inspection
from domain.lottery.assignment_check import seating
from domain.lottery.assignment_input import Officer as Seated
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.rules import AREA
from domain.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from domain.eligibility import Candidate, Roster
    from domain.history import History
    from domain.lottery.assignment_input import AssignmentInput, Need

REASONS = (
    "on-the-team",  # 已是本次检查人员
    "fell-out",  # 已退出本次检查
    "recused",  # 回避
    "at-capacity",  # 本任务检查次数已达上限
    "does-not-fit",  # 不具备该席位所需技能或片区
)


def substitutes(
    inspection: Inspection,
    left: str,
    frozen: Roster,
    seated: AssignmentInput,
    history: History,
) -> Pool:
    """Give the pool for the seat that `left` had, of the roster that was frozen with the entities; stratum: the department."""
    require_vacant(inspection, left)
    department = inspection.vacant[left].department
    needs = next(one.needs for one in seated.inspections if one.id == inspection.id)
    why_not = _judge(inspection, left, frozen, needs, history)

    def judged(people: Iterable[Candidate]) -> list[tuple[str, str]]:
        return [(one.id, why_not(one)) for one in people if one.department == department]

    verdicts = judged(frozen.candidates)
    if all(reason for _, reason in verdicts):
        verdicts += judged(frozen.reserve)
    return pool_of(
        [Member(id=id_, stratum=department) for id_, reason in verdicts if not reason],
        [Excluded(id=id_, stratum=department, reason=reason) for id_, reason in verdicts if reason],
    )


def require_vacant(inspection: Inspection | None, left: str) -> None:
    """Refuse a seat that is not vacant, or whose visit has been held."""
    if inspection is None or left not in inspection.vacant or inspection.status != "assigned":
        detail = "该席位没有空缺 / that seat is not vacant"
        raise DomainError("seat-not-vacant", detail)


def _judge(
    inspection: Inspection,
    left: str,
    frozen: Roster,
    needs: tuple[Need, ...],
    history: History,
) -> Callable[[Candidate], str]:
    """Give the function that says why somebody may not take the seat; empty where they may."""
    task = history.get(Task, inspection.task)
    assert task is not None
    department = inspection.vacant[left].department
    now = roster(task, history)
    gone = {one.id: one.reason for one in now.left_out if one.reason != NO_ACCOUNT}
    gone |= {
        one.id: "does-not-fit"
        for one in (*now.candidates, *now.reserve)
        if one.department != department
    }
    skills = {one.id: one.skills for one in (*now.candidates, *now.reserve)}
    own = [one for one in history.all(Inspection) if one.task == task.plan_number]
    loads = Counter(member.id for one in own for member in one.team)
    known = {one.id: one for one in (*frozen.candidates, *frozen.reserve)}
    on_team = {member.id for member in inspection.team}
    # Whoever left another seat of this visit still holds its place, so that the substitute fits this one.
    rest = [known[id_] for id_ in sorted({*on_team, *inspection.vacant} - {left})]

    def why_not(one: Candidate) -> str:
        reasons = (
            ("on-the-team", one.id in on_team),
            ("fell-out", one.id in inspection.fell_out),
            (gone.get(one.id, ""), one.id in gone),
            ("recused", inspection.entity in barred(one.id, department, history)),
            (
                "at-capacity",
                task.row.team.max_visits is not None and loads[one.id] >= task.row.team.max_visits,
            ),
            ("does-not-fit", not _fit([*rest, _of_now(one, skills)], needs, task)),
        )
        return next((reason for reason, applies in reasons if applies), "")

    return why_not


def _of_now(one: Candidate, skills: Mapping[str, tuple[str, ...]]) -> Candidate:
    """With the skills that somebody had when the roster was frozen and still has."""
    kept = skills.get(one.id, one.skills)
    return replace(one, skills=tuple(skill for skill in one.skills if skill in kept))


def _fit(team: list[Candidate], needs: tuple[Need, ...], task: Task) -> bool:
    """Whether these people can be seated, one on each seat."""
    skills = (skill for need in needs for skill in need.skills)
    areas = frozenset(skill.removeprefix(AREA) for skill in skills if skill.startswith(AREA))
    people = [person(one, task.row, areas) for one in team]
    seated = [Seated(**{**one, "skills": tuple(one["skills"])}) for one in people]
    return seating(seated, needs) is not None
