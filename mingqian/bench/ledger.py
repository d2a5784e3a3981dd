"""The ledger's recorder against eventsourcing's own, taking turns on one PostgreSQL server.

Both store the same events, one writer at a time. Ours also numbers, hashes, links and signs them, and
keeps the command. Then many writers at once, the tail of the ledger under fire, and the copies that
strangers get of a million leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from ledger import keys, schema
from ledger.clock import SystemClock
from ledger.database import LedgerDatastore
from ledger.embedded import embedded_server
from ledger.recorder import CommandKey, LedgerRecorder
from ledger.store import Ledger
from ledger.vrf import keypair
from mingqian.bench._measuring import bar
from mingqian.bench._million import build, fill, prove
from mingqian.bench._tail import race
from mingqian.bench._writers import WRITERS, contest

BARS = {1: 0.85, 10: 0.85, 100: 1.0}  # events per save: ours / stock, events per second
ROUNDS = 45  # short turns: whatever else the machine does meets both
SECONDS_PER_ROUND = 0.2
LARGE_SAVE = 10_000
LARGE_SAVE_SECONDS = 1.5
TAIL_PROCESSES = 8
TAIL_SECONDS = 10.0
MANY_WRITERS = 5.0  # ours / stock
LEAVES_PER_SECOND = 100_000
PROOFS_PER_SECOND = 5_000
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
    many = _many_writers(dsn)
    million, proofs = _million(dsn)
    outcome = race(tail_dsn, processes=TAIL_PROCESSES, seconds=TAIL_SECONDS)
    bars = [
        *(
            bar(f"ours / stock, {each['events_per_save']} per save", each["ratio"], each["bar"])
            for each in sizes
        ),
        bar(f"seconds for one save of {LARGE_SAVE}", large, LARGE_SAVE_SECONDS, at_most=True),
        bar(f"ours / stock, {many['writers']} writers at once", many["ratio"], MANY_WRITERS),
        bar(
            "leaves per second: checkpoint, export and tiles of a million",
            million["leaves_per_second"],
            LEAVES_PER_SECOND,
        ),
        bar("inclusion proofs per second, from tiles", proofs, PROOFS_PER_SECOND),
        bar("tail reader missed nothing, all in order, no writer failed", outcome.whole, True),  # noqa: FBT003
    ]
    return {
        "bench": "ledger",
        "sizes": sizes,
        "many_writers": many,
        "million": {**million, "proofs_per_second": proofs},
        "tail": vars(outcome),
        "bars": bars,
    }


def _many_writers(dsn: str) -> dict[str, Any]:
    with (
        TemporaryDirectory() as home,
        _database(dsn) as ours,
        _database(dsn) as shared,
        _database(dsn) as apart,
        _ledger(ours, Path(home)) as ledger,
        _stock(shared) as one,
        _stock(apart, connections=WRITERS) as many,
    ):
        stock: dict[str, Callable[[int], object]] = {
            "stock, one connection": _save_one(one),
            "stock, a connection each": _save_one(many),
        }
        return contest(ledger, stock)


def _save_one(datastore: PostgresDatastore) -> Callable[[int], object]:
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return lambda _: recorder.insert_events(_events(1))


def _million(dsn: str) -> tuple[dict[str, Any], float]:
    with (
        TemporaryDirectory() as home,
        _database(dsn) as database,
        _ledger(database, Path(home)) as ledger,
    ):
        fill(ledger, database)
        return build(ledger, Path(home)), prove(ledger, Path(home))


@contextmanager
def _ledger(dsn: str, home: Path) -> Iterator[Ledger]:
    """Open a ledger with keys of its own."""
    held = keys.generate(home / "keys")
    with Ledger.create(
        dsn,
        held,
        keypair(bytes(32))[1],
        origin="bench.example/ledger",
        mode="development",
        clock=SystemClock(),
    ) as ledger:
        yield ledger


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


def _stock(dsn: str, connections: int = 1) -> PostgresDatastore:
    part = conninfo_to_dict(dsn)
    return PostgresDatastore(
        str(part["dbname"]),
        str(part["host"]),
        str(part["port"]),
        str(part["user"]),
        "",
        originator_id_type="text",
        connect_timeout=60,  # all writers wait for their turn
        pool_size=connections,
    )
