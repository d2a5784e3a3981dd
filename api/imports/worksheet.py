"""One worksheet of a workbook, from its XML to rows (ECMA-376 part 1, 18.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING

from api.imports.markup import Walk
from api.imports.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    Cells,
    Epoch,
    Lost,
    Range,
    Raw,
    too_many_rows,
    trim,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.imports.markup import Attributes

LAST_ROW = 1_048_576
"""Where a sheet of Excel ends."""
LAST_COLUMN = 16_384

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DIGITS = "0123456789"
_YES = frozenset({"1", "true"})


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the sheets of a workbook share: texts by number, the styles that show days, the epoch."""

    texts: Sequence[str]
    dates: frozenset[str]
    epoch: Epoch


def read_worksheet(name: str, chunks: Iterable[bytes], shared: Shared, *, hidden: bool) -> Raw:
    """Read one sheet. Raises DomainError `import-unreadable`, and nearly anything where the XML is damaged."""
    reading = _Reading(shared)
    reading.walk.through(chunks)
    return Raw(
        name=name,
        rows=reading.rows,
        merges=reading.merges,
        hidden=hidden,
        hidden_rows=reading.hidden_rows,
        hidden_columns=reading.hidden_columns,
        epoch=shared.epoch,
    )


def read_texts(chunks: Iterable[bytes]) -> list[str]:
    """Read the shared texts, rich or plain, without the readings (rPh) that stand beside them."""
    texts: list[str] = []

    def keep() -> None:
        texts.append("".join(walk.text))
        walk.text.clear()

    readings: list[int] = []
    walk = Walk(
        starts={"rPh": lambda _: readings.append(len(walk.text))},
        ends={"si": keep, "rPh": lambda: walk.text.__delitem__(slice(readings.pop(), None))},
        texts=("t",),
    )
    walk.through(chunks)
    return texts


class _Reading:
    """The state of one sheet: the row and the cell that are being read, and what was read before."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._columns: dict[str, int] = {}
        self._filled = 0
        self._values: list[object] = []
        self._cell: Attributes = {}
        self._formula = False
        self._number = 0
        self.rows: list[Cells] = []
        self.merges: list[Range] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.walk = Walk(
            starts={
                "c": self._begin_cell,
                "f": self._note_formula,
                "row": self._begin_row,
                "col": self._note_columns,
                "mergeCell": self._note_merge,
            },
            ends={"c": self._end_cell, "row": self._end_row},
            texts=("v", "t"),
        )

    def _begin_row(self, row: Attributes) -> None:
        number = int(row.get("r") or len(self.rows) + 1)
        if number > LAST_ROW:
            raise too_many_rows()
        if number <= len(self.rows):
            raise ValueError(number)
        self._number = number
        self._values = []
        if row.get("hidden") in _YES:
            self.hidden_rows.add(number - 1)

    def _end_row(self) -> None:
        cells = trim(tuple(self._values))
        self._filled += bool(cells)
        if self._filled > MAX_ROWS:
            raise too_many_rows()
        self.rows.extend(((),) * (self._number - 1 - len(self.rows)))
        self.rows.append(cells)

    def _begin_cell(self, cell: Attributes) -> None:
        self._cell = cell
        self._formula = False
        self.walk.text.clear()

    def _note_formula(self, _: Attributes) -> None:
        self._formula = True

    def _end_cell(self) -> None:
        values, reference = self._values, self._cell.get("r")
        at = len(values) if reference is None else self._column(reference.rstrip(_DIGITS))
        if at >= MAX_COLUMNS:
            return
        if at < len(values):
            raise ValueError(at)
        if at > len(values):
            values.extend((None,) * (at - len(values)))
        values.append(self._value("".join(self.walk.text)))

    def _column(self, letters: str) -> int:
        if letters not in self._columns:
            self._columns[letters] = column_number(letters) - 1
        return self._columns[letters]

    def _value(self, held: str) -> object:
        kind = self._cell.get("t", "n")
        if kind == "s" and held:
            return self._shared.texts[int(held)]
        if not held:
            return Lost.FORMULA if self._formula and kind != "str" else None
        match kind:
            case "n":
                return self._read_number(held)
            case "b":
                return held == "1"
            case "d":
                return datetime.fromisoformat(held).replace(tzinfo=None)
            case _:  # a text of its own, a formula's text, or an error by its name
                return held

    def _read_number(self, held: str) -> object:
        number = int(held) if _WHOLE.fullmatch(held) else float(held)
        if not isfinite(number):
            raise ValueError(number)
        if self._cell.get("s") in self._shared.dates and number >= 1:
            try:
                return self._shared.epoch.moment(number)
            except OverflowError:
                return number
        return number

    def _note_columns(self, columns: Attributes) -> None:
        if columns.get("hidden") in _YES:
            first, last = int(columns["min"]), int(columns["max"])
            self.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

    def _note_merge(self, merge: Attributes) -> None:
        first, _, last = merge["ref"].partition(":")
        self.merges.append((*_corner(first), *_corner(last or first)))


def column_number(letters: str) -> int:
    """`A` → 1, `AB` → 28; raises ValueError for what is no column of a sheet."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= LAST_COLUMN:
        raise ValueError(letters)
    return number


def _corner(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    return column_number(found[1]), int(found[2])
