"""Officers to inspections by lot: assign-v1, whose algorithm docs/formats/assign-v1.md writes down.

Everything between officers goes by their tickets and by lots, never by their ids, so equals have
equal chances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.lottery.blocking import blocked
from domain.lottery.departments import departments_of
from domain.lottery.fairness import levels
from domain.lottery.matching import Eligibility, Matching
from domain.lottery.tickets import by_ticket, key_of, ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.lottery.assignment_input import AssignmentInput
    from domain.lottery.departments import Department, Place


def assign(roster: AssignmentInput, seed: bytes) -> dict[str, Any]:
    """Give the output of assign-v1, or refuse with InfeasibleError.

    Whether an input is feasible does not depend on the seed.
    """
    ids = _in_order(seed, b"inspections", "", [each.id for each in roster.inspections])
    rank = {inspection: number for number, inspection in enumerate(ids)}
    loads = {officer.id: 0 for officer in roster.officers}
    teams: dict[str, list[str]] = {inspection.id: [] for inspection in roster.inspections}
    for department in departments_of(roster):
        for officer, inspections in _held(department, rank, seed).items():
            loads[officer] = len(inspections)
            for inspection in inspections:
                teams[inspection].append(officer)
    ordered = {each: _in_order(seed, b"officers", each, team) for each, team in teams.items()}
    return _output(roster, ordered, loads)


def _held(department: Department, rank: dict[str, int], seed: bytes) -> dict[str, list[str]]:
    """Fill the seats of a department; give the inspections of each of its officers."""
    known = {officer.id: officer for officer in department.officers}
    officers = [known[each] for each in _in_order(seed, b"roster", department.name, known)]
    matching = Matching(
        Eligibility(officers, department.recusals), [officer.capacity for officer in officers]
    )
    for place in sorted(department.places, key=lambda each: (rank[each.inspection], each.number)):
        for lot in _lots(seed, place):
            if not matching.seat(place, lot):
                raise blocked(department)
    return {each.id: list(held) for each, held in zip(officers, matching.held, strict=True)}


def _in_order(seed: bytes, label: bytes, name: str, ids: Iterable[str]) -> list[str]:
    return [each for _, each in by_ticket(key_of(seed, label, name), ids)]


def _lots(seed: bytes, place: Place) -> Iterator[int]:
    """Give the tickets of a place's seats as integers."""
    key = key_of(seed, b"seats", place.inspection)
    seats = range(place.first_seat, place.first_seat + place.need.count)
    return (int.from_bytes(ticket(key, str(seat)), "big") for seat in seats)


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
