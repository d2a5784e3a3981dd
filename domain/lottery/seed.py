"""From the commitment and the revealed entropy to the seed: draw-v1 section 5.

The same tags serve assign-v1; the commitment keeps the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeAlias

VrfCheck: TypeAlias = Callable[[bytes, bytes, bytes], bytes | None]
"""RFC 9381 verification: (public key, alpha, pi) gives beta, or None when the proof is wrong."""


def alpha_of(commitment_hash: bytes, randomness: Sequence[bytes]) -> bytes:
    """Give the VRF input: the commitment and the 32 bytes of each source, in its order."""
    return sha256(b"mingqian-draw-v1/alpha\x00" + commitment_hash + b"".join(randomness)).digest()


def seed_of(alpha: bytes, beta: bytes) -> bytes:
    """Give the seed from the VRF's input and output."""
    return sha256(b"mingqian-draw-v1/seed\x00" + alpha + beta).digest()
