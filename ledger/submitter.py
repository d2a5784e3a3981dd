"""A witness outside the operator is shown each new checkpoint, and what it signs is kept (C2SP tlog-witness, client).

Each witness has a thread of its own, so a slow or dead one holds up neither the others nor any command. What it
answers is believed only so far as its signature holds. Source: c2sp.org/tlog-witness.
"""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

import httpx
import structlog

from domain.errors import DomainError
from domain.tiled_tree import TiledTree
from ledger.note import Note, Signature, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from ledger.policy import Witness
    from ledger.store import Ledger
    from ledger.writer import Writer

POLL_SECONDS = 0.5
PATIENCE = 5.0  # seconds: for a connection, for each piece of an answer, and for the whole of it
LONGEST_PAUSE = 60.0  # between two tries at a witness that fails
MAX_ANSWER = 64 * 1024
OK, CONFLICT = 200, 409
SIZE_TYPE = "text/x.tlog.size"
SIZE = re.compile("(0|[1-9][0-9]{0,18})\n")

logger = structlog.get_logger("mingqian.witnesses")


class Submitter:
    """Shows one witness the newest checkpoint until it has signed it, then waits for the next."""

    def __init__(self, ledger: Ledger, writer: Writer, witness: Witness) -> None:
        self._ledger = ledger
        self._writer = writer
        self._witness = witness

    def run(self, stop: Event) -> None:
        """Go on until stopped; what the witness does wrong is logged, what the database raises is raised."""
        failures = 0
        with httpx.Client(timeout=PATIENCE, headers={"Accept-Encoding": "identity"}) as http:
            while not stop.is_set():
                try:
                    self.submit(http)
                    failures = 0
                    stop.wait(POLL_SECONDS)
                except DomainError as refusal:
                    if not refusal.code.startswith("witness-"):
                        raise
                    failures += 1
                    logger.warning(
                        refusal.code,
                        witness=self._witness.name,
                        detail=refusal.detail,
                        tries=failures,
                    )
                    stop.wait(min(LONGEST_PAUSE, 2.0**failures))

    def submit(self, http: httpx.Client) -> None:
        """Have the newest checkpoint signed if it is not yet, and note for draws what counts now.

        Raises DomainError: "witness-unreachable", "witness-answer-invalid", "witness-ahead".
        """
        newest = self._ledger.newest()
        last = self._ledger.cosignatures.last(self._witness.key)
        if newest is None or newest[0] <= last:
            return
        size, signed = newest
        tree = TiledTree(size, self._ledger.tiles.content)
        line = cosign(http, self._witness, signed, last, tree)
        self._ledger.cosignatures.keep(size, self._witness.key, line)
        logger.info("cosigned", witness=self._witness.name, size=size)
        self._writer.cover_draws()


def cosign(
    http: httpx.Client, witness: Witness, signed: str, last: int, tree: TiledTree
) -> Signature:
    """Ask a witness for its cosignature of a note over `tree`; `last` is what it is thought to have signed before.

    Raises DomainError: "witness-unreachable", "witness-answer-invalid", "witness-ahead".
    """
    status, kind, body = _post(http, witness, request(signed, last, tree))
    if status == CONFLICT and kind.partition(";")[0] == SIZE_TYPE:
        status, kind, body = _post(http, witness, request(signed, _size(body, tree.size), tree))
    if status != OK:
        raise DomainError("witness-answer-invalid", f"HTTP {status}")
    for line in _lines(body):
        # "The client MUST ignore any cosignatures from unknown keys."
        if (line.name, line.key_id) == (witness.key.name, witness.key.id):
            return _verified(line, signed, witness)
    detail = "没有该见证方的签名 / no cosignature of this witness"
    raise DomainError("witness-answer-invalid", detail)


def _verified(line: Signature, signed: str, witness: Witness) -> Signature:
    try:
        verify(Note(text=Note.parse(signed).text, signatures=(line,)), witness.key)
    except DomainError as error:
        raise DomainError("witness-answer-invalid", error.detail) from None
    return line


def request(signed: str, old: int, tree: TiledTree) -> bytes:
    """Give the body of add-checkpoint: the old size, the proof from it, an empty line and the checkpoint."""
    # "The proof MUST be empty if the old size is zero"; from a size to itself nothing is to be proved.
    proof = tree.prove_consistency(old) if 0 < old < tree.size else []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof), "", signed]
    return "\n".join(lines).encode()


def _size(body: bytes, size: int) -> int:
    found = SIZE.fullmatch(body.decode("ascii", "replace"))
    if found is None:
        raise DomainError("witness-answer-invalid", "409 未给出叶数 / 409 without a size")
    if int(found[1]) > size:
        detail = f"见证方已签 {found[1]} 个叶，本账本只有 {size} 个 / it has signed more leaves than are here"
        raise DomainError("witness-ahead", detail)
    return int(found[1])


def _lines(body: bytes) -> Iterator[Signature]:
    """Give the lines that are signatures; whatever else stands there says nothing."""
    for line in body.decode("utf-8", "replace").split("\n"):
        with suppress(DomainError):
            yield Signature.parse(line)


def _post(http: httpx.Client, witness: Witness, body: bytes) -> tuple[int, str, bytes]:
    """Give status, content type and body of the answer; the whole has a limit in time and length."""
    end = monotonic() + PATIENCE
    url = f"{(witness.url or '').rstrip('/')}/add-checkpoint"
    try:
        with http.stream("POST", url, content=body) as answer:
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > MAX_ANSWER or monotonic() > end:
                    raise DomainError(
                        "witness-answer-invalid", "答复过长或过慢 / too long or too slow"
                    )
            return answer.status_code, answer.headers.get("Content-Type", ""), content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        detail = f"无法连接 / no connection: {type(error).__name__}"
        raise DomainError("witness-unreachable", detail) from None
