"""County registers as offices keep them (示例): whatever they do to a row, it is read rightly or named exactly."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from api.imports import EntityRecord, OfficerRecord, load, read_mapping
from api.imports.workbook import shows_day
from domain.errors import DomainError
from domain.identifiers import reg_check_digit, uscc_check_digit
from tests.api.test_imports_rows import codes, comma, excel

OLD = Path(__file__).parents[1] / "vectors" / "imports" / "register-97.xls"
HEADER = [
    "序号",
    "社会统一信用代码",
    "工商注册号",
    "被检查单位名称",
    "类型",
    "负责人联系电话",
    "乡镇",
]
USCC = "52130534MJ0000001"
CREDIT_CODE = USCC + uscc_check_digit(USCC)
REG = "13053400000012" + reg_check_digit("13053400000012")
NOISE = ("", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\t")

noise = st.sampled_from(NOISE)


def wide(text: str) -> str:
    """Full-width digits and letters, as an input method leaves them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def written_number(draw: st.DrawFn, number: str) -> object:
    """A registration number or telephone in any of the ways that keep all its digits."""
    forms: list[object] = [number, wide(number), f"'{number}", f"’{number}", f"{number}.0"]
    forms.append(f"{number[0]}.{number[1:]}E+{len(number) - 1}")
    form = draw(st.sampled_from([*forms, int(number), float(number)]))
    return f"{draw(noise)}{form}{draw(noise)}" if isinstance(form, str) else form


@st.composite
def entity_row(draw: st.DrawFn, number: int) -> tuple[list[object], str]:
    """One row of a register, and the id that it must give."""
    first = f"52130534MJ{number:07d}"
    code, reg = first + uscc_check_digit(first), f"13053400{number:06d}"
    reg += reg_check_digit(reg)
    blank = st.sampled_from([None, "", " ", "无", "——", "/"])
    code_cell: object = draw(st.sampled_from([code, code.lower(), wide(code), f" {code}\u200b"]))
    coded = draw(st.booleans())
    row = [
        number,
        code_cell if coded else draw(blank),
        draw(blank) if coded else draw(written_number(reg)),
        f"{draw(noise)}示例幼儿园{number}{draw(noise)}",
        draw(st.sampled_from(["幼儿园", "幼儿园\u3000", "幼\u200b儿园"])),
        draw(written_number(f"1391234{number:04d}")),
        draw(st.sampled_from(["示例镇", "\xa0示例镇"])),
    ]
    return row, f"uscc:{code}" if coded else f"reg:{reg}"


@st.composite
def register(draw: st.DrawFn) -> tuple[list[list[object]], list[str]]:
    """A whole sheet with what stands between the rows: titles, the header again, subtotals, blanks, notes."""
    rows: list[list[object]] = [["示例县检查对象名录"]] if draw(st.booleans()) else []
    rows.append(list(HEADER))
    ids = []
    between: list[list[object]] = [
        list(HEADER),
        [],
        [None, "示例镇小计", None, 12],
        ["合 计：", None, "=COUNT(A1:A9)", 3],
        ["注：示例", None],
    ]
    for number in range(draw(st.integers(1, 6))):
        row, id_ = draw(entity_row(number))
        rows.append(row)
        ids.append(id_)
        if draw(st.booleans()):
            rows.append(draw(st.sampled_from(between)))
    return rows, ids


@settings(max_examples=80, deadline=None)
@given(register(), st.sampled_from(["xlsx", "utf-8-sig", "gb18030", "utf-16"]))
def test_every_row_of_a_register_is_read_however_it_was_typed(
    made: tuple[list[list[object]], list[str]], kind: str
) -> None:
    """Floats, apostrophes, full width, blanks that nobody sees, empty codes; subtotals are told and are no entities."""
    rows, ids = made
    data = excel(rows) if kind == "xlsx" else comma(rows, kind)
    if kind == "gb18030":  # it has no place for a BOM within
        data = comma([[_text(cell) for cell in row] for row in rows], kind)
    result = load("entities", data, "名录.xlsx" if kind == "xlsx" else "名录.csv")
    found = [record for record in result.records if isinstance(record, EntityRecord)]
    assert [record.id for record in found] == ids
    assert {record.kind for record in found} == {"幼儿园"}
    assert {record.area for record in found} == {"示例镇"}
    assert all(record.personal["telephone"].startswith("1391234") for record in found)
    assert {problem.code for problem in result.problems} <= {"import-row-skipped"}
    assert result.columns_read["联系电话"] == "负责人联系电话"


