"""What tests of the command line share that speak to a service."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests import story
from tests.serving import PASSWORD, HttpStory, Service, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service, to which the stories of tests/story.py are told."""
    home = tmp_path / "service"
    home.mkdir()
    with capture_logs(), serving(database, home) as running:  # its log is not the command's output
        monkeypatch.setattr(story, "Story", partial(HttpStory, running))
        yield running


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """A file with everybody's password, as an editor leaves it."""
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n", encoding="utf-8")
    return path
