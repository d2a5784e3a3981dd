"""A frozen view of all ledger tables for auditors: one read-only transaction, and nothing is believed.

Rows come as they are stored, however wrong they are; who reads them judges them. No keys are needed,
and a database role that may only SELECT is enough.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString, cast

import psycopg
from psycopg import IsolationLevel

from domain.errors import DomainError
from ledger import entries, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from ledger.entries import Entry

# The leaf is the only order there is; ties and gaps are for the reader to find.
EVENTS = (
    "SELECT leaf, stream, version, type, leaf_hash, state FROM ledger.events"
    " ORDER BY leaf, stream, version"
)
COMMITS = "SELECT first_leaf, count, link, key, sig FROM ledger.commits ORDER BY first_leaf"
COMMANDS = "SELECT command_id, first_leaf, count FROM ledger.commands ORDER BY first_leaf"
CHECKPOINTS = "SELECT size, note FROM ledger.checkpoints ORDER BY size"
COSIGNATURES = "SELECT size, line FROM ledger.cosignatures ORDER BY size, key"
TIMESTAMPS = "SELECT size, authority, token FROM ledger.timestamps ORDER BY size, authority"
FETCH = 2000


class Snapshot:
    """Rows of the tables, streamed by server-side cursors, and what else stands in their schema."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._connection = connection

    def events(self) -> Iterator[tuple[int, str, int, str, bytes, bytes]]:
        """Give leaf, stream, version, type, leaf hash and state, by leaf."""
        return cast("Iterator[tuple[int, str, int, str, bytes, bytes]]", self._rows(EVENTS))

    def commits(self) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
        """Give first leaf, count, link, key and signature, by first leaf."""
        return cast("Iterator[tuple[int, int, bytes, bytes, bytes]]", self._rows(COMMITS))

    def commands(self) -> Iterator[tuple[str, int, int]]:
        """Give command id, first leaf and count, by first leaf."""
        return cast("Iterator[tuple[str, int, int]]", self._rows(COMMANDS))

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Give size and signed note, by size, with the lines of witnesses under it."""
        lines: dict[int, str] = {}
        if self.has("cosignatures"):  # where it is missing, `differences` says so
            for size, line in self._rows(COSIGNATURES):
                lines[size] = lines.get(size, "") + line
        for size, note in self._rows(CHECKPOINTS):
            yield size, note + lines.get(size, "")

    def timestamps(self) -> Iterator[tuple[int, str, bytes]]:
        """Give size, authority and token, by size."""
        if self.has("timestamps"):  # where it is missing, `differences` says so
            yield from cast("Iterator[tuple[int, str, bytes]]", self._rows(TIMESTAMPS))

    def differences(self) -> list[tuple[str, str]]:
        """Give where and why the schema is not as the program makes it."""
        return list(schema.differences(self._connection))

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        row = self._connection.execute("SELECT to_regclass(%s)", [f"ledger.{table}"]).fetchone()
        return row is not None and row[0] is not None

    def _rows(self, statement: LiteralString) -> Iterator[tuple[Any, ...]]:
        # The name only has to differ among cursors that are open at once.
        with self._connection.cursor(f"audit_{abs(hash(statement))}", binary=True) as cursor:
            cursor.itersize = FETCH
            yield from cursor.execute(statement)


class Reader:
    """Reads leaves as `Ledger.read` does, but needs no keys: for whoever may look and not write."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def read(self, from_leaf: int, limit: int = entries.BATCH) -> list[Entry]:
        """Give up to `limit` entries from this leaf on."""
        with psycopg.connect(self._dsn) as connection, connection.cursor(binary=True) as cursor:
            rows = cursor.execute(entries.SELECT_ENTRIES, [from_leaf, limit]).fetchall()
        return list(entries.from_rows(rows, from_leaf))


@contextmanager
def snapshot(dsn: str) -> Iterator[Snapshot]:
    """Open a snapshot (REPEATABLE READ, READ ONLY).

    Raises DomainError: "ledger-unavailable" when the database cannot be reached, "ledger-missing"
    when it holds no ledger.
    """
    try:
        connection = psycopg.connect(dsn)
    except psycopg.Error as error:
        detail = f"数据库不可用 / database out of reach: {type(error).__name__}"
        raise DomainError("ledger-unavailable", detail) from None
    with connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        view = Snapshot(connection)
        for table in ("events", "commits", "commands", "checkpoints"):
            if not view.has(table):
                detail = f"数据库中没有 ledger.{table} / the database has no such table"
                raise DomainError("ledger-missing", detail)
        yield view
