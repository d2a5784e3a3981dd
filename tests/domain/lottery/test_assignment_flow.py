"""Assignments against OR-tools' minimum-cost flow, on instances too large to enumerate."""

from __future__ import annotations

import random
from typing import Any

import pytest

from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_input import ALG, input_of
from mingqian.bench._flow import least_sum_of_squares

DEPARTMENTS = ("教育局", "市监局")
SKILLS = ("甲", "乙", "丙", "丁", "戊")
SEED = bytes(range(32))
TIGHT = range(0, 100, 2)  # the instances with so many seats that about half of them cannot be met


def _instance(number: int) -> dict[str, Any]:
    """50 to 200 visits with one to three needs, of one department or two, and fewer officers than visits."""
    chance = random.Random(number)  # noqa: S311 - the same instances on every machine
    visits, people = chance.randint(50, 200), chance.randint(14, 36)
    inspections: list[dict[str, Any]] = [
        {"id": f"i{n}", "needs": _needs(chance)} for n in range(visits)
    ]
    officers = [_officer(chance, n) for n in range(people)]
    seats = {
        name: sum(
            need["count"]
            for each in inspections
            for need in each["needs"]
            if need["department"] == name
        )
        for name in DEPARTMENTS
    }
    for officer in officers:
        if number in TIGHT or chance.random() < 0.3:
            own = [each for each in officers if each["department"] == officer["department"]]
            share = seats[officer["department"]] // len(own)
            officer["capacity"] = share + chance.choice((0, 1, 3, 8))
    recusals = {  # mostly of a few officers, whose loads then stay below the rest
        (f"o{int(people * chance.random() ** 3)}", f"i{chance.randrange(visits)}")
        for _ in range(chance.randint(0, 8 * visits))
    }
    return {
        "alg": ALG,
        "inspections": inspections,
        "officers": officers,
        "recusals": sorted(recusals),
    }


def _needs(chance: random.Random) -> list[dict[str, Any]]:
    needs: dict[tuple[str, tuple[str, ...]], int] = {}
    while sum(needs.values()) < 2 or chance.random() < 0.3:
        skills = tuple(sorted(chance.sample(SKILLS, chance.choice((0, 0, 1, 1, 2)))))
        needs[chance.choice(DEPARTMENTS), skills] = chance.choice((1, 1, 2))
    return [
        {"department": department, "skills": list(skills), "count": count}
        for (department, skills), count in needs.items()
    ]


def _officer(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "id": f"o{number}",
        "department": DEPARTMENTS[number % 2],
        "skills": chance.sample(SKILLS, chance.randint(2, 5)),
        "capacity": None,
    }


def _sums_of_squares(value: dict[str, Any]) -> list[int] | None:
    """Give the sum of squared loads of each department; None: refused as impossible."""
    roster = input_of(value)
    try:
        loads = assign(roster, SEED)["loads"]
    except DomainError as refusal:
        if refusal.code != "assignment-infeasible":
            raise
        return None
    return [
        sum(loads[each.id] ** 2 for each in roster.officers if each.department == name)
        for name in DEPARTMENTS
    ]


@pytest.mark.parametrize("ten", range(10))
def test_loads_are_as_even_as_a_flow_finds_or_no_flow_exists(ten: int) -> None:
    """The least sum of squares of each department, and impossible exactly when the flow cannot fill the seats."""
    possible = set()
    for number in range(10 * ten, 10 * ten + 10):
        value = _instance(number)
        roster = input_of(value)
        flows = [least_sum_of_squares(roster, name) for name in DEPARTMENTS]
        expected = None if None in flows else flows
        assert _sums_of_squares(value) == expected, number
        possible.add(expected is not None)
    assert possible == {True, False}
