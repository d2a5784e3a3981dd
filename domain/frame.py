"""The sampling frame: who can be drawn, read from history at one leaf.

Everything in the registry that fits the published scope is in the pool or among the exclusions with one of a fixed set
of reasons; there is no third place. The same holds for officers and experts: `domain.eligibility`.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any

from domain.eligibility import roster, still_fit
from domain.inspection_state import inspection_id
from domain.lottery.assignment_input import ALG, EXPERTS, AssignmentInput, input_of
from domain.lottery.blocking import is_feasible
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.registry_state import Entity
from domain.rules import AREA
from domain.team_terms import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.eligibility import Candidate, Roster
    from domain.history import History
    from domain.plan_rows import PlanRow
    from domain.task import Task

REASONS = (
    "unconfirmed",  # 入库待复核
    "suspended",  # 名录中已暂停
    "reclassified",  # 计划公布后改类，不再属于范围
    "visit-cap-reached",  # 本年度检查次数已达上限
)
EXEMPTED = "exempted-by-decision:"  # 依决定免予抽查; the number of the decision follows


def entities_pool(task: Task, drawn: Mapping[str, int], history: History) -> Pool:
    """Give everybody who fits the scope of a task's row, in the pool or excluded with the reason.

    Whoever fitted when the plan was first published stays in sight, as excluded, when it fits no longer. `drawn` counts
    how often this ledger drew each entity for the year of the row; inspections that were held outside it are added.
    """
    row, year = task.row, task.row.window_from[:4]
    members: list[Member] = []
    excluded: list[Excluded] = []
    for entity in history.all(Entity):
        details = entity.proposed
        if details is None:
            continue
        reason: str | None
        if row.scope.fits(details):
            outside = sum(day.startswith(year) for day in entity.visits)
            reason = _exclusion(entity, outside + drawn.get(entity.id, 0), row)
        else:
            earlier = [own for own in entity.since(task.published_leaf) if row.scope.fits(own)]
            if not earlier:
                continue
            details, reason = earlier[-1], "reclassified"
        stratum = intern(row.stratum_of(details))  # a few names for all of a large pool
        if reason is None:
            members.append(Member(id=entity.id, stratum=stratum))
        else:
            excluded.append(Excluded(id=entity.id, stratum=stratum, reason=reason))
    return pool_of(members, excluded)


def _exclusion(entity: Entity, visits: int, row: PlanRow) -> str | None:
    if entity.details is None:
        return "unconfirmed"
    if entity.suspended:
        return "suspended"
    decision = entity.exemption(row.window_from, row.window_to)
    if decision is not None:
        return EXEMPTED + decision
    return "visit-cap-reached" if visits >= row.visit_cap else None


def assignment_input(
    task: Task, drawn: Sequence[str], frozen: Roster, leaf: int, history: History
) -> AssignmentInput:
    """The input of assign-v1: a visit for every drawn entity, and the roster that was frozen at `leaf` less those who left.

    Where these are too few, the frozen reserve comes in, all of it: nobody is picked, and nobody joins who was not there.
    """
    now = roster(task, history)
    named, reserve = still_fit(frozen.candidates, now), still_fit(frozen.reserve, now)
    input_ = _input(task, drawn, named, leaf, history)
    if reserve and not is_feasible(input_):
        return _input(task, drawn, named + reserve, leaf, history)
    return input_


def _input(
    task: Task, drawn: Sequence[str], people: list[Candidate], leaf: int, history: History
) -> AssignmentInput:
    visits = {entity: inspection_id(task.plan_number, entity) for entity in drawn}
    areas = {entity: area_then(entity, leaf, history) for entity in drawn}
    return input_of(
        {
            "alg": ALG,
            "inspections": [
                {"id": visit, "needs": needs(task.row, areas[entity])}
                for entity, visit in visits.items()
            ],
            "officers": [person(one, task.row, frozenset(areas.values())) for one in people],
            "recusals": [
                [one.id, visits[entity]]
                for one in people
                for entity in sorted(one.barred & visits.keys())
            ],
        }
    )


def needs(row: PlanRow, area: str) -> list[dict[str, Any]]:
    """What the visit of an entity in this area needs, in the shape of assign-v1; an area is asked for like a skill."""
    place = [AREA + area] if area and row.team.area != "any" else []
    officers = [
        {"department": need.department, "count": need.count, "skills": [*need.skills, *place]}
        for need in needs_of(row)
    ]
    experts = [
        {"department": EXPERTS, "count": need.count, "skills": [need.speciality]}
        for need in row.team.experts
    ]
    return officers + experts


def person(one: Candidate, row: PlanRow, areas: frozenset[str]) -> dict[str, Any]:
    """A candidate in the shape of assign-v1, with those of the areas to which the plan lets them go."""
    allowed = {
        "any": frozenset[str](),
        "own": areas & {one.area},
        "other": areas - {one.area},
    }[row.team.area]
    return {
        "id": one.id,
        "department": one.department,
        "skills": [*one.skills, *(AREA + area for area in allowed if area)],
        "capacity": row.team.max_visits,
    }


def area_then(entity: str, leaf: int, history: History) -> str:
    """The area of an entity as the registry said at a leaf: moving it later moves no officer."""
    known = history.get(Entity, entity)
    if known is None or known.proposed is None:
        return ""
    return (*known.since(leaf), known.proposed)[0].area
