"""Whoever changes the database is found out, and the row is named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from audit.live import Live
from audit.verify import verify
from domain.errors import DomainError
from ledger.sealing import MasterKey
from ledger.snapshot import snapshot
from ledger.subject_keys import SubjectKeys
from projections import schema as projections_schema
from tests.tamper import tamper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

    Check = Callable[[], Report]


BLIND = """
CREATE OR REPLACE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON ledger.commits FOR EACH ROW
WHEN (false) EXECUTE FUNCTION ledger.refuse_change()"""
IDLE = """
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN RETURN new; END'"""
QUIET = "suppress_redundant_updates_trigger()"  # one that PostgreSQL brings along


def test_one_changed_byte_of_an_event_is_named(live: str, check_live: Check) -> None:
    """The stored hash no longer fits, and the commit's link neither."""
    flip = (
        "UPDATE ledger.events SET state = set_byte(state, 30, get_byte(state, 30) # 1)"
        " WHERE leaf = 60"
    )
    tamper(live, flip)
    report = check_live()
    first = report.failures[0]
    assert (first.leaf, first.code) == (60, "leaf-hash-differs")
    assert any(each.code == "commit-link-differs" for each in report.failures)


def test_a_deleted_event_is_named_and_the_rest_stays_in_its_place(
    live: str, check_live: Check
) -> None:
    """One missing leaf breaks its own commit, its stream and the heads over it, and nothing else."""
    tamper(live, "DELETE FROM ledger.events WHERE leaf = 60")
    report = check_live()
    assert (report.failures[0].leaf, report.failures[0].code) == (60, "leaf-missing")
    links = [each for each in report.failures if each.code == "commit-link-differs"]
    assert len(links) == 1


def test_two_swapped_events_are_named(live: str, check_live: Check) -> None:
    """Rows that change places keep their hashes, so the links tell."""
    tamper(
        live,
        "UPDATE ledger.events SET leaf = -1 WHERE leaf = 60",
        "UPDATE ledger.events SET leaf = 60 WHERE leaf = 61",
        "UPDATE ledger.events SET leaf = 61 WHERE leaf = -1",
    )
    report = check_live()
    assert report.failures[0].leaf == 60


def test_columns_that_differ_from_the_bytes_are_named(live: str, check_live: Check) -> None:
    """The columns only find an event; they must say what it says."""
    tamper(live, "UPDATE ledger.events SET stream = 'entity/示例' WHERE leaf = 60")
    (failure,) = check_live().failures
    assert (failure.leaf, failure.code) == (60, "row-differs")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM ledger.commits WHERE first_leaf = 60", "commits-not-partition"),
        (
            "UPDATE ledger.commits SET sig = sha512(sig) WHERE first_leaf = 60",
            "commit-signature-invalid",
        ),
        (
            "UPDATE ledger.commits SET key = sha256(key) WHERE first_leaf = 60",
            "commit-key-differs",
        ),
        ("UPDATE ledger.commands SET count = 9 WHERE first_leaf = 60", "command-differs"),
        ("DELETE FROM ledger.commands WHERE first_leaf = 60", "command-differs"),
    ],
)
def test_commits_and_commands_are_named(
    live: str, check_live: Check, statement: str, code: str
) -> None:
    """By their first leaf."""
    tamper(live, statement)
    failure = check_live().failures[0]
    assert (failure.leaf, failure.code) == (60, code)


def test_a_changed_checkpoint_is_named(live: str, check_live: Check) -> None:
    """A note under another size, and one cut short."""
    tamper(
        live,
        "UPDATE ledger.checkpoints SET note = (SELECT note FROM ledger.checkpoints"
        " ORDER BY size DESC LIMIT 1) WHERE size = 1",
    )
    (failure,) = check_live().failures
    assert failure.code == "checkpoint-size-differs"
    assert failure.where == "ledger.checkpoints, size 1"


def test_a_changed_surplus_or_missing_projected_row_is_named(live: str, check_live: Check) -> None:
    """The tables that pages read are compared row by row with a second projection."""
    tamper(
        live,
        "UPDATE projections.entities_v3 SET name = '示例改名' WHERE id = 'school:1300000001'",
        "DELETE FROM projections.departments_v1 WHERE id = 'market'",
    )
    found = {(each.code, each.where.partition(" ")[0]) for each in check_live().failures}
    assert found == {
        ("projection-differs", "projections.entities_v3"),
        ("projection-differs", "projections.departments_v1"),
    }


def test_an_edited_proof_is_named(live: str, check_live: Check) -> None:
    """What the public reads of a draw follows from the ledger and nothing else."""
    tamper(
        live,
        "UPDATE projections.proofs_v2"
        " SET bundle = replace(bundle, 'school:1300000001', 'school:1300000002')"
        " WHERE draw LIKE '%entities.2'",
    )
    (failure,) = check_live().failures
    assert failure.code == "projection-differs"
    assert "联2024026.entities.2" in failure.where


def test_a_leaf_with_two_rows_is_named(live: str, check_live: Check) -> None:
    """Somebody took the constraint away first."""
    tamper(
        live,
        "ALTER TABLE ledger.events DROP CONSTRAINT events_leaf_key",
        "INSERT INTO ledger.events SELECT leaf, 99, stream, type, leaf_hash, state"
        " FROM ledger.events WHERE leaf = 60",
    )
    failure = check_live().failures[0]
    assert (failure.leaf, failure.code) == (60, "row-differs")


