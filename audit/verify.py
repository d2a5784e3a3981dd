"""Is the history whole? One walk over the leaves, and every check hangs on it.

What can be checked without knowing the history is checked in spans, by other processes too; the walk goes
over them in order, feeds the events to the replay and the subtrees to the tree, and judges each commit
behind its leaves. Nothing here raises on what a source holds: it is all reported.
"""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING

from audit.chain import Chain
from audit.command_ids import command_ids
from audit.covers import check_covers
from audit.draws import check_draws
from audit.heads import Head, Heads
from audit.leaves import Leaves
from audit.reading import Reading, Row, read
from audit.replay import Replay
from audit.report import Findings, Report
from audit.sources import Walked
from audit.spans import checked, spans
from audit.times import Times, verified
from audit.workers import Workers, collect_rarely, own_processes
from domain.errors import DomainError
from domain.genesis import LedgerOpened
from domain.merkle import Frontier
from ledger import quick
from ledger.note import VerifierKey
from ledger.quick import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import Certificate

    from audit.command_ids import CommandIds
    from audit.sources import Source
    from audit.spans import Checked, Piece, Span, Subtrees
    from audit.workers import Pool
    from ledger.policy import Policy


def verify(  # noqa: PLR0913 - all that an auditor brings along
    source: Source,
    *,
    vkey: VerifierKey | None = None,
    kept: tuple[Head, ...] = (),
    policy: Policy | None = None,
    trusted: tuple[Certificate, ...] = (),
    start: Callable[[], Pool] = own_processes,
) -> Report:
    """Verify a whole history.

    `vkey` is the log's key as the auditor got it from elsewhere; `kept` are checkpoints that the
    auditor kept from earlier, which the history must continue; `policy` says which witnesses must have
    cosigned; `trusted` are certificates by which time-stamp tokens are judged; `start` gives other
    processes that help.
    Raises DomainError("audit-interrupted") when one of them is lost.
    """
    collect_rarely()
    findings = Findings()
    rows = source.rows(findings)
    first = next(rows, None)
    opened = _opened(first)
    key = _log_key(opened, vkey, findings)
    if key is not None and policy is not None:
        _require_listed(key, policy, findings)
    heads = Heads(findings, key, policy) if key else None
    if heads is not None:
        heads.open([*source.heads(findings), *kept])
    moments = verified(source.tokens(findings), heads.notes if heads else {}, trusted, findings)
    seen = heads.moments() if heads else []
    cuts = heads.sizes if heads is not None else _no_sizes
    with command_ids() as commands, Workers(start) as workers:
        times = Times(findings, [*moments, *seen])
        walk = _Walk(findings, Chain(findings, _service_key(opened)), heads, commands, times)
        every = spans(chain([first] if first else [], rows), source.commits(findings))
        for span, found in checked(every, cuts, workers):
            walk.follow(span, found)
        walk.finish()
        source.conclude(walk.walked(), findings)
    draws = check_draws(walk.replay.history, walk.replay.computed, findings)
    check_covers(walk.replay.covered, heads.cosigned if heads else {}, policy, findings)
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
        timestamps=len(moments),
    )


class _Walk:
    """Where the walk stands: `leaf` is the next leaf, `tree` the head over all before it."""

    def __init__(
        self,
        findings: Findings,
        commits: Chain,
        heads: Heads | None,
        commands: CommandIds,
        times: Times,
    ) -> None:
        self.leaf = 0
        self.replay = Replay(findings, heads.covering if heads else lambda _: 0)
        self.chain = commits
        self._findings = findings
        self._heads = heads
        self._commands = commands
        self._times = times
        self._tree = Frontier()
        self._part = Frontier()
        self._leaves = Leaves(findings, commands)

    def follow(self, span: Span, checked: Checked) -> None:
        """Walk over the leaves of a span and judge its commits."""
        rows, odd = iter(span.rows), checked.odd
        trees = deque(checked.trees)
        for piece, (subtrees, signed) in zip(span.pieces, checked.pieces, strict=True):
            for row in islice(rows, piece.size):
                self._take(row, odd.get(self.leaf) or _decoded(self.leaf, row.state))
                self.leaf += 1
                if trees[0][0] == self.leaf:
                    self._grow(trees.popleft()[1])
            for head, width in subtrees:
                self._part.append(head, width)
            if piece.ends:
                self._settle(piece, signed=signed)

    def finish(self) -> None:
        """End all checks that look ahead."""
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
            commands=self._commands,
            subjects=self._leaves.subjects,
        )

    def _take(self, row: Row, found: Stored | Reading) -> None:
        """Take one leaf to its place and decide it again."""
        flaw = ""
        if isinstance(found, Reading):
            if found.recorded is None:
                self._leaves.refuse(self.leaf, found)
                self.replay.stop(self.leaf)
                return
            flaw = found.flaw
            found = Stored(found.recorded, found.type, found.sealed_for, found.signed)
        act = self.chain.count, found.recorded.command_id
        self._leaves.take(act, found, row.columns)
        if flaw:
            self._leaves.refuse_signature(found.recorded, flaw)
        self._times.take(found.recorded)
        self.replay.feed(act, found)

    def _grow(self, subtrees: Subtrees) -> None:
        for head, width in subtrees:
            self._tree.append(head, width)
        if self._heads is not None:
            self._heads.compare(self._tree)

    def _settle(self, piece: Piece, *, signed: bool) -> None:
        """Judge a commit by the leaves that were found in its place, or leaves that have none."""
        part, self._part = self._part, Frontier()
        if piece.commit is None:
            if part.size:
                self.chain.uncovered(self.leaf - part.size, self.leaf)
        elif piece.misplaced:
            self.chain.misplaced(piece.commit, self.leaf)
        else:
            self.chain.check(piece.commit, part, signed=signed)


def _decoded(leaf: int, state: bytes | None) -> Stored | Reading:
    """Decode what was accepted where the span was checked."""
    return quick.decode(leaf, state or b"") or read(leaf, state)


def _no_sizes(_after: int, _upto: int) -> list[int]:
    return []


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


def _require_listed(key: VerifierKey, policy: Policy, findings: Findings) -> None:
    try:
        policy.require_log(key)
    except DomainError as error:
        findings.refuse(error, "ledger", 0)


def _service_key(opened: LedgerOpened | None) -> bytes | None:
    try:
        return bytes.fromhex(opened.service_key) if opened else None
    except ValueError:
        return b""  # no commit can have been signed with it
