"""From a whole file to records: every sheet, every row, and an account of what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.imports.items import is_same_item, read_item, unite
from api.imports.parties import read_entity, read_expert, read_officer
from api.imports.reading import Reading, is_layout, is_remark, problem
from api.imports.records import ImportResult, ItemRecord
from api.imports.table import find_table, read_sheets, refuse_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.imports.records import Record, RegistryKind, RowProblem
    from api.imports.sheet import Row, Sheet
    from api.imports.table import Table

_READERS: dict[RegistryKind, Callable[[Reading], Record | None]] = {
    "items": read_item,
    "entities": read_entity,
    "officers": read_officer,
    "experts": read_expert,
}


def load(kind: RegistryKind, data: bytes, filename: str) -> ImportResult:
    """Read every visible sheet that has a header of this kind.

    Raises DomainError `import-unreadable` or `import-header-missing`; all else is a problem of its row or sheet.
    """
    sheets = read_sheets(data, filename)
    loading = _Loading(kind, filename)
    tables = [None if sheet.hidden else find_table(sheet, filename, kind) for sheet in sheets]
    if not any(tables):
        refuse_header(tuple(sheet for sheet in sheets if not sheet.hidden), kind)
    for sheet, table in zip(sheets, tables, strict=True):
        if table is None:
            loading.skip_sheet(sheet)
        else:
            loading.take_table(table)
    return loading.result()


class _Loading:
    """The state of reading one file: the rows of each record so far, and what could not be used."""

    def __init__(self, kind: RegistryKind, filename: str) -> None:
        self._kind: RegistryKind = kind
        self._file = filename
        self._found: dict[str, list[Record]] = {}
        self._problems: list[RowProblem] = []
        self._ignored: list[str] = []
        self._read = self._continued = self._empty = self._refused = 0

    def skip_sheet(self, sheet: Sheet) -> None:
        """Say that a sheet was left out, unless there was nothing in it."""
        if sheet.rows:
            why = (
                "工作表已隐藏 / the sheet is hidden"
                if sheet.hidden
                else "工作表没有表头 / the sheet has no header row"
            )
            self._note((sheet.name, 0), "import-sheet-skipped", why)

    def take_table(self, table: Table) -> None:
        """Read the rows of one sheet."""
        self._ignored.extend(table.ignored)
        for row in table.rows:
            self._read += 1
            self._take_row(table, row)

    def result(self) -> ImportResult:
        """Give all records in the order of their first rows."""
        return ImportResult(
            records=tuple(_record(rows) for rows in self._found.values()),
            problems=tuple(self._problems),
            rows_read=self._read,
            rows_continued=self._continued,
            rows_empty=self._empty,
            rows_refused=self._refused,
            columns_ignored=tuple(dict.fromkeys(self._ignored)),
        )

    def _take_row(self, table: Table, row: Row) -> None:
        if is_layout(table, row):
            self._empty += 1
        elif is_remark(row):
            self._refuse(
                (table.sheet, row.number),
                "import-row-skipped",
                "附注、合计或示例行 / a note, a sum or an example",
            )
        else:
            reading = Reading(table, row)
            record = _READERS[self._kind](reading)
            self._problems.extend(reading.problems)
            if record is None:
                self._refused += 1
            else:
                self._keep(record)

    def _keep(self, record: Record) -> None:
        key = record.code if isinstance(record, ItemRecord) else record.id
        rows = self._found.setdefault(key, [])
        first = rows[0] if rows else record
        if (
            isinstance(first, ItemRecord)
            and isinstance(record, ItemRecord)
            and is_same_item(first, record)
        ):
            if first.category != record.category:
                reason = f"与{_where(first)}是同一事项，但事项类别不同 / the same item as there, in another category"
                self._refuse(record.row, "import-conflict", reason)
                return
        elif rows:
            reason = f"编号与{_where(first)}重复，已采用前一行 / the identifier stands there already; that row was taken"
            self._refuse(record.row, "import-duplicate", reason)
            return
        self._continued += bool(rows)
        rows.append(record)

    def _refuse(self, place: tuple[str, int], code: str, reason: str) -> None:
        self._refused += 1
        self._note(place, code, reason)

    def _note(self, place: tuple[str, int], code: str, reason: str) -> None:
        self._problems.append(problem(self._file, place, "", code, reason))


def _record(rows: list[Record]) -> Record:
    items = [row for row in rows if isinstance(row, ItemRecord)]
    return unite(items) if items else rows[0]


def _where(record: Record) -> str:
    sheet, row = record.row
    return f"{sheet} 第 {row} 行".strip()
