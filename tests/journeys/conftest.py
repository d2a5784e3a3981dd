"""Journeys: whole stories over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests import story
from tests.serving import HttpStory, Service, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[Service]:
    """The service on a fresh database."""
    with serving(database, tmp_path) as running:
        yield running


@pytest.fixture
def told_over_http(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The stories of tests/story.py, told to this service instead of to the domain alone."""
    monkeypatch.setattr(story, "Story", partial(HttpStory, service))
    return service
