"""The sampling frame: who can be drawn, read from history at one leaf.

Everything in the registry that fits the published scope is in the pool or among the exclusions with one of a fixed set
of reasons; there is no third place. The same holds for officers: whoever a department named and is still eligible.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any

from domain.inspection_state import MIN_OFFICERS, inspection_id
from domain.lottery.assignment_input import ALG, AssignmentInput, input_of
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.registry_state import Entity, Officer

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def roster(task: Task, history: History) -> tuple[Mapping[str, Any], ...]:
    """The officers that may be drawn, in the shape of assign-v1: named by their department, active, certified."""
    return tuple(
        {
            "id": id_,
            "department": officer.details.department,
            "skills": sorted(set(officer.details.skills), key=str.encode),
            "capacity": None,
        }
        for id_ in sorted(task.officers, key=str.encode)
        if (officer := history.get(Officer, id_)) is not None
        and officer.active
        and officer.details is not None
        and officer.details.certificate_expires >= task.row.window_to
    )


def assignment_input(
    task: Task,
    entities: tuple[str, ...],
    frozen: tuple[Mapping[str, Any], ...],
    history: History,
) -> AssignmentInput:
    """The input of assign-v1: a visit for every drawn entity, and the frozen roster less those who left since."""
    present = {entry["id"] for entry in roster(task, history)}
    officers = [entry for entry in frozen if entry["id"] in present]
    drawn = sorted(entities, key=str.encode)
    needs = _needs(task.row)
    inspections = [{"id": inspection_id(task.plan_number, one), "needs": needs} for one in drawn]
    return input_of(
        {
            "alg": ALG,
            "inspections": inspections,
            "officers": officers,
            "recusals": _recusals(task, officers, drawn, history),
        }
    )


def _needs(row: PlanRow) -> list[Mapping[str, Any]]:
    """One officer of each department that has items; the lead sends more where that is fewer than the law asks."""
    own = [department for department in row.departments if row.items_of(department)]
    counts = dict.fromkeys(own, 1)
    counts[own[0]] += max(0, MIN_OFFICERS - len(own))
    return [
        {"department": department, "count": counts[department], "skills": []}
        for department in sorted(counts, key=str.encode)
    ]


def _recusals(
    task: Task, officers: list[Mapping[str, Any]], drawn: list[str], history: History
) -> list[list[str]]:
    pairs = []
    for entry in officers:
        officer = history.get(Officer, str(entry["id"]))
        if officer is not None:
            pairs += [
                [officer.id, inspection_id(task.plan_number, entity)]
                for entity in drawn
                if entity in officer.recusals
            ]
    return pairs
