"""The same problem for another solver: OR-tools' minimum-cost flow, which knows nothing of lots.

One unit for each seat: source → officer (the k-th visit costs 2k - 1, so that the first n cost n²) → the officer in one
inspection (at most once) → need → sink.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

if TYPE_CHECKING:
    from domain.lottery.assignment_input import AssignmentInput, Need, Officer

SOURCE, SINK = 0, 1


def least_sum_of_squares(roster: AssignmentInput, department: str) -> int | None:
    """Give the least sum of squared loads of a department; None: its needs cannot be met."""
    return solve(*network(roster, department))


def network(roster: AssignmentInput, department: str) -> tuple[SimpleMinCostFlow, int]:
    """Build the network of a department, and count its seats."""
    flow = SimpleMinCostFlow()
    nodes = _Nodes()
    seats, offers = 0, Counter[str]()
    people = [each for each in roster.officers if each.department == department]
    recusals = set(roster.recusals)
    for inspection in roster.inspections:
        needs = [each for each in enumerate(inspection.needs) if each[1].department == department]
        seats += sum(need.count for _, need in needs)
        for number, need in needs:
            at = nodes["need", inspection.id, number]
            flow.add_arc_with_capacity_and_unit_cost(at, SINK, need.count, 0)
        for officer in people:
            if (officer.id, inspection.id) in recusals:
                continue
            fitting = [number for number, need in needs if _has_skills(officer, need)]
            if not fitting:
                continue
            offers[officer.id] += 1
            here = nodes["visit", officer.id, inspection.id]
            flow.add_arc_with_capacity_and_unit_cost(nodes["officer", officer.id, 0], here, 1, 0)
            for number in fitting:
                there = nodes["need", inspection.id, number]
                flow.add_arc_with_capacity_and_unit_cost(here, there, 1, 0)
    for officer in people:
        most = offers[officer.id]
        if officer.capacity is not None:
            most = min(most, officer.capacity)
        for visit in range(most):
            at = nodes["officer", officer.id, 0]
            flow.add_arc_with_capacity_and_unit_cost(SOURCE, at, 1, 2 * visit + 1)
    return flow, seats


def solve(flow: SimpleMinCostFlow, seats: int) -> int | None:
    """Give the least cost of a network that fills all seats; None: there is no such flow."""
    if not seats:
        return 0
    if not flow.num_arcs():
        return None
    flow.set_node_supply(SOURCE, seats)
    flow.set_node_supply(SINK, -seats)
    if flow.solve_max_flow_with_min_cost() != flow.OPTIMAL:  # type: ignore[no-untyped-call]
        raise RuntimeError("OR-tools 未给出最优解 / OR-tools gave no optimum")
    return flow.optimal_cost() if flow.maximum_flow() == seats else None


def _has_skills(officer: Officer, need: Need) -> bool:
    return set(need.skills) <= set(officer.skills)


class _Nodes(dict[tuple[str, str, str | int], int]):
    """Numbers of nodes, given out as they are asked for."""

    def __missing__(self, key: tuple[str, str, str | int]) -> int:
        self[key] = number = len(self) + 2  # after source and sink
        return number
