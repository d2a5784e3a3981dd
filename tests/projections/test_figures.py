"""The figures counted from the tables are those of the history, at any size of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.figures.definitions import DEFINITIONS
from domain.figures.units import figure_of
from domain.figures.year import Year
from domain.inspection_state import Inspection
from projections.queries.figures import year_of
from tests.projections.recording import a_year, record
from tests.story import opened

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Read
    from projections.runner import Projector


def figures(year: Year) -> dict[str, tuple[int, int, list[str]]]:
    """All figures, with the ids that they count."""
    counted = (figure_of(one, year) for one in DEFINITIONS.values())
    return {
        one.definition.name: (one.numerator, one.denominator, [unit.id for unit in one.units])
        for one in counted
        if one is not None
    }


def test_the_same_size_gives_the_same_figures(
    ledger: Ledger, projector: Projector, read: Read
) -> None:
    """Counted when the ledger had that many leaves, and again when it had all; and as the history itself says."""
    story = a_year()
    half = (
        next(one.leaf for one in reversed(story.recorded) if one.stream.startswith("inspection/"))
        - 20
    )
    record(ledger, story, half - 1)
    projector.catch_up()
    then = year_of(read, "2024")
    assert then is not None
    before = figures(then)
    read.rollback()
    record(ledger, story)
    projector.catch_up()
    again, now = year_of(read, "2024", as_of=half), year_of(read, "2024")
    assert again is not None
    assert now is not None
    assert figures(again) == before
    assert figures(now) != before
    told = Year()
    for recorded in story.recorded:
        told.apply(recorded)
    told.beside = now.beside
    assert figures(told) == figures(now)


def test_what_stands_beside_the_events_is_read_as_of_then(
    ledger: Ledger, projector: Projector, read: Read
) -> None:
    """The list of items, the registry, the pool of the draw that stands, and every visit's entity as it was assigned."""
    story = a_year()
    record(ledger, story)
    projector.catch_up()
    year = year_of(read, "2024")
    assert year is not None
    told = figures(year)
    assert told["item-coverage"][:2] == (2, 2)
    assert told["entity-coverage"][:2] == (2, 24)
    drawn = [told[f"drawn-{name}"][:2] for name in ("a", "b", "c", "d", "unclassed")]
    taken, pool = (sum(own[place] for own in drawn) for place in (0, 1))
    assert (taken, pool) == (len(story.history.all(Inspection)), 24)
    assert set(year.beside.then) == {one.id for one in story.history.all(Inspection)}


@pytest.mark.parametrize("as_of", [None, 3])
def test_a_year_without_a_published_plan_has_no_figures(
    ledger: Ledger, projector: Projector, read: Read, as_of: int | None
) -> None:
    """There is nothing to count."""
    record(ledger, opened())
    projector.catch_up()
    assert year_of(read, "2024", as_of=as_of) is None
