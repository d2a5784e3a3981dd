"""Roles of the database for the length of a test: roles belong to the server, and so would outlive the database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def passing_role(dsn: str, name: str) -> Iterator[str]:
    """DSN of a role that is not there yet; whatever made it meanwhile, it is dropped afterwards."""
    role = f"{name}_{uuid4().hex}"
    yield make_conninfo(dsn, user=role)
    with psycopg.connect(dsn, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
            for statement in ("DROP OWNED BY {}", "DROP ROLE {}"):
                connection.execute(SQL(statement).format(Identifier(role)))
