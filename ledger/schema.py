"""The tables of the ledger, in schema `ledger`, and the guards on them. The running service never creates or alters them.

Every table is append-only. The service's role may not change or remove rows (`ledger.roles`); the guards refuse it to
everybody else, also where a session calls itself a replica. Whoever owns the tables can switch a guard off, and then the
audit finds the guard or what was done without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

# Writers and migrations take this one transaction-level advisory lock of the database.
# The number is arbitrary; it spells "mingqian" in ASCII.
LOCK = int.from_bytes(b"mingqian", "big")
CHANNEL = "ledger_events"

# `stream` sorts by bytes ("C"): the same order on every machine. The primary key is also the index
# by stream. What an event says stands in `state` alone; the other columns only find it.
TABLES = """
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE TABLE IF NOT EXISTS ledger.events (
    leaf bigint NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    stream text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    leaf_hash bytea NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (stream, version),
    UNIQUE (leaf)
);
CREATE TABLE IF NOT EXISTS ledger.commits (
    first_leaf bigint PRIMARY KEY,
    count bigint NOT NULL CHECK (count > 0),
    link bytea NOT NULL,
    key bytea NOT NULL,
    sig bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.commands (
    command_id text COLLATE "C" PRIMARY KEY,
    digest bytea,
    first_leaf bigint NOT NULL,
    count bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.checkpoints (
    size bigint PRIMARY KEY,
    note text NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.cosignatures (
    size bigint NOT NULL,
    key bytea NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, key)
);
CREATE TABLE IF NOT EXISTS ledger.timestamps (
    size bigint NOT NULL,
    authority text COLLATE "C" NOT NULL,
    token bytea NOT NULL,
    PRIMARY KEY (size, authority)
);
"""
NAMES = frozenset({"events", "commits", "commands", "checkpoints", "cosignatures", "timestamps"})

# ASCII, for the server may have any encoding. No names are looked up in it, so no search path can bend it.
REFUSAL = """
BEGIN
    RAISE EXCEPTION 'ledger.% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END"""
FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $${REFUSAL}$$"""
# As pg_get_triggerdef prints them.
TRIGGERS: dict[str, LiteralString] = {
    "refuse_change": (
        "CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON ledger.{}"
        " FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()"
    ),
    "refuse_truncate": (
        "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ledger.{}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()"
    ),
}
ALWAYS = "A"  # also in a session whose session_replication_role is `replica`

# Everything that holds rows or makes them; an index only finds them.
SELECT_TABLES = """
SELECT relname::text FROM pg_class
WHERE relnamespace = 'ledger'::regnamespace AND relkind NOT IN ('i', 'I') ORDER BY 1"""
# What acts when somebody writes or reads, and is no part of the tables' own making. The rows of a child are read with its
# parent's and guarded by nothing.
SELECT_HOOKS = """
SELECT relname::text, 'trigger', tgname::text, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'ledger'::regnamespace AND NOT tgisinternal
UNION SELECT tablename::text, 'rule', rulename::text, '' FROM pg_rules WHERE schemaname = 'ledger'
UNION SELECT tablename::text, 'policy', policyname::text, '' FROM pg_policies WHERE schemaname = 'ledger'
UNION SELECT proname::text, 'function', oidvectortypes(proargtypes),
    concat_ws(' ', prorettype::regtype, lanname, prosecdef, proconfig, prosrc)
FROM pg_proc JOIN pg_language ON pg_language.oid = prolang WHERE pronamespace = 'ledger'::regnamespace
UNION SELECT relname::text, 'child', inhrelid::regclass::text, ''
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent WHERE relnamespace = 'ledger'::regnamespace
ORDER BY 1, 2, 3"""

Hook = tuple[str, str, str]  # table or function, kind, name


def migrate(dsn: str) -> None:
    """Create what is missing and leave the rest: running it again, or twice at once, is harmless."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute(TABLES)
        if list(unguarded(connection)):
            guard(connection)


def guard(connection: Connection[TupleRow]) -> None:
    """Put the guards onto every table, in the place of any of their names."""
    connection.execute(FUNCTION)
    for table in sorted(NAMES):
        for name, trigger in TRIGGERS.items():
            made = trigger.replace("CREATE", "CREATE OR REPLACE").format(table)
            connection.execute(made)
            connection.execute(f"ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER {name}")


def guards() -> dict[Hook, str]:
    """Everything that should act on the tables, with its definition."""
    own = {
        (table, "trigger", name): f"{trigger.format(table)} {ALWAYS}"
        for table in NAMES
        for name, trigger in TRIGGERS.items()
    }
    return own | {("refuse_change", "function", ""): f"trigger plpgsql f {REFUSAL}"}


def unguarded(connection: Connection[TupleRow]) -> Iterator[tuple[str, str]]:
    """Give where and why the guards of the tables are not exactly those that `migrate` makes."""
    present = {name for (name,) in connection.execute(SELECT_TABLES)} | {"refuse_change"}
    found = {(row[0], row[1], row[2]): row[3] for row in connection.execute(SELECT_HOOKS)}
    expected = guards()
    for hook in sorted(found.keys() | expected.keys()):
        where, kind, name = hook
        if hook not in expected:
            reason = "不是本系统所建 / the program makes none"
        elif hook not in found and where in present:
            reason = "缺失 / is missing"
        elif hook in found and found[hook] != expected[hook]:
            reason = "被停用或改动 / is disabled or altered"
        else:
            continue
        yield f"ledger.{where}", f"{kind} {name} {reason}"


def differences(connection: Connection[TupleRow]) -> Iterator[tuple[str, str]]:
    """Give where and why the schema is not the one that `migrate` makes: whatever else can write, hide or keep rows."""
    found = {name for (name,) in connection.execute(SELECT_TABLES)}
    for name in sorted(found - NAMES):
        yield f"ledger.{name}", "本系统没有此表 / the program makes no such table"
    for name in sorted(NAMES - found):
        yield f"ledger.{name}", "缺少此表 / the table is missing"
    yield from unguarded(connection)
