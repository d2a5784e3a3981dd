"""Chinese working days against tables made by hand, and the terms that are counted in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import DEFAULT, SetDeadlines, reckoning_of
from domain.errors import DomainError
from domain.holidays import RecordHolidays, tables_of
from domain.working_days import (
    Due,
    YearTable,
    is_working_day,
    on_working_day,
    working_days_after,
)
from tests.story import opened

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "working_days.json").read_text("utf-8")
)
TABLES = {
    int(year): YearTable(off=frozenset(own["off"]), working=frozenset(own["working"]))
    for year, own in VECTORS["tables"].items()
}
NOTIFIED = (2024, 2025, 2026)  # the years whose notice the library knows, too
ADMIN = ("admin", "administrator")


def record(year: int) -> RecordHolidays:
    """The table of a year as the notice has it."""
    own = VECTORS["tables"][str(year)]
    days = {name: tuple(own[name]) for name in ("off", "working")}
    return RecordHolidays(year=year, **days, source=own["source"])


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_five_and_twenty_working_days_are_those_counted_by_hand(case: dict[str, Any]) -> None:
    """Every day of the twenty, across Spring Festival, National Day and the turn of a year, with and without a table."""
    tables = {int(year): TABLES[int(year)] for year in case["tables"]}
    for count, day in enumerate(case["days"], start=1):
        due = Due(day=day, assumed=tuple(case["assumed"]))
        assert working_days_after(case["start"], count, tables) == due


@pytest.mark.parametrize("year", NOTIFIED)
def test_every_day_of_the_notices_is_worked_or_not_as_the_library_has_it(year: int) -> None:
    """PyPI chinesecalendar read the same notices by itself."""
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(length)]
    ours = [is_working_day(day, TABLES) for day in days]
    assert ours == [chinese_calendar.is_workday(day) for day in days]


@given(
    start=st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 11, 1)),
    count=st.integers(min_value=1, max_value=30),
)
def test_a_term_ends_on_a_working_day_with_as_many_of_them_after_its_start(
    start: date, count: int
) -> None:
    """The first day never counts, the last always does."""
    due = date.fromisoformat(working_days_after(start.isoformat(), count, TABLES).day)
    passed = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert sum(is_working_day(day, TABLES) for day in passed) == count
    assert is_working_day(due, TABLES)


def test_a_date_that_falls_on_a_holiday_moves_to_the_next_working_day() -> None:
    """民法典第203条."""
    assert on_working_day("2024-10-01", TABLES) == Due(day="2024-10-08")
    assert on_working_day("2024-09-29", TABLES) == Due(day="2024-09-29")
    assert on_working_day("2028-01-01", TABLES) == Due(day="2028-01-03", assumed=(2028,))


def test_deadlines_follow_the_tables_on_the_ledger_and_say_where_there_is_none() -> None:
    """And a table that is recorded later takes the place of the one before."""
    story = opened()
    assert reckoning_of(story.history).result("2024-09-25") == Due(
        day="2024-10-02", assumed=(2024,)
    )
    story.act(*ADMIN, record(2024))
    assert reckoning_of(story.history).result("2024-09-25") == Due(day="2024-10-08")
    assert reckoning_of(story.history).publication("2024-09-25") == Due(day="2024-10-28")
    assert reckoning_of(story.history).named("2024-10-01") == Due(day="2024-10-08")
    assert reckoning_of(story.history).plan(2024) == Due(
        day="2024-04-01"
    )  # 31 March 2024 is a Sunday
    assert story.act(*ADMIN, record(2024)) == ()
    story.act(*ADMIN, replace(record(2024), working=(), source="示例：更改"))
    assert reckoning_of(story.history).result("2024-09-25") == Due(day="2024-10-09")
    assert tables_of(story.history)[2024].working == frozenset()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"year": 1999}, "calendar-invalid"),
        ({"off": ("2025-01-01",)}, "calendar-invalid"),
        ({"off": ("2024-05-02", "2024-05-01")}, "calendar-invalid"),
        ({"off": ("2024-05-01", "2024-05-01")}, "calendar-invalid"),
        ({"off": ("2024-02-04",), "working": ("2024-02-04",)}, "calendar-invalid"),
        ({"working": ("2024-02-05",)}, "calendar-invalid"),
        ({"off": ("2024-2-10",)}, "date-invalid"),
        ({"source": " "}, "field-missing"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(changes: dict[str, Any], code: str) -> None:
    """Days of its year, in order, each once; only weekend days are made working days."""
    with pytest.raises(DomainError, match=code):
        opened().decide(*ADMIN, replace(record(2024), **changes))


def test_other_terms_hold_from_their_day_on_and_never_backwards() -> None:
    """A visit before that day keeps the term that it had."""
    story = opened()
    story.act(*ADMIN, record(2024))
    terms = replace(DEFAULT, valid_from="2024-03-01", result_days=3, source="示例〔2024〕3号")
    story.act(*ADMIN, SetDeadlines(terms=terms))
    assert story.act(*ADMIN, SetDeadlines(terms=terms)) == ()
    assert reckoning_of(story.history).result("2024-02-29") == Due(day="2024-03-07")
    assert reckoning_of(story.history).result("2024-03-01") == Due(day="2024-03-06")
    summer = replace(terms, valid_from="2024-06-01", result_days=9)
    story.act(*ADMIN, SetDeadlines(terms=summer))
    assert reckoning_of(story.history).result("2024-03-01") == Due(day="2024-03-06")
    later = replace(terms, result_days=4)
    story.act(*ADMIN, SetDeadlines(terms=later))
    assert reckoning_of(story.history).result("2024-03-01") == Due(day="2024-03-07")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_from": "2024-01-04"}, "date-invalid"),
        ({"result_days": 0}, "deadline-invalid"),
        ({"result_days": 21}, "deadline-invalid"),
        ({"publication_days": 251}, "deadline-invalid"),
        ({"plan_by": "02-30"}, "date-invalid"),
        ({"source": ""}, "field-missing"),
    ],
)
def test_terms_that_cannot_be_meant_or_come_too_late_are_refused(
    changes: dict[str, Any], code: str
) -> None:
    """Nobody makes late work timely afterwards."""
    terms = replace(DEFAULT, valid_from="2024-01-05", source="示例")
    with pytest.raises(DomainError, match=code):
        opened().decide(*ADMIN, SetDeadlines(terms=replace(terms, **changes)))
