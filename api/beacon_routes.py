"""Fetching a round of drand for a draw: the one thing for which the service asks another machine, and only when told to."""

from fastapi import APIRouter, Response

from api.access import PartsNow, PersonNow
from api.acts import record
from api.answers import ACTING, ActAnswer
from api.parts import Parts
from api.signatures import IdempotencyKey, Sent
from api.text import Word
from domain.acts import acting_role
from domain.draw_commands import EnterBeacon
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.lottery import chains
from domain.lottery.chains import ChainName
from domain.lottery.entropy import Drand
from ledger.relay import fetch

router = APIRouter(tags=["办理 / acts"], responses=ACTING)


@router.post(
    "/draws/{draw_id}/beacons/{chain}/fetch",
    operation_id="fetch_beacon",
    summary="从节点取 drand 随机信标 / fetch the committed round from a relay and enter it",
)
def fetch_beacon(  # noqa: PLR0913, PLR0917 - each parameter of the request is one
    draw_id: Word,
    chain: ChainName,
    parts: PartsNow,
    person: PersonNow,
    response: Response,
    key: IdempotencyKey = None,
) -> ActAnswer:
    """Ask the configured relays for the round that the draw committed, and enter it as the acting person's own act.

    The signature is verified, so it does not matter which relay gave it.
    """
    acting_role(EnterBeacon, person.roles)  # nobody else makes the service ask around
    source = _source(parts, draw_id, chain)
    if not parts.settings.drand_relays:
        detail = "未设置 MINGQIAN_DRAND_RELAYS，请抄录签名 / no relay is set: enter the signature by hand"
        raise DomainError("relays-missing", detail)
    revealed = fetch(parts.settings.drand_relays, source)
    command = EnterBeacon(
        draw_id=draw_id,
        chain=chain,
        round=source.round,
        signature=revealed["signature"],
        previous_signature=revealed.get("previous_signature"),
    )
    return record(parts, person, [command], Sent(key=key), response)


def _source(parts: Parts, draw_id: str, chain: ChainName) -> Drand:
    draw = parts.writer.history().get(Draw, draw_id)
    if draw is None:
        raise DomainError("unknown-draw", "没有此抽取 / no such draw")
    wanted = chains.by_name(chain).hash
    for source in draw.sources:
        if isinstance(source, Drand) and source.chain == wanted:
            return source
    detail = f"该抽取没有承诺 {chain} 的轮次 / no round of this chain was committed"
    raise DomainError("wrong-round", detail)
