"""How projections are read: one snapshot for all that a page shows, in pages that go on where the last one ended."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from psycopg import Connection, IsolationLevel
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from ledger.database import POOL_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

Read = Connection[DictRow]  # a snapshot that queries run in
Row = dict[str, Any]
LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Page:
    """Up to `limit` rows whose key follows `after`; from the beginning where that is None."""

    after: str | None = None
    limit: int = LIMIT


class Reader:
    """Hands out snapshots; close it after use."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[Read] = ConnectionPool(
            dsn,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            configure=_read_only,
            min_size=1,
            max_size=16,
            timeout=POOL_TIMEOUT_SECONDS,
            check=ConnectionPool.check_connection,
            open=True,
        )

    @contextmanager
    def snapshot(self) -> Iterator[Read]:
        """All queries of the block see the tables as of one position.

        The lock comes before the snapshot (LOCK TABLE takes none), so that no rebuild swaps the tables in between.
        """
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("LOCK TABLE projections.position IN ACCESS SHARE MODE")
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def _read_only(connection: Read) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def leaves_by(read: Read, day: str) -> int:
    """The number of leaves that were recorded by the end of a day in China (YYYY-MM-DD)."""
    statement = """
        SELECT leaf FROM projections.steps_v1
        WHERE recorded_at < %s AND stream <> 'clock' ORDER BY leaf DESC LIMIT 1"""
    row = read.execute(statement, [f"{day}T16:00:00.000Z"]).fetchone()
    return int(row["leaf"]) + 1 if row else 0


def position(read: Read) -> int:
    """The number of leaves that the snapshot tells."""
    row = read.execute("SELECT size FROM projections.position").fetchone()
    return int(row["size"]) if row else 0
