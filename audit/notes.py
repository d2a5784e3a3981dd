"""What an auditor should know of although it is as it must be: it is on record so that somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.clock import ClockJumped
from domain.signing_keys import (
    SigningKey,
    SigningKeyConfirmed,
    SigningKeyRevoked,
    SigningMadeMandatory,
)

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History


NOTED = (ClockJumped, SigningKeyConfirmed, SigningKeyRevoked, SigningMadeMandatory)
"""The types of events of which there may be something to say."""


def note_of(recorded: Recorded, history: History) -> str | None:
    """Say what is worth an auditor's look in an event, if anything is; `history` is that before it."""
    leaf = recorded.leaf
    match recorded.event:
        case ClockJumped():
            return _jump(leaf, recorded.event)
        case SigningKeyConfirmed(bootstrap=True):
            return f"叶 {leaf}：无人能签名时确认的密钥 / leaf {leaf}: a key confirmed when nobody could sign: {recorded.stream}"
        case SigningKeyRevoked():
            return _revoked(recorded, history)
        case SigningMadeMandatory():
            return (
                f"叶 {leaf}：自此须本人签名 / leaf {leaf}: people sign for themselves from here on"
            )
        case _:
            return None


def _revoked(recorded: Recorded, history: History) -> str | None:
    """An administrator and who runs the service could give anybody another key: its owner should be asked."""
    key = history.get(SigningKey, recorded.stream.partition("/")[2])
    if key is None or key.staff == recorded.actor.id or key.state != "standing":
        return None
    return (
        f"叶 {recorded.leaf}：{key.staff} 的密钥由 {recorded.actor.id} 吊销，请向本人核实"
        f" / leaf {recorded.leaf}: the key of {key.staff} was revoked by {recorded.actor.id}: ask its owner"
    )


def _jump(leaf: int, event: ClockJumped) -> str:
    off = event.wall_ms - event.expected_ms
    if event.against == "ledger":
        return f"叶 {leaf}：时钟比账本最后一条早 {-off} 毫秒 / leaf {leaf}: the clock was {-off} ms behind the ledger"
    return f"叶 {leaf}：时钟跳动 {off:+} 毫秒 / leaf {leaf}: the clock jumped by {off:+} ms"
