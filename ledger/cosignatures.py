"""What witnesses have signed, kept beside the notes and put under them; and which checkpoint counts.

A note never changes. A cosignature is a line of its own, stored once for each witness and size, and joined under
the note whenever that is handed out. Without a policy every published checkpoint counts; with one, a checkpoint
counts once enough witnesses have signed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from ledger.note import Note
from ledger.policy import NONE

if TYPE_CHECKING:
    from ledger.note import Signature, VerifierKey
    from ledger.policy import Policy
    from ledger.recorder import LedgerRecorder

SELECT_NEWEST = "SELECT size, note FROM ledger.checkpoints ORDER BY size DESC LIMIT 1"
SELECT_COSIGNED = """
SELECT size, note FROM ledger.checkpoints
WHERE size >= %s AND size IN (SELECT size FROM ledger.cosignatures) ORDER BY size DESC"""
SELECT_LINES = "SELECT line FROM ledger.cosignatures WHERE size = %s ORDER BY key"
SELECT_ALL_LINES = "SELECT size, line FROM ledger.cosignatures ORDER BY size, key"
SELECT_LAST = "SELECT coalesce(max(size), 0) FROM ledger.cosignatures WHERE key = %s"
INSERT = """
INSERT INTO ledger.cosignatures (size, key, line) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING RETURNING size"""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A checkpoint that counts: `note` is whole, with its cosignatures; `witnesses` names the policy's keys under it."""

    size: int
    note: str
    witnesses: tuple[str, ...]


class Cosignatures:
    """The table of cosignatures, under a policy or under none."""

    def __init__(self, recorder: LedgerRecorder, policy: Policy | None) -> None:
        self._recorder = recorder
        self.policy = policy
        self._counted: Counted | None = None

    def keep(self, size: int, key: VerifierKey, line: Signature) -> None:
        """Store a line that was verified; the first of a witness for a size stays."""
        self._recorder.select(INSERT, [size, key.public, str(line)])

    def last(self, key: VerifierKey) -> int:
        """Give the largest size that this witness has signed, 0 for none."""
        return int(self._recorder.select(SELECT_LAST, [key.public])[0][0])

    def under(self, size: int, note: str) -> str:
        """Give the note of this size with all its cosignatures."""
        return note + "".join(line for (line,) in self._recorder.select(SELECT_LINES, [size]))

    def under_all(self, notes: dict[int, str]) -> dict[int, str]:
        """Give all notes, by size, with their cosignatures."""
        found = dict(notes)
        for size, line in self._recorder.select(SELECT_ALL_LINES, []):
            found[size] += line
        return found

    def counted(self) -> Counted | None:
        """Give the newest checkpoint that counts, or None where there is none yet."""
        if self.policy is None or self.policy.quorum == NONE:
            rows = self._recorder.select(SELECT_NEWEST, [])
        else:
            known = self._counted.size if self._counted else 0
            rows = self._recorder.select(SELECT_COSIGNED, [known])
        for size, note in rows:
            found = self._judge(size, self.under(size, note))
            if found is not None:
                self._counted = found
                return found
        return None

    def _judge(self, size: int, note: str) -> Counted | None:
        if self._counted is not None and note == self._counted.note:
            return self._counted
        if self.policy is None:
            return Counted(size=size, note=note, witnesses=())
        signed = Note.parse(note)
        if not self.policy.is_met(signed):
            return None
        names = tuple(each.key.name for each in self.policy.cosigners(signed))
        return Counted(size=size, note=note, witnesses=names)


def not_witnessed() -> DomainError:
    """Refuse for want of a checkpoint that counts."""
    detail = "见证方尚未签名足够 / not enough witnesses have signed yet"
    return DomainError("checkpoint-not-witnessed", detail)
