"""The store of subjects' keys as whoever runs the program handles it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from api.parts import open_parts
from domain.errors import DomainError
from ledger.store import SYSTEM
from mingqian import cli
from tests.ledger.examples import department, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.settings import Settings
    from domain.facts import Command


@pytest.fixture(autouse=True)
def people(home: Settings) -> None:
    """At home there are two people with names and telephones."""
    with open_parts(home) as parts:
        entered: list[Command] = [department(1), person(1, "d1"), person(2, "d1")]
        parts.writer.execute(entered, actor=SYSTEM, command_id=str(uuid4()))


def test_the_index_is_made_anew(run: Callable[..., str]) -> None:
    """Name and telephone of two people."""
    assert "已索引 4 项" in run("subjects", "reindex")


def test_a_lost_store_is_replaced_on_purpose_only(home: Settings, run: Callable[..., str]) -> None:
    """Never over one that is there; what was sealed stays unreadable, and the audit says whose."""
    with pytest.raises(DomainError, match="key-exists"):
        run("subjects", "create")
    home.subject_keys.unlink()
    with pytest.raises(DomainError, match="key-missing"):
        run("subjects", "reindex")
    run("subjects", "create")
    assert "已索引 0 项" in run("subjects", "reindex")
    audited = CliRunner().invoke(cli.app, ["audit", "verify"])
    assert audited.exit_code == 1
    assert audited.stdout.count("subject-key-missing") == 2
