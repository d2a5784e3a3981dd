"""Seats and officers of one department: the search of docs/formats/assign-v1.md, on bit sets.

Each seat takes a shortest chain of moves that ends with the least loaded officer in reach. A
minimum-cost flow that grows along cheapest paths stays cheapest (the cost being the sum of squared
loads); and when no chain exists, the needs that the search reached have too few officers.

A set of officers is an integer whose bit n stands for officer n of the list that was handed in.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

from domain.lottery.bits import number_at, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.lottery.assignment_input import Officer
    from domain.lottery.departments import Place

    Recusals = Iterable[tuple[str, str]]

Skills: TypeAlias = tuple[str, ...]
Came: TypeAlias = dict[int, tuple[int, int] | None]
"""The needs that a search queued, in order; `came[y] = (officer, x)`: y is left for x."""


class Eligibility:
    """Who of a department's officers fits which need; the rule `without` is neglected."""

    def __init__(self, officers: Sequence[Officer], recusals: Recusals, without: str = "") -> None:
        self.everyone = (1 << len(officers)) - 1
        self._skilled: defaultdict[str, int] = defaultdict(int)
        self._with_all: dict[tuple[str, ...], int] = {(): self.everyone}
        self._recused: defaultdict[str, int] = defaultdict(int)
        self._neglects_skills = without == "skill"
        for number, officer in enumerate(officers):
            for skill in officer.skills:
                self._skilled[skill] |= 1 << number
        if without != "recusal":
            number_of = {officer.id: number for number, officer in enumerate(officers)}
            for officer_id, inspection in recusals:
                if officer_id in number_of:
                    self._recused[inspection] |= 1 << number_of[officer_id]

    def who_fits(self, place: Place) -> int:
        """Give those who have all the skills of a need and no recusal from its inspection."""
        fit = self.who_has(place.need.skills)
        recused = self._recused.get(place.inspection)
        return fit if recused is None else fit & ~recused

    def who_has(self, skills: tuple[str, ...]) -> int:
        """Give those who have all of some skills."""
        if self._neglects_skills:
            return self.everyone
        if skills not in self._with_all:
            fit = self.everyone
            for skill in skills:
                fit &= self._skilled.get(skill, 0)
            self._with_all[skills] = fit
        return self._with_all[skills]


