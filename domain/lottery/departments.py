"""The parts of an assign-v1 input that are solved alone: departments share no officers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.lottery.assignment_input import Need, Officer

if TYPE_CHECKING:
    from domain.lottery.assignment_input import AssignmentInput


@dataclass(frozen=True, kw_only=True)
class Place:
    """A need at its inspection; `number` is its place among all needs in canonical order.

    Its seats are numbered through the inspection, from `first_seat` on.
    """

    number: int
    inspection: str
    first_seat: int
    need: Need


@dataclass(frozen=True, kw_only=True)
class Department:
    """The places to fill, the officers and their recusals, each in canonical order."""

    name: str
    places: list[Place] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    recusals: list[tuple[str, str]] = field(default_factory=list)


def departments_of(roster: AssignmentInput) -> list[Department]:
    """Give every department, by the UTF-8 bytes of its name."""
    departments: dict[str, Department] = {}

    def named(name: str) -> Department:
        return departments.setdefault(name, Department(name=name))

    for place in _places(roster):
        named(place.need.department).places.append(place)
    for officer in roster.officers:
        named(officer.department).officers.append(officer)
    home = {officer.id: named(officer.department) for officer in roster.officers}
    for pair in roster.recusals:
        home[pair[0]].recusals.append(pair)
    return sorted(departments.values(), key=lambda each: each.name.encode())


def _places(roster: AssignmentInput) -> list[Place]:
    places: list[Place] = []
    for inspection in roster.inspections:
        first = 0
        for need in inspection.needs:
            places.append(
                Place(number=len(places), inspection=inspection.id, first_seat=first, need=need)
            )
            first += need.count
    return places
