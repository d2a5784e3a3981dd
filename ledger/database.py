"""Connections: the DSN that they are opened from, one pool for a ledger, and whether they were lost."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection, Error, InterfaceError, OperationalError, ProgrammingError
from psycopg.conninfo import make_conninfo
from psycopg.errors import PipelineAborted
from psycopg.rows import DictRow, dict_row

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path

# A process that stops while it holds the ledger's lock must not stop the others for ever.
IDLE_IN_TRANSACTION_SECONDS = 120.0
POOL_SIZE = 1
POOL_OVERFLOW = 15
POOL_TIMEOUT_SECONDS = 10.0
# A connection that was in use so lately is taken to be there still; each question whether it is costs as much as a read.
TRUSTED_SECONDS = 1.0
# SQLSTATE (PostgreSQL, appendix A): connection exceptions, insufficient resources, operator intervention.
AWAY = frozenset({"08", "53", "57"})


def complete_dsn(url: str, password_file: Path | None) -> str:
    """Give the DSN of a URL or `key=value` string, with the password that a file of one line holds.

    Raises DomainError: "database-url-invalid", or "database-password-unreadable" naming the file;
    neither repeats what it read, for both may hold a password.
    """
    try:
        if password_file is None:
            return make_conninfo(url)
        return make_conninfo(url, password=_password(password_file))
    except ProgrammingError:
        detail = "应为 postgresql:// 地址 / not a postgresql:// address: MINGQIAN_…DATABASE_URL"
        raise DomainError("database-url-invalid", detail) from None


def _password(path: Path) -> str:
    try:
        password = path.read_bytes().decode("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        password = ""
    if not password or not password.isprintable():
        detail = f"密码文件应恰有一行 / not a readable file of one line: {path}"
        raise DomainError("database-password-unreadable", detail)
    return password


def is_away(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that the database is out of reach or about to be.

    Drivers file faults of the program under "operational" too (54000, a row too large for its
    index): trying those again changes nothing, so only the SQLSTATE tells. Without one it is the
    connection itself that failed, or the pool that had none to give.
    """
    while error is not None:
        if isinstance(error, Error) and error.sqlstate is not None:
            return error.sqlstate[:2] in AWAY
        # An aborted pipeline only echoes the error before it.
        if isinstance(error, (OperationalError, InterfaceError)) and not isinstance(
            error, PipelineAborted
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Connection(Connection[DictRow]):
    """Knows when it was last handed out."""

    handed_out = 0.0


def _check(connection: _Connection) -> None:
    """Ask a connection that has been idle whether it is still there."""
    now = monotonic()
    if now - connection.handed_out > TRUSTED_SECONDS:
        ConnectionPool.check_connection(connection)
    connection.handed_out = now


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
        self.pool: ConnectionPool[Any] = ConnectionPool(
            dsn,
            connection_class=_Connection,
            kwargs={"row_factory": dict_row},
            min_size=POOL_SIZE,
            max_size=POOL_SIZE + POOL_OVERFLOW,
            open=False,
            timeout=POOL_TIMEOUT_SECONDS,
            configure=self.after_connect_func(),
            check=_check,
        )
