"""Walking the ledger: one leaf after another becomes a step, in which everything that a row can say is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from domain.aggregates import AGGREGATES
from domain.facts import Recorded
from domain.history import History
from ledger.envelope import Sealed  # noqa: TC001 - msgspec reads the annotation

if TYPE_CHECKING:
    from ledger.entries import Entry

Event = TypeVar("Event")


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a row may want of an event's stored form: its name, its data as they were written, and its sealed fields."""

    type: str
    data: msgspec.Raw
    sealed: Sealed | None = None


_stored = msgspec.json.Decoder(Stored).decode


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event in its place.

    `state` is what the stream became by it, `latest` the newest event of each type in the stream so far, this one
    included. All of it follows from the leaves up to this one, so that a row does, too.
    """

    recorded: Recorded
    stored: Stored
    state: Any
    latest: Mapping[type, Recorded]
    history: History

    @property
    def id(self) -> str:
        """The stream's name without its kind."""
        return self.recorded.stream.partition("/")[2]

    def newest(self, event: type[Event]) -> Event | None:
        """The newest event of this type in the stream so far, or None."""
        return cast("Event", self.latest[event].event) if event in self.latest else None

    def at(self, *events: type) -> str | None:
        """When the newest event of these types was recorded (RFC 3339 UTC), or None where there was none."""
        times = [self.latest[event].recorded_at for event in events if event in self.latest]
        return max(times, default=None)

    def leaf_of(self, event: type) -> int | None:
        """The leaf of the newest event of this type, or None."""
        return self.latest[event].leaf if event in self.latest else None


class Fold:
    """`History`, and beside it the newest event of each type in each stream."""

    def __init__(self) -> None:
        self.history = History()
        self._latest: dict[str, dict[type, Recorded]] = {}

    @property
    def size(self) -> int:
        """Leaves that were folded so far."""
        return self.history.size

    def apply(self, entry: Entry) -> Step:
        """Fold the next leaf; raises DomainError where its bytes are not those of an event."""
        recorded = entry.recorded()  # whatever is wrong with the bytes is refused here
        self.history.apply(recorded)
        latest = self._latest.setdefault(recorded.stream, {})
        latest[type(recorded.event)] = recorded
        prefix, _, id_ = recorded.stream.partition("/")
        return Step(
            recorded=recorded,
            stored=_stored(entry.state),
            state=self.history.get(AGGREGATES[prefix].state, id_),
            latest=latest,
            history=self.history,
        )
