"""Proof that no fairer assignment exists: a level for each officer, checked without a solver.

An exchange a → b is possible where b could take part in one of a's inspections in a's stead, the
others there changing seats if need be, with skills and recusals kept. A level is the smallest load,
of an officer below capacity, at which a chain of exchanges from this officer can end. Loads are as
even as can be exactly when no chain leads from a load to one that is smaller by two or more (a flow
is of least cost exactly when its residual network has no negative cycle), and levels that obey
the three conditions of `check_fairness` leave no room for such a chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.lottery.bits import numbers
from domain.lottery.exchanges import Exchanges
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.lottery.assignment_input import AssignmentInput, Officer
    from domain.lottery.exchanges import Teams

_SHAPE = Shape("assignment-not-fair")


def levels(roster: AssignmentInput, teams: Teams, loads: Mapping[str, int]) -> dict[str, int]:
    """Give the certificate of an assignment: the greatest levels within conditions 1 and 3.

    If these break condition 2, then all do, and the assignment is not fair.
    """
    level: dict[str, int] = {}
    exchanges = Exchanges(roster, teams)
    left = exchanges.every_need
    with_room = [officer for officer in roster.officers if _room(officer, loads)]
    # Exchanges are followed backwards from the smallest load on: who is reached first is so least.
    for end in sorted(with_room, key=lambda officer: loads[officer.id]):
        reached = [end] if level.setdefault(end.id, loads[end.id]) == loads[end.id] else []
        for officer in reached:
            opened = exchanges.open_to(officer) & left
            left ^= opened
            for need in numbers(opened):
                new = [each for each in exchanges.holders[need] if each.id not in level]
                level |= dict.fromkeys((each.id for each in new), loads[end.id])
                reached += new
    most = max(loads.values(), default=0)
    return {each.id: level.get(each.id, most) for each in roster.officers}


def check_fairness(roster: AssignmentInput, output: Mapping[str, Any]) -> None:
    """Check the certificate of an output that keeps rule 1 (see `check_assignment`).

    1. An officer below capacity has a level not above its load; 2. no load is above its level plus
    one; 3. no exchange leads to a lower level. Raises DomainError("assignment-not-fair").
    """
    place = "$.output.certificate.levels"
    certificate = _SHAPE.obj(output["certificate"], "$.output.certificate", {"levels"})
    level = _SHAPE.obj(certificate["levels"], place, {each.id for each in roster.officers})
    for officer in roster.officers:
        load = output["loads"][officer.id]
        height = _SHAPE.integer(level[officer.id], f"{place}.{officer.id}", 0)
        if load > height + 1 or (_room(officer, output["loads"]) and height > load):
            raise _SHAPE.refusal(f"{place}.{officer.id}", "与次数不符 / does not fit the load")
    teams = {
        row["inspection"]: [each["id"] for each in row["officers"]] for row in output["assignments"]
    }
    _check_exchanges(Exchanges(roster, teams), roster, level)


def _check_exchanges(
    exchanges: Exchanges, roster: AssignmentInput, level: Mapping[str, int]
) -> None:
    highest = [max(level[each.id] for each in holders) for holders in exchanges.holders]
    above = _above(set(level.values()), highest)
    for officer in roster.officers:
        if too_high := exchanges.open_to(officer) & above[level[officer.id]]:
            need = next(numbers(too_high))
            one = max(exchanges.holders[need], key=lambda each: level[each.id])
            reason = "可换由次数更少者承担 / a visit can be handed to one with fewer"
            raise _SHAPE.refusal(f"$.output.certificate.levels.{one.id}", reason)


def _above(values: set[int], highest: list[int]) -> dict[int, int]:
    """Give, for each level, the needs whose highest holder is above it."""
    at = dict.fromkeys(values, 0)
    for need, value in enumerate(highest):
        at[value] |= 1 << need
    above, result = 0, {}
    for value in sorted(values, reverse=True):
        result[value] = above
        above |= at[value]
    return result


def _room(officer: Officer, loads: Mapping[str, int]) -> bool:
    return officer.capacity is None or loads[officer.id] < officer.capacity
