"""Who may be drawn, and who was left out and why: draw-v1 section 1."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from domain import merkle
from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHAPE = Shape("pool-invalid")
_ID, _STRATUM, _TEXTS = attrgetter("id"), attrgetter("stratum"), attrgetter("id", "stratum")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One entity that may be drawn; `id` is the legal identifier that outsiders know."""

    id: str
    stratum: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """One entity that fits the scope but may not be drawn, with the reason."""

    id: str
    stratum: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Members and excluded, each in UTF-8 byte order of the id, no id twice: see `pool_of`."""

    members: tuple[Member, ...]
    excluded: tuple[Excluded, ...]

    def root(self) -> bytes:
        """Merkle head over the canonical members."""
        return merkle.root(member_leaves(map(_TEXTS, self.members)))

    def excluded_root(self) -> bytes:
        """Merkle head over the canonical excluded."""
        return merkle.root(map(excluded_leaf, self.excluded))

    def sizes(self) -> dict[str, int]:
        """Count the members of each stratum that has any."""
        return dict(self._counts)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(map(_STRATUM, self.members))

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """Give the fields `pool` and `excluded` of the proof bundle."""
        # `dataclasses.asdict` copies deeply, which takes most of the time of a large bundle.
        return {
            "pool": [{"id": each.id, "stratum": each.stratum} for each in self.members],
            "excluded": [
                {"id": each.id, "stratum": each.stratum, "reason": each.reason}
                for each in self.excluded
            ],
        }


def pool_of(members: Iterable[Member], excluded: Iterable[Excluded] = ()) -> Pool:
    """Make a pool from lists in any order.

    Raises DomainError: "duplicate-id" when an id stands twice in the two lists together,
    "pool-invalid" for an empty text, "not-canonical" for text that is not NFC.
    """
    members, excluded = tuple(members), tuple(excluded)
    # Read before they are sorted: a million texts lie in memory as they were made, in this order.
    ids = list(map(_ID, chain(members, excluded)))
    # Code points sort like UTF-8 bytes; only lone surrogates do not, which are refused below.
    pool = Pool(members=tuple(sorted(members, key=_ID)), excluded=tuple(sorted(excluded, key=_ID)))
    _check_texts(pool, ids)
    if len(set(ids)) < len(ids):
        twice = min(each for each, count in Counter(ids).items() if count > 1)
        detail = f"标识在抽查库与排除名单中重复 / id twice in pool and exclusions: {twice}"
        raise DomainError("duplicate-id", detail)
    return pool


def pool_from_json(members: object, excluded: object) -> Pool:
    """Read the two lists of a bundle; unlike `pool_of`, they must be in order already."""
    rows = _rows(members, "$.pool", {"id", "stratum"})
    left_out = _rows(excluded, "$.excluded", {"id", "stratum", "reason"})
    pool = pool_of([Member(**row) for row in rows], [Excluded(**row) for row in left_out])
    if pool.to_json() != {"pool": rows, "excluded": left_out}:
        raise _SHAPE.refusal(
            "$.pool", "未按标识的 UTF-8 字节排序 / not in UTF-8 byte order of the ids"
        )
    return pool


def member_leaves(members: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Give H(0x00 || canon(member)) for each (id, stratum).

    All but the id is made once for each stratum. Raises DomainError("not-canonical").
    """
    start = sha256(b'\x00{"id":').copy
    rest = cache(lambda stratum: b',"stratum":' + canon(stratum) + b"}")
    for identifier, stratum in members:
        state = start()
        state.update(canon(identifier) + rest(stratum))
        yield state.digest()


def excluded_leaf(row: Excluded) -> bytes:
    """Give H(0x00 || canon(excluded)). Raises DomainError("not-canonical")."""
    return merkle.leaf_hash(canon(asdict(row)))


def _rows(value: object, place: str, names: set[str]) -> list[dict[str, str]]:
    rows = _SHAPE.array(value, place)
    for index, row in enumerate(rows):
        spot = f"{place}[{index}]"
        for name, text in _SHAPE.obj(row, spot, names).items():
            if not text or type(text) is not str:
                _SHAPE.text(text, f"{spot}.{name}")
    return rows


def _check_texts(pool: Pool, ids: list[str]) -> None:
    """Check each text once, however often it stands there; the place is sought only if needed."""
    few = {*pool.sizes(), *(text for row in pool.excluded for text in (row.stratum, row.reason))}
    try:
        # No character joins with a line end, so all are NFC if and only if the lines together are.
        canon("\n".join(ids))
        canon("\n".join(few))
    except DomainError:
        canon(pool.to_json())
    if all(ids) and all(few):
        return
    for name, rows in pool.to_json().items():
        for index, row in enumerate(rows):
            if not all(row.values()):
                raise _SHAPE.refusal(f"$.{name}[{index}]", "文本为空 / an empty text")
