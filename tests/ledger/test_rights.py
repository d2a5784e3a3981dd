"""Who serves may add to the ledger and nothing more, and whatever would let it do more is named with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from domain.errors import DomainError
from ledger import accounts, schema
from ledger.accounts import Accounts
from ledger.clock import SystemClock
from ledger.rights import READING, SERVING, require_safe, rights
from ledger.roles import let_read, let_serve, role_of
from ledger.store import Ledger
from ledger.writer import Writer
from projections import schema as projections
from projections.reading import Reader
from projections.reading import position as told
from projections.runner import Projector
from tests.conftest import prover_of
from tests.ledger.examples import SYSTEM, department, new_id
from tests.roles import passing_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.keys import Keys

STRONG, WEAK, BARE = "database-role-too-strong", "database-role-too-weak", "database-unguarded"
MEMBER = """
CREATE ROLE {other}; GRANT UPDATE ON ledger.events TO {other};
ALTER ROLE {role} NOINHERIT; GRANT {other} TO {role}"""
DEFINER = """
CREATE FUNCTION projections.help() RETURNS void LANGUAGE sql SECURITY DEFINER
AS 'ALTER TABLE ledger.events DISABLE TRIGGER ALL'"""
# What a trigger calls is not asked for: here nobody but its owner may execute it.
HIDDEN = """
CREATE FUNCTION public.hidden() RETURNS {kind} LANGUAGE plpgsql SECURITY DEFINER
AS 'BEGIN ALTER TABLE ledger.events DISABLE TRIGGER ALL; RETURN NULL; END';
REVOKE EXECUTE ON FUNCTION public.hidden() FROM PUBLIC;"""
TRIGGERED = (
    HIDDEN.replace("{kind}", "trigger")
    + """
CREATE TRIGGER more AFTER INSERT ON accounts.passwords EXECUTE FUNCTION public.hidden()"""
)
ON_DDL = (
    HIDDEN.replace("{kind}", "event_trigger").replace("RETURN NULL; ", "")
    + """
