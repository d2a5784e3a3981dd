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

from domain.lottery.assignment_check import fits, seating
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domain.lottery.assignment_input import AssignmentInput, Inspection, Officer

    Teams = Mapping[str, Iterable[str]]
    Exchanges = list[tuple[str, list[str]]]

_SHAPE = Shape("assignment-not-fair")


def levels(roster: AssignmentInput, teams: Teams, loads: Mapping[str, int]) -> dict[str, int]:
    """Give the certificate of an assignment: the greatest levels within conditions 1 and 3.

    If these break condition 2, then all do, and the assignment is not fair.
    """
    most = max(loads.values(), default=0)
    level = {each.id: loads[each.id] if _room(each, loads) else most for each in roster.officers}
    exchanges = _exchanges(roster, teams)
    changed = True
    while changed:
        changed = False
        for officer, others in exchanges:
            least = min(level[other] for other in others)
            if least < level[officer]:
                level[officer] = least
                changed = True
    return level


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
    for one, others in _exchanges(roster, teams):
        if any(level[other] < level[one] for other in others):
            reason = "可换由次数更少者承担 / a visit can be handed to one with fewer"
            raise _SHAPE.refusal(f"{place}.{one}", reason)


def _room(officer: Officer, loads: Mapping[str, int]) -> bool:
    return officer.capacity is None or loads[officer.id] < officer.capacity


def _exchanges(roster: AssignmentInput, teams: Teams) -> Exchanges:
    """Give, for each officer and inspection, those who could stand in; none without any."""
    people = {officer.id: officer for officer in roster.officers}
    pairs: Exchanges = []
    recusals = frozenset(roster.recusals)
    for inspection in roster.inspections:
        team = [people[each] for each in teams[inspection.id]]
        names = {officer.id for officer in team}
        free = [
            officer
            for officer in roster.officers
            if officer.id not in names and (officer.id, inspection.id) not in recusals
        ]
        pairs.extend(_stand_ins(inspection, team, free))
    return pairs


def _stand_ins(
    inspection: Inspection, team: list[Officer], free: list[Officer]
) -> Iterator[tuple[str, list[str]]]:
    seats = [need for need in inspection.needs for _ in range(need.count)]
    seated = seating(team, inspection.needs)
    assert seated is not None  # rule 1 was checked before
    takers = {need: [officer.id for officer in free if fits(officer, need)] for need in seats}
    for start, officer in enumerate(seated):
        open_ = [start]  # seats that become free in turn when the others change places
        for seat in open_:
            open_ += [
                number
                for number, other in enumerate(seated)
                if number not in open_ and fits(other, seats[seat])
            ]
        if others := sorted({each for seat in open_ for each in takers[seats[seat]]}):
            yield officer.id, others
