"""Which days a year's table of holidays names, as the State Council's notice has them, on the ledger.

So a replay computes the same deadlines for ever, whatever any library says. Where the notice is changed, a table recorded later takes
the place of the one before; both stay on record, and the discipline office is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.rules import parse_date, require_text
from domain.working_days import SATURDAY, YearTable

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

YEARS = range(2000, 3000)


@dataclass(frozen=True, kw_only=True)
class RecordHolidays:
    """Enter the table of a year: `off` and `working` in order, `source` the notice they are taken from."""

    year: int
    off: tuple[str, ...]
    working: tuple[str, ...]
    source: str

    @property
    def stream(self) -> str:
        return f"calendar/{self.year}"


@dataclass(frozen=True, kw_only=True)
class HolidaysRecorded:
    """From here on, the year's working days are these."""

    off: tuple[str, ...]
    working: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Holidays:
    """The table of a year as it holds."""

    year: int
    off: tuple[str, ...]
    working: tuple[str, ...]
    source: str


def decide(
    state: Holidays | None, command: RecordHolidays, _context: Context, _history: History
) -> tuple[Fact, ...]:
    """Take a table in; the same again changes nothing. Raises "calendar-invalid", "date-invalid" or "field-missing"."""
    if command.year not in YEARS:
        detail = "year: 年度须在 2000 至 2999 之间 / a year from 2000 to 2999"
        raise DomainError("calendar-invalid", detail)
    require_text(command.source, "source")
    _require_days(command.year, command.off, "off")
    _require_days(command.year, command.working, "working")
    if set(command.off) & set(command.working):
        detail = "off、working: 同一日不能既休息又上班 / no day stands in both"
        raise DomainError("calendar-invalid", detail)
    for day in command.working:
        if date.fromisoformat(day).weekday() < SATURDAY:
            detail = f"working: {day} 不是周末 / is no day of a weekend"
            raise DomainError("calendar-invalid", detail)
    event = HolidaysRecorded(off=command.off, working=command.working, source=command.source)
    if state == _held(command.year, event):
        return ()
    return (Fact(stream=command.stream, event=event),)


def _require_days(year: int, days: tuple[str, ...], place: str) -> None:
    for day in days:
        if parse_date(day, place).year != year:
            detail = f"{place}: {day} 不在 {year} 年 / is not a day of that year"
            raise DomainError("calendar-invalid", detail)
    if list(days) != sorted(set(days)):
        detail = f"{place}: 须按日期先后、不重复 / in order, each day once"
        raise DomainError("calendar-invalid", detail)


def evolve(_state: Holidays | None, recorded: Recorded, _history: History) -> Holidays:
    """Fold one table."""
    event = recorded.event
    assert isinstance(event, HolidaysRecorded)
    return _held(int(recorded.stream.partition("/")[2]), event)


def _held(year: int, event: HolidaysRecorded) -> Holidays:
    return Holidays(year=year, off=event.off, working=event.working, source=event.source)


def tables_of(history: History) -> dict[int, YearTable]:
    """The tables that hold, by year."""
    return {
        one.year: YearTable(off=frozenset(one.off), working=frozenset(one.working))
        for one in history.all(Holidays)
    }
