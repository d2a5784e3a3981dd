"""Publishing heads: the log never signs a tree that does not continue the one it signed before."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import extend
from ledger import note
from ledger.hashes import BATCH, leaf_hashes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ledger.recorder import LedgerRecorder

SELECT_SIZE = "SELECT first_leaf + count FROM ledger.commits ORDER BY first_leaf DESC LIMIT 1"
SELECT_LATEST = "SELECT note FROM ledger.checkpoints ORDER BY size DESC LIMIT 1"
SELECT_ALL = "SELECT size, note FROM ledger.checkpoints ORDER BY size"
SELECT_NOTE = "SELECT note FROM ledger.checkpoints WHERE size = %s"
INSERT = """
INSERT INTO ledger.checkpoints (size, note) VALUES (%s, %s)
ON CONFLICT (size) DO NOTHING RETURNING note"""


class Checkpoints:
    """Signs and stores heads; keeps the frontier of the tree, so that only new leaves are hashed."""

    def __init__(self, recorder: LedgerRecorder, origin: str, key: Ed25519PrivateKey) -> None:
        self._recorder = recorder
        self._origin = origin
        self._key = key
        self._verifier = note.log_key(origin, key.public_key().public_bytes_raw())
        self._frontier = merkle.Frontier()
        self._mutex = Lock()

    def latest(self) -> str | None:
        """Give the newest signed note, or None before the first."""
        rows = self._recorder.select(SELECT_LATEST, [])
        return str(rows[0][0]) if rows else None

    def all(self) -> dict[int, str]:
        """Give every published note by its size, ascending."""
        return dict(self._recorder.select(SELECT_ALL, []))

    def publish(self) -> str:
        """Sign and store the head over all leaves; the note of a size that has one stays as it is.

        Raises DomainError("checkpoint-inconsistent") when the leaves no longer lead to the newest
        published head, and then signs nothing.
        """
        with self._mutex:
            self._continue_from_latest()
            self._advance(self._recorder.select(SELECT_SIZE, [])[0][0])
            head = note.Checkpoint(
                origin=self._origin, size=self._frontier.size, root=self._frontier.root()
            )
            signed = note.sign_checkpoint(head, self._key)
            # Nothing is returned where another process was first: then its note is there by now.
            stored = self._recorder.select(INSERT, [head.size, signed])
            return str((stored or self._recorder.select(SELECT_NOTE, [head.size]))[0][0])

    def _continue_from_latest(self) -> None:
        """Walk to the newest published head and check that the leaves still lead to it."""
        published = self.latest()
        if published is None:
            return
        head = note.open_checkpoint(published, self._verifier)
        if head.size >= self._frontier.size:
            self._advance(head.size)
            if (self._frontier.size, self._frontier.root()) != (head.size, head.root):
                detail = f"前 {head.size} 个叶与已发布的树头不符 / leaves differ from the head"
                raise DomainError("checkpoint-inconsistent", detail)

    def _advance(self, size: int) -> None:
        """Hash on to `size` leaves."""
        while self._frontier.size < size:
            stop = min(size, self._frontier.size + BATCH)
            extend(self._frontier, leaf_hashes(self._recorder, self._frontier.size, stop))
