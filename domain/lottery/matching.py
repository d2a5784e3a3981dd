"""Seats and officers of one department: fill the seats so that the loads stay as even as can be.

Each seat takes a shortest chain of moves that ends with the least loaded officer in reach. A
minimum-cost flow that grows along cheapest paths stays cheapest (the cost being the sum of squared
loads); and when no chain exists, the needs that the search reached have too few officers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from domain.lottery.assignment_input import Need
from domain.lottery.tickets import by_ticket, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.lottery.assignment_input import AssignmentInput

Move: TypeAlias = tuple[str, int]
"""An officer and the need of which a seat is taken."""


@dataclass(frozen=True, kw_only=True)
class Seats:
    """The seats of one need; `number` is its place among all needs in canonical order."""

    number: int
    inspection: str
    need: Need


class Tickets:
    """The order of officers in each inspection and the order in which inspections are filled."""

    def __init__(self, roster: AssignmentInput, seed: bytes) -> None:
        officers = [officer.id for officer in roster.officers]
        inspections = [inspection.id for inspection in roster.inspections]
        self._inspections = _ranks(key_of(seed, b"inspections", ""), inspections)
        self._officers = {
            inspection: _ranks(key_of(seed, b"officers", inspection), officers)
            for inspection in inspections
        }

    def shuffled(self, seats: Iterable[Seats]) -> list[Seats]:
        """Put needs into ticket order of their inspections; within one, canonical order."""
        return sorted(seats, key=lambda each: (self._inspections[each.inspection], each.number))

    def ordered(self, inspection: str, officers: Iterable[str]) -> list[str]:
        """Put officers into their ticket order for an inspection."""
        return sorted(officers, key=self._officers[inspection].__getitem__)


def _ranks(key: bytes, identifiers: list[str]) -> dict[str, int]:
    return {each: rank for rank, (_, each) in enumerate(by_ticket(key, identifiers))}


class Matching:
    """The seats of one department being filled; `held` says who sits where, at which need."""

    def __init__(
        self,
        roster: AssignmentInput,
        department: str,
        tickets: Tickets,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.people = {each.id: each for each in roster.officers if each.department == department}
        self.loads = dict.fromkeys(self.people, 0)
        self.held: dict[str, dict[str, int]] = {each: {} for each in self.people}
        self.inspection_of: dict[int, str] = {}
        self.eligible: dict[int, list[str]] = {}
        self._recusals = set() if "recusal" in without else set(roster.recusals)
        self._tickets = tickets
        self._without = without

    def fill(self, seats: Iterable[Seats]) -> list[Seats]:
        """Fill all seats; else give the needs that together have too few officers."""
        known: dict[int, Seats] = {}
        for each in seats:
            known[each.number] = each
            fit = self._fit(each.inspection, each.need)
            self.inspection_of[each.number] = each.inspection
            self.eligible[each.number] = self._tickets.ordered(each.inspection, fit)
            for _ in range(each.need.count):
                if blocked := self._seat(each.number):
                    return [known[number] for number in sorted(blocked)]
        return []

    def _fit(self, inspection: str, need: Need) -> list[str]:
        wanted = set() if "skill" in self._without else set(need.skills)
        return [
            each.id
            for each in self.people.values()
            if wanted <= set(each.skills) and (each.id, inspection) not in self._recusals
        ]

    def _has_room(self, officer: str) -> bool:
        capacity = self.people[officer].capacity
        return "capacity" in self._without or capacity is None or self.loads[officer] < capacity

    def _seat(self, start: int) -> set[int]:
        """Fill one seat by a chain of moves, or give the needs that the search reached.

        `came[y] = (officer, x)`: the officer can leave need y for a seat of need x.
        """
        least = min((self.loads[each] for each in self.people if self._has_room(each)), default=0)
        came: dict[int, Move | None] = {start: None}
        best: Move | None = None
        for officer, need in self._reach(start, came):
            if self._has_room(officer) and (
                best is None or self.loads[officer] < self.loads[best[0]]
            ):
                best = (officer, need)
                if self.loads[officer] == least:
                    break
        if best is None:
            return set(came)
        self._move(best, came)
        return set()

    def _reach(self, start: int, came: dict[int, Move | None]) -> Iterator[Move]:
        """Search breadth first; give each officer once, with the need of which to take a seat."""
        seen: set[str] = set()
        queue = [start]
        for need in queue:
            for officer in self.eligible[need]:
                held = self.held[officer]
                here = held.get(self.inspection_of[need])
                if here is None and officer in seen:
                    continue
                if here is None:
                    seen.add(officer)
                    yield officer, need
                # One who sits in this inspection can only change places within it.
                for other in sorted(held.values()) if here is None else [here]:
                    if other not in came:
                        came[other] = (officer, need)
                        queue.append(other)

    def _move(self, last: Move, came: dict[int, Move | None]) -> None:
        self.loads[last[0]] += 1
        step: Move | None = last
        while step is not None:
            officer, need = step
            step = came[need]
            if step is not None:
                del self.held[step[0]][self.inspection_of[need]]
            self.held[officer][self.inspection_of[need]] = need
