"""Connections: one pool for a ledger, opened from a DSN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

if TYPE_CHECKING:
    from typing import Self

# A process that stops while it holds the ledger's lock must not stop the others for ever.
IDLE_IN_TRANSACTION_SECONDS = 120.0
POOL_SIZE = 1
POOL_OVERFLOW = 15


class LedgerDatastore(PostgresDatastore):
    """eventsourcing's datastore, from a whole DSN: host, port, user, TLS settings and all.

    Database functions stay off: that way of inserting takes no lock, and a tail reader could miss
    events.
    """

    def __init__(self, dsn: str) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            schema="ledger",
            originator_id_type="text",
            idle_in_transaction_session_timeout=IDLE_IN_TRANSACTION_SECONDS,
            enable_db_functions=False,
        )
        self.pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            dsn,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=POOL_SIZE,
            max_size=POOL_SIZE + POOL_OVERFLOW,
            open=False,
            configure=self.after_connect_func(),
            check=ConnectionPool.check_connection,
        )

    def __enter__(self) -> Self:
        return super().__enter__()
