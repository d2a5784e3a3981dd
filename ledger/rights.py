"""What a role of the database may do to the ledger, and whether that is more, or less, than it should.

A role counts for all that it may become: by membership, whether it is inherited or has to be taken on. Nothing is tried out;
the catalogs tell, and any role may read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

from domain.errors import DomainError
from ledger import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

SUPERUSER = "SUPERUSER"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
POWERS = """
SELECT held.rolname::text, power FROM pg_roles AS held, LATERAL (VALUES
    ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole), ('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls),
    ('', rolname IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files',
        'pg_read_server_files', 'pg_create_subscription'))
) AS powers (power, has) WHERE has AND pg_has_role(%(role)s, held.oid, 'MEMBER') ORDER BY rolsuper DESC, 1, 2"""
OWNED = """
SELECT held.rolname::text, string_agg(what, ', ' ORDER BY what) FROM pg_roles AS held JOIN (
    SELECT datdba AS owner, 'DATABASE ' || datname AS what FROM pg_database WHERE datname = current_database()
    UNION SELECT nspowner, 'SCHEMA ledger' FROM pg_namespace WHERE nspname = 'ledger'
    UNION SELECT relowner, 'ledger.' || relname FROM pg_class
        WHERE relnamespace = 'ledger'::regnamespace AND relkind NOT IN ('i', 'I')
    UNION SELECT proowner, 'ledger.' || proname || '()' FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
) AS owned ON owner = held.oid WHERE pg_has_role(%(role)s, held.oid, 'MEMBER') GROUP BY 1 ORDER BY 1"""
GRANTED = """
SELECT wanted, relname::text FROM pg_class CROSS JOIN unnest(%(privileges)s::text[]) AS wanted
WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') AND EXISTS (
    SELECT FROM pg_roles AS held WHERE pg_has_role(%(role)s, held.oid, 'MEMBER') AND (has_table_privilege(held.oid, pg_class.oid, wanted)
        OR wanted IN ('UPDATE', 'REFERENCES') AND has_any_column_privilege(held.oid, pg_class.oid, wanted)))
ORDER BY 2, array_position(%(privileges)s::text[], wanted)"""
CREATES = """
SELECT DISTINCT place FROM pg_roles AS held, LATERAL (VALUES
    ('SCHEMA ledger', has_schema_privilege(held.oid, 'ledger', 'CREATE')),
    ('DATABASE ' || quote_ident(current_database()), has_database_privilege(held.oid, current_database(), 'CREATE'))
) AS places (place, may) WHERE may AND pg_has_role(%(role)s, held.oid, 'MEMBER') ORDER BY 1 DESC"""
SETTABLE = """
SELECT DISTINCT parname FROM pg_parameter_acl, pg_roles AS held
WHERE pg_has_role(%(role)s, held.oid, 'MEMBER') AND has_parameter_privilege(held.oid, parname, 'SET') ORDER BY 1"""
# What runs with the rights of somebody who could change the tables, or their guards. A trigger asks nobody for EXECUTE.
# Extensions are the administrator's.
BORROWED = """
SELECT nspname || '.' || proname, lender.rolname::text FROM pg_proc
JOIN pg_namespace ON pg_namespace.oid = pronamespace JOIN pg_roles AS lender ON lender.oid = proowner
WHERE prosecdef AND nspname NOT IN ('pg_catalog', 'information_schema') AND NOT pg_has_role(%(role)s, lender.oid, 'MEMBER')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    AND (EXISTS (SELECT FROM pg_event_trigger WHERE evtfoid = pg_proc.oid)
        OR EXISTS (SELECT FROM pg_roles AS held WHERE pg_has_role(%(role)s, held.oid, 'MEMBER') AND (
            has_schema_privilege(held.oid, pronamespace, 'USAGE') AND has_function_privilege(held.oid, pg_proc.oid, 'EXECUTE')
            OR EXISTS (SELECT FROM pg_trigger WHERE tgfoid = pg_proc.oid
                AND has_table_privilege(held.oid, tgrelid, 'INSERT, UPDATE, DELETE, TRUNCATE')))))
    AND EXISTS (SELECT FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r'
        AND has_table_privilege(lender.oid, pg_class.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))
ORDER BY 1"""
USABLE = "SELECT has_schema_privilege(%(role)s, 'ledger', 'USAGE')"


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a role is for: the privileges that it has to have, each with its table, and those that it may have on any."""

    needs: frozenset[tuple[str, str]]
    allows: frozenset[str]


SERVING = Use(
    needs=frozenset((one, table) for table in schema.NAMES for one in ("SELECT", "INSERT")),
    allows=frozenset({"SELECT", "INSERT"}),
)
READING = Use(needs=frozenset({("SELECT", "events")}), allows=frozenset({"SELECT"}))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with a role or the guards: `what` in Chinese and English, `remedy` as one types it."""

    code: str
    what: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a role may do: its privileges by table of the ledger, and what is wrong with it."""

    role: str
    may: dict[str, tuple[str, ...]]
    faults: tuple[Fault, ...]