class Matching:
    """Seats being filled. `held[n]` says at which need of which inspection officer n sits.

    Where loads need not be even, everybody with room counts as equally loaded.
    """

    def __init__(
        self, eligibility: Eligibility, capacities: Sequence[int | None], *, even: bool = True
    ) -> None:
        self.loads = [0] * len(capacities)
        self.held: list[dict[str, int]] = [{} for _ in capacities]
        self._eligibility = eligibility
        self._capacities = capacities
        self._even = even
        self._inspection: dict[int, str] = {}
        self._fit: dict[int, int] = {}
        # The skills that a need asks for, or any need of an inspection; and who ever sat where they are asked for.
        self._skills: dict[int, Skills] = {}
        self._asked: defaultdict[str, set[Skills]] = defaultdict(set)
        self._sat: defaultdict[Skills, int] = defaultdict(int)
        self._here: defaultdict[str, int] = defaultdict(int)  # who sits in an inspection
        # By load: who has that load and room; who is known to reach nobody of that load or less.
        self._at = [sum(1 << n for n, most in enumerate(capacities) if most != 0)]
        self._closed = [0]
        self._least = 0  # no load below it has anybody

    def seat(self, start: Place, lot: int) -> bool:
        """Take one seat of a need, unless that is impossible."""
        if start.number not in self._fit:
            self._fit[start.number] = self._eligibility.who_fits(start)
            self._skills[start.number] = start.need.skills
            self._asked[start.inspection].add(start.need.skills)
            self._sat[start.need.skills] |= self._here[start.inspection]
            self._inspection[start.number] = start.inspection
        while self._least < len(self._at) - 1 and not self._at[self._least]:
            self._least += 1
        return any(
            self._at[load] and self._seat_with(load, start.number, lot)
            for load in range(self._least, len(self._at))
        )

    def reached_from(self, start: Place) -> set[int]:
        """Give the needs which, when a seat of `start` cannot be taken, have too few officers."""
        return set(self._reach({start.number: None}, self._eligibility.everyone))

    def _seat_with(self, load: int, start: int, lot: int) -> bool:
        """Take a seat if that leads to somebody with this load.

        Officers known to lead to nobody of this load are left out of the search. As no load in
        reach ever falls, that changes no path.
        """
        came: Came = {start: None}
        new = self._eligibility.everyone & ~self._closed[load]
        for need in self._reach(came, new, thrifty=True):
            if takers := self._absent(need) & self._at[load]:
                self._carry_out(number_at(takers, lot % takers.bit_count()), need, came)
                return True
        met = reduce(or_, map(self._absent, came))
        for each in range(self._least, load + 1):
            self._closed[each] |= met
        return False

    def _reach(self, came: Came, new: int, *, thrifty: bool = False) -> Iterator[int]:
        """Queue needs breadth first, through officers among `new`; give each as it is queued.

        A thrifty search passes over inspections of which every need asks for skills whose holders
        were all met: these lead to nobody new.
        """
        met_all: set[Skills] = set()
        useful = self._eligibility.everyone
        queue = list(came)
        yield from queue
        for need in queue:
            inspection = self._inspection[need]
            here = self._fit[need] & self._here[inspection]
            met = self._absent(need) & new
            new ^= met
            if thrifty and not self._eligibility.who_has(self._skills[need]) & new:
                met_all.add(self._skills[need])
                useful = reduce(
                    or_, (sat for own, sat in self._sat.items() if own not in met_all), 0
                )
            for officer in numbers((met | here) & useful):
                held = self.held[officer]
                # One who sits in this inspection can only change places within it.
                for other in [held[inspection]] if inspection in held else sorted(held.values()):
                    if other not in came and not self._asked[self._inspection[other]] <= met_all:
                        came[other] = (officer, need)
                        queue.append(other)
                        yield other

    def _absent(self, need: int) -> int:
        """Give those who fit a need and do not sit in its inspection."""
        fit = self._fit[need]
        return fit ^ (fit & self._here[self._inspection[need]])

    def _carry_out(self, officer: int, need: int, came: Came) -> None:
        """Seat a new officer at the end of a chain; everybody on it moves one need on."""
        self._count(officer, 1)
        self._sit(officer, need)
        while step := came[need]:
            officer, onward = step
            self._rise(officer, need)
            self._sit(officer, onward)
            need = onward

    def _sit(self, officer: int, need: int) -> None:
        inspection = self._inspection[need]
        self.held[officer][inspection] = need
        self._here[inspection] |= 1 << officer
        for skills in self._asked[inspection]:
            self._sat[skills] |= 1 << officer

    def _rise(self, officer: int, need: int) -> None:
        inspection = self._inspection[need]
        del self.held[officer][inspection]
        self._here[inspection] ^= 1 << officer

    def _count(self, officer: int, change: int) -> None:
        bit = 1 << officer
        self._at[self._level(officer)] &= ~bit
        self.loads[officer] += change
        level = self._level(officer)
        if level == len(self._at):
            self._at.append(0)
            self._closed.append(0)
        most = self._capacities[officer]
        if most is None or self.loads[officer] < most:
            self._at[level] |= bit

    def _level(self, officer: int) -> int:
        return self.loads[officer] if self._even else 0

    def clear(self, place: Place) -> None:
        """Let all who sit at a need go; what earlier searches ruled out may be possible again."""
        for officer in numbers(self._here[place.inspection]):
            if self.held[officer][place.inspection] == place.number:
                self._rise(officer, place.number)
                self._count(officer, -1)
        self._closed = [0] * len(self._closed)
        self._least = 0
