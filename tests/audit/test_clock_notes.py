"""What the audit says of time: jumps that are on record are noted, time that runs backwards without one is a failure."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from audit.sources import Export
from audit.verify import verify
from tests import chronicle
from tests.audit.forge import find, forge, read
from tests.event_history import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report import Report

Event = dict[str, Any]


def audit(folder: Path) -> Report:
    """Verify with the key that was handed over."""
    return verify(Export(folder), vkey=chronicle.VKEY)


def forged(tmp_path: Path, leaf: int, **changes: object) -> list[tuple[int | None, str]]:
    """What the audit finds when somebody with all keys changed an event."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")

    def edit(events: list[Event | None]) -> None:
        event = events[leaf]
        assert event is not None
        event.update(changes)

    forge(folder, chronicle.keys(), edit)
    return [(one.leaf, one.code) for one in audit(folder).failures]


def test_jumps_on_record_are_noted_and_no_failure() -> None:
    """Forwards against the monotonic clock, then an hour behind the ledger."""
    report = audit(FOLDER)
    first, second = (find(read(FOLDER), "clock.jumped.v1", n) for n in (0, 1))
    assert report.ok
    assert report.notes[0].endswith(f"leaf {first}: the clock jumped by +3600000 ms")
    assert report.notes[1].endswith(f"leaf {second}: the clock was 3600000 ms behind the ledger")


def test_time_that_runs_backwards_is_a_failure(tmp_path: Path) -> None:
    """Whatever notes of the clock stand before it."""
    leaf = find(read(FOLDER), "draw.committed.v1", 1)
    found = forged(tmp_path, leaf, recorded_at="2023-01-05T01:00:00.000Z")
    assert (leaf, "decision-refused") in found


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"wall_ms": 1}),
        (0, {"against": "ledger"}),
        (1, {"wall_ms": 1}),
        (1, {"expected_ms": 1}),
    ],
)
def test_a_note_must_fit_the_times_around_it(
    tmp_path: Path, number: int, change: dict[str, object]
) -> None:
    """The clock said the note's own moment; against the ledger, its last one was due. Nobody else saw a monotonic clock."""
    leaf = find(read(FOLDER), "clock.jumped.v1", number)
    data = read(FOLDER)[leaf]["data"]
    assert leaf in {where for where, _ in forged(tmp_path, leaf, data={**data, **change})}
