"""The DSN: the password comes from a file, and no refusal repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict

from domain.errors import DomainError
from ledger.database import complete_dsn

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
