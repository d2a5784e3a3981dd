"""What an actor signed, as the command that is decided again: it must be of this ledger, this act and this stream."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from domain.canonical import canon
from domain.decisions import ACTS
from domain.errors import DomainError
from domain.genesis import Genesis
from domain.signing import not_standing
from domain.signing_keys import SigningKey

if TYPE_CHECKING:
    from domain.facts import Command
    from domain.history import History
    from domain.signing import SignedCommand

# Findings of their own: everything else that a decision refuses is one kind.
CODES = frozenset(
    {"signed-command-differs", "command-repeated", "signature-required", "signing-key-not-standing"}
)
_FIELDS = frozenset({"alg", "command_id", "data", "name", "origin", "stream"})
_COMMANDS = {act.name: act.command for act in ACTS}


def command_signed(signed: SignedCommand, history: History) -> Command:
    """Give the command as it was signed: commitments stand where its personal texts were, and no decision depends on them.

    Raises DomainError: "signed-command-differs", or "signing-key-not-standing" for a key enrolled under another algorithm.
    """
    said = signed.command
    genesis = history.get(Genesis, "")
    if said.keys() != _FIELDS or genesis is None or said["origin"] != genesis.opened.origin:
        raise differs("所签命令不属于本账本 / what was signed is not of this ledger")
    key = history.get(SigningKey, signed.key)
    if key is not None and key.suite != signed.suite:
        raise not_standing()
    command = _command(str(said["name"]), said["data"])
    if command.stream != said["stream"]:
        raise differs("所签命令属于另一个流 / what was signed is of another stream")
    return command


def differs(reason: str) -> DomainError:
    """Say how an event is not what was signed."""
    return DomainError("signed-command-differs", reason)


def _command(name: str, data: object) -> Command:
    shape = _COMMANDS.get(name)
    if shape is None:
        raise differs("所签的不是办理事项 / what was signed is no act")
    try:
        command: Any = msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as error:
        raise differs(f"{name}: {error}") from None
    if canon(asdict(command)) != canon(data):
        raise differs(f"{name}: 多余或缺少字段 / a field too many or too few")
    signed: Command = command
    return signed
