"""Where time comes from: handed to decisions as text, never read inside them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path


# CLOCK_BOOTTIME goes on while the machine sleeps; Linux alone has it.
_read = time.clock_gettime_ns
STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Compared(NamedTuple):
    """A reading between two of a steady companion: milliseconds, `wall` since 1970, the others since any beginning."""

    before: int
    wall: int
    after: int


class Clock(Protocol):
    """Anything that can say the time."""

    def now(self) -> str:
        """RFC 3339 UTC with milliseconds, as `2024-09-02T01:30:00.000Z`."""

    def compared(self) -> Compared | None:
        """Read it beside a companion that nobody can set; None where it has none."""


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

    def compared(self) -> Compared:
        """Beside the time since the machine was started."""
        before, wall, after = _read(STEADY), _read(time.CLOCK_REALTIME), _read(STEADY)
        return Compared(before // 1_000_000, wall // 1_000_000, after // 1_000_000)


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

    def compared(self) -> None:
        """It is set on purpose, so there is nothing to compare it with."""


class Watch:
    """Compares a clock with its steady companion: as much time must pass by both.

    The difference is taken from the beginning and not from one reading to the next, so that many small steps are seen too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        first = clock.compared()
        self._offset = first.wall - first.after if first else 0

    def jump_ms(self) -> int:
        """How far the clock is off from where it should be, forwards positive; 0 where it has no companion.

        This process may be stopped between the readings; what the clock says is held against the time before and after.
        """
        found = self._clock.compared()
        if found is None:
            return 0
        due = found.wall - self._offset
        late = due - found.after
        return late if late > 0 else min(0, due - found.before)

    def accept(self, jump_ms: int) -> None:
        """Go on from a jump that was noted."""
        self._offset += jump_ms


def _unreadable(path: Path, why: str) -> DomainError:
    return DomainError("clock-unreadable", f"时钟文件 {path} 读不出时间 / no time in {path}: {why}")
