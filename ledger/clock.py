"""Where time comes from: handed to decisions as text, never read inside them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from domain.errors import DomainError
from domain.lottery.chains import unix_ms

if TYPE_CHECKING:
    from pathlib import Path


class Clock(Protocol):
    """Anything that can say the time."""

    def now(self) -> str:
        """RFC 3339 UTC with milliseconds, as `2024-09-02T01:30:00.000Z`."""

    def steady_ms(self) -> int | None:
        """Milliseconds by a companion that nobody can set, from any beginning; None where it has none."""


def rfc3339(moment: datetime) -> str:
    """Write an aware moment the one way that the ledger writes time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_rfc3339(text: str) -> bool:
    """Tell whether `text` is a moment, written the one way that the ledger writes time."""
    try:
        return rfc3339(datetime.fromisoformat(text)) == text
    except ValueError:
        return False


class SystemClock:
    """The clock of the machine."""

    def now(self) -> str:
        """Now, RFC 3339 UTC with milliseconds."""
        return rfc3339(datetime.now(UTC))

    def steady_ms(self) -> int:
        """Milliseconds since the machine was started; unlike CLOCK_MONOTONIC it counts while the machine sleeps."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class FileClock:
    """Reads the time from a file, so that a demonstration can pass months. Development only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> str:
        """Give the moment in the file; raises DomainError("clock-unreadable")."""
        try:
            text = self._path.read_text("utf-8").strip()
        except OSError as error:
            raise _unreadable(self._path, error.strerror or "") from None
        if not is_rfc3339(text):
            raise _unreadable(self._path, f"{text!r} ≠ 2024-09-02T01:30:00.000Z")
        return text

    def steady_ms(self) -> None:
        """It is set on purpose, so there is nothing to compare it with."""


class Watch:
    """Compares a clock with its steady companion: as much time must pass by both.

    The difference is taken from the beginning and not from one reading to the next, so that many small steps are seen too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        steady = clock.steady_ms()
        self._offset = 0 if steady is None else unix_ms(clock.now()) - steady

    def jump_ms(self) -> int:
        """How far the clock is off from where it should be, forwards positive; 0 where it has no companion.

        This process may be stopped between the readings; what the clock says is held against the time before and after.
        """
        before, now, after = self._clock.steady_ms(), self._clock.now(), self._clock.steady_ms()
        if before is None or after is None:
            return 0
        wall = unix_ms(now)
        early, late = wall - self._offset - before, wall - self._offset - after
        return late if late > 0 else min(0, early)

    def accept(self, jump_ms: int) -> None:
        """Go on from a jump that was noted."""
        self._offset += jump_ms


def _unreadable(path: Path, why: str) -> DomainError:
    return DomainError("clock-unreadable", f"时钟文件 {path} 读不出时间 / no time in {path}: {why}")
