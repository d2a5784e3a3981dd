"""The roles of the database beside its owner: one that serves, one that reads leaves; each may do no more than its process needs.

The owner makes tables and roles and is used by `migrate` alone. Who serves reads and adds to the ledger, changes accounts,
and makes the tables of projections; it owns nothing of the ledger. Who proves draws reads the leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composed, Identifier, Literal

from domain.errors import DomainError
from ledger.schema import LOCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

SERVING = """
REVOKE ALL ON SCHEMA ledger FROM PUBLIC, {role};
REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA ledger TO {role};
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ledger TO {role};
GRANT USAGE ON SCHEMA accounts TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA accounts TO {role};
"""
READING = "GRANT USAGE ON SCHEMA ledger TO {role}; GRANT SELECT ON ledger.events TO {role}"
WORKSHOP = "GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}"
SELECT_FOREIGN = """
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' AND relowner <> %s::regrole"""


def role_of(dsn: str) -> str:
    """The user that a DSN connects as; raises DomainError("database-url-invalid") where it names none."""
    user = conninfo_to_dict(dsn).get("user")
    if not user:
        detail = "数据库地址须写明用户 / the address of a database must name its user"
        raise DomainError("database-url-invalid", detail)
    return str(user)


def let_serve(dsn: str, service_dsn: str, workshops: Sequence[str]) -> None:
    """Let the user of `service_dsn` serve; make that user where there is none, with the password given there.

    It makes tables of its own in the schemas `workshops`; what others made there, as an earlier version did, is dropped, to
    be built anew from the ledger. Running it again is harmless, takes back what else was granted on the ledger, and never
    changes a password. Raises DomainError("database-role-missing") where the user of `dsn` may not make users.
    """
    with psycopg.connect(dsn) as connection:
        role = _made(connection, service_dsn)
        connection.execute(SQL(SERVING).format(role=role))
        for name in workshops:
            schema = Identifier(name)
            connection.execute(SQL(WORKSHOP).format(schema=schema, role=role))
            foreign = connection.execute(SELECT_FOREIGN, [name, role.as_string(connection)])
            for (table,) in foreign.fetchall():
                connection.execute(SQL("DROP TABLE {} CASCADE").format(Identifier(name, table)))


def let_read(dsn: str, reader_dsn: str) -> None:
    """Let the user of `reader_dsn` read `ledger.events`; make that user where there is none, as `let_serve` does."""
    with psycopg.connect(dsn) as connection:
        role = _made(connection, reader_dsn)
        connection.execute(SQL(READING).format(role=role))


def _made(connection: Connection[TupleRow], dsn: str) -> Identifier:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    name = role_of(dsn)
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
        try:
            connection.execute(_making(connection, name, conninfo_to_dict(dsn).get("password")))
        except InsufficientPrivilege:
            detail = f"请由数据库管理员建立账号 {name} / have the database's administrator make this role"
            raise DomainError("database-role-missing", detail) from None
    return Identifier(name)


def _making(connection: Connection[TupleRow], name: str, password: object) -> Composed:
    statement = SQL("CREATE ROLE {} LOGIN").format(Identifier(name))
    if password is None:
        return statement
    # Hashed here, so that the server's log of statements never shows it.
    hashed = connection.pgconn.encrypt_password(
        str(password).encode(), name.encode(), b"scram-sha-256"
    )
    return statement + SQL(" PASSWORD {}").format(Literal(hashed.decode()))
