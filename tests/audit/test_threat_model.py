"""Every cell of docs/threat-model.md is carried out, and what the page says of it must be what happens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.audit.attacks import ATTACKS
from tests.audit.scene import ALL, DBA, READER, SERVICE, Scene
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audit.conftest import Told

PAGE = ROOT / "docs" / "threat-model.md"
SECTION = re.compile(r"^### `([a-z-]+)` .*?(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-z-]+)` \|([^|]+)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
NOBODY, CANNOT = "无 / nothing", "不能"
WHO = (READER, DBA, SERVICE, ALL)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What the page says of one attack by one kind of people."""

    attack: str
    attacker: str
    command: str
    codes: frozenset[str]
    within: str


def cells() -> list[Cell]:
    """Read the page."""
    return [
        Cell(
            attack=section[1],
            attacker=who,
            command=command.strip(),
            codes=frozenset(CODE.findall(codes)),
            within=within.strip(),
        )
        for section in SECTION.finditer(PAGE.read_text("utf-8"))
        for who, command, codes, within in ROW.findall(section[0])
    ]


def test_the_page_has_every_cell_once() -> None:
    """Each attack by each kind of people, in this order; who finds something says within what time."""
    listed = [(cell.attack, cell.attacker) for cell in cells()]
    assert listed == [(attack, who) for attack in ATTACKS for who in WHO]
    for cell in cells():
        is_found = not cell.command.startswith((NOBODY, CANNOT))
        assert is_found == bool(cell.codes) == bool(cell.within), cell


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: f"{cell.attack}-{cell.attacker}")
def test_a_cell_of_the_threat_model_is_true(
    cell: Cell, told: Told, live: str, folder: Path
) -> None:
    """The attack is carried out; the named command finds the named codes, or nothing finds anything."""
    named = tuple(CODE.findall(cell.command))
    scene = Scene(attacker=cell.attacker, looking=named, told=told, live=live, folder=folder)
    found = ATTACKS[cell.attack](scene)
    if cell.command.startswith(CANNOT):
        assert found == {}
    elif cell.command.startswith(NOBODY):
        assert found
        assert not any(found.values())
    else:
        assert all(cell.codes & found[command] for command in named)
        assert cell.codes <= frozenset().union(*(found[command] for command in named))
