"""Each stored event by itself: canonical, of a known type, and signed by its actor if it says so.

Nothing here knows the history, so batches of events can be read by other processes.
"""

from __future__ import annotations

import base64
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from audit.signatures import holds
from audit.workers import result_of
from domain.canonical import canon
from domain.errors import DomainError
from domain.merkle import HASH_SIZE, leaf_hash
from ledger import codec
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from audit.workers import Workers
    from domain.facts import Recorded

ROWS, OCTETS = 500, 4 * 2**20  # a batch is closed by whichever comes first
AHEAD = 6  # batches
COMMAND_TAG = b"mingqian-ledger-v1/command\x00"
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

    `type` is the stored name, `sealed_for` is the subject of sealed fields; `signed` tells whether the actor's own signature
    holds, None where there is none.
    """

    hashed: bytes
    recorded: Recorded | None = None
    type: str = ""
    sealed_for: str | None = None
    signed: bool | None = None
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
    return Reading(
        hashed=hashed,
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
