"""The two clocks write time in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from domain.errors import DomainError
from ledger.clock import FileClock, SystemClock, is_rfc3339, rfc3339

if TYPE_CHECKING:
    from pathlib import Path


def test_time_is_utc_with_milliseconds() -> None:
    """09:30 in China is 01:30 UTC."""
    china = timezone(timedelta(hours=8))
    moment = datetime(2024, 9, 2, 9, 30, 0, 123_999, tzinfo=china)
    assert rfc3339(moment) == "2024-09-02T01:30:00.123Z"


def test_the_system_clock_tells_the_time() -> None:
    """It lies between two readings of the machine."""
    before = rfc3339(datetime.now(UTC))
    now = SystemClock().now()
    assert before <= now <= rfc3339(datetime.now(UTC))
    assert is_rfc3339(now)


def test_the_file_clock_follows_its_file(tmp_path: Path) -> None:
    """Write another time, read another time."""
    clock = FileClock(tmp_path / "now")
    for time in ("2024-09-02T01:30:00.000Z", "2024-11-30T00:00:00.001Z"):
        (tmp_path / "now").write_text(time + "\n")
        assert clock.now() == time


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-09-02",
        "2024-09-02T01:30:00Z",
        "2024-09-02T09:30:00.000+08:00",
        "2024-13-02T01:30:00.000Z",
    ],
)
def test_a_time_written_another_way_is_refused(tmp_path: Path, text: str) -> None:
    """One moment, one way to write it."""
    (tmp_path / "now").write_text(text)
    with pytest.raises(DomainError, match="clock-unreadable"):
        FileClock(tmp_path / "now").now()


def test_a_missing_clock_file_is_named(tmp_path: Path) -> None:
    """The message holds the path."""
    with pytest.raises(DomainError, match=r"clock-unreadable.*nowhere"):
        FileClock(tmp_path / "nowhere").now()
