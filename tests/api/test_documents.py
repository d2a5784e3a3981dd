"""Documents to print: what they say, that every character of them shows, that they are the same again, and who gets them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document as Word
from pypdf import PdfReader

from api.documents import plans, typeset
from api.documents.content import AsOf, Document, Facts, Paragraph, Signatures, Table
from api.documents.sheet import xlsx
from api.documents.typeset import pdf
from api.documents.word import docx
from tests.api.filled import TASK, address
from tests.api.papers import fonts, missing_glyphs, text_of

if TYPE_CHECKING:
    from api.documents.content import Block
    from tests.serving import Service

PUBLIC = "https://mingqian.example.test"
RARE = "㐂𠮷䶮﨑"
HOSTILE = '#eval("1") *粗* $x^2$ @a <b> \\ // =1+1 `x` _y_'


def paper(*blocks: Block, title: str = "示例文书") -> Document:
    """A made-up document."""
    return Document(
        title=title,
        english="An example",
        issuer="示例局",
        number="示例〔2024〕1号",
        blocks=blocks,
        leaf=12,
        proof="/public/plans/2024",
        as_of=AsOf(position=340, at="2024-06-20T02:00:00.000Z", checkpoint=338),
    )


def test_what_a_document_says_is_never_read_as_markup() -> None:
    """Neither in a title nor in a cell, a paragraph or a list; and rare characters show."""
    data = pdf(
        paper(
            Paragraph(text=HOSTILE + RARE),
            Facts(rows=((HOSTILE, HOSTILE),)),
            Table(head=(HOSTILE, "二"), widths=(2, 1), rows=((HOSTILE, RARE),)),
            Signatures(places=(HOSTILE,)),
            title=HOSTILE,
        ),
        PUBLIC,
    )
    assert text_of(data).count(re.sub(r"\s", "", HOSTILE)) == 7
    assert text_of(data).count(RARE) == 2
    assert missing_glyphs(data) == 0
    assert fonts(data) == {"NotoSerifSC-Regular-Identity-H", "NotoSerifJP-Regular-Identity-H"}


def test_what_no_font_has_is_printed_as_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, glyph 0 stands there, and this file notices."""
    document = paper(Paragraph(text="示例😀"))
    assert "〔U+1F600〕" in text_of(pdf(document, None))
    monkeypatch.setattr(typeset, "printable", str)
    assert missing_glyphs(pdf(document, None)) == 1


def test_the_same_document_is_the_same_bytes_in_every_form() -> None:
    """No clock, and nothing of the machine."""
    document = paper(Table(head=("一",), widths=(1,), rows=(("二",),)))
    for write in (pdf, docx, xlsx):
        assert write(document, PUBLIC) == write(document, PUBLIC)
    for write in (docx, xlsx):
        with ZipFile(BytesIO(write(document, PUBLIC))) as package:
            assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    made = PdfReader(BytesIO(pdf(document, None))).metadata
    assert made is not None
    assert str(made["/CreationDate"]).startswith("D:20240620020000")


def test_tables_go_on_over_pages_with_their_head_and_the_foot_counts_them() -> None:
    """Fifty rows, some with long names; and a table without rows says so."""
    rows = tuple((str(n), "清河县示例学校" * (1 + n % 7), f"uscc:{n:018}") for n in range(1, 51))
    data = pdf(
        paper(
            Table(head=("序号", "名称表头", "编号"), widths=(1, 6, 3), rows=rows),
            Table(head=("空表",), widths=(1,), rows=()),
        ),
        PUBLIC,
    )
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(data)).pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页，共{len(pages)}页" in page
        assert "截至2024-06-2010:00" in page
        assert "检查点338叶" in page
    assert all("名称表头" in page for page in pages[:-1])
    assert "（无）/none" in "".join(pages)
    assert all(row[2] in "".join(pages) for row in rows)


def test_a_text_that_is_longer_than_a_page_goes_on_to_its_end() -> None:
    """In a cell too, whose row else stays together."""
    long = "示例" * 4000 + "末尾"
    data = pdf(paper(Table(head=("一", "二"), widths=(1, 3), rows=(("首", long),))), None)
    assert text_of(data).count("示例") >= 4000
    assert "末尾" in text_of(data)


def test_a_code_leads_to_the_proof_where_the_service_has_an_address() -> None:
    """Without one the path is printed and no code."""
    document = paper()
    told = text_of(pdf(document, PUBLIC + "/"))
    assert f"{PUBLIC}/public/plans/2024#leaf-12" in told
    assert f"{PUBLIC}/public/plans/2024#leaf-12" in "".join(
        one.text for one in Word(BytesIO(docx(document, PUBLIC))).paragraphs
    )
    assert "/public/plans/2024#leaf-12（本系统未设公开地址" in text_of(pdf(document, None))
    assert len(Word(BytesIO(docx(document, PUBLIC))).inline_shapes) == 1
    assert len(Word(BytesIO(docx(document, None))).inline_shapes) == 0


