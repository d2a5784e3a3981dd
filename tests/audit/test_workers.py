"""With other processes the answer is the same as without."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest

from audit import spans, workers
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small spans go to other processes from the first call on."""
    monkeypatch.setattr(workers, "ALONE", 0)
    idle = workers.Workers._idle

    def wait(self: workers.Workers) -> object:
        idle(self)
        assert self._up is not None
        self._up.result()
        return idle(self)

    monkeypatch.setattr(workers.Workers, "_idle", wait)
    monkeypatch.setattr(spans, "ROWS", 16)


def test_other_processes_find_the_same(
    many: None, folder: Path, check: Callable[[Path], Report]
) -> None:
    """An event and a signature are damaged, far apart; all else is as it was."""
    assert check(folder).failures == ()
    events = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    events[150] = events[150].replace(b'"v":1', b'"v":2')
    (folder / "events.jsonl").write_bytes(b"".join(events))
    lines = (folder / "commits.jsonl").read_bytes().splitlines(keepends=True)
    lines[60] = lines[60].replace(lines[60][-20:-10], lines[61][-20:-10])
    (folder / "commits.jsonl").write_bytes(b"".join(lines))
    found = [(failure.leaf, failure.code) for failure in check(folder).failures]
    assert found[0] == (60, "commit-signature-invalid")
    assert (150, "envelope-malformed") in found


def test_a_process_that_dies_interrupts_the_audit(many: None) -> None:
    """Nothing is concluded then, whether it dies at its work or before."""
    with workers.Workers() as helpers:
        dying = helpers.begin(os._exit, 1)
        assert dying is not None
        with pytest.raises(DomainError, match="audit-interrupted"):
            workers.result_of(dying)
        with pytest.raises(DomainError, match="audit-interrupted"):
            helpers.begin(os._exit, 1)


def test_who_is_busy_gets_no_more(many: None) -> None:
    """What is beyond that the asking process does itself."""
    with workers.Workers(lambda: workers.Pool(ThreadPoolExecutor(1), 1)) as helpers:
        closed = Event()
        begun = [helpers.begin(closed.wait) for _ in range(workers.DEPTH + 1)]
        closed.set()
    assert [future is None for future in begun] == [False] * workers.DEPTH + [True]
