"""Small inputs of an assignment, all their assignments by enumeration, and changes to an output."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from domain.lottery.assignment_input import ALG, AssignmentInput
from domain.lottery.fairness import levels

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    Teams = dict[str, list[str]]


def need(department: str, count: int, *skills: str) -> dict[str, Any]:
    """Give a need."""
    return {"department": department, "count": count, "skills": list(skills)}


def officer(
    name: str, department: str, *skills: str, capacity: int | None = None
) -> dict[str, Any]:
    """Give an officer."""
    return {"id": name, "department": department, "skills": list(skills), "capacity": capacity}


def input_from(
    inspections: dict[str, list[dict[str, Any]]],
    officers: list[dict[str, Any]],
    recusals: list[list[str]] | None = None,
) -> dict[str, Any]:
    """Give an input."""
    rows = [{"id": name, "needs": needs} for name, needs in inspections.items()]
    return {"alg": ALG, "inspections": rows, "officers": officers, "recusals": recusals or []}


@st.composite
def small_inputs(draw: st.DrawFn) -> dict[str, Any]:
    """Give an input small enough to enumerate, often just feasible."""
    departments = st.sampled_from(["教育局", "市监局"])
    skills = st.lists(st.sampled_from(["x", "y"]), unique=True)
    officers = [
        officer(f"o{n}", draw(departments), *draw(skills), capacity=draw(st.sampled_from(caps)))
        for n in range(draw(st.integers(3, 6)))
        for caps in [(None, None, 1, 2)]
    ]
    inspections: dict[str, list[dict[str, Any]]] = {}
    for n in range(draw(st.integers(1, 3))):
        needs = [
            need(draw(departments), 1, *draw(skills.filter(lambda each: len(each) < 2)))
            for _ in range(draw(st.integers(1, 3)))
        ]
        needs[0]["count"] += len(needs) == 1
        inspections[f"i{n}"] = needs
    pairs = [[each["id"], name] for each in officers for name in inspections]
    recusals = draw(st.lists(st.sampled_from(pairs), unique_by=tuple, max_size=3))
    return input_from(inspections, officers, recusals)


def random_input(chance: random.Random, officers: int, visits: int) -> dict[str, Any]:
    """Give an input with chains of moves and needs side by side, more often feasible than not."""
    departments, skills = "ab"[: chance.randint(1, 2)], "xyz"[: chance.randint(0, 3)]
    ranges: list[list[int | None]] = [[None], [None, 2, 3], [1, 2, 3, 5], [0, 5, 9]]
    limits = chance.choice(ranges)

    def some(most: int) -> list[str]:
        return chance.sample(skills, chance.randint(0, min(most, len(skills))))

    people = [
        officer(
            f"o{n}", departments[n % len(departments)], *some(3), capacity=chance.choice(limits)
        )
        for n in range(officers)
    ]
    inspections: dict[str, list[dict[str, Any]]] = {}
    for n in range(visits):
        needs = [need(chance.choice(departments), 1, *some(1)) for _ in range(chance.randint(1, 3))]
        needs[0]["count"] += chance.randint(len(needs) == 1, 1)
        inspections[f"i{n}"] = needs
    pairs = [[each["id"], name] for each in people for name in inspections]
    share = chance.choice([0, 0, 10, 30])
    return input_from(inspections, people, chance.sample(pairs, len(pairs) * share // 100))


def all_teams(roster: AssignmentInput) -> Iterator[Teams]:
    """Enumerate, by the letter of rule 1, every way to seat the officers."""
    seats = [(i.id, n) for i in roster.inspections for n in i.needs for _ in range(n.count)]
    teams: Teams = {inspection.id: [] for inspection in roster.inspections}
    loads: Counter[str] = Counter()

    def fill(number: int) -> Iterator[Teams]:
        if number == len(seats):
            yield {name: sorted(team) for name, team in teams.items()}
            return
        inspection, need = seats[number]
        for each in roster.officers:
            if (
                each.department == need.department
                and set(need.skills) <= set(each.skills)
                and each.id not in teams[inspection]
                and (each.id, inspection) not in roster.recusals
                and (each.capacity is None or loads[each.id] < each.capacity)
            ):
                teams[inspection].append(each.id)
                loads[each.id] += 1
                yield from fill(number + 1)
                loads[each.id] -= 1
                teams[inspection].pop()

    return fill(0)


def loads_of(roster: AssignmentInput, teams: Teams) -> dict[str, int]:
    """Count the visits of each officer."""
    counts = Counter(each for team in teams.values() for each in team)
    return {officer.id: counts[officer.id] for officer in roster.officers}


def vectors_of(roster: AssignmentInput, loads: dict[str, int]) -> list[list[int]]:
    """Give the sorted loads of each department."""
    names = sorted({officer.department for officer in roster.officers})
    return [
        sorted(loads[each.id] for each in roster.officers if each.department == name)
        for name in names
    ]


def output_of(
    roster: AssignmentInput, teams: Teams, certificate: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Give the output with these teams, under its own certificate if no other is given."""
    departments = {officer.id: officer.department for officer in roster.officers}
    loads = loads_of(roster, teams)
    return {
        "assignments": [
            {
                "inspection": name,
                "officers": [{"id": each, "department": departments[each]} for each in team],
            }
            for name, team in teams.items()
        ],
        "loads": loads,
        "certificate": certificate or {"levels": levels(roster, teams, loads)},
    }


def change_in(output: dict[str, Any], path: list[Any], value: object) -> dict[str, Any]:
    """Give a copy with one value changed."""
    changed = copy.deepcopy(output)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


PLAIN = input_from(
    {"i1": [need("a", 2)], "i2": [need("a", 2)]},
    [officer(name, "a", "x", capacity=2) for name in ("o1", "o2", "o3")],
    [["o1", "i2"]],
)
