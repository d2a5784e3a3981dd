"""Events in their places: numbered without a gap within their stream, each command once and in one piece.

A commit may hold several commands, one behind the other: those that came while the commit before was being written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from audit.command_ids import CommandIds
    from audit.reading import Reading
    from audit.report import Findings
    from domain.facts import Recorded
    from ledger.quick import Stored


Act: TypeAlias = tuple[int, str]
"""What events of one command have in common: the number of their commit, and the command's id."""


class Leaves:
    """Takes events in order.

    `subjects` maps each person of whom something is sealed to the first leaf where it is.
    """

    def __init__(self, findings: Findings, commands: CommandIds) -> None:
        self.subjects: dict[str, int] = {}
        self._findings = findings
        self._commands = commands
        self._versions: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._newest: set[str] = set()  # the types among `_shapes`, as they are stored

    def take(self, act: Act, stored: Stored, columns: tuple[str, int, str] | None) -> None:
        """Check one event against those before it; `columns` is what its source says beside the bytes."""
        recorded, type_, sealed_for, _ = stored
        if columns is not None and columns != (recorded.stream, recorded.version, type_):
            reason = f"列 {columns!r} 与字节不符 / the columns differ from the bytes"
            self._findings.add("row-differs", _where(recorded.leaf), reason, recorded.leaf)
        version = self._versions.get(recorded.stream, 0) + 1
        if recorded.version != version:
            self._refuse_version(recorded, version)
        self._versions[recorded.stream] = recorded.version
        if type_ not in self._newest:
            self._check_shape(type_, recorded)
        first = self._commands.see(act, recorded.leaf)
        if first is not None:
            reason = (
                f"命令 {recorded.command_id} 已见于叶 {first} / the command was recorded before"
            )
            self._findings.add("command-repeated", "events", reason, recorded.leaf)
        if sealed_for is not None:
            self.subjects.setdefault(sealed_for, recorded.leaf)

    def refuse(self, leaf: int, reading: Reading) -> None:
        """Report an event that cannot be read."""
        self._findings.add(reading.code, _where(leaf), reading.reason, leaf)

    def refuse_signature(self, recorded: Recorded, code: str) -> None:
        """Report that the actor's own signature cannot be accepted."""
        reason = "本人对命令的签名不成立，或无法核验 / the actor's own signature does not hold, or cannot be verified"
        self._findings.add(code, recorded.stream, reason, recorded.leaf)

    def _refuse_version(self, recorded: Recorded, expected: int) -> None:
        version = recorded.version
        reason = (
            f"版本为 {version}，应为 {expected} / version {version} where {expected} comes next"
        )
        self._findings.add("stream-version-gap", recorded.stream, reason, recorded.leaf)

    def _check_shape(self, type_: str, recorded: Recorded) -> None:
        """A program that wrote a newer shape could read the older one, but never wrote it again."""
        name, _, number = type_.rpartition(".v")
        newest = self._shapes.setdefault(name, int(number))
        if int(number) < newest:
            reason = f"{type_}：此前已有 v{newest} / it was written in a newer shape before"
            self._findings.add("event-outdated", recorded.stream, reason, recorded.leaf)
            return
        self._shapes[name] = int(number)
        self._newest = {f"{each}.v{number}" for each, number in self._shapes.items()}


def _where(leaf: int) -> str:
    return f"events, leaf {leaf}"
