"""Signed heads: every checkpoint ever published must be the root of the leaves at its size."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audit.times import Moment, moment_of
from domain.errors import DomainError
from ledger import note

if TYPE_CHECKING:
    from datetime import datetime

    from audit.report import Findings
    from domain.merkle import Frontier
    from ledger.note import VerifierKey
    from ledger.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Head:
    """A signed note as it was found; it must be of `size` leaves, of all leaves, or of any number."""

    where: str
    text: str
    size: int | Literal["all", "any"]


class Heads:
    """Opens the notes first, then compares each root when as many leaves were walked.

    `notes` are those that the log signed, by their size; `cosigned` are the times at which witnesses of the policy did, by
    size and name of their key.
    """

    def __init__(self, findings: Findings, key: VerifierKey, policy: Policy | None = None) -> None:
        self._findings = findings
        self._key = key
        self._policy = policy
        self._witnessed: list[int] = []
        self._roots: defaultdict[int, list[tuple[str, bytes]]] = defaultdict(list)
        self._whole: list[tuple[str, int]] = []
        self._sizes: list[int] = []
        self.newest: int | None = None
        self.notes: dict[int, str] = {}
        self.cosigned: dict[tuple[int, str], datetime] = {}

    def open(self, heads: list[Head]) -> None:
        """Check signatures and shapes."""
        for head in heads:
            try:
                checkpoint = note.open_checkpoint(head.text, self._key)
            except DomainError as error:
                self._findings.refuse(error, head.where)
                continue
            if isinstance(head.size, int) and head.size != checkpoint.size:
                reason = f"所载大小为 {checkpoint.size} / it says another size"
                self._findings.add("checkpoint-size-differs", head.where, reason)
            witnessed = self._is_witnessed(head, checkpoint.size)
            if witnessed:
                self._witnessed.append(checkpoint.size)
            if head.size == "all":
                if not witnessed:
                    self._findings.refuse(_not_witnessed(checkpoint.size), head.where)
                self._whole.append((head.where, checkpoint.size))
            self._roots[checkpoint.size].append((head.where, checkpoint.root))
            self.notes[checkpoint.size] = head.text
        self._sizes = sorted(self._roots)

    def _is_witnessed(self, head: Head, size: int) -> bool:
        """Whether the policy is met; a witness's line that does not hold is a failure, wherever it stands."""
        if self._policy is None:
            return True
        signed = note.Note.parse(head.text)
        for witness in self._policy.witnesses:
            try:
                line = note.verify(signed, witness.key)
            except DomainError as error:
                if error.code != "note-not-signed":
                    self._findings.refuse(error, head.where)
            else:
                at = moment_of(note.cosigned_at(line))
                first = self.cosigned.setdefault((size, line.name), at)
                self.cosigned[size, line.name] = min(first, at)
        return self._policy.is_met(signed)

    def moments(self) -> list[Moment]:
        """Give the times at which witnesses saw so many leaves."""
        return [
            Moment(where=f"cosignature of {name}, size {size}", size=size, at=at)
            for (size, name), at in self.cosigned.items()
        ]

    def covering(self, leaves: int) -> int:
        """Give the size of the newest checkpoint that can have been published before leaf `leaves`."""
        place = bisect_right(self._sizes, leaves)
        return self._sizes[place - 1] if place else 0

    def sizes(self, after: int, upto: int) -> list[int]:
        """Give the sizes of notes above `after` and up to `upto`."""
        return self._sizes[bisect_right(self._sizes, after) : bisect_right(self._sizes, upto)]

    def compare(self, tree: Frontier) -> None:
        """Compare the notes of exactly this size."""
        if tree.size not in self._roots:
            return
        root = tree.root()
        for where, signed in self._roots.pop(tree.size):
            if signed == root:
                self.newest = tree.size
                continue
            reason = f"前 {tree.size} 个叶算出的树头与签名的不同 / the leaves give another root"
            # Listed behind what is wrong with the leaves and commits that it covers.
            self._findings.add("checkpoint-root-differs", where, reason, at=tree.size)

    def finish(self, size: int) -> None:
        """Report notes of more leaves than there are, and those that should have covered them all."""
        for missing, notes in sorted(self._roots.items()):
            for where, _ in notes:
                reason = (
                    f"签有 {missing} 个叶，现有 {size} 个 / more leaves were signed than are here"
                )
                self._findings.add("checkpoint-beyond-leaves", where, reason, leaf=size)
        for where, signed in self._whole:
            if signed < size:
                reason = f"签有 {signed} 个叶，应为全部 {size} 个 / it must cover every leaf"
                self._findings.add("checkpoint-size-differs", where, reason, leaf=signed)
        if self.newest is None:
            self._findings.add(
                "checkpoint-missing", "checkpoint", "没有有效的检查点 / no valid checkpoint"
            )
        elif self.newest < size:
            self._findings.skip(
                f"叶 {self.newest} 起尚无检查点 / no checkpoint covers leaf {self.newest} and later yet"
            )
        self._finish_witnesses()

    def _finish_witnesses(self) -> None:
        """Where nothing says which checkpoint is the last, witnesses may be about to sign it: older ones count."""
        if self.newest is None or self._whole or self.newest in self._witnessed:
            return
        witnessed = max((size for size in self._witnessed if size < self.newest), default=None)
        if witnessed is None:
            self._findings.refuse(_not_witnessed(self.newest), "checkpoint")
            return
        self._findings.skip(
            f"叶 {witnessed} 至 {self.newest - 1} 的检查点尚未达到见证策略"
            f" / no checkpoint over leaves {witnessed} to {self.newest - 1} meets the policy of witnesses yet"
        )


def _not_witnessed(size: int) -> DomainError:
    detail = (
        f"{size} 叶的检查点未达到见证策略 / this checkpoint does not meet the policy of witnesses"
    )
    return DomainError("checkpoint-not-witnessed", detail)
