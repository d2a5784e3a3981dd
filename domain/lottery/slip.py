"""What one entity may know of a draw: where it stands, its ticket against the cutoff, and a proof under the committed root.

The proof of an entry is that of RFC 6962. That an entity stands in neither list is shown by its two neighbours in each: both
are proved, their places follow one on the other, and the id would lie between them. How a path turns at each level is forced
by the root, so two entries that are not neighbours cannot be proved at places that are, whatever size is claimed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from domain import merkle
from domain.canonical import canon
from domain.lottery.commitment import Commitment, commitment_from_json
from domain.lottery.pool import excluded_leaf, member_leaves
from domain.lottery.shapes import Shape
from domain.lottery.tickets import stratum_key, ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.lottery.pool import Excluded, Member, Pool

Status = Literal["in-pool", "drawn", "not-drawn", "excluded", "absent"]
_SHAPE = Shape("slip-invalid")
_KEYS = {
    "draw", "commitment_hash", "entity", "status", "stratum", "reason", "seed", "ticket", "cutoff",
    "root", "size", "index", "leaf", "proof", "absence",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What is public of a draw from its disclosure on: the seed, and the cutoff of each stratum, null where none is drawn."""

    seed: bytes
    cutoffs: Mapping[str, bytes | None]


class Frame:
    """The two lists of a draw, to be asked about one entity after another."""

    def __init__(self, pool: Pool) -> None:
        members = list(member_leaves((one.id, one.stratum) for one in pool.members))
        excluded = list(map(excluded_leaf, pool.excluded))
        self._lists = {
            "pool": _List(pool.members, members),
            "excluded": _List(pool.excluded, excluded),
        }

    def slip(
        self, entity: str, commitment: Commitment, opened: Opened | None = None
    ) -> dict[str, Any]:
        """The slip of an entity, as JSON; without `opened` nothing that follows from the seed is in it.

        Raises DomainError("not-canonical") for an id that no list can hold.
        """
        canon(entity)
        for own in self._lists.values():
            place = own.find(entity)
            if place is not None:
                entry = {**own.head(), **own.entry(place)}
                return _base(commitment) | entry | _told(entry["leaf"], opened)
        absence = {name: own.gap(entity) for name, own in self._lists.items()}
        return _base(commitment) | {"entity": entity, "status": "absent", "absence": absence}


def _base(commitment: Commitment) -> dict[str, Any]:
    named = {"draw": commitment.draw_id, "commitment_hash": commitment.digest().hex()}
    return dict.fromkeys(_KEYS) | named


def _told(leaf: Mapping[str, str], opened: Opened | None) -> dict[str, Any]:
    """What follows for the entity of a leaf."""
    told: dict[str, Any] = {"entity": leaf["id"], "stratum": leaf["stratum"]}
    if "reason" in leaf:
        return told | {"status": "excluded", "reason": leaf["reason"]}
    if opened is None:
        return told | {"status": "in-pool"}
    own = ticket(stratum_key(opened.seed, leaf["stratum"]), leaf["id"])
    cutoff = opened.cutoffs[leaf["stratum"]]
    return told | {
        "status": "drawn" if cutoff is not None and own <= cutoff else "not-drawn",
        "seed": opened.seed.hex(),
        "ticket": own.hex(),
        "cutoff": None if cutoff is None else cutoff.hex(),
    }


class _List:
    """The entries of one list by id, and their leaf hashes."""

    def __init__(self, rows: Sequence[Member | Excluded], leaves: list[bytes]) -> None:
        self._rows = rows
        self._leaves = leaves
        self._root = merkle.root(leaves)

    def find(self, entity: str) -> int | None:
        place = self._place(entity)
        found = place < len(self._rows) and self._rows[place].id == entity
        return place if found else None

    def _place(self, entity: str) -> int:
        return bisect_left(self._rows, entity.encode(), key=lambda row: row.id.encode())

    def head(self) -> dict[str, Any]:
        return {"root": self._root.hex(), "size": len(self._rows)}

    def entry(self, place: int) -> dict[str, Any]:
        proof = merkle.prove_inclusion(self._leaves, place)
        return {
            "index": place,
            "leaf": asdict(self._rows[place]),
            "proof": [each.hex() for each in proof],
        }

    def gap(self, entity: str) -> dict[str, Any]:
        """The entries between which an id would stand; null beyond either end."""
        place = self._place(entity)
        return {
            **self.head(),
            "before": self.entry(place - 1) if place else None,
            "after": self.entry(place) if place < len(self._rows) else None,
        }


