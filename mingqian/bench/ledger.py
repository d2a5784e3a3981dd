"""The ledger's recorder against eventsourcing's own, taking turns on one PostgreSQL server.

Both store the same events. Ours also numbers, hashes, links and signs them, and keeps the command.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from ledger import schema
from ledger.database import LedgerDatastore
from ledger.embedded import embedded_server
from ledger.recorder import CommandKey, LedgerRecorder
from mingqian.bench._tail import race

BARS = {1: 0.75, 10: 0.85, 100: 1.0}  # events per save: ours / stock, events per second
ROUNDS = 15
SECONDS_PER_ROUND = 0.6
LARGE_SAVE = 10_000
LARGE_SAVE_SECONDS = 1.5
TAIL_PROCESSES = 8
TAIL_SECONDS = 10.0
STATE = b'{"example":"' + b"0123456789abcdef" * 30 + b'"}'  # about the size of a real event

Save = Callable[[list[StoredEvent]], object]


def main() -> dict[str, Any]:
    """Measure and print one JSON object; it is also returned."""
    with ExitStack() as stack:
        result = _measure(embedded_server(Path(".mingqian/bench-postgres")), stack)
    print(json.dumps(result, ensure_ascii=False))
    return result


def _measure(dsn: str, stack: ExitStack) -> dict[str, Any]:
    ours_dsn, stock_dsn, tail_dsn = (stack.enter_context(_database(dsn)) for _ in range(3))
    with LedgerDatastore(ours_dsn) as ours, _stock(stock_dsn) as theirs:
        mine = LedgerRecorder(ours, Ed25519PrivateKey.generate())
        stock = PostgresApplicationRecorder(theirs)
        stock.create_table()
        sizes = [_compare(mine, stock, size) for size in BARS]
        large = _seconds(lambda: mine.insert_events(_events(LARGE_SAVE)))
    outcome = race(tail_dsn, processes=TAIL_PROCESSES, seconds=TAIL_SECONDS)
    bars = [
        *(
            _bar(f"ours / stock, {each['events_per_save']} per save", each["ratio"], each["bar"])
            for each in sizes
        ),
        _bar(f"seconds for one save of {LARGE_SAVE}", large, LARGE_SAVE_SECONDS, at_most=True),
        _bar("tail reader missed nothing, all in order, no writer failed", outcome.whole, bar=True),
    ]
    return {"bench": "ledger", "sizes": sizes, "tail": vars(outcome), "bars": bars}


def _bar(name: str, figure: float, bar: float, *, at_most: bool = False) -> dict[str, Any]:
    met = figure <= bar if at_most else figure >= bar
    return {"name": name, "figure": figure, "bar": bar, "met": met}


def _compare(mine: LedgerRecorder, stock: PostgresApplicationRecorder, size: int) -> dict[str, Any]:
    """Let both save for a moment in turn, and compare the medians."""

    def save_mine(events: list[StoredEvent]) -> None:
        mine.insert_events(events, command=CommandKey(id=str(uuid4()), digest=bytes(32)))

    ours: list[float] = []
    theirs: list[float] = []
    turns: list[tuple[Save, list[float]]] = [(save_mine, ours), (stock.insert_events, theirs)]
    for number in range(ROUNDS + 1):  # the first round warms up
        for save, figures in turns if number % 2 else turns[::-1]:
            figure = _events_per_second(save, size)
            if number:
                figures.append(figure)
    ratio = round(median(ours) / median(theirs), 3)
    print(f"{size} per save: {median(ours):.0f} / {median(theirs):.0f} events/s = {ratio}")
    return {
        "events_per_save": size,
        "ours_events_per_second": round(median(ours)),
        "stock_events_per_second": round(median(theirs)),
        "ratio": ratio,
        "bar": BARS[size],
        "rounds": [[round(a), round(b)] for a, b in zip(ours, theirs, strict=True)],
    }


def _events_per_second(save: Save, size: int) -> float:
    start, saved = perf_counter(), 0
    while (elapsed := perf_counter() - start) < SECONDS_PER_ROUND:
        save(_events(size))
        saved += size
    return saved / elapsed


def _seconds(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return round(perf_counter() - start, 3)


def _events(count: int) -> list[StoredEvent]:
    return [StoredEvent(f"officer/{uuid4()}", 1, "officer.added.v1", STATE) for _ in range(count)]


@contextmanager
def _database(dsn: str) -> Iterator[str]:
    """Make a database for a while, with the ledger's tables, which the stock recorder leaves alone."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        created = make_conninfo(dsn, dbname=name)
        schema.migrate(created)
        yield created
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _stock(dsn: str) -> PostgresDatastore:
    part = conninfo_to_dict(dsn)
    return PostgresDatastore(
        str(part["dbname"]),
        str(part["host"]),
        str(part["port"]),
        str(part["user"]),
        "",
        originator_id_type="text",
    )
