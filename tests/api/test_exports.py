"""Registries as spreadsheets: what goes out comes in again unchanged, and no cell is a formula or loses a digit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from api.imports import cells
from api.imports.columns import COLUMNS
from api.imports.sheet import quietly
from api.imports.workbook import read_workbook
from api.spreadsheet import write_spreadsheet
from domain.errors import DomainError
from tests.api.conftest import enter_people
from tests.api.test_upload import upload
from tests.serving import fresh_database, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Service

FILES = {
    "entities": (
        "统一社会信用代码,名称,类型,标签,信用等级,区域,地址,核准原因,联系人,联系电话,注册号\n"
        '91110000600037341L,"=HYPERLINK(""http://示例"")",中学,民办、寄宿,A,示例镇,"+1,示例路",,@示例,13800000000,\n'
        "91110000600037341X,示例小学,小学,,,示例镇,,证照如此,,,\n"
        ",-示例机构,校外培训机构,,D,,,,示例,0319-8123456,110108000000016\n"
    ),
    "officers": (
        "工号,姓名,部门,专业,执法证号,有效期至,联系电话,身份证号码\n"
        "QH101,示例甲,教育局,校园安全、财务,HB0001,2030.6.30,13900000000,11010119900307002X\n"
        "QH102,示例乙,教育局,校园安全,0012,2031-1-1,,\n"
    ),
    "experts": "编号,姓名,专业,工作单位\nZJ101,示例丙,食品安全、消防,示例学院\n",
    "items": (
        "事项编码,编制单位,抽查类别,事项名称,检查对象,事项类别,检查方式,检查主体,检查依据\n"
        'X1,教育局,类,校园安全检查,学校,重点,现场检查,教育局,"《一》第一条\n《二》_x000D_第二条"\n'
    ),
}
WHO = {"items": "clerk-edu"}


def told(data: bytes) -> list[tuple[object, ...]]:
    """The cells as openpyxl reads them, all of which must be texts."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for row in book.worksheets[0].iter_rows():
        assert {cell.data_type for cell in row if cell.value is not None} <= {"s", "inlineStr"}
    return list(book.worksheets[0].values)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("=+-@'\"<>&_x000D甲 \n\t\u3000é𠮷") | st.text(), min_size=1, max_size=5))
def test_any_clean_text_comes_back_as_it_went_out(texts: list[str]) -> None:
    """Also what begins like a formula, holds markup or looks like an escape of Excel."""
    clean = []
    for text in texts:
        try:
            clean.append(cells.text(text))
        except DomainError:
            clean.append("示例")
    data = write_spreadsheet("示例&", ["甲"] * len(clean), [clean])
    (sheet,) = read_workbook(data, quietly)
    back = [cells.text(value) for value in sheet.rows[1].cells] if len(sheet.rows) > 1 else []
    assert back + [""] * (len(clean) - len(back)) == clean
    assert data == write_spreadsheet("示例&", ["甲"] * len(clean), [clean])
    told(data)


def test_what_was_exported_is_imported_as_nothing_new_and_elsewhere_as_the_same(
    service: Service, server: str, tmp_path: Path
) -> None:
    """Formulas in names, numbers with leading zeros, a wrong check digit that was overridden, several lines in one cell."""
    exported = {}
    for registry, text in FILES.items():
        sent = upload(service, registry, text, WHO.get(registry, "registrar1"))
        assert sent.status_code == 200, sent.text
        assert sent.json()["problems"] == []
        exported[registry] = download(service, registry)
        again = upload(service, registry, exported[registry], WHO.get(registry, "registrar1"))
        assert again.status_code == 200, again.text
        answer = again.json()
        assert (answer["added"], answer["unchanged"]) == (0, sent.json()["added"])
        assert answer["problems"] == []
    home = tmp_path / "other"
    home.mkdir()
    with fresh_database(server) as dsn, serving(dsn, home) as other:
        enter_people(other)
        for registry, data in exported.items():
            sent = upload(other, registry, data, WHO.get(registry, "registrar1"))
            assert sent.status_code == 200, sent.text
            assert told(download(other, registry)) == told(data)
    names = {row[3] for row in told(exported["entities"])}
    assert '=HYPERLINK("http://示例")' in names
    assert ("QH102", "示例乙", "教育局", "校园安全", "0012") in {
        row[:5] for row in told(exported["officers"])
    }


def test_personal_columns_are_for_those_who_may_read_them_of_everybody(service: Service) -> None:
    """A reviewer sees the registry without people; nobody sees anything without a login, or personal fields as of then."""
    upload(service, "officers", FILES["officers"])
    mine = told(download(service, "officers"))
    theirs = told(download(service, "officers", "reviewer1"))
    labels = {column.field: column.label for column in COLUMNS["officers"]}
    private = {labels[f] for f in ("name", "certificate_number", "telephone", "id_card")}
    assert set(mine[0]) - set(theirs[0]) == private
    assert not {"示例甲", "HB0001"} & {cell for row in theirs for cell in row}
    assert service.get("/exports/officers.xlsx").status_code == 401
    size = service.parts.ledger.size()
    before = service.get("/exports/officers.xlsx", "registrar1", as_of=size - 1)
    assert len(told(before.content)) == 2  # the second officer came with the last leaf
    assert private.isdisjoint(told(before.content)[0])
    assert service.get("/exports/staff.xlsx", "registrar1").status_code == 422


def download(service: Service, registry: str, who: str = "registrar1") -> bytes:
    """The file as a browser saves it."""
    answer = service.get(f"/exports/{registry}.xlsx", who)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Ledger-Position"] == str(service.parts.ledger.size())
    return answer.content
