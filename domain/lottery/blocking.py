"""Can an input be met at all? If not, which needs have too few officers, and what is missing.

Neither depends on a seed, so it is settled before anything is committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.lottery.departments import departments_of
from domain.lottery.infeasible import InfeasibleError
from domain.lottery.matching import Eligibility, Matching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.lottery.assignment_input import AssignmentInput
    from domain.lottery.departments import Department, Place

_RULES = ("skill", "recusal", "capacity")


def require_feasible(roster: AssignmentInput) -> None:
    """Refuse an input for which no assignment exists, with InfeasibleError."""
    for department in _short(roster):
        raise blocked(department)


def is_feasible(roster: AssignmentInput) -> bool:
    """Tell whether an assignment exists."""
    return next(_short(roster), None) is None


def _short(roster: AssignmentInput) -> Iterator[Department]:
    return (each for each in departments_of(roster) if _Trial(each).fill(each.places))


def blocked(department: Department) -> InfeasibleError:
    """Name a group of needs of which none can be dropped without making the rest possible."""
    group = _group(department)
    neglected = [each for each in _RULES if not _Trial(department, each).fill(group)]
    eligibility = Eligibility(department.officers, department.recusals)
    fit = 0
    for place in group:
        fit |= eligibility.who_fits(place)
    return InfeasibleError(
        "assignment-infeasible",
        department=department.name,
        needs=[(place.inspection, place.need) for place in group],
        missing=neglected or ["officer"],
        officers=fit.bit_count(),
    )


class _Trial:
    """Seats being filled by anybody who fits, with one rule neglected or none."""

    def __init__(self, department: Department, without: str = "") -> None:
        capacities = [
            None if without == "capacity" else each.capacity for each in department.officers
        ]
        eligibility = Eligibility(department.officers, department.recusals, without)
        self._matching = Matching(eligibility, capacities, even=False)
        self._filled: dict[int, int] = {}

    def fill(self, places: Sequence[Place]) -> set[int]:
        """Fill places; else give the numbers of those that together have too few officers."""
        for place in places:
            while self.short(place):
                if not self._matching.seat(place, 0):
                    return self._matching.reached_from(place)
                self._filled[place.number] = self._filled.get(place.number, 0) + 1
        return set()

    def short(self, place: Place) -> int:
        """Tell how many seats of a place are not filled."""
        return place.need.count - self._filled.get(place.number, 0)

    def clear(self, place: Place) -> None:
        """Let all at a place go."""
        self._matching.clear(place)
        self._filled[place.number] = 0


def _group(department: Department) -> list[Place]:
    """Find the group by keeping all of it filled except one place, which is `open_`.

    A need can be dropped if the open one cannot be filled even by the officers of that need. What
    a search did not reach can be dropped as well. What it reached cannot if just one seat is
    short: whoever sits there could have been passed on to that seat.
    """
    trial = _Trial(department)
    reached = trial.fill(department.places)
    group = [place for place in department.places if place.number in reached]
    open_ = group[-1]
    short = trial.short(open_)
    for place in list(group):
        if short == 1:
            break
        if place is open_ or place.number not in reached:
            continue
        trial.clear(place)
        if still := trial.fill([open_]):
            reached, short = still, trial.short(open_)
            group = [each for each in group if each.number in reached]
        else:
            open_ = place
    return group
