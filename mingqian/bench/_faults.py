"""What the bench of faults is made of: a server to kill, two services to kill, clients that remember every answer.

The clients give one command after another, each under an id of its own, to whichever service they happen
to ask; whoever got no answer sends the same command again until there is one. So in the end every command
must be on the ledger exactly once, and where its receipt says.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import psutil
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from ledger import keys, schema
from ledger.clock import SystemClock
from ledger.embedded import embedded_server, stop_server
from ledger.export import export
from ledger.note import VerifierKey
from ledger.snapshot import snapshot
from ledger.store import Ledger
from ledger.vrf import keypair
from mingqian.bench._fault_service import Answer, ask, reach, serve
from projections import schema as projections_schema
from projections.runner import Projector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from random import Random

    from audit.report import Report

CLIENTS = 8
SERVICES = 2
PATIENCE = 120.0  # seconds until every client must have an answer again
AGAIN = {"ledger-unavailable"}  # whoever is told this sends the same command again
NOW = "2024-03-01T01:00:00.000Z"
SELECT_COMMANDS = """
SELECT command_id, one.first_leaf, one.count, stream FROM ledger.commands AS one
JOIN ledger.events ON leaf = one.first_leaf"""


class Lost(Exception):  # noqa: N818 - what the bench is there to find, not a fault of its own
    """A promise that was not kept."""


@dataclass(kw_only=True)
class Stage:
    """A fresh ledger in a database of its own, and the services on it."""

    server: Path
    dsn: str
    home: Path
    line: str  # by which the services reach the database
    services: list[ForkServerProcess] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        """Where the keys of the services are."""
        return self.home / "keys"

    def address(self, number: int) -> str:
        """Where a service listens."""
        return str(self.home / f"service{number}")

    def start(self, number: int) -> None:
        """Start a service, in the place of the one that was killed if there was one."""
        context = get_context("forkserver")
        context.set_forkserver_preload([serve.__module__])
        Path(self.address(number)).unlink(missing_ok=True)
        process = context.Process(
            target=serve, args=(self.line, self.keys, self.address(number)), daemon=True
        )
        process.start()
        self.services[number : number + 1] = [process]

    def kill_service(self, number: int) -> None:
        """Kill a service and start another."""
        self.services[number].kill()
        self.services[number].join()
        self.start(number)

    def kill_server(self) -> None:
        """Kill all of PostgreSQL at once, and start it again."""
        main = psutil.Process(int((self.server / "postmaster.pid").read_text().split()[0]))
        whole = [main, *main.children(recursive=True)]
        for process in whole:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(whole)
        stop_server(self.server)
        embedded_server(self.server)

    def kill_backend(self, random: Random) -> None:
        """Kill one process of PostgreSQL that serves us: it then throws all others out and recovers by itself."""
        with psycopg.connect(self.dsn) as connection:
            pids = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() ORDER BY pid"
            ).fetchall()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(random.choice(pids)[0], signal.SIGKILL)

    def verify(self, clients: Clients, *, projected: bool = False) -> int:
        """Hold what was acknowledged against the ledger, audit all of it, and give its size.

        `projected` audits the live tables with all projections, otherwise an export. Raises Lost.
        """
        with Ledger(self.dsn, keys.load(self.keys)) as ledger:
            rows = ledger.recorder.select(SELECT_COMMANDS, [])
            found = {id_: (leaf, events, stream) for id_, leaf, events, stream in rows}
            told = {id_: (one.leaf, 1, one.stream) for id_, one in clients.answers.items()}
            if found != told:
                differing = sorted(found.items() ^ told.items())
                raise Lost(f"acknowledged and recorded differ: {differing[:4]}")
            if ledger.size() != 1 + len(told):
                raise Lost(f"{len(told)} commands, {ledger.size() - 1} events")
            report = self._live(ledger) if projected else self._exported(ledger)
        if not report.ok:
            raise Lost(f"audit: {report.failures[0]}")
        return report.events

    def _exported(self, ledger: Ledger) -> Report:
        with TemporaryDirectory(dir=self.home) as folder:
            target = Path(folder) / "export"
            export(ledger, target, bundles={}, exported_by="bench", now=NOW)
            return verify(Export(target), vkey=VerifierKey.parse(ledger.genesis.vkey))

    def _live(self, ledger: Ledger) -> Report:
        ledger.publish_checkpoint()
        projections_schema.migrate(self.dsn)
        with Projector(self.dsn, ledger) as projector:
            projector.catch_up()
        with snapshot(self.dsn) as seen:
            return verify(Live(self.dsn, seen), vkey=VerifierKey.parse(ledger.genesis.vkey))


class Clients:
    """So many threads with one command each at a time; `answers` are what they were told, by command id."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self.answers: dict[str, Answer] = {}
        self.repeated = 0
        self.refused = 0
        self.wrong: list[str] = []
        self._stage = stage
        self._random = random
        self._numbers = count()
        self._enough = Event()
        self._told = Condition()
        self._threads: list[Thread] = []

    def begin(self) -> None:
        """Give commands until told to end."""
        self._enough.clear()
        self._threads = [Thread(target=self._run, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Wait until so many more commands were acknowledged; raises Lost when nothing moves any more."""
        wanted = len(self.answers) + more
        with self._told:
            if not self._told.wait_for(lambda: len(self.answers) >= wanted or self.wrong, PATIENCE):
                raise Lost(f"no answer within {PATIENCE} s")

    def wait_for_refusal(self) -> None:
        """Wait until somebody is told to send the same again; raises Lost when nobody is."""
        with self._told:
            before = self.refused
            if not self._told.wait_for(lambda: self.refused > before or self.wrong, PATIENCE):
                raise Lost(f"nobody was refused within {PATIENCE} s")

    def end(self) -> None:
        """Begin no further command, and wait until the last ones are answered; raises Lost."""
        self._enough.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                raise Lost(f"no answer within {PATIENCE} s")
        if self.wrong:
            raise Lost(self.wrong[0])

    def _run(self) -> None:
        connection: Connection | None = None
        while not self._enough.is_set():
            number, command_id = next(self._numbers), str(uuid4())
            answer: Answer | None = None
            while answer is None and not self.wrong:
                try:
                    connection = connection or self._reach()
                    answer = self._judge(ask(connection, number, command_id), number)
                except (EOFError, OSError):
                    connection = None
            self._note(command_id, answer)

    def _reach(self) -> Connection:
        return reach(self._stage.address(self._random.randrange(SERVICES)))

    def _judge(self, answer: Answer | str, number: int) -> Answer | None:
        if isinstance(answer, str):
            with self._told:
                self.refused += 1
                if answer not in AGAIN:
                    self.wrong.append(f"d{number}: {answer}")
                self._told.notify_all()
            return None
        if answer.stream != f"department/d{number}":
            self.wrong.append(f"d{number}: answered with {answer}")
        return answer

    def _note(self, command_id: str, answer: Answer | None) -> None:
        with self._told:
            if answer is not None:
                self.answers[command_id] = answer
                self.repeated += answer.repeated
            self._told.notify_all()


@contextmanager
def stage(server: Path, *, tablespace: str | None = None) -> Iterator[Stage]:
    """Make a ledger on the server in this directory; its services are started by who uses it."""
    dsn, name = embedded_server(server), f"faults_{uuid4().hex}"
    place = SQL("TABLESPACE {}").format(Identifier(tablespace)) if tablespace else SQL("")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} {}").format(Identifier(name), place))
    own = make_conninfo(dsn, dbname=name)
    schema.migrate(own)
    with TemporaryDirectory(prefix="mq-") as home:
        made = Stage(server=server, dsn=own, home=Path(home), line=own)
        _create(made)
        try:
            yield made
        finally:
            for process in made.services:
                process.kill()
                process.join()
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _create(made: Stage) -> None:
    held = keys.generate(made.keys)
    vrf_key = keypair(bytes(32))[1]
    Ledger.create(
        made.dsn,
        held,
        vrf_key,
        origin="bench.example/faults",
        mode="development",
        clock=SystemClock(),
    ).close()
