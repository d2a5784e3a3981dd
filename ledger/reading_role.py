"""A database role that may read the leaves and nothing else: what the draw process connects as."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composed, Identifier, Literal

from domain.errors import DomainError
from ledger.schema import LOCK


def grant_reading(dsn: str, reader_dsn: str) -> None:
    """Let the user of `reader_dsn` read `ledger.events`; make that user where there is none, with the password given there.

    Running it again is harmless, and never changes a password. Raises DomainError("prover-role-missing") where `dsn` may
    not make users.
    """
    reader = conninfo_to_dict(reader_dsn)
    name, password = str(reader["user"]), reader.get("password")
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            try:
                connection.execute(_made(connection, name, password))
            except InsufficientPrivilege:
                detail = f"请由数据库管理员建立只读账号 {name} / have the database's administrator make this role"
                raise DomainError("prover-role-missing", detail) from None
        role = Identifier(name)
        connection.execute(SQL("GRANT USAGE ON SCHEMA ledger TO {}").format(role))
        connection.execute(SQL("GRANT SELECT ON ledger.events TO {}").format(role))


def _made(connection: psycopg.Connection, name: str, password: object) -> Composed:
    statement = SQL("CREATE ROLE {} LOGIN").format(Identifier(name))
    if password is None:
        return statement
    # Hashed here, so that the server's log of statements never shows it.
    hashed = connection.pgconn.encrypt_password(
        str(password).encode(), name.encode(), b"scram-sha-256"
    )
    return statement + SQL(" PASSWORD {}").format(Literal(hashed.decode()))
