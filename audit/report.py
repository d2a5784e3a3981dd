"""What an audit says: whether the ledger is whole, and where it is not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.errors import DomainError

LIMIT = 1000  # failures that are listed; a ledger that is wrong everywhere needs no longer list
REASON = 500  # characters; a hostile file must not fill the report with itself


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One thing that is wrong.

    `leaf` is where it is seen, or None where it concerns no single leaf; `code` names a page of
    docs/problems/; `where` is a file, a table or a stream; `reason` is Chinese first, then English.
    """

    leaf: int | None
    code: str
    where: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The outcome of one verification. `not_checked` is never silently a pass: each says what and why.

    `timestamps` is how many time-stamp tokens hold. `notes` are no failures: what happened, is on record as it must be,
    and an auditor should know of.
    """

    ok: bool
    events: int
    commits: int
    draws: int
    checkpoint_size: int | None
    failures: tuple[Failure, ...]
    not_checked: tuple[str, ...]
    notes: tuple[str, ...]
    timestamps: int

    def as_object(self) -> dict[str, Any]:
        """Give the JSON form."""
        return asdict(self)


class Findings:
    """Collects failures, the first `LIMIT` of them, and orders them by the leaf at which each shows."""

    def __init__(self) -> None:
        self.not_checked: list[str] = []
        self.notes: list[str] = []
        self._failures: list[tuple[float, Failure]] = []
        self._dropped = 0

    @property
    def clean(self) -> bool:
        """Whether nothing was found so far."""
        return not self._failures

    def add(
        self, code: str, where: str, reason: str, leaf: int | None = None, at: float | None = None
    ) -> None:
        """Record a failure; it is listed behind what is wrong with leaf `at`, by default its own."""
        if len(self._failures) >= LIMIT:
            self._dropped += 1
            return
        place = leaf if at is None else at
        failure = Failure(leaf=leaf, code=code, where=_shown(where), reason=_shown(reason))
        self._failures.append((float("inf") if place is None else place, failure))

    def refuse(self, error: DomainError, where: str, leaf: int | None = None) -> None:
        """Record what a check of the lower rooms refused."""
        self.add(error.code, where, error.detail, leaf)

    def skip(self, what: str) -> None:
        """Record, once, that something could not be checked."""
        if what not in self.not_checked:
            self.not_checked.append(what)

    def note(self, what: str) -> None:
        """Record something that an auditor should know of; the first `LIMIT` of them."""
        if len(self.notes) < LIMIT:
            self.notes.append(what)

    def failures(self) -> tuple[Failure, ...]:
        """Give what was recorded, in order of leaves and then of discovery."""
        if self._dropped:
            self.skip(
                f"另有 {self._dropped} 项未列出 / {self._dropped} more failures are not listed here"
            )
        return tuple(failure for _, failure in sorted(self._failures, key=lambda each: each[0]))


def _shown(text: str) -> str:
    """Make text safe to print: no control characters, no lone surrogates, not too long."""
    short = text if len(text) <= REASON else text[:REASON] + "…"
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short)
