"""What an actor signed, as the command that is decided again: it must be of this ledger, this act and this stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from domain.acts import ACTS
from domain.canonical import canon
from domain.errors import DomainError
from domain.genesis import Genesis
from domain.signing import not_standing
from domain.signing_keys import SigningKey

if TYPE_CHECKING:
    from audit.older_commands import OlderCommands
    from domain.facts import Command
    from domain.history import History
    from domain.signing import SignedCommand

# Findings of their own: everything else that a decision refuses is one kind.
CODES = frozenset(
    {
        "command-repeated",
        "signature-required",
        "signed-command-differs",
        "signed-command-unbound",
        "signing-key-not-standing",
        "version-outdated",
    }
)
_FIELDS = frozenset({"alg", "command_id", "data", "name", "origin", "stream"})
_COMMANDS = {act.name: act.command for act in ACTS}


def command_signed(signed: SignedCommand, history: History, older: OlderCommands) -> Command:
    """Give the command as it was signed: commitments stand where its personal texts were, and no decision depends on them.

    Raises DomainError: "signed-command-differs", "signing-key-not-standing" for a key enrolled under another algorithm, or as
    `OlderCommands.read`.
    """
    said = signed.command
    genesis = history.get(Genesis, "")
    if said.keys() != _FIELDS or genesis is None or said["origin"] != genesis.opened.origin:
        raise differs("所签命令不属于本账本 / what was signed is not of this ledger")
    key = history.get(SigningKey, signed.key)
    if key is not None and key.suite != signed.suite:
        raise not_standing()
    shape = _COMMANDS.get(str(said["name"]))
    if shape is None or not isinstance(said["data"], Mapping):
        raise differs("所签的不是办理事项 / what was signed is no act")
    data = older.read(shape, said["data"], str(said["stream"]), history)
    command = _command(shape, data)
    if command.stream != said["stream"]:
        raise differs("所签命令属于另一个流 / what was signed is of another stream")
    return command


def differs(reason: str) -> DomainError:
    """Say how an event is not what was signed."""
    return DomainError("signed-command-differs", reason)


def _command(shape: type, data: Mapping[str, object]) -> Command:
    name = shape.__name__
    try:
        command: Any = msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as error:
        raise differs(f"{name}: {error}") from None
    if canon(asdict(command)) != canon(data):
        raise differs(f"{name}: 多余或缺少字段 / a field too many or too few")
    signed: Command = command
    return signed
