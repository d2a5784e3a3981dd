"""History: the whole ledger folded into states, in memory.

The writer decides on it, the projector and the audit walk it, tests build it by hand. It is one class for all of them,
so that a replay equals the live service by construction. A state is a frozen value: folding replaces it, and a branch
can be tried and thrown away.
"""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, TypeVar

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
        if recorded.recorded_at > self.recorded_at and prefix != clock.STREAM:
            self.recorded_at = recorded.recorded_at
        self.size += 1

    def get(self, kind: type[S], id_: str) -> S | None:
        """The state of one stream of this kind, or None where nothing was recorded."""
        state: S | None = self._states[PREFIXES[kind]].get(id_)
        return state

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
        other._states = _Above(self._states)
        other._versions = _Layers({}, *_layers(self._versions))
        return other

    def adopt(self, branch: History) -> None:
        """Go on as this branch did, which was made of this history as it stands, and is done with."""
        for prefix, states in branch._states.items():
            if own := _layers(states)[0]:
                _layers(self._states[prefix])[0].update(own)
        _layers(self._versions)[0].update(_layers(branch._versions)[0])
        self.size, self.recorded_at = branch.size, branch.recorded_at


class _Layers(ChainMap[str, S]):
    """What a branch adds, above what it continues: a branch of a branch has a layer more, and no map twice."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as that of a mapping
        """As ever; every decision looks up many times, and this is the quickest."""
        for layer in self.maps:
            if key in layer:
                return layer[key]
        return default


class _Above(dict[str, "MutableMapping[str, Any]"]):
    """The states of a branch, each kind made once it is looked at."""

    def __init__(self, below: dict[str, MutableMapping[str, Any]]) -> None:
        super().__init__()
        self._below = below

    def __missing__(self, prefix: str) -> MutableMapping[str, Any]:
        self[prefix] = made = _Layers({}, *_layers(self._below[prefix]))
        return made


def _layers(values: MutableMapping[str, S]) -> list[MutableMapping[str, S]]:
    """The maps of which this is made, the uppermost first: the one that is written to."""
    return values.maps if isinstance(values, _Layers) else [values]
