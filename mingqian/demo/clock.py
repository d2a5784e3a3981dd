"""The year passes in a file: the server reads the time there, the story moves it, and only forward."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from chinese_calendar import is_workday

from ledger.clock import rfc3339

if TYPE_CHECKING:
    from pathlib import Path

CHINA = timezone(timedelta(hours=8))


def moment(day: str, hour: str) -> str:
    """An hour of a day in China, as the ledger writes time."""
    return rfc3339(_at(day, hour))


def _at(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}:00").replace(tzinfo=CHINA)


class StoryClock:
    """Days and hours are China's."""

    def __init__(self, path: Path, day: str) -> None:
        self._path = path
        self._now = _at(day, "09:00")
        self._write()

    @property
    def today(self) -> date:
        """The day in China."""
        return self._now.date()

    def now(self) -> str:
        """Now, as the ledger writes time."""
        return rfc3339(self._now)

    def move_to(self, day: str, hour: str = "09:00") -> None:
        """Go on to an hour of a day; an hour that has gone by already stays as it is."""
        self._now = max(self._now, _at(day, hour))
        self._write()

    def pass_time(self, *, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass within a day."""
        self._now += timedelta(minutes=minutes, seconds=seconds)
        self._write()

    def next_working_day(self, hour: str = "09:00") -> None:
        """Go on to the next working day: no weekend or festival, but the weekends that are worked for one."""
        day = self.today + timedelta(days=1)
        while not is_workday(day):
            day += timedelta(days=1)
        self.move_to(day.isoformat(), hour)

    def _write(self) -> None:
        fresh = self._path.with_suffix(".next")
        fresh.write_text(self.now() + "\n", "utf-8")
        fresh.replace(self._path)
