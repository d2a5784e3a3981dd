"""Workbooks of Excel 97 to 2003 (.xls), which many offices still send."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlrd
from xlrd.xldate import XLDateError, xldate_as_datetime

from api.imports.sheet import (
    MAX_COLUMNS,
    Cells,
    Epoch,
    Raw,
    Sheet,
    build,
    damaged,
    trim,
    unreadable,
)

if TYPE_CHECKING:
    from domain.errors import DomainError


def read_legacy(data: bytes) -> tuple[Sheet, ...]:
    """Read every worksheet, in order. Raises DomainError `import-unreadable`."""
    try:
        with xlrd.open_workbook(
            file_contents=data, logfile=io.StringIO(), formatting_info=True
        ) as book:
            raw = [_sheet(book, sheet) for sheet in book.sheets()]
    except Exception as error:  # noqa: BLE001 - a damaged file shows as nearly any exception
        if "encrypted" in str(error):
            raise with_password() from None
        raise damaged() from None
    return tuple(map(build, raw))


def with_password() -> DomainError:
    """Make the refusal of an encrypted file."""
    return unreadable(
        "文件设有密码；请去掉密码后另存 / the file has a password: save it without one"
    )


def _sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Raw:
    return Raw(
        name=sheet.name,
        rows=[_row(book, sheet, row) for row in range(sheet.nrows)],
        merges=[
            (left + 1, top + 1, right, bottom) for top, bottom, left, right in sheet.merged_cells
        ],
        hidden=bool(sheet.visibility),
        hidden_rows={row for row, info in sheet.rowinfo_map.items() if info.hidden},
        hidden_columns={column for column, info in sheet.colinfo_map.items() if info.hidden},
        epoch=Epoch.Y1904 if book.datemode else Epoch.Y1900,
    )


def _row(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int) -> Cells:
    return trim(tuple(_value(book, cell) for cell in sheet.row(row)[:MAX_COLUMNS]))


def _value(book: xlrd.Book, cell: xlrd.sheet.Cell) -> object:
    value = cell.value
    if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
        return None
    if isinstance(value, str):
        return value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code[int(value)]
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if cell.ctype == xlrd.XL_CELL_DATE and value >= 1:
        try:
            return xldate_as_datetime(value, book.datemode)
        except (XLDateError, OverflowError):
            return value
    return value
