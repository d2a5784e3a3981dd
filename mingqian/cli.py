"""`mingqian …`: the command line, where the parts of the program are put together."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.parts import (
    clock_of,
    dsn_of,
    enter_first_administrator,
    evidence_of,
    initialise,
    issue_password,
    open_parts,
    person_of,
)
from api.settings import read_settings
from audit import cli as audit_cli
from domain.bundles import bundles
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff
from ledger.database import is_away
from ledger.export import export as write_export
from mingqian import (
    backup,
    batch,
    database,
    desk,
    lab,
    signing_key,
    spreadsheets,
    subjects,
    vrf_key,
    witness,
)
from mingqian.calendar import calendar
from mingqian.document import document
from mingqian.prover import prover
from mingqian.publish import publish
from mingqian.receipt import receipt
from mingqian.reminding.command import remind
from mingqian.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.parts import Parts

NOT_RUN = 2

app = typer.Typer(
    help="明签：可以核验的双随机、一公开 / random inspections that can be checked",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit = audit_cli.app(
    lambda: dsn_of(read_settings()),
    lambda: read_settings().subject_keys,
    lambda: evidence_of(read_settings()),
)
app.add_typer(audit, name="audit")
projections = typer.Typer(help="查询表 / the tables that readers see", no_args_is_help=True)
app.add_typer(projections, name="projections")
app.add_typer(database.app, name="db")
app.add_typer(batch.app, name="batch")
app.add_typer(lab.app, name="lab")
app.add_typer(witness.app, name="witness")
app.add_typer(vrf_key.app, name="vrf-key")
app.add_typer(signing_key.app, name="key")
app.add_typer(subjects.app, name="subjects")
app.command()(prover)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(desk.act)
app.command()(desk.attach)
app.command()(desk.look)
app.command("import")(spreadsheets.import_)
app.command()(spreadsheets.template)
app.command()(document)
app.command()(spreadsheets.export_list)
app.command()(calendar)
app.command()(remind)
app.command()(receipt)
app.command()(publish)
console = Console()


@contextmanager
def _parts() -> Iterator[Parts]:
    """Open the program's parts with what is recorded so far."""
    with open_parts(read_settings()) as parts:
        parts.projector.catch_up()
        yield parts


@app.command()
def migrate() -> None:
    """建立密钥、数据表和创世事件，可重复执行 / make keys, tables and leaf 0; harmless to repeat."""
    initialise(read_settings())
    console.print("已就绪 / ready")


@app.command()
def init(
    administrator: Annotated[
        str, typer.Option(help="首位管理员编号 / id of the first administrator")
    ],
    department: Annotated[str, typer.Option(help="其部门编号 / id of the department")],
    department_name: Annotated[str, typer.Option(help="部门名称 / its name")],
    *,
    collates: Annotated[
        bool, typer.Option(help="该部门汇总联合计划 / this department collates joint plans")
    ] = False,
) -> None:
    """登记首位管理员，打印一次性密码 / enter the first administrator and print a one-time password."""
    initialise(read_settings())
    with _parts() as parts:
        password = enter_first_administrator(
            parts,
            AddDepartment(id=department, name=department_name, collates=collates),
            AddStaff(
                id=administrator, department=department, roles=("administrator",), personal={}
            ),
        )
        console.print(f"vkey: {parts.ledger.genesis.vkey}", highlight=False, soft_wrap=True)
    console.print(f"{administrator} 的一次性密码 / one-time password: {password}", highlight=False)


@app.command()
def password(staff: Annotated[str, typer.Argument(help="人员编号 / id of the person")]) -> None:
    """为已登记人员签发新的一次性密码，并记入账本 / issue a new one-time password to a registered person, on record."""
    with _parts() as parts:
        issued = issue_password(parts, staff)
    console.print(f"{staff} 的一次性密码 / one-time password: {issued}", highlight=False)


@app.command()
def serve() -> None:
    """启动服务 / run the service."""
    from api.server import serve as run_server  # noqa: PLC0415 - half of all start-up time, and only needed here

    run_server(read_settings())


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(help="空的目标文件夹 / an empty folder")],
    staff: Annotated[str, typer.Option("--as", help="导出人员编号 / who exports")],
) -> None:
    """导出全部历史，供离线核验 / export the whole history, to be verified offline."""
    with _parts() as parts:
        person_of(parts, staff)
        now = clock_of(parts.settings).now()
        write_export(
            parts.ledger,
            directory,
            bundles=bundles(parts.writer.history()),
            exported_by=staff,
            now=now,
        )
    console.print(f"已导出到 / exported to {directory}", highlight=False)


@projections.command("rebuild")
def rebuild() -> None:
    """从账本重建全部查询表 / build all tables anew from the ledger."""
    with _parts() as parts:
        parts.projector.rebuild()
    console.print("已重建 / rebuilt")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="输出文件夹 / where to write")] = Path(".mingqian/demo"),
) -> None:
    """清河县 2024 年全年示例，随后审计 / a whole county year, then its audit."""
    from mingqian.demo.run import run as run_demo  # noqa: PLC0415 - it holds the whole service

    raise typer.Exit(run_demo(out))


def main() -> None:
    """Run the command line; a refusal is one line with its code, never a traceback."""
    try:
        app()
    except DomainError as refusal:
        _refuse(refusal.code, refusal.detail)
    except Exception as error:
        if not is_away(error):
            raise
        _refuse("database-unavailable", str(error).strip())


def _refuse(code: str, detail: str) -> None:
    line = f"{code}: {printable(detail)} (docs/problems/{code}.md)"
    Console(stderr=True).print(line, style="red", highlight=False, soft_wrap=True, markup=False)
    raise SystemExit(NOT_RUN) from None


if __name__ == "__main__":
    main()
