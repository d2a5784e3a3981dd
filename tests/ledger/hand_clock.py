"""A clock that a test sets, with a companion that it sets apart from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledger.clock import Compared, rfc3339

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock and its companion, both set by hand; reading the clock takes `slow` milliseconds."""

    wall: datetime = datetime(2024, 9, 2, tzinfo=UTC)
    steady: int = 0
    slow: int = 0

    def now(self) -> str:
        """Read the clock."""
        return rfc3339(self.wall)

    def compared(self) -> Compared:
        """Read both."""
        before = self.steady
        self.steady += self.slow
        wall = (self.wall - EPOCH) // timedelta(milliseconds=1)
        return Compared(before=before, wall=wall, after=self.steady)

    def pass_time(self, wall: int, steady: int) -> None:
        """Let milliseconds pass by each."""
        self.wall += timedelta(milliseconds=wall)
        self.steady += steady
