"""Who may be drawn, and who was left out and why: draw-v1 section 1."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from domain import merkle
from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHAPE = Shape("pool-invalid")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One entity that may be drawn; `id` is the legal identifier that outsiders know."""

    id: str
    stratum: str


@dataclass(frozen=True, kw_only=True)
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
        return _root(self.members)

    def excluded_root(self) -> bytes:
        """Merkle head over the canonical excluded."""
        return _root(self.excluded)

    def sizes(self) -> dict[str, int]:
        """Count the members of each stratum that has any."""
        return dict(Counter(member.stratum for member in self.members))

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """Give the fields `pool` and `excluded` of the proof bundle."""
        return {
            "pool": [asdict(each) for each in self.members],
            "excluded": [asdict(each) for each in self.excluded],
        }


def pool_of(members: Iterable[Member], excluded: Iterable[Excluded] = ()) -> Pool:
    """Make a pool from lists in any order.

    Raises DomainError: "duplicate-id" when an id stands twice in the two lists together,
    "pool-invalid" for an empty text, "not-canonical" for text that is not NFC.
    """
    pool = Pool(
        members=tuple(sorted(members, key=lambda each: each.id.encode(errors="replace"))),
        excluded=tuple(sorted(excluded, key=lambda each: each.id.encode(errors="replace"))),
    )
    fields = pool.to_json()
    canon(fields)
    for name, rows in fields.items():
        for index, row in enumerate(rows):
            if not all(row.values()):
                raise _SHAPE.refusal(f"$.{name}[{index}]", "文本为空 / an empty text")
    counts = Counter(row["id"] for rows in fields.values() for row in rows)
    if twice := [each for each, count in counts.items() if count > 1]:
        detail = f"标识在抽查库与排除名单中重复 / id twice in pool and exclusions: {min(twice)}"
        raise DomainError("duplicate-id", detail)
    return pool


def pool_from_json(members: object, excluded: object) -> Pool:
    """Read the two lists of a bundle; unlike `pool_of`, they must be in order already."""
    pool = pool_of(
        [Member(**row) for row in _rows(members, "$.pool", {"id", "stratum"})],
        [Excluded(**row) for row in _rows(excluded, "$.excluded", {"id", "stratum", "reason"})],
    )
    if pool.to_json() != {"pool": members, "excluded": excluded}:
        raise _SHAPE.refusal(
            "$.pool", "未按标识的 UTF-8 字节排序 / not in UTF-8 byte order of the ids"
        )
    return pool


def _rows(value: object, place: str, names: set[str]) -> list[dict[str, str]]:
    rows = []
    for index, row in enumerate(_SHAPE.array(value, place)):
        each = _SHAPE.obj(row, f"{place}[{index}]", names)
        rows.append({name: _SHAPE.text(each[name], f"{place}[{index}].{name}") for name in names})
    return rows


def _root(rows: Sequence[Member | Excluded]) -> bytes:
    return merkle.root([merkle.leaf_hash(canon(asdict(row))) for row in rows])
