"""Excel workbooks, read without trusting them.

openpyxl's ordinary mode builds a cell for every position of a merged range before anybody can object, so a small file
could ask for billions. We read in its streaming mode, which knows no merges, and take the ranges from the sheet's XML.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.cell import range_boundaries

from api.imports.sheet import MAX_ROWS, Cells, Range, Sheet, build, trim, unreadable
from domain.errors import DomainError

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_BYTES = 50_000_000
"""Unpacked size of a workbook: about 90,000 rows of nine columns."""

LAST_ROW = 1_048_576
"""Where a sheet of Excel ends."""

_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})["']"""
)


def read_workbook(data: bytes) -> tuple[Sheet, ...]:
    """Read every worksheet, in order. Raises DomainError `import-unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, warnings.catch_warnings():
            _distrust(package)
            warnings.filterwarnings("ignore", module="openpyxl")  # headers, styles: nothing we read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return tuple(_sheet(sheet, package) for sheet in book.worksheets)
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl meets a damaged part with nearly any exception
        raise unreadable(
            "文件损坏或不是 Excel 工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx / damaged, or not a workbook: open it "
            "in Excel or WPS and save it as .xlsx"
        ) from None


def _distrust(package: zipfile.ZipFile) -> None:
    """Refuse bombs before anything is parsed. zipfile never unpacks more than an entry declares."""
    if sum(entry.file_size for entry in package.infolist()) > MAX_BYTES:
        size = MAX_BYTES // 1_000_000
        raise unreadable(
            f"解压后超过 {size} MB；请拆分文件 / unpacks to more than {size} MB: split the file"
        )
    for entry in package.infolist():
        part = package.read(entry)
        # ISO/IEC 29500-2 forbids DTDs in a package; a zero byte would mean UTF-16, where we could not see one.
        if b"<!DOCTYPE" in part or (b"\0" in part and entry.filename.endswith((".xml", ".rels"))):
            raise unreadable(
                "工作簿含有不允许的 XML / the workbook holds XML that is not allowed in it"
            )


def _sheet(sheet: ReadOnlyWorksheet, package: zipfile.ZipFile) -> Sheet:
    sheet.reset_dimensions()  # the size a file declares is often wrong
    rows: list[Cells] = []
    filled = 0
    for values in sheet.values:
        cells = trim(values)
        filled += bool(cells)
        # A row may say that its number is 2,000,000,000, and openpyxl would fill the gap.
        if filled > MAX_ROWS or len(rows) >= LAST_ROW:
            raise unreadable(
                f"超过 {MAX_ROWS} 行；请拆分文件 / more than {MAX_ROWS} rows: split the file"
            )
        rows.append(cells)
    path: str = sheet._worksheet_path  # type: ignore[attr-defined]  # noqa: SLF001 - names the part that holds the merges
    return build(
        sheet.title,
        rows,
        _merges(package.read(path)),
        hidden=sheet.sheet_state != "visible",
    )


def _merges(part: bytes) -> list[Range]:
    tail = part[part.rfind(b"sheetData") :]  # CT_Worksheet: mergeCells follows sheetData
    ranges = []
    for found in _MERGE.finditer(tail):
        left, top, right, bottom = range_boundaries(found[1].decode())
        if left is not None and top is not None and right is not None and bottom is not None:
            ranges.append((left, top, right, bottom))
    return ranges
