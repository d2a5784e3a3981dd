"""Commits: they partition the leaves, each is linked to the one before and signed by the service.

A commit that is wrong is compared once: the next one is judged by the link that stands on record,
so that one damaged byte gives one failure and not thousands.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from audit.signatures import invalid
from audit.workers import result_of
from ledger import commits

if TYPE_CHECKING:
    from concurrent.futures import Future

    from audit.report import Findings
    from audit.workers import Workers
    from domain.merkle import Frontier
    from ledger.commits import Commit

WHERE = "commits"
BATCH = 256
WAITING = 16


class Chain:
    """Follows the commits in order. `service_key` is what leaf 0 names, or None where it names none."""

    def __init__(self, findings: Findings, service_key: bytes | None, workers: Workers) -> None:
        self.count = 0
        self._findings = findings
        self._service_key = service_key
        self._link = commits.FIRST_LINK
        self._signatures = _Signatures(findings, workers)

    def check(self, commit: Commit, part: Frontier) -> None:
        """Check a commit against the leaves that were found in its place."""
        self.count += 1
        here = commits.link(self._link, commit.first_leaf, commit.count, part.root())
        if part.size < commit.count:
            self._fail("commits-not-partition", commit, "所称的叶不存在 / its leaves are missing")
        elif here != commit.link:
            self._fail(
                "commit-link-differs",
                commit,
                "叶或前一提交与链接不符 / the leaves or the commit before do not give its link",
            )
        if self._service_key is not None and commit.key != self._service_key:
            reason = "不是叶 0 所列服务密钥 / not the service key that leaf 0 names"
            self._fail("commit-key-differs", commit, reason)
        else:
            self._signatures.add(commit)
        self._link = commit.link

    def misplaced(self, commit: Commit, expected: int) -> None:
        """Report a commit that does not begin where the last one ended."""
        self.count += 1
        self._findings.add(
            "commits-not-partition",
            WHERE,
            f"提交始于叶 {commit.first_leaf}、共 {commit.count}，应始于 {expected}"
            f" / the commit begins at {commit.first_leaf} and has {commit.count} leaves",
            leaf=expected,
        )

    def uncovered(self, first: int, end: int) -> None:
        """Report leaves that no commit covers."""
        reason = f"叶 {first}–{end - 1} 不在任何提交中 / no commit covers these leaves"
        self._findings.add("commits-not-partition", WHERE, reason, leaf=first)

    def finish(self) -> None:
        """Wait for the signatures that are still being checked."""
        self._signatures.finish()

    def _fail(self, code: str, commit: Commit, reason: str) -> None:
        span = f"叶 {commit.first_leaf}–{commit.size - 1}"
        self._findings.add(
            code, WHERE, f"{span}: {reason}", leaf=commit.first_leaf, at=commit.size - 1
        )


class _Signatures:
    """Checks signatures in batches, while we read on."""

    def __init__(self, findings: Findings, workers: Workers) -> None:
        self._findings = findings
        self._workers = workers
        self._commits: list[Commit] = []
        self._waiting: deque[tuple[list[Commit], Future[list[int]]]] = deque()

    def add(self, commit: Commit) -> None:
        self._commits.append(commit)
        if len(self._commits) == BATCH:
            self._send()

    def finish(self) -> None:
        self._send()
        while self._waiting:
            self._collect()

    def _send(self) -> None:
        sent, self._commits = self._commits, []
        batch = [(each.key, each.sig, commits.bytes_to_sign(each.link)) for each in sent]
        self._waiting.append((sent, self._workers.call(invalid, batch)))
        if len(self._waiting) > WAITING:
            self._collect()

    def _collect(self) -> None:
        sent, future = self._waiting.popleft()
        for index in result_of(future):
            first, last = sent[index].first_leaf, sent[index].size - 1
            reason = f"叶 {first}–{last} 的提交签名无效 / the signature of the commit does not hold"
            self._findings.add("commit-signature-invalid", WHERE, reason, leaf=first, at=last)
