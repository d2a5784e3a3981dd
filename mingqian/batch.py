"""`mingqian batch …`: many acts in one commit, and what they would do before anybody does them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from domain.errors import DomainError
from mingqian.lab.trial import read_json
from mingqian.remote import take, visiting
from mingqian.session import PasswordFile, StaffId, Url, log_in
from mingqian.terminal import printable

ActsFile = Annotated[
    Path, typer.Argument(metavar="BODY", help="各项操作（JSON 文件） / the acts, a JSON file")
]
app = typer.Typer(help="批量办理与预演 / many acts at once, tried before", no_args_is_help=True)


@app.command()
def preview(
    body: ActsFile, *, url: Url, staff: StaffId, password_file: PasswordFile = None
) -> None:
    """预演：逐项列出会有的变化和拒绝，不作任何登记 / say what each act would change or why it is refused; record nothing.

    0 全部可办，1 有被拒绝的 / 0: all would be done, 1: some are refused.
    """
    fields = _acts(body)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        answer = service.send("POST", "/batches/preview", fields)
    for number, act in enumerate(take(answer, "acts", list), start=1):
        for line in _lines(act):
            typer.echo(printable(f"{number} {line}"))
    refused = take(answer, "refused", int)
    typer.echo(f"拒绝 {refused} 项 / {refused} refused")
    if refused:
        raise typer.Exit(1)


@app.command()
def record(
    body: ActsFile,
    *,
    url: Url,
    staff: StaffId,
    idempotency_key: Annotated[
        str | None,
        typer.Option(help="同一编号重复提交只入账一次 / the same key again is not recorded twice"),
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """办理一批：全部入账或全部不入账，与接口 `POST /batches` 相同 / record all of them in one commit, or none."""
    fields = _acts(body)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        answer = service.send("POST", "/batches", fields, headers)
    typer.echo(json.dumps(answer, ensure_ascii=False, sort_keys=True))


def _acts(body: Path) -> dict[str, Any]:
    fields = read_json(body)
    if not isinstance(fields, dict):
        raise DomainError("request-malformed", f"{body}: 应为 JSON 对象 / must be a JSON object")
    return fields


def _lines(act: object) -> list[str]:
    """A line for each change and for each entry that is left out, or one for the refusal."""
    if isinstance(act, dict) and act.get("refusal") is not None:
        refusal = act["refusal"]
        return [f"拒绝 / refused: {take(refusal, 'code', str)}: {take(refusal, 'detail', str)}"]
    changes = [
        f"{one['stream']} {one['field']}: {_said(one['old'])} → {_said(one['new'])}"
        for one in take(act, "changes", list)
    ]
    left_out = [
        f"{one['registry']}/{one['id']} 保持原样 / left as it is: {one['why']}"
        for one in take(act, "left_out", list)
    ]
    return changes + left_out or ["可办，条目无变化 / would be done, and changes no entry"]


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