def rights(dsn: str, role: str, use: Use | None) -> Rights:
    """Look a role up. Without a use, as for the owner, it may do anything.

    Raises DomainError("ledger-missing") where the database has no schema `ledger`.
    """
    with psycopg.connect(dsn) as connection:
        _require_schema(connection)
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
            missing = Fault(
                code="database-role-missing",
                what="没有此账号 / there is no such role",
                remedy="mingqian migrate",
            )
            return Rights(role=role, may={}, faults=(missing,))
        may: dict[str, tuple[str, ...]] = {}
        for privilege, table in _granted(connection, role):
            may[table] = (*may.get(table, ()), privilege)
        faults = tuple(_faults(connection, role, use)) if use else ()
    return Rights(role=role, may=may, faults=faults)


def unguarded(dsn: str) -> tuple[Fault, ...]:
    """Tell which guards of the tables are missing, disabled or altered; raises as `rights`."""
    with psycopg.connect(dsn) as connection:
        _require_schema(connection)
        return tuple(
            Fault(code="database-unguarded", what=f"{where}: {reason}", remedy="mingqian migrate")
            for where, reason in schema.unguarded(connection)
        )


def require_safe(dsn: str) -> None:
    """Refuse to serve as a role that could rewrite the ledger, or on tables that nothing guards.

    Raises DomainError: "database-role-too-strong", "database-role-too-weak", "database-unguarded", "ledger-missing".
    """
    with psycopg.connect(dsn) as connection:
        # Not the current one: a session can always go back to the role that it began as.
        (role,) = connection.execute("SELECT session_user::text").fetchall()[0]
    found = rights(dsn, role, SERVING).faults + unguarded(dsn)
    if found:
        first = found[0]
        detail = f"{role}: {first.what}. 共 {len(found)} 项，见 mingqian db doctor / {len(found)} in all: run it"
        raise DomainError(first.code, detail)


def _require_schema(connection: Connection[TupleRow]) -> None:
    if connection.execute("SELECT to_regnamespace('ledger')").fetchone() == (None,):
        detail = "数据库中没有账本 / there is no ledger in this database"
        raise DomainError("ledger-missing", detail)


def _faults(connection: Connection[TupleRow], role: str, use: Use) -> Iterator[Fault]:
    powers = connection.execute(POWERS, {"role": role}).fetchall()
    # A superuser may become everybody and do anything: the rest would say no more.
    for held, power in [one for one in powers if one[1] == SUPERUSER][:1] or powers:
        what = f"{held}: {power}" if power else f"属于 / member of {held}"
        remedy = f"ALTER ROLE {_quoted(connection, role)} NO{power}"
        if held != role:
            remedy = _revoked(connection, held, role)
        yield _strong(what, remedy)
        if power == SUPERUSER:
            return
    yield from _ownership(connection, role)
    yield from _privileges(connection, role, use)
    for (place,) in connection.execute(CREATES, {"role": role}):
        remedy = f"REVOKE CREATE ON {place} FROM {_quoted(connection, role)}"
        yield _strong(f"可在其中建立对象 / may create in {place}", remedy)
    for name, lender in connection.execute(BORROWED, {"role": role}):
        what = f"{name} 以 {lender} 的权力运行 / runs with that role's rights"
        yield _strong(what, f"DROP FUNCTION {name}")
    for (name,) in connection.execute(SETTABLE, {"role": role}):
        remedy = f"REVOKE SET ON PARAMETER {name} FROM {_quoted(connection, role)}"
        yield _strong(f"可设置 / may set {name}", remedy)


def _ownership(connection: Connection[TupleRow], role: str) -> Iterator[Fault]:
    for held, owned in connection.execute(OWNED, {"role": role}).fetchall():
        remedy = "ALTER … OWNER TO …"
        if held != role:
            remedy = _revoked(connection, held, role)
        yield _strong(f"{held} 是属主 / owns {owned}", remedy)


def _privileges(connection: Connection[TupleRow], role: str, use: Use) -> Iterator[Fault]:
    if connection.execute(USABLE, {"role": role}).fetchone() == (False,):
        yield _weak("SCHEMA ledger: USAGE")
    granted = _granted(connection, role)
    for privilege, table in sorted(use.needs - set(granted)):
        yield _weak(f"ledger.{table}: {privilege}")
    for excess in sorted({privilege for privilege, _ in granted} - use.allows):
        tables = ", ".join(f"ledger.{table}" for privilege, table in granted if privilege == excess)
        remedy = f"REVOKE {excess} ON {tables} FROM {_quoted(connection, role)}"
        yield _strong(f"{excess}: {tables}", remedy)


def _granted(connection: Connection[TupleRow], role: str) -> list[tuple[str, str]]:
    parameters = {"role": role, "privileges": list(PRIVILEGES)}
    rows = connection.execute(GRANTED, parameters).fetchall()
    return [(privilege, table) for privilege, table in rows]


def _strong(what: str, remedy: str) -> Fault:
    return Fault(code="database-role-too-strong", what=what, remedy=remedy)


def _weak(what: str) -> Fault:
    return Fault(
        code="database-role-too-weak", what=f"缺少 / lacks {what}", remedy="mingqian migrate"
    )


def _revoked(connection: Connection[TupleRow], held: str, role: str) -> str:
    return f"REVOKE {_quoted(connection, held)} FROM {_quoted(connection, role)}"


def _quoted(connection: Connection[TupleRow], name: str) -> str:
    return SQL("{}").format(Identifier(name)).as_string(connection)
