"""The embedded server: shared, stopped by the last, and not misled by what a crash left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.errors import DomainError
from ledger.embedded import embedded_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short directory that other users can reach; pytest's own cannot be."""
    with TemporaryDirectory(prefix="mq-") as name:
        yield Path(name)


def answers(dsn: str) -> bool:
    """Tell whether a server is there."""
    try:
        with psycopg.connect(dsn) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_a_server_is_shared_and_starts_again_after_a_stop(folder: Path) -> None:
    """Asking twice joins it; stopping it and asking again keeps the data."""
    dsn = embedded_server(folder / "data")
    assert embedded_server(folder / "data") == dsn
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    stop_server(folder / "data")
    assert not answers(dsn)
    again = embedded_server(folder / "data")
    with psycopg.connect(again) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    stop_server(folder / "data")


def test_what_a_crash_left_behind_misleads_nobody(folder: Path) -> None:
    """A process id that now belongs to another program, and a user that was killed."""
    data = folder / "data"
    embedded_server(data)
    stop_server(data)
    stale = [str(os.getpid()), str(data), "0", "5432", str(data), "", "0 0", "ready"]
    (data / "postmaster.pid").write_text("\n".join(stale) + "\n")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (data / ".handle_pids.json").write_text(json.dumps([dead.pid]))
    dsn = embedded_server(data)
    assert answers(dsn)
    stop_server(data)
    assert not answers(dsn)


def test_a_server_that_another_process_uses_is_not_stopped(folder: Path) -> None:
    """The last one to leave stops it."""
    data = folder / "data"
    program = (
        "import sys; from pathlib import Path; from ledger.embedded import embedded_server; "
        "print(embedded_server(Path(sys.argv[1])), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        theirs = other.stdout.readline().decode().strip()
        dsn = embedded_server(data)
        assert dsn == theirs
        stop_server(data)
        assert answers(dsn)
        other.communicate()
    assert not answers(dsn)


def test_a_deep_directory_with_chinese_names_works(folder: Path) -> None:
    """The socket then lives elsewhere: its path must stay below 107 bytes."""
    data = folder / "/".join(["深层目录"] * 10) / "数据"
    dsn = embedded_server(data)
    assert answers(dsn)
    stop_server(data)


def test_a_directory_with_a_space_is_refused(folder: Path) -> None:
    """The package cannot start a server there."""
    with pytest.raises(DomainError, match="data-directory-unusable"):
        embedded_server(folder / "my data")


def test_a_directory_where_nothing_can_run_is_refused(folder: Path) -> None:
    """A broken data directory is named, with its log."""
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("7\n")
    with pytest.raises(DomainError, match="data-directory-unusable"):
        embedded_server(folder / "data")
