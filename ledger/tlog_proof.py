"""C2SP tlog-proof: one small file that proves, without any network, that something stands in a signed ledger.

`extra` carries the event's own bytes where its owner has them, so that the file is whole; it is believed only because
its hash is the leaf that the proof leads from. Source: c2sp.org/tlog-proof.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError
from ledger.note import Checkpoint, Note

if TYPE_CHECKING:
    from domain.tiled_tree import TiledTree

HEADER = "c2sp.org/tlog-proof@v1"
INDEX = re.compile("index (0|[1-9][0-9]{0,18})")
MOST_HASHES = 63


@dataclass(frozen=True, kw_only=True)
class TlogProof:
    """A leaf's number, its audit path, the checkpoint as it was published, and perhaps the event."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {_base64(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(_base64, self.hashes), "", self.note]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> TlogProof:
        """Read a file; raises DomainError("receipt-malformed"). Nothing is verified yet."""
        head, blank, note = text.partition("\n\n")
        header, *lines = head.split("\n")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = _bytes(lines.pop(0).removeprefix("extra "))
        found = INDEX.fullmatch(lines.pop(0)) if lines else None
        if header != HEADER or not blank or found is None or len(lines) > MOST_HASHES:
            raise _malformed()
        proof = cls(index=int(found[1]), hashes=tuple(map(_bytes, lines)), note=note, extra=extra)
        if str(proof) != text:
            raise _malformed()
        return proof

    @classmethod
    def of(cls, tree: TiledTree, index: int, note: str, extra: bytes | None = None) -> TlogProof:
        """Make the proof of a leaf from the tree that the note signs; raises DomainError("proof-invalid")."""
        return cls(index=index, hashes=tuple(tree.prove_inclusion(index)), note=note, extra=extra)

    def verify(self, leaf: bytes, checkpoint: Checkpoint) -> None:
        """Check that this leaf hash stands at `index` under a checkpoint whose signatures were verified.

        Raises DomainError("proof-invalid").
        """
        merkle.verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)


def covers(note: str, leaf: int) -> bool:
    """Whether a checkpoint covers a leaf; raises DomainError: "note-malformed", "checkpoint-malformed"."""
    return Checkpoint.parse(Note.parse(note).text).size > leaf


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed() from None


def _malformed() -> DomainError:
    return DomainError("receipt-malformed", "不是 tlog-proof / not a tlog-proof of the format")
