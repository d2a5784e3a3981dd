"""Where the header of a sheet is and which column means what: found by names, never by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from api.imports.columns import COLUMNS, missing_columns, plain_label
from api.imports.delimited import read_csv
from api.imports.records import RegistryKind
from api.imports.sheet import Cells, Row, is_blank, unreadable
from api.imports.workbook import read_workbook
from domain.errors import DomainError

if TYPE_CHECKING:
    from api.imports.sheet import Sheet

_SEARCHED = 30
"""A header stands within the first rows; titles and notes may stand above it."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx / save it as .xlsx in Excel or WPS"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One sheet below its header. `columns` maps our fields to positions in a row's cells."""

    file: str
    sheet: str
    kind: RegistryKind
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    header: tuple[Cells, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class _Header:
    start: int
    height: int
    labels: tuple[str, ...]
    columns: Mapping[str, int]


def read_table(
    source: str | Path | bytes,
    filename: str,
    kind: RegistryKind,
    sheet: str | None = None,
) -> Table:
    """Read the named sheet, or the first visible one with a header of this kind.

    Raises DomainError `import-unreadable` or `import-header-missing`.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    sheets = read_sheets(data, filename)
    if sheet is not None:
        sheets = tuple(candidate for candidate in sheets if candidate.name == sheet)
    else:
        sheets = tuple(candidate for candidate in sheets if not candidate.hidden)
    tables = [find_table(candidate, filename, kind) for candidate in sheets]
    return next((table for table in tables if table), None) or refuse_header(sheets, kind)


def read_sheets(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Read every sheet of an .xlsx or .csv file; the content must be what the name says (`import-unreadable`)."""
    suffix = PurePath(filename).suffix.lower()
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise unreadable(
                "文件设有密码；请去掉密码后另存 / the file has a password: save it without one"
            )
        raise unreadable(f"这是旧版 .xls 文件；{_SAVE_AS} (old .xls)")
    zipped = data.startswith(b"PK")
    if suffix == ".xlsx" and zipped:
        return read_workbook(data)
    if suffix == ".csv" and not zipped:
        return (read_csv(data),)
    if suffix in {".xlsx", ".csv"}:
        raise unreadable(f"文件内容与扩展名不符；{_SAVE_AS} (content and extension differ)")
    raise unreadable(f"只能读取 .xlsx 和 .csv；{_SAVE_AS} (only .xlsx and .csv)")


def find_table(sheet: Sheet, filename: str, kind: RegistryKind) -> Table | None:
    """Find the table of a sheet, or None where no header names every required column."""
    header = _best_header(sheet, kind)
    if header is None or missing_columns(kind, set(header.columns)):
        return None
    used = set(header.columns.values())
    end = header.start + header.height
    return Table(
        file=filename,
        sheet=sheet.name,
        kind=kind,
        columns=header.columns,
        ignored=tuple(label for i, label in enumerate(header.labels) if label and i not in used),
        header=tuple(row.cells for row in sheet.rows[header.start : end]),
        rows=sheet.rows[end:],
    )


def refuse_header(sheets: tuple[Sheet, ...], kind: RegistryKind) -> Table:
    """Raise `import-header-missing` with what the most promising header lacks."""
    headers = [_best_header(sheet, kind) for sheet in sheets]
    lacking = [missing_columns(kind, set(h.columns)) for h in headers if h]
    missing = min(lacking, key=len, default=missing_columns(kind, set()))
    raise DomainError(
        "import-header-missing",
        f"找不到表头，缺少列：{'、'.join(missing)}；可下载模板对照 / no header row found, these columns are missing; "
        "compare with the template",
    )


def _best_header(sheet: Sheet, kind: RegistryKind) -> _Header | None:
    """Find the one or two rows that name most columns; on a tie the upper, and one row rather than two."""
    best: _Header | None = None
    for start in range(min(_SEARCHED, len(sheet.rows))):
        for height in (1, 2):
            labels = _labels([row.cells for row in sheet.rows[start : start + height]])
            columns = _match(labels, kind)
            if columns and (best is None or len(columns) > len(best.columns)):
                best = _Header(start=start, height=height, labels=labels, columns=columns)
    return best and _without_upper_title(best, sheet, kind)


def _without_upper_title(header: _Header, sheet: Sheet, kind: RegistryKind) -> _Header:
    """Leave a title out that stands over a one-row header: together they match as well as that row alone."""
    if header.height == 1:
        return header
    labels = _labels([sheet.rows[header.start + 1].cells])
    if len(_match(labels, kind)) < len(header.columns):
        return header
    return _Header(start=header.start + 1, height=1, labels=labels, columns=header.columns)


def _labels(rows: list[Cells]) -> tuple[str, ...]:
    """Call each column by the lowest header row that says something there."""
    width = max(map(len, rows), default=0)
    labels = [""] * width
    for cells in rows:
        for index, value in enumerate(cells):
            if isinstance(value, str) and not is_blank(value):
                labels[index] = plain_label(value)
    return tuple(labels)


def _match(labels: tuple[str, ...], kind: RegistryKind) -> dict[str, int]:
    columns = {}
    for column in COLUMNS[kind]:
        position = next((labels.index(name) for name in column.names if name in labels), None)
        if position is not None:
            columns[column.field] = position
    return columns
