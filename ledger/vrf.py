"""ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, suite 0x03): one key, one input, exactly one output.

Curve arithmetic is libsodium's. Two things are done here because libsodium does otherwise: its
decoding takes encodings that RFC 8032 section 5.1.3 refuses, and its multiplication takes no point
outside the prime-order subgroup, while RFC 9381 clears the cofactor only in `beta`.
"""

from __future__ import annotations

from hashlib import sha512

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from nacl.exceptions import CryptoError

SECRET_SIZE = 32
PUBLIC_SIZE = 32
PROOF_SIZE = 80  # Gamma 32, c 16, s 32, numbers little-endian

_SUITE = b"\x03"
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_IDENTITY = (1).to_bytes(32, "little")


def keypair(secret: bytes) -> tuple[bytes, bytes]:
    """Give `(secret, public)` for 32 secret bytes; the public key is the one Ed25519 would have."""
    scalar, _ = _expand(secret)
    return secret, crypto_scalarmult_ed25519_base_noclamp(scalar)


def prove(secret: bytes, alpha: bytes) -> tuple[bytes, bytes]:
    """Give `(pi, beta)`: the proof of 80 bytes and the output of 64 (RFC 9381 section 5.1)."""
    scalar, prefix = _expand(secret)
    public = crypto_scalarmult_ed25519_base_noclamp(scalar)
    point = _encode_to_curve(public, alpha)
    gamma = crypto_scalarmult_ed25519_noclamp(scalar, point)
    nonce = crypto_core_ed25519_scalar_reduce(sha512(prefix + point).digest())
    commit_base = crypto_scalarmult_ed25519_base_noclamp(nonce)
    commit_point = crypto_scalarmult_ed25519_noclamp(nonce, point)
    challenge = _challenge(public, point, gamma, commit_base, commit_point)
    blinded = crypto_core_ed25519_scalar_mul(challenge + bytes(16), scalar)
    response = crypto_core_ed25519_scalar_add(nonce, blinded)
    return gamma + challenge + response, _output(_clear_cofactor(gamma))


def verify(public: bytes, alpha: bytes, pi: bytes) -> bytes | None:
    """Give `beta` when `pi` proves it for `alpha` under a valid key, else None (section 5.3)."""
    if len(public) != PUBLIC_SIZE or len(pi) != PROOF_SIZE:
        return None
    gamma, challenge, response = pi[:32], pi[32:48], pi[48:]
    if not (_is_strict(public) and _is_strict(gamma)) or int.from_bytes(response, "little") >= _L:
        return None
    try:
        cleared = _clear_cofactor(gamma)
        # A small-order key is refused (section 5.4.5): its multiple by the cofactor is the
        # identity, which libsodium does not multiply.
        point = _encode_to_curve(public, alpha)
        commit_base = crypto_core_ed25519_sub(
            crypto_scalarmult_ed25519_base_noclamp(response), _times_challenge(challenge, public)
        )
        commit_point = crypto_core_ed25519_sub(
            crypto_scalarmult_ed25519_noclamp(response, point), _times_challenge(challenge, gamma)
        )
    except CryptoError:
        return None
    expected = _challenge(public, point, gamma, commit_base, commit_point)
    return _output(cleared) if expected == challenge else None


def _expand(secret: bytes) -> tuple[bytes, bytes]:
    """Secret scalar, clamped, and the prefix of the nonce (RFC 8032 section 5.1.5)."""
    if len(secret) != SECRET_SIZE:
        raise ValueError("a VRF secret has 32 bytes")
    digest = bytearray(sha512(secret).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    return bytes(digest[:32]), bytes(digest[32:])


def _encode_to_curve(public: bytes, alpha: bytes) -> bytes:
    """Try and increment (section 5.4.1.1): about two tries; failing all 256 has chance 2^-256."""
    for counter in range(256):
        message = _SUITE + b"\x01" + public + alpha + bytes([counter]) + b"\x00"
        candidate = sha512(message).digest()[:32]
        if not _is_strict(candidate):
            continue
        try:
            point = _clear_cofactor(candidate)
        except CryptoError:  # no point of the curve has this y
            continue
        if point != _IDENTITY:
            return point
    raise AssertionError("no point in 256 tries")  # pragma: no cover


def _challenge(*points: bytes) -> bytes:
    return sha512(_SUITE + b"\x02" + b"".join(points) + b"\x00").digest()[:16]


def _output(cleared: bytes) -> bytes:
    return sha512(_SUITE + b"\x03" + cleared + b"\x00").digest()


def _is_strict(encoded: bytes) -> bool:
    """RFC 8032 section 5.1.3: y below p, and no sign on x = 0 (which has y = 1 or -1)."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    return y < _P and not (sign and y in {1, _P - 1})


def _clear_cofactor(point: bytes) -> bytes:
    for _ in range(3):
        point = crypto_core_ed25519_add(point, point)
    return point


def _times_challenge(challenge: bytes, point: bytes) -> bytes:
    """Multiply any point: eighths inside the subgroup, the rest of less than eight by additions."""
    eighths, rest = divmod(int.from_bytes(challenge, "little"), 8)
    scalar = eighths.to_bytes(32, "little")
    product: bytes = crypto_scalarmult_ed25519_noclamp(scalar, _clear_cofactor(point))
    for _ in range(rest):
        product = crypto_core_ed25519_add(product, point)
    return product
