"""From a whole file to records: every sheet, every row, and an account of what was left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.imports.columns import COLUMNS
from api.imports.items import is_same_item, read_item, unite
from api.imports.mapping import NO_MAPPING
from api.imports.parties import read_entity, read_expert, read_officer
from api.imports.reading import Reading, is_layout, is_remark, problem
from api.imports.records import EntityRecord, ImportResult, ItemRecord
from api.imports.sheet import quietly
from api.imports.table import find_tables, read_sheets, refuse_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.imports.mapping import ColumnMap
    from api.imports.records import Record, RegistryKind, RowProblem
    from api.imports.sheet import Progress, Row, Sheet
    from api.imports.table import Table
    from domain.registry_commands import EntityDetails

_UNCLEAR = (
    "有几列都像此列且内容不同；请改名，或用映射文件指明 / several columns could be this one and say different things: "
    "rename them, or name one in a mapping file"
)
_HIDDEN_COLUMN = (
    "该列已隐藏；请取消隐藏并核对，或删除 / the column is hidden: show and check it, or delete it"
)
_HIDDEN_ROW = "该行已隐藏（如经筛选）；请取消隐藏并核对，或删除 / the row is hidden, by a filter perhaps: show and check it, or delete it"
_ABSENT = "映射文件所写的列不在表中 / the mapping file names a column that is not there"

_READERS: dict[RegistryKind, Callable[[Reading], Record | None]] = {
    "items": read_item,
    "entities": read_entity,
    "officers": read_officer,
    "experts": read_expert,
}


def load(
    kind: RegistryKind,
    data: bytes,
    filename: str,
    mapping: ColumnMap = NO_MAPPING,
    progress: Progress = quietly,
) -> ImportResult:
    """Read every visible sheet that has a header of this kind.

    Raises DomainError `import-unreadable` or `import-header-missing`; all else is a problem of its row or sheet.
    """
    sheets = read_sheets(data, filename, progress)
    loading = _Loading(kind, filename)
    visible = tuple(sheet for sheet in sheets if not sheet.hidden or sheet.name == mapping.sheet)
    tables = {sheet.name: tuple(find_tables(sheet, filename, kind, mapping)) for sheet in visible}
    if not any(tables.values()):
        refuse_header(visible, kind, mapping)
    for sheet in sheets:
        if tables.get(sheet.name):
            for table in tables[sheet.name]:
                loading.take_table(table)
        else:
            loading.skip_sheet(sheet)
    return loading.result()


class _Loading:
    """The state of reading one file: the rows of each record so far, and what could not be used."""

    def __init__(self, kind: RegistryKind, filename: str) -> None:
        self._kind: RegistryKind = kind
        self._file = filename
        self._found: dict[str, list[Record]] = {}
        self._numbers: dict[str, Record] = {}
        self._names: dict[tuple[str, ...], EntityRecord] = {}
        self._read_as: dict[str, str] = {}
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
        """Read the rows of one table."""
        self._ignored.extend(table.ignored)
        labels = {column.field: column.label for column in COLUMNS[self._kind]}
        for field, at in table.columns.items():
            name = table.labels[at] if at < len(table.labels) else ""
            self._read_as.setdefault(labels[field], name)
        for fields, code, why in (
            (table.unclear, "import-column-unclear", _UNCLEAR),
            (table.hidden, "import-column-hidden", _HIDDEN_COLUMN),
            (table.absent, "import-column-missing", _ABSENT),
        ):
            for field in fields:
                place = table.sheet.name, 0
                self._problems.append(problem(self._file, place, labels[field], code, why))
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
            columns_read=self._read_as,
        )

    def _take_row(self, table: Table, row: Row) -> None:
        if is_layout(table, row):
            self._empty += 1
        elif is_remark(row):
            self._refuse(
                (table.sheet.name, row.number),
                "import-row-skipped",
                "附注、合计或示例行 / a note, a sum or an example",
            )
        elif row.hidden:
            self._refuse((table.sheet.name, row.number), "import-row-hidden", _HIDDEN_ROW)
        else:
            reading = Reading(table, row)
            record = _READERS[self._kind](reading)
            self._problems.extend(reading.problems)
            if record is None:
                self._refused += 1
            else:
                self._keep(record)

    def _keep(self, record: Record) -> None:
        if isinstance(record, ItemRecord):
            self._keep_item(record)
            return
        numbers = (record.id, *getattr(record, "other_ids", ()))
        first = next((self._numbers[one] for one in numbers if one in self._numbers), None)
        if first is not None and replace(record, row=first.row) == first:
            reason = (
                f"与{_where(first)}完全相同，已略去 / says the same as that row, and was left out"
            )
            self._refuse(record.row, "import-row-repeated", reason)
        elif first is not None:
            reason = f"编号与{_where(first)}重复，已采用前一行 / the identifier stands there already; that row was taken"
            self._refuse(record.row, "import-duplicate", reason)
        elif isinstance(record, EntityRecord) and self._stands_by_name(record):
            return
        else:
            self._found[record.id] = [record]
            self._numbers.update(dict.fromkeys(numbers, record))

    def _stands_by_name(self, entity: EntityRecord) -> bool:
        """Refuse what has the name, kind and address of a row before, under another number."""
        first = self._names.setdefault(place_of(entity), entity)
        if first is entity:
            return False
        reason = (
            f"与{_where(first)}名称、类型、区域、地址相同而编号不同，请核对 / name, kind, area and address of that row under another "
            "number: check which is right"
        )
        self._refuse(entity.row, "import-same-name", reason)
        return True

    def _keep_item(self, item: ItemRecord) -> None:
        rows = self._found.setdefault(item.code, [])
        first = rows[0] if rows else item
        if not (isinstance(first, ItemRecord) and is_same_item(first, item)):
            reason = f"编号与{_where(first)}重复，已采用前一行 / the identifier stands there already; that row was taken"
            self._refuse(item.row, "import-duplicate", reason)
        elif first.category != item.category:
            reason = f"与{_where(first)}是同一事项，但事项类别不同 / the same item as there, in another category"
            self._refuse(item.row, "import-conflict", reason)
        else:
            self._continued += bool(rows)
            rows.append(item)

    def _refuse(self, place: tuple[str, int], code: str, reason: str) -> None:
        self._refused += 1
        self._note(place, code, reason)

    def _note(self, place: tuple[str, int], code: str, reason: str) -> None:
        self._problems.append(problem(self._file, place, "", code, reason))


def place_of(entity: EntityRecord | EntityDetails) -> tuple[str, ...]:
    """What two entities do not share unless they are one."""
    return entity.name, entity.kind, entity.area, entity.address


def _record(rows: list[Record]) -> Record:
    items = [row for row in rows if isinstance(row, ItemRecord)]
    return unite(items) if items else rows[0]


def _where(record: Record) -> str:
    sheet, row = record.row
    return f"{sheet} 第 {row} 行".strip()
