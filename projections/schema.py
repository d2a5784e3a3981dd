"""The schemas in which the tables stand, and the position up to which they tell the ledger.

Tables are never altered. Where the code's tables differ from those in the database (`design`), the projector builds
all of them anew beside the old ones and swaps. The schemas are made by whoever owns the database; the service's role
owns the tables, and needs no more than to create them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

from projections.tables import TABLES

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

LIVE, REBUILD = "projections", "projections_rebuild"
# A comparison only needs its tables for as long as it lasts, and then a role that may only read can make them.
COMPARE = "pg_temp"
# The numbers are arbitrary; they spell their names in ASCII. `MOVE` is held by whoever moves the live tables or must
# not see them move, `BESIDE` by whoever builds a second set of them.
MOVE = int.from_bytes(b"projmove", "big")
BESIDE = int.from_bytes(b"projsecd", "big")
DESIGN = sha256("\n".join(str(table.creation("")) for table in TABLES).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Position:
    """The tables hold what the first `size` leaves say, in the shapes of `design`."""

    size: int
    design: str


def make_schemas(dsn: str) -> None:
    """Create the schemas where there are none: running it again, or twice at once, is harmless."""
    with psycopg.connect(dsn) as connection:
        lock(connection, MOVE)
        for name in (LIVE, REBUILD):
            if connection.execute("SELECT to_regnamespace(%s)", [name]).fetchone() == (None,):
                connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))


def migrate(dsn: str) -> None:
    """Create the tables where there are none, and the schemas; harmless as `make_schemas` is."""
    make_schemas(dsn)
    with psycopg.connect(dsn) as connection:
        lock(connection, MOVE)
        if connection.execute("SELECT to_regclass('projections.position')").fetchone() == (None,):
            create(connection, LIVE)


def create(connection: Connection[TupleRow], schema: str) -> None:
    """Create all tables in an empty schema, at position 0."""
    for table in TABLES:
        for statement in table.creation(schema):
            connection.execute(statement)
    position = Identifier(schema, "position")
    create_position = SQL("CREATE TABLE {} (size bigint NOT NULL, design text NOT NULL)")
    connection.execute(create_position.format(position))
    connection.execute(SQL("INSERT INTO {} VALUES (0, %s)").format(position), [DESIGN])


def clear(connection: Connection[TupleRow], schema: str) -> None:
    """Drop every table of a schema, of whatever version of the code."""
    for name in _tables(connection, schema):
        connection.execute(SQL("DROP TABLE {} CASCADE").format(name))


def swap(connection: Connection[TupleRow], schema: str) -> None:
    """Put the tables of a schema in the place of the live ones.

    `position` is locked first, as every reader does (`projections.reading`): so no reader is between the two, and none
    holds a lock that would have to be waited for crosswise.
    """
    for table in TABLES:  # fresh tables would be planned for as if they were empty
        connection.execute(SQL("ANALYZE {}").format(table.within(schema)))
    connection.execute(SQL("LOCK TABLE {}").format(Identifier(LIVE, "position")))
    clear(connection, LIVE)
    for name in _tables(connection, schema):
        connection.execute(SQL("ALTER TABLE {} SET SCHEMA {}").format(name, Identifier(LIVE)))


def _tables(connection: Connection[TupleRow], schema: str) -> list[Identifier]:
    # `pg_temp` stands for a schema of the session's own, which has another name.
    own = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace =
    CASE %s WHEN 'pg_temp' THEN pg_my_temp_schema() ELSE to_regnamespace(%s) END"""
    return [Identifier(schema, name) for (name,) in connection.execute(own, [schema, schema])]


def position(connection: Connection[TupleRow], schema: str = LIVE) -> Position:
    """Read the position of a schema."""
    statement = SQL("SELECT size, design FROM {}").format(Identifier(schema, "position"))
    size, design = connection.execute(statement).fetchall()[0]
    return Position(size=size, design=design)


def lock(connection: Connection[TupleRow], number: int) -> None:
    """Take an advisory lock until the end of the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [number])
