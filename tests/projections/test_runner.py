"""The tables keep up with the ledger, whoever moves them and whatever happens on the way."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
import pytest

from projections import schema
from projections.batch import Batch
from projections.reading import position
from projections.runner import Projector
from tests.projections.recording import a_year, dumped, record
from tests.refusing import refuse_rows
from tests.story import opened, with_registries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Cursor
    from psycopg.rows import TupleRow

    from ledger.store import Ledger
    from projections.reading import Reader


def test_a_crash_between_batches_loses_nothing(
    dsn: str, ledger: Ledger, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is written whole, position and all, or not at all."""
    story = a_year()
    record(ledger, story, 40)
    projector.catch_up()
    write = Batch.write

    def crash(batch: Batch, cursor: Cursor[TupleRow], name: str) -> None:
        write(batch, cursor, name)
        raise ConnectionError("the machine went away")

    record(ledger, story)
    with monkeypatch.context() as patch:
        patch.setattr(Batch, "write", crash)
        with pytest.raises(ConnectionError):
            projector.catch_up()
    assert projector.position() == 41
    projector.catch_up()
    before = dumped(dsn)
    projector.rebuild()
    assert dumped(dsn) == before


def test_another_process_may_have_gone_on(dsn: str, ledger: Ledger, projector: Projector) -> None:
    """Two projectors take turns; each folds what the other wrote."""
    story = a_year()
    with Projector(dsn, ledger) as other:
        for turn in range(6):
            record(ledger, story, 20)
            (projector if turn % 2 else other).catch_up()
        record(ledger, story)
        assert other.catch_up() == len(story.recorded)
        assert projector.catch_up() == len(story.recorded)
    assert projector.compare() == ()


def test_projectors_at_once_write_every_leaf_once(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """The advisory lock lets one at a time move the tables."""
    record(ledger, a_year())
    with Projector(dsn, ledger) as other:
        threads = [Thread(target=each.catch_up) for each in (projector, other, projector)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert projector.compare() == ()


def test_whoever_waits_for_a_position_gets_it(ledger: Ledger, projector: Projector) -> None:
    """A reader who wrote sees what was written, also where no loop runs."""
    story = with_registries()
    record(ledger, story)
    assert projector.wait_for(len(story.recorded), timeout=30)
    assert projector.position() == len(story.recorded)


def test_a_wait_for_leaves_that_do_not_exist_says_so(ledger: Ledger, projector: Projector) -> None:
    """No such position comes from us; nobody hangs on it."""
    assert not projector.wait_for(ledger.size() + 1, timeout=30)


def test_a_wait_ends_when_its_time_is_over(dsn: str, ledger: Ledger, projector: Projector) -> None:
    """Somebody else holds the tables, and the wait is not longer than was asked for."""
    record(ledger, opened())
    with psycopg.connect(dsn) as connection:
        schema.lock(connection, schema.MOVE)
        assert not projector.wait_for(ledger.size(), timeout=0.05)
    assert projector.wait_for(ledger.size(), timeout=30)


class Watched(Projector):
    """A projector that says when it has come to a position."""

    def __init__(self, dsn: str, ledger: Ledger, wanted: int) -> None:
        super().__init__(dsn, ledger)
        self.there = Event()
        self._wanted = wanted

    def catch_up(self) -> int:
        """Catch up, and look where that is."""
        size = super().catch_up()
        if size >= self._wanted:
            self.there.set()
        return size


@contextmanager
def running(projector: Projector, ledger: Ledger) -> Iterator[Thread]:
    """The projector's loop in a thread of its own, until the block ends."""
    stop = Event()
    loop = Thread(target=projector.run, args=(stop, ledger.wait))
    loop.start()
    try:
        yield loop
    finally:
        stop.set()
        loop.join(30)


def test_the_loop_is_woken_by_new_events_and_stops_when_told(
    dsn: str, ledger: Ledger, reader: Reader
) -> None:
    """What is recorded while it runs is in the tables without anybody asking."""
    story = with_registries()
    with Watched(dsn, ledger, len(story.recorded)) as projector:
        with running(projector, ledger) as loop:
            record(ledger, story)
            assert projector.there.wait(30)
        assert not loop.is_alive()
    with reader.snapshot() as read:
        assert position(read) == len(story.recorded)


def test_the_loop_outlives_the_loss_of_all_connections(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """As when the database restarts."""
    story = with_registries()
    half = len(story.recorded) // 2
    with Watched(dsn, ledger, len(story.recorded)) as watched, running(watched, ledger):
        record(ledger, story, half)
        assert watched.wait_for(half, timeout=30)
        end_connections(dsn)
        ledger._datastore.pool.check()  # whoever records would have to try again
        record(ledger, story)
        assert watched.there.wait(30)


def test_the_loop_ends_with_a_fault_that_waiting_does_not_heal(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """Whoever runs it logs it; a loop that only waits would hide it for ever."""
    record(ledger, opened())
    refuse_rows(dsn, "projections", "departments_v1")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        projector.run(Event(), ledger.wait)


def end_connections(dsn: str) -> None:
    """End every other connection to the database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_migrating_twice_changes_nothing(dsn: str, ledger: Ledger, projector: Projector) -> None:
    """Tables and what is in them stay."""
    record(ledger, opened())
    projector.catch_up()
    before = dumped(dsn)
    schema.migrate(dsn)
    assert dumped(dsn) == before
