"""The two clocks write time in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import THRESHOLD_MS
from domain.errors import DomainError
from ledger.clock import FileClock, SystemClock, Watch, is_rfc3339, rfc3339
from tests.ledger.hand_clock import HandClock

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


def test_as_long_as_both_pass_alike_there_is_no_jump() -> None:
    """Years may pass."""
    clock = HandClock()
    watch = Watch(clock)
    clock.pass_time(10**11, 10**11)
    assert watch.jump_ms() == 0


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_a_jump_is_measured_until_it_is_accepted(jump: int, passed: int) -> None:
    """In milliseconds, forwards positive; what was accepted is where it goes on from."""
    clock = HandClock()
    watch = Watch(clock)
    clock.pass_time(passed + jump, passed)
    assert watch.jump_ms() == watch.jump_ms() == jump
    watch.accept(jump)
    assert watch.jump_ms() == 0


def test_many_small_steps_make_a_jump() -> None:
    """The difference counts from the beginning."""
    clock = HandClock()
    watch = Watch(clock)
    for _ in range(10):
        clock.pass_time(900, 1000)
    assert watch.jump_ms() == -1000


def test_a_process_that_was_stopped_between_the_readings_saw_no_jump() -> None:
    """What the clock says may be of any moment between the two readings of its companion."""
    clock = HandClock()
    watch = Watch(clock)
    clock.slow = 60_000
    assert watch.jump_ms() == 0
    clock.pass_time(
        60_000 + 1, 0
    )  # and now it is late for the reading before, and too early for the one after
    assert watch.jump_ms() == 0


def test_a_clock_of_a_file_has_no_companion_and_never_jumps(tmp_path: Path) -> None:
    """It is set on purpose: in a demonstration months pass in seconds."""
    (tmp_path / "now").write_text("2024-09-02T01:30:00.000Z")
    watch = Watch(FileClock(tmp_path / "now"))
    (tmp_path / "now").write_text("2025-09-02T01:30:00.000Z")
    assert watch.jump_ms() == 0


def test_the_companion_of_the_machines_clock_runs_with_it() -> None:
    """Read twice in a row, they agree to far less than what is noted."""
    assert abs(Watch(SystemClock()).jump_ms()) < THRESHOLD_MS
