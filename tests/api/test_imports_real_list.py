"""A government's own item list (Hainan, 2020): two-row header, everything merged, layout rows, `_x000D_`."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from pathlib import Path

import openpyxl
import pytest

from api.imports import ImportResult, ItemRecord, load, read_table

LIST = Path(__file__).parents[2].parent / "shared" / "data" / "hainan-item-list-2020.xlsx"
FIELDS = (
    "department",
    "item_class",
    "name",
    "subject",
    "category",
    "method",
    "body",
    "legal_basis",
)
COLUMNS = (1, 3, 4, 5, 6, 7, 8, 9)
FIRST, LAST = 4, 391

pytestmark = pytest.mark.skipif(not LIST.exists(), reason="the real list is not on this machine")


@pytest.fixture(scope="module")
def result() -> ImportResult:
    """Import the list once."""
    return load("items", LIST.read_bytes(), LIST.name)


@pytest.fixture(scope="module")
def rows() -> dict[int, tuple[str, ...]]:
    """Fill the merged cells another way: openpyxl's ordinary mode, cell by cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(LIST).worksheets[0]
    shown = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row}
    for merged in sheet.merged_cells.ranges:
        for row, column in merged.cells:
            shown[sheet.cell(row, column).coordinate] = merged.start_cell.value
    return {
        row: tuple(str(shown[sheet.cell(row, column).coordinate]) for column in COLUMNS)
        for row in range(FIRST, LAST + 1)
    }


def squeezed(text: str) -> str:
    """Reduce a text to what no cleaning may touch."""
    return re.sub(r"\s|_x000D_", "", text)


def items(result: ImportResult) -> tuple[ItemRecord, ...]:
    """Narrow the records to items."""
    return tuple(record for record in result.records if isinstance(record, ItemRecord))


def test_every_row_is_accounted_for(result: ImportResult) -> None:
    """388 rows stand below the header; 293 begin an item, 13 continue one, 82 are layout."""
    assert (result.rows_read, len(result.records)) == (388, 293)
    assert (result.rows_continued, result.rows_empty, result.rows_refused) == (13, 82, 0)
    assert result.problems == ()
    assert result.columns_ignored == ("序号",)


def test_categories_and_departments_are_those_of_the_list(result: ImportResult) -> None:
    """30 重点 and 263 一般 items of 16 departments."""
    found = items(result)
    assert sum(item.category == "重点" for item in found) == 30
    assert len({item.department for item in found}) == 16
    assert len({item.code for item in found}) == 293


def test_every_item_says_what_its_first_row_shows(
    result: ImportResult, rows: dict[int, tuple[str, ...]]
) -> None:
    """All eight fields of all items, against an independent filling of the merged cells."""
    for item in items(result):
        for field, shown in zip(FIELDS, rows[item.row[1]], strict=True):
            written = squeezed(getattr(item, field))
            if field == "category":
                assert shown.strip() == f"{written}检查事项"
            elif field in {"body", "legal_basis"}:
                assert written.startswith(squeezed(shown))
            else:
                assert written == squeezed(shown)


def test_every_row_is_found_in_its_item(
    result: ImportResult, rows: dict[int, tuple[str, ...]]
) -> None:
    """No legal basis and no body of any row is lost."""
    known = {tuple(squeezed(getattr(i, f)) for f in FIELDS[:4]): i for i in items(result)}
    assert len(known) == len({tuple(map(squeezed, row[:4])) for row in rows.values()}) == 293
    for row in rows.values():
        item = known[tuple(map(squeezed, row[:4]))]
        assert squeezed(row[6]) in squeezed(item.body)
        assert squeezed(row[7]) in squeezed(item.legal_basis)


def test_the_first_item_is_exactly_this(result: ImportResult) -> None:
    """Row 4, with a code that anyone can compute again."""
    item = items(result)[0]
    identity = [
        "省教育厅",
        "中小学教育装备产品检查",
        "中小学教育装备产品（文体教育用品）检查",
        "中小学校",
    ]
    text = json.dumps(identity, ensure_ascii=False, separators=(",", ":"))
    assert item.code == "X" + hashlib.sha256(text.encode()).hexdigest()[:12].upper()
    assert [item.department, item.item_class, item.name, item.subject] == identity
    assert item.category == "一般"
    assert item.method == "现场检查、书面检查、网络检查、专业机构核查"
    assert item.body == "县级以上教育行政部门和市场监管部门"
    assert item.row == ("Sheet1", 4)


def test_further_rows_of_a_merged_item_are_further_legal_bases(result: ImportResult) -> None:
    """Row 8 and 9 are one item on two legal bases; department and class are filled down from rows 4 and 8."""
    item = next(item for item in items(result) if item.row == ("Sheet1", 8))
    assert (
        item.legal_basis == "《中小学教材管理办法》第三十六条\n《职业院校教材管理办法》第三十六条"
    )
    assert item.department == "省教育厅"
    assert item.item_class == "中小学教材用书选用情况检查"


def test_rows_that_differ_only_in_body_are_united(result: ImportResult) -> None:
    """Four items name two bodies in two rows."""
    bodies = [item.body for item in items(result) if "\n" in item.body]
    assert len(bodies) == 4
    assert bodies[0] == "省农业农村厅种业管理处\n省种子总站"


def test_the_last_item_keeps_the_inner_break_of_its_legal_basis(result: ImportResult) -> None:
    """Row 390; row 391 is layout."""
    item = items(result)[-1]
    assert item.row == ("Sheet1", 390)
    assert item.department == "省市场监管局"
    assert item.item_class == item.name == "商标代理行为的检查"
    assert item.legal_basis == "《商标法》第六十八条\n《商标法实施条例》第八十八条、第八十九条"


def test_no_text_keeps_an_escape_or_a_blank_at_its_ends(result: ImportResult) -> None:
    """`_x000D_`, no-break and full-width spaces are gone everywhere."""
    for item in items(result):
        for field in FIELDS:
            text = getattr(item, field)
            assert text == text.strip()
            assert not re.search(r"_x000D_|\r|\u3000|\xa0|  ", text)


def test_a_wrapped_cell_is_one_line_again(result: ImportResult) -> None:
    """A break inside a subject was typed to make the column fit."""
    assert any(item.subject == "拍卖企业" for item in items(result))


def test_the_table_is_found_below_title_and_two_row_header() -> None:
    """The caller may look at the table itself, from a path."""
    table = read_table(LIST, LIST.name, "items")
    assert table.columns["item_class"] == 2
    assert table.columns["name"] == 3
    assert (table.rows[0].number, table.rows[-1].number) == (FIRST, LAST)
    assert sum(not row.own for row in table.rows) == 82
