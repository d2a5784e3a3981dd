"""What single cells mean, however they were typed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports import cells
from domain.canonical import canon
from domain.errors import DomainError

anything = st.one_of(
    st.text(),
    st.text("甲乙 \n\r\t\u3000\xa0\u200b_x000D_ab1"),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e14, 1e14),
    st.datetimes(),
    st.booleans(),
)


@given(anything)
def test_clean_text_is_canonical_and_cleaning_it_again_changes_nothing(value: object) -> None:
    """Any cell can go into the ledger afterwards: NFC, no lone surrogates, no invisible characters."""
    for clean in (cells.text, cells.line):
        try:
            once = clean(value)
        except DomainError as error:
            assert error.code == "import-value-invalid"  # noqa: PT017 - one of many inputs
            continue
        assert unicodedata.is_normalized("NFC", once)
        assert canon(once)
        assert once == once.strip()
        assert not re.search(r"[\r\u200b\ufeff\u3000\xa0]|  ", once)


@given(st.text("甲乙丙（）\n"))
def test_a_line_holds_no_break_and_a_text_keeps_its_inner_breaks(value: str) -> None:
    """Only the breaks at both ends of a text go."""
    assert "\n" not in cells.line(value)
    assert cells.text(value) == value.strip("\n")


@pytest.mark.parametrize(
    ("written", "line", "text"),
    [
        ("拍卖\n企业", "拍卖企业", "拍卖\n企业"),
        ("甲站      \n乙局", "甲站 乙局", "甲站\n乙局"),
        ("A\nB", "A B", "A\nB"),
        ("第一条_x000D_\n第二条", "第一条第二条", "第一条\n第二条"),
        ("法_x000D_第一条", "法第一条", "法第一条"),
        ("_x005F_x000D_", "_x000D_", "_x000D_"),
        ("_xD800_甲", "甲", "甲"),
        ("\u3000甲\xa0\xa0乙 \n", "甲 乙", "甲 乙"),
        ("e\u0301", "é", "é"),
        (13800000000.0, "13800000000", "13800000000"),
        (0.5, "0.5", "0.5"),
        (datetime(2025, 6, 30), "2025-06-30", "2025-06-30"),  # noqa: DTZ001 - cells have no zone
    ],
)
def test_texts_are_cleaned_like_this(written: object, line: str, text: str) -> None:
    """One line for names, several for legal bases."""
    assert cells.line(written) == line
    assert cells.text(written) == text


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_way_to_write_a_date_is_the_same_date(day: date) -> None:
    """Dots, slashes, hyphens, Chinese, compact, full-width, with midnight, and date cells."""
    y, m, d = day.year, day.month, day.day
    forms = [
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y} 年 {m} 月 {d} 日",
        f"{y}/{m:02}/{d:02}",
        f"{y}-{m}-{d}",
        f"{day} 00:00:00",
        f"{y}{m:02}{d:02}",
        int(f"{y}{m:02}{d:02}"),
        f"{y}．{m}．{d}",
        datetime(y, m, d),  # noqa: DTZ001 - cells have no zone
    ]
    assert {cells.day(form) for form in forms} == {day.isoformat()}


@pytest.mark.parametrize(
    "written", ["2025-02-30", "2025年6月", "长期", "45838", 45838, "6/30/2025"]
)
def test_what_is_no_whole_date_is_refused(written: object) -> None:
    """A month, a bare serial number or an impossible day is never guessed at."""
    with pytest.raises(DomainError, match="import-value-invalid"):
        cells.day(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (13800000000.0, "13800000000"),
        ("13800000000.0", "13800000000"),
        ("１３８ 0000 0000", "13800000000"),
        ("(0898)12345678", "089812345678"),
        ("0898-12345678转12", "0898-12345678转12"),
        ("13800000000/0898-1234567", None),
        ("13800000000，13900000000", "13800000000、13900000000"),
        ("1.38E+10", None),
        ("电话", None),
    ],
)
def test_telephones_are_digits(written: object, read: str | None) -> None:
    """What Excel made of a number is undone; what is no number is refused and not repeated."""
    if read is not None:
        assert cells.telephone(written) == read
        return
    with pytest.raises(DomainError) as caught:
        cells.telephone(written)
    assert str(written) not in caught.value.detail or written == "电话"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A级", "A"),
        ("Ａ", "A"),
        ("A类（信用好）", "A"),
        (" b ", "B"),
        ("信用风险D级", "D"),
        ("未评级", None),
    ],
)
def test_credit_classes_are_one_letter(written: str, read: str | None) -> None:
    """However the class is decorated."""
    assert cells.credit_class(written) == read


@pytest.mark.parametrize("written", ["M", "AB", "A/B", "好", "A级或B级", 1])
def test_other_credit_classes_are_refused(written: object) -> None:
    """Tax grades and double answers are no class."""
    with pytest.raises(DomainError, match="import-value-invalid"):
        cells.credit_class(written)


def test_a_category_is_one_of_two() -> None:
    """The suffix 检查事项 is common; both or neither is no answer."""
    assert cells.category("重点检查事项\n") == "重点"
    assert cells.category("一般") == "一般"
    for written in ("重点、一般", "其他"):
        with pytest.raises(DomainError, match="import-value-invalid"):
            cells.category(written)


def test_tags_are_split_and_each_stands_once() -> None:
    """Every separator people use, except the space inside a name."""
    assert cells.words("寄宿、民办；寄宿，Type B\n普惠") == ("寄宿", "民办", "Type B", "普惠")
    assert cells.words(" 、") == ()


@pytest.mark.parametrize("value", [4.6900119900307e17, 10**15, float("inf")])
def test_a_long_number_in_a_number_cell_has_lost_its_end(value: object) -> None:
    """Excel keeps fifteen digits: nothing is read rather than zeros."""
    with pytest.raises(DomainError, match="import-number-truncated"):
        cells.text(value)


def test_an_excel_error_is_no_text() -> None:
    """A broken formula never becomes a name."""
    with pytest.raises(DomainError, match="import-value-invalid"):
        cells.line("#REF!")
