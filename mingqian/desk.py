"""`mingqian act`, `attach` and `look`: everything that the service offers, from a command line and as the person that one is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

import typer

from domain.errors import DomainError
from mingqian import signing
from mingqian.lab.trial import read_json
from mingqian.receipt import keep, log_of
from mingqian.remote import take, visiting
from mingqian.session import KeyFile, PassphraseFile, PasswordFile, StaffId, Url, log_in

BodyFile = Annotated[
    Path, typer.Argument(metavar="BODY", help="内容（JSON 文件） / what is given, a JSON file")
]


def act(  # noqa: PLR0913 - each is an argument or option of the command
    name: Annotated[str, typer.Argument(help="办理事项，如 draw.prepare / name of the act")],
    body: BodyFile,
    *,
    url: Url,
    staff: StaffId,
    idempotency_key: Annotated[
        str | None,
        typer.Option(help="同一编号重复提交只入账一次 / the same key again is not recorded twice"),
    ] = None,
    password_file: PasswordFile = None,
    key_file: KeyFile = None,
    passphrase_file: PassphraseFile = None,
    receipt: Annotated[
        Path | None,
        typer.Option(help="回执存入何处（.tlog-proof） / where to keep the proof of it"),
    ] = None,
    vkey: Annotated[
        str | None,
        typer.Option(help="另行取得的账本公钥，取回执时须写 / the log's key, for the receipt"),
    ] = None,
) -> None:
    """以本人身份办理一件事，与接口 `POST /acts/NAME` 相同 / do one thing through the service, in one's own name."""
    if (receipt is None) != (vkey is None):
        raise typer.BadParameter("--receipt 与 --vkey 须同时写 / give both or neither")
    log = log_of(vkey, None) if vkey else None
    fields = read_json(body)
    if not isinstance(fields, dict):
        raise DomainError("request-malformed", f"{body}: 应为 JSON 对象 / must be a JSON object")
    own = signing.key_of(key_file, passphrase_file)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        answer = signing.act(
            service,
            staff,
            name,
            fields,
            idempotency_key=idempotency_key or str(uuid4()),
            key=own,
        )
        _give(answer)
        events = take(answer, "events", list)
        if receipt is not None and log is not None and events:
            leaf = take(events[0], "leaf", int)
            keep(service, url, leaf, receipt, log=log, personal=True)


def attach(  # noqa: PLR0913 - each is an argument or option of the command
    inspection: Annotated[str, typer.Argument(help="检查编号 / id of the inspection")],
    file: Annotated[Path, typer.Argument(help="JPEG、PNG、PDF、MP4、M4A 文件 / the file")],
    *,
    url: Url,
    staff: StaffId,
    item: Annotated[str, typer.Option(help="所属事项 / item that it is of")] = "",
    taken_at: Annotated[str, typer.Option(help="设备拍摄时间 / when, by the device")] = "",
    caption: Annotated[str, typer.Option(help="说明，密封保存 / what it shows, sealed")] = "",
    password_file: PasswordFile = None,
) -> None:
    """以本人身份附加证据文件 / attach a file to a visit, in one's own name."""
    try:
        content = file.open("rb")
    except OSError:
        detail = f"{file}: 无法读取 / cannot be read"
        raise DomainError("file-unreadable", detail) from None
    fields = {"item": item, "taken_at": taken_at, "caption": caption}
    with content, visiting(url) as service:
        log_in(service, staff, password_file)
        path = f"/inspections/{quote(inspection, safe='')}/evidence"
        _give(service.upload(path, content, fields))


def look(
    path: Annotated[
        str, typer.Argument(help="如 /inspections?officer=me / what to read, a path of the service")
    ],
    *,
    url: Url,
    staff: StaffId,
    password_file: PasswordFile = None,
) -> None:
    """以本人身份查看，如本人的检查 / read what one may see, for example one's own visits."""
    if not path.startswith("/"):
        raise DomainError("request-malformed", f"{path}: 应以 / 开头 / must begin with /")
    with visiting(url) as service:
        log_in(service, staff, password_file)
        answer = service.send("GET", path)
    _give(answer)


def _give(answer: object) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, sort_keys=True))
