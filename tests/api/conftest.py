"""Fixtures of the API: a service of one's own, or one county that all tests of a process only read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from domain.organisation import AddDepartment, AddStaff
from ledger.store import SYSTEM
from tests import story
from tests.api.filled import filled_service
from tests.serving import HttpStory, Service, fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEPARTMENTS = (
    ("edu", "教育局", False),
    ("market", "市场监管局", True),
    ("labour", "人社局", False),
)


def enter_people(service: Service) -> None:
    """Enter the departments and people of tests/story.py in one commit, the administrator last: then set-up is over."""
    departments = [
        AddDepartment(id=id_, name=name, collates=collates) for id_, name, collates in DEPARTMENTS
    ]
    people = [
        AddStaff(id=id_, department=department, roles=roles, personal={"name": "示例"})
        for id_, department, roles in sorted(
            story.PEOPLE, key=lambda person: "administrator" in person[2]
        )
    ]
    service.parts.writer.execute([*departments, *people], actor=SYSTEM, command_id=str(uuid4()))


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with departments and people and nothing else; stories are told to it."""
    with serving(database, tmp_path) as running:
        monkeypatch.setattr(story, "Story", partial(HttpStory, running))
        enter_people(running)
        yield running


@pytest.fixture(scope="session")
def county(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service where one inspection is published and the others wait. For reading only."""
    home = tmp_path_factory.mktemp("county")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with pytest.MonkeyPatch.context() as patch:  # only while the story is told
            patch.setattr(story, "Story", partial(HttpStory, running))
            told = story.with_inspections()
            told.now = "2024-06-20T02:00:00.000Z"
            first = running.get("/inspections", "clerk-edu").json()["entries"][0]
            story.publish(told, first["id"], tuple(first["officers"]))
        yield running


@pytest.fixture(scope="session")
def filled(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service where something of everything has happened. For reading only."""
    with filled_service(server, tmp_path_factory.mktemp("filled")) as running:
        yield running
