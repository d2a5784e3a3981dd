"""The tables are append-only for everybody who does not switch the guards off."""

from __future__ import annotations

import psycopg
import pytest

from ledger import schema

CHANGES = ("UPDATE ledger.{} SET {} = {}", "DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE")


@pytest.mark.parametrize("table", sorted(schema.NAMES))
def test_no_table_lets_anybody_change_or_remove_rows(dsn: str, table: str) -> None:
    """Not even its owner, nor a session that calls itself a replica, whether there are rows or not."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        (column,) = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1",
            [f"ledger.{table}"],
        ).fetchall()[0]
        _fill(connection, table)
        for role in ("origin", "replica"):
            connection.execute(f"SET session_replication_role = {role}")
            for change in CHANGES:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                    connection.execute(change.format(table, column, column))


def _fill(connection: psycopg.Connection, table: str) -> None:
    """One row of zeros, for a guard on rows sees only those there are."""
    zeros = {"bigint": "1", "text": "'0'", "bytea": "''", "timestamp with time zone": "now()"}
    columns = connection.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0",
        [f"ledger.{table}"],
    ).fetchall()
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(zeros.get(kind, "NULL") for _, kind in columns)
    connection.execute(f"INSERT INTO ledger.{table} ({names}) VALUES ({values})")  # noqa: S608 - our own names


def test_migrating_puts_the_guards_back(dsn: str) -> None:
    """As they were first made, and as often as one likes."""
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE ledger.events DISABLE TRIGGER refuse_change")
        connection.execute("DROP TRIGGER refuse_truncate ON ledger.commits")
        assert len(list(schema.differences(connection))) == 2
    schema.migrate(dsn)
    schema.migrate(dsn)
    with psycopg.connect(dsn) as connection:
        assert list(schema.differences(connection)) == []
