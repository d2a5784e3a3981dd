"""Does a log still continue what somebody outside kept of it? One kept checkpoint, its key, and the public tiles are enough.

This needs no export, no account and no trust in who runs the log; it works for every log of C2SP tlog-tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError
from ledger.note import Checkpoint, Note, VerifierKey, open_checkpoint
from ledger.policy import Policy

if TYPE_CHECKING:
    from domain.tiled_tree import TiledTree
    from ledger.published_log import PublishedLog


@dataclass(frozen=True, kw_only=True)
class Log:
    """Which log: its key, its name where that is not the key's, and who must have cosigned."""

    key: VerifierKey
    origin: str | None = None
    policy: Policy | None = None

    def __post_init__(self) -> None:
        """Raises DomainError("vkey-differs") for a log that the policy does not list."""
        if self.policy is not None:
            self.policy.require_log(self.key)

    def open(self, note: str) -> Checkpoint:
        """Read a checkpoint of this log; raises as `open_checkpoint`, or "checkpoint-not-witnessed"."""
        checkpoint = open_checkpoint(note, self.key, origin=self.origin)
        if self.policy is not None and not self.policy.is_met(Note.parse(note)):
            detail = f"{checkpoint.size} 叶的检查点未达到见证策略 / it does not meet the policy of witnesses"
            raise DomainError("checkpoint-not-witnessed", detail)
        return checkpoint


def continued(
    kept: str | None, published: PublishedLog, log: Log, *, new_only: bool = False
) -> str:
    """Give the log's checkpoint of now, if it continues the kept one and all its tiles lead to its head.

    With `new_only`, tiles of leaves that the kept one covers are not looked at again. The kept one may be from before
    there were witnesses. Raises DomainError: "log-shorter", "log-forked",
    "tiles-differ", "log-unreadable", and as `Log.open`.
    """
    before = None if kept is None else open_checkpoint(kept, log.key, origin=log.origin)
    note = published.checkpoint()
    now = log.open(note)
    tree = published.tree(now.size)
    require_continuation(before, now, tree)
    tree.require_whole(before.size if before is not None and new_only else 0)
    return note


def require_continuation(before: Checkpoint | None, now: Checkpoint, tree: TiledTree) -> None:
    """Check that the tiles lead to the head of now, and that this continues the one before, if any.

    Raises DomainError: "log-shorter", "log-forked", "tiles-differ".
    """
    if before is not None and now.size < before.size:
        detail = f"已留存 {before.size} 个叶，现只有 {now.size} 个 / fewer leaves than were signed before"
        raise DomainError("log-shorter", detail)
    if tree.root() != now.root:
        detail = f"瓦片算出的树头与签名的不同 / the tiles do not lead to the signed head of {now.size} leaves"
        raise DomainError("tiles-differ", detail)
    if before is not None and not _begins(before, now, tree):
        detail = f"前 {before.size} 个叶已非当初所签 / the first {before.size} leaves are not those that were signed"
        raise DomainError("log-forked", detail)


def _begins(before: Checkpoint, now: Checkpoint, tree: TiledTree) -> bool:
    """Whether the earlier tree is the beginning of the later; an empty one begins every tree."""
    if before.size == 0:
        return before.root == merkle.EMPTY_ROOT
    proof = tree.prove_consistency(before.size)
    try:
        merkle.verify_consistency(before.size, before.root, now.size, proof, now.root)
    except DomainError:
        return False
    return True
