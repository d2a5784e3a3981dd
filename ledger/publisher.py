"""Checkpoints in time: the service's own thread publishes one when leaves have waited long enough, or enough came."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event

    from ledger.store import Ledger
    from ledger.writer import Writer

POLL_SECONDS = 0.5


class Publisher:
    """Publishes once `seconds` went by since a leaf came that no checkpoint covers, or `commits` commits are uncovered."""

    def __init__(self, ledger: Ledger, writer: Writer, *, seconds: float, commits: int) -> None:
        self._ledger = ledger
        self._writer = writer
        self._seconds = seconds
        self._commits = commits

    def run(self, stop: Event) -> None:
        """Go on until stopped; raises what the database raises, and "checkpoint-inconsistent"."""
        since: float | None = None
        while not stop.is_set():
            newest = self._ledger.newest()
            covered = newest[0] if newest else 0
            if covered >= self._ledger.size():
                since = None
            else:
                since = since or monotonic()
                if self._is_due(monotonic() - since, covered):
                    self._ledger.publish_checkpoint()
            # Each time, for whoever should have done it may have been interrupted, and no leaf may follow.
            self._writer.cover_draws()
            stop.wait(POLL_SECONDS)

    def _is_due(self, waited: float, covered: int) -> bool:
        return waited >= self._seconds or self._ledger.commits_from(covered) >= self._commits