CREATE EVENT TRIGGER more ON sql_drop EXECUTE FUNCTION public.hidden()"""
)
WORKSHOPS = (projections.LIVE, projections.REBUILD)


@pytest.fixture
def service(dsn: str) -> Iterator[str]:
    """DSN of a role that serves; its tables are made."""
    accounts.migrate(dsn)
    projections.make_schemas(dsn)
    with passing_role(dsn, "service") as serving:
        let_serve(dsn, serving, WORKSHOPS)
        projections.migrate(serving)
        yield serving


def run(dsn: str, statement: str, **roles: str) -> None:
    """Run a statement that names roles."""
    names = {name: Identifier(role) for name, role in roles.items()}
    with psycopg.connect(dsn) as connection:
        connection.execute(SQL(statement).format(**names))


def test_the_serving_role_does_all_that_the_service_does(
    ledger: Ledger, service: str, keys: Keys
) -> None:
    """Records, publishes, keeps accounts, projects, rebuilds, compares and listens."""
    require_safe(service)
    with (
        Ledger(service, keys) as opened,
        Accounts(service) as people,
        Projector(service, opened) as projector,
        Reader(service) as reader,
    ):
        writer = Writer(opened, SystemClock(), prover_of(keys))
        writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
        published = opened.publish_checkpoint()
        assert opened.publish_checkpoint() == published
        assert opened.wait(1, 0.1) == ledger.size() == 2
        assert people.login("示例", people.issue("示例")).one_time
        assert projector.catch_up() == 2
        projector.rebuild()
        assert projector.compare() == ()
        with reader.snapshot() as read:
            assert told(read) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.events SET leaf = 9",
        "DELETE FROM ledger.events",
        "TRUNCATE ledger.events",
        "INSERT INTO ledger.checkpoints VALUES (1, '') ON CONFLICT (size) DO UPDATE SET note = ''",
        "ALTER TABLE ledger.events DISABLE TRIGGER refuse_change",
        "ALTER TABLE ledger.events ADD COLUMN more text",
        "ALTER TABLE ledger.events OWNER TO CURRENT_USER",
        "DROP TRIGGER refuse_change ON ledger.events",
        "DROP TABLE ledger.events",
        "DROP SCHEMA ledger CASCADE",
        "CREATE TABLE ledger.more ()",
        "CREATE SCHEMA more",
        "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        "CREATE RULE more AS ON INSERT TO ledger.events DO INSTEAD NOTHING",
        "CREATE TABLE projections.more (leaf bigint REFERENCES ledger.events (leaf))",
        "SET session_replication_role = replica",
        "SET ROLE {owner}",
        "GRANT UPDATE ON ledger.events TO CURRENT_USER",
        "DROP TABLE accounts.passwords",
    ],
)
def test_the_serving_role_can_do_nothing_to_the_past(
    dsn: str, ledger: Ledger, service: str, statement: str
) -> None:
    """Whatever one would begin with to rewrite it; a grant that grants nothing is a warning only."""
    assert ledger.size() == 1
    try:
        run(service, statement, owner=role_of(dsn))
    except psycopg.errors.InsufficientPrivilege:
        return
    assert statement.startswith("GRANT")
    require_safe(service)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("ALTER ROLE {role} SUPERUSER", "SUPERUSER"),
        ("ALTER ROLE {role} CREATEROLE", "CREATEROLE"),
        ("ALTER ROLE {role} REPLICATION", "REPLICATION"),
        ("ALTER ROLE {role} BYPASSRLS", "BYPASSRLS"),
        ("GRANT {owner} TO {role}", "SUPERUSER"),
        (MEMBER, "UPDATE: ledger.events"),
        ("GRANT pg_write_all_data TO {role}", "pg_write_all_data"),
        ("GRANT pg_execute_server_program TO {role}", "pg_execute_server_program"),
        ("ALTER TABLE ledger.commits OWNER TO {role}", "ledger.commits"),
        ("ALTER SCHEMA ledger OWNER TO {role}", "SCHEMA ledger"),
        ("ALTER FUNCTION ledger.refuse_change() OWNER TO {role}", "refuse_change()"),
        ("GRANT UPDATE ON ledger.commits TO {role}", "UPDATE: ledger.commits"),
        ("GRANT UPDATE (note) ON ledger.checkpoints TO {role}", "UPDATE: ledger.checkpoints"),
        ("GRANT DELETE ON ledger.commands TO PUBLIC", "DELETE: ledger.commands"),
        ("GRANT TRUNCATE, TRIGGER ON ledger.events TO {role}", "TRIGGER: ledger.events"),
        ("GRANT REFERENCES ON ledger.events TO {role}", "REFERENCES: ledger.events"),
        ("GRANT CREATE ON SCHEMA ledger TO {role}", "SCHEMA ledger"),
        (DEFINER, "projections.help"),
        (TRIGGERED, "public.hidden"),
        (ON_DDL, "public.hidden"),
        ("GRANT SET ON PARAMETER session_replication_role TO {role}", "session_replication_role"),
    ],
)  # fmt: skip
def test_whatever_would_let_it_rewrite_the_past_is_named(
    dsn: str, service: str, statement: str, what: str
) -> None:
    """With its remedy; and a service that could do it does not start."""
    role = role_of(service)
    with passing_role(dsn, "other") as other:
        run(dsn, statement, role=role, owner=role_of(dsn), other=role_of(other))
        try:
            found = rights(dsn, role, SERVING).faults
            with pytest.raises(DomainError, match=STRONG):
                require_safe(service)
        finally:
            run(dsn, "ALTER ROLE {role} NOSUPERUSER; REASSIGN OWNED BY {role} TO {owner};"
                     "REVOKE SET ON PARAMETER session_replication_role FROM {role}",
                role=role, owner=role_of(dsn))  # fmt: skip
    assert any(what in fault.what and fault.remedy for fault in found), found
    assert {fault.code for fault in found} == {STRONG}


def test_a_right_to_create_in_the_database_or_to_own_it_is_named(dsn: str, service: str) -> None:
    """Schemas, extensions, publications; and who owns a database can drop it."""
    role, name = role_of(service), str(conninfo_to_dict(dsn)["dbname"])
    for statement in ("GRANT CREATE ON DATABASE {database} TO {role}",
                      "ALTER DATABASE {database} OWNER TO {role}"):  # fmt: skip
        run(dsn, statement, role=role, database=name)
        assert any(name in fault.what for fault in rights(dsn, role, SERVING).faults), statement
    run(dsn, "ALTER DATABASE {database} OWNER TO {owner}", database=name, owner=role_of(dsn))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger.events DISABLE TRIGGER refuse_change",
        "ALTER TABLE ledger.events ENABLE REPLICA TRIGGER refuse_truncate",
        "DROP TRIGGER refuse_change ON ledger.commits",
        "DROP FUNCTION ledger.refuse_change() CASCADE",
        "CREATE RULE more AS ON INSERT TO ledger.events DO INSTEAD NOTHING",
        "CREATE TABLE projections.more () INHERITS (ledger.events)",
    ],
)
def test_tables_that_nothing_guards_are_not_served(dsn: str, service: str, statement: str) -> None:
    """Whoever may do what."""
    run(dsn, statement)
    with pytest.raises(DomainError, match=BARE):
        require_safe(service)


def test_a_role_that_may_do_too_little_is_named_and_migrating_helps(dsn: str, service: str) -> None:
    """Rather than called a ledger that is missing; what was granted too much is taken back too."""
    role = role_of(service)
    run(dsn, "REVOKE INSERT ON ledger.commits FROM {role}", role=role)
    with pytest.raises(DomainError, match=WEAK):
        require_safe(service)
    run(dsn, "GRANT UPDATE ON ledger.events TO {role}", role=role)
    let_serve(dsn, service, WORKSHOPS)
    require_safe(service)


def test_a_session_that_took_on_another_role_is_judged_by_what_it_can_go_back_to(
    dsn: str, service: str
) -> None:
    """SET ROLE hides nothing."""
    masked = make_conninfo(dsn, options=f"-c role={role_of(service)}")
    with pytest.raises(DomainError, match=STRONG):
        require_safe(masked)


def test_an_empty_database_has_no_ledger(database: str) -> None:
    """Nothing is judged that is not there."""
    with pytest.raises(DomainError, match="ledger-missing"):
        require_safe(database)


def test_the_reading_role_may_read_leaves_and_nothing_else(dsn: str, service: str) -> None:
    """As the draw process is; a right to add is one too many there."""
    with passing_role(service, "none"), passing_role(dsn, "prover") as reading:
        let_read(dsn, reading)
        found = rights(dsn, role_of(reading), READING)
        assert (found.may, found.faults) == ({"events": ("SELECT",)}, ())
        run(dsn, "GRANT INSERT ON ledger.commits TO {role}", role=role_of(reading))
        (fault,) = rights(dsn, role_of(reading), READING).faults
        assert (fault.code, fault.what) == (STRONG, "INSERT: ledger.commits")


def test_a_role_that_is_not_there_is_a_fault(dsn: str) -> None:
    """Migrating makes it."""
    (fault,) = rights(dsn, f"none_{new_id()}", READING).faults
    assert (fault.code, fault.remedy) == ("database-role-missing", "mingqian migrate")


def test_the_owner_may_do_everything(dsn: str) -> None:
    """It makes the tables; nothing runs as it for long."""
    found = rights(dsn, role_of(dsn), None)
    assert found.faults == ()
    assert {table: "UPDATE" in may for table, may in found.may.items()} == dict.fromkeys(
        schema.NAMES, True
    )


def test_tables_that_an_earlier_version_made_are_built_anew(dsn: str, ledger: Ledger) -> None:
    """They belonged to the owner; the role that serves makes its own."""
    accounts.migrate(dsn)
    projections.migrate(dsn)
    with passing_role(dsn, "service") as serving:
        let_serve(dsn, serving, WORKSHOPS)
        projections.migrate(serving)
        require_safe(serving)
        with Projector(serving, ledger) as projector:
            assert projector.catch_up() == 1
