"""However the history is cut into spans, the same is found, in the same order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit import spans
from audit.command_ids import command_ids
from audit.sources import Export
from audit.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

    Check = Callable[[Path], Report]
    Lines = list[dict[str, Any]]


def _none(_: Lines) -> None:
    """Nothing is damaged."""


def _gap(lines: Lines) -> None:
    del lines[40]


def _overlap(lines: Lines) -> None:
    lines[40]["first_leaf"] -= 1


def _endless(lines: Lines) -> None:
    lines[40]["count"] = 2**53 - 1


def _swapped(lines: Lines) -> None:
    lines[30], lines[50] = lines[50], lines[30]


def _unsigned(lines: Lines) -> None:
    lines[60]["sig"] = lines[61]["sig"]


@pytest.mark.parametrize("rows", [1, 2, 7, 64])
@pytest.mark.parametrize("damage", [_none, _gap, _overlap, _endless, _swapped, _unsigned])
def test_spans_of_any_length_find_the_same(
    folder: Path,
    check: Check,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Lines], None],
    rows: int,
) -> None:
    """Commits of many leaves are cut too, and heads stand anywhere in a span."""
    path = folder / "commits.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    damage(lines)
    written = (json.dumps(line, sort_keys=True, separators=(",", ":")) for line in lines)
    path.write_text("".join(line + "\n" for line in written), "utf-8")
    whole = check(folder)
    monkeypatch.setattr(spans, "ROWS", rows)
    assert check(folder) == whole
    assert whole.ok == (damage is _none)


def test_a_span_is_closed_by_its_bytes_too(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long events make short spans."""
    monkeypatch.setattr(spans, "OCTETS", 300)
    assert verify(Export(told.folder), vkey=told.vkey).ok


def test_a_command_is_seen_once_and_in_one_piece() -> None:
    """It may go on in its commit, and nowhere else; what was counted is kept."""
    with command_ids() as seen:
        acts = [(0, "a"), (1, "b"), (1, "b"), (1, "c"), (1, "b"), (2, "c"), (2, "d"), (3, "d")]
        first = [seen.see(act, leaf) for leaf, act in enumerate(acts)]
        assert first == [None, None, None, None, 1, 3, None, 6]
        assert seen.take("b") == (1, 2)
        assert seen.take("b") is None
        assert seen.take("x") is None
        assert list(seen.left()) == [("a", 0), ("c", 3), ("d", 6)]
