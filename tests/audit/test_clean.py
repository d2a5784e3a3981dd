"""A history that nobody touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told


def test_an_export_as_it_was_written_is_whole(told: Told, check: Callable[[Path], Report]) -> None:
    """Every check passes, and what was counted is what is there."""
    report = check(told.folder)
    assert report.failures == ()
    assert report.ok
    lines = (told.folder / "events.jsonl").read_bytes().count(b"\n")
    assert (report.events, report.checkpoint_size) == (lines, lines)
    assert report.draws == 4


def test_a_database_as_it_was_written_is_whole(check_live: Callable[[], Report]) -> None:
    """The tables, the commands and the projections agree with the ledger."""
    report = check_live()
    assert report.failures == ()
