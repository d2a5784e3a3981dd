"""Events in their places: numbered without a gap within their stream, each command once and in one piece.

A commit may hold several commands, one behind the other: those that came while the commit before was being written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from audit.command_ids import CommandIds
    from audit.reading import Reading
    from audit.report import Findings
    from domain.facts import Recorded
    from domain.signing import SignedCommand


class Seen(NamedTuple):
    """A well-formed event: what holds it together with others, what the domain needs, the sealed subject, and what was signed.

    `act` is the number of the commit and the id of the command.
    """

    act: tuple[int, str]
    recorded: Recorded
    sealed_for: str | None
    signed: SignedCommand | None = None


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

    def take(self, seen: Seen, type_: str, columns: tuple[str, int, str] | None) -> None:
        """Check one event against those before it; `columns` is what its source says beside the bytes."""
        recorded = seen.recorded
        if columns is not None and columns != (recorded.stream, recorded.version, type_):
            reason = f"列 {columns!r} 与字节不符 / the columns differ from the bytes"
            self._findings.add("row-differs", _where(recorded.leaf), reason, recorded.leaf)
        version = self._versions.get(recorded.stream, 0) + 1
        if recorded.version != version:
            self._refuse_version(recorded, version)
        self._versions[recorded.stream] = recorded.version
        if type_ not in self._newest:
            self._check_shape(type_, recorded)
        first = self._commands.see(seen.act, recorded.leaf)
        if first is not None:
            reason = (
                f"命令 {recorded.command_id} 已见于叶 {first} / the command was recorded before"
            )
            self._findings.add("command-repeated", "events", reason, recorded.leaf)
        if seen.sealed_for is not None:
            self.subjects.setdefault(seen.sealed_for, recorded.leaf)

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
