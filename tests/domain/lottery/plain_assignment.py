"""The algorithm of docs/formats/assign-v1.md by the letter of its page: slow, and without sets of bits.

It shares nothing with the program but the reading of the input.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.lottery.assignment_input import AssignmentInput, Officer

    Place = tuple[str, Any]


def _tickets(seed: bytes, label: str, name: str, ids: Iterable[str]) -> dict[str, bytes]:
    key = hmac.new(seed, label.encode() + b"\x00" + name.encode(), "sha256").digest()
    return {each: sha256(key + bytes(32) + each.encode()).digest() for each in ids}


def _ordered(seed: bytes, label: str, name: str, ids: Iterable[str]) -> list[str]:
    tickets = _tickets(seed, label, name, ids)
    return sorted(tickets, key=lambda each: (tickets[each], each.encode()))


class PlainDepartment:
    """Who sits where: (officer, need) pairs, needs by number."""

    def __init__(
        self, roster: AssignmentInput, places: list[Place], officers: list[Officer]
    ) -> None:
        self.places = places
        self.officers = officers
        self.recusals = set(roster.recusals)
        self.sits: list[tuple[Officer, int]] = []

    def _fits(self, officer: Officer, number: int) -> bool:
        inspection, need = self.places[number]
        skilled = all(skill in officer.skills for skill in need.skills)
        return skilled and (officer.id, inspection) not in self.recusals

    def _load(self, officer: Officer) -> int:
        return sum(one is officer for one, _ in self.sits)

    def seat(self, start: int, lot: int) -> set[int]:
        """Take a seat; if there is no candidate, give the needs that were queued."""
        queue = [start]
        came: dict[int, tuple[Officer, int]] = {}
        candidates: list[tuple[int, Officer]] = []
        for x in queue:
            for officer in self.officers:
                if not self._fits(officer, x):
                    continue
                places = sorted(number for one, number in self.sits if one is officer)
                leave = [y for y in places if self.places[y][0] == self.places[x][0]]
                if not leave:
                    if officer.capacity is None or len(places) < officer.capacity:
                        candidates.append((x, officer))
                    leave = places
                for y in leave:
                    if y not in queue:
                        queue.append(y)
                        came[y] = (officer, x)
        if not candidates:
            return set(queue)
        least = min(self._load(officer) for _, officer in candidates)
        x = next(x for x, officer in candidates if self._load(officer) == least)
        drawn = [one for at, one in candidates if at == x and self._load(one) == least]
        self.sits.append((drawn[lot % len(drawn)], x))
        while x != start:
            officer, w = came[x]
            self.sits.remove((officer, x))
            self.sits.append((officer, w))
            x = w
        return set()


def plain_assign(roster: AssignmentInput, seed: bytes) -> dict[str, Any] | None:
    """Give the output, or None if there is no assignment."""
    places = [(each.id, need) for each in roster.inspections for need in each.needs]
    officers = {officer.id: officer for officer in roster.officers}
    inspections = _ordered(seed, "inspections", "", [each.id for each in roster.inspections])
    sits: list[tuple[Officer, int]] = []
    for name in {need.department for _, need in places}:
        ids = [each.id for each in roster.officers if each.department == name]
        ordered = [officers[each] for each in _ordered(seed, "roster", name, ids)]
        department = PlainDepartment(roster, places, ordered)
        for inspection in inspections:
            for number, lot in _seats(places, inspection, seed):
                if places[number][1].department == name and department.seat(number, lot):
                    return None
        sits += department.sits
    teams = {
        each.id: _ordered(
            seed, "officers", each.id, [o.id for o, n in sits if places[n][0] == each.id]
        )
        for each in roster.inspections
    }
    loads = {each: sum(officer.id == each for officer, _ in sits) for each in officers}
    rows = [
        {
            "inspection": x,
            "officers": [{"department": officers[o].department, "id": o} for o in team],
        }
        for x, team in teams.items()
    ]
    levels = plain_levels(roster, teams, loads)
    return {"assignments": rows, "loads": loads, "certificate": {"levels": levels}}


def _seats(places: list[Place], inspection: str, seed: bytes) -> list[tuple[int, int]]:
    """Give (need, lot) of each seat of an inspection."""
    needs = [
        n for n, (at, need) in enumerate(places) if at == inspection for _ in range(need.count)
    ]
    lots = _tickets(seed, "seats", inspection, [str(seat) for seat in range(len(needs))])
    return [(n, int.from_bytes(lot, "big")) for n, lot in zip(needs, lots.values(), strict=True)]


def _can_be_seated(team: list[Officer], seats: list[Any]) -> bool:
    if not team or not seats:
        return not team and not seats
    first, *others = team
    return any(
        _can_be_seated(others, seats[:n] + seats[n + 1 :])
        for n, need in enumerate(seats)
        if need.department == first.department and set(need.skills) <= set(first.skills)
    )


def plain_levels(
    roster: AssignmentInput, teams: dict[str, list[str]], loads: dict[str, int]
) -> dict[str, int]:
    """Lower levels along exchanges until nothing changes."""
    people = {officer.id: officer for officer in roster.officers}
    exchanges = [
        (a, b)
        for inspection in roster.inspections
        for seats in [[need for need in inspection.needs for _ in range(need.count)]]
        for a in teams[inspection.id]
        for b in people
        if b not in teams[inspection.id]
        and (b, inspection.id) not in roster.recusals
        and _can_be_seated([people[c] for c in (*teams[inspection.id], b) if c != a], seats)
    ]
    levels = {
        name: max(loads.values())
        if officer.capacity is not None and loads[name] >= officer.capacity
        else loads[name]
        for name, officer in people.items()
    }
    while lower := [(a, levels[b]) for a, b in exchanges if levels[b] < levels[a]]:
        for a, level in lower:
            levels[a] = min(levels[a], level)
    return levels


def plain_group(roster: AssignmentInput) -> list[tuple[str, Any]] | None:
    """Give the needs that block the first department that is blocked, if one is."""
    places = [(each.id, need) for each in roster.inspections for need in each.needs]
    for name in sorted({need.department for _, need in places}, key=str.encode):
        numbers = [n for n, (_, need) in enumerate(places) if need.department == name]
        if group := _queued_in_vain(roster, places, numbers):
            for number in sorted(group):
                rest = sorted(group - {number})
                if _queued_in_vain(roster, places, rest):
                    group = set(rest)
            return [places[number] for number in sorted(group)]
    return None


def _queued_in_vain(roster: AssignmentInput, places: list[Place], numbers: list[int]) -> set[int]:
    officers = (
        [o for o in roster.officers if o.department == places[numbers[0]][1].department]
        if numbers
        else []
    )
    department = PlainDepartment(roster, places, officers)
    for number in numbers:
        for _ in range(places[number][1].count):
            if queued := department.seat(number, 0):
                return queued
    return set()
