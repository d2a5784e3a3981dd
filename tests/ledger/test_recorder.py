"""The recorder: gap-free leaves, chained commits, and eventsourcing's own interface."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import EventStore, IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from domain import merkle
from ledger import commits, schema
from ledger.commits import Commit
from ledger.database import LedgerDatastore
from ledger.mapper import EnvelopeMapper
from ledger.recorder import CommandKey, LedgerRecorder, Span
from tests.ledger.examples import envelope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import ApplicationRecorder

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def recorder(dsn: str) -> Iterator[LedgerRecorder]:
    """Give a recorder over empty tables."""
    with LedgerDatastore(dsn) as datastore:
        yield LedgerRecorder(datastore, KEY)


def events(*stream_and_version: tuple[str, int]) -> list[StoredEvent]:
    """Give small events."""
    return [
        StoredEvent(stream, version, "example.happened.v1", f"{stream} {version}".encode())
        for stream, version in stream_and_version
    ]


def chain(recorder: LedgerRecorder) -> list[Commit]:
    """Read all commits back."""
    rows = recorder.select(
        "SELECT first_leaf, count, link, key, sig FROM ledger.commits ORDER BY first_leaf", []
    )
    return [Commit(first_leaf=a, count=b, link=c, key=d, sig=e) for a, b, c, d, e in rows]


def test_leaves_are_numbered_without_gaps_across_refused_commits(recorder: LedgerRecorder) -> None:
    """A conflict uses up no number."""
    assert list(recorder.insert_events(events(("a", 1), ("b", 1)))) == [1, 2]
    for _ in range(3):
        with pytest.raises(IntegrityError):
            recorder.insert_events(events(("c", 1), ("a", 1)))
    assert list(recorder.insert_events(events(("a", 2)))) == [3]
    assert recorder.max_notification_id() == 3
    leaves = recorder.select("SELECT leaf FROM ledger.events ORDER BY leaf", [])
    assert [leaf for (leaf,) in leaves] == [0, 1, 2]


def test_every_commit_is_linked_to_the_one_before_and_signed(recorder: LedgerRecorder) -> None:
    """A stranger with the hashes and the key can walk the chain."""
    sizes = [1, 3, 2]
    for number, size in enumerate(sizes):
        recorder.insert_events(events(*((f"s{number}", each + 1) for each in range(size))))
    rows = recorder.select("SELECT leaf_hash, state FROM ledger.events ORDER BY leaf", [])
    hashes = [leaf_hash for leaf_hash, _ in rows]
    assert hashes == [merkle.leaf_hash(state) for _, state in rows]
    link = commits.FIRST_LINK
    for commit in chain(recorder):
        commits.verify(commit, link, hashes[commit.first_leaf : commit.size])
        assert commit.key == KEY.public_key().public_bytes_raw()
        link = commit.link
    assert [commit.count for commit in chain(recorder)] == sizes


def test_a_command_id_is_recorded_once(recorder: LedgerRecorder) -> None:
    """Its second commit is refused as a whole."""
    command = CommandKey(id=str(uuid4()), digest=b"digest")
    recorder.insert_events(events(("a", 1)), command=command)
    with pytest.raises(IntegrityError):
        recorder.insert_events(events(("a", 2)), command=command)
    assert recorder.max_notification_id() == 1
    with recorder.locked() as ledger:
        found = ledger.find([str(uuid4()), command.id])
        assert found() == {command.id: Span(command=command, first_leaf=0, count=1)}


def test_nothing_to_record_records_nothing(recorder: LedgerRecorder) -> None:
    """No events, no commit."""
    assert list(recorder.insert_events([])) == []
    assert recorder.max_notification_id() is None
    assert chain(recorder) == []


def test_the_recorder_never_creates_tables(database: str) -> None:
    """That is for the migration alone."""
    with LedgerDatastore(database) as datastore:
        LedgerRecorder(datastore, KEY).create_table()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('ledger.events')").fetchone() == (None,)


def test_migrating_again_changes_nothing(dsn: str, recorder: LedgerRecorder) -> None:
    """Whatever is there stays."""
    recorder.insert_events(events(("a", 1)))
    schema.migrate(dsn)
    assert recorder.max_notification_id() == 1


def answers(recorder: ApplicationRecorder) -> list[object]:
    """Ask everything that eventsourcing asks of a recorder."""
    recorder.insert_events(events(("a", 1), ("a", 2), ("b", 1)))
    recorder.insert_events(events(("a", 3)))
    return [
        recorder.max_notification_id(),
        list(recorder.select_events("a")),
        list(recorder.select_events("a", gt=1)),
        list(recorder.select_events("a", lte=2)),
        list(recorder.select_events("a", gt=0, lte=3, desc=True, limit=2)),
        list(recorder.select_events("none")),
        list(recorder.select_notifications(None, 10)),
        list(recorder.select_notifications(2, 2)),
        list(recorder.select_notifications(2, 10, inclusive_of_start=False)),
        list(recorder.select_notifications(1, 10, stop=2)),
        list(recorder.select_notifications(0, 10, topics=["example.happened.v1"])),
        list(recorder.select_notifications(0, 10, topics=("other.happened.v1",))),
    ]


def test_it_answers_as_the_stock_recorder_does(dsn: str, recorder: LedgerRecorder) -> None:
    """Same questions, same answers, on the same server."""
    part = conninfo_to_dict(dsn)
    with PostgresDatastore(
        str(part["dbname"]),
        str(part.get("host", "")),
        str(part.get("port", "")),
        str(part.get("user", "")),
        str(part.get("password", "")),
        originator_id_type="text",
    ) as datastore:
        stock = PostgresApplicationRecorder(datastore)
        stock.create_table()
        assert answers(recorder) == answers(stock)


def test_a_subscription_delivers_old_and_new_events(recorder: LedgerRecorder) -> None:
    """From the first leaf on, through LISTEN and NOTIFY."""
    recorder.insert_events(events(("a", 1)))
    with recorder.subscribe() as subscription:
        assert next(subscription).id == 1
        recorder.insert_events(events(("a", 2)))
        assert next(subscription).originator_version == 2


def test_an_event_store_keeps_envelopes(recorder: LedgerRecorder) -> None:
    """Eventsourcing's own store works on our mapper and recorder."""
    store = EventStore(EnvelopeMapper(), recorder)
    written = [envelope(version=1), envelope(version=2)]
    recordings = store.put(written)
    assert [each.notification.id for each in recordings] == [1, 2]
    assert list(store.get("department/d1")) == written
