"""How long a clerk waits for 10,000 entities: reading the workbook, deciding every row, one signed commit."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.acting import Person
from api.imports import load
from api.imports_command import Import, Imported, run_import
from api.parts import Parts, enter_first_administrator, open_parts
from api.settings import Settings
from domain.facts import Actor
from domain.identifiers import uscc_check_digit
from domain.organisation import AddDepartment, AddStaff
from ledger.embedded import stop_server

ENTITIES = 10_000
ROUNDS = 3
BAR_SECONDS = 5.0
HEADER = ("统一社会信用代码", "名称", "类型", "信用等级", "区域", "地址", "联系人", "联系电话")
REGISTRAR = Person(id="registrar", department="edu", roles=("registrar",), one_time=False)


def main() -> dict[str, Any]:
    """Measure and print one JSON object; it is also returned."""
    with tempfile.TemporaryDirectory(prefix="mingqian-bench-") as folder:
        home = Path(folder)
        settings = Settings(mode="development", home=home)
        try:
            with open_parts(settings) as parts:
                _enter_people(parts)
                result = _measure(parts)
        finally:
            stop_server(home / "postgres")
    print(json.dumps(result, ensure_ascii=False))
    return result


def _enter_people(parts: Parts) -> None:
    enter_first_administrator(
        parts,
        AddDepartment(id="edu", name="教育局", collates=False),
        AddStaff(id="admin", department="edu", roles=("administrator",), personal={}),
    )
    registrar = AddStaff(id=REGISTRAR.id, department="edu", roles=("registrar",), personal={})
    admin = Actor(id="admin", role="administrator")
    parts.writer.execute(
        [registrar], actor=admin, command_id="11111111-1111-4111-8111-111111111111"
    )


def _measure(parts: Parts) -> dict[str, Any]:
    whole, reading, commits = [], [], []
    for number in range(ROUNDS):
        data = _workbook(number)
        started = perf_counter()
        load("entities", data, "示例.xlsx")
        reading.append(perf_counter() - started)
        started = perf_counter()
        imported = _import(parts, data)
        whole.append(perf_counter() - started)
        assert imported.receipt is not None  # noqa: S101 - otherwise there is nothing to measure
        commits.append(imported.receipt.count)
        again = _import(parts, data)
    seconds = round(median(whole), 3)
    return {
        "bench": "imports",
        "entities": ENTITIES,
        "seconds": seconds,
        "seconds_reading_alone": round(median(reading), 3),
        "events_in_one_commit": commits[0],
        "bars": [
            _bar(f"seconds for {ENTITIES} entities", seconds, BAR_SECONDS, seconds <= BAR_SECONDS),
            _bar("added when imported again", again.added, 0, again.added == 0),
        ],
    }


def _bar(name: str, figure: float, bar: float, met: bool) -> dict[str, Any]:  # noqa: FBT001
    return {"name": name, "figure": figure, "bar": bar, "met": met}


def _import(parts: Parts, data: bytes) -> Imported:
    file = Import(kind="entities", data=data, filename="示例.xlsx")
    return run_import(parts.writer, parts.keys, REGISTRAR, file)


def _workbook(number: int) -> bytes:
    """A made-up registry with valid check digits, different in each round."""
    book = Workbook()  # its texts are shared, as Excel saves them
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a fresh workbook has one
    sheet.append(HEADER)
    for row in range(ENTITIES):
        first = f"52130534{number}{row:08d}"
        sheet.append(
            (
                first + uscc_check_digit(first),
                f"示例培训机构{number}-{row}",
                "校外培训机构",
                "ABCD"[row % 4],
                "示例镇",
                f"示例路{row}号",
                "示例联系人",
                13800000000 + row,
            )
        )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
