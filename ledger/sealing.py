"""Personal data: each field under the key of its subject, each such key under the master key.

AES-256-GCM throughout, written as nonce (12 bytes) || ciphertext || tag. The associated data binds
a ciphertext to its place, so that it opens nowhere else; destroying a subject's key makes the
fields unreadable without touching a leaf, because leaves cover the ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.canonical import canon
from domain.errors import DomainError
from ledger.envelope import Sealed

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

    def bytes_for(self, field: str) -> bytes:
        """Give the associated data of one field."""
        return b"mingqian-ledger-v1/sealed\x00" + canon({**vars(self), "field": field})


def new_subject_key() -> bytes:
    """Give 32 random bytes."""
    return os.urandom(KEY_SIZE)


def wrap(master: bytes, subject: str, key: bytes) -> bytes:
    """Encrypt the key of `subject` under the master key."""
    return _encrypt(master, key, _subject_bytes(subject))


def unwrap(master: bytes, subject: str, wrapped: bytes) -> bytes:
    """Open a wrapped key; raises DomainError("sealed-unreadable")."""
    return _decrypt(master, wrapped, _subject_bytes(subject), subject)


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
