"""History: the whole ledger folded into states, in memory.

The writer decides on it, the projector and the audit walk it, tests build it by hand. It is one class for all of them,
so that a replay equals the live service by construction. A state is a frozen value: folding replaces it, and a branch
can be tried and thrown away.
"""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, TypeVar, cast

from domain import clock
from domain.aggregates import AGGREGATES, PREFIXES

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from domain.facts import Recorded


S = TypeVar("S")


class History:
    """What `size` leaves say. `apply` takes leaves strictly in order; `recorded_at` is the latest time among them.

    What is noted of the clock counts for nothing there: the moment that it carries is the one in doubt.
    """

    def __init__(self) -> None:
        self.size = 0
        self.recorded_at = ""
        self._states: dict[str, MutableMapping[str, Any]] = {prefix: {} for prefix in AGGREGATES}
        self._versions: MutableMapping[str, int] = {}

    def apply(self, recorded: Recorded) -> None:
        """Fold the next leaf. Total for every fact that a decision produced."""
        assert recorded.leaf == self.size, "leaves are folded in order, without gaps"
        prefix, _, id_ = recorded.stream.partition("/")
        states = self._states[prefix]
        states[id_] = AGGREGATES[prefix].evolve(states.get(id_), recorded, self)
        self._versions[recorded.stream] = recorded.version
        if prefix != clock.STREAM:
            self.recorded_at = max(self.recorded_at, recorded.recorded_at)
        self.size += 1

    def get(self, kind: type[S], id_: str) -> S | None:
        """The state of one stream of this kind, or None where nothing was recorded."""
        return cast("S | None", self._states[PREFIXES[kind]].get(id_))

    def all(self, kind: type[S]) -> tuple[S, ...]:
        """All states of a kind, by the UTF-8 bytes of their ids."""
        states = self._states[PREFIXES[kind]]
        return tuple(states[id_] for id_ in sorted(states, key=str.encode))

    def version(self, stream: str) -> int:
        """The number of events of a stream so far."""
        return self._versions.get(stream, 0)

    def branch(self) -> History:
        """A history that continues from here and leaves this one as it is."""
        other = History()
        other.size, other.recorded_at = self.size, self.recorded_at
        other._states = {prefix: ChainMap({}, states) for prefix, states in self._states.items()}
        other._versions = ChainMap({}, self._versions)
        return other
