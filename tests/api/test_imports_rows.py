"""Whole files as offices send them: titles, merges, notes, mixed types, several sheets, CSV in GB18030."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from api.imports import (
    EntityRecord,
    ExpertRecord,
    ImportResult,
    ItemRecord,
    OfficerRecord,
    RegistryKind,
    load,
)

ENTITY_HEADER = ["统一社会信用代码", "注册号", "名称", "类型", "信用等级", "联系人", "电话"]
ITEM_HEADER = ["编制单位", "抽查类别", "事项名称", "抽查对象", "事项类别", "实施主体", "法律依据"]
OFFICER_HEADER = ["工号", "姓名", "部门", "执法证号", "有效期至", "身份证号"]
CREDIT_CODE = "91110000600037341L"
ID_CARD = "11010119900307002X"
Rows = Sequence[Sequence[object]]


def excel(
    rows: Rows, merges: tuple[str, ...] = (), *, more: Mapping[str, Rows] | None = None
) -> bytes:
    """Save rows as a workbook; `more` holds further sheets, hidden where the name says so."""
    book = Workbook()
    for name, content in {"Sheet": rows, **(more or {})}.items():
        sheet = book["Sheet"] if name == "Sheet" else book.create_sheet(name)
        sheet.sheet_state = "hidden" if "隐藏" in name else "visible"
        for row in content:
            sheet.append(list(row))
    for merge in merges:
        book["Sheet"].merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def comma(rows: Rows, encoding: str) -> bytes:
    """Save rows as CSV."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode(encoding)


def codes(result: ImportResult) -> list[tuple[int, str, str]]:
    """Give row, column and code of each problem."""
    return [(found.row, found.column, found.code) for found in result.problems]


def entity(result: ImportResult, index: int = 0) -> EntityRecord:
    """Narrow one record to an entity."""
    record = result.records[index]
    assert isinstance(record, EntityRecord)
    return record


