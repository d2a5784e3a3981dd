"""Documents as DOCX, for clerks who edit them before they are signed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, assert_never

import segno
from docx import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from api.documents.archive import settled
from api.documents.content import Facts, Paragraph, Seal, Signatures, Table

if TYPE_CHECKING:
    from docx.document import Document as Page
    from docx.table import Table as Grid

    from api.documents.content import Block, Document

FONT = "仿宋"  # what offices have; Word takes another where it is missing
A4 = Mm(210), Mm(297)
NONE = "（无） / none"
BLANK_DATE = "    年    月    日"


def docx(document: Document, public: str | None) -> bytes:
    """The document as DOCX, with the same words as the PDF."""
    page = Word()
    _set_page(page, landscape=document.landscape)
    _centred(page, document.title, 20, bold=True)
    _centred(page, document.english, 9)
    _centred(page, document.number, 11)
    for block in document.blocks:
        _add(page, block)
    _proof(page, document, public)
    _foot(page, document)
    drawn = page.core_properties
    drawn.title, drawn.author = document.title, document.issuer
    stream = BytesIO()
    page.save(stream)
    return settled(stream.getvalue(), document.as_of.at)


def _set_page(page: Page, *, landscape: bool) -> None:
    section = page.sections[0]
    section.page_width, section.page_height = A4
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = A4[::-1]
    normal = page.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(12)
    fonts: Any = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FONT)


def _centred(page: Page, text: str, size: float, *, bold: bool = False) -> None:
    paragraph = page.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)


def _add(page: Page, block: Block) -> None:
    match block:
        case Paragraph():
            _paragraph(page, block)
        case Facts():
            _fill(page.add_table(0, 2, "Table Grid"), block.rows)
            page.add_paragraph()
        case Table():
            _table(page, block)
        case Signatures():
            for place in block.places:
                page.add_paragraph(f"{place}：{'＿' * 10}{BLANK_DATE}")
        case Seal():
            for line in (block.issuer, "（印章 / seal）", block.day):
                page.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
        case _:
            assert_never(block)


def _paragraph(page: Page, block: Paragraph) -> None:
    added = page.add_paragraph()
    run = added.add_run(block.text + ("：" if block.style == "addressee" else ""))
    match block.style:
        case "heading":
            run.bold = True
        case "note":
            run.font.size = Pt(9)
        case "body":
            added.paragraph_format.first_line_indent = Pt(24)
        case "addressee":
            pass
        case _:
            assert_never(block.style)


def _table(page: Page, block: Table) -> None:
    grid = page.add_table(0, len(block.head), "Table Grid")
    _fill(grid, [block.head, *block.rows])
    repeated = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - python-docx has no other way
    if not block.rows:
        page.add_paragraph(NONE)
    page.add_paragraph()


def _fill(grid: Grid, rows: Any) -> None:  # noqa: ANN401 - tuples of any length
    for row in rows:
        cells = grid.add_row().cells  # type: ignore[no-untyped-call]
        for cell, text in zip(cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(10)


def _proof(page: Page, document: Document, public: str | None) -> None:
    address = document.address(public)
    if address is not None:
        drawing = BytesIO()
        segno.make(address, micro=False, error="m").save(drawing, kind="png", scale=6, border=0)
        drawing.seek(0)
        page.add_picture(drawing, width=Mm(22))
    line = page.add_paragraph().add_run(f"公开核验 / public proof：{address or document.path}")
    line.font.size = Pt(8)


def _foot(page: Page, document: Document) -> None:
    """What stands under every page; Word counts the pages."""
    foot = page.sections[0].footer.paragraphs[0]
    for part in (
        f"{document.foot}\n{document.as_of.words}\n第 ",
        "PAGE",
        " 页，共 ",
        "NUMPAGES",
        " 页",
    ):
        run = foot.add_run("" if part.isupper() else part)
        run.font.size = Pt(8)
        if part.isupper():
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), part)
            run._r.addnext(field)  # noqa: SLF001 - python-docx has no other way
