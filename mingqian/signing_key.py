"""`mingqian key …`: a person's own signing key: made and kept by themselves, enrolled, confirmed, revoked over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from domain.errors import DomainError
from domain.signing_keys import SUITES
from ledger import suites
from mingqian import files, signing
from mingqian.remote import take, visiting
from mingqian.session import KeyFile, PassphraseFile, PasswordFile, StaffId, Url, log_in, say

if TYPE_CHECKING:
    from mingqian.remote import Remote

OwnFile = Annotated[Path, typer.Argument(metavar="FILE", help="密钥文件 / the key file")]
PublicKey = Annotated[
    str, typer.Argument(metavar="PUBLIC", help="公钥，十六进制 / public key in hex")
]
app = typer.Typer(help="本人签名密钥 / a person's own signing key", no_args_is_help=True)


@app.command("new")
def new(
    file: OwnFile,
    *,
    suite: Annotated[
        str, typer.Option(help="算法 / algorithm: ed25519-sha256, sm2-sm3")
    ] = suites.ED25519,
    passphrase_file: PassphraseFile = None,
) -> None:
    """生成本人密钥，加密存入新文件，打印公钥 / make a key, encrypt it into a new file, print its public half."""
    if suite not in SUITES:
        raise DomainError("signing-key-invalid", f"--suite: {', '.join(SUITES)}")
    key = suites.generate(suite)
    pem = key.to_pem(signing.passphrase_of(passphrase_file, new=True))
    files.write_new(file, pem.decode())
    say(
        f"私钥只在 {file}，请另行备份；口令忘记即作废 / back it up; without its passphrase it is lost"
    )
    typer.echo(key.public_key)


@app.command("show")
def show(file: OwnFile, *, passphrase_file: PassphraseFile = None) -> None:
    """打印公钥，与管理员当面核对 / print the public key, to be compared face to face."""
    typer.echo(signing.open_key(file, passphrase_file).public_key)


@app.command("enrol")
def enrol(  # noqa: PLR0913 - each is an argument or option of the command
    file: OwnFile,
    *,
    url: Url,
    staff: StaffId,
    password_file: PasswordFile = None,
    passphrase_file: PassphraseFile = None,
    key_file: KeyFile = None,
    key_passphrase_file: PassphraseFile = None,
) -> None:
    """登记本人密钥；已有现行密钥的，用 --key-file 以其签名替换 / name your key; --key-file is the one that it replaces."""
    own = signing.open_key(file, passphrase_file)
    old = signing.key_of(key_file, key_passphrase_file)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        signer = signing.Signer(staff=staff, origin=signing.origin_of(service), key=own)
        fields = {"public_key": own.public_key, "suite": own.suite, "proof": signer.proof()}
        _give(service, staff, "signing-key.enrol", fields, old)
    if key_file is None:
        say("待管理员当面核对公钥后确认 / an administrator compares it with you, and confirms it")
    typer.echo(own.public_key)


@app.command("confirm")
def confirm(  # noqa: PLR0913 - each is an argument or option of the command
    public_key: PublicKey,
    *,
    url: Url,
    staff: StaffId,
    password_file: PasswordFile = None,
    key_file: KeyFile = None,
    passphrase_file: PassphraseFile = None,
    bootstrap: Annotated[
        bool, typer.Option(help="尚无其他管理员能签名 / no other administrator can sign yet")
    ] = False,
) -> None:
    """管理员：与本人当面核对公钥之后确认 / as administrator: confirm a key that you compared with its owner."""
    fields = {"public_key": public_key, "bootstrap": bootstrap}
    own = signing.key_of(key_file, passphrase_file)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        _give(service, staff, "signing-key.confirm", fields, own)


@app.command("revoke")
def revoke(  # noqa: PLR0913 - each is an argument or option of the command
    public_key: PublicKey,
    *,
    reason: Annotated[str, typer.Option(help="原因 / why")],
    url: Url,
    staff: StaffId,
    password_file: PasswordFile = None,
    key_file: KeyFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """吊销：本人以该密钥签名；已遗失的由管理员办理 / revoke: signed with it by its owner; a lost one, by an administrator."""
    fields = {"public_key": public_key, "reason": reason}
    own = signing.key_of(key_file, passphrase_file)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        _give(service, staff, "signing-key.revoke", fields, own)


def _give(
    service: Remote,
    staff: str,
    name: str,
    fields: dict[str, Any],
    key: suites.PrivateKey | None,
) -> None:
    answer = signing.act(service, staff, name, fields, idempotency_key=str(uuid4()), key=key)
    say(f"已入账 / recorded; Ledger-Position {take(answer, 'position', int)}")
