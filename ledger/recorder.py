"""The only door into the tables: gap-free leaves, linked and signed commits, commands once.

A commit holds the events of one command, or of several that came at once, one behind the other.

Everything of a commit happens in one transaction under one advisory lock of the database. The
head is read by a statement of its own after the lock is held: under READ COMMITTED each
statement sees what was committed before it began, so it sees all earlier commits. The lock is
released after the commit is visible; so leaves become visible in order, and who reads the tail
by leaf number misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import (
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder
from eventsourcing.utils import retry
from psycopg.rows import tuple_row

from domain import merkle
from ledger import commits
from ledger.columns import Byteas, Int8s, Texts
from ledger.schema import CHANNEL, LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from psycopg import Connection, Cursor
    from psycopg.rows import DictRow, TupleRow

    from ledger.commits import Commit
    from ledger.database import LedgerDatastore

TAKE_LOCK = f"SELECT pg_advisory_xact_lock({LOCK})"
SELECT_HEAD = """
SELECT first_leaf + count, link, (SELECT coalesce(max(size), 0) FROM ledger.checkpoints)
FROM ledger.commits ORDER BY first_leaf DESC LIMIT 1"""
# One statement: each costs a message, a plan and a snapshot, and commits are many.
INSERT = f"""
WITH events AS (
    INSERT INTO ledger.events (leaf, version, stream, type, leaf_hash, state)
    SELECT %b::bigint + place - 1, version, stream, type, leaf_hash, state
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::bytea[], %b::bytea[])
    WITH ORDINALITY AS new (version, stream, type, leaf_hash, state, place)
), commands AS (
    INSERT INTO ledger.commands (command_id, digest, first_leaf, count)
    SELECT * FROM unnest(%b::text[], %b::bytea[], %b::bigint[], %b::bigint[])
)
INSERT INTO ledger.commits (first_leaf, count, link, key, sig) VALUES (%b, %b, %b, %b, %b)
RETURNING pg_notify('{CHANNEL}', '')"""  # noqa: S608 - a constant of ours
SELECT_COMMANDS = (
    "SELECT command_id, digest, first_leaf, count FROM ledger.commands WHERE command_id = ANY (%b)"
)
SELECT_STREAM = """
SELECT stream, version, type, state FROM ledger.events
WHERE stream = %s AND version > %s AND version <= %s ORDER BY version {order} LIMIT %s"""
SELECT_TAIL = """
SELECT stream, version, type, state, leaf + 1 FROM ledger.events
WHERE leaf >= %s AND leaf < %s AND (cardinality(%s::text[]) = 0 OR type = ANY (%s))
ORDER BY leaf LIMIT %s"""
ALL = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class CommandKey:
    """A command's own name for itself, and the digest of the request that carried it."""

    id: str
    digest: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where the events of a command are: `count` of them from `first_leaf` on."""

    command: CommandKey
    first_leaf: int
    count: int


Found = Callable[[], dict[str, Span]]
"""Where commands are that were recorded before, by their ids."""


class Locked:
    """A transaction that holds the ledger: nobody else can append until it ends.

    What is sent here waits for no answer; what was sent together is answered together, once it is
    looked at.
    """

    def __init__(self, connection: Connection[DictRow], key: Ed25519PrivateKey) -> None:
        self._connection = connection
        self._key = key
        self.send(TAKE_LOCK, [])
        self._head = self.send(SELECT_HEAD, [])

    @cached_property
    def _found(self) -> tuple[int, bytes, int]:
        return self._head.fetchone() or (0, commits.FIRST_LINK, 0)

    @property
    def size(self) -> int:
        """Leaves that are in the ledger, without those that are appended here."""
        return self._found[0]

    @property
    def checkpointed(self) -> int:
        """Size of the newest published checkpoint."""
        return self._found[2]

    def send(self, statement: str, parameters: Sequence[Any]) -> Cursor[TupleRow]:
        """Ask something; its rows are waited for when they are fetched."""
        cursor = self._connection.cursor(binary=True, row_factory=tuple_row)
        return cursor.execute(statement, parameters, prepare=True)

    def find(self, command_ids: Sequence[str]) -> Found:
        """Ask for commands that may have been recorded before; calling what this gives waits for the answer."""
        asked = self.send(SELECT_COMMANDS, [Texts(command_ids)])

        def found() -> dict[str, Span]:
            return {
                id_: Span(command=CommandKey(id=id_, digest=digest), first_leaf=first, count=count)
                for id_, digest, first, count in asked.fetchall()
            }

        return found

    def append(self, events: Sequence[StoredEvent], spans: Sequence[Span] = ()) -> Commit:
        """Number, link, sign and insert the events as one commit: once in a transaction."""
        hashes = [merkle.leaf_hash(event.state) for event in events]
        size, link, _ = self._found
        commit = commits.seal(link, size, hashes, self._key)
        columns = [*_columns(events, hashes), *_columns_of(spans)]
        self.send(INSERT, [commit.first_leaf, *columns, *vars(commit).values()])
        return commit


def _columns(events: Sequence[StoredEvent], hashes: list[bytes]) -> list[object]:
    return [
        Int8s([event.originator_version for event in events]),
        Texts([event.originator_id for event in events]),
        Texts([event.topic for event in events]),
        Byteas(hashes),
        Byteas([event.state for event in events]),
    ]


def _columns_of(spans: Sequence[Span]) -> list[object]:
    return [
        Texts([span.command.id for span in spans]),
        Byteas([span.command.digest for span in spans]),
        Int8s([span.first_leaf for span in spans]),
        Int8s([span.count for span in spans]),
    ]


class LedgerRecorder(PostgresApplicationRecorder):
    """eventsourcing's recorder over the tables of `ledger/schema.py`.

    Notification ids are leaf numbers plus one, because eventsourcing counts from 1.
    """

    def __init__(self, datastore: LedgerDatastore, key: Ed25519PrivateKey) -> None:
        super().__init__(datastore, events_table_name="events")
        self._key = key
        self.channel_name = CHANNEL
        self.sql_create_statements = []  # tables are made by `ledger.schema.migrate` alone

    @contextmanager
    def locked(self) -> Iterator[Locked]:
        """Hold the ledger for one transaction; it is rolled back when the block raises."""
        with self.datastore.get_connection() as conn, conn.pipeline(), conn.transaction():
            yield Locked(conn, self._key)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        command: CommandKey | None = None,
        **_: object,
    ) -> Sequence[int]:
        """Record the events as one commit and give their notification ids.

        Not retried here: after a lost acknowledgement only the command id tells what happened.
        """
        if not stored_events:
            return []
        with self.locked() as ledger:
            count = len(stored_events)
            named = [Span(command=command, first_leaf=ledger.size, count=count)] if command else []
            commit = ledger.append(stored_events, named)
        return range(commit.first_leaf + 1, commit.size + 1)

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give the events of a stream with `gt` < version <= `lte`."""
        statement = SELECT_STREAM.format(order="DESC" if desc else "ASC")
        upper = ALL if lte is None else lte
        rows = self.select(statement, [originator_id, gt or 0, upper, limit])
        return [StoredEvent(*row) for row in rows]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Give events in leaf order; a notification id is a leaf number plus one."""
        first = (start or 0) - (1 if inclusive_of_start else 0)
        names = list(topics)
        rows = self.select(SELECT_TAIL, [first, ALL if stop is None else stop, names, names, limit])
        return [Notification(*row) for row in rows]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def max_notification_id(self) -> int | None:
        """Give the number of leaves, or None for an empty ledger."""
        last: int | None = self.select("SELECT max(leaf) + 1 FROM ledger.events", [])[0][0]
        return last

    def select(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        """Run one read outside any transaction, with bytes as bytes."""
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            return cursor.execute(statement, parameters, prepare=True).fetchall()
