"""How many may take each seat of an assignment: what an officer or a school asks first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.lottery.departments import departments_of
from domain.lottery.matching import Eligibility

if TYPE_CHECKING:
    from domain.lottery.assignment_input import AssignmentInput


@dataclass(frozen=True, kw_only=True)
class Seats:
    """The seats of one need, and how many of the department fit it: skilled as asked, and not recused."""

    department: str
    skills: tuple[str, ...]
    count: int
    eligible: int


def seats_of(roster: AssignmentInput) -> dict[str, list[Seats]]:
    """Give, for each inspection, its needs by department in canonical order."""
    found: dict[str, list[Seats]] = {one.id: [] for one in roster.inspections}
    for department in departments_of(roster):
        eligibility = Eligibility(department.officers, department.recusals)
        for place in department.places:
            found[place.inspection].append(
                Seats(
                    department=department.name,
                    skills=place.need.skills,
                    count=place.need.count,
                    eligible=eligibility.who_fits(place).bit_count(),
                )
            )
    return found
