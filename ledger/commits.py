"""What is saved together is signed together: links, signatures and their check. Pure, no IO.

mingqian-ledger-v1: `link = H("mingqian-ledger-v1/link" || 0x00 || prev_link || u64(first_leaf) ||
u64(count) || head)`, and the service key signs `"mingqian-ledger-v1/commit" || 0x00 || link`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain import merkle
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_LINK = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One signature over `count` events from `first_leaf` on, chained to all commits before."""

    first_leaf: int
    count: int
    link: bytes
    key: bytes
    sig: bytes

    @property
    def size(self) -> int:
        """Leaves in the ledger once this commit is in it."""
        return self.first_leaf + self.count

    def as_object(self) -> dict[str, object]:
        """Give the line of `commits.jsonl`."""
        return {
            "first_leaf": self.first_leaf,
            "count": self.count,
            "link": self.link.hex(),
            "key": self.key.hex(),
            "sig": base64.b64encode(self.sig).decode(),
        }

    def line(self) -> bytes:
        """Give the same canonically and with its newline: what is written of numbers, hex and base64 is canonical."""
        key, link_, sig = self.key.hex(), self.link.hex(), base64.b64encode(self.sig).decode()
        return (
            f'{{"count":{self.count},"first_leaf":{self.first_leaf},"key":"{key}",'
            f'"link":"{link_}","sig":"{sig}"}}\n'
        ).encode()


def link(prev_link: bytes, first_leaf: int, count: int, head: bytes) -> bytes:
    """Chain a commit to the one before it."""
    numbers = first_leaf.to_bytes(8, "big") + count.to_bytes(8, "big")
    return sha256(b"mingqian-ledger-v1/link\x00" + prev_link + numbers + head).digest()


def bytes_to_sign(commit_link: bytes) -> bytes:
    """Give what the service key signs."""
    return b"mingqian-ledger-v1/commit\x00" + commit_link


def seal(
    prev_link: bytes, first_leaf: int, leaf_hashes: Sequence[bytes], key: Ed25519PrivateKey
) -> Commit:
    """Link and sign a commit of these leaves."""
    here = link(prev_link, first_leaf, len(leaf_hashes), merkle.root(leaf_hashes))
    return Commit(
        first_leaf=first_leaf,
        count=len(leaf_hashes),
        link=here,
        key=_public(key),
        sig=key.sign(bytes_to_sign(here)),
    )


@lru_cache(maxsize=4)  # a service has one, and computing it takes as long as half a signature
def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def verify(commit: Commit, prev_link: bytes, leaf_hashes: Sequence[bytes]) -> None:
    """Check a commit against the link before it and its own leaves.

    Whether its key was the service key at that leaf is for the caller, who knows the history.
    Raises DomainError: "commit-link-differs" or "commit-signature-invalid".
    """
    here = link(prev_link, commit.first_leaf, commit.count, merkle.root(leaf_hashes))
    if len(leaf_hashes) != commit.count or here != commit.link:
        raise DomainError("commit-link-differs", f"叶 {commit.first_leaf} / leaf")
    try:
        Ed25519PublicKey.from_public_bytes(commit.key).verify(commit.sig, bytes_to_sign(here))
    except (InvalidSignature, ValueError):
        raise DomainError("commit-signature-invalid", f"叶 {commit.first_leaf} / leaf") from None
