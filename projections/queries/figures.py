"""The figures of a plan year as of any size of the ledger: its events from the timeline, and what stands beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
)
from domain.events import NAMES
from domain.facts import Actor, Recorded
from domain.figures.facts import Beside, Entered, InPool, Listed
from domain.figures.year import FOLDED, Year
from domain.rules import china_date
from projections.queries.registries import table_of
from projections.reading import position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.reading import Read, Row

TYPES: Mapping[str, type] = {name: event for name, event in NAMES.items() if event in FOLDED}
# Of these the timeline keeps no data; that they happened is enough, for pools are read from their own table.
_BARE: Mapping[type, object] = {
    DrawCommitted: DrawCommitted(commitment={}, ledger_size=0),
    AssignmentCommitted: AssignmentCommitted(commitment={}, ledger_size=0),
    DrawComputed: DrawComputed(alpha="", vrf_proof="", seed="", strata=()),
    AssignmentComputed: AssignmentComputed(alpha="", vrf_proof="", seed="", output={}),
}
_STEPS = """
    WITH task AS (
        SELECT number AS id FROM projections.plan_rows_v1 WHERE plan = %(year)s
    ), own AS (
        SELECT 'plan/' || %(year)s AS stream
        UNION ALL SELECT 'deadlines'
        UNION ALL SELECT 'calendar/' || id FROM projections.calendars_v1
        UNION ALL SELECT 'task/' || id FROM task
        UNION ALL SELECT 'draw/' || draw.id FROM projections.draws_v4 AS draw JOIN task ON task.id = draw.task
        UNION ALL SELECT 'inspection/' || one.id
            FROM projections.inspections_v5 AS one JOIN task ON task.id = one.task
    )
    SELECT step.leaf, step.stream, step.version, step.type, step.recorded_at, step.data
    FROM own JOIN projections.steps_v1 AS step ON step.stream = own.stream
    WHERE step.leaf < %(as_of)s AND step.type = ANY(%(types)s) ORDER BY step.leaf
"""
_ENTITY, _ITEM = (f"projections.{table_of(kind).name}" for kind in ("entity", "item"))
_HELD = "from_leaf < %(as_of)s AND (to_leaf IS NULL OR to_leaf >= %(as_of)s)"
_ITEMS = f"""
    SELECT code, department,
        (SELECT min(own.from_leaf) FROM {_ITEM} AS own
            WHERE own.code = item.code AND own.status = 'published') AS leaf
    FROM {_ITEM} AS item WHERE {_HELD} AND status = 'published'
        AND (withdrawn IS NULL OR withdrawn ->> 'on' > %(today)s)
"""  # noqa: S608 - put together from our own constants
_ENTITIES = f"""
    SELECT id, kind, credit_class, from_leaf AS leaf, visits AS outside
    FROM {_ENTITY} WHERE {_HELD} AND active
"""  # noqa: S608 - put together from our own constants
_POOL = f"""
    SELECT member.draw, member.entity, entity.kind, entity.credit_class,
        member.place IS NOT NULL AS drawn
    FROM projections.draw_members_v1 AS member
    JOIN projections.draws_v4 AS draw ON draw.id = member.draw
    JOIN {_ENTITY} AS entity ON entity.id = member.entity
        AND entity.from_leaf < draw.ledger_size
        AND (entity.to_leaf IS NULL OR entity.to_leaf >= draw.ledger_size)
    WHERE member.draw = ANY(%s) AND member.reason IS NULL
"""  # noqa: S608 - put together from our own constants
_THEN = f"""
    SELECT visit.id, entity.kind, entity.credit_class
    FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS visit (id, entity, leaf)
    JOIN {_ENTITY} AS entity ON entity.id = visit.entity
        AND entity.from_leaf < visit.leaf AND (entity.to_leaf IS NULL OR entity.to_leaf >= visit.leaf)
"""  # noqa: S608 - put together from our own constants
_NOW = """
    SELECT recorded_at FROM projections.steps_v1
    WHERE leaf < %s AND stream <> 'clock' ORDER BY leaf DESC LIMIT 1
"""


def year_of(
    read: Read, year: str, *, as_of: int | None = None, public: bool = False
) -> Year | None:
    """The facts of a plan year as so many leaves tell it, or None where its plan was not published by then.

    `public` narrows them to what everybody may know.
    """
    size = position(read) if as_of is None else as_of
    found = Year(public=public)
    values = {"year": year, "as_of": size, "types": list(TYPES)}
    for row in read.execute(_STEPS, values):
        found.apply(_recorded(row))
    if not found.campaigns:
        return None
    found.beside = _beside(read, found, size)
    return found


def _recorded(row: Row) -> Recorded:
    """A step as the event that it is; who gave it does not count here."""
    type_ = TYPES[row["type"]]
    event = _BARE[type_] if type_ in _BARE else msgspec.convert(row["data"], type_)
    return Recorded(
        leaf=row["leaf"],
        stream=row["stream"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        actor=_NOBODY,
        command_id="",
        event=event,
    )


_NOBODY = Actor(id="", role="")


def _beside(read: Read, year: Year, as_of: int) -> Beside:
    now = read.execute(_NOW, [as_of]).fetchone()
    today = china_date(now["recorded_at"]) if now else ""
    values = {"as_of": as_of, "today": today}
    standing = [
        own.id
        for own in year.draws.values()
        if own.stage == "entities" and own.disclosed is not None and own.voided is None
    ]
    visits = year.visits
    then = [
        [own.id for own in visits],
        [own.assigned.entity for own in visits],
        [own.at.leaf for own in visits],
    ]
    return Beside(
        today=today,
        items=tuple(Listed(**row) for row in read.execute(_ITEMS, values)),
        entities=tuple(
            Entered(**{**row, "outside": tuple(row["outside"])})
            for row in read.execute(_ENTITIES, values)
        ),
        pool=tuple(InPool(**row) for row in read.execute(_POOL, [standing])),
        then={row["id"]: (row["kind"], row["credit_class"]) for row in read.execute(_THEN, then)},
    )
