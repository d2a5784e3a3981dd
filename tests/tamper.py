"""What somebody does who owns the tables: the guards are switched off, rows are changed, the guards are switched on again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

GUARDED = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'refuse_%'"


@contextmanager
def unguarded(dsn: str) -> Iterator[Connection[TupleRow]]:
    """A transaction in which the ledger's rows can be changed, and which leaves the guards as they were."""
    with psycopg.connect(dsn) as connection:
        _switch(connection, "DISABLE")
        yield connection
        _switch(connection, "ENABLE ALWAYS")


def tamper(dsn: str, *statements: str) -> None:
    """Run statements with the guards off."""
    with unguarded(dsn) as connection:
        for statement in statements:
            connection.execute(statement)


def _switch(connection: Connection[TupleRow], how: str) -> None:
    for table, name in connection.execute(GUARDED).fetchall():
        switch = f"ALTER TABLE {{}} {how} TRIGGER {{}}"
        connection.execute(SQL(switch).format(Identifier(*table.split(".")), Identifier(name)))
