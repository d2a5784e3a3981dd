"""Events in their places: numbered without a gap within their stream, each command once and in one piece.

A commit may hold several commands, one behind the other: those that came while the commit before was being written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.facts import Recorded
from domain.signing import SignedCommand

if TYPE_CHECKING:
    from audit.reading import Reading, Row
    from audit.report import Findings


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A well-formed event: the number of its commit, what the domain needs, the sealed subject, and what was signed."""

    commit: int
    recorded: Recorded
    sealed_for: str | None
    signed: SignedCommand | None = None


class Leaves:
    """Takes events in order.

    `commands` maps each command id to its first leaf and number of leaves, `subjects` each person of whom something is
    sealed to the first leaf where it is.
    """

    def __init__(self, findings: Findings) -> None:
        self.commands: dict[str, tuple[int, int]] = {}
        self.subjects: dict[str, int] = {}
        self._findings = findings
        self._versions: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._open: tuple[str, int] | None = None  # the command that may go on, and its commit

    def take(self, row: Row, reading: Reading, leaf: int, commit: int) -> Seen | None:
        """Check one event against those before it, or give None when it cannot be read."""
        where, recorded = f"events, leaf {leaf}", reading.recorded
        if recorded is None:
            self._findings.add(reading.code, where, reading.reason, leaf)
            return None
        stands = (recorded.stream, recorded.version, reading.type)
        if row.columns is not None and row.columns != stands:
            reason = f"列 {row.columns!r} 与字节不符 / the columns differ from the bytes"
            self._findings.add("row-differs", where, reason, leaf)
        self._check_version(recorded)
        self._check_shape(reading.type, recorded)
        self._check_command(recorded.command_id, leaf, commit)
        if reading.sealed_for is not None:
            self.subjects.setdefault(reading.sealed_for, leaf)
        if reading.flaw:
            reason = "本人对命令的签名不成立，或无法核验 / the actor's own signature does not hold, or cannot be verified"
            self._findings.add(reading.flaw, recorded.stream, reason, leaf)
        return Seen(
            commit=commit,
            recorded=recorded,
            sealed_for=reading.sealed_for,
            signed=reading.signed,
        )

    def _check_version(self, recorded: Recorded) -> None:
        expected = self._versions.get(recorded.stream, 0) + 1
        if recorded.version != expected:
            reason = (
                f"版本为 {recorded.version}，应为 {expected} / version {recorded.version} where"
                f" {expected} comes next"
            )
            self._findings.add("stream-version-gap", recorded.stream, reason, recorded.leaf)
        self._versions[recorded.stream] = recorded.version

    def _check_shape(self, type_: str, recorded: Recorded) -> None:
        """A program that wrote a newer shape could read the older one, but never wrote it again."""
        name, _, number = type_.rpartition(".v")
        newest = self._shapes.get(name, 0)
        if int(number) < newest:
            reason = f"{type_}：此前已有 v{newest} / it was written in a newer shape before"
            self._findings.add("event-outdated", recorded.stream, reason, recorded.leaf)
        self._shapes[name] = max(newest, int(number))

    def _check_command(self, command: str, leaf: int, commit: int) -> None:
        first, count = self.commands.get(command, (leaf, 0))
        if count and self._open != (command, commit):
            self._open = None
            reason = f"命令 {command} 已见于叶 {first} / the command was recorded before"
            self._findings.add("command-repeated", "events", reason, leaf)
            return
        self._open = command, commit
        self.commands[command] = (first, count + 1)
