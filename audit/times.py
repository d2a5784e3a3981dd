"""Times from outside, held against the times that the events carry.

A time-stamp token over a checkpoint, or the cosignature of a witness, says that every leaf which it covers was there at its
moment. So none of them may claim to be from later, beyond `TOLERANCE`: that is a failure. The other way round it proves
nothing, since it may have come late: a leaf that is not covered yet may well be older. But the program has its newest
checkpoint signed, so where a leaf behind the checkpoint claims to be older by more than `LATE`, an auditor is told: a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from domain import clock
from domain.errors import DomainError
from ledger.clock import rfc3339
from ledger.timestamps import stamped_at, stamped_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cryptography.x509 import Certificate

    from audit.report import Findings
    from domain.facts import Recorded

TOLERANCE = timedelta(minutes=1)
LATE = timedelta(minutes=15)
NEVER = "9999"
LAST = datetime(9000, 1, 1, tzinfo=UTC)  # a witness may say any time at all


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as it was found, over the checkpoint of `size` leaves."""

    where: str
    size: int
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The first `size` leaves were there at `at`."""

    where: str
    size: int
    at: datetime


def verified(
    tokens: Iterator[Token],
    notes: Mapping[int, str],
    trusted: Sequence[Certificate],
    findings: Findings,
) -> list[Moment]:
    """Verify tokens over the signed notes of these sizes, by the auditor's own certificates."""
    first = next(tokens, None)
    if first is None and trusted:
        findings.skip("时间：一个时间戳也没有 / times: there is no time-stamp token")
    if first is not None and not trusted:
        findings.skip(
            "时间戳：请用 --timestamp-certificates 给出所信任机构的证书 / time-stamp tokens: give the certificates that you"
            " trust with --timestamp-certificates"
        )
    if first is None or not trusted:
        return []
    moments = []
    for token in chain([first], tokens):
        try:
            at = stamped_at(token.content, _stamped(token.size, notes), trusted)
        except DomainError as error:
            findings.refuse(error, token.where)
        else:
            moments.append(Moment(where=token.where, size=token.size, at=at))
    return moments


def _stamped(size: int, notes: Mapping[int, str]) -> bytes:
    if size not in notes:
        detail = f"没有 {size} 个叶的检查点 / there is no checkpoint of so many leaves"
        raise DomainError("timestamp-invalid", detail)
    return stamped_bytes(notes[size])


def moment_of(seconds: int) -> datetime:
    """Give the moment of a POSIX time, or the last that can be handled."""
    return LAST if seconds > LAST.timestamp() else datetime.fromtimestamp(seconds, UTC)


class Times:
    """Takes events in order; each time from outside is complained about once."""

    def __init__(self, findings: Findings, moments: list[Moment]) -> None:
        self._findings = findings
        self._moments = sorted(moments, key=lambda each: each.size)
        self._earliest = _earliest_from(self._moments)
        self._next = 0
        self._told: set[tuple[str, bool]] = set()
        self._until, self._ended = NEVER, ""
        self._since, self._begun = "", ""
        self._look()

    def take(self, recorded: Recorded) -> None:
        """Hold the moment of an event against the tokens that cover it and those before it."""
        while self._next < len(self._moments) and self._moments[self._next].size <= recorded.leaf:
            passed = self._moments[self._next]
            self._since, self._begun = max(
                (self._since, self._begun), (rfc3339(passed.at - LATE), passed.where)
            )
            self._next += 1
            self._look()
        if recorded.stream == clock.STREAM:
            return
        if recorded.recorded_at > self._until and self._is_new(self._ended, later=True):
            reason = f"自称 {recorded.recorded_at}，晚于 {self._ended} / claims to be later than a time from outside that covers it"
            self._findings.add(
                "timestamp-contradicted", recorded.stream, reason, leaf=recorded.leaf
            )
        if recorded.recorded_at < self._since and self._is_new(self._begun, later=False):
            self._findings.note(
                f"叶 {recorded.leaf} 自称 {recorded.recorded_at}，比先前检查点的外部时间 {self._begun} 还早得多"
                f" / leaf {recorded.leaf} claims to be much older than a time from outside on a checkpoint before it"
            )

    def _look(self) -> None:
        """Find the earliest of the times ahead: all of them cover the next leaf."""
        self._until, self._ended = NEVER, ""
        if self._next < len(self._moments):
            first = self._earliest[self._next]
            self._until, self._ended = rfc3339(first.at + TOLERANCE), first.where

    def _is_new(self, where: str, *, later: bool) -> bool:
        if (where, later) in self._told:
            return False
        self._told.add((where, later))
        return True


def _earliest_from(moments: list[Moment]) -> list[Moment]:
    """Give for each place the earliest from there to the end."""
    return list(accumulate(reversed(moments), _earlier))[::-1]


def _earlier(one: Moment, other: Moment) -> Moment:
    return min(one, other, key=lambda each: each.at)
