"""Signing what one does: with the encrypted key file of whoever sits at the command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError

from api.acting import command_id
from api.bodies import body_of
from api.problems import place, reason
from api.signatures import HEADER, written
from domain import signing
from domain.acts import ACTS
from domain.errors import DomainError
from domain.signing import SALT_SIZE, Signature
from domain.signing_keys import enrolment_statement
from ledger import suites
from ledger.keys import read_secret
from ledger.note import Checkpoint, Note
from ledger.suites import PrivateKey
from mingqian import files

if TYPE_CHECKING:
    from pathlib import Path

    from domain.facts import Command
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


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A person at a ledger, with their key."""

    staff: str
    origin: str
    key: PrivateKey

    def proof(self) -> str:
        """The new key's signature over its enrolment, in hex."""
        key = self.key
        statement = enrolment_statement(self.origin, self.staff, key.suite, key.public_key)
        return key.sign(statement).hex()

    def signature(self, name: str, fields: dict[str, Any], idempotency_key: str) -> str:
        """Sign an act, in the form in which it is sent; raises as `command_of`."""
        command = command_of(name, fields)
        salt = os.urandom(SALT_SIZE) if signing.has_personal(command) else None
        said = signing.form(
            command,
            name=name,
            command_id=command_id(self.staff, idempotency_key),
            origin=self.origin,
            suite=self.key.suite,
            salt=salt,
        )
        sig = self.key.sign(signing.message(said))
        return written(Signature(key=self.key.public_key, sig=sig, salt=salt))


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
        signer = Signer(staff=staff, origin=origin_of(service), key=key)
        headers[HEADER] = signer.signature(name, fields, idempotency_key)
    return service.send("POST", f"/acts/{name}", fields, headers)


def command_of(name: str, fields: dict[str, Any]) -> Command:
    """The command as the service will understand it; raises DomainError: "not-found", "request-invalid"."""
    shape = _COMMANDS.get(name)
    if shape is None:
        raise DomainError("not-found", f"{name}: 没有这个办理事项 / there is no such act")
    try:
        body = body_of(shape).model_validate_json(json.dumps(fields))
    except ValidationError as invalid:
        first = invalid.errors()[0]
        raise DomainError("request-invalid", f"{place(first['loc'])}: {reason(first)}") from None
    command: Command = body.to_domain()
    return command
