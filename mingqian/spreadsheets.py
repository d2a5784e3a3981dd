"""`mingqian import`, `template`, `export-list`: lists and registries from and to the spreadsheets that clerks keep."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.exports import export_registry
from api.imports import load, write_template
from api.imports_command import Import, Stages, mapping_of, run_import, stops
from api.parts import open_parts, person_of
from api.settings import read_settings
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from api.imports import ImportResult, RowProblem

REFUSED = 1
Kind = Literal["items", "entities", "officers", "experts"]
console = Console()


def import_(  # noqa: PLR0913 - each option of the command is one
    kind: Annotated[Kind, typer.Argument(help="清单或名录 / which registry")],
    file: Annotated[Path, typer.Argument(help="XLSX、XLS 或 CSV 文件 / the file", dir_okay=False)],
    staff: Annotated[
        str | None, typer.Option("--as", help="经办人员编号 / who imports; not needed with --check")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="映射文件（TOML），见 docs/imports.md / which column is which", dir_okay=False
        ),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option(help="只检查文件，不入账 / read and report only, record nothing")
    ] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option(help="跳过有问题的行 / record the good rows of a file with bad ones")
    ] = False,
) -> None:
    """导入清单或名录；有问题的行逐一列出，且整份文件不入账 / import a registry; bad rows are listed, and nothing is recorded."""
    gc.disable()  # the process ends with this file: to look through its rows for cycles again and again finds none
    wanted = Import(
        kind=kind,
        data=_bytes(file),
        filename=file.name,
        skip_bad_rows=skip_bad_rows,
        mapping=_bytes(mapping) if mapping else b"",
    )
    if check:
        _check(wanted)
    if staff is None:
        raise DomainError(
            "import-person-missing", "请用 --as 写明经办人员 / say who imports with --as"
        )
    with _stages() as (begin, stages):
        done = begin("打开账本 / opening the ledger")
        with open_parts(read_settings()) as parts:
            parts.projector.catch_up()
            person = person_of(parts, staff)
            done(1, 1)
            imported = run_import(parts.writer, parts.keys, person, wanted, stages)
    _print_problems(imported.problems)
    console.print(
        f"{_rows(imported.read)}, 新增 {imported.added} added, 已有 {imported.unchanged} unchanged"
    )
    if imported.receipt is None:
        console.print("整份文件未入账 / nothing of this file was recorded", style="bold red")
        raise typer.Exit(REFUSED)


def template(
    kind: Annotated[Kind, typer.Argument(help="清单或名录 / which registry")],
    file: Annotated[Path, typer.Argument(help="写到何处（XLSX） / where to write it")],
) -> None:
    """写出可供填写的导入模板 / write an XLSX template to fill in."""
    file.write_bytes(write_template(kind))


def export_list(
    kind: Annotated[Kind, typer.Argument(help="清单或名录 / which registry")],
    file: Annotated[Path, typer.Argument(help="写到何处（XLSX） / where to write it")],
    staff: Annotated[str, typer.Option("--as", help="导出人员编号 / who exports")],
) -> None:
    """导出清单或名录为 XLSX，可原样再导入 / write a registry as a spreadsheet that can be imported again."""
    with open_parts(read_settings()) as parts:
        parts.projector.catch_up()
        person = person_of(parts, staff)
        with parts.reader.snapshot() as read:
            file.write_bytes(export_registry(parts, read, kind, person))
    console.print(f"已导出到 / exported to {file}", highlight=False)


def _check(wanted: Import) -> None:
    with _stages() as (_, stages):
        read = load(wanted.kind, wanted.data, wanted.filename, mapping_of(wanted), stages.reading)
    for label, name in read.columns_read.items():
        if name and name != label:
            console.print(f"{label} ← {name}", highlight=False, markup=False)
    _print_problems(read.problems)
    console.print(f"{_rows(read)}, 可导入 {len(read.records)} to import")
    raise typer.Exit(REFUSED if stops(read.problems) else 0)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DomainError("import-unreadable", f"{file}: {error.strerror}") from None


@contextmanager
def _stages() -> Iterator[tuple[Callable[[str], Callable[[int, int], None]], Stages]]:
    """Bars on the terminal, one a stage; each appears when it begins, and moves or at least turns until it is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:

        def begin(name: str) -> Callable[[int, int], None]:
            task = bars.add_task(name, total=None)
            return lambda done, whole: bars.update(task, completed=done, total=whole)

        yield (
            begin,
            Stages(
                reading=_late(begin, "读取文件 / reading the file"),
                judging=_late(begin, "逐行核对 / judging the rows"),
                recording=_late(begin, "签名入账 / signing and recording"),
            ),
        )


def _late(
    begin: Callable[[str], Callable[[int, int], None]], name: str
) -> Callable[[int, int], None]:
    begun: list[Callable[[int, int], None]] = []

    def tell(done: int, whole: int) -> None:
        if not begun:
            begun.append(begin(name))
        if done:
            begun[0](done, whole)

    return tell


def _print_problems(problems: Sequence[RowProblem]) -> None:
    if not problems:
        return
    table = Table("工作表 / sheet", "行 / row", "列 / column", "代码 / code", "原因 / reason")
    for one in problems:
        table.add_row(*map(escape, (one.sheet, str(one.row), one.column, one.code, one.reason)))
    console.print(table)


def _rows(read: ImportResult) -> str:
    return (
        f"读取 {read.rows_read} 行 / rows read: 续行 {read.rows_continued} continued, "
        f"空行 {read.rows_empty} empty, 问题 {len(read.problems)} problems"
    )
