"""Is the history whole? One walk over the leaves, and every check hangs on it.

The walk goes by commits: their leaves are hashed, parsed, fed to the replay and to the tree; then
the commit is judged. Nothing here raises on what a source holds: it is all reported.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from audit.chain import Chain
from audit.draws import check_draws
from audit.heads import Head, Heads
from audit.leaves import Leaves
from audit.reading import Reading, Row, read, readings
from audit.replay import Replay
from audit.report import Findings, Report
from audit.sources import Walked
from audit.workers import Workers
from domain.errors import DomainError
from domain.genesis import LedgerOpened
from domain.merkle import Frontier
from ledger.note import VerifierKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.sources import Source
    from ledger.commits import Commit


def verify(
    source: Source, *, vkey: VerifierKey | None = None, kept: tuple[Head, ...] = ()
) -> Report:
    """Verify a whole history.

    `vkey` is the log's key as the auditor got it from elsewhere; `kept` are checkpoints that the
    auditor kept from earlier, which the history must continue.
    """
    findings = Findings()
    rows = source.rows(findings)
    first = next(rows, None)
    opened = _opened(first)
    key = _log_key(opened, vkey, findings)
    heads = Heads(findings, key) if key else None
    if heads is not None:
        heads.open([*source.heads(findings), *kept])
    with Workers() as workers:
        leaves = readings(chain([first] if first else [], rows), workers)
        walk = _Walk(findings, leaves, Chain(findings, _service_key(opened), workers), heads)
        for commit in source.commits(findings):
            walk.follow(commit)
        walk.finish()
    source.conclude(walk.walked(), findings)
    draws = check_draws(walk.replay.history, walk.replay.computed, findings)
    failures = findings.failures()
    return Report(
        ok=not failures,
        events=walk.leaf,
        commits=walk.chain.count,
        draws=draws,
        checkpoint_size=heads.newest if heads else None,
        failures=failures,
        not_checked=tuple(findings.not_checked),
        notes=tuple(findings.notes),
    )


class _Walk:
    """Where the walk stands: `leaf` is the next leaf, `tree` the head over all before it."""

    def __init__(
        self,
        findings: Findings,
        read: Iterator[tuple[Row, Reading]],
        commits: Chain,
        heads: Heads | None,
    ) -> None:
        self.leaf = 0
        self.replay = Replay(findings, heads.covering if heads else lambda _: 0)
        self.chain = commits
        self._findings = findings
        self._read = read
        self._heads = heads
        self._tree = Frontier()
        self._leaves = Leaves(findings)

    def follow(self, commit: Commit) -> None:
        """Walk over the leaves of a commit and judge it."""
        skipped = self._take(commit.first_leaf, self.chain.count)
        if skipped.size:
            self.chain.uncovered(self.leaf - skipped.size, self.leaf)
        if commit.first_leaf != self.leaf or commit.count < 1:
            self.chain.misplaced(commit, self.leaf)
            return
        part = self._take(commit.size, self.chain.count)
        self.chain.check(commit, part)

    def finish(self) -> None:
        """Walk over what no commit covers, and end all checks that look ahead."""
        rest = self._take(None, self.chain.count)
        if rest.size:
            self.chain.uncovered(self.leaf - rest.size, self.leaf)
        self.chain.finish()
        self.replay.finish()
        if self._heads is not None:
            self._heads.finish(self.leaf)
        if not self.leaf:
            self._findings.add("genesis-missing", "events", "一个事件也没有 / there is no event")

    def walked(self) -> Walked:
        """Say what was found."""
        return Walked(
            history=self.replay.history,
            stopped=self.replay.stopped,
            events=self.leaf,
            commits=self.chain.count,
            commands=self._leaves.commands,
            subjects=self._leaves.subjects,
        )

    def _take(self, end: int | None, commit: int) -> Frontier:
        """Read leaves up to `end`, or all that are left; give the tree over them alone."""
        part = Frontier()
        while end is None or self.leaf < end:
            found = next(self._read, None)
            if found is None:
                break
            row, reading = found
            part.append(reading.hashed)
            self._tree.append(reading.hashed)
            seen = self._leaves.take(row, reading, self.leaf, commit)
            if seen is None:
                self.replay.stop(self.leaf)
            else:
                self.replay.feed(seen)
            self.leaf += 1
            if self._heads is not None:
                self._heads.compare(self._tree)
        return part


def _opened(row: Row | None) -> LedgerOpened | None:
    """Read leaf 0 beforehand: it names the keys. What is wrong with it is reported by the walk."""
    recorded = read(0, row.state).recorded if row else None
    event = recorded.event if recorded else None
    return event if isinstance(event, LedgerOpened) else None


def _log_key(
    opened: LedgerOpened | None, given: VerifierKey | None, findings: Findings
) -> VerifierKey | None:
    """Give the key that checkpoints are judged by: the auditor's own before the ledger's."""
    if given is None:
        findings.skip(
            "验证公钥取自账本自身：只能证明前后一致，不能证明出自谁手；请用 --vkey 给出另行取得的公钥"
            " / the key is the ledger's own: this proves that it is consistent, not whose it is;"
            " give the key that you got elsewhere with --vkey"
        )
    if opened is None:
        return given
    try:
        own = VerifierKey.parse(opened.vkey)
    except DomainError as error:
        findings.refuse(error, "ledger", 0)
        return given
    if own.name != opened.origin:
        reason = f"公钥名 {own.name}，账本名 {opened.origin} / its name is not the origin"
        findings.add("vkey-differs", "ledger", reason, 0)
    if given is not None and own != given:
        reason = f"叶 0 所列公钥为 {own} / this is the key that leaf 0 names"
        findings.add("vkey-differs", "ledger", reason, 0)
    return given or own


def _service_key(opened: LedgerOpened | None) -> bytes | None:
    try:
        return bytes.fromhex(opened.service_key) if opened else None
    except ValueError:
        return b""  # no commit can have been signed with it
