"""A PostgreSQL server apart from the program, as in production: over TCP, with a password, as a user of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import psycopg
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c port="


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it listens, and the password of its one user `mingqian`, who owns the database of that name."""

    port: int
    password: str


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def programs() -> Path | None:
    """The folder of Debian's newest server, or None where there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((one.parent for one in found), key=lambda one: int(one.parent.name), default=None)


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _identity() -> _Identity:
    """PostgreSQL does not run as root: then it runs as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """Make a server with scram passwords and an empty database; stop it and remove it in the end."""
    directory, identity = Path(tempfile.mkdtemp(prefix="mingqian-server-")), _identity()
    server = Server(port=free_port(), password=secrets.token_urlsafe(16))
    data, password = directory / "data", directory / "password"

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), *arguments]
        subprocess.run(command, check=True, cwd=directory, stdout=subprocess.DEVNULL, **identity)

    try:
        password.write_text(server.password, "utf-8")
        if identity:
            os.chown(directory, identity["user"], identity["group"])
            os.chown(password, identity["user"], identity["group"])
        run("initdb", "--no-sync", "--auth=scram-sha-256", "--username=mingqian", "--encoding=UTF8",
            "--locale=C", f"--pwfile={password}", f"--pgdata={data}")  # fmt: skip
        options, log = f"--options={OPTIONS}{server.port}", f"--log={directory / 'log'}"
        run("pg_ctl", "start", "--wait", "--silent", f"--pgdata={data}", options, log)
        try:
            make_database(server)
            yield server
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", f"--pgdata={data}")
    finally:
        shutil.rmtree(directory)


def make_database(server: Server) -> None:
    """Make an empty database, in the place of the one that may be there."""
    dsn = make_conninfo(
        host="127.0.0.1",
        port=server.port,
        user="mingqian",
        password=server.password,
        dbname="postgres",
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS mingqian WITH (FORCE)")
        connection.execute("CREATE DATABASE mingqian")
