"""The tables of a document as XLSX, for clerks who go on working with them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from api.documents.archive import settled
from api.documents.content import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.worksheet.worksheet import Worksheet

    from api.documents.content import Document

CHARACTERS = 2  # the width of one share of a line, in characters


def xlsx(document: Document, public: str | None) -> bytes:
    """The first table on a sheet with its title, and where it comes from on another."""
    book = Workbook()
    sheet, origin = book.worksheets[0], book.create_sheet("出处")
    table = next(one for one in document.blocks if isinstance(one, Table))
    sheet.title = "表"
    _row(sheet, [document.title], bold=True)
    _row(sheet, table.head, bold=True)
    for row in table.rows:
        _row(sheet, row)
    for place, width in enumerate(table.widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(8, width * CHARACTERS)
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    # & begins a code there: &P is the page, &N how many there are.
    sheet.oddFooter.left.text = document.foot.replace("&", "&&")  # type: ignore[union-attr]
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"  # type: ignore[union-attr]
    for one in _origin(document, public):
        _row(origin, one)
    stream = BytesIO()
    book.save(stream)
    return settled(stream.getvalue(), document.as_of.at)


def _row(sheet: Worksheet, values: Iterable[str], *, bold: bool = False) -> None:
    """Cells of text: what begins like a formula is none."""
    row = sheet.max_row + (sheet.cell(1, 1).value is not None)
    for place, value in enumerate(values, start=1):
        cell = sheet.cell(row, place, value)
        cell.data_type, cell.number_format = "s", "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=bold)


def _origin(document: Document, public: str | None) -> list[tuple[str, str]]:
    return [
        ("文号", document.number),
        ("制定机关", document.issuer),
        ("账本叶", str(document.leaf)),
        ("账本状态", document.as_of.words),
        ("公开核验", document.address(public) or document.path),
    ]
