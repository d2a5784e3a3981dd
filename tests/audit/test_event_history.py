"""Every event type that was ever released has stood on a ledger once, and that ledger must read for ever."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from audit.sources import Export
from audit.verify import verify
from domain.draw_commands import DrawCovered
from domain.errors import DomainError
from domain.events import NAMES, name_of
from domain.history import History
from domain.upcasting import OLDER
from ledger import codec
from ledger.envelope import Envelope
from ledger.mapper import EnvelopeMapper
from tests import chronicle
from tests.audit.forge import find, forge, read
from tests.event_history import FOLDER, types_in

if TYPE_CHECKING:
    from pathlib import Path

LINES = (FOLDER / "events.jsonl").read_bytes().splitlines()
HOW = (
    "no example of {}. In tests/event_history.py add a Chapter at the end of CHAPTERS: its `types` are these names, its"
    " `tell` acts on the story so that they are recorded. Run `python -m tests.event_history`, add a line for your leaves"
    " to tests/vectors/event_history.md, and commit all that changed in tests/vectors/event_history."
)


def test_every_event_type_ever_released_has_an_example() -> None:
    """A new type, or a new version of one, is not released without."""
    missing = sorted((NAMES.keys() | OLDER.keys()) - types_in(FOLDER))
    assert not missing, HOW.format(", ".join(missing))


def test_the_stored_bytes_are_read_and_would_be_written_again() -> None:
    """Byte for byte, in the shape in which each was stored; what is folded is of today's."""
    history = History()
    for leaf, line in enumerate(LINES):
        envelope = Envelope.from_bytes(line)
        assert envelope.to_bytes() == line
        recorded = codec.to_recorded(leaf, envelope)
        assert type(recorded.event) in NAMES.values()
        if envelope.type in NAMES:
            assert codec.encode(recorded.event) == (envelope.type, envelope.data)
        history.apply(recorded)
    assert history.size == len(LINES)


def test_the_audit_finds_nothing_in_it() -> None:
    """Every decision that was ever taken is taken again, also those that were written down in another way."""
    report = verify(Export(FOLDER), vkey=chronicle.VKEY)
    assert report.ok, report.failures
    assert (report.events, report.not_checked) == (len(LINES), ())


def test_what_was_told_is_kept_when_more_is_told(tmp_path: Path) -> None:
    """The history only grows: read back and written with nothing new, it is the same files, byte for byte."""
    again = tmp_path / "again"
    chronicle.write(chronicle.read(FOLDER), again)
    files = [path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()]
    assert all((again / name).read_bytes() == (FOLDER / name).read_bytes() for name in files)


def _old(leaf: int) -> Envelope:
    return Envelope.from_bytes(LINES[leaf])


def test_an_old_event_is_judged_in_its_own_shape() -> None:
    """The field that came later is as unknown in it as it was then."""
    old = _old(find(read(FOLDER), "draw.covered.v1"))
    assert codec.decode(old.type, old.data) == DrawCovered(
        checkpoint=old.data["checkpoint"],  # type: ignore[arg-type]  # read from JSON
        witnesses=(),
    )
    with pytest.raises(DomainError, match="event-malformed"):
        codec.decode(old.type, {**old.data, "witnesses": []})
    with pytest.raises(DomainError, match="event-malformed"):
        codec.decode(name_of(DrawCovered(checkpoint=1, witnesses=())), old.data)


def test_an_old_shape_is_not_written_any_more() -> None:
    """It is only read."""
    old = _old(find(read(FOLDER), "draw.covered.v1"))
    mapper = EnvelopeMapper()
    with pytest.raises(DomainError, match="event-outdated"):
        mapper.to_stored_event(old)


def test_an_old_shape_after_a_newer_one_is_found(tmp_path: Path) -> None:
    """Somebody with all keys wrote it, to leave out what the newer one must say."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")
    first, *later = (find(read(folder), "draw.covered.v1", number) for number in range(3))
    forge(folder, chronicle.keys(), lambda events: _renew(events[first]))
    report = verify(Export(folder), vkey=chronicle.VKEY)
    found = {one.leaf for one in report.failures if one.code == "event-outdated"}
    assert found >= {*later}


def _renew(event: dict[str, Any] | None) -> None:
    assert event is not None
    event.update(type="draw.covered.v2", data={**event["data"], "witnesses": []})
