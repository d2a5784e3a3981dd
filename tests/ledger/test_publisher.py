"""Checkpoints in time: after so long, or after so many commits, and none while nothing happens."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from domain.draw_state import Draw
from ledger.clock import FileClock, SystemClock
from ledger.publisher import Publisher
from ledger.writer import Writer
from tests.conftest import prover_of
from tests.ledger.examples import SYSTEM, department, new_id
from tests.ledger.test_writer import FIRST, ready_to_commit, recorded_task
from tests.story import PROVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ledger.store import Ledger

LONG = 3600.0


class Turn(Event):
    """A stop signal that lets a loop take so many turns, and calls something in between; it never waits."""

    def __init__(self, turns: int, between: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._turns = turns
        self._between = between

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - as the real one
        """Count a turn."""
        self._turns -= 1
        self._between()
        if self._turns <= 0:
            self.set()
        return self.is_set()


@pytest.fixture
def writer(ledger: Ledger) -> Writer:
    """A writer on the ledger."""
    return Writer(ledger, SystemClock(), prover_of(ledger.keys))


def record(writer: Writer, number: int) -> None:
    """One commit of one event."""
    writer.execute([department(number)], actor=SYSTEM, command_id=new_id())


def test_leaves_that_waited_long_enough_are_covered(ledger: Ledger, writer: Writer) -> None:
    """And once they are, nothing is signed again."""
    record(writer, 1)
    publisher = Publisher(ledger, writer, seconds=1e-9, commits=1000)
    publisher.run(Turn(5))
    assert list(ledger.checkpoints()) == [1, 2]


def test_many_commits_are_covered_before_their_time(ledger: Ledger, writer: Writer) -> None:
    """Two wait, the third brings the checkpoint."""
    publisher = Publisher(ledger, writer, seconds=LONG, commits=3)
    numbers = iter(range(1, 100))

    def one_more() -> None:
        assert list(ledger.checkpoints()) in ([1], [1, 4])
        if ledger.size() < 4:
            record(writer, next(numbers))

    publisher.run(Turn(6, one_more))
    assert list(ledger.checkpoints()) == [1, 4]


def test_the_service_publishes_by_itself(ledger: Ledger, writer: Writer) -> None:
    """In a thread, until it is stopped."""
    stop = Event()
    thread = Thread(
        target=Publisher(ledger, writer, seconds=0.01, commits=1000).run, args=[stop], daemon=True
    )
    thread.start()
    record(writer, 1)
    appeared: Iterator[int] = iter(lambda: max(ledger.checkpoints()), 2)
    assert set(appeared) <= {1}
    stop.set()
    thread.join()


def test_a_draw_that_was_left_uncovered_is_covered_though_no_leaf_follows(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Its own writer died after the checkpoint and before noting that it counts."""
    (tmp_path / "now").write_text(recorded_task(ledger).now)
    writer = Writer(ledger, FileClock(tmp_path / "now"), PROVER)
    operator, commit = ready_to_commit(writer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "cover_draws", lambda: None)
        writer.execute([commit], actor=operator, command_id=new_id())
    ledger.publish_checkpoint()
    Publisher(ledger, writer, seconds=LONG, commits=1000).run(Turn(1))
    draw = writer.history().get(Draw, FIRST)
    assert draw is not None
    assert draw.covered_at is not None
