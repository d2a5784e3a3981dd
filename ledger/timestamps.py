"""Time from outside: an authority signs that a checkpoint was there at a moment (RFC 3161), and the token is kept.

What is stamped is the text of the checkpoint's note: its three lines, each with its newline, which are the bytes that the
log's own signature covers. So a token says of every leaf that the checkpoint covers that it was there at the token's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from rfc3161_client import (
    TimestampRequestBuilder,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.base import HashAlgorithm

from domain.errors import DomainError
from ledger import der
from ledger.note import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

    from ledger.recorder import LedgerRecorder

SHA256 = "2.16.840.1.101.3.4.2.1"
BATCH = 500
MAX_TOKEN = 64 * 1024  # bytes; one with a chain of certificates has about 6,000
SELECT_LAST = "SELECT coalesce(max(size), 0) FROM ledger.timestamps WHERE authority = %s"
SELECT_NEXT = """
SELECT size, authority, token FROM ledger.timestamps
WHERE (size, authority) > (%s, %s) ORDER BY size, authority LIMIT %s"""
INSERT = """
INSERT INTO ledger.timestamps (size, authority, token) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING RETURNING size"""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A token over the checkpoint of `size` leaves: `token` is a TimeStampResp in DER, `authority` the host that gave it."""

    size: int
    authority: str
    token: bytes


class Timestamps:
    """The table of tokens."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder

    def keep(self, stamp: Stamp) -> None:
        """Store a token that was verified; the first of an authority for a size stays."""
        self._recorder.select(INSERT, [stamp.size, stamp.authority, stamp.token])

    def last(self, authority: str) -> int:
        """Give the largest size that an authority has stamped, 0 for none."""
        return int(self._recorder.select(SELECT_LAST, [authority])[0][0])

    def all(self) -> Iterator[Stamp]:
        """Give every token, by size and authority."""
        last: tuple[int, str] = (0, "")
        while rows := self._recorder.select(SELECT_NEXT, [*last, BATCH]):
            for size, authority, token in rows:
                yield Stamp(size=size, authority=authority, token=token)
                last = (size, authority)


def stamped_bytes(note: str) -> bytes:
    """Give what is stamped of a signed note; raises DomainError("note-malformed")."""
    return Note.parse(note).text.encode()


def request(text: bytes) -> TimeStampRequest:
    """Make a request for a token over SHA-256 of `text`, with a fresh nonce, asking for the certificates."""
    return TimestampRequestBuilder(data=text, hash_algorithm=HashAlgorithm.SHA256).build()


def read_certificates(path: Path) -> tuple[Certificate, ...]:
    """Read the certificates (PEM, one or several) that are trusted; raises DomainError("certificates-unreadable")."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        why = type(error).__name__
        detail = f"{path}: 读不出 PEM 证书 / no PEM certificates can be read: {why}"
        raise DomainError("certificates-unreadable", detail) from None


def stamped_at(
    token: bytes, text: bytes, trusted: Sequence[Certificate], nonce: int | None = None
) -> datetime:
    """Verify a token over `text` and give the moment (UTC) by which it was there: the token's, plus its own accuracy.

    Imprint, signature, the certificate's purpose, and its chain to one of `trusted` as of that moment; `nonce` where the
    token answers a request of ours. Revocation is not asked for. Raises DomainError("timestamp-invalid").
    """
    try:
        response = decode_timestamp_response(der.with_sorted_certificates(token))
        verifier = VerifierBuilder(roots=list(trusted), nonce=nonce).build()
        verifier.verify(response, sha256(text).digest())
        info = response.tst_info
    except Exception as error:  # noqa: BLE001 - a hostile token may hold anything, and the parsers raise what they like
        raise _invalid(str(error)) from None
    if info.message_imprint.hash_algorithm.dotted_string != SHA256:
        raise _invalid("SHA-256")
    return info.gen_time + _accuracy(response)


def _accuracy(response: TimeStampResponse) -> timedelta:
    given = response.tst_info.accuracy
    if given is None:
        return timedelta()
    return timedelta(
        seconds=given.seconds or 0, milliseconds=given.millis or 0, microseconds=given.micros or 0
    )


def _invalid(why: str) -> DomainError:
    detail = (
        f"时间戳不成立 / the time-stamp token does not hold: {why.partition(': Unable')[0][:200]}"
    )
    return DomainError("timestamp-invalid", detail)
