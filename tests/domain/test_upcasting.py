"""Old shapes are read for ever: each leads, version by version, to the one that is written today."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.draw_commands import DrawCovered
from domain.events import NAMES, name_of
from domain.upcasting import LIFTS, OLDER, DrawCoveredV1, lifted


@pytest.mark.parametrize("name", sorted(OLDER))
def test_every_older_name_is_followed_by_the_next_version(name: str) -> None:
    """No version is left out, and none is both written and old."""
    stem, _, number = name.rpartition(".v")
    assert f"{stem}.v{int(number) + 1}" in NAMES.keys() | OLDER.keys()
    assert name not in NAMES
    assert OLDER[name] in LIFTS


@given(st.sampled_from(sorted(OLDER)).flatmap(lambda name: st.builds(OLDER[name])))
def test_whatever_an_older_shape_allowed_has_a_reading_in_todays(old: object) -> None:
    """A lift is total, and ends at a shape that is written."""
    assert name_of(lifted(old)) in NAMES


def test_a_present_event_is_read_as_it_is() -> None:
    """Nothing is lifted twice."""
    event = DrawCovered(checkpoint=7, witnesses=("示例见证方",))
    assert lifted(event) is event


def test_a_draw_covered_before_there_were_witnesses_names_none() -> None:
    """It says what was so then, and is no guess."""
    assert lifted(DrawCoveredV1(checkpoint=7)) == DrawCovered(checkpoint=7, witnesses=())
