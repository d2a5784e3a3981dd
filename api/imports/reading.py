"""One row on its way to a record: hands out what its cells mean and notes every one that cannot be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from api.imports.cells import is_placeholder
from api.imports.columns import COLUMNS
from api.imports.records import RowProblem
from api.imports.sheet import is_blank
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.imports.sheet import Row
    from api.imports.table import Table

EXAMPLE_MARK = "示例，导入前请删除本行"

T = TypeVar("T")

_FOOTNOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填表人|填报人|制表人|审核人|填表单位|填报单位|填报日期|填表日期)\s*\d*\s*[:：]|(?:合计|总计|小计)$"
)


class Reading:
    """Reads the fields of one row; `problems` fills up meanwhile, and a row with problems gives no record."""

    def __init__(self, table: Table, row: Row) -> None:
        self._table = table
        self._row = row
        self._columns = {column.field: column for column in COLUMNS[table.kind]}
        self.place = (table.sheet, row.number)
        self.problems: list[RowProblem] = []

    def has(self, field: str) -> bool:
        """Tell whether the row says anything in this field."""
        return not is_placeholder(self._cell(field))

    def take(self, field: str, convert: Callable[[object], T], default: T) -> T:
        """Give the converted cell, or `default` where it is blank or, then noted, cannot be read."""
        value = self._cell(field)
        try:
            blank = is_placeholder(value)
            found = default if blank else convert(value)
        except DomainError as refusal:
            self.note(field, refusal.code, refusal.detail)
            return default
        if self._columns[field].required and (blank or not found):
            self.note(field, "import-value-missing", "必填项为空 / a required cell is blank")
        return found

    def note(self, field: str, code: str, reason: str) -> None:
        """Note a problem of this row at the column of `field`."""
        label = self._columns[field].label if field else ""
        self.problems.append(problem(self._table.file, self.place, label, code, reason))

    def personal(self, **converters: Callable[[object], str]) -> dict[str, str]:
        """Gather the personal fields that are there."""
        found = {field: self.take(field, convert, "") for field, convert in converters.items()}
        return {field: value for field, value in found.items() if value}

    def _cell(self, field: str) -> object:
        position = self._table.columns.get(field)
        return (
            None
            if position is None or position >= len(self._row.cells)
            else self._row.cells[position]
        )


def problem(file: str, place: tuple[str, int], column: str, code: str, reason: str) -> RowProblem:
    """Make a RowProblem."""
    sheet, row = place
    return RowProblem(file=file, sheet=sheet, row=row, column=column, code=code, reason=reason)


def is_layout(table: Table, row: Row) -> bool:
    """Tell whether a row says nothing itself or repeats the header."""
    return not row.own or row.cells in table.header


def is_remark(row: Row) -> bool:
    """Spot a footnote, a sum, a signature line, the template's example: one text alone, or a text that says so."""
    said = [str(value).strip() for value in row.cells if not is_blank(value)]
    return len(set(said)) == 1 or said[0].startswith(EXAMPLE_MARK) or bool(_FOOTNOTE.match(said[0]))
