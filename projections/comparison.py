"""Two sets of tables that should be one: which rows differ, and a dump in which equal tables have equal bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from psycopg.sql import SQL, Identifier

from projections.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from projections.table import Table


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row of a live table that the ledger tells otherwise: `missing` there, `surplus` there, or `changed`.

    `key` holds the values of the primary key, as text.
    """

    table: str
    key: tuple[str, ...]
    found: Literal["missing", "surplus", "changed"]


def differences(
    connection: Connection[TupleRow], live: str, replayed: str
) -> tuple[Difference, ...]:
    """Every row in which two schemas differ, by table and key; and the position, if it does."""
    found = [each for table in TABLES for each in _table(connection, table, live, replayed)]
    sizes = SQL("SELECT size FROM {} EXCEPT SELECT size FROM {}").format(
        Identifier(live, "position"), Identifier(replayed, "position")
    )
    if connection.execute(sizes).fetchall():
        found.append(Difference(table="position", key=(), found="changed"))
    return tuple(found)


def _table(
    connection: Connection[TupleRow], table: Table, live: str, replayed: str
) -> Iterator[Difference]:
    keys = SQL(", ").join(map(Identifier, table.primary_key))
    texts = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in table.primary_key)
    first = Identifier(table.key[0])
    statement = SQL(
        "SELECT CASE WHEN live.{first} IS NULL THEN 'missing' WHEN replayed.{first} IS NULL"
        " THEN 'surplus' ELSE 'changed' END, {texts}"
        " FROM {live} AS live FULL JOIN {replayed} AS replayed USING ({keys})"
        " WHERE live IS DISTINCT FROM replayed ORDER BY {keys}"
    )
    rows = connection.execute(
        statement.format(
            first=first,
            texts=texts,
            live=table.within(live),
            replayed=table.within(replayed),
            keys=keys,
        )
    )
    for found, *key in rows:
        yield Difference(table=table.name, key=tuple(key), found=found)


def dump(connection: Connection[TupleRow], schema: str) -> Iterator[bytes]:
    """Every table of a schema as PostgreSQL's COPY text, rows by primary key: equal tables give equal bytes."""
    for table in TABLES:
        yield f"{table.name}\n".encode()
        copy_out = SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            SQL(", ").join(map(Identifier, table.names)),
            table.within(schema),
            SQL(", ").join(map(Identifier, table.primary_key)),
        )
        with connection.cursor().copy(copy_out) as copy:
            yield from map(bytes, copy)
