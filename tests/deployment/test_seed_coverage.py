"""The plan that this program was made for is covered, sentence by sentence, by things that exist."""

from __future__ import annotations

import re
from pathlib import Path

from api.app import routed_app
from domain.acts import ACTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "seed-coverage.md"
PARTS = {
    *("一（一）", "一（二）", "一（三）", "一（四）"),
    *("二（一）", "二（二）", "二（三）", "二（四）", "二（五）"),
    *("六（一）", "六（二）", "六（三）"),
    *("附件 联2024015", "附件 联2024025", "附件 联2024026"),
}


def _rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_numbered_part_has_its_acts_its_page_and_its_test() -> None:
    """None is empty."""
    assert {row[0] for row in _rows()} == PARTS
    assert all(len(row) == 5 and all(row) for row in _rows())


def test_whatever_it_names_exists() -> None:
    """Acts, addresses and files of tests."""
    acts = {act.name for act in ACTS}
    routes = set(routed_app().openapi()["paths"])
    for _, what, act, read, tests in _rows():
        assert set(re.findall("`([^`]+)`", act)) <= acts, what
        assert set(re.findall("`([^`]+)`", read)) <= routes, what
        assert all((ROOT / one).is_file() for one in tests.split()), what
