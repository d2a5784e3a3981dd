"""A rebuild gives the same bytes, a comparison names what differs, and no reader notices either."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.errors import DomainError
from projections import schema
from projections.comparison import Difference
from projections.queries.campaigns import tasks
from projections.queries.registries import registry
from projections.reading import position
from tests.projections.recording import TASK, a_year, changed, dumped, record
from tests.story import opened

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Reader
    from projections.runner import Projector


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


def test_readers_never_see_a_rebuild(ledger: Ledger, projector: Projector, reader: Reader) -> None:
    """Neither tables that are missing nor tables that are empty, whenever they look."""
    record(ledger, a_year())
    projector.catch_up()

    def rebuild() -> None:
        for _ in range(4):
            projector.rebuild()

    thread = Thread(target=rebuild)
    thread.start()
    while thread.is_alive():
        with reader.snapshot() as read:
            assert position(read) == ledger.size()
            assert len(registry(read, "department")) == 3
            assert len(tasks(read)) == 1
    thread.join()


def test_a_rebuild_replaces_what_was_changed(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """The ledger alone says what is in the tables."""
    record(ledger, a_year())
    projector.catch_up()
    before = dumped(dsn)
    changed(dsn, "DELETE FROM projections.tasks_v2")
    projector.rebuild()
    assert dumped(dsn) == before


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "UPDATE projections.tasks_v2 SET completed = true",
            Difference(table="tasks_v2", key=(TASK,), found="changed"),
        ),
        (
            "DELETE FROM projections.entities_v3 WHERE id = 'school:1300000003' AND to_leaf IS NULL",
            Difference(table="entities_v3", key=("school:1300000003", "41"), found="missing"),
        ),
        (
            "INSERT INTO projections.proofs_v2 VALUES ('假', '{}')",
            Difference(table="proofs_v2", key=("假",), found="surplus"),
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
        kept = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"
        assert connection.execute(kept).fetchone() == (0,)


def test_tables_of_another_version_are_built_anew(
    dsn: str, ledger: Ledger, projector: Projector
) -> None:
    """A new version of the code fills its tables beside the old ones and swaps, without being told."""
    record(ledger, a_year())
    projector.catch_up()
    before = dumped(dsn)
    changed(dsn, "UPDATE projections.position SET design = 'earlier'")
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE projections.tasks_v2 RENAME TO tasks_v0")
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
