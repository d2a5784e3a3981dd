"""Which columns a header names: by the names we know, else by what a name means, and never by guessing between two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.imports.columns import COLUMNS, missing_columns, plain_label
from api.imports.mapping import NO_MAPPING
from api.imports.meanings import means
from api.imports.sheet import is_blank
from api.imports.worksheet import column_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.imports.columns import Column
    from api.imports.mapping import ColumnMap
    from api.imports.records import RegistryKind
    from api.imports.sheet import Cells, Row, Sheet

_SEARCHED = 30
"""A header stands within the first rows; titles and notes may stand above it."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """One or two rows that name columns. `unclear` maps fields to the positions between which we do not choose."""

    start: int
    height: int
    labels: tuple[str, ...]
    columns: Mapping[str, int]
    unclear: Mapping[str, tuple[int, ...]]

    @property
    def end(self) -> int:
        """Where the rows below it begin."""
        return self.start + self.height


def find_header(sheet: Sheet, kind: RegistryKind, mapping: ColumnMap = NO_MAPPING) -> Header | None:
    """Find the one or two rows that name most columns; on a tie the upper, and one row rather than two."""
    if mapping.header is not None:
        first, last = mapping.header
        return _header(sheet, kind, mapping, first - 1, last - first + 1 if first else 0)
    best: Header | None = None
    for start in range(min(_SEARCHED, len(sheet.rows))):
        for height in (1, 2):
            found = _header(sheet, kind, mapping, start, height)
            if _named(found, mapping) and (best is None or _worth(found) > _worth(best)):
                best = found
    return best and _without_upper_title(best, sheet, kind, mapping)


def names_all(row: Row, kind: RegistryKind) -> Mapping[str, int] | None:
    """The columns of a row that names, by names we know, all that a table of this kind must have; else None."""
    labels = _labels([row.cells])
    columns, _ = _by_name(labels, COLUMNS[kind])
    return None if missing_columns(kind, set(columns)) else columns


def _named(header: Header, mapping: ColumnMap) -> int:
    return len(header.columns) - len(mapping.letters)


def _worth(header: Header) -> int:
    return len(header.columns) + len(header.unclear)


def _without_upper_title(
    header: Header, sheet: Sheet, kind: RegistryKind, mapping: ColumnMap
) -> Header:
    """Leave a title out that stands over a one-row header: together they match as well as that row alone."""
    if header.height == 1:
        return header
    lower = _header(sheet, kind, mapping, header.start + 1, 1)
    return header if _worth(lower) < _worth(header) else lower


def _header(
    sheet: Sheet, kind: RegistryKind, mapping: ColumnMap, start: int, height: int
) -> Header:
    start = max(start, 0)
    labels = _labels([row.cells for row in sheet.rows[start : start + height]])
    wanted = [
        replace(column, names=(mapping.headers[column.field],))
        if column.field in mapping.headers
        else column
        for column in COLUMNS[kind]
        if column.field not in mapping.letters and column.field not in mapping.constants
    ]
    columns, unclear = _by_name(labels, wanted)
    open_ = [
        column.field
        for column in wanted
        if not {column.field} & (columns.keys() | unclear.keys() | mapping.headers.keys())
    ]
    taken = {*columns.values(), *(at for places in unclear.values() for at in places)}
    free = [i for i, label in enumerate(labels) if label and i not in taken]
    more, doubts = _by_meaning(kind, {i: labels[i] for i in free}, open_)
    letters = {field: column_number(letter) - 1 for field, letter in mapping.letters.items()}
    return Header(
        start=start,
        height=height,
        labels=labels,
        columns={**columns, **more, **letters},
        unclear={**unclear, **doubts},
    )


def _labels(rows: Sequence[Cells]) -> tuple[str, ...]:
    """Call each column by the lowest header row that says something there."""
    width = max(map(len, rows), default=0)
    labels = [""] * width
    for cells in rows:
        for index, value in enumerate(cells):
            if isinstance(value, str) and not is_blank(value):
                labels[index] = plain_label(value)
    return tuple(labels)


def _by_name(
    labels: tuple[str, ...], wanted: Sequence[Column]
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    columns, unclear = {}, {}
    count = Counter(labels)
    for column in wanted:
        name = next((name for name in column.names if name in count), None)
        if name is None:
            continue
        if count[name] == 1:
            columns[column.field] = labels.index(name)
        else:
            unclear[column.field] = tuple(i for i, label in enumerate(labels) if label == name)
    return columns, unclear


def _by_meaning(
    kind: RegistryKind, labels: Mapping[int, str], fields: Sequence[str]
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """A label that means one field alone, where no other label means it; and the fields that several labels mean."""
    meant = {
        field: tuple(at for at, label in labels.items() if means(label, kind, field))
        for field in fields
    }
    claims = Counter(at for places in meant.values() for at in places)
    sure = {
        field: places[0]
        for field, places in meant.items()
        if len(places) == 1 and claims[places[0]] == 1
    }
    return sure, {field: places for field, places in meant.items() if len(places) > 1}
