"""What people are found by: a keyed digest of each searchable field, so that nobody without the key can try guesses.

Two texts that people take for the same give one digest. It is bound to the field's name: a telephone is not found by a name.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain import identifiers
from ledger import sealing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.envelope import Envelope
    from ledger.store import Ledger

FIELDS = ("name", "telephone", "id_card", "certificate_number", "contact")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A text that a field of a subject holds."""

    subject: str
    field: str
    text: str


def normalise(field: str, text: str) -> str:
    """Give the one form of a text: digits of a telephone, an ID card number in capitals, else trimmed and composed (NFC)."""
    match field:
        case "telephone":
            return "".join(c for c in unicodedata.normalize("NFKC", text) if c in "0123456789")
        case "id_card":
            return identifiers.normalise(text)
        case _:
            return unicodedata.normalize("NFC", text).strip()


def digest(key: bytes, field: str, text: str) -> bytes:
    """HMAC-SHA-256 over `"mingqian-ledger-v1/search" || 0x00 || field || 0x00 || normalised text`."""
    content = f"mingqian-ledger-v1/search\x00{field}\x00{normalise(field, text)}"
    return hmac.digest(key, content.encode(), hashlib.sha256)


def rebuild(ledger: Ledger) -> int:
    """Note anew what people are found by, and give the number of words; nobody records anything meanwhile.

    Of each field the newest text counts. Raises as `SubjectKeys`, and "sealed-unreadable".
    """
    newest: dict[tuple[str, str], str] = {}
    leaf = 0
    with ledger.transaction() as transaction:
        while batch := transaction.read(leaf):
            leaf += len(batch)
            envelopes = [entry.envelope() for entry in batch]
            subjects = [one.sealed.subject for one in envelopes if one.sealed is not None]
            keys = ledger.keys.subjects.known(subjects)
            for envelope in envelopes:
                newest |= {(word.subject, word.field): word.text for word in _words(envelope, keys)}
        words = [Word(subject=own, field=name, text=text) for (own, name), text in newest.items()]
        ledger.keys.subjects.reindex(words)
    return len(words)


def _words(envelope: Envelope, keys: Mapping[str, bytes]) -> Iterator[Word]:
    sealed = envelope.sealed
    if sealed is None or sealed.subject != envelope.stream or sealed.subject not in keys:
        return
    opened = sealing.open_envelope(keys[sealed.subject], envelope)
    for name, text in opened.items():
        if name in FIELDS:
            yield Word(subject=sealed.subject, field=name, text=text)
