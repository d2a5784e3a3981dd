"""What the registries and the standards say against a draft: allowed, and for a named person to answer.

All of it is read from history at the leaf of the draft.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from domain.eligibility import available
from domain.plan_checks import PlanWarning
from domain.plan_rows import CREDIT_CLASSES
from domain.plan_standards import PlanStandardsSet, floor_of
from domain.registry_state import Entity
from domain.team_terms import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.history import History
    from domain.plan_rows import PlanRow
    from domain.registry_commands import CreditClass, EntityDetails

    Sort = tuple[str, tuple[str, ...], str, str | None]
    Sorts = dict[Sort, tuple[EntityDetails, int]]


def concerns(rows: tuple[PlanRow, ...], history: History) -> tuple[PlanWarning, ...]:
    """Measure rows by the standards in force; where none are set, nothing is said."""
    standards = history.get(PlanStandardsSet, "")
    if standards is None:
        return ()
    sorts = _sorts(history)
    own = [one for row in rows for one in _of_row(row, sorts, standards, history)]
    return (*own, *_overlaps(rows, sorts))


def _of_row(
    row: PlanRow, sorts: Sorts, standards: PlanStandardsSet, history: History
) -> Iterator[PlanWarning]:
    for name in row.strata():
        if about := _below_floor(row, name, standards):
            yield PlanWarning(code="ratio-below-floor", row=row.number, about=about)
    count = sum(sorts[one][1] for one in _fitting(row, sorts))
    if count < standards.min_entities:
        yield PlanWarning(code="scope-matches-few", row=row.number, about=str(count))
    fit = available(row, history)
    for need in needs_of(row):
        able = [one for one in fit if set(need.skills) <= set(one.skills)]
        there = sum(one.department == need.department for one in able)
        if there < need.count:
            about = f"{need.department} {there}/{need.count}"
            yield PlanWarning(code="officers-few", row=row.number, about=about)


def _sorts(history: History) -> Sorts:
    """Active entities by what a scope can ask for: a few sorts with an example and a count, however many there are."""
    counts: Counter[Sort] = Counter()
    examples: dict[Sort, EntityDetails] = {}
    for entity in history.all(Entity):
        if entity.active and (details := entity.details) is not None:
            sort = (details.kind, details.tags, details.area, details.credit_class)
            counts[sort] += 1
            examples[sort] = details
    return {sort: (examples[sort], count) for sort, count in counts.items()}


def _fitting(row: PlanRow, sorts: Sorts) -> set[Sort]:
    return {sort for sort, (details, _) in sorts.items() if row.scope.fits(details)}


def _below_floor(row: PlanRow, stratum: str, standards: PlanStandardsSet) -> str:
    """Say where the ratio of a stratum is below a floor of anything that it can hold; nothing where it is not."""
    classes: tuple[CreditClass | None, ...] = row.scope.credit_classes or (*CREDIT_CLASSES, None)
    kinds: tuple[str | None, ...] = row.scope.kinds or tuple(own.kind for own in standards.floors)
    floors = [
        Fraction(*floor.ratio)
        for kind in kinds
        for each in classes
        if row.name_of(kind or "", each) == stratum
        and (floor := floor_of(standards, kind, each)) is not None
    ]
    own, highest = Fraction(*row.strata()[stratum]), max(floors, default=Fraction(0))
    return f"{stratum} {own} < {highest}" if own < highest else ""


def _overlaps(rows: tuple[PlanRow, ...], sorts: Sorts) -> Iterator[PlanWarning]:
    """Two rows that could send two teams to the same entities in the same weeks: one visit could do for both."""
    fitting = {row.number: _fitting(row, sorts) for row in rows}
    for row, other in combinations(rows, 2):
        if row.window_from <= other.window_to and other.window_from <= row.window_to:
            shared = fitting[row.number] & fitting[other.number]
            if shared:
                about = f"{other.number} {sum(sorts[one][1] for one in shared)}"
                yield PlanWarning(code="rows-overlap", row=row.number, about=about)
