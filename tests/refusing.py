"""A table that refuses every row as PostgreSQL refuses one that is too large: operational by name, ours by cause."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier, Literal

TOO_LARGE = "54000"  # program_limit_exceeded


def refuse_rows(dsn: str, schema: str, table: str, state: str = TOO_LARGE) -> None:
    """Make every insertion fail with this SQLSTATE."""
    function, target = Identifier(schema, "refuse"), Identifier(schema, table)
    body = f"BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END"
    with psycopg.connect(dsn) as connection:
        connection.execute(
            SQL("CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS {}").format(
                function, Literal(body)
            )
        )
        connection.execute(
            SQL("CREATE TRIGGER refuse BEFORE INSERT ON {} EXECUTE FUNCTION {}()").format(
                target, function
            )
        )
