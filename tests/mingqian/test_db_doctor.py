"""What an administrator of the database types to see who may do what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest
from typer.testing import CliRunner

from api.parts import make_tables
from api.settings import read_settings
from ledger.roles import role_of
from mingqian import cli
from tests.roles import passing_role

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def roles(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """The DSNs of a serving and a reading role, made as `migrate` makes them, and named in the environment."""
    with passing_role(database, "service") as service, passing_role(database, "prover") as prover:
        for name, dsn in (("", service), ("PROVER_", prover), ("OWNER_", database)):
            monkeypatch.setenv(f"MINGQIAN_{name}DATABASE_URL", dsn)
        monkeypatch.setenv("COLUMNS", "250")
        make_tables(read_settings())
        yield service, prover


def doctor(*options: str) -> tuple[int, str]:
    """Its exit code and what it prints."""
    result = CliRunner().invoke(cli.app, ["db", "doctor", *options])
    return result.exit_code, result.output


def test_roles_as_they_should_be_are_listed_and_pass(roles: tuple[str, str], database: str) -> None:
    """Each with its privileges; the owner may do everything, which is said and no fault."""
    service, prover = map(role_of, roles)
    code, told = doctor("--json")
    answer = json.loads(told)
    assert (code, answer["ok"], answer["unguarded"]) == (0, True, [])
    assert answer["roles"]["service"]["role"] == service
    assert answer["roles"]["service"]["may"]["events"] == ["SELECT", "INSERT"]
    assert answer["roles"]["prover"]["may"] == {"events": ["SELECT"]}
    assert "DELETE" in answer["roles"]["owner"]["may"]["events"]
    code, told = doctor()
    assert code == 0
    assert all(one in told for one in (service, prover, role_of(database), "events"))


def test_every_danger_is_listed_with_its_remedy_and_ends_with_1(
    roles: tuple[str, str], database: str
) -> None:
    """Of each role, and of the tables themselves."""
    service, prover = map(role_of, roles)
    with psycopg.connect(database) as connection:
        connection.execute(f'GRANT DELETE ON ledger.commits TO "{service}"')
        connection.execute(f'GRANT INSERT ON ledger.events TO "{prover}"')
        connection.execute("DROP TRIGGER refuse_change ON ledger.commands")
    code, told = doctor()
    assert code == 1
    assert f'REVOKE DELETE ON ledger.commits FROM "{service}"' in told
    assert f'REVOKE INSERT ON ledger.events FROM "{prover}"' in told
    code, told = doctor("--json")
    answer = json.loads(told)
    assert (code, answer["ok"]) == (1, False)
    (bare,) = answer["unguarded"]
    assert bare["code"] == "database-unguarded"
    assert "ledger.commands" in bare["what"]
