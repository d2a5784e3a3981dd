"""Each stored event by itself: canonical, of a known type, and signed by its actor if it says so.

Nothing here knows the history, so batches of events can be read by other processes.
"""

from __future__ import annotations

import base64
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from audit.workers import result_of
from domain.errors import DomainError
from domain.merkle import HASH_SIZE, leaf_hash
from domain.signing import SignedCommand, message
from ledger import codec, suites
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from audit.workers import Workers
    from domain.facts import Recorded
    from ledger.envelope import Signed

ROWS, OCTETS = 500, 4 * 2**20  # a batch is closed by whichever comes first
AHEAD = 6  # batches
MISSING = bytes(HASH_SIZE)  # no event has this hash


@dataclass(frozen=True, kw_only=True)
class Row:
    """An event as a source holds it; `columns` are stream, version and type where it stores them too.

    `state` is None where the source itself shows that this leaf is missing.
    """

    state: bytes | None
    columns: tuple[str, int, str] | None = None


class Reading(NamedTuple):
    """What the bytes of one leaf say; where they say nothing, `code` and `reason` tell why.

    `type` is the stored name, `sealed_for` is the subject of sealed fields; `signed` is the command that the actor signed, if
    any, and `flaw` a code where that signature cannot be accepted.
    """

    hashed: bytes
    recorded: Recorded | None = None
    type: str = ""
    sealed_for: str | None = None
    signed: SignedCommand | None = None
    flaw: str = ""
    code: str = ""
    reason: str = ""


def readings(rows: Iterator[Row], workers: Workers) -> Iterator[tuple[Row, Reading]]:
    """Read all rows in order, some batches ahead."""
    waiting: deque[tuple[list[Row], Future[list[Reading]]]] = deque()
    for first, batch in _batches(rows):
        states = [row.state for row in batch]
        waiting.append((batch, workers.call(read_all, first, states)))
        while len(waiting) > AHEAD or (waiting and waiting[0][1].done()):
            yield from _finished(*waiting.popleft())
    for batch, future in waiting:
        yield from _finished(batch, future)


def _finished(batch: list[Row], future: Future[list[Reading]]) -> Iterator[tuple[Row, Reading]]:
    read_ = result_of(future)
    return zip(batch, read_, strict=True)


def read_all(first: int, states: list[bytes | None]) -> list[Reading]:
    """Read the leaves from `first` on."""
    return [read(leaf, state) for leaf, state in enumerate(states, start=first)]


def read(leaf: int, state: bytes | None) -> Reading:
    """Read one leaf. Anything may be handed in, nothing is raised."""
    if state is None:
        reason = "缺少此叶 / this leaf is missing"
        return Reading(hashed=MISSING, code="leaf-missing", reason=reason)
    hashed = leaf_hash(state)
    try:
        envelope = Envelope.from_bytes(state)
        recorded = codec.to_recorded(leaf, envelope)
    except DomainError as error:
        return Reading(hashed=hashed, code=error.code, reason=error.detail)
    signed = _signed(envelope.signed) if envelope.signed else None
    return Reading(
        hashed=hashed,
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


def _batches(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Give rows in batches, each with the number of its first leaf."""
    first, octets, batch = 0, 0, list[Row]()
    for row in rows:
        batch.append(row)
        octets += len(row.state or b"")
        if len(batch) == ROWS or octets > OCTETS:
            yield first, batch
            first, octets, batch = first + len(batch), 0, []
    if batch:
        yield first, batch
