"""Files that cannot be read are refused as a whole, with a remedy, before they can do harm."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from api.imports import load, read_table, write_template
from api.imports import sheet as sheets
from api.imports import workbook as workbooks
from api.imports import worksheet as worksheets
from api.imports.columns import COLUMNS
from domain.errors import DomainError

ROOT = Path(__file__).parents[2]
HEADER = "编号,姓名,专业\n"


def saved(book: Workbook) -> bytes:
    """Give the bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Replace bytes within one part of a workbook."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(old, new) if name == part else content)
    return stream.getvalue()


def refusal(data: bytes, filename: str) -> str:
    """Return why the file is unreadable."""
    with pytest.raises(DomainError) as caught:
        load("experts", data, filename)
    assert caught.value.code == "import-unreadable"
    return caught.value.detail


TEMPLATE = write_template("experts")
SHEET = "xl/worksheets/sheet1.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("data", "filename", "remedy"),
    [
        (TEMPLATE[: len(TEMPLATE) // 2], "a.xlsx", "damaged"),
        (b"PK\x03\x04 nothing", "a.xlsx", "damaged"),
        (repacked(TEMPLATE, SHEET, b"</row>", b"<row>"), "a.xlsx", "damaged"),
        (repacked(TEMPLATE, "xl/workbook.xml", b"</sheets>", b""), "a.xlsx", "damaged"),
        (OLE + bytes(512), "a.xls", "damaged"),
        (OLE + bytes(512), "a.xlsx", "damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (HEADER.encode(), "a.xlsx", "extension differ"),
        (TEMPLATE, "a.csv", "extension differ"),
        (b"", "a.xlsx", "extension differ"),
        (TEMPLATE, "a.docx", "only .xlsx"),
        (HEADER.encode() + b"\xff\xff\xff", "a.csv", "GB18030"),
        ((HEADER + 'ZJ1,"甲').encode(), "a.csv", "row 2"),
    ],
)
def test_an_unreadable_file_says_what_to_do(data: bytes, filename: str, remedy: str) -> None:
    """Damaged, encrypted, of an old or another kind, or in an unknown encoding."""
    assert remedy in refusal(data, filename)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The declared size counts; zipfile never unpacks more than that."""
    monkeypatch.setattr(workbooks, "MAX_BYTES", 10_000_000)
    bomb = repacked(TEMPLATE, SHEET, b"<sheetData>", b"<sheetData>" + b" " * 10_000_000)
    assert len(bomb) < 100_000
    assert "10 MB" in refusal(bomb, "a.xlsx")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a workbook only rows that say something count; in a CSV file all do."""
    monkeypatch.setattr(worksheets, "MAX_ROWS", 1)
    assert "rows" in refusal(TEMPLATE, "a.xlsx")
    monkeypatch.setattr("api.imports.delimited.MAX_ROWS", 2)
    assert "rows" in refusal((HEADER * 3).encode(), "a.csv")


def test_a_document_type_is_refused() -> None:
    """Entities that multiply have no place in a workbook, nor has an encoding that hides them."""
    doctype = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet'
    assert "XML" in refusal(repacked(TEMPLATE, SHEET, b"<worksheet", doctype), "a.xlsx")
    assert "damaged" in refusal(repacked(TEMPLATE, SHEET, b"<row", b"\0<row"), "a.xlsx")


def test_a_merge_over_the_whole_sheet_costs_nothing() -> None:
    """Seventeen billion cells that are not there are not filled."""
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    data = repacked(TEMPLATE, SHEET, b"</sheetData>", merge)
    with pytest.raises(DomainError, match="import-header-missing"):
        load("experts", data, "a.xlsx")


def test_overlapping_merges_are_refused() -> None:
    """Excel never writes them; they would make filling quadratic."""
    merge = b'<mergeCell ref="A1:F2"/>' * 2
    end = b"</sheetData><mergeCells>" + merge + b"</mergeCells>"
    assert "overlap" in refusal(repacked(TEMPLATE, SHEET, b"</sheetData>", end), "a.xlsx")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'<row r="2"', b'<row r="2000000000"', "rows"),
        (b'r="A2"', b'r="ZZZZZZ2"', "damaged"),
    ],
)
def test_a_cell_far_away_does_not_fill_the_gap(
    old: bytes, new: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A position costs a few bytes to write and must not cost more to read."""
    monkeypatch.setattr(worksheets, "LAST_ROW", 1000)
    assert told in refusal(repacked(TEMPLATE, SHEET, old, new), "a.xlsx")


def test_a_cell_longer_than_excel_allows_is_refused() -> None:
    """In either kind of file."""
    assert "32767" in refusal((HEADER + "甲" * 32_768).encode(), "a.csv")


def test_columns_beyond_the_limit_are_not_read() -> None:
    """A stray cell at the right end of a sheet does not widen every row."""
    assert len(sheets.trim((None,) * 16_000 + ("x",))) == 0
    assert len(sheets.trim(("x",) * 16_000)) == sheets.MAX_COLUMNS


def test_a_missing_header_names_the_missing_columns() -> None:
    """Only what the best candidate lacks."""
    with pytest.raises(DomainError, match="import-header-missing") as caught:
        load("experts", "编号,姓名\nZJ1,示例专家\n".encode(), "a.csv")
    assert "缺少列：专业领域；" in caught.value.detail
    assert "示例专家" not in caught.value.detail


def test_an_entity_list_without_any_identifier_says_so() -> None:
    """One of three columns suffices, and at least one is needed."""
    with pytest.raises(DomainError, match=re.escape("统一社会信用代码|注册号|学校标识码")):
        load("entities", "名称,类型\n示例,小学\n".encode(), "a.csv")


def test_an_empty_file_has_no_header() -> None:
    """Every required column is missing."""
    with pytest.raises(DomainError, match="编制单位名称、抽查事项名称、检查对象、事项类别"):
        load("items", b"", "a.csv")


def test_a_sheet_can_be_named_and_must_exist() -> None:
    """`read_table` reads the sheet it was asked for, hidden or not."""
    book = Workbook()
    for name in ("专家", "第二批"):
        book.create_sheet(name).append(["编号", "姓名", "专业"])
    book["专家"].sheet_state = "hidden"
    assert read_table(saved(book), "a.xlsx", "experts").sheet.name == "第二批"
    assert read_table(saved(book), "a.xlsx", "experts", "专家").sheet.name == "专家"
    with pytest.raises(DomainError, match="import-header-missing"):
        read_table(saved(book), "a.xlsx", "experts", "没有")


def test_no_header_name_stands_for_two_fields() -> None:
    """A synonym that two columns of one kind share would make the order decide."""
    for kind, columns in COLUMNS.items():
        names = [name for column in columns for name in column.names]
        assert len(names) == len(set(names)), kind


def test_every_code_of_the_import_has_a_page_in_two_languages() -> None:
    """Chinese first, then English."""
    source = "".join(path.read_text() for path in (ROOT / "api" / "imports").glob("*.py"))
    codes = set(re.findall(r'"(import-[a-z-]+)"', source)) | {
        "identifier-invalid",
        "check-digit-wrong",
    }
    assert len(codes) == 19
    for code in codes:
        lines = (ROOT / "docs" / "problems" / f"{code}.md").read_text().splitlines()
        assert lines[0] == f"# {code}"
        assert re.match(r"\*\*[\u4e00-\u9fff]", lines[2])
        assert any(re.match(r"\*\*[A-Z]", line) for line in lines[4:])
