"""`mingqian db …`: what the roles of the database may do."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from api.parts import dsn_of, owner_dsn_of, prover_dsn_of
from api.settings import read_settings
from ledger.rights import READING, SERVING, rights, unguarded
from ledger.roles import role_of

if TYPE_CHECKING:
    from api.settings import Settings
    from ledger.rights import Fault, Rights

FOUND = 1

app = typer.Typer(help="数据库 / the database", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """数据库账号及其权限 / the roles of the database and what they may do."""


@app.command()
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """列出各数据库账号的权限，逐项给出隐患与处理：0 无，1 有 / what each role may do, each danger with its remedy."""
    settings = read_settings()
    found, bare = _examined(settings), unguarded(dsn_of(settings))
    faults = [(each.role, fault) for each in found.values() for fault in each.faults]
    faults += [("", fault) for fault in bare]
    if as_json:
        roles = {use: asdict(each) for use, each in found.items()}
        answer = {"ok": not faults, "roles": roles, "unguarded": [asdict(one) for one in bare]}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _print(found, faults)
    if faults:
        raise typer.Exit(FOUND)


def _examined(settings: Settings) -> dict[str, Rights]:
    """The rights of the roles that the settings name, by what they are for."""
    service = dsn_of(settings)
    found = {"service": rights(service, role_of(service), SERVING)}
    if settings.prover_database_url is not None:
        found["prover"] = rights(service, role_of(prover_dsn_of(settings)), READING)
    if settings.owner_database_url is not None:
        found["owner"] = rights(service, role_of(owner_dsn_of(settings)), None)
    return found


USES = {"service": "服务 / service", "prover": "抽取进程 / prover", "owner": "属主 / owner"}


def _print(found: dict[str, Rights], faults: list[tuple[str, Fault]]) -> None:
    console = Console()
    granted = Table("用途 / use", "账号 / role", "可 / may", "表 / tables")
    for use, each in found.items():
        tables: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for table, may in sorted(each.may.items()):
            tables[may].append(table)
        for may, names in tables.items():
            granted.add_row(USES[use], escape(each.role), "\n".join(may), "\n".join(names))
    console.print(granted)
    if not faults:
        console.print("未见隐患 / no danger found", style="bold green")
        return
    titles = ("账号 / role", "代码 / code", "隐患 / danger", "处理 / remedy")
    # A remedy is typed from here, so nothing of it may be left out.
    dangers = Table(*(Column(title, overflow="fold") for title in titles))
    for role, fault in faults:
        dangers.add_row(*map(escape, (role, fault.code, fault.what, fault.remedy)))
    console.print(dangers)
    console.print("有隐患，见上 / dangers found, see above", style="bold red")
