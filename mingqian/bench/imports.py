"""How long a clerk waits: 10,000 entities in one process, and 100,000 through `mingqian import` beside a running service.

Reading the workbook, deciding every row, one signed commit; the second from the first byte of the program to its last.
"""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

import httpx
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.acting import Person
from api.imports import load
from api.imports_command import Import, Imported, run_import
from api.parts import Parts, enter_first_administrator, open_parts
from api.settings import Settings
from api.spreadsheet import write_spreadsheet
from domain.facts import Actor
from domain.identifiers import uscc_check_digit
from domain.organisation import AddDepartment, AddStaff
from ledger.embedded import stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTITIES = 10_000
MANY = 100_000
BAR_MANY_SECONDS = 30.0
ROUNDS = 3
BAR_SECONDS = 5.0
READY_SECONDS = 120.0
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
            many = _measure_many(home)
        finally:
            stop_server(home / "postgres")
    result["bars"] += many.pop("bars")
    result |= many
    print(json.dumps(result, ensure_ascii=False))
    return result


def _measure_many(home: Path) -> dict[str, Any]:
    """Run `mingqian import` as a clerk does, while the service of the same ledger runs and keeps its tables up."""
    file = home / "示例.xlsx"
    rows = (tuple(map(str, row)) for row in _rows(ROUNDS, MANY))
    file.write_bytes(write_spreadsheet("示例", HEADER, rows))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "MINGQIAN_MODE": "development",
        "MINGQIAN_HOME": str(home),
        "MINGQIAN_PORT": str(port),
    }
    program = [sys.executable, "-m", "mingqian"]
    with (
        (home / "service.log").open("wb") as log,
        subprocess.Popen([*program, "serve"], env=environment, stdout=log, stderr=log) as service,  # noqa: S603
    ):
        try:
            _wait_until_ready(port)
            started = perf_counter()
            done = subprocess.run(  # noqa: S603 - our own program
                [*program, "import", "entities", str(file), "--as", REGISTRAR.id],
                env=environment,
                capture_output=True,
                check=True,
                text=True,
            )
            seconds = round(perf_counter() - started, 3)
            _wait_until_ready(port)
            shown = round(perf_counter() - started, 3)
        finally:
            service.terminate()
    told = re.search(r"新增 (\d+)", done.stdout)
    added = int(told[1]) if told else 0
    return {
        "seconds_of_many": seconds,
        "seconds_until_the_tables_show_them": shown,
        "bars": [
            _bar(
                f"seconds for {MANY} entities",
                seconds,
                BAR_MANY_SECONDS,
                seconds <= BAR_MANY_SECONDS,
            ),
            _bar("entities added", added, MANY, added == MANY),
        ],
    }


def _wait_until_ready(port: int) -> None:
    """Until the tables tell all leaves; raises TimeoutError after two minutes."""
    began = perf_counter()
    while perf_counter() - began < READY_SECONDS:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == HTTPStatus.OK:
                return
        sleep(0.1)
    raise TimeoutError


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
    for row in _rows(number, ENTITIES):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _rows(number: int, entities: int) -> Iterator[tuple[str | int, ...]]:
    for row in range(entities):
        first = f"52130534{number}{row:08d}"
        yield (
            first + uscc_check_digit(first),
            f"示例培训机构{number}-{row}",
            "校外培训机构",
            "ABCD"[row % 4],
            "示例镇",
            f"示例路{row}号",
            "示例联系人",
            13800000000 + row,
        )


if __name__ == "__main__":
    main()
