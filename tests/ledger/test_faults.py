"""The bench of faults in short: one of each kind, on a server of its own."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger.embedded import stop_server
from mingqian.bench import faults
from mingqian.bench._badline import BadLine
from mingqian.bench._faults import Clients, Lost, stage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def own_server() -> Iterator[Path]:
    """Give the directory of a server that may be killed; other users can reach it."""
    with TemporaryDirectory(prefix="mq-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"
        stop_server(Path(name) / "data")


def test_nothing_acknowledged_is_lost_and_nothing_is_recorded_twice(own_server: Path) -> None:
    """A service, the whole server and one of its processes are killed, and the line breaks around a commit."""
    random = Random(1)  # noqa: S311 - moments, not secrets
    tally = faults.Tally(random)
    with stage(own_server) as on, BadLine(on.dsn) as line:
        on.line = line.dsn
        happening = [faults.kill(name, random) for name in ("service", "server", "backend")]
        happening += [faults.cut(line, "answer"), faults.cut(line, "request")]
        tally.suffer(on, happening)
    assert tally.lost == []
    assert set(tally.faults) == {"service", "server", "backend", "answer", "request"}
    assert tally.audits == len(happening) + 1
    assert tally.repeated > 0  # a command whose answer was lost was told that it had been recorded


def test_the_bench_finds_what_is_lost_and_what_is_changed(own_server: Path) -> None:
    """An answer that the ledger does not bear out, and an event that an audit refuses."""
    with stage(own_server) as on:
        clients = Clients(on, Random(1))  # noqa: S311 - any will do
        for number in range(2):
            on.start(number)
        clients.begin()
        clients.wait_for(5)
        clients.end()
        on.verify(clients)
        told = clients.answers.popitem()
        with pytest.raises(Lost, match="differ"):
            on.verify(clients)
        clients.answers[told[0]] = told[1]
        with psycopg.connect(on.dsn) as connection:
            connection.execute("ALTER TABLE ledger.commits DISABLE TRIGGER ALL")
            connection.execute("UPDATE ledger.commits SET sig = link || link WHERE first_leaf = 1")
        with pytest.raises(Lost, match="audit"):
            on.verify(clients)
