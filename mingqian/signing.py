"""Signing what one does: with the encrypted key file of whoever sits at the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError

from api.acting import command_id
from api.bodies import body_of
from api.problems import place, reason
from api.signatures import HEADER, written
from domain import signing
from domain.decisions import ACTS
from domain.errors import DomainError
from domain.signing import SALT_SIZE, Signature
from ledger import suites
from ledger.keys import read_secret
from ledger.note import Checkpoint, Note
from mingqian import files

if TYPE_CHECKING:
    from pathlib import Path

    from domain.facts import Command
    from ledger.suites import PrivateKey
    from mingqian.remote import Remote

LONGEST = 10_000  # bytes of a key file
_COMMANDS = {act.name: act.command for act in ACTS}


def passphrase_of(file: Path | None, *, new: bool = False) -> bytes:
    """Read or ask the passphrase of a key file; raises DomainError("passphrase-missing")."""
    if file is not None:
        text = files.read_text(file).removesuffix("\n").removesuffix("\r")
    else:
        again = "再输一次 / once more" if new else False
        asked = "密钥口令 / passphrase of the key"
        text = typer.prompt(asked, hide_input=True, confirmation_prompt=again, err=True)
    if not text:
        raise DomainError("passphrase-missing", "口令不能为空 / the passphrase is empty")
    return text.encode()


def open_key(file: Path, passphrase_file: Path | None) -> PrivateKey:
    """Open a key file; raises as `ledger.keys.read_secret` and `suites.load`."""
    pem = read_secret(file, LONGEST)
    return suites.load(pem, passphrase_of(passphrase_file))


def key_of(file: Path | None, passphrase_file: Path | None) -> PrivateKey | None:
    """Open the key of whoever signs, or give None where nobody does."""
    return None if file is None else open_key(file, passphrase_file)


def origin_of(service: Remote) -> str:
    """The name of the service's ledger, as its checkpoint says it."""
    return Checkpoint.parse(Note.parse(service.text("/checkpoint")).text).origin


def act(  # noqa: PLR0913 - who does what, where, under which key
    service: Remote,
    staff: str,
    name: str,
    fields: dict[str, Any],
    *,
    idempotency_key: str,
    key: PrivateKey | None,
) -> object:
    """Do one thing, signed where there is a key; with the same `idempotency_key` again it is not recorded twice."""
    headers = {"Idempotency-Key": idempotency_key}
    if key is not None:
        signature = _sign(
            command_of(name, fields),
            key,
            name=name,
            command_id=command_id(staff, idempotency_key),
            origin=origin_of(service),
        )
        headers[HEADER] = written(signature)
    return service.send("POST", f"/acts/{name}", fields, headers)


def command_of(name: str, fields: dict[str, Any]) -> Command:
    """The command as the service will understand it; raises DomainError: "not-found", "request-invalid"."""
    shape = _COMMANDS.get(name)
    if shape is None:
        raise DomainError("not-found", f"{name}: 没有这个办理事项 / there is no such act")
    try:
        command: Command = body_of(shape).model_validate(fields).to_domain()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        raise DomainError("request-invalid", f"{place(first['loc'])}: {reason(first)}") from None
    return command


def _sign(
    command: Command, key: PrivateKey, *, name: str, command_id: str, origin: str
) -> Signature:
    salt = os.urandom(SALT_SIZE) if signing.has_personal(command) else None
    said = signing.form(
        command, name=name, command_id=command_id, origin=origin, suite=key.suite, salt=salt
    )
    return Signature(key=key.public_key, sig=key.sign(signing.message(said)), salt=salt)
