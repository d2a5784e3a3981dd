"""Receipts: whoever acted keeps a proof that what they did stands in the signed ledger (C2SP tlog-proof)."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import PlainTextResponse

from api.access import PartsNow, PersonNow
from api.acting import Person
from api.answers import refusals
from api.parts import Parts
from api.text import Leaf
from domain.errors import DomainError
from domain.tiled_tree import TiledTree
from ledger.cosignatures import not_witnessed
from ledger.tlog_proof import TlogProof

router = APIRouter(tags=["办理 / acts"], responses=refusals(401, 403, 404, 409))


class Proof(PlainTextResponse):
    """A tlog-proof, as a file to keep."""

    media_type = "text/plain"


@router.get("/receipts/{leaf}", summary="回执 / a receipt", response_class=Proof)
def receipt(
    leaf: Annotated[Leaf, Path(description="事件在账本中的位置 / the leaf of an event")],
    parts: PartsNow,
    person: PersonNow,
) -> Proof:
    """A C2SP tlog-proof of a leaf, under the newest checkpoint that counts.

    The event itself is in it for whoever did what it tells; for others it is the proof of a hash, which the public
    tiles give to everybody.
    """
    counted = parts.ledger.counted()
    if counted is None:
        raise not_witnessed()
    if leaf >= parts.ledger.size():
        raise DomainError("unknown-leaf", f"账本尚无叶 {leaf} / the ledger has no such leaf yet")
    if leaf >= counted.size:
        detail = (
            f"检查点尚未覆盖叶 {leaf}，请稍候 / no checkpoint covers it yet: try again in a moment"
        )
        raise DomainError("receipt-too-early", detail)
    tree = TiledTree(counted.size, parts.ledger.tiles.content)
    extra = _event(parts, person, leaf)
    return Proof(str(TlogProof.of(tree, leaf, counted.note, extra)))


def _event(parts: Parts, person: Person, leaf: int) -> bytes | None:
    """The event's bytes, for those who may see them.

    The first event of a command tells what its actor did. Those behind it may tell more than the actor may know yet:
    the last witness's number brings a list that is not public.
    """
    before, entry = (parts.ledger.read(each, 1)[0] for each in (max(0, leaf - 1), leaf))
    envelope = entry.envelope()
    own = envelope.actor.id == person.id
    first = leaf == 0 or before.envelope().command_id != envelope.command_id
    return entry.state if own and first else None
