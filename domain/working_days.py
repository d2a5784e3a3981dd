"""Chinese working days: weekdays, less the holidays of a year and plus the weekend days worked instead of them (调休).

A term runs as 民法典第201条、第203条 have it: the day of the event does not count, and where the last day is no working day, the next
one takes its place. Days are those of the calendar in China, in ISO 8601, as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class YearTable:
    """Of one year: `off` are the days on which nobody works, `working` the days of weekends on which they do."""

    off: frozenset[str]
    working: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Due:
    """The last day of a term; `assumed` are the years on its way of which no table is known: weekends alone were left out."""

    day: str
    assumed: tuple[int, ...] = ()


def is_working_day(day: date, tables: Mapping[int, YearTable]) -> bool:
    """Whether a day is worked, by the table of its year or, without one, by the day of the week."""
    weekday = day.weekday() < SATURDAY
    table = tables.get(day.year)
    if table is None:
        return weekday
    text = day.isoformat()
    return text in table.working or (weekday and text not in table.off)


def working_days_after(start: str, count: int, tables: Mapping[int, YearTable]) -> Due:
    """The working day by which `count` of them, one at the least, have passed since the day `start`."""
    day = date.fromisoformat(start)
    left = count
    while left:
        day += DAY
        left -= is_working_day(day, tables)
    return _due(date.fromisoformat(start) + DAY, day, tables)


def on_working_day(last: str, tables: Mapping[int, YearTable]) -> Due:
    """The last day of a term that was named as a date: itself, or the next working day."""
    first = day = date.fromisoformat(last)
    while not is_working_day(day, tables):
        day += DAY
    return _due(first, day, tables)


def _due(first: date, last: date, tables: Mapping[int, YearTable]) -> Due:
    years = range(first.year, last.year + 1)
    return Due(day=last.isoformat(), assumed=tuple(year for year in years if year not in tables))
