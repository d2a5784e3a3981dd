"""What tests of the command line share that speak to a service."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from api.settings import Settings
from domain.errors import DomainError
from mingqian import cli
from tests import story
from tests.serving import PASSWORD, HttpStory, Service, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


@pytest.fixture
def home(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of development, as the environment gives them."""
    settings = Settings(mode="development", home=tmp_path, database_url=database)
    for name in ("mode", "home", "database_url"):
        monkeypatch.setenv(f"MINGQIAN_{name.upper()}", str(getattr(settings, name)))
    return settings


@pytest.fixture
def run(home: Settings) -> Callable[..., str]:
    """Run a command of `mingqian` at home; give its standard output, or raise its refusal."""

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, arguments)
        if isinstance(result.exception, DomainError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run
