"""Empty tables for clerks to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.imports.columns import COLUMNS
from api.imports.reading import EXAMPLE_MARK
from api.spreadsheet import write_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.imports.records import RegistryKind

TITLES: Mapping[RegistryKind, str] = {
    "items": "抽查事项",
    "entities": "检查对象",
    "officers": "执法检查人员",
    "experts": "专家",
}


def write_template(kind: RegistryKind) -> bytes:
    """Write an .xlsx file with the header (required columns bear `*`) and an example row that `load` leaves out."""
    columns = COLUMNS[kind]
    header = ["说明", *(column.label + "*" * column.required for column in columns)]
    example = [EXAMPLE_MARK, *(column.example for column in columns)]
    return write_spreadsheet(TITLES[kind], header, [example])
