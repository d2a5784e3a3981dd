"""Officers to inspections by lot: assign-v1, whose algorithm docs/formats/assign-v1.md writes down.

Departments share no officers, so each is solved alone. Everything between officers goes by their
tickets, never by their ids, so equals have equal chances.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from domain.lottery.fairness import levels
from domain.lottery.infeasible import InfeasibleError
from domain.lottery.matching import Matching, Seats, Tickets

if TYPE_CHECKING:
    from domain.lottery.assignment_input import AssignmentInput


def assign(roster: AssignmentInput, seed: bytes) -> dict[str, Any]:
    """Give the output of assign-v1, or refuse with DomainError("assignment-infeasible").

    Whether an input is feasible does not depend on the seed.
    """
    tickets = Tickets(roster, seed)
    loads = {officer.id: 0 for officer in roster.officers}
    teams: dict[str, list[str]] = {inspection.id: [] for inspection in roster.inspections}
    for department, seats in _departments(roster).items():
        matching = Matching(roster, department, tickets)
        if matching.fill(tickets.shuffled(seats)):
            raise _infeasible(roster, department, tickets, seats)
        loads |= matching.loads
        for officer, held in matching.held.items():
            for inspection in held:
                teams[inspection].append(officer)
    ordered = {each: tickets.ordered(each, officers) for each, officers in teams.items()}
    return _output(roster, ordered, loads)


def _output(
    roster: AssignmentInput, teams: dict[str, list[str]], loads: dict[str, int]
) -> dict[str, Any]:
    departments = {officer.id: officer.department for officer in roster.officers}
    return {
        "assignments": [
            {
                "inspection": inspection,
                "officers": [{"id": each, "department": departments[each]} for each in officers],
            }
            for inspection, officers in teams.items()
        ],
        "loads": loads,
        "certificate": {"levels": levels(roster, teams, loads)},
    }


def _departments(roster: AssignmentInput) -> dict[str, list[Seats]]:
    needs = [(each.id, need) for each in roster.inspections for need in each.needs]
    groups: defaultdict[str, list[Seats]] = defaultdict(list)
    for number, (inspection, need) in enumerate(needs):
        groups[need.department].append(Seats(number=number, inspection=inspection, need=need))
    return groups


def _infeasible(
    roster: AssignmentInput, department: str, tickets: Tickets, seats: list[Seats]
) -> InfeasibleError:
    """Name a group of needs of which none can be dropped without making the rest possible.

    The needs are tried in canonical order, so the seed plays no part in which group is named.
    """

    def blocked(some: list[Seats], *without: str) -> list[Seats]:
        return Matching(roster, department, tickets, without=frozenset(without)).fill(some)

    group = blocked(seats)
    for each in list(group):
        rest = [other for other in group if other is not each]
        if blocked(rest):
            group = rest
    missing = [each for each in ("skill", "recusal", "capacity") if not blocked(group, each)]
    fit = Matching(roster, department, tickets)
    fit.fill(group)
    return InfeasibleError(
        department=department,
        needs=[(each.inspection, each.need) for each in group],
        missing=missing or ["officer"],
        officers=len({officer for officers in fit.eligible.values() for officer in officers}),
    )
