"""One stored event by itself: canonical, of a known type, and signed by its actor if it says so.

Nothing here knows the history, so other processes can read as well.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from audit.signatures import holds
from domain.canonical import canon
from domain.errors import DomainError
from domain.merkle import HASH_SIZE
from ledger import codec
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from domain.facts import Recorded

COMMAND_TAG = b"mingqian-ledger-v1/command\x00"
MISSING = bytes(HASH_SIZE)  # no event has this hash


class Row(NamedTuple):
    """An event as a source holds it; `columns` are stream, version and type where it stores them too.

    `state` is None where the source itself shows that this leaf is missing.
    """

    state: bytes | None
    columns: tuple[str, int, str] | None = None


class Reading(NamedTuple):
    """What the bytes of one leaf say; where they say nothing, `code` and `reason` tell why.

    `type` is the stored name, `sealed_for` is the subject of sealed fields; `signed` tells whether the actor's own signature
    holds, None where there is none.
    """

    recorded: Recorded | None = None
    type: str = ""
    sealed_for: str | None = None
    signed: bool | None = None
    code: str = ""
    reason: str = ""


def read(leaf: int, state: bytes | None) -> Reading:
    """Read one leaf. Anything may be handed in, nothing is raised."""
    if state is None:
        return Reading(code="leaf-missing", reason="缺少此叶 / this leaf is missing")
    try:
        envelope = Envelope.from_bytes(state)
        recorded = codec.to_recorded(leaf, envelope)
    except DomainError as error:
        return Reading(code=error.code, reason=error.detail)
    return Reading(
        recorded=recorded,
        type=envelope.type,
        sealed_for=envelope.sealed.subject if envelope.sealed else None,
        signed=_own_signature_holds(envelope),
    )


def _own_signature_holds(envelope: Envelope) -> bool | None:
    signed = envelope.signed
    if signed is None:
        return None
    try:
        signature = base64.b64decode(signed.sig, validate=True)
    except ValueError:
        return False
    message = COMMAND_TAG + canon(signed.command)
    named = signed.command.get("command_id") == envelope.command_id
    return named and holds(bytes.fromhex(signed.key), signature, message)