def test_an_auditor_who_may_only_read_verifies_everything(live: str) -> None:
    """The projections too: they are built a second time in tables that end with the session."""
    role = f"auditor_{uuid4().hex}"
    tamper(
        live,
        f"CREATE ROLE {role} LOGIN",
        f"GRANT USAGE ON SCHEMA ledger, projections TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA ledger, projections TO {role}",
    )
    dsn = make_conninfo(live, options=f"-c role={role}")
    try:
        with snapshot(dsn) as view:
            report = verify(Live(dsn, view))
    finally:
        tamper(live, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert report.ok
    assert not any("投影" in each for each in report.not_checked)


def test_projections_that_are_gone_are_a_failure(live: str, check_live: Check) -> None:
    """Not an exception."""
    tamper(live, "DROP SCHEMA projections CASCADE")
    (failure,) = check_live().failures
    assert failure.code == "projection-differs"


def test_a_deleted_key_of_a_person_is_named(
    told: Told, subject_keys: Path, check_live: Check
) -> None:
    """With the first leaf where something of that person is sealed; all else stays whole."""
    assert check_live().ok
    SubjectKeys(subject_keys, MasterKey(told.keys.master)).erase(["staff/witness1"])
    (failure,) = check_live().failures
    assert (failure.code, failure.where) == ("subject-key-missing", str(subject_keys))
    assert "staff/witness1" in failure.reason
    assert failure.leaf is not None


def test_a_store_of_keys_that_is_not_there_is_said_not_to_be_checked(
    subject_keys: Path, check_live: Check
) -> None:
    """An auditor need not have it; nor is what is no such store an exception."""
    subject_keys.write_bytes(b"nothing of the kind")
    broken = check_live()
    subject_keys.unlink()
    missing = check_live()
    assert broken.ok
    assert missing.ok
    for report in (broken, missing):
        assert any("密钥库" in each for each in report.not_checked)
    assert not subject_keys.exists()


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("CREATE TABLE ledger.copies (state bytea)", "ledger.copies"),
        ("CREATE VIEW ledger.peek AS SELECT state FROM ledger.events", "ledger.peek"),
        ("CREATE TABLE ledger.subject_keys (subject text)", "ledger.subject_keys"),
        (
            f"CREATE TRIGGER quiet BEFORE UPDATE ON ledger.events EXECUTE FUNCTION {QUIET}",
            "ledger.events",
        ),
        (
            "CREATE RULE quiet AS ON DELETE TO ledger.checkpoints DO INSTEAD NOTHING",
            "ledger.checkpoints",
        ),
        ("CREATE POLICY quiet ON ledger.commands USING (false)", "ledger.commands"),
        ("DROP TRIGGER refuse_change ON ledger.events", "ledger.events"),
        ("ALTER TABLE ledger.commits DISABLE TRIGGER refuse_truncate", "ledger.commits"),
        ("ALTER TABLE ledger.events ENABLE TRIGGER refuse_change", "ledger.events"),
        (BLIND, "ledger.commits"),
        (IDLE, "ledger.refuse_change"),
        ("ALTER FUNCTION ledger.refuse_change() SECURITY DEFINER", "ledger.refuse_change"),
        ("CREATE FUNCTION ledger.more() RETURNS int LANGUAGE sql AS 'SELECT 1'", "ledger.more"),
    ],
)
def test_what_the_program_did_not_make_is_named(
    live: str, check_live: Check, statement: str, where: str
) -> None:
    """Tables and whatever acts on them unseen."""
    with psycopg.connect(live) as connection:
        connection.execute(statement)
    (failure,) = check_live().failures
    assert (failure.code, failure.where) == ("schema-differs", where)


def test_what_a_live_verification_does_not_cover_is_said(live: str, check_live: Check) -> None:
    """Always: passwords, digests and keys; and how many leaves the tables do not tell yet."""
    covered = check_live().not_checked
    assert any("口令散列" in each and "command digests" in each for each in covered)
    assert not any("落后" in each for each in covered)
    tamper(live, "DROP SCHEMA projections CASCADE")
    projections_schema.migrate(live)
    report = check_live()
    assert report.ok
    assert any(f"落后账本 {report.events} 叶" in each for each in report.not_checked)


@pytest.mark.parametrize("table", ["commits", "commands", "checkpoints"])
def test_a_dropped_table_is_named_and_nothing_is_called_whole(live: str, table: str) -> None:
    """The audit cannot run, and says which table is gone."""
    tamper(live, f"DROP TABLE ledger.{table}")
    with pytest.raises(DomainError, match=rf"ledger-missing: .*ledger\.{table}"), snapshot(live):
        pass


def test_a_database_without_a_ledger_is_refused(database: str) -> None:
    """Nothing was verified, and that is said."""
    with pytest.raises(DomainError, match="ledger-missing"), snapshot(database):
        pass


def test_a_snapshot_does_not_see_what_is_written_meanwhile(live: str) -> None:
    """All tables are read as of one moment."""
    with snapshot(live) as view:
        tamper(live, "DELETE FROM ledger.commits", "DROP SCHEMA projections CASCADE")
        report = verify(Live(live, view))
    assert {each.code for each in report.failures} == {"projection-differs"}
