"""The algorithms of people's signing keys, in one place: what verifies, and what makes and opens a private key.

`ed25519-sha256` is Ed25519 (RFC 8032) over the message itself. `sm2-sm3` is SM2 with SM3 (GB/T 32918) and the signer id
1234567812345678, a DER signature and an uncompressed point; it needs the optional package `tongsuopy` (`mingqian[sm]`).
The program can use these algorithms; it is not certified for them (支持商用密码算法，未经认证).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_BYTES, crypto_core_ed25519_is_valid_point

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

ED25519, SM2 = "ed25519-sha256", "sm2-sm3"
# What stands as `signed.alg` in an event.
WIRE: Mapping[str, Literal["ed25519", "sm2"]] = {ED25519: "ed25519", SM2: "sm2"}
_CURVE_BYTES = 32
_HEADING = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


class PrivateKey(Protocol):
    """The secret half of a key, whatever its algorithm."""

    @property
    def suite(self) -> str:
        """Its algorithm."""

    @property
    def public_key(self) -> str:
        """The public half in hex, as it is enrolled."""

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""

    def to_pem(self, passphrase: bytes) -> bytes:
        """Give the encrypted PKCS#8 text."""


def is_available(suite: str) -> bool:
    """Whether signatures of this suite can be made and verified here."""
    return suite == ED25519 or (suite == SM2 and find_spec("tongsuopy") is not None)


def holds(suite: str, public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature holds; a key that is none signs nothing. Raises DomainError("suite-unavailable")."""
    _require(suite)
    if suite == SM2:
        return _sm2_holds(public_key, signature, message)
    try:
        _ed25519(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def generate(suite: str) -> PrivateKey:
    """Make a key; raises DomainError("suite-unavailable")."""
    _require(suite)
    if suite == SM2:
        from tongsuopy.crypto.asymciphers import ec  # noqa: PLC0415 - optional

        return _Sm2(ec.generate_private_key(ec.SM2()))
    return _Ed25519(Ed25519PrivateKey.generate())


def load(pem: bytes, passphrase: bytes) -> PrivateKey:
    """Open an encrypted PKCS#8 text; raises DomainError("signing-key-unreadable")."""
    if not pem.lstrip().startswith(_HEADING):
        raise _unreadable("不是加密的 PKCS#8 / not encrypted PKCS#8")
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return _load_sm2(pem, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable("算法不在允许之列 / the algorithm is not allowed")
    return _Ed25519(key)


class _Ed25519:
    suite = ED25519

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def to_pem(self, passphrase: bytes) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )


class _Sm2:
    suite = SM2

    def __init__(self, key: Any) -> None:  # noqa: ANN401 - the package has no types
        self._key = key
        point = key.public_key().public_numbers()
        x, y = (number.to_bytes(_CURVE_BYTES, "big") for number in (point.x, point.y))
        self.public_key = (b"\x04" + x + y).hex()

    def sign(self, message: bytes) -> bytes:
        signature: bytes = self._key.sign(message, _sm3())
        return signature

    def to_pem(self, passphrase: bytes) -> bytes:
        from tongsuopy.crypto import serialization as sm  # noqa: PLC0415 - optional

        pem: bytes = self._key.private_bytes(
            sm.Encoding.PEM, sm.PrivateFormat.PKCS8, sm.BestAvailableEncryption(passphrase)
        )
        return pem


def _sm2_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from tongsuopy.crypto.asymciphers import ec  # noqa: PLC0415 - optional
    from tongsuopy.crypto.exceptions import InvalidSignature as Sm2Invalid  # noqa: PLC0415

    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), public_key)
        point.verify(signature, message, _sm3())
    except (Sm2Invalid, ValueError):
        return False
    return True


def _sm3() -> Any:  # noqa: ANN401 - the package has no types
    from tongsuopy.crypto import hashes  # noqa: PLC0415 - optional
    from tongsuopy.crypto.asymciphers import ec  # noqa: PLC0415 - optional

    return ec.ECDSA(
        hashes.SM3()
    )  # on this curve the package signs by SM2, with the standard's own signer id


def _load_sm2(pem: bytes, passphrase: bytes) -> PrivateKey:
    wrong = _unreadable("口令不对，或文件已损坏 / wrong passphrase, or a damaged file")
    if not is_available(SM2):
        raise wrong
    from tongsuopy.crypto import serialization as sm  # noqa: PLC0415 - optional
    from tongsuopy.crypto.asymciphers import ec  # noqa: PLC0415 - optional

    try:
        key = sm.load_pem_private_key(pem, passphrase)
    except Exception:  # noqa: BLE001 - the package raises errors of its own on damaged input
        raise wrong from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):  # the package knows no curve but SM2's
        raise wrong
    return _Sm2(key)


def _require(suite: str) -> None:
    if not is_available(suite):
        detail = f"{suite}: 此处未安装该算法 / not installed here: mingqian[sm]"
        raise DomainError("suite-unavailable", detail)


def _unreadable(why: str) -> DomainError:
    return DomainError("signing-key-unreadable", f"签名密钥不能打开 / the key does not open: {why}")


@lru_cache(maxsize=1024)
def _ed25519(key: bytes) -> Ed25519PublicKey:
    """Read a public key; ValueError for a point of small order too, under which anybody could sign anything."""
    if len(key) != crypto_core_ed25519_BYTES or not crypto_core_ed25519_is_valid_point(key):
        raise ValueError(key)
    return Ed25519PublicKey.from_public_bytes(key)
