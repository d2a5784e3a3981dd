"""The service has its checkpoints stamped while it runs, and waits for nobody."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.parts import open_parts
from api.settings import Settings
from domain.errors import DomainError
from tests.ledger.authority import Authority
from tests.serving import serving

if TYPE_CHECKING:
    from pathlib import Path


def test_a_running_service_has_its_checkpoint_stamped(database: str, tmp_path: Path) -> None:
    """By a thread of its own, which has ended when the service has."""
    authority, asked = Authority(tmp_path / "authority"), Event()

    def answer(token: bytes) -> tuple[int, bytes]:
        asked.set()
        return 200, token

    authority.answer = answer
    with authority.serving() as url:
        chosen = {"timestamp_url": (url,), "timestamp_certificates_file": authority.root}
        with serving(database, tmp_path, **chosen) as service:
            assert asked.wait(60)
            assert service.get("/readyz").status_code == 200
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT size, authority FROM ledger.timestamps").fetchall()
    assert rows == [(1, "127.0.0.1")]


def test_certificates_that_cannot_be_read_stop_the_start(database: str, tmp_path: Path) -> None:
    """Not the first token that could not be judged."""
    settings = Settings(
        mode="development",
        home=tmp_path,
        database_url=database,
        timestamp_url=("https://tsa.example",),
        timestamp_certificates_file=tmp_path / "roots.pem",
    )
    with pytest.raises(DomainError, match="certificates-unreadable"), open_parts(settings):
        pass
