"""Does an output keep rule 1 of assign-v1? Told from input and output, without the seed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from domain.lottery.assignment_input import AssignmentInput, Inspection, Need, Officer

_SHAPE = Shape("assignment-breaks-rule")


def check_assignment(roster: AssignmentInput, output: object, place: str = "$.output") -> None:
    """Raise DomainError("assignment-breaks-rule") naming the first place that breaks the rule."""
    fields = _SHAPE.obj(output, place, {"assignments", "loads", "certificate"})
    rows = _SHAPE.array(fields["assignments"], f"{place}.assignments")
    if len(rows) != len(roster.inspections):
        raise _SHAPE.refusal(f"{place}.assignments", "检查数不符 / not one entry per inspection")
    people = {officer.id: officer for officer in roster.officers}
    recusals = frozenset(roster.recusals)
    loads: Counter[str] = Counter(dict.fromkeys(people, 0))
    for index, (row, inspection) in enumerate(zip(rows, roster.inspections, strict=True)):
        spot = f"{place}.assignments[{index}]"
        team = _team(people, inspection, row, spot)
        for each in team:
            if (each, inspection.id) in recusals:
                raise _SHAPE.refusal(spot, f"应回避 / must be recused: {each}")
        loads.update(team)
    for officer in roster.officers:
        if officer.capacity is not None and loads[officer.id] > officer.capacity:
            raise _SHAPE.refusal(f"{place}.loads.{officer.id}", "超过次数上限 / above the capacity")
    if fields["loads"] != dict(loads):
        raise _SHAPE.refusal(f"{place}.loads", "与分派不符 / does not count the assignments")


def _team(people: dict[str, Officer], inspection: Inspection, row: object, place: str) -> list[str]:
    """Check one inspection and give the ids of its officers."""
    fields = _SHAPE.obj(row, place, {"inspection", "officers"})
    if fields["inspection"] != inspection.id:
        raise _SHAPE.refusal(f"{place}.inspection", f"应为 / must be {inspection.id}")
    team: dict[str, Officer] = {}
    for index, given in enumerate(_SHAPE.array(fields["officers"], f"{place}.officers")):
        spot = f"{place}.officers[{index}]"
        each = _SHAPE.obj(given, spot, {"id", "department"})
        officer = people.get(_SHAPE.text(each["id"], spot))
        if officer is None or officer.department != each["department"]:
            raise _SHAPE.refusal(spot, "不在名册或部门不符 / not on the roster of the department")
        if officer.id in team:
            raise _SHAPE.refusal(spot, "同一检查中重复 / twice in one inspection")
        team[officer.id] = officer
    if seating(list(team.values()), inspection.needs) is None:
        raise _SHAPE.refusal(
            f"{place}.officers", "不能恰好满足需求 / does not meet the needs exactly"
        )
    return list(team)


def seating(team: list[Officer], needs: tuple[Need, ...]) -> list[Officer] | None:
    """Seat the officers, one on each seat in the order of the needs, else give None.

    Kuhn's augmenting paths; a team that fills the needs of all departments has one seat each.
    """
    seats = [need for need in needs for _ in range(need.count)]
    taken: dict[int, Officer] = {}

    def settle(officer: Officer, tried: set[int]) -> bool:
        for number, need in enumerate(seats):
            if number not in tried and fits(officer, need):
                tried.add(number)
                if number not in taken or settle(taken[number], tried):
                    taken[number] = officer
                    return True
        return False

    if len(seats) != len(team) or not all(settle(officer, set()) for officer in team):
        return None
    return [taken[number] for number in range(len(seats))]


def fits(officer: Officer, need: Need) -> bool:
    """Tell whether an officer is of the department and has all the skills."""
    return need.department == officer.department and set(need.skills) <= set(officer.skills)
