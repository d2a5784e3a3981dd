"""A sheet as people see it: every cell of a merged range says what the range says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from domain.errors import DomainError

Cells = tuple[object, ...]
Range = tuple[int, int, int, int]
"""First column, first row, last column, last row, all from 1 and inclusive."""

Progress = Callable[[int, int], None]
"""Is told how much of a whole is done; both in any one unit."""


def quietly(_done: int, _whole: int) -> None:
    """Tell nobody."""


MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_TEXT = 32_767
"""Characters in a cell: Excel's own limit. A file that exceeds it was made to exhaust us."""


class Lost(Enum):
    """What stands in a cell whose value the file does not hold."""

    FORMULA = "a formula that no program has calculated"


class Epoch(Enum):
    """Where a workbook begins to count days; the value is the day before its day 1."""

    Y1900 = datetime(1899, 12, 31)  # noqa: DTZ001 - cells have no zone
    Y1904 = datetime(1904, 1, 1)  # noqa: DTZ001

    def moment(self, serial: float) -> datetime:
        """The moment of a serial number; raises OverflowError where no calendar has it.

        ECMA-376 part 1, 18.17.4.1: the system of 1900 counts 29 February 1900, which never was.
        """
        days = serial - 1 if self is Epoch.Y1900 and serial >= _LEAP_THAT_NEVER_WAS else serial
        return self.value + timedelta(seconds=round(days * 86_400))


_LEAP_THAT_NEVER_WAS = 60


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, numbered as a spreadsheet does; `own` tells whether it says anything itself, outside merges from above."""

    number: int
    cells: Cells
    own: bool
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All rows down to the last that shows anything. `name` is "" for a CSV file; `hidden_columns` count from 0."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    epoch: Epoch | None = None


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A sheet as its file holds it: rows from row 1, trimmed; `hidden_rows` and `hidden_columns` count from 0."""

    name: str
    rows: list[Cells]
    merges: Collection[Range] = ()
    hidden: bool = False
    hidden_rows: Collection[int] = frozenset()
    hidden_columns: Collection[int] = frozenset()
    epoch: Epoch | None = None


def unreadable(reason: str) -> DomainError:
    """Make the refusal of a whole file, with what to do."""
    return DomainError("import-unreadable", reason)


def damaged() -> DomainError:
    """Make the refusal of what is no workbook, or no whole one."""
    return unreadable(
        "文件损坏或不是 Excel 工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx / damaged, or not a workbook: open it "
        "in Excel or WPS and save it as .xlsx"
    )


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


def too_many_rows() -> DomainError:
    """Make the refusal of a sheet that is too long."""
    return unreadable(f"超过 {MAX_ROWS} 行；请拆分文件 / more than {MAX_ROWS} rows: split the file")


def build(raw: Raw) -> Sheet:
    """Fill the merged ranges. Merges reach as far as rows and columns do."""
    rows = raw.rows
    width = max(map(len, rows), default=0)
    clipped = [
        (left - 1, top - 1, min(right, width), min(bottom, len(rows)))
        for left, top, right, bottom in raw.merges
    ]
    _require_apart(clipped, width * len(rows))
    anchors = _take_out_merged(rows, clipped, width)
    own = [any(not is_blank(value) for value in cells) for cells in rows]
    for (left, top, right, bottom), anchor in zip(clipped, anchors, strict=True):
        if is_blank(anchor):
            continue
        for index in range(top, bottom):
            rows[index] = trim(_put(rows[index], left, (anchor,) * (right - left), width))
    while rows and not rows[-1]:
        rows.pop()
    numbered = (
        Row(number=i + 1, cells=cells, own=own[i], hidden=i in raw.hidden_rows)
        for i, cells in enumerate(rows)
    )
    return Sheet(
        name=raw.name,
        rows=tuple(numbered),
        hidden=raw.hidden,
        hidden_columns=frozenset(raw.hidden_columns),
        epoch=raw.epoch,
    )


def _require_apart(ranges: list[Range], cells: int) -> None:
    area = sum(max(0, right - left) * max(0, bottom - top) for left, top, right, bottom in ranges)
    if area > cells:
        raise unreadable(
            "合并单元格互相重叠；请取消合并后重新保存 / merged cells overlap: unmerge and save again"
        )


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
        for index in range(top, bottom):
            rows[index] = trim(rows[index])
    return anchors


def _put(cells: Cells, at: int, values: Cells, width: int) -> Cells:
    padded = cells + (None,) * (width - len(cells))
    return padded[:at] + values + padded[at + len(values) :]
