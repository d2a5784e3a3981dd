"""The whole service on a free port, and people who log in to it: what tests of the API and journeys stand on."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
import uvicorn
from argon2 import PasswordHasher
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from api.app import create_app
from api.parts import Parts, open_parts
from api.server import configuration
from api.settings import Settings
from api.tokens import Claim
from domain.acts import act_of
from domain.organisation import Staff
from domain.review_log import OpenReview
from ledger import accounts
from ledger.store import SYSTEM
from tests.roles import passing_role
from tests.story import Story, looked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.facts import Actor, Command, Fact

PASSWORD = "示例的长密码-2024"  # noqa: S105 - of people that do not exist


@cache
def password_hash() -> str:
    """One hash for everybody, since making one takes its time on purpose."""
    return PasswordHasher().hash(PASSWORD.encode())


@dataclass(kw_only=True)
class Service:
    """A running service: `http` speaks to it as nobody in particular, `as_(who)` as somebody; `owner` is that of its database."""

    parts: Parts
    owner: str
    http: httpx.Client
    clock: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str) -> dict[str, str]:
        """The headers of a person, who gets a password and a token on first use."""
        if who not in self._tokens:
            with psycopg.connect(self.parts.dsn) as connection:
                connection.execute(accounts._SET, [who, password_hash(), False])
            account = self.parts.accounts.get(who)
            assert account is not None
            self._tokens[who] = self.parts.tokens.give(Claim(staff=who, serial=account.serial))
        position = str(self.parts.ledger.size())
        return {"Authorization": f"Bearer {self._tokens[who]}", "Ledger-Position": position}

    def act(self, who: str, command: Command, **headers: str) -> httpx.Response:
        """Let somebody give a command."""
        command = looked(command, self.parts.writer.history())
        return self.http.post(
            f"/acts/{act_of(command).name}",
            json=asdict(command),  # type: ignore[call-overload]
            headers={**self.as_(who), **headers},
        )

    def get(self, path: str, who: str | None = None, **query: Any) -> httpx.Response:  # noqa: ANN401 - any query
        """Read, as somebody or as nobody."""
        position = {"Ledger-Position": str(self.parts.ledger.size())}
        return self.http.get(path, params=query, headers=self.as_(who) if who else position)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """DSN of a database of one's own, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield make_conninfo(server, dbname=name)
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def serving(dsn: str, home: Path, **settings: Any) -> Iterator[Service]:  # noqa: ANN401 - any setting
    """Start the service on a database, as a role that serves, with a clock that a test moves; stop it at the end."""
    clock = home / "clock"
    clock.write_text("2024-01-05T01:00:00.000Z", encoding="utf-8")
    chosen: dict[str, Any] = {
        "mode": "development",
        "home": home,
        "owner_database_url": dsn,
        "clock_file": clock,
        "checkpoint_seconds": 3600,  # a test publishes when it wants one
        **settings,
    }
    # The protocol is named, so that small answers are sent at once (TCP_NODELAY).
    with (
        passing_role(dsn, "service") as role,
        open_parts(told := Settings(**{"database_url": role, **chosen})) as parts,
        socket.socket(proto=socket.IPPROTO_TCP) as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(configuration(create_app(parts), told))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            # Connections wait in the socket's queue until the service has started.
            with httpx.Client(base_url=url, timeout=60) as http:
                assert http.get("/healthz").json() == {"status": "ok"}
                yield Service(parts=parts, owner=dsn, http=http, clock=clock)
        finally:
            server.should_exit = True
            thread.join()


class HttpStory(Story):
    """A story told over HTTP: who acts is logged in, and the ledger is the real one."""

    def __init__(self, service: Service, now: str) -> None:
        super().__init__(now=now)
        self.service = service

    def record(self, fact: Fact, actor: Actor) -> None:
        """The opening is there already: the service wrote it."""

    def cover(self, draw_id: str) -> None:
        """The service does this by itself, as soon as a draw is committed."""

    def act(self, who: str, role: str, *commands: Command) -> tuple[object, ...]:  # noqa: ARG002 - the service finds it
        """Let somebody act at the story's time, and answer the events."""
        service = self.service
        service.clock.write_text(self.now, encoding="utf-8")
        first = service.parts.ledger.size()
        for command in commands:
            administered = service.parts.writer.history().get(Staff, "admin") is not None
            if who == SYSTEM.id and not administered:
                service.parts.writer.execute([command], actor=SYSTEM, command_id=str(uuid4()))
            elif isinstance(command, OpenReview):  # recorded by the reading itself
                answer = service.get(f"/inspections/{command.inspection}", who)
                assert answer.status_code == 200, answer.text
            else:
                answer = service.act("admin" if who == SYSTEM.id else who, command)
                assert answer.status_code == 200, answer.text
        self.history = service.parts.writer.history()
        return tuple(entry.recorded().event for entry in service.parts.ledger.read(first))
