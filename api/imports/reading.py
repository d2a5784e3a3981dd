"""One row on its way to a record: hands out what its cells mean and notes every one that cannot be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from api.imports import cells
from api.imports.cells import is_placeholder
from api.imports.columns import COLUMNS
from api.imports.records import RowProblem
from api.imports.sheet import is_blank
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.imports.sheet import Row
    from api.imports.table import Table

EXAMPLE_MARK = "示例，导入前请删除本行"

T = TypeVar("T")

_FOOTNOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填表人|填报人|制表人|审核人|填表单位|填报单位|填报日期|填表日期)\s*\d*\s*[:：]"
)
_SUM = re.compile(
    r".{0,10}?(?:合计|总计|小计|共计)(?:[:：]?\d*[家个所户人项条名]?|[(（].*[)）])[:：]?"
)


class Reading:
    """Reads the fields of one row; `problems` fills up meanwhile, and a row with problems gives no record."""

    def __init__(self, table: Table, row: Row) -> None:
        self._table = table
        self._row = row
        self._columns = {column.field: column for column in COLUMNS[table.kind]}
        self.place = (table.sheet.name, row.number)
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

    def glance(self, field: str, convert: Callable[[object], T], default: T) -> T:
        """Give the converted cell, or `default` where it is blank or says nothing that can be read."""
        try:
            return convert(self._cell(field))
        except DomainError:
            return default

    def day(self, field: str) -> str:
        """Give a calendar day, also where the workbook shows the number of a day as a number."""
        return self.take(field, lambda value: cells.day(value, self._table.sheet.epoch), "")

    def note(self, field: str, code: str, reason: str) -> None:
        """Note a problem of this row at the column of `field`."""
        label = self._columns[field].label if field else ""
        self.problems.append(problem(self._table.file, self.place, label, code, reason))

    def personal(self, **converters: Callable[[object], str]) -> dict[str, str]:
        """Gather the personal fields that are there."""
        found = {field: self.take(field, convert, "") for field, convert in converters.items()}
        return {field: value for field, value in found.items() if value}

    def _cell(self, field: str) -> object:
        at, mapping = self._table.columns.get(field), self._table.mapping
        if field in mapping.constants:
            return mapping.constants[field]
        if at is None or at >= len(self._row.cells):
            return None
        value = self._row.cells[at]
        theirs = mapping.values.get(field)
        return value if theirs is None or is_blank(value) else _ours(value, theirs)


def _ours(value: object, theirs: Mapping[str, str]) -> object:
    """What the mapping makes of a value; one that it does not name stands as it is."""
    try:
        return theirs.get(cells.line(value), value)
    except DomainError:
        return value


def problem(file: str, place: tuple[str, int], column: str, code: str, reason: str) -> RowProblem:
    """Make a RowProblem."""
    sheet, row = place
    return RowProblem(file=file, sheet=sheet, row=row, column=column, code=code, reason=reason)


def is_layout(table: Table, row: Row) -> bool:
    """Tell whether a row says nothing itself or repeats the header."""
    return not row.own or table.repeats_header(row)


def is_remark(row: Row) -> bool:
    """Spot a footnote, a sum, a signature line, the template's example: one text alone, or a text that says so."""
    said = [str(value).strip() for value in row.cells if not is_blank(value)]
    if len(set(said)) == 1 or said[0].startswith(EXAMPLE_MARK) or _FOOTNOTE.match(said[0]):
        return True
    return any(_SUM.fullmatch("".join(text.split())) for text in said[:2])
