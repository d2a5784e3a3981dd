"""Does an output keep rule 1 of assign-v1? Told from input and output, without the seed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.canonical import canon
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    if canon(fields["loads"]) != canon(dict(loads)):
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


def seating(team: list[Officer], needs: Sequence[Need]) -> list[list[Officer]] | None:
    """Seat all officers, giving those at each need; None if they do not fill the needs exactly."""
    if len(team) != sum(need.count for need in needs):
        return None
    seated: list[list[Officer]] = [[] for _ in needs]
    return seated if all(_settle(officer, needs, seated) for officer in team) else None


def _settle(officer: Officer, needs: Sequence[Need], seated: list[list[Officer]]) -> bool:
    """Seat one more by the shortest chain of moves; `came[n]` leaves need m for need n."""
    came: dict[int, tuple[Officer, int | None]] = {
        number: (officer, None) for number, need in enumerate(needs) if fits(officer, need)
    }
    queue = list(came)
    for number in queue:
        if len(seated[number]) < needs[number].count:
            _move(number, came, seated)
            return True
        for each in seated[number]:
            for other, need in enumerate(needs):
                if other not in came and fits(each, need):
                    came[other] = (each, number)
                    queue.append(other)
    return False


def _move(
    number: int, came: dict[int, tuple[Officer, int | None]], seated: list[list[Officer]]
) -> None:
    left: int | None = number
    while left is not None:
        to = left
        officer, left = came[to]
        seated[to].append(officer)
        if left is not None:
            seated[left].remove(officer)


def fits(officer: Officer, need: Need) -> bool:
    """Tell whether an officer is of the department and has all the skills."""
    return need.department == officer.department and (
        not need.skills or set(need.skills) <= set(officer.skills)
    )
