"""Empty tables for clerks to fill in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from api.imports.columns import COLUMNS
from api.imports.reading import EXAMPLE_MARK

if TYPE_CHECKING:
    from api.imports.records import RegistryKind

_TITLES: dict[RegistryKind, str] = {
    "items": "抽查事项",
    "entities": "检查对象",
    "officers": "执法检查人员",
    "experts": "专家",
}


def write_template(kind: RegistryKind) -> bytes:
    """Write an .xlsx file with the header (required columns bear `*`) and an example row that `load` leaves out."""
    book = Workbook()
    sheet = book.create_sheet(_TITLES[kind], 0)
    del book["Sheet"]
    columns = COLUMNS[kind]
    sheet.append(["说明", *(column.label + "*" * column.required for column in columns)])
    sheet.append([EXAMPLE_MARK, *(column.example for column in columns)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for index in range(1, len(columns) + 2):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = 24
        sheet.column_dimensions[letter].number_format = "@"  # text, so that Excel keeps every digit
    sheet.freeze_panes = "B2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
