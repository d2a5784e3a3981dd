"""The live database as a source: one snapshot of the ledger's tables, then the projections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.evidence import look_for_evidence
from audit.heads import Head
from audit.reading import Row
from audit.report import LIMIT
from audit.times import Token
from domain.errors import DomainError
from domain.merkle import leaf_hash
from domain.subjects import Subject
from ledger.commits import Commit
from ledger.snapshot import Reader
from ledger.subject_keys import names
from projections.runner import Projector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.report import Findings
    from audit.sources import Walked
    from ledger.evidence import EvidenceFolder
    from ledger.snapshot import Snapshot

WHERE = "ledger.events"
FOUND = {
    "missing": "投影中缺少此行",
    "surplus": "账本中没有此行",
    "changed": "此行与账本不符",
}


class Live:
    """A snapshot of the database at `dsn`, and beside it subjects' keys and evidence files, where they may be looked at.

    Without `dsn` the tables of the ledger alone are looked at, as they stand in a transaction that is still open.
    """

    def __init__(
        self,
        dsn: str | None,
        snapshot: Snapshot,
        subject_keys: Path | None = None,
        evidence: EvidenceFolder | None = None,
    ) -> None:
        self._dsn = dsn
        self._snapshot = snapshot
        self._subject_keys = subject_keys
        self._evidence = evidence

    def rows(self, findings: Findings) -> Iterator[Row]:
        """Give the events by leaf; columns beside the bytes must say the same as the bytes."""
        expected = 0
        for leaf, stream, version, type_, hashed, state in self._snapshot.events():
            if leaf < expected:
                findings.add("row-differs", WHERE, f"叶 {leaf} 不止一行 / more than one row", leaf)
                continue
            # A gap is kept as a gap, so that all that follows is judged in its own place.
            for _ in range(min(leaf - expected, LIMIT)):
                yield Row(state=None)
            if leaf_hash(state) != hashed:
                reason = f"叶 {leaf} 的字节与其散列不符 / the bytes do not have the stored hash"
                findings.add("leaf-hash-differs", WHERE, reason, leaf)
            expected = leaf + 1
            yield Row(state=state, columns=(stream, version, type_))

    def commits(self, _findings: Findings) -> Iterator[Commit]:
        """Give the commits by first leaf."""
        for first_leaf, count, link, key, sig in self._snapshot.commits():
            yield Commit(first_leaf=first_leaf, count=count, link=link, key=key, sig=sig)

    def heads(self, _findings: Findings) -> list[Head]:
        """Give every published note."""
        return [
            Head(where=f"ledger.checkpoints, size {size}", text=text, size=size)
            for size, text in self._snapshot.checkpoints()
        ]

    def tokens(self, _findings: Findings) -> Iterator[Token]:
        """Give every time-stamp token."""
        for size, authority, token in self._snapshot.timestamps():
            where = f"ledger.timestamps, size {size}, {authority}"
            yield Token(where=where, size=size, content=token)

    def conclude(self, walked: Walked, findings: Findings) -> None:
        """Check the tables themselves, commands, the presence of subjects' keys, and every projected row."""
        findings.skip(
            "口令散列、命令摘要、人员密钥的内容（只查有无） / password hashes, command digests, and"
            " subjects' keys beyond their presence"
        )
        self._check_schema(findings)
        self._check_commands(walked, findings)
        self._check_subjects(walked, findings)
        look_for_evidence(self._evidence, walked.history, findings)
        if self._dsn is None:
            findings.skip("查询表 / the tables for readers")
        elif walked.stopped is None:
            _compare_projections(self._dsn, walked.events, findings)

    def _check_schema(self, findings: Findings) -> None:
        """Compare with the tables that the program makes; anything else can write, hide or keep rows unseen."""
        for where, reason in self._snapshot.differences():
            findings.add("schema-differs", where, reason)

    def _check_subjects(self, walked: Walked, findings: Findings) -> None:
        """Whoever has something sealed has a key, unless it was erased: then there is none."""
        try:
            present = names(self._subject_keys) if self._subject_keys else None
        except DomainError:
            present = None
        if present is None or walked.stopped is not None:
            findings.skip(
                "人员密钥是否齐备、已删除者是否确已销毁：未读密钥库 / subjects' keys, and that those of the"
                " erased are gone: their store was not read"
            )
            return
        erased = {one.id for one in walked.history.all(Subject) if one.erased}
        for subject, leaf in walked.subjects.items():
            if subject not in present and subject not in erased:
                reason = f"{subject} 的密钥不在库中 / its key is not there"
                findings.add("subject-key-missing", str(self._subject_keys), reason, leaf)
        for subject in sorted(present & erased):
            reason = f"{subject} 已删除，其密钥仍在 / was erased, and its key is there still"
            findings.add("subject-key-kept", str(self._subject_keys), reason)

    def _check_commands(self, walked: Walked, findings: Findings) -> None:
        for name, first, count in self._snapshot.commands():
            if walked.commands.take(name) != (first, count):
                reason = f"命令 {name}：账本中没有这样的事件 / no such events on the ledger"
                findings.add("command-differs", "ledger.commands", reason, first)
        for name, first in walked.commands.left():
            if first:  # leaf 0 was written by the set-up, before anybody could give a command
                reason = f"缺少命令 {name} / the command is missing"
                findings.add("command-differs", "ledger.commands", reason, first)


def _compare_projections(dsn: str, events: int, findings: Findings) -> None:
    """Project the ledger a second time, beside the live tables, and report every row that differs.

    Tables that lag are compared as far as they go.
    """
    try:
        with Projector(dsn, Reader(dsn)) as projector:
            lag = events - projector.position()
            differences = projector.compare()
    except Exception as error:  # noqa: BLE001 - tables that were tampered with can raise anything
        if type(error).__name__ == "InsufficientPrivilege":
            findings.skip("投影：无权另建一份来比对 / projections: no right to build them beside")
            return
        reason = f"无法比对 / cannot be compared: {type(error).__name__}: {error}"
        findings.add("projection-differs", "projections", reason)
        return
    if lag > 0:
        findings.skip(
            f"投影落后账本 {lag} 叶，其后未比对 / projections lag by {lag} leaves, which were not compared"
        )
    for each in differences:
        where = f"projections.{each.table} {', '.join(each.key)}".rstrip()
        reason = f"{FOUND[each.found]} / {each.found}"
        findings.add("projection-differs", where, reason)