def test_a_cell_that_begins_like_a_formula_is_text() -> None:
    """A name is not computed by whoever opens the table."""
    document = paper(Table(head=("名称",), widths=(1,), rows=(("=1+1",),)))
    cell = openpyxl.load_workbook(BytesIO(xlsx(document, None)))["表"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


SAYS = {
    "/public/documents/plans/{year}": (TASK, "不低于10%", "第2次公布"),
    "/public/documents/schemes/{number}": ("示例〔2024〕2号", "一、工作目标"),
    "/public/documents/draws/{draw_id}": ("抽取记录", "签名检查点覆盖承诺", "签号"),
    "/public/documents/results/{task}": ("结果公示表", "未公示收费", "示例：公示收费", "已改正"),
    "/documents/plans/{year}": (TASK, "不低于10%", "拟写"),
    "/documents/inspections/{inspection}/notice": (
        "检查通知书",
        "示例〔2024〕1号",
        "请备好相关资料",
    ),
    "/documents/inspections/{inspection}/record": (
        "检查记录表",
        "账本时间",
        "image/jpeg",
        "无异议",
    ),
    "/documents/inspections/{inspection}/result": ("检查结果告知书", "发现问题已责令改正"),
    "/documents/inspections/{inspection}/orders/{number}": ("责令改正通知书", "2024年7月20日"),
}


@pytest.mark.parametrize("path", SAYS)
def test_every_document_says_what_the_ledger_does(filled: Service, path: str) -> None:
    """In our fonts alone, with every glyph there, and the same bytes again."""
    who = None if path.startswith("/public") else "reviewer1"
    answer = filled.get(address(filled, path), who)
    assert answer.status_code == 200, answer.text
    data = answer.content
    told = text_of(data)
    for word in SAYS[path]:
        assert word in told
    assert missing_glyphs(data) == 0
    assert fonts(data) <= {f"NotoSerif{one}-Regular-Identity-H" for one in ("SC", "JP")}
    assert filled.get(address(filled, path), who).content == data


LETTERS = [path for path in SAYS if "/inspections/" in path or "/schemes/" in path]


@pytest.mark.parametrize("path", LETTERS)
def test_what_clerks_edit_has_the_words_of_the_print(filled: Service, path: str) -> None:
    """Every cell and every line of the DOCX stands in the PDF, but for the marks of places to sign."""
    who = None if path.startswith("/public") else "reviewer1"
    told = text_of(filled.get(address(filled, path), who).content)
    edited = Word(BytesIO(filled.get(address(filled, path), who, form="docx").content))
    cells = [cell.text for table in edited.tables for row in table.rows for cell in row.cells]
    lines = [one.text for one in edited.paragraphs if "＿" not in one.text]
    for text in (*lines, *cells):
        assert re.sub(r"\s", "", text) in told


def test_papers_of_a_visit_need_a_sign_in_and_a_name_a_right_to_it(filled: Service) -> None:
    """The discipline office reads names anyway; a clerk prints the paper with room for them."""
    path = address(filled, "/documents/inspections/{inspection}/record")
    assert filled.get(path).status_code == 401
    clerk = text_of(filled.get(path, "clerk-edu").content)
    watcher = text_of(filled.get(path, "discipline1").content)
    assert "被检查人陈述" not in clerk
    assert "被检查人陈述示例：无异议" in watcher
    other = next(
        one["id"]
        for one in filled.get("/inspections", "clerk-edu", task=TASK).json()["entries"]
        if one["notice"] is None
    )
    answer = filled.get(f"/documents/inspections/{quote(other, safe='')}/notice", "clerk-edu")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-document")


def test_the_plan_table_is_a_spreadsheet_with_the_columns_of_a_plan(filled: Service) -> None:
    """And below it stands where it comes from."""
    answer = filled.get("/public/documents/plans/2024", form="xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content))["表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert tuple(rows[0]) == plans.PLAN_HEAD
    assert rows[1][0] == TASK
    assert str(rows[-1][0]).startswith("/public/plans/2024#leaf-")


def test_the_record_of_a_draw_names_everybody_who_was_drawn_or_left_out(filled: Service) -> None:
    """As the public reads them."""
    draw = f"{TASK}.entities.2"
    told = text_of(filled.get(f"/public/documents/draws/{draw}").content)
    for part in ("drawn", "excluded"):
        members = filled.get(f"/public/draws/{draw}/members", part=part).json()["entries"]
        assert members
        assert all(one["entity"] in told and one["name"] in told for one in members)
