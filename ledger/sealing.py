"""Personal data: each field under the key of its subject, each such key under the master key.

AES-256-GCM throughout, written as nonce (12 bytes) || ciphertext || tag. The associated data binds
a ciphertext to its place, so that it opens nowhere else; destroying a subject's key makes the
fields unreadable without touching a leaf, because leaves cover the ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.canonical import canon
from domain.errors import DomainError
from ledger.envelope import Envelope, Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

NONCE_SIZE = 12
KEY_SIZE = 32


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where sealed fields stand: they open only there."""

    subject: str
    stream: str
    version: int
    type: str

    def bytes_for(self, name: str) -> bytes:
        """Give the associated data of one field."""
        return b"mingqian-ledger-v1/sealed\x00" + canon({**vars(self), "field": name})


def new_subject_key() -> bytes:
    """Give 32 random bytes."""
    return os.urandom(KEY_SIZE)


@dataclass(frozen=True)
class MasterKey:
    """The master key of a file: 32 bytes that wrap the keys of subjects (`ledger.subject_keys.Wrapper`)."""

    secret: bytes = field(repr=False)

    def wrap(self, subject: str, key: bytes) -> bytes:
        """Encrypt the key of `subject`."""
        return _encrypt(self.secret, key, _subject_bytes(subject))

    def unwrap(self, subject: str, wrapped: bytes) -> bytes:
        """Open a wrapped key; raises DomainError("sealed-unreadable")."""
        return _decrypt(self.secret, wrapped, _subject_bytes(subject), subject)


def seal(key: bytes, place: Place, personal: Mapping[str, str]) -> Sealed:
    """Encrypt every field of `personal` under the key of `place.subject`."""
    sealed = {
        name: base64.b64encode(_encrypt(key, text.encode(), place.bytes_for(name))).decode()
        for name, text in sorted(personal.items())
    }
    return Sealed(fields=sealed, subject=place.subject)


def unseal(key: bytes, place: Place, sealed: Sealed) -> dict[str, str]:
    """Decrypt every field; raises DomainError("sealed-unreadable") naming the field."""
    return {
        name: _decrypt(key, _unbase64(text, name), place.bytes_for(name), name).decode()
        for name, text in sealed.fields.items()
    }


def open_envelope(key: bytes, envelope: Envelope) -> dict[str, str]:
    """Decrypt what is sealed beside an event, where it stands; raises as `unseal`."""
    if envelope.sealed is None:
        return {}
    place = Place(
        subject=envelope.sealed.subject,
        stream=envelope.stream,
        version=envelope.version,
        type=envelope.type,
    )
    return unseal(key, place, envelope.sealed)


def _subject_bytes(subject: str) -> bytes:
    return b"mingqian-ledger-v1/subject-key\x00" + subject.encode()


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, blob: bytes, bound: bytes, what: str) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE_SIZE], blob[NONCE_SIZE:], bound)
    except (InvalidTag, ValueError):
        raise _unreadable(what) from None


def _unbase64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _unreadable(what) from None


def _unreadable(what: str) -> DomainError:
    return DomainError("sealed-unreadable", f"密文不能在此处解开 / does not open here: {what}")
