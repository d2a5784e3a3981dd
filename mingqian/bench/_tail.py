"""Many processes append while one reads the tail: every event must be seen once, and in order."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent

from ledger.database import LedgerDatastore
from ledger.recorder import LedgerRecorder

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

SELECT_TAIL = (
    "SELECT leaf, stream, version FROM ledger.events WHERE leaf >= %s ORDER BY leaf LIMIT 1000"
)
LARGEST_SAVE = 5


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the writers appended and what the reader saw."""

    appended: int
    seen: int
    skipped_leaves: int
    out_of_order: int
    failed_writers: int

    @property
    def whole(self) -> bool:
        """Tell whether nothing was missed and nothing out of order."""
        wrong = self.skipped_leaves, self.out_of_order, self.failed_writers
        return self.appended == self.seen and not any(wrong)


def race(dsn: str, *, processes: int, seconds: float) -> Outcome:
    """Let processes append to an empty ledger for a time while this one follows its tail."""
    context = multiprocessing.get_context("spawn")
    start, stop, ready, counts = context.Event(), context.Event(), context.Queue(), context.Queue()
    writers = [
        context.Process(target=_append, args=(dsn, number, ready, start, stop, counts))
        for number in range(processes)
    ]
    for writer in writers:
        writer.start()
    for _ in writers:
        ready.get()
    with LedgerDatastore(dsn) as datastore:
        reader = _Reader(LedgerRecorder(datastore, Ed25519PrivateKey.generate()))
        start.set()
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            reader.read()
        stop.set()
        appended = sum(counts.get() for _ in writers)
        for writer in writers:
            writer.join()
        while reader.read():
            pass
    return Outcome(
        appended=appended,
        seen=reader.seen,
        skipped_leaves=reader.skipped,
        out_of_order=reader.out_of_order,
        failed_writers=sum(writer.exitcode != 0 for writer in writers),
    )


class _Reader:
    """Goes on from the last leaf it saw, as projections do; it never looks back."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._next = 0
        self._versions: dict[str, int] = {}
        self.seen = 0
        self.skipped = 0
        self.out_of_order = 0

    def read(self) -> int:
        rows = self._recorder.select(SELECT_TAIL, [self._next])
        for leaf, stream, version in rows:
            self.skipped += leaf - self._next
            self._next = leaf + 1
            self.out_of_order += version != self._versions.get(stream, 0) + 1
            self._versions[stream] = version
        self.seen += len(rows)
        return len(rows)


def _append(  # noqa: PLR0913, PLR0917 - one argument for each thing that crosses to the process
    dsn: str,
    number: int,
    ready: Queue[int],
    start: Event,
    stop: Event,
    counts: Queue[int],
) -> None:
    with LedgerDatastore(dsn) as datastore:
        recorder = LedgerRecorder(datastore, Ed25519PrivateKey.generate())
        stream, version = f"writer/{number}", 0
        ready.put(number)
        start.wait()
        try:
            while not stop.is_set():
                size = 1 + version % LARGEST_SAVE
                recorder.insert_events(
                    [
                        StoredEvent(stream, version + each, "example.happened.v1", b"example")
                        for each in range(1, size + 1)
                    ]
                )
                version += size
        finally:  # also when it fails: the parent waits for a number from each
            counts.put(version)
