"""A draw from a table of a real PostgreSQL: byte for byte the draw in memory, and the same refusals."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from domain.errors import DomainError
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule, quotas
from domain.lottery.tickets import draw
from ledger import table_draw
from ledger.table_draw import draw_from_table, pool_of_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = tuple[str | None, str | None, str | None]

SEED = bytes(range(32))
STRATA = ("中学", '小学 "A"', "\U0002a6d6")
RULE = Rule(
    floor=Ratio(p=1, q=4),
    min_per_stratum=1,
    strata=tuple((name, Ratio(p=1, q=3)) for name in sorted(STRATA)),
)
# What must be escaped, what a collation would sort otherwise, both sides of the surrogates, and
# characters that make text not NFC.
texts = st.text('aAbé-_ "\\\n\t\x1f教\ue000\uffff\U00010000e\u0301', max_size=4)
ids = texts.map(lambda text: unicodedata.normalize("NFC", text)).filter(bool)
rows = st.tuples(ids, st.sampled_from(STRATA), st.none() | st.sampled_from(["停业", "已查\\"]))
many_examples = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fill(dsn: str, pool: Iterable[Row]) -> None:
    """Make the table anew."""
    with psycopg.connect(dsn) as connection:
        connection.execute("DROP TABLE IF EXISTS pool")
        connection.execute("CREATE TABLE pool (id text, stratum text, reason text)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO pool VALUES (%s, %s, %s)", list(pool))


def in_memory(pool: Iterable[tuple[str, str, str | None]]) -> Pool:
    """The same pool by the domain."""
    members, excluded = [], []
    for identifier, stratum, reason in pool:
        if reason is None:
            members.append(Member(id=identifier, stratum=stratum))
        else:
            excluded.append(Excluded(id=identifier, stratum=stratum, reason=reason))
    return pool_of(members, excluded)


@many_examples
@given(pool=st.lists(rows, max_size=30, unique_by=lambda row: row[0]))
def test_a_table_gives_what_the_pool_in_memory_gives(
    database: str, pool: list[tuple[str, str, str | None]]
) -> None:
    """Roots, sizes, quotas, tickets, cutoffs, selections."""
    fill(database, pool)
    expected = in_memory(pool)
    found, drawn = draw_from_table(database, "public.pool", rule=RULE, seed=SEED)
    assert found == pool_of_table(database, "pool")
    assert (found.root, found.excluded_root) == (expected.root(), expected.excluded_root())
    assert found.sizes == expected.sizes()
    assert drawn == draw(SEED, expected.members, quotas(RULE, expected.sizes()))


@many_examples
@given(identifier=texts)
def test_an_id_is_refused_if_and_only_if_it_is_in_memory(database: str, identifier: str) -> None:
    """Empty, or not NFC."""
    fill(database, [(identifier, "中学", None)])
    try:
        root = in_memory([(identifier, "中学", None)]).root()
    except DomainError as error:
        with pytest.raises(DomainError, match=error.code):
            pool_of_table(database, "pool")
        return
    assert pool_of_table(database, "pool").root == root


@pytest.fixture
def many(database: str) -> str:
    """A table of 6,000 members, more than one batch of the tree and one chunk of rows."""
    fill(database, [(f"uscc:{n * 7 % 6000:05}", STRATA[n % 3], None) for n in range(6000)])
    return database


def test_the_bound_that_spares_work_changes_no_result(
    many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when too few tickets lie below it, or none."""
    usual = draw_from_table(many, "pool", rule=RULE, seed=SEED)
    members = [Member(id=f"uscc:{n * 7 % 6000:05}", stratum=STRATA[n % 3]) for n in range(6000)]
    assert usual[0].root == pool_of(members).root()
    assert usual[1] == draw(SEED, members, quotas(RULE, usual[0].sizes))
    for bound in (b"", b"\x20"):
        monkeypatch.setattr(table_draw, "likely_bound", lambda _size, _count, low=bound: low)
        assert draw_from_table(many, "pool", rule=RULE, seed=SEED) == usual


def test_a_stratum_without_a_ratio_or_a_floor_out_of_reach_is_refused(many: str) -> None:
    """As it is in memory."""
    part = Rule(floor=RULE.floor, min_per_stratum=1, strata=RULE.strata[1:])
    none = Rule(
        floor=RULE.floor,
        min_per_stratum=1,
        strata=tuple((name, Ratio(p=0, q=1)) for name, _ in RULE.strata),
    )
    with pytest.raises(DomainError, match="stratum-without-ratio"):
        draw_from_table(many, "pool", rule=part, seed=SEED)
    with pytest.raises(DomainError, match="rule-cannot-be-met"):
        draw_from_table(many, "pool", rule=none, seed=SEED)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("uscc:00007", "中学", None), "duplicate-id"),
        (("uscc:00007", "中学", "停业"), "duplicate-id"),
        ((None, "中学", None), "pool-invalid"),
        (("", "中学", None), "pool-invalid"),
        (("new", None, None), "pool-invalid"),
        (("new", "", "停业"), "pool-invalid"),
        (("new", "中学", ""), "pool-invalid"),
        (("e\u0301", "中学", None), "not-canonical"),
        (("new", "e\u0301", None), "not-canonical"),
        (("new", "中学", "e\u0301"), "not-canonical"),
    ],
)
def test_one_wrong_row_among_many_is_refused(many: str, row: Row, code: str) -> None:
    """A missing text counts as an empty one."""
    with psycopg.connect(many) as connection:
        connection.execute("INSERT INTO pool VALUES (%s, %s, %s)", row)
    with pytest.raises(DomainError, match=code):
        pool_of_table(many, "pool")


def test_a_view_with_columns_of_other_types_is_a_table_too(database: str) -> None:
    """Numbers and padded characters are read as the text that they show."""
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE school (number bigint, area char(8))")
        connection.execute("INSERT INTO school VALUES (10, 'a'), (9, 'b'), (100, 'a')")
        connection.execute(
            "CREATE VIEW pool AS SELECT number AS id, area AS stratum, NULL AS reason FROM school"
        )
    expected = in_memory([("10", "a", None), ("9", "b", None), ("100", "a", None)])
    found = pool_of_table(database, "pool")
    assert (found.root, found.sizes) == (expected.root(), {"a": 2, "b": 1})


@pytest.fixture
def chinese_encoding(server: str) -> Iterator[str]:
    """DSN of a database whose byte order is not that of UTF-8."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            SQL("CREATE DATABASE {} ENCODING 'EUC_CN' LOCALE 'C' TEMPLATE template0").format(
                Identifier(name)
            )
        )
        yield make_conninfo(server, dbname=name, client_encoding="UTF8")
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_a_database_that_sorts_otherwise_is_refused_or_right(chinese_encoding: str) -> None:
    """The order is checked as the rows come, whatever the server holds it to be."""
    pool: list[Row] = [("教", "中学", None), ("一", "中学", None)]
    fill(chinese_encoding, pool[:1])
    assert pool_of_table(chinese_encoding, "pool").root == in_memory([("教", "中学", None)]).root()
    fill(chinese_encoding, pool)  # 一 comes first in UTF-8; in EUC_CN after 教
    with pytest.raises(DomainError, match="pool-invalid"):
        pool_of_table(chinese_encoding, "pool")
