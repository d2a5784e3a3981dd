"""A clock that a test sets, with a companion that it sets apart from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledger.clock import rfc3339


@dataclass
class HandClock:
    """A clock and its companion, both set by hand; each reading of the clock takes `slow` milliseconds."""

    wall: datetime = datetime(2024, 9, 2, tzinfo=UTC)
    steady: int | None = 0
    slow: int = 0

    def now(self) -> str:
        """Read the clock."""
        if self.steady is not None:
            self.steady += self.slow
        return rfc3339(self.wall)

    def steady_ms(self) -> int | None:
        """Read its companion."""
        return self.steady

    def pass_time(self, wall: int, steady: int) -> None:
        """Let milliseconds pass by each."""
        self.wall += timedelta(milliseconds=wall)
        assert self.steady is not None
        self.steady += steady
