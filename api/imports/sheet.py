"""A sheet as people see it: every cell of a merged range says what the range says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable

Cells = tuple[object, ...]
Range = tuple[int, int, int, int]
"""First column, first row, last column, last row, all from 1 and inclusive."""

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_TEXT = 32_767
"""Characters in a cell: Excel's own limit. A file that exceeds it was made to exhaust us."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, numbered as a spreadsheet does; `own` tells whether it says anything itself, outside merges from above."""

    number: int
    cells: Cells
    own: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All rows down to the last that shows anything. `name` is "" for a CSV file."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False


def unreadable(reason: str) -> DomainError:
    """Make the refusal of a whole file, with what to do."""
    return DomainError("import-unreadable", reason)


def is_blank(value: object) -> bool:
    """Tell whether there is nothing, or nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def trim(cells: Cells) -> Cells:
    """Take the cells without trailing blanks, at most MAX_COLUMNS of them."""
    cells = cells[:MAX_COLUMNS]
    if any(isinstance(value, str) and len(value) > MAX_TEXT for value in cells):
        raise unreadable(
            f"单元格超过 {MAX_TEXT} 字；请拆分内容 / a cell holds more than {MAX_TEXT} characters: split it"
        )
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return cells[:end]


def build(
    name: str, rows: list[Cells], merges: Iterable[Range] = (), *, hidden: bool = False
) -> Sheet:
    """Fill the merged ranges over `rows` (from row 1, trimmed). Merges reach as far as rows and columns do."""
    width = max(map(len, rows), default=0)
    clipped = [
        (left - 1, top - 1, min(right, width), min(bottom, len(rows)))
        for left, top, right, bottom in merges
    ]
    area = sum(max(0, right - left) * max(0, bottom - top) for left, top, right, bottom in clipped)
    if area > width * len(rows):
        raise unreadable(
            "合并单元格互相重叠；请取消合并后重新保存 / merged cells overlap: unmerge and save again"
        )
    anchors = _take_out_merged(rows, clipped, width)
    own = [any(not is_blank(value) for value in cells) for cells in rows]
    for (left, top, right, bottom), anchor in zip(clipped, anchors, strict=True):
        if is_blank(anchor):
            continue
        for index in range(top, bottom):
            rows[index] = _put(rows[index], left, (anchor,) * (right - left), width)
    filled = [trim(cells) for cells in rows]
    while filled and not filled[-1]:
        filled.pop()
    numbered = (Row(number=i + 1, cells=cells, own=own[i]) for i, cells in enumerate(filled))
    return Sheet(name=name, rows=tuple(numbered), hidden=hidden)


def _take_out_merged(rows: list[Cells], ranges: list[Range], width: int) -> list[object]:
    """Blank all but the first cell of each range, which may hide old values, and return what the first cells say."""
    anchors: list[object] = []
    for left, top, right, bottom in ranges:
        if left >= right or top >= bottom:
            anchors.append(None)
            continue
        anchor = rows[top][left] if left < len(rows[top]) else None
        anchors.append(anchor)
        for index in range(top, bottom):
            if index == top or len(rows[index]) > left:
                rows[index] = _put(rows[index], left, (None,) * (right - left), width)
        rows[top] = _put(rows[top], left, (anchor,), width)
    return anchors


def _put(cells: Cells, at: int, values: Cells, width: int) -> Cells:
    padded = cells + (None,) * (width - len(cells))
    return padded[:at] + values + padded[at + len(values) :]