def _text(cell: object) -> object:
    return cell.replace("\ufeff", "") if isinstance(cell, str) else cell


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ([[1, CREDIT_CODE, None, "甲", "小学"]] * 2, [(3, "", "import-row-repeated")]),
        (
            [[1, CREDIT_CODE, REG, "甲", "小学"], [2, None, REG, "甲（旧）", "小学"]],
            [(3, "", "import-duplicate")],
        ),
        (
            [[1, CREDIT_CODE, None, "甲", "小学"], [2, None, REG, "甲", "小学"]],
            [(3, "", "import-same-name")],
        ),
        (
            [[1, "1.30534E+14", None, "甲", "小学"]],
            [(2, "统一社会信用代码", "import-number-truncated")],
        ),
        (
            [[1, 9.113053e17, None, "甲", "小学"]],
            [(2, "统一社会信用代码", "import-number-truncated")],
        ),
        ([[1, "#N/A", None, "甲", "小学"]], [(2, "统一社会信用代码", "import-value-invalid")]),
        (
            [[1, "=A9", None, "甲", "小学"]],
            [(2, "统一社会信用代码", "import-formula-uncalculated")],
        ),
        ([[1, None, CREDIT_CODE, "甲", "小学"]], []),
    ],
)
def test_what_a_register_leaves_open_is_named(
    rows: list[list[object]], problems: list[tuple[int, str, str]]
) -> None:
    """Twice the same row, one entity under two numbers, digits that Excel lost, errors, formulas without results."""
    result = load("entities", excel([HEADER, *rows]), "a.xlsx")
    assert codes(result) == problems
    assert result.rows_read == len(result.records) + result.rows_refused


