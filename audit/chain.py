"""Commits: they partition the leaves, each is linked to the one before and signed by the service.

A commit that is wrong is compared once: the next one is judged by the link that stands on record,
so that one damaged byte gives one failure and not thousands.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger import commits

if TYPE_CHECKING:
    from audit.report import Findings
    from domain.merkle import Frontier
    from ledger.commits import Commit

WHERE = "commits"
BATCH = 256
ALONE = 8 * BATCH  # as many signatures are checked here before other processes are worth starting
WAITING = 16

Signed: TypeAlias = tuple[int, int, bytes, bytes, bytes]
"""First leaf, last leaf, key, signature, signed bytes."""


class Chain:
    """Follows the commits in order. `service_key` is what leaf 0 names, or None where it names none."""

    def __init__(self, findings: Findings, service_key: bytes | None) -> None:
        self.count = 0
        self._findings = findings
        self._service_key = service_key
        self._link = commits.FIRST_LINK
        self._signatures = _Signatures(findings)

    def check(self, commit: Commit, part: Frontier) -> None:
        """Check a commit against the leaves that were found in its place."""
        self.count += 1
        last = commit.size - 1
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
            message = commits.bytes_to_sign(commit.link)
            self._signatures.add((commit.first_leaf, last, commit.key, commit.sig, message))
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
    """Checks signatures in batches: a few at once, many in other processes while we read on."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._batch: list[Signed] = []
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[tuple[list[Signed], Future[list[int]]]] = deque()

    def add(self, signed: Signed) -> None:
        self._batch.append(signed)
        if len(self._batch) == BATCH:
            self._send()

    def finish(self) -> None:
        self._send()
        while self._waiting:
            self._collect()
        if self._pool is not None:
            self._pool.shutdown()

    def _send(self) -> None:
        batch, self._batch = self._batch, []
        self._seen += len(batch)
        if self._seen <= ALONE:
            self._report(batch, invalid(batch))
            return
        if self._pool is None:
            workers = max(1, (os.cpu_count() or 2) - 1)
            self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        self._waiting.append((batch, self._pool.submit(invalid, batch)))
        if len(self._waiting) > WAITING:
            self._collect()

    def _collect(self) -> None:
        batch, future = self._waiting.popleft()
        self._report(batch, future.result())

    def _report(self, batch: list[Signed], wrong: list[int]) -> None:
        for index in wrong:
            first, last = batch[index][:2]
            reason = f"叶 {first}–{last} 的提交签名无效 / the signature of the commit does not hold"
            self._findings.add("commit-signature-invalid", WHERE, reason, leaf=first, at=last)


def invalid(batch: list[Signed]) -> list[int]:
    """Give the places in the batch whose signature does not hold."""
    return [
        index
        for index, (_, _, key, signature, message) in enumerate(batch)
        if not _holds(key, signature, message)
    ]


def _holds(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        _public(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
