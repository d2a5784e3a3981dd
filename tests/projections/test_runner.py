"""The tables keep up with the ledger, whoever moves them and whatever happens on the way; a rebuild gives the same bytes."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.errors import DomainError
from projections import schema
from projections.batch import Batch
from projections.comparison import Difference, dump
from projections.reading import position
from projections.runner import Projector
from tests.projections.recording import TASK, a_year, record
from tests.story import opened, with_registries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Cursor
    from psycopg.rows import TupleRow

    from ledger.store import Ledger
    from projections.reading import Reader


def dumped(dsn: str) -> bytes:
    """Everything in the live tables."""
    with psycopg.connect(dsn) as connection:
        return b"".join(dump(connection, schema.LIVE))


def changed(dsn: str, statement: str) -> None:
    """Let somebody change the tables behind the projector's back."""
    with psycopg.connect(dsn) as connection:
        assert connection.execute(statement.encode()).rowcount == 1


def test_a_rebuild_gives_byte_identical_tables(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """However the live tables came about: here in many small batches."""
    story = a_year()
    while ledger.size() < len(story.recorded):
        record(ledger, story, 7)
        projector.catch_up()
    before = dumped(dsn)
    assert before.count(b"\n") > len(story.recorded)
    projector.rebuild()
    assert dumped(dsn) == before
    assert projector.position() == len(story.recorded)


def test_a_rebuild_replaces_what_was_changed(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """The ledger alone says what is in the tables."""
    record(ledger, a_year())
    projector.catch_up()
    before = dumped(dsn)
    changed(dsn, "DELETE FROM projections.tasks_v1")
    projector.rebuild()
    assert dumped(dsn) == before


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


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "UPDATE projections.tasks_v1 SET completed = true",
            Difference(table="tasks_v1", key=(TASK,), found="changed"),
        ),
        (
            "DELETE FROM projections.entities_v1 WHERE id = 'school:1300000003' AND to_leaf IS NULL",
            Difference(table="entities_v1", key=("school:1300000003", "41"), found="missing"),
        ),
        (
            "INSERT INTO projections.proofs_v1 VALUES ('假', true, '{}')",
            Difference(table="proofs_v1", key=("假",), found="surplus"),
        ),
        (
            "UPDATE projections.position SET size = size - 1",
            Difference(table="steps_v1", key=("plan/2024", "5"), found="surplus"),
        ),
    ],
)
def test_a_changed_row_is_named_by_table_and_key(
    dsn: str, ledger: Ledger, projector: Projector, statement: str, difference: Difference
) -> None:
    """A comparison projects the ledger a second time and leaves no trace."""
    record(ledger, a_year())
    projector.catch_up()
    assert projector.compare() == ()
    changed(dsn, statement)
    found = projector.compare()
    assert difference in found
    with psycopg.connect(dsn) as connection:
        names = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    assert ("projections_compare",) not in names


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
def running(projector: Projector) -> Iterator[Thread]:
    """The projector's loop in a thread of its own, until the block ends."""
    stop = Event()
    loop = Thread(target=projector.run, args=(stop,))
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
        with running(projector) as loop:
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
    with Watched(dsn, ledger, len(story.recorded)) as watched, running(watched):
        record(ledger, story, half)
        assert watched.wait_for(half, timeout=30)
        end_connections(dsn)
        record(ledger, story)
        assert watched.there.wait(30)


def end_connections(dsn: str) -> None:
    """End every other connection to the database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_tables_of_another_version_are_built_anew(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """A new version of the code fills its tables beside the old ones and swaps, without being told."""
    record(ledger, a_year())
    projector.catch_up()
    before = dumped(dsn)
    changed(dsn, "UPDATE projections.position SET design = 'earlier'")
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE projections.tasks_v1 RENAME TO tasks_v0")
    schema.migrate(dsn)
    projector.catch_up()
    assert dumped(dsn) == before


def test_tables_ahead_of_the_ledger_are_refused(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """As after a restored backup: nothing is guessed, a rebuild is asked for, and helps."""
    record(ledger, opened())
    projector.catch_up()
    changed(dsn, "UPDATE projections.position SET size = 1000")
    with pytest.raises(DomainError) as refused:
        projector.catch_up()
    assert refused.value.code == "projections-ahead"
    projector.rebuild()
    assert projector.catch_up() == ledger.size()


def test_migrating_twice_changes_nothing(dsn: str, ledger: Ledger, projector: Projector) -> None:
    """Tables and what is in them stay."""
    record(ledger, opened())
    projector.catch_up()
    before = dumped(dsn)
    schema.migrate(dsn)
    assert dumped(dsn) == before
