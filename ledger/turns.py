"""Who works for whom: of the threads that want the same kind of work, one does it for all who wait.

The first to come leads at once, so nobody who is alone ever waits. Who comes while somebody leads is
taken along if there is still room, or leads next. A leader serves one round and hands on; so it is
held up by what was waiting, never by what keeps coming. Those that were served wake one another, each
the next: waking thirty at once keeps them all busy with waiting for the interpreter.

Where many were served in the round before, a leader whom fewer have joined waits a moment for them to come
back with more: a round costs about the same for one as for thirty. Nobody waits who was alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Lock
from typing import Generic, TypeVar

T = TypeVar("T")

LINGER_SECONDS = 0.001  # for those who were served a moment ago


Fits = Callable[[T, Sequence[T]], bool]
"""Whether the next one still belongs to a round in which those others are."""
Take = Callable[[Fits[T]], list[T]]
"""Gives those that wait now, in the order in which they came, while they fit: this round serves them."""


class _Place(Generic[T]):
    """A place in the queue; `turn` is released once its owner was served or has to lead."""

    def __init__(self, work: T) -> None:
        self.work = work
        self.served = False
        self.behind: _Place[T] | None = None
        self.turn = Lock()
        self.turn.acquire()

    def wake_next(self) -> None:
        """Pass the word on to who was served behind this one."""
        if self.behind is not None:
            self.behind.turn.release()


class Turns(Generic[T]):
    """A queue whose first in line serves the others.

    `serve` is handed a way to take those who wait. It must not let go of anybody it took without an
    answer, whatever happens, and takes the first one at least.
    """

    def __init__(self, serve: Callable[[Take[T]], None]) -> None:
        self._serve = serve
        self._gate = Condition(Lock())
        self._queue: deque[_Place[T]] = deque()
        self._taken: list[_Place[T]] = []
        self._led = False
        self._before = 0  # how many were served in the round before
        self._wanted = 0  # how many a leader waits for, or 0 while none does

    def __len__(self) -> int:
        """How many wait for the next round, or for this one to take them along."""
        return len(self._queue)

    def join(self, work: T) -> None:
        """Return once this was served: by who leads, or in this thread."""
        place = _Place(work)
        with self._gate:
            self._queue.append(place)
            if self._wanted and len(self._taken) + len(self._queue) >= self._wanted:
                self._gate.notify()
            leads, self._led = not self._led, True
        if not leads:
            place.turn.acquire()
        if place.served:
            place.wake_next()
        else:
            self._lead(place)

    def _lead(self, first: _Place[T]) -> None:
        try:
            self._serve(self._take)
        finally:
            with self._gate:
                taken, self._taken = self._taken, []
                self._before = len(taken)
                if first not in taken:  # it was interrupted; nobody waits for this one any more
                    self._queue.remove(first)
                next_ = self._queue[0] if self._queue else None
                self._led = next_ is not None
            if next_ is not None:  # first, so that its work begins while answers are handed out
                next_.turn.release()
            behind: _Place[T] | None = None
            for place in reversed(taken):
                if place is not first:
                    place.served, place.behind, behind = True, behind, place
            if behind is not None:
                behind.turn.release()

    def _take(self, fits: Fits[T]) -> list[T]:
        with self._gate:
            if self._taken and not self._queue and len(self._taken) < self._before:
                self._wanted = self._before
                self._gate.wait(LINGER_SECONDS)
                self._wanted = 0
            first, works = len(self._taken), [place.work for place in self._taken]
            while self._queue and fits(self._queue[0].work, works):
                self._taken.append(self._queue.popleft())
                works.append(self._taken[-1].work)
            return works[first:]
