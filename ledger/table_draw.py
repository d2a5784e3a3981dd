"""A draw from a table of PostgreSQL, for pools of millions: the bytes of draw-v1, little memory.

The table, or view, has the columns `id`, `stratum` and `reason`, all text; `reason` is null for a
member and says for an excluded entity why it was left out. The server hashes every ticket, in
parallel, and sorts the ids; what is hashed into the roots is checked and encoded by the domain.
A pool that `domain.lottery.pool.pool_of` would refuse is refused with the same code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, TypeAlias, cast

import psycopg
from psycopg.sql import SQL, Identifier

from domain import merkle
from domain.errors import DomainError
from domain.lottery.pool import Excluded, excluded_leaf, member_leaves
from domain.lottery.quota import quotas
from domain.lottery.tickets import TICKET_SIZE, Drawn, drawn_of, likely_bound, stratum_key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from psycopg import Connection

    from domain.lottery.quota import Rule

SETTINGS: tuple[LiteralString, ...] = (
    # Ten million ids are sorted in memory and by several workers; without this, by one, on disk.
    "SET LOCAL work_mem = '512MB'",
    "SET LOCAL parallel_tuple_cost = 0",
)
OrderedRow: TypeAlias = tuple[str, str, str | None]
CHUNK = 1000  # rows fetched at a time
ROWS = SQL("(SELECT id::text, stratum::text, reason::text FROM {}) AS pool")
COUNT_STRATA = SQL("""
    SELECT stratum, count(*) FILTER (WHERE reason IS NULL),
        count(*) FILTER (WHERE coalesce(id, '') = '' OR reason = '')
    FROM {} GROUP BY stratum
""")
SELECT_IN_ORDER = SQL('SELECT id, stratum, reason FROM {} ORDER BY id COLLATE "C"')
SELECT_LOTS = SQL("""
    SELECT stratum, lot FROM (
        SELECT stratum, bound, sha256(block || convert_to(id, 'UTF8')) || convert_to(id, 'UTF8') AS lot
        FROM {} JOIN unnest(%s::text[], %s::bytea[], %s::bytea[]) AS keys (name, block, bound)
            ON stratum = name COLLATE "C"
        WHERE reason IS NULL
    ) AS lots WHERE lot < bound
""")
ABOVE_ALL = b"\xff" * (TICKET_SIZE + 1)


@dataclass(frozen=True, kw_only=True)
class TablePool:
    """What a commitment says of a pool, and how many members each stratum has that has any."""

    root: bytes
    excluded_root: bytes
    sizes: Mapping[str, int]


def pool_of_table(dsn: str, table: str) -> TablePool:
    """Read the whole of a table, `name` or `schema.name`, as one snapshot.

    Raises DomainError: "duplicate-id", "pool-invalid", "not-canonical".
    """
    with psycopg.connect(dsn) as connection:
        snapshot = _Snapshot(connection, table)
        return snapshot.pool(snapshot.sizes())


def draw_from_table(
    dsn: str, table: str, *, rule: Rule, seed: bytes
) -> tuple[TablePool, tuple[Drawn, ...]]:
    """Draw, and give the pool of the same snapshot, to be held against the commitment.

    Raises DomainError: what `pool_of_table` and `domain.lottery.quota.quotas` raise.
    """
    with (
        psycopg.connect(dsn) as connection,
        psycopg.connect(dsn) as beside,
        ThreadPoolExecutor(1) as thread,
    ):
        snapshot = _Snapshot(connection, table)
        sizes = snapshot.sizes()
        quota = quotas(rule, sizes)
        # The server hashes tickets while leaves are hashed here.
        twin = _Snapshot(beside, table, snapshot.export())
        drawn = thread.submit(twin.draw, seed, sizes, quota)
        return snapshot.pool(sizes), drawn.result()


class _Snapshot:
    """The table as one transaction sees it."""

    def __init__(
        self, connection: Connection[tuple[Any, ...]], table: str, exported: str | None = None
    ) -> None:
        self._connection = connection
        self._name = table
        self._rows = ROWS.format(Identifier(*table.split(".")))
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if exported:
            connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(exported))
        for setting in SETTINGS:
            connection.execute(setting)

    def export(self) -> str:
        """Name the snapshot, for another connection to see the same."""
        return str(self._connection.execute("SELECT pg_export_snapshot()").fetchall()[0][0])

    def pool(self, sizes: Mapping[str, int]) -> TablePool:
        """Check every row and hash it into its tree."""
        excluded = merkle.Frontier()
        query = SELECT_IN_ORDER.format(self._rows)
        stream = self._connection.cursor().stream(query, size=CHUNK)
        # After a refusal it would keep the connection busy, whose end would wait for it for ever.
        with closing(cast("Generator[OrderedRow, None, None]", stream)) as rows:
            root = merkle.root(member_leaves(self._members(rows, excluded)))
        return TablePool(root=root, excluded_root=excluded.root(), sizes=sizes)

    def draw(
        self, seed: bytes, sizes: Mapping[str, int], quota: Mapping[str, int]
    ) -> tuple[Drawn, ...]:
        """Give what is drawn from every stratum of `quota`, in its order."""
        bounds = {name: likely_bound(sizes.get(name, 0), count) for name, count in quota.items()}
        lots = self._lots(seed, bounds)
        short = [name for name, count in quota.items() if len(lots[name]) < count]
        if short:
            lots |= self._lots(seed, dict.fromkeys(short, ABOVE_ALL))
        return tuple(
            drawn_of(name, sizes.get(name, 0), count, sorted(lots[name])[:count])
            for name, count in quota.items()
        )

    def sizes(self) -> dict[str, int]:
        """Count the members of each stratum that has any; refuse empty texts."""
        sizes = {}
        for stratum, members, empty in self._connection.execute(COUNT_STRATA.format(self._rows)):
            if empty or not stratum:
                raise self._refusal("有文本为空 / an empty text")
            if members:
                sizes[stratum] = members
        return sizes

    def _members(
        self, rows: Iterable[OrderedRow], excluded: merkle.Frontier
    ) -> Iterator[tuple[str, str]]:
        """Give (id, stratum) of each member; the excluded go into their own tree."""
        previous = ""
        for identifier, stratum, reason in rows:
            if identifier <= previous:
                raise self._disorder(previous, identifier)
            previous = identifier
            if reason is None:
                yield identifier, stratum
            else:
                row = Excluded(id=identifier, stratum=stratum, reason=reason)
                excluded.append(excluded_leaf(row))

    def _lots(self, seed: bytes, bounds: Mapping[str, bytes]) -> defaultdict[str, list[bytes]]:
        """Give ticket || utf8(id) below the bound of each stratum, in no order."""
        blocks = [stratum_key(seed, name) + bytes(32) for name in bounds]
        found = defaultdict(list)
        rows = self._connection.cursor(binary=True).execute(
            SELECT_LOTS.format(self._rows), [list(bounds), blocks, list(bounds.values())]
        )
        for stratum, lot in rows:
            found[stratum].append(lot)
        return found

    def _disorder(self, previous: str, identifier: str) -> DomainError:
        if identifier == previous:
            detail = f"标识在抽查库与排除名单中重复 / id twice in pool and exclusions: {identifier}"
            return DomainError("duplicate-id", detail)
        return self._refusal("数据库编码须为 UTF8 / the encoding of the database must be UTF8")

    def _refusal(self, reason: str) -> DomainError:
        return DomainError("pool-invalid", f"{self._name}: {reason}")
