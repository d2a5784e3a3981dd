"""Merged cells: what a range shows counts in all its rows, what it hides counts in none."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.worksheet.cell_range import CellRange

from api.imports import ItemRecord, load, read_table

HEADER = ["编制单位", "抽查类别", "事项名称", "抽查对象", "事项类别", "实施主体", "法律依据"]
FIRST = ["示例局", "类", "示例事项", "学校", "一般", "甲", "《一》\n第一条"]


def excel(rows: list[list[str]], *merges: str) -> bytes:
    """Save rows with merges that leave the values beneath them in the file, as some programs do."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merged_cells.add(CellRange(merge))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def merged(columns: str, first: int, last: int) -> list[str]:
    """Merge each of the columns over the rows."""
    return [f"{column}{first}:{column}{last}" for column in columns]


def test_rows_of_one_item_are_united_and_contradictions_refused() -> None:
    """Merged cells, a hidden value under a merge, a blank row, the header again, and 重点 against 一般."""
    rows = [
        HEADER,
        FIRST,
        ["被遮住的旧值", "", "", "", "", "乙", "《二》"],
        [],
        HEADER,
        FIRST,
        ["示例局", "类", "示例事项", "学校", "重点", "甲", "《三》"],
    ]
    result = load("items", excel(rows, *merged("ABCDE", 2, 3)), "a.xlsx")
    (item,) = result.records
    assert isinstance(item, ItemRecord)
    assert item.legal_basis == "《一》\n第一条\n《二》"
    assert item.body == "甲\n乙"
    assert [(p.row, p.code) for p in result.problems] == [(7, "import-conflict")]
    assert "Sheet 第 2 行" in result.problems[0].reason
    assert (result.rows_read, result.rows_continued, result.rows_empty) == (6, 2, 2)


def test_a_row_that_says_something_only_beneath_merges_is_layout() -> None:
    """Nobody who opens the file sees it."""
    hidden = ["示例局", "类", "看不见的事项", "学校", "一般", "甲", "《一》"]
    result = load("items", excel([HEADER, FIRST, hidden], *merged("ABCDEFG", 2, 3)), "a.xlsx")
    assert (len(result.records), result.rows_empty, result.rows_continued) == (1, 1, 0)


def test_merges_of_nothing_and_beyond_the_data_change_nothing() -> None:
    """A blank range stays blank, hiding what is beneath it; a range right of all columns is no column."""
    data = excel([HEADER, FIRST, FIRST], "F2:F3", "J1:M9", "B2:C2")
    table = read_table(data, "a.xlsx", "items")
    assert table.rows[1].cells[5] == "甲"
    assert table.rows[0].cells[1:3] == ("类", "类")
    blank = excel([HEADER, [*FIRST[:5], "", FIRST[6]], FIRST], "F2:F3")
    assert read_table(blank, "a.xlsx", "items").rows[1].cells[5] is None


def test_a_header_may_stand_in_merged_cells_of_one_or_two_rows() -> None:
    """The lower row names the columns of a group; columns merged over both rows keep their one name."""
    upper = ["编制单位", "抽查项目", "", "抽查对象", "事项类别", "实施主体", "法律依据"]
    lower = ["", "抽查类别", "事项名称", "", "", "", ""]
    grouped = excel([["标题"], upper, lower, FIRST], "A1:G1", "B2:C2", *merged("ADEFG", 2, 3))
    table = read_table(grouped, "a.xlsx", "items")
    assert [table.columns[field] for field in ("item_class", "name", "legal_basis")] == [1, 2, 6]
    assert [row.number for row in table.rows] == [4]
