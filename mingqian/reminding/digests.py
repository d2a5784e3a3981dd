"""What is worth a reminder today: for each person who wants to be reminded, and for each department.

Counts and kinds of acts, nothing else: a message passes many hands. Visits that are not public are left out altogether, for that
somebody has one would tell the mail server who was drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projections.queries.registries import registry
from projections.queries.viewers import Viewer
from projections.queries.work import work
from projections.reading import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.reading import Read, Row

EVERYBODY = Page(limit=100_000)


@dataclass(frozen=True, kw_only=True)
class Digest:
    """How much of each act is overdue, and how much is due within days."""

    overdue: Mapping[str, int]
    due: Mapping[str, int]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be reminded of."""
        return not self.overdue and not self.due


@dataclass(frozen=True, kw_only=True)
class Digests:
    """Those that are not empty, by person and by department."""

    people: Mapping[str, Digest]
    departments: Mapping[str, Digest]


def digests(read: Read, today: str, days: int) -> Digests:
    """What is overdue, or due in `days` calendar days at most. What several people could do counts once for their department."""
    people: dict[str, Digest] = {}
    shared: dict[str, dict[tuple[object, ...], Row]] = {}
    for one in registry(read, "staff", page=EVERYBODY, where={"active": True}):
        rows = work(
            read,
            me=one["id"],
            department=one["department"],
            roles=tuple(one["roles"]),
            today=today,
            viewer=Viewer(id=one["id"], today=today),
        )
        people[one["id"]] = _digest(rows, days)
        own = shared.setdefault(one["department"], {})
        own.update({(row["kind"], row["id"], row["act"], row["number"]): row for row in rows})
    departments = {name: _digest(rows.values(), days) for name, rows in shared.items()}
    return Digests(people=_told(people), departments=_told(departments))


def _digest(rows: Iterable[Row], days: int) -> Digest:
    timed = [row for row in rows if row["due"] is not None]
    return Digest(
        overdue=_counted(row for row in timed if row["days_left"] < 0),
        due=_counted(row for row in timed if 0 <= row["days_left"] <= days),
    )


def _counted(rows: Iterable[Row]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["act"]] += row["count"]
    return dict(sorted(counts.items()))


def _told(found: Mapping[str, Digest]) -> dict[str, Digest]:
    return {name: one for name, one in found.items() if not one.empty}
