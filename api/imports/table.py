"""The tables of a sheet: below which header they stand, and which of their columns means what."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from api.imports.columns import NAMES, missing_columns, plain_label
from api.imports.delimited import read_csv
from api.imports.headers import find_header, names_all
from api.imports.legacy import read_legacy, with_password
from api.imports.mapping import NO_MAPPING, ColumnMap
from api.imports.records import RegistryKind
from api.imports.sheet import Row, Sheet, is_blank, quietly, unreadable
from api.imports.workbook import read_workbook
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.imports.headers import Header
    from api.imports.sheet import Progress

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
_TEXTS = frozenset({".csv", ".txt", ".tsv"})
_DECORATION = " \n\u3000*＊:："
_SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx / save it as .xlsx in Excel or WPS"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table below its header. `columns` maps our fields to positions in a row's cells, `labels` positions to names.

    `unclear` are fields that several columns could be, `hidden` those whose column is hidden, `absent` those that the
    mapping names and the sheet lacks.
    """

    file: str
    sheet: Sheet
    kind: RegistryKind
    columns: Mapping[str, int]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    unclear: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    mapping: ColumnMap = NO_MAPPING

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the columns that are not read."""
        used = set(self.columns.values())
        return tuple(label for i, label in enumerate(self.labels) if label and i not in used)

    @cached_property
    def _named(self) -> tuple[tuple[int, str], ...]:
        return tuple((at, self.labels[at]) for at in self.columns.values() if at < len(self.labels))

    def repeats_header(self, row: Row) -> bool:
        """Whether a row says once more what the columns are called."""
        named = self._named
        if not named or not _may_be(row, *named[0]):  # true of nearly all rows, and quickly told
            return False
        return all(
            at < len(row.cells) and plain_label(str(row.cells[at])) == label for at, label in named
        )


def _may_be(row: Row, at: int, label: str) -> bool:
    cell = row.cells[at] if at < len(row.cells) else None
    return (
        isinstance(cell, str)
        and bool(label)
        and label[0] in unicodedata.normalize("NFKC", cell[:40])
    )


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
    found = (table for one in sheets for table in find_tables(one, filename, kind))
    return next(found, None) or refuse_header(sheets, kind)


def read_sheets(data: bytes, filename: str, progress: Progress = quietly) -> tuple[Sheet, ...]:
    """Read every sheet of an .xlsx, .xls or .csv file (`import-unreadable`). A workbook of one kind may bear the other's name."""
    suffix = PurePath(filename).suffix.lower()
    workbook, old = data.startswith(b"PK"), data.startswith(_OLE)
    if old and "EncryptedPackage".encode("utf-16-le") in data:
        raise with_password()
    if suffix in _WORKBOOKS and workbook:
        return read_workbook(data, progress)
    if suffix in _WORKBOOKS and old:
        return read_legacy(data)
    if suffix in _TEXTS and not (workbook or old):
        return (read_csv(data),)
    if suffix in _WORKBOOKS or suffix in _TEXTS:
        raise unreadable(f"文件内容与扩展名不符；{_SAVE_AS} (content and extension differ)")
    raise unreadable(f"只能读取 .xlsx、.xls 和 .csv；{_SAVE_AS} (only .xlsx, .xls and .csv)")


def find_tables(
    sheet: Sheet, filename: str, kind: RegistryKind, mapping: ColumnMap = NO_MAPPING
) -> Iterator[Table]:
    """Find the tables of a sheet: one below the other where a header comes again with other columns."""
    if mapping.sheet not in {None, sheet.name}:
        return
    header = find_header(sheet, kind, mapping)
    if header is None or missing_columns(
        kind, {*header.columns, *header.unclear, *mapping.constants}
    ):
        return
    table = _table(sheet, filename, kind, header, mapping)
    if mapping == NO_MAPPING:
        for index, row in enumerate(table.rows):
            if _begins_another(table, row):
                yield replace(table, rows=table.rows[:index])
                rest = replace(sheet, rows=table.rows[index:])
                yield from find_tables(rest, filename, kind)
                return
    yield table


def _begins_another(table: Table, row: Row) -> bool:
    at = table.columns.get("name", 0)
    cell = row.cells[at] if at < len(row.cells) else None
    if not isinstance(cell, str) or cell.strip(_DECORATION) not in NAMES[table.kind]:
        return False
    return not table.repeats_header(row) and names_all(row, table.kind) is not None


def _table(
    sheet: Sheet, filename: str, kind: RegistryKind, header: Header, mapping: ColumnMap
) -> Table:
    rows = sheet.rows[header.end :]
    columns, unclear = dict(header.columns), []
    for field, places in header.unclear.items():
        place = _only(rows, places, sheet.hidden_columns)
        if place is None:
            unclear.append(field)
        else:
            columns[field] = place
    return Table(
        file=filename,
        sheet=sheet,
        kind=kind,
        columns=columns,
        labels=header.labels,
        rows=rows,
        unclear=tuple(unclear),
        hidden=tuple(field for field, at in columns.items() if at in sheet.hidden_columns),
        absent=tuple(field for field in mapping.headers if field not in columns),
        mapping=mapping,
    )


def _only(rows: tuple[Row, ...], places: tuple[int, ...], hidden: frozenset[int]) -> int | None:
    """The one of several columns that says all that any of them says, a visible one first; else None."""
    said = {
        at: [
            None if at >= len(row.cells) or is_blank(row.cells[at]) else row.cells[at]
            for row in rows
        ]
        for at in sorted(places, key=lambda at: (at in hidden, at))
    }
    for at, values in said.items():
        others = (one for other, one in said.items() if other != at)
        if all(v in (None, own) for other in others for v, own in zip(other, values, strict=True)):
            return at
    return None


def refuse_header(
    sheets: tuple[Sheet, ...], kind: RegistryKind, mapping: ColumnMap = NO_MAPPING
) -> Table:
    """Raise `import-header-missing` with what the most promising header lacks."""
    fitting = [sheet for sheet in sheets if mapping.sheet in {None, sheet.name}]
    headers = [find_header(sheet, kind, mapping) for sheet in fitting]
    lacking = [
        missing_columns(kind, {*found.columns, *found.unclear, *mapping.constants})
        for found in headers
        if found
    ]
    missing = min(lacking, key=len, default=missing_columns(kind, set(mapping.constants)))
    raise DomainError(
        "import-header-missing",
        f"找不到表头，缺少列：{'、'.join(missing)}；可下载模板对照，或用映射文件说明 / no header row found, these columns "
        "are missing; compare with the template, or name them in a mapping file",
    )
