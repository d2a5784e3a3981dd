"""Each stored event by itself and within its stream: canonical, typed, numbered without a gap."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.chain import invalid
from domain.canonical import canon
from domain.errors import DomainError
from domain.facts import Recorded
from ledger import codec
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from audit.report import Findings
    from ledger.envelope import Signed

COMMAND_TAG = b"mingqian-ledger-v1/command\x00"


@dataclass(frozen=True, kw_only=True)
class Row:
    """An event as a source holds it; `columns` are stream, version and type where it stores them too.

    `state` is None where the source itself shows that this leaf is missing.
    """

    state: bytes | None
    columns: tuple[str, int, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A well-formed event: the number of its commit, what the domain needs, and the sealed subject."""

    commit: int
    recorded: Recorded
    sealed_for: str | None


class Leaves:
    """Reads events in order. `commands` maps each command id to its first leaf and its leaves."""

    def __init__(self, findings: Findings) -> None:
        self.commands: dict[str, tuple[int, int]] = {}
        self._findings = findings
        self._versions: dict[str, int] = {}
        self._commits: dict[str, int] = {}

    def read(self, row: Row, leaf: int, commit: int) -> Seen | None:
        """Check one event and give it typed, or None when it cannot be read."""
        where = f"events, leaf {leaf}"
        if row.state is None:
            self._findings.add("leaf-missing", where, "缺少此叶 / this leaf is missing", leaf)
            return None
        try:
            envelope = Envelope.from_bytes(row.state)
            recorded = codec.to_recorded(leaf, envelope)
        except DomainError as error:
            self._findings.refuse(error, where, leaf)
            return None
        if row.columns is not None and row.columns != (
            envelope.stream,
            envelope.version,
            envelope.type,
        ):
            reason = f"列 {row.columns!r} 与字节不符 / the columns differ from the bytes"
            self._findings.add("row-differs", where, reason, leaf)
        self._check_version(envelope, leaf)
        self._check_command(envelope.command_id, leaf, commit)
        if envelope.signed is not None:
            self._check_signed(envelope, envelope.signed, leaf)
        sealed_for = envelope.sealed.subject if envelope.sealed else None
        return Seen(commit=commit, recorded=recorded, sealed_for=sealed_for)

    def _check_version(self, envelope: Envelope, leaf: int) -> None:
        expected = self._versions.get(envelope.stream, 0) + 1
        if envelope.version != expected:
            reason = (
                f"版本为 {envelope.version}，应为 {expected} / version {envelope.version} where"
                f" {expected} comes next"
            )
            self._findings.add("stream-version-gap", envelope.stream, reason, leaf)
        self._versions[envelope.stream] = envelope.version

    def _check_command(self, command: str, leaf: int, commit: int) -> None:
        first, count = self.commands.get(command, (leaf, 0))
        if self._commits.setdefault(command, commit) != commit:
            reason = f"命令 {command} 已见于叶 {first} / the command was recorded before"
            self._findings.add("command-repeated", "events", reason, leaf)
            return
        self.commands[command] = (first, count + 1)

    def _check_signed(self, envelope: Envelope, signed: Signed, leaf: int) -> None:
        message = COMMAND_TAG + canon(signed.command)
        try:
            signature = base64.b64decode(signed.sig, validate=True)
        except ValueError:
            signature = b""
        batch = [(leaf, leaf, bytes.fromhex(signed.key), signature, message)]
        if invalid(batch) or signed.command.get("command_id") != envelope.command_id:
            reason = "本人对命令的签名不成立 / the actor's own signature does not hold"
            self._findings.add("command-signature-invalid", envelope.stream, reason, leaf)
        self._findings.skip(
            "本人签名所用公钥的归属 / whose keys the actors' own signatures were made with"
        )
