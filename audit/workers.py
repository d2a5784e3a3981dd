"""Other processes for what can be checked without knowing the history: bytes and signatures.

Little work is done here. Other processes are started when there is more, and get work once they are
up: starting takes about as long as reading a thousand events.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

P = ParamSpec("P")
R = TypeVar("R")

ALONE = 8  # calls that are made here before other processes are worth starting


class Workers:
    """Calls functions here or elsewhere; use it as a context manager."""

    def __init__(self) -> None:
        self._calls = 0
        self._pool: ProcessPoolExecutor | None = None
        self._up: Future[int] | None = None

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin a call; ask `result_of` for its outcome."""
        self._calls += 1
        try:
            if self._calls > ALONE and (pool := self._running()) is not None:
                return pool.submit(function, *args, **kwargs)
        except BrokenProcessPool as error:
            raise _lost(error) from None
        done: Future[R] = Future()
        done.set_result(function(*args, **kwargs))
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor | None:
        """Give the other processes, or None while they are being started."""
        if self._pool is None or self._up is None:
            # This process is busy with the history itself, which leaves the other cores.
            count = max(1, (os.cpu_count() or 2) - 1)
            self._pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
            self._up = self._pool.submit(os.getpid)
        return self._pool if self._up.done() else None


def result_of(future: Future[R]) -> R:
    """Wait for a call; raises DomainError("audit-interrupted") when its process died."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise _lost(error) from None


def _lost(error: BrokenProcessPool) -> DomainError:
    return DomainError("audit-interrupted", f"核验进程中断 / a process of the audit died: {error}")
