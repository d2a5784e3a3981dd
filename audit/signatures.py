"""Ed25519 signatures by the batch."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Signed: TypeAlias = tuple[bytes, bytes, bytes]
"""Public key, signature and signed bytes."""


def invalid(batch: list[Signed]) -> list[int]:
    """Give the places in the batch whose signature does not hold."""
    return [index for index, signed in enumerate(batch) if not holds(*signed)]


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature holds; a key that is none signs nothing."""
    try:
        _public(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
