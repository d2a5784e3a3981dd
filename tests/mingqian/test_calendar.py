"""The proposed table of a year is the one of the State Council's notice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.errors import DomainError
from mingqian.calendar import proposed

VECTORS = Path(__file__).parents[1] / "vectors" / "working_days.json"


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_a_proposal_has_the_days_of_the_notice_and_names_where_it_is_from(year: str) -> None:
    """Festivals, weekend days within them too, and the weekend days that are worked instead."""
    table = json.loads(VECTORS.read_text("utf-8"))["tables"][year]
    table.pop("source")
    own = proposed(int(year))
    assert "chinesecalendar" in str(own.pop("source"))
    assert own == {"year": int(year), **table}


def test_a_year_without_a_notice_is_not_made_up() -> None:
    """Nobody knows the working days of a year before the State Council names them."""
    with pytest.raises(DomainError, match="calendar-not-known"):
        proposed(2099)