def test_what_is_hidden_is_named_and_not_taken_for_granted() -> None:
    """A row that a filter hides, and a column that is read but not seen."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ([*HEADER], [1, CREDIT_CODE, None, "甲", "小学"], [2, None, REG, "乙", "小学"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["F"].hidden = True
    result = load("entities", _saved(book), "a.xlsx")
    assert codes(result) == [(0, "联系电话", "import-column-hidden"), (3, "", "import-row-hidden")]
    assert len(result.records) == 1


def test_an_old_workbook_is_read_with_all_that_it_hides() -> None:
    """Title, floats, merged areas, an error, a hidden row, a hidden sheet (written by xlwt)."""
    result = load("entities", OLD.read_bytes(), "旧名录.xls")
    assert [record.id for record in result.records if isinstance(record, EntityRecord)] == [
        "reg:110108000000016",
        "reg:110108002734659",
    ]
    assert {record.area for record in result.records if isinstance(record, EntityRecord)} == {
        "示例镇"
    }
    assert [(one.sheet, one.row, one.code) for one in result.problems] == [
        ("名录", 5, "check-digit-wrong"),
        ("名录", 5, "import-value-missing"),
        ("名录", 6, "import-row-hidden"),
        ("旧表", 0, "import-sheet-skipped"),
        ("日期", 0, "import-sheet-skipped"),
    ]


@pytest.mark.parametrize("mac", [False, True])
@given(day=st.dates(date(1955, 1, 1), date(2099, 1, 1)))
@settings(max_examples=20, deadline=None)
def test_a_day_is_the_same_day_in_both_systems_of_a_workbook(mac: bool, day: date) -> None:  # noqa: FBT001
    """As a date cell, as a bare number of days, and as text; the systems of 1900 and 1904 differ by four years."""
    book = Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.append(["工号", "姓名", "所在科室", "执法证号", "执法证件有效期限至"])
    serial = (day - (date(1904, 1, 1) if mac else date(1899, 12, 30))).days
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - cells have no zone
    cells: list[Any] = [moment, f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"]
    for number, cell in enumerate([*cells, serial] if serial >= 20_000 else cells):
        sheet.append([f"SL{number}", "示例", "示例局", f"示证{number}", cell])
    result = load("officers", _saved(book), "a.xlsx")
    assert result.problems == ()
    found = {r.certificate_expires for r in result.records if isinstance(r, OfficerRecord)}
    assert found == {day.isoformat()}


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ("[$-804]m月", True),
        ("h:mm", False),
        ("0.00_);[Red]\\(0.00\\)", False),
        ("General", False),
        ('0"day"', False),
        ("h:mm AM/PM", False),
    ],
)
def test_a_number_format_shows_a_day_or_not(code: str, day: bool) -> None:  # noqa: FBT001
    """Literals, colours and hours are no days."""
    assert shows_day(code) is day


def test_two_columns_that_could_be_one_are_not_chosen_between() -> None:
    """Unless they say the same, or one says nothing."""
    header = ["注册号", "名称", "类型", "联系电话", "联系电话"]
    unclear = load(
        "entities", excel([header, [REG, "甲", "小学", "13800000000", "13900000000"]]), "a.xlsx"
    )
    assert codes(unclear) == [(0, "联系电话", "import-column-unclear")]
    same = load("entities", excel([header, [REG, "甲", "小学", None, "13900000000"]]), "a.xlsx")
    assert same.problems == ()
    (entity,) = same.records
    assert isinstance(entity, EntityRecord)
    assert entity.personal == {"telephone": "13900000000"}


def test_a_second_table_below_the_first_has_its_own_columns() -> None:
    """A header in another order begins another table."""
    rows: list[list[object]] = [
        ["注册号", "名称", "类型"],
        [REG, "甲", "小学"],
        ["名称", "类型", "统一社会信用代码"],
        ["乙", "中学", CREDIT_CODE],
    ]
    result = load("entities", excel(rows), "a.xlsx")
    assert [(r.name, r.kind) for r in result.records if isinstance(r, EntityRecord)] == [
        ("甲", "小学"),
        ("乙", "中学"),
    ]


MAPPING = """
sheet = "2024"
header = [2, 3]
[columns]
"名称" = "主体"
reg = { column = "C" }
"类型" = { value = "幼儿园" }
[values."信用等级"]
"好" = "A"
"""


def test_a_mapping_file_names_what_no_header_tells() -> None:
    """Their header, the letter of a column, one value for all, and their word for ours."""
    rows: list[list[object]] = [
        ["表"],
        ["主体", "信用", "证照"],
        [None, "信用等级", None],
        ["甲", "好", REG],
        ["乙", "D", None],
    ]
    data = excel([["主体"]], more={"2024": rows})
    result = load("entities", data, "a.xlsx", read_mapping("entities", MAPPING.encode()))
    (entity,) = result.records
    assert isinstance(entity, EntityRecord)
    assert (entity.id, entity.name, entity.kind) == (f"reg:{REG}", "甲", "幼儿园")
    assert entity.credit_class == "A"
    assert [(one.sheet, one.row, one.code) for one in result.problems] == [
        ("Sheet", 0, "import-sheet-skipped"),
        ("2024", 5, "import-value-missing"),
    ]


def test_a_mapping_of_a_column_that_is_not_there_is_a_problem_of_the_sheet() -> None:
    """It is not read from elsewhere, though its own name stands there."""
    data = excel([["注册号", "名称", "类型", "地址"], [REG, "甲", "小学", "路1号"]])
    mapped = read_mapping("entities", b'[columns]\naddress = "xyz"\n')
    result = load("entities", data, "a.xlsx", mapped)
    assert codes(result) == [(0, "地址", "import-column-missing")]
    (entity,) = result.records
    assert isinstance(entity, EntityRecord)
    assert entity.address == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = 1", "x"),
        ("[columns]\n'无' = 'a'", "无"),
        ("[columns]\nname = 3", "columns.name"),
        ("[columns]\nname = {column = '7'}", "columns.name"),
        ("[columns]\nname = {column = 'ZZZ'}", "columns.name"),
        ("header = [1, 3]", "header"),
        ("header = 'a'", "header"),
        ("columns = 1", "columns"),
        ("[values]\nname = 1", "name"),
        ("sheet = ", "at end"),
        ("\udcff", "encoding"),
    ],
)
def test_a_mapping_file_that_is_wrong_says_where(text: str, place: str) -> None:
    """Nothing of it is guessed."""
    with pytest.raises(DomainError) as caught:
        read_mapping("entities", text.encode("utf-8", "surrogateescape"))
    assert caught.value.code == "import-mapping-invalid"
    assert place in caught.value.detail


@pytest.mark.parametrize(
    "header",
    [
        ["被检查单位全称", "社会信用代码", "机构类别"],
        ["学校名称", "统一社会信用代码（或组织机构代码）", "办学类型"],
        ["企业（单位）名称", "信用代码", "企业类型"],
        ["市场主体名称", "市场主体统一社会信用代码", "市场主体类型"],
    ],
)
def test_columns_are_known_by_what_their_names_mean(header: list[str]) -> None:
    """As other counties call them."""
    result = load("entities", excel([header, ["甲", CREDIT_CODE, "小学"]]), "a.xlsx")
    assert [r.name for r in result.records if isinstance(r, EntityRecord)] == ["甲"]


def test_whose_telephone_it_is_matters() -> None:
    """That of the office in charge is nobody's."""
    data = excel([["注册号", "名称", "类型", "主管部门电话"], [REG, "甲", "小学", "13800000000"]])
    assert load("entities", data, "a.xlsx").columns_ignored == ("主管部门电话",)


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
