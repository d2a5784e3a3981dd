"""Who sits at the command line and acts through a service: address, person, password."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import DomainError
from mingqian import files

if TYPE_CHECKING:
    from mingqian.remote import Remote

Url = Annotated[str, typer.Option(help="服务地址 / address of the service")]
StaffId = Annotated[str, typer.Option("--as", help="本人编号 / your staff id")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="存有密码的文件；不写则提示输入 / without it, you are asked")
]

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="以本人签名密钥文件签名 / sign with your own key, in this file"
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        help="存有密钥口令的文件；不写则提示输入 / the key's passphrase; else you are asked"
    ),
]


def log_in(service: Remote, staff: str, password_file: Path | None) -> None:
    """Log in; whoever has a one-time password and sits at the keyboard chooses an own one first."""
    if password_file is None:
        password = typer.prompt("密码 / password", hide_input=True, err=True)
    else:
        password = files.read_text(password_file).removesuffix("\n").removesuffix("\r")
    if not service.log_in(staff, password):
        return
    if password_file is not None:
        detail = "文件中是一次性密码；请不用 --password-file 运行一次，设定自己的密码 / run it once without, and choose your own"
        raise DomainError("password-change-required", detail)
    say("这是一次性密码，请设定自己的密码 / this is a one-time password: choose your own")
    again = "再输一次 / once more"
    own = typer.prompt("新密码 / new one", hide_input=True, confirmation_prompt=again, err=True)
    service.change_password(staff, password, own)


def say(text: str) -> None:
    """Tell people something, on standard error: standard output is for what is handed on."""
    typer.echo(text, err=True)
