"""Other processes for what can be checked without knowing the history.

They are started when there is work for more than one, and get some once they are up: starting takes
about as long as reading a thousand events. They get no more than keeps them busy; who asks does the
rest, so that no process waits for another.
"""

from __future__ import annotations

import gc
import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Self, TypeVar

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

P = ParamSpec("P")
R = TypeVar("R")

ALONE = 8  # calls that are not worth starting other processes for
DEPTH = 3  # calls for each other process: one at work, two at hand


class Pool(NamedTuple):
    """Who works, and how many calls at a time."""

    executor: Executor
    width: int


def own_processes() -> Pool:
    """Start processes on this machine; the asking one is busy itself, which leaves the other cores."""
    return processes(max(1, (os.cpu_count() or 2) - 1))


def processes(count: int) -> Pool:
    """Start so many processes on this machine."""
    context = get_context("spawn")
    return Pool(ProcessPoolExecutor(count, context, initializer=collect_rarely), count)


def collect_rarely() -> None:
    """Look for cycles of garbage a hundred times less often: a replay keeps most of what it makes, and makes no cycles."""
    gc.set_threshold(70_000, 20, 100)


class Workers:
    """Begins calls elsewhere; use it as a context manager. `start` is asked for a pool once there is enough to do."""

    def __init__(self, start: Callable[[], Pool] = own_processes) -> None:
        self._start = start
        self._calls = 0
        self._pool: Pool | None = None
        self._up: Future[int] | None = None
        self._begun: list[Future[Any]] = []

    @property
    def ahead(self) -> int:
        """How many calls it pays to have begun, done or not, before the first outcome is waited for."""
        return 4 * DEPTH * (self._pool.width if self._pool else 1)

    def begin(
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R] | None:
        """Begin a call and give what `result_of` waits for, or None when everybody is busy: then do it yourself."""
        self._calls += 1
        if self._calls <= ALONE:
            return None
        try:
            executor = self._idle()
            future = executor.submit(function, *args, **kwargs) if executor else None
        except DomainError:
            raise
        except Exception as error:  # noqa: BLE001 - each kind of pool has its own way to be gone
            raise _lost(error) from None
        if future is not None:
            self._begun.append(future)
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            for each in self._begun:
                each.cancel()
            self._pool.executor.shutdown()

    def _idle(self) -> Executor | None:
        """Give the pool if it is up and one of it can do with more."""
        if self._pool is None or self._up is None:
            self._pool = self._start()
            self._up = self._pool.executor.submit(os.getpid)
        self._begun = [each for each in self._begun if not each.done()]
        idle = self._up.done() and len(self._begun) < DEPTH * self._pool.width
        return self._pool.executor if idle else None


def result_of(future: Future[R]) -> R:
    """Wait for a call; raises DomainError("audit-interrupted") when its process died."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - what is called raises nothing: only its process can fail
        raise _lost(error) from None


def _lost(error: Exception) -> DomainError:
    detail = f"核验进程中断 / a process of the audit died: {type(error).__name__}: {error}"
    return DomainError("audit-interrupted", detail)
