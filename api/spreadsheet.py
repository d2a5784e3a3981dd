"""Spreadsheets out: one sheet whose cells are all texts, so that no program makes numbers, dates or formulas of them.

A cell is an inline text in the text format and with the mark of a leading apostrophe: Excel neither shortens a long
number nor calculates what begins with `=`, also not after somebody edited the cell. The same rows give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTH = 24
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP file can tell
# ECMA-376 part 1, 22.9.2.19: what XML cannot hold is written by its code, and so is what looks like such a code.
_CODED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def write_spreadsheet(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, fixed: int = 1
) -> bytes:
    """Write an .xlsx file: a bold header that stays in sight, as do the first `fixed` columns, and the rows below."""
    stream = io.BytesIO()
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(stream, "w") as package:
        for part, content in {**_PARTS, "xl/workbook.xml": book}.items():
            package.writestr(_entry(part), _HEAD + content)
        with package.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _begin(len(header), fixed)).encode())
            sheet.write(_row(1, header, style=2).encode())
            for number, cells in enumerate(rows, start=2):
                sheet.write(_row(number, cells, style=1).encode())
            sheet.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def _entry(part: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(part, _BEGINNING)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _begin(width: int, fixed: int) -> str:
    corner = f"{_letters(fixed)}2"
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="{fixed}" ySplit="1" '
        f'topLeftCell="{corner}" activePane="bottomRight" state="frozen"/></sheetView></sheetViews><cols>'
        f'<col min="1" max="{width}" width="{_WIDTH}" style="1" customWidth="1"/></cols><sheetData>'
    )


def _row(number: int, cells: Sequence[str], *, style: int) -> str:
    written = "".join(
        f'<c r="{_letters(at)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for at, cell in enumerate(cells)
        if cell
    )
    return f'<row r="{number}">{written}</row>'


def _text(cell: str) -> str:
    return escape(_CODED.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))


def _letters(at: int) -> str:
    """The name of a column, counted from 0: `A`, …, `Z`, `AA`."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)  # noqa: PLR2004 - letters
