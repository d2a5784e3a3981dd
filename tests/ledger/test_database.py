"""The DSN: the password comes from a file, and no refusal repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from eventsourcing import persistence
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout

from domain.errors import DomainError
from ledger.database import complete_dsn, is_away

if TYPE_CHECKING:
    from pathlib import Path

URL = "postgresql://mingqian@database:5432/mingqian"


def test_the_password_of_a_file_completes_the_address(tmp_path: Path) -> None:
    """Spaces, quotes and backslashes reach the server as they stand; the line end does not."""
    file = tmp_path / "password"
    file.write_text("a 'b' \\c 密\n", "utf-8")
    completed = conninfo_to_dict(complete_dsn(URL, file))
    assert completed == conninfo_to_dict(URL) | {"password": "a 'b' \\c 密"}


def test_an_address_without_a_password_file_stays_as_it_is() -> None:
    """Trust, peer or certificates need no password."""
    assert conninfo_to_dict(complete_dsn(URL, None)) == conninfo_to_dict(URL)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"one\ntwo\n", b"one\r\n", b"\xff\n"])
def test_a_file_that_is_no_single_line_is_refused_by_name(
    tmp_path: Path, content: bytes | None
) -> None:
    """Missing, empty, two lines, a Windows line end, not UTF-8."""
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DomainError, match="database-password-unreadable") as refused:
        complete_dsn(URL, file)
    assert str(file) in refused.value.detail
    assert "one" not in refused.value.detail.replace("of one line", "")


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    """It may hold a password that somebody wrote into it after all."""
    with pytest.raises(DomainError, match="database-url-invalid") as refused:
        complete_dsn("mingqian:hunter2@database/mingqian", None)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("state", "away"),
    [
        ("08006", True),
        ("57P01", True),
        ("53300", True),
        ("54000", False),
        ("40P01", False),
        ("22021", False),
    ],
)
def test_only_some_states_mean_that_the_database_is_away(state: str, away: bool) -> None:  # noqa: FBT001
    """The class of the SQLSTATE tells, also behind an error that this one caused."""
    error = psycopg.errors.lookup(state)("示例")
    assert is_away(error) is away
    outer = persistence.OperationalError("示例")
    outer.__cause__ = error
    assert is_away(outer) is away


def test_a_connection_that_never_was_means_that_the_database_is_away() -> None:
    """No server, and a pool that has none to give in time: neither has a SQLSTATE."""
    with pytest.raises(psycopg.OperationalError) as raised:
        psycopg.connect("host=127.0.0.1 port=1 connect_timeout=5")
    assert is_away(raised.value)
    assert is_away(PoolTimeout())
    assert is_away(psycopg.InterfaceError("the connection is closed"))
    assert not is_away(RuntimeError("示例"))
    assert not is_away(psycopg.errors.PipelineAborted())
