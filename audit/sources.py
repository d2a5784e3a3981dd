"""Where a history is read from: an export on disk, or the live database. One interface for both."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import hexlify
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import msgspec

from audit.command_ids import CommandIds
from audit.files import FOLDERS, MANIFEST, UNREADABLE, Files, open_files
from audit.heads import Head
from audit.reading import Row
from audit.times import Token
from domain.bundles import bundles
from domain.canonical import MAX_INTEGER, canon, parse
from domain.errors import DomainError
from domain.genesis import Genesis
from domain.history import History
from ledger.commits import Commit
from ledger.timestamps import MAX_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.report import Findings

EVENTS, COMMITS, CHECKPOINT = "events.jsonl", "commits.jsonl", "checkpoint"
FORMAT = "mingqian-ledger-v1"
LINE = 16 * 2**20  # bytes; the longest event there can sensibly be is a draw of a whole province
NOTE = 64 * 2**10
BUNDLE = 256 * 2**20
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
TOKEN = re.compile(r"timestamps/(0|[1-9][0-9]{0,15})-[a-z0-9.:-]{1,253}\.tsr", re.ASCII)
SIZES = (32, 32, 64)  # link, key and signature


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What was found while the leaves were walked."""

    history: History
    stopped: int | None
    events: int
    commits: int
    commands: CommandIds
    subjects: dict[str, int]


class Source(Protocol):
    """A history as it is kept somewhere. Faults of the place go to `findings` and never raise."""

    def rows(self, findings: Findings) -> Iterator[Row]:
        """Give the events in leaf order."""
        ...

    def commits(self, findings: Findings) -> Iterator[Commit]:
        """Give the commits in order."""
        ...

    def heads(self, findings: Findings) -> list[Head]:
        """Give all signed notes."""
        ...

    def tokens(self, findings: Findings) -> Iterator[Token]:
        """Give all time-stamp tokens."""
        ...

    def conclude(self, walked: Walked, findings: Findings) -> None:
        """Check what only this kind of source has beside events, commits and notes."""
        ...


class Export:
    """An export folder or a zip of it (mingqian-ledger-v1, Export); events are read line by line."""

    def __init__(self, path: Path) -> None:
        """Open it; raises DomainError("export-unreadable") when there is nothing to open."""
        self._files: Files = open_files(path)
        self._names = frozenset(self._files.names)

    def rows(self, findings: Findings) -> Iterator[Row]:
        """Give one row for each line of events.jsonl."""
        return map(Row, self._lines(EVENTS, findings))

    def commits(self, findings: Findings) -> Iterator[Commit]:
        """Give the commits whose line can be read."""
        for number, line in enumerate(self._lines(COMMITS, findings), start=1):
            where = f"{COMMITS}, line {number}"
            try:
                yield _commit(line)
            except DomainError as error:
                findings.refuse(error, where)

    def heads(self, findings: Findings) -> list[Head]:
        """Give `checkpoint` and everything in `checkpoints/`."""
        found = []
        for name in [CHECKPOINT, *self._within("checkpoints/")]:
            number = name.partition("/")[2]
            text = self._content(name, NOTE, findings)
            if text is None or (number and not _is_number(number)):
                continue  # reported when it was read, or as unexpected
            size: int | Literal["all"] = int(number) if number else "all"
            found.append(Head(where=name, text=text.decode(errors="replace"), size=size))
        return found

    def tokens(self, findings: Findings) -> Iterator[Token]:
        """Give everything in `timestamps/`."""
        for name in self._within("timestamps/"):
            named = TOKEN.fullmatch(name)
            content = self._content(name, MAX_TOKEN, findings)
            if content is not None and named:  # else reported when it was read, or as unexpected
                yield Token(where=name, size=int(named[1]), content=content)

    def conclude(self, walked: Walked, findings: Findings) -> None:
        """Check the names of the files, the manifest's counts and every proof bundle."""
        seen: set[str] = set()
        for name in self._files.names:
            if name in seen:
                findings.add(
                    "export-file-unexpected", name, "同名文件不止一个 / the name stands twice"
                )
            elif not _belongs(name):
                reason = "格式中没有这个文件 / the format has no such file"
                findings.add("export-file-unexpected", name, reason)
            seen.add(name)
        self._check_manifest(walked, findings)
        self._check_bundles(walked, findings)

    def _check_manifest(self, walked: Walked, findings: Findings) -> None:
        content = self._content(MANIFEST, NOTE, findings)
        if content is None:
            return
        try:
            stated = parse(content.removesuffix(b"\n"))
        except DomainError as error:
            findings.refuse(error, MANIFEST)
            return
        checkpoints = 1 + len(self._within("checkpoints/"))
        counted: dict[str, object] = {
            "format": FORMAT,
            "events": walked.events,
            "commits": walked.commits,
            "checkpoints": checkpoints,
            "bundles": len(self._within("draws/")) + len(self._within("assignments/")),
        }
        if walked.stopped != 0:
            counted["origin"] = _origin(walked.history)
        known = {*counted, "origin", "exported_at", "exported_by"}
        if not isinstance(stated, dict) or stated.keys() != known or content[-1:] != b"\n":
            findings.add("manifest-differs", MANIFEST, "字段不符 / not the fields of the format")
            return
        for field, value in counted.items():
            if canon(stated[field]) != canon(value):
                reason = f"{field} 为 {stated[field]!r}，实为 {value!r} / it is the latter"
                findings.add("manifest-differs", MANIFEST, reason)
        # Who exported and when is a claim: only its form can be judged.
        if not (isinstance(stated["exported_by"], str) and stated["exported_by"]):
            findings.add("manifest-differs", MANIFEST, "exported_by 应为文本 / is no text")
        if not _is_moment(stated["exported_at"]):
            reason = (
                "exported_at 应如 2024-01-05T01:00:00.000Z / is no time in UTC with milliseconds"
            )
            findings.add("manifest-differs", MANIFEST, reason)

    def _check_bundles(self, walked: Walked, findings: Findings) -> None:
        expected = bundles(walked.history)
        given = [*self._within("draws/"), *self._within("assignments/")]
        for name in sorted(expected.keys() - set(given)):
            reason = "抽取已计算而无证明包 / the draw was computed and has no proof bundle"
            findings.add("bundle-missing", name, reason)
        for name in given:
            content = self._content(name, BUNDLE, findings)
            if content is None:
                continue
            if name in expected:
                _compare_bundle(name, content, expected[name], findings)
            elif walked.stopped is None:
                reason = "账本上没有这次计算 / the ledger records no such computation"
                findings.add("bundle-unexpected", name, reason)

    def _within(self, folder: str) -> list[str]:
        return sorted(name for name in self._names if name.startswith(folder))

    def _lines(self, name: str, findings: Findings) -> Iterator[bytes]:
        """Give the lines of a file without their newlines; ends at the first that cannot be one."""
        if name not in self._names:
            findings.add("export-file-missing", name, "缺少文件 / the file is missing")
            return
        try:
            with self._files.open(name) as file:
                while line := file.readline(LINE):
                    if not line.endswith(b"\n"):
                        reason = (
                            "行过长或文件末尾无换行 / too long a line, or no newline at the end"
                        )
                        findings.add("line-malformed", name, reason)
                    yield line.removesuffix(b"\n")
        except UNREADABLE as error:
            findings.add("export-file-unreadable", name, f"读取失败 / cannot be read: {error}")

    def _content(self, name: str, limit: int, findings: Findings) -> bytes | None:
        if name not in self._names:
            findings.add("export-file-missing", name, "缺少文件 / the file is missing")
            return None
        try:
            with self._files.open(name) as file:
                content = file.read(limit + 1)
        except UNREADABLE as error:
            findings.add("export-file-unreadable", name, f"读取失败 / cannot be read: {error}")
            return None
        if len(content) > limit:
            reason = f"超过 {limit} 字节 / longer than {limit} bytes"
            findings.add("export-file-unreadable", name, reason)
            return None
        return content


