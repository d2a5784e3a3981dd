"""What reviewers opened of a result, in a stream beside that of the inspection: looking changes nothing of what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History

RESULT = "result"


@dataclass(frozen=True, kw_only=True)
class OpenReview:
    """Open a result that waits for review (`part` is "result"), or a file of it (its hash).

    `version` is that of the inspection which the reviewer has before them.
    """

    inspection: str
    version: int
    part: str

    @property
    def stream(self) -> str:
        return f"review/{self.inspection}"


@dataclass(frozen=True, kw_only=True)
class ReviewOpened:
    """The acting reviewer opened this part for the first time at this `version` of the inspection."""

    version: int
    part: str


@dataclass(frozen=True, kw_only=True)
class ReviewLog:
    """Who opened what: by reviewer and version of the inspection, the time at which each part was opened."""

    inspection: str
    opened: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One review: who decided what, when it was opened and decided, and which files were opened."""

    by: str
    approved: bool
    opened_at: str | None
    decided_at: str
    files: tuple[str, ...]


def opened_at(history: History, inspection: str, who: str, version: int) -> Mapping[str, str]:
    """When somebody opened each part of a result, as it stood at this version of its inspection."""
    log = history.get(ReviewLog, inspection)
    return log.opened.get((who, version), {}) if log else {}


def evolve(state: ReviewLog | None, recorded: Recorded, _history: History) -> ReviewLog:
    """Fold one fact."""
    log = state or ReviewLog(inspection=recorded.stream.partition("/")[2])
    event = recorded.event
    if not isinstance(event, ReviewOpened):
        return log
    key = (recorded.actor.id, event.version)
    own = {**log.opened.get(key, {}), event.part: recorded.recorded_at}
    return replace(log, opened={**log.opened, key: own})
