"""Who could take part in an inspection in whose stead, the others there changing seats if need be.

The needs of all inspections are numbered through; a set of them is an integer, bit n for need n.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from domain.lottery.assignment_check import fits, seating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.lottery.assignment_input import AssignmentInput, Need, Officer

    Teams = Mapping[str, Iterable[str]]

_Skills: TypeAlias = tuple[str, ...]
_NONE = ""  # no skill has an empty name


class Exchanges:
    """The exchanges of an assignment that keeps rule 1; `holders[n]` sit at need n."""

    def __init__(self, roster: AssignmentInput, teams: Teams) -> None:
        self.holders: list[list[Officer]] = []
        # By department and first skill: whoever has all of the skills opens these needs.
        self._opened_by: defaultdict[tuple[str, str], defaultdict[_Skills, int]] = defaultdict(
            lambda: defaultdict(int)
        )
        self._open_to: dict[tuple[str, _Skills], int] = {}
        self._closed_to: defaultdict[str, int] = defaultdict(int)
        people = {officer.id: officer for officer in roster.officers}
        needs_of: dict[str, int] = {}
        for inspection in roster.inspections:
            first = len(self.holders)
            self._add(inspection.needs, [people[each] for each in teams[inspection.id]])
            needs_of[inspection.id] = (1 << len(self.holders)) - (1 << first)
            for each in teams[inspection.id]:
                self._closed_to[each] |= needs_of[inspection.id]
        for officer, inspection_id in roster.recusals:
            self._closed_to[officer] |= needs_of[inspection_id]

    @property
    def every_need(self) -> int:
        """Give the set of all needs."""
        return (1 << len(self.holders)) - 1

    def _add(self, needs: Sequence[Need], team: list[Officer]) -> None:
        seated = seating(team, needs)
        assert seated is not None  # rule 1 was checked before
        for start in range(len(needs)):
            open_ = [start]  # needs at which a seat becomes free when the others change places
            for free in open_:
                open_ += [
                    number
                    for number, sitting in enumerate(seated)
                    if number not in open_ and any(fits(each, needs[free]) for each in sitting)
                ]
            for free in open_:
                skills = needs[free].skills
                group = needs[free].department, skills[0] if skills else _NONE
                self._opened_by[group][skills] |= 1 << len(self.holders)
            self.holders.append(seated[start])

    def open_to(self, officer: Officer) -> int:
        """Give the needs of which any holder could be replaced by this officer."""
        kind = (officer.department, officer.skills)
        if kind not in self._open_to:
            self._open_to[kind] = 0
            for first in (_NONE, *officer.skills):
                for skills, opened in self._opened_by[officer.department, first].items():
                    if set(skills) <= set(officer.skills):
                        self._open_to[kind] |= opened
        return self._open_to[kind] & ~self._closed_to[officer.id]