def test_a_messy_entity_list_becomes_records() -> None:
    """Title, decorated header, full-width and lower case, numbers as floats, an old registration number, a note."""
    rows: Rows = [
        ["某县检查对象名录（示例）"],
        ["序号", *ENTITY_HEADER, "标签", "地 址："],
        [
            1,
            " ９1110000 60003734１l ",
            None,
            "示例小学\u3000",
            "小学",
            "A级",
            "示例",
            13800000000.0,
            "寄宿、民办",
            "路1号",
        ],
        [2, "无", 110108000000016, "示例幼儿园", "幼儿园", "Ｂ", None, None, None, None],
        [3, "110108000000016 ", None, "示例培训机构", "校外培训机构", None, None, None, None, None],
        ["注：本表由示例县教育局填报"],
    ]
    result = load("entities", excel(rows, ("A1:J1", "A6:J6")), "名录.xlsx")
    assert entity(result).id == f"uscc:{CREDIT_CODE}"
    assert entity(result).name == "示例小学"
    assert entity(result).tags == ("寄宿", "民办")
    assert entity(result).credit_class == "A"
    assert entity(result).address == "路1号"
    assert entity(result).override_reason is None
    assert entity(result).personal == {"contact": "示例", "telephone": "13800000000"}
    assert "13800000000" not in repr(result)
    assert (entity(result, 1).id, entity(result, 1).credit_class) == ("reg:110108000000016", "B")
    assert entity(result, 1).personal == {}
    assert codes(result) == [(5, "", "import-duplicate"), (6, "", "import-row-skipped")]
    assert "Sheet 第 4 行" in result.problems[0].reason
    assert result.columns_ignored == ("序号",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_in_the_encodings_of_chinese_offices(encoding: str) -> None:
    """The same rows, rare characters included, a cell of two lines counting as one row."""
    rows: Rows = [
        ENTITY_HEADER,
        [CREDIT_CODE, "", "示例㙍小学", "小学", "", "", "13800000000.0"],
        ["", "110108000000016", "示例\n中学", "中学", "C类", "", ""],
    ]
    result = load("entities", comma(rows, encoding), "名录.CSV")
    assert [entity(result, i).name for i in range(2)] == ["示例㙍小学", "示例中学"]
    assert entity(result, 1).row == ("", 3)
    assert entity(result).personal == {"telephone": "13800000000"}
    assert result.problems == ()


def test_a_wrong_check_digit_needs_a_reason_in_the_file() -> None:
    """With 核准原因 the row is taken and keeps the reason; where none was needed none is kept."""
    wrong = CREDIT_CODE[:-1] + "0"
    rows: Rows = [
        [*ENTITY_HEADER, "核准原因"],
        [wrong, None, "示例甲", "小学", None, None, None, None],
        [wrong, None, "示例乙", "小学", None, None, None, "证照如此"],
        [CREDIT_CODE, None, "示例丙", "小学", None, None, None, "多余的原因"],
        ["9111", None, "示例丁", "小学", None, None, None, "格式不对"],
    ]
    result = load("entities", excel(rows), "a.xlsx")
    assert codes(result) == [
        (2, "统一社会信用代码", "check-digit-wrong"),
        (5, "统一社会信用代码", "identifier-invalid"),
    ]
    assert [(entity(result, i).name, entity(result, i).override_reason) for i in (0, 1)] == [
        ("示例乙", "证照如此"),
        ("示例丙", None),
    ]


def test_every_fault_of_a_row_is_named_at_once_and_nothing_is_repeated() -> None:
    """Code, place and column of all four faults; never what the cells say."""
    rows: Rows = [ENTITY_HEADER, ["保密1", None, None, "小学", "保密2", "保密3", "保密4"]]
    result = load("entities", excel(rows), "a.xlsx")
    assert codes(result) == [
        (2, "统一社会信用代码", "identifier-invalid"),
        (2, "名称", "import-value-missing"),
        (2, "信用等级", "import-value-invalid"),
        (2, "联系电话", "import-value-invalid"),
    ]
    assert "保密" not in repr(result)
    assert (result.records, result.rows_refused) == ((), 1)


def test_an_entity_without_any_number_is_refused() -> None:
    """A school code would have done."""
    rows: Rows = [
        ["学校标识码", "名称", "类型"],
        ["—", "示例甲", "小学"],
        [3146000001, "示例乙", "小学"],
    ]
    result = load("entities", excel(rows), "a.xlsx")
    assert codes(result) == [(2, "统一社会信用代码", "import-value-missing")]
    assert entity(result).id == "school:3146000001"


def test_officers_keep_their_personal_data_apart() -> None:
    """Dates in several forms, ids in capitals, a wrong ID card refused without being shown."""
    rows: Rows = [
        OFFICER_HEADER,
        ["sl001", "示例甲", "示例局", "示证１", datetime(2030, 6, 30), ID_CARD.lower()],  # noqa: DTZ001
        [1002.0, "示例乙", "示例局", "示证2", "2030年6月30日", None],
        ["SL003", "示例丙", "示例局", "示证3", "2030.6.31", ID_CARD[:-1] + "1"],
        ["SL004", "示例丁", "示例局", "示证4", "2030.6.30", 110101199003070020],
    ]
    result = load("officers", excel(rows), "a.xlsx")
    first, second = result.records
    assert isinstance(first, OfficerRecord)
    assert isinstance(second, OfficerRecord)
    assert (first.id, first.certificate_expires, first.skills) == ("SL001", "2030-06-30", ())
    assert first.personal == {"name": "示例甲", "certificate_number": "示证1", "id_card": ID_CARD}
    assert (second.id, second.certificate_expires) == ("1002", "2030-06-30")
    assert codes(result) == [
        (4, "执法证有效期至", "import-value-invalid"),
        (4, "身份证号码", "check-digit-wrong"),
        (5, "身份证号码", "import-number-truncated"),
    ]
    assert "示例甲" not in repr(result)


def test_an_id_that_cannot_stand_in_an_address_is_refused() -> None:
    """The domain's own rule and code for ids."""
    result = load(
        "experts",
        "编号,姓名,专业\n专/1,示例专家,消防\nzj-2,示例专家,消防、建筑\n".encode(),
        "a.csv",
    )
    assert codes(result) == [(2, "专家编号", "id-invalid")]
    (expert,) = result.records
    assert isinstance(expert, ExpertRecord)
    assert (expert.id, expert.speciality, expert.organisation) == ("ZJ-2", ("消防", "建筑"), "")


def test_a_code_column_names_items_and_may_not_name_two() -> None:
    """Where a row has no code, one is made."""
    rows: Rows = [
        ["事项编码", *ITEM_HEADER],
        ["qh01", "示例局", "类", "甲", "学校", "一般", "局", "《一》"],
        ["QH01", "示例局", "类", "甲", "学校", "一般", "局", "《二》"],
        ["QH01", "示例局", "类", "乙", "学校", "一般", "局", "《一》"],
        ["QH01", "示例局", "类", "甲", "场馆", "一般", "局", "《一》"],
        [None, "示例局", "类", "丙", "学校", "一般", "局", "《一》"],
    ]
    result = load("items", excel(rows), "a.xlsx")
    found = [record.code for record in result.records if isinstance(record, ItemRecord)]
    assert found[0] == "QH01"
    assert found[1].startswith("X")
    assert codes(result) == [(4, "", "import-duplicate"), (5, "", "import-duplicate")]
    assert result.rows_continued == 1


def test_a_blank_category_is_not_guessed() -> None:
    """CSV keeps no merges: what was merged must be written in every row."""
    rows: Rows = [ITEM_HEADER, ["示例局", "类", "甲", "学校", "", "局", "《一》"]]
    assert codes(load("items", comma(rows, "utf-8"), "a.csv")) == [
        (2, "事项类别", "import-value-missing")
    ]


def test_all_visible_sheets_are_read_and_the_others_named() -> None:
    """Nothing is left out silently; a number that stands in two sheets is a duplicate."""
    row: list[object] = ["110108000000016", "示例", "小学"]
    other: list[object] = ["110108002734659", "示例乙", "小学"]
    header: list[object] = ["注册号", "名称", "类型"]
    more: dict[str, Rows] = {
        "乡镇": [header, other, [row[0], "示例丙", "小学"]],
        "说明": [["填表说明"]],
        "隐藏": [header, other],
        "空": [],
    }
    result = load("entities", excel([header, row], more=more), "a.xlsx")
    assert [record.row for record in result.records] == [("Sheet", 2), ("乡镇", 2)]
    assert [(p.sheet, p.row, p.code) for p in result.problems] == [
        ("乡镇", 3, "import-duplicate"),
        ("说明", 0, "import-sheet-skipped"),
        ("隐藏", 0, "import-sheet-skipped"),
    ]


values = st.one_of(
    st.none(),
    st.sampled_from(["示例", "一般", "A", "无", "注：", CREDIT_CODE, *ITEM_HEADER, *ENTITY_HEADER]),
    st.text(max_size=5),
)


@settings(max_examples=60)
@given(
    st.sampled_from(
        [("items", ITEM_HEADER), ("entities", ENTITY_HEADER), ("officers", OFFICER_HEADER)]
    ),
    st.lists(st.lists(values, max_size=8), max_size=8),
)
def test_every_row_of_any_file_is_accounted_for(
    which: tuple[RegistryKind, list[object]], rows: Rows
) -> None:
    """Read rows are records, continuations, layout or refusals, and each refused row has a problem."""
    kind, header = which
    result = load(kind, comma([header, *rows], "utf-8"), "a.csv")
    accounted = result.rows_continued + result.rows_empty + result.rows_refused
    assert result.rows_read == len(result.records) + accounted
    assert len({(found.sheet, found.row) for found in result.problems}) == result.rows_refused
