"""Rounds of drand: the BLS signature under the pinned key of a chain, over BLS12-381.

A point of the curve outside its prime-order subgroup can be added to a signature so that the pairing still holds, while the
signature's hash, which is the randomness, is another. So points are parsed with the subgroup check, from the one encoding
that a point has.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, assert_never

from py_arkworks_bls12381 import GT, G1Point, G2Point

from domain.lottery.chains import CHAINS

if TYPE_CHECKING:
    from domain.lottery.chains import Chain
    from domain.lottery.entropy import Drand

_Point = TypeVar("_Point", G1Point, G2Point)
_ROUNDS = range(1, 2**64)  # a round is signed as 8 bytes
_DST_G1 = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_DST_G2 = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"


def check(source: Drand, signature: bytes, previous: bytes | None) -> bool:
    """Tell whether `signature` is that of the round; `previous` belongs to chained chains alone, and there always.

    Anything else, of whatever shape, is False.
    """
    chain = CHAINS.get(source.chain)
    if chain is None or chain.chained == (previous is None) or source.round not in _ROUNDS:
        return False
    message = sha256((previous or b"") + source.round.to_bytes(8, "big")).digest()
    return _holds(chain, message, signature)


def _holds(chain: Chain, message: bytes, signature: bytes) -> bool:
    """Compare e(generator, signature) with e(key, H(message)), in the groups of the chain's scheme."""
    match chain.scheme:
        case "pedersen-bls-chained":
            in_g2 = _parse(G2Point, signature)
            if in_g2 is None:
                return False
            key_in_g1 = G1Point.from_compressed_bytes(chain.public_key)
            hashed_to_g2 = G2Point.hash_to_curve(message, _DST_G2)
            return GT.pairing_check([-G1Point(), key_in_g1], [in_g2, hashed_to_g2])
        case "bls-unchained-g1-rfc9380":
            in_g1 = _parse(G1Point, signature)
            if in_g1 is None:
                return False
            key_in_g2 = G2Point.from_compressed_bytes(chain.public_key)
            hashed_to_g1 = G1Point.hash_to_curve(message, _DST_G1)
            return GT.pairing_check([in_g1, hashed_to_g1], [-G2Point(), key_in_g2])
        case _:
            assert_never(chain.scheme)


def _parse(group: type[_Point], encoded: bytes) -> _Point | None:
    """Give the point of the subgroup, not infinity, that has exactly this encoding."""
    try:
        point = group.from_compressed_bytes(encoded)  # checks curve and subgroup
    except ValueError:
        return None
    # Infinity is taken with any coordinates behind its flag.
    if point == group.identity() or point.to_compressed_bytes() != encoded:
        return None
    return point
