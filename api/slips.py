"""Slips: what one entity may know of a draw, made from the tables. Lists that were asked for lately are kept at hand."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from domain.errors import DomainError
from domain.lottery.commitment import commitment_from_json
from domain.lottery.pool import Excluded, Member, Pool
from domain.lottery.slip import Frame, Opened
from projections.queries import draws

if TYPE_CHECKING:
    from domain.lottery.commitment import Commitment
    from projections.reading import Read

MOST = 4


class Frames:
    """The lists of a few draws as trees. They never change, so the hash of a commitment is all that names them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Frame] = OrderedDict()
        self._mutex = Lock()

    def of(self, read: Read, commitment: Commitment) -> Frame:
        """The lists of a committed draw."""
        digest = commitment.digest()
        with self._mutex:  # whoever comes second waits, and need not do the same work
            if digest not in self._kept:
                self._kept[digest] = _frame(read, commitment.draw_id)
            self._kept.move_to_end(digest)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return self._kept[digest]


FRAMES = Frames()


def public_slip(read: Read, draw_id: str, entity: str) -> dict[str, Any]:
    """The slip of an entity in a draw of entities, with the entity's name at the commitment.

    Raises DomainError: "unknown-draw", "unknown-proof".
    """
    found = draws.public_draw(read, draw_id)
    if found is None or found["stage"] != "entities":
        raise DomainError("unknown-draw", "没有此检查对象抽取 / no such draw of entities")
    if found["commitment"] is None:
        raise DomainError("unknown-proof", "名单尚未固定 / the list is not fixed yet")
    commitment = commitment_from_json(found["commitment"])
    opened = _opened(draws.public_strata(read, draw_id))
    slip = FRAMES.of(read, commitment).slip(entity, commitment, opened)
    return {**slip, "name": draws.public_name(read, draw_id, entity)}


def _opened(told: dict[str, Any] | None) -> Opened | None:
    if told is None:
        return None
    cutoffs = {
        one["stratum"]: None if one["cutoff"] is None else bytes.fromhex(one["cutoff"])
        for one in told["strata"]
    }
    return Opened(seed=bytes.fromhex(told["seed"]), cutoffs=cutoffs)


def _frame(read: Read, draw_id: str) -> Frame:
    rows = draws.frame(read, draw_id)
    return Frame(
        Pool(
            members=tuple(
                Member(id=id_, stratum=stratum) for id_, stratum, reason in rows if reason is None
            ),
            excluded=tuple(
                Excluded(id=id_, stratum=stratum, reason=reason)
                for id_, stratum, reason in rows
                if reason is not None
            ),
        )
    )