def _belongs(name: str) -> bool:
    folder, slash, file = name.partition("/")
    if not slash:
        return name in {EVENTS, COMMITS, CHECKPOINT, MANIFEST}
    if folder == "checkpoints":
        return _is_number(file)
    if folder == "timestamps":
        return TOKEN.fullmatch(name) is not None
    return folder in FOLDERS and "/" not in file


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 17 and str(int(text)) == text  # noqa: PLR2004 - 2^53


def _is_moment(value: object) -> bool:
    """Whether this is RFC 3339 in UTC with exactly three decimals."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line of commits.jsonl."""

    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
    first_leaf: Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
    key: str
    link: str
    sig: str


_line = msgspec.json.Decoder(_Line).decode


def _commit(line: bytes) -> Commit:
    """Read a line of commits.jsonl strictly; raises DomainError."""
    try:
        given = _line(line)
        commit = Commit(
            first_leaf=given.first_leaf,
            count=given.count,
            link=bytes.fromhex(given.link),
            key=bytes.fromhex(given.key),
            sig=b64decode(given.sig),
        )
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _refused_commit(line) from None
    sizes = (len(commit.link), len(commit.key), len(commit.sig))
    if sizes != SIZES or _written(commit) != line:
        raise _refused_commit(line)
    return commit


def _written(commit: Commit) -> bytes:
    """Write the one line that such a commit has: digits, hex and base64 need no escapes."""
    return b'{"count":%d,"first_leaf":%d,"key":"%s","link":"%s","sig":"%s"}' % (
        commit.count,
        commit.first_leaf,
        hexlify(commit.key),
        hexlify(commit.link),
        b64encode(commit.sig),
    )


def _refused_commit(line: bytes) -> DomainError:
    """Say what is wrong with a line: first, that it is not canonical."""
    try:
        parse(line)
    except DomainError as error:
        return error
    return DomainError("commit-malformed", "提交格式不符 / not a commit of the format")


def _origin(history: History) -> str | None:
    genesis = history.get(Genesis, "")
    return genesis.opened.origin if genesis else None


def _compare_bundle(
    name: str, content: bytes, expected: dict[str, Any], findings: Findings
) -> None:
    """Compare a bundle with the one that the ledger gives, and name the first part that differs."""
    if content == canon(expected) + b"\n":
        return
    try:
        given = parse(content.removesuffix(b"\n"))
    except DomainError as error:
        findings.refuse(error, name)
        return
    part = "$"
    if isinstance(given, dict) and given.keys() == expected.keys():
        differing = [key for key in expected if canon(given[key]) != canon(expected[key])]
        part = f"$.{differing[0]}" if differing else "$ (newline)"
    reason = f"{part} 与账本重放所得不同 / differs from what the ledger gives"
    findings.add("bundle-differs", name, reason)
