"""C2SP tlog-policy: by which logs a checkpoint must be signed, and by how many of which witnesses, to count.

One text for everybody who judges: the service reads it to know whom to ask, an auditor or the owner of a
receipt to know whether enough of them have seen the checkpoint. Keys alone identify; the names of witnesses
and groups mean nothing outside the file. Source: c2sp.org/tlog-policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from ledger import note
from ledger.note import VerifierKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledger.note import Note

NONE = "none"
LONGEST = 2**20
# Octets above ASCII are opaque; of the control characters only tab and newline may stand in the file.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
BLANK = re.compile("[ \t]+")
THRESHOLD = re.compile("all|any|[1-9][0-9]{0,3}")


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A witness of the policy: its name there, its key, and where checkpoints are submitted, if that is said."""

    name: str
    key: VerifierKey
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Counts as a witness when at least `threshold` of its members do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a checkpoint needs. `quorum` names a witness, a group, or nobody (`none`)."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[Witness, ...]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read the text; raises DomainError("policy-malformed") with the line."""
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), 1):
            try:
                reading.take(line)
            except (DomainError, ValueError) as error:
                why = error.detail if isinstance(error, DomainError) else str(error)
                raise _malformed(f"第 {number} 行 / line {number}: {why}") from None
        if reading.quorum is None:
            raise _malformed("没有 quorum 行 / there is no quorum line")
        return cls(
            logs=tuple(reading.logs),
            witnesses=tuple(reading.witnesses.values()),
            groups=reading.groups,
            quorum=reading.quorum,
        )

    @classmethod
    def read(cls, path: Path) -> Policy:
        """Read a file; raises DomainError: "policy-unreadable", "policy-malformed"."""
        try:
            with path.open("rb") as file:
                text = file.read(LONGEST).decode("utf-8", "surrogateescape")
        except OSError as error:
            raise DomainError("policy-unreadable", f"{path}: {error.strerror}") from None
        return cls.parse(text)

    def require_log(self, key: VerifierKey) -> None:
        """Refuse a log that the policy does not list, where it lists any; raises DomainError("vkey-differs")."""
        if self.logs and key not in self.logs:
            detail = f"见证策略中没有账本公钥 {key} / the policy does not list this log"
            raise DomainError("vkey-differs", detail)

    def cosigners(self, signed: Note) -> tuple[Witness, ...]:
        """Give the witnesses whose cosignature stands under the note and holds; invalid ones count as absent."""
        return tuple(each for each in self.witnesses if _has_signed(signed, each.key))

    def is_met(self, signed: Note) -> bool:
        """Tell whether enough witnesses have cosigned; who signed for the log is not looked at here."""
        return self.is_met_by(self.cosigners(signed))

    def is_met_by(self, witnesses: Iterable[Witness]) -> bool:
        """Tell whether these witnesses are enough."""
        present = {each.name for each in witnesses}
        return self.quorum == NONE or self._counts(self.quorum, present)

    def _counts(self, name: str, present: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in present
        return sum(self._counts(each, present) for each in group.members) >= group.threshold


class _Reading:
    """What the lines so far have defined."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, line: str) -> None:
        """Read one line; raises ValueError or DomainError saying what is wrong with it."""
        if CONTROL.search(line):
            raise ValueError("含控制字符 / a control character")
        match BLANK.split(line.strip(" \t")):
            case [word, *_] if not word or word.startswith("#"):
                pass
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(_new_key(vkey, note.ED25519, self.logs))
            case ["witness", name, vkey]:
                self._witness(name, vkey, None)
            case ["witness", name, vkey, url]:
                self._witness(name, vkey, url)
            case ["group", name, threshold, *members]:
                self._group(name, threshold, tuple(members))
            case ["quorum", name]:
                if self.quorum is not None:
                    raise ValueError("quorum 行只能有一行 / a second quorum line")
                if name != NONE:
                    self._known(name)
                self.quorum = name
            case _:
                raise ValueError("不是 log、witness、group 或 quorum 行 / not a line of the format")

    def _witness(self, name: str, vkey: str, url: str | None) -> None:
        self._define(name)
        known = [each.key for each in self.witnesses.values()]
        key = _new_key(vkey, note.COSIGNATURE, known)
        self.witnesses[name] = Witness(name=name, key=key, url=url)

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        self._define(name)
        for member in members:
            self._known(member)
            # "Each defined name can be listed as a group member at most once."
            if member in self._members:
                raise ValueError(f"{member} 已在组中 / is a member already")
            self._members.add(member)
        if not THRESHOLD.fullmatch(threshold):
            raise ValueError(f"{threshold}: 应为 all、any 或数 / not all, any or a number")
        counts = {"all": len(members), "any": 1}
        needed = counts[threshold] if threshold in counts else int(threshold)
        if not 1 <= needed <= len(members):
            raise ValueError(f"{needed} ∉ 1…{len(members)}")
        self.groups[name] = Group(threshold=needed, members=members)

    def _define(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"{name}: 名称已被使用 / the name is taken")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"{name}: 前面没有定义 / not defined on a line before")


def _new_key(vkey: str, algorithm: int, known: list[VerifierKey]) -> VerifierKey:
    key = VerifierKey.parse(vkey)
    if key.algorithm != algorithm:
        raise ValueError(f"密钥类型应为 {algorithm} / the key is not of this type")
    if any(each.public == key.public for each in known):
        raise ValueError("公钥重复 / the public key stands twice")
    return key


def _has_signed(signed: Note, key: VerifierKey) -> bool:
    try:
        note.verify(signed, key)
    except DomainError:
        return False
    return True


def _malformed(detail: str) -> DomainError:
    return DomainError("policy-malformed", detail)
