"""What a writer notes of its clock: before the next command, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.clock import ClockJumped
from domain.errors import DomainError
from domain.organisation import DepartmentAdded
from ledger.clock import FileClock
from ledger.writer import Writer
from tests.conftest import prover_of
from tests.ledger.examples import SYSTEM, department, new_id
from tests.ledger.hand_clock import HandClock

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.store import Ledger

HOUR = 3_600_000
DAY = 24 * HOUR


def events(ledger: Ledger) -> list[type]:
    """The types of what was recorded after the opening."""
    return [type(entry.recorded().event) for entry in ledger.read(1)]


def act(writer: Writer, number: int) -> None:
    """Give a command."""
    writer.execute([department(number)], actor=SYSTEM, command_id=new_id())


@pytest.mark.parametrize("jump_ms", [HOUR // 2, -HOUR])
def test_a_jump_between_commands_is_recorded_before_the_next_and_once(
    ledger: Ledger, jump_ms: int
) -> None:
    """In a commit of its own, with what the clock said and what it should have said."""
    clock = HandClock()
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    clock.pass_time(5000 + jump_ms, 5000)
    for number in (1, 2):
        act(writer, number)
    assert events(ledger) == [ClockJumped, DepartmentAdded, DepartmentAdded]
    noted = ledger.read(1)[0].recorded()
    assert isinstance(noted.event, ClockJumped)
    assert (noted.recorded_at, noted.event.against) == (clock.now(), "monotonic")
    assert noted.event.wall_ms - noted.event.expected_ms == jump_ms


def test_a_clock_behind_the_ledger_is_recorded_once_and_every_command_refused(
    ledger: Ledger,
) -> None:
    """As after a start on a machine whose clock was lost: there is nothing to compare with but the ledger."""
    clock = HandClock()
    act(Writer(ledger, clock, prover_of(ledger.keys)), 1)
    clock.pass_time(-HOUR, 0)
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    for number in (2, 3):
        with pytest.raises(DomainError, match="clock-behind"):
            act(writer, number)
    assert events(ledger) == [DepartmentAdded, ClockJumped]
    clock.pass_time(2 * HOUR, 2 * HOUR)
    act(writer, 4)
    assert events(ledger) == [DepartmentAdded, ClockJumped, DepartmentAdded]


def test_a_refused_jump_back_is_recorded_as_one_jump(ledger: Ledger) -> None:
    """Set back while it runs, the clock is also behind the ledger: that is the same jump."""
    clock = HandClock()
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    act(writer, 1)
    clock.pass_time(-HOUR, 0)
    with pytest.raises(DomainError, match="clock-behind"):
        act(writer, 2)
    assert events(ledger) == [DepartmentAdded, ClockJumped]


def test_a_few_milliseconds_are_no_jump(ledger: Ledger) -> None:
    """A clock that NTP keeps is moved by less; the command is refused or recorded, and no more."""
    clock = HandClock()
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    act(writer, 1)
    clock.pass_time(-20, 0)
    with pytest.raises(DomainError, match="clock-behind"):
        act(writer, 2)
    assert events(ledger) == [DepartmentAdded]


def test_months_that_pass_in_a_file_are_no_jumps(ledger: Ledger, tmp_path: Path) -> None:
    """Only a clock with a companion can be said to have jumped."""
    writer = Writer(ledger, FileClock(tmp_path / "now"), prover_of(ledger.keys))
    for month in range(1, 10):
        (tmp_path / "now").write_text(f"2024-0{month}-01T00:00:00.000Z")
        act(writer, month)
    assert events(ledger) == [DepartmentAdded] * 9


def refused(writer: Writer, number: int) -> None:
    """A command is refused for the clock."""
    with pytest.raises(DomainError, match="clock-jumped"):
        act(writer, number)


def test_after_a_jump_far_ahead_nothing_is_recorded_until_the_clock_is_back(ledger: Ledger) -> None:
    """But the jump, once: what stood there from tomorrow would keep everybody waiting until then."""
    clock = HandClock()
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    clock.pass_time(DAY, 0)
    for number in (1, 2):
        refused(writer, number)
    assert events(ledger) == [ClockJumped]
    clock.pass_time(-DAY, 0)
    act(writer, 3)
    assert events(ledger) == [ClockJumped, DepartmentAdded]
    clock.pass_time(DAY, 0)
    refused(writer, 4)
    assert events(ledger) == [ClockJumped, DepartmentAdded, ClockJumped]


def test_a_jump_far_ahead_stands_once_the_service_was_started_anew(ledger: Ledger) -> None:
    """By somebody who has looked at the clock."""
    clock = HandClock()
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    clock.pass_time(DAY, 0)
    refused(writer, 1)
    act(Writer(ledger, clock, prover_of(ledger.keys)), 2)
    assert events(ledger) == [ClockJumped, DepartmentAdded]


def test_a_clock_that_was_behind_the_ledger_may_be_put_right_at_any_distance(
    ledger: Ledger,
) -> None:
    """A machine that starts in 2020 and hears of NTP a minute later is not kept waiting."""
    clock = HandClock()
    act(Writer(ledger, clock, prover_of(ledger.keys)), 1)
    clock.pass_time(-1000 * DAY, 0)
    writer = Writer(ledger, clock, prover_of(ledger.keys))
    clock.pass_time(1000 * DAY, 1000)
    act(writer, 2)
    assert events(ledger) == [DepartmentAdded, ClockJumped, DepartmentAdded]
