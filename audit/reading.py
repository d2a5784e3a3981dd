"""One stored event by itself: canonical, of a known type, and signed by its actor if it says so.

Nothing here knows the history, so other processes can read as well.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from domain.errors import DomainError
from domain.merkle import HASH_SIZE
from domain.signing import SignedCommand, message
from ledger import codec, suites
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from domain.facts import Recorded
    from ledger.envelope import Signed

MISSING = bytes(HASH_SIZE)  # no event has this hash


class Row(NamedTuple):
    """An event as a source holds it; `columns` are stream, version and type where it stores them too.

    `state` is None where the source itself shows that this leaf is missing.
    """

    state: bytes | None
    columns: tuple[str, int, str] | None = None


class Reading(NamedTuple):
    """What the bytes of one leaf say; where they say nothing, `code` and `reason` tell why.

    `type` is the stored name, `sealed_for` is the subject of sealed fields; `signed` is the command that the actor signed,
    if any, and `flaw` a code where that signature cannot be accepted.
    """

    recorded: Recorded | None = None
    type: str = ""
    sealed_for: str | None = None
    signed: SignedCommand | None = None
    flaw: str = ""
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
    signed = _signed(envelope.signed) if envelope.signed else None
    return Reading(
        recorded=recorded,
        type=envelope.type,
        sealed_for=envelope.sealed.subject if envelope.sealed else None,
        signed=signed,
        flaw=_flaw(signed, envelope.command_id) if signed else "",
    )


def _signed(signed: Signed) -> SignedCommand:
    try:
        sig = base64.b64decode(signed.sig, validate=True)
    except ValueError:
        sig = b""
    suite = str(signed.command["alg"])  # the envelope was refused unless this is one that we know
    return SignedCommand(suite=suite, key=signed.key, sig=sig, command=signed.command)


def _flaw(signed: SignedCommand, command_id: str) -> str:
    """What is wrong with a signature by itself, as a code; nothing where it holds for this command id."""
    try:
        key = bytes.fromhex(signed.key)
        held = suites.holds(signed.suite, key, signed.sig, message(signed.command))
    except DomainError as error:
        return error.code
    named = signed.command.get("command_id") == command_id
    return "" if held and named else "command-signature-invalid"
