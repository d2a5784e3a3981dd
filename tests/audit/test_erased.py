"""An erasure is decided again like any other act, so one person cannot do alone what takes two."""

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

    Event = dict[str, Any]


def _by_nobody_else(event: Event) -> None:
    event["actor"] = {"id": "admin", "role": "approver"}


def _asked_by_another(event: Event) -> None:
    event["data"]["requested_by"] = "registrar1"


def _of_another(event: Event) -> None:
    event["stream"] = "subject/staff/clerk-edu"


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        (_by_nobody_else, "decision-refused"),
        (_asked_by_another, "decision-differs"),
        (_of_another, "decision-refused"),
    ],
)
def test_an_erasure_that_nobody_decided_is_found(tmp_path: Path, bend: Any, code: str) -> None:  # noqa: ANN401
    """Though the keeper of all keys signed everything anew."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")
    leaf = find(read(folder), "subject.erased.v1")
    forge(folder, chronicle.keys(), lambda events: bend(events[leaf]))
    report = verify(Export(folder), vkey=chronicle.VKEY)
    assert code in {one.code for one in report.failures if one.leaf == leaf}
