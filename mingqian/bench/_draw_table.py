"""The draw from a table of PostgreSQL: seconds and memory at three sizes, and the same bytes as in memory."""

from __future__ import annotations

import os
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from domain.lottery.pool import Member, pool_of
from domain.lottery.quota import quotas
from domain.lottery.tickets import draw
from ledger.table_draw import TablePool, draw_from_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.lottery.quota import Rule
    from domain.lottery.tickets import Drawn

RUNS = {100_000: 5, 1_000_000: 3, 10_000_000: 1}  # how often the table of each size is drawn from
SAME_AS_IN_MEMORY = 1_000_000
SAMPLE_SECONDS = 0.2
FILL = """
    CREATE UNLOGGED TABLE {} AS
    SELECT 'uscc:91350100M' || lpad((number::bigint * 7368787 %% %s)::text, 8, '0') || 'Y' AS id,
        (%s::text[])[1 + number %% %s] AS stratum, NULL::text AS reason
    FROM generate_series(0, %s - 1) AS number
"""

Outcome = tuple[TablePool, tuple["Drawn", ...]]


def measure(dsn: str, rule: Rule, seed: bytes) -> dict[str, Any]:
    """Fill a table of each size and draw from it; to be called in a fresh process."""
    sizes = [_measure_one(dsn, rule, seed, size) for size in RUNS]
    least, most = sizes[0], sizes[-1]
    growth = most["seconds"] / least["seconds"] * least["members"] / most["members"]
    return {
        "sizes": sizes,
        "growth": round(growth, 3),
        "same_as_in_memory": all(each.get("same_as_in_memory", True) for each in sizes),
    }


def _measure_one(dsn: str, rule: Rule, seed: bytes, size: int) -> dict[str, Any]:
    with _table(dsn, rule, size) as table, _Memory(dsn) as memory:
        seconds = []
        for _ in range(RUNS[size]):
            start = perf_counter()
            outcome = draw_from_table(dsn, table, rule=rule, seed=seed)
            seconds.append(round(perf_counter() - start, 3))
        figures = {
            "members": size,
            "seconds": median(seconds),
            "rounds": seconds,
            "megabytes": memory.stop(),
        }
        if size == SAME_AS_IN_MEMORY:
            figures["same_as_in_memory"] = outcome == _in_memory(dsn, table, rule, seed)
    print(f"table of {size}: {figures['seconds']:.2f} s, {figures['megabytes']} MB", flush=True)
    return figures


def _in_memory(dsn: str, table: str, rule: Rule, seed: bytes) -> Outcome:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(SQL("SELECT id, stratum FROM {}").format(Identifier(table)))
        pool = pool_of(Member(id=identifier, stratum=stratum) for identifier, stratum in rows)
    read = TablePool(root=pool.root(), excluded_root=pool.excluded_root(), sizes=pool.sizes())
    return read, draw(seed, pool.members, quotas(rule, pool.sizes()))


@contextmanager
def _table(dsn: str, rule: Rule, size: int) -> Iterator[str]:
    """Make a table of members in no order of their ids, for a while."""
    table = f"bench_draw_{uuid4().hex}"
    names = [name for name, _ in rule.strata]
    with psycopg.connect(dsn, autocommit=True) as connection:
        # Literals: a statement that makes a table takes no parameters of the server.
        with psycopg.ClientCursor(connection) as cursor:
            cursor.execute(SQL(FILL).format(Identifier(table)), [size, names, len(names), size])
        try:
            # Else the first to read would pay for what the writing left undone.
            connection.execute(SQL("VACUUM (FREEZE, ANALYZE) {}").format(Identifier(table)))
            connection.execute("CHECKPOINT")
            yield table
        finally:
            connection.execute(SQL("DROP TABLE {}").format(Identifier(table)))


class _Memory(Thread):
    """The most memory that the server's processes and this one held together, in megabytes.

    It is the sum of their proportional set sizes, in which shared pages count once, looked up
    several times a second; the kernel's cache of files is not in it.
    """

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self._stopped = Event()
        self._most = 0
        with psycopg.connect(dsn) as connection:
            postmaster = psutil.Process(connection.info.backend_pid).parent()
        assert postmaster is not None  # noqa: S101 - a server process has started its backend
        self._postmaster = postmaster

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self._most = max(self._most, self._now())

    def stop(self) -> int:
        self._stopped.set()
        self.join()
        return round(self._most / 1e6)

    def _now(self) -> int:
        held = 0
        for process in (psutil.Process(os.getpid()), *self._server()):
            try:
                held += process.memory_full_info().pss
            except psutil.NoSuchProcess:  # it ended in the meantime
                continue
        return held

    def _server(self) -> list[psutil.Process]:
        return [self._postmaster, *self._postmaster.children(recursive=True)]
