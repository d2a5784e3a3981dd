"""Faults under load: no acknowledged command lost, none recorded twice, and an audit that finds nothing.

Two services serve one database throughout, and eight clients give commands to both. At a random moment one
of the services, the whole of PostgreSQL, or one of its processes is killed (SIGKILL); or the line to the
database breaks between a commit and its acknowledgement, or before the commit; or the disk is full. Then
everything is started again, who has no answer sends the same command again, and the whole ledger, which is a
fresh one every few faults, is held against the answers and audited: as an export each time, and with all
projections at its end.

`FAULTS_SEED` and `FAULTS_KILLS` choose other moments and another number.
"""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from ledger.embedded import embedded_server, stop_server
from mingqian.bench._badline import BadLine
from mingqian.bench._faults import SERVICES, Clients, Lost, Stage, stage
from mingqian.bench._measuring import bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILLS = 200
PER_LEDGER = 20  # faults on one ledger before a fresh one
CUTS = 20  # acknowledgements lost, and as many commits
FULL_DISKS = 5
MOST_ANSWERS = 60  # a moment is so many answers after the start,
MOST_SECONDS = 0.02  # and so long after that
WHOLE_SECONDS = 900.0  # no further fault after that
DISK = "32m"
FAULTS = ("service", "service", "server", "backend")

Fault = tuple[str, "Callable[[Stage, Clients], None]"]


def kill(name: str, random: Random) -> Fault:
    """Kill one of the services, all of PostgreSQL, or one of its processes."""

    def happen(on: Stage, _: Clients) -> None:
        if name == "service":
            on.kill_service(random.randrange(SERVICES))
        elif name == "server":
            on.kill_server()
        else:
            on.kill_backend(random)

    return name, happen


def cut(line: BadLine, name: str) -> Fault:
    """Lose the next "answer" to a commit, or the next "request" for one."""

    def happen(*_: object) -> None:
        setattr(line, f"lose_{name}s", 1)
        while line.lose_answers or line.lose_requests:
            Event().wait(0.001)

    return name, happen


def full_disk(disk: Path) -> Fault:
    """Leave no room on the disk of the tables until somebody was refused, and make room again."""

    def happen(_: Stage, clients: Clients) -> None:
        filler = disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        clients.wait_for_refusal()
        filler.unlink()

    return "full disk", happen


class Tally:
    """What was done and found: faults by kind, commands, and promises that were not kept."""

    def __init__(self, random: Random) -> None:
        self.faults: dict[str, int] = {}
        self.lost: list[str] = []
        self.commands = 0
        self.repeated = 0
        self.audits = 0
        self._random = random
        self._start = perf_counter()

    @property
    def late(self) -> bool:
        """Whether it has gone on for long enough."""
        return perf_counter() - self._start > WHOLE_SECONDS

    def suffer(self, on: Stage, faults: list[Fault]) -> None:
        """Let these happen to one ledger, one after another, under load; end at the first broken promise."""
        clients = Clients(on, self._random)
        for number in range(SERVICES):
            on.start(number)
        try:
            for name, happen in faults:
                self._suffer(on, clients, happen)
                self.faults[name] = self.faults.get(name, 0) + 1
            on.verify(clients, projected=True)
            self.audits += 1
        except Lost as lost:
            self.lost.append(str(lost))
        self.commands += len(clients.answers)
        self.repeated += clients.repeated
        print(f"{self.faults} {self.lost or 'nothing lost'}", flush=True)

    def _suffer(
        self, on: Stage, clients: Clients, happen: Callable[[Stage, Clients], None]
    ) -> None:
        clients.begin()
        clients.wait_for(self._random.randrange(MOST_ANSWERS))
        Event().wait(self._random.random() * MOST_SECONDS)
        happen(on, clients)
        clients.end()
        on.verify(clients)
        self.audits += 1


def kills(server: Path, tally: Tally, random: Random, number: int) -> None:
    """Kill so many times, on a fresh ledger every few."""
    for first in range(0, number, PER_LEDGER):
        if tally.late:
            return
        names = [random.choice(FAULTS) for _ in range(min(PER_LEDGER, number - first))]
        with stage(server) as on:
            tally.suffer(on, [kill(name, random) for name in names])


def cuts(server: Path, tally: Tally, number: int) -> None:
    """Break the line so many times after a commit was sent and before it is acknowledged, and as often before it."""
    with stage(server) as on, BadLine(on.dsn) as line:
        on.line = line.dsn
        tally.suffer(on, [cut(line, "answer"), cut(line, "request")] * number)


def full_disks(server: Path, tally: Tally, number: int) -> bool:
    """Fill the disk of the ledger's tables so many times; give whether this machine lets us mount one."""
    with _small_disk(server) as disk:
        if disk is None:
            return False
        name = f"faults_{uuid4().hex}"
        create = SQL("CREATE TABLESPACE {} LOCATION {}").format(
            Identifier(name), Literal(str(disk))
        )
        dsn = embedded_server(server)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(create)
            with stage(server, tablespace=name) as on:
                tally.suffer(on, [full_disk(disk)] * number)
            connection.execute(SQL("DROP TABLESPACE {}").format(Identifier(name)))
    return True


@contextmanager
def _small_disk(server: Path) -> Iterator[Path | None]:
    """Mount a small file system in memory that the database's own user may write to; only root can."""
    with TemporaryDirectory(prefix="mq-") as name:
        owner = server.stat()
        options = f"size={DISK},mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
        mount = ["mount", "-t", "tmpfs", "-o", options, "faults", name]
        if os.geteuid() or subprocess.run(mount, check=False).returncode:  # noqa: S603
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=False)  # noqa: S603, S607


def main() -> dict[str, Any]:
    """Let everything happen, print one JSON object and give it."""
    seed = os.environ.get("FAULTS_SEED") or str(SystemRandom().randrange(2**32))
    wanted = int(os.environ.get("FAULTS_KILLS") or KILLS)
    print(f"FAULTS_SEED={seed}", flush=True)
    random = Random(seed)  # noqa: S311 - moments, not secrets
    tally = Tally(random)
    with TemporaryDirectory(prefix="mq-") as folder:
        Path(folder).chmod(0o755)
        server = Path(folder) / "postgres"
        start = perf_counter()
        cuts(server, tally, CUTS)
        tried = full_disks(server, tally, FULL_DISKS)
        kills(server, tally, random, wanted)
        seconds = round(perf_counter() - start, 1)
        stop_server(server)
    killed = sum(tally.faults.get(name, 0) for name in set(FAULTS))
    result = {
        "bench": "faults",
        "seed": seed,
        "seconds": seconds,
        "faults": tally.faults,
        "full_disk_tried": tried,
        "commands_acknowledged": tally.commands,
        "answered_by_command_id": tally.repeated,
        "audits": tally.audits,
        "lost": tally.lost,
        "bars": [
            bar("kill -9 at random moments", killed, wanted),
            bar("acknowledgements lost on the line", tally.faults.get("answer", 0), CUTS),
            bar("full disks", tally.faults.get("full disk", 0), FULL_DISKS if tried else 0),
            bar("promises broken", len(tally.lost), 0, at_most=True),
        ],
    }
    print(json.dumps(result, ensure_ascii=False))
    return result


if __name__ == "__main__":
    main()
