"""Commits: they partition the leaves, each is linked to the one before and signed by the service.

A commit that is wrong is compared once: the next one is judged by the link that stands on record,
so that one damaged byte gives one failure and not thousands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import commits

if TYPE_CHECKING:
    from audit.report import Findings
    from domain.merkle import Frontier
    from ledger.commits import Commit

WHERE = "commits"


class Chain:
    """Follows the commits in order. `service_key` is what leaf 0 names, or None where it names none."""

    def __init__(self, findings: Findings, service_key: bytes | None) -> None:
        self.count = 0
        self._findings = findings
        self._service_key = service_key
        self._link = commits.FIRST_LINK

    def check(self, commit: Commit, part: Frontier, *, signed: bool) -> None:
        """Check a commit against the leaves that were found in its place; `signed` tells whether its signature holds."""
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
        elif not signed:
            first, last = commit.first_leaf, commit.size - 1
            reason = f"叶 {first}–{last} 的提交签名无效 / the signature of the commit does not hold"
            # Listed behind what the decisions of its own leaves say.
            self._findings.add("commit-signature-invalid", WHERE, reason, first, at=last + 0.5)
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

    def _fail(self, code: str, commit: Commit, reason: str) -> None:
        span = f"叶 {commit.first_leaf}–{commit.size - 1}"
        self._findings.add(
            code, WHERE, f"{span}: {reason}", leaf=commit.first_leaf, at=commit.size - 1
        )