def verify_slip(slip: object, commitment: object) -> None:
    """Check a slip against the commitment of its draw, both as JSON: return, or raise.

    That seed and cutoff are the right ones is told by the proof bundle, and by nothing else.
    Raises DomainError: "slip-invalid", "proof-invalid"; "commitment-invalid" and others for what is no commitment.
    """
    fixed = commitment_from_json(commitment)
    fields = _SHAPE.obj(slip, "$", _KEYS)
    if fields["status"] == "absent":
        entity = _SHAPE.text(fields["entity"], "$.entity")
        absence = _SHAPE.obj(fields["absence"], "$.absence", {"pool", "excluded"})
        _check_gap(absence["pool"], "$.absence.pool", entity, fixed.pool_root)
        _check_size(absence["pool"], "$.absence.pool", fixed)
        _check_gap(absence["excluded"], "$.absence.excluded", entity, fixed.excluded_root)
        wanted = _base(fixed) | {"entity": entity, "status": "absent", "absence": absence}
    else:
        listed = isinstance(fields["leaf"], dict) and "reason" not in fields["leaf"]
        leaf = _entry(fields, "$", fixed.pool_root if listed else fixed.excluded_root)
        if listed:
            _check_size(fields, "$", fixed)
        entry = {name: fields[name] for name in ("root", "size", "index", "leaf", "proof")}
        wanted = _base(fixed) | entry | _told(leaf, _opened(fields, leaf))
    for name in sorted(_KEYS):
        if fields[name] != wanted[name]:
            detail = (
                "不是由承诺、条目和种子得出的 / is not what follows from commitment, entry and seed"
            )
            raise _SHAPE.refusal(f"$.{name}", detail)


def _check_size(head: Mapping[str, Any], place: str, fixed: Commitment) -> None:
    if head["size"] != fixed.pool_size:
        raise _SHAPE.refusal(f"{place}.size", "不是承诺的数量 / is not the committed size")


def _opened(fields: dict[str, Any], leaf: Mapping[str, str]) -> Opened | None:
    if fields["seed"] is None:
        return None
    cutoff = fields["cutoff"]
    return Opened(
        seed=_SHAPE.octets(fields["seed"], "$.seed", 32),
        cutoffs={
            leaf["stratum"]: None if cutoff is None else _SHAPE.octets(cutoff, "$.cutoff", 32)
        },
    )


def _entry(fields: dict[str, Any], place: str, root: bytes) -> dict[str, str]:
    """Check that an entry stands under the root, and give its leaf."""
    if fields["root"] != root.hex():
        raise _SHAPE.refusal(f"{place}.root", "不是承诺的树根 / is not the committed root")
    hashes = _SHAPE.array(fields["proof"], f"{place}.proof")
    proof = [_SHAPE.octets(each, f"{place}.proof", 32) for each in hashes]
    index = _SHAPE.integer(fields["index"], f"{place}.index", 0)
    size = _SHAPE.integer(fields["size"], f"{place}.size", 0)
    leaf = _SHAPE.obj(fields["leaf"], f"{place}.leaf", {"id", "stratum"}, frozenset({"reason"}))
    named = {name: _SHAPE.text(text, f"{place}.leaf.{name}") for name, text in leaf.items()}
    merkle.verify_inclusion(merkle.leaf_hash(canon(named)), index, size, proof, root)
    return named


def _check_gap(value: object, place: str, entity: str, root: bytes) -> None:
    """Check that no id like this one stands under the root."""
    gap = _SHAPE.obj(value, place, {"root", "size", "before", "after"})
    around: list[tuple[bytes, int]] = []
    for name in ("before", "after"):
        if gap[name] is not None:
            entry = _SHAPE.obj(gap[name], f"{place}.{name}", {"index", "leaf", "proof"})
            head = {"root": gap["root"], "size": gap["size"]}
            leaf = _entry({**entry, **head}, f"{place}.{name}", root)
            around.append((leaf["id"].encode(), entry["index"]))
    if not _apart(gap, around, entity.encode(), root):
        detail = "不能说明名单中没有它 / does not show that the list lacks it"
        raise _SHAPE.refusal(place, detail)


def _apart(
    gap: Mapping[str, Any], around: list[tuple[bytes, int]], key: bytes, root: bytes
) -> bool:
    """Whether the key lies between neighbours, beyond either end, or in an empty list."""
    match around:
        case [(before, first), (after, second)]:
            return before < key < after and second == first + 1
        case [(before, place)] if gap["after"] is None:
            return before < key and place == gap["size"] - 1
        case [(after, place)]:
            return key < after and place == 0
        case _:
            return (gap["root"], gap["size"]) == (root.hex(), 0) and root == merkle.EMPTY_ROOT
