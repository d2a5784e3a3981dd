"""The ways that are fast enough for a million members give what the law's plain words give."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import merkle
from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery import tickets
from domain.lottery.pool import Excluded, Member, pool_of
from domain.lottery.tickets import by_ticket, draw, stratum_key, ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = bytes(range(32))
# Quotes, backslashes, controls, line ends; Chinese; both sides of the surrogates; accents to compose.
CHARACTERS = 'ab:0"\\/\0\n\r\t\x1f\x7f\u2028教\ue000\uffff\U00010000\U0002a6d6e\u0301\u0338<é'
texts = st.text(CHARACTERS, min_size=1, max_size=6)
nfc_texts = texts.map(lambda text: unicodedata.normalize("NFC", text))
pools = st.dictionaries(nfc_texts, nfc_texts, max_size=20)


def plain_root(rows: Sequence[Member | Excluded]) -> bytes:
    """draw-v1 section 1, word for word."""
    in_order = sorted(rows, key=lambda row: row.id.encode())
    frontier = merkle.Frontier()
    for row in in_order:
        frontier.append(merkle.leaf_hash(canon(asdict(row))))
    return frontier.root()


@given(pools)
def test_the_roots_are_those_over_canonical_rows_in_byte_order(strata: dict[str, str]) -> None:
    """Whatever stands in ids, strata and reasons."""
    members = [Member(id=each, stratum=stratum) for each, stratum in strata.items()]
    excluded = [
        Excluded(id=each + "!", stratum=stratum, reason=each) for each, stratum in strata.items()
    ]
    try:
        pool = pool_of(members, excluded)
    except DomainError as error:
        assert error.code == "duplicate-id"  # noqa: PT017 - only some of the drawn pools have one
        assert strata.keys() & {each.id for each in excluded}
        return
    assert pool.root() == plain_root(members)
    assert pool.excluded_root() == plain_root(excluded)


@given(st.lists(texts | st.just("\ud800") | st.just(""), unique=True, max_size=4), texts)
def test_a_pool_is_taken_if_and_only_if_each_of_its_texts_is(ids: list[str], stratum: str) -> None:
    """They are checked all at once; next to each other they must not hide or make a breach."""
    try:
        for each in [*ids, stratum] if ids else []:
            canon(each)
        sound = all(ids)
    except DomainError:
        sound = False
    members = [Member(id=each, stratum=stratum) for each in ids]
    if sound:
        assert {each.id for each in pool_of(members).members} == set(ids)
    else:
        with pytest.raises(DomainError, match=r"^(not-canonical|pool-invalid): \$\.pool\["):
            pool_of(members)


@given(pools, st.integers(0, 20))
def test_the_drawn_are_the_first_of_a_full_sort(strata: dict[str, str], quota: int) -> None:
    """draw-v1 section 6, word for word: the smallest (ticket, id)."""
    members = [Member(id=each, stratum=stratum) for each, stratum in strata.items()]
    quotas = dict.fromkeys(sorted(strata.values()), quota)
    for drawn in draw(SEED, members, quotas):
        key = stratum_key(SEED, drawn.stratum)
        names = [each for each, stratum in strata.items() if stratum == drawn.stratum]
        pairs = sorted((ticket(key, each), each.encode()) for each in names)
        first = pairs[:quota]
        assert drawn.selected == tuple(name.decode() for _, name in first)
        assert drawn.cutoff == (first[-1][0] if first else None)
        assert by_ticket(key, names) == [(each, name.decode()) for each, name in pairs]


@pytest.mark.parametrize("bound", [b"", b"\x01", b"\x10", b"\xff" * 33])
def test_the_bound_that_spares_work_changes_no_result(
    bound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when far too few tickets, or all, lie below it."""
    members = [Member(id=f"uscc:{n:04}", stratum="中学") for n in range(1000)]
    usual = draw(SEED, members, {"中学": 50})
    monkeypatch.setattr(tickets, "likely_bound", lambda _size, _count: bound)
    assert draw(SEED, members, {"中学": 50}) == usual


@pytest.mark.parametrize(("size", "count"), [(0, 0), (0, 5), (1, 0), (1, 1), (1000, 50), (9, 9)])
def test_the_bound_is_a_ticket(size: int, count: int) -> None:
    """32 bytes, and above the share that is drawn."""
    bound = tickets.likely_bound(size, count)
    assert len(bound) == 32
    assert int.from_bytes(bound, "big") * size >= min(count, max(size - 1, 0)) << 256


@given(st.permutations(range(40)))
def test_the_order_of_the_pool_changes_nothing(order: list[int]) -> None:
    """Shuffled, the same root, the same tickets, the same list."""
    members = [Member(id=f"uscc:{n}", stratum="中学" if n % 3 else "小学") for n in range(40)]
    shuffled = [members[n] for n in order]
    assert pool_of(shuffled).root() == pool_of(members).root()
    quotas = {"中学": 9, "小学": 7}
    assert draw(SEED, shuffled, quotas) == draw(SEED, members, quotas)


def test_an_entity_of_another_stratum_changes_no_ticket() -> None:
    """Nor does one of the same stratum, which can only take a place itself."""
    members = [Member(id=f"uscc:{n}", stratum="中学") for n in range(100)]
    quotas = {"中学": 10}
    (before,) = draw(SEED, members, quotas)
    (after,) = draw(SEED, [*members, Member(id="uscc:new", stratum="小学")], quotas)
    assert after == before
    (among,) = draw(SEED, [*members, Member(id="uscc:new", stratum="中学")], quotas)
    assert [each for each in among.selected if each != "uscc:new"] == list(
        before.selected[: 10 - ("uscc:new" in among.selected)]
    )
