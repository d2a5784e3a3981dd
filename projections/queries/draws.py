"""Draws: how far each came and what it waits for, who stands in its lists, its proof, and what one entity may know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from projections.queries.viewers import MAY_SEE, PUBLIC
from projections.reading import Page

if TYPE_CHECKING:
    from projections.queries.viewers import Viewer
    from projections.reading import Read, Row

FIRST = Page()
Part = Literal["pool", "excluded", "drawn"]
# What a draw of people names, beside who is drawn: the entities, and of a replacement also a visit and its team. It waits
# until the lists are public on which the draw rests.
RESTS = """
    LEFT JOIN projections.draws_v4 AS entities ON entities.id = draw.entities_draw
    LEFT JOIN projections.draws_v4 AS officers ON officers.id = draw.officers_draw
"""
LISTED = "(coalesce(entities.released, true) AND coalesce(officers.released, true))"
# A seat shows to who may see the visit, and to all who replace: a draw for it may have to be voided.
DRAWS = f"""
    SELECT draw.*, told.voids, told.arrivals, draw.released AND {LISTED} AS open,
        draw.seat IS NOT NULL AND NOT ({LISTED} OR %(replaces)s OR {MAY_SEE}
            OR (%(reads)s AND one.first_visit_on IS NOT NULL)) AS sealed
    FROM projections.draws_v4 AS draw {RESTS}
    LEFT JOIN projections.inspections_v5 AS one ON one.id = draw.seat ->> 'inspection'
    CROSS JOIN LATERAL (
        SELECT
            coalesce(jsonb_object_agg(data ->> 'index', recorded_at)
                FILTER (WHERE type = 'draw.source_revealed.v1'), '{{}}') AS arrivals,
            coalesce(jsonb_agg(jsonb_build_object(
                'act', CASE type WHEN 'draw.void_requested.v1' THEN 'requested'
                    WHEN 'draw.voided.v1' THEN 'approved' ELSE 'declined' END,
                'by', actor, 'role', role, 'at', recorded_at, 'reason', data ->> 'reason'
            ) ORDER BY version) FILTER (WHERE type <> 'draw.source_revealed.v1'), '[]') AS voids
        FROM projections.steps_v1
        WHERE stream = 'draw/' || draw.id AND type IN ('draw.source_revealed.v1',
            'draw.void_requested.v1', 'draw.voided.v1', 'draw.void_declined.v1')
    ) AS told
"""  # noqa: S608 - put together from our own constants
MEMBERS = f"""
    SELECT member.entity, entity.name, member.stratum, member.reason,
        CASE WHEN (draw.released AND {LISTED}) OR %(part)s = 'drawn' THEN member.place END AS place
    FROM projections.draw_members_v1 AS member
    JOIN projections.draws_v4 AS draw ON draw.id = member.draw {RESTS}
    LEFT JOIN projections.entities_v3 AS entity ON entity.id = member.entity
        AND entity.from_leaf < draw.ledger_size
        AND (entity.to_leaf IS NULL OR entity.to_leaf >= draw.ledger_size)
    WHERE member.draw = %(draw)s
"""  # noqa: S608 - put together from our own constants


def of_task(read: Read, task: str, *, viewer: Viewer = PUBLIC) -> list[Row]:
    """All draws of a task, void ones too, by stage and serial."""
    statement = f"{DRAWS} WHERE draw.task = %(task)s ORDER BY draw.stage, draw.serial"
    rows = read.execute(statement, {"task": task, **viewer.values()})
    return [_told(row, viewer) for row in rows]


def draw(read: Read, id_: str, *, viewer: Viewer = PUBLIC) -> Row | None:
    """One draw in whatever stage.

    A row of the table, and `open` (whether list and proof are public), `sealed` (whether seat and list of a replacement are
    kept from the viewer), `voids` (each request to void it and what was decided, in order) and in each of `sources` when it
    arrived.
    """
    statement = f"{DRAWS} WHERE draw.id = %(id)s"
    found = read.execute(statement, {"id": id_, **viewer.values()}).fetchone()
    return None if found is None else _told(found, viewer)


def public_of_task(read: Read, task: str) -> list[Row]:
    """As `of_task`, without what follows from a list that is not public."""
    return [_public(row) for row in of_task(read, task)]


def public_draw(read: Read, id_: str) -> Row | None:
    """As `draw`, without what follows from a list that is not public."""
    found = draw(read, id_)
    return None if found is None else _public(found)


def _told(row: Row, viewer: Viewer) -> Row:
    """Who witnesses a draw sees what it is bound to, even where the list is kept from them."""
    arrivals = row.pop("arrivals")
    del row["released"], row["officers_draw"]
    if row["sealed"]:
        row |= {"seat": None, "pool": None, "excluded": None}
        if viewer.id not in row["witnesses"]:
            row["commitment"] = None
    for place, source in enumerate(row["sources"]):
        source["arrived_at"] = arrivals.get(str(place))
    return row


def _public(row: Row) -> Row:
    shown = {**row, "drawn": row["drawn"] if row["open"] else None}
    del shown["version"]  # for who approves
    return shown


def members(read: Read, draw: str, part: Part, *, page: Page = FIRST) -> list[Row]:
    """Who was in the pool of a draw, left out of it, or drawn, by id: entity (or person), name, stratum, reason, place.

    People have no name here; that of an entity is the one that the registry had at the commitment. Before the draw is
    public, `place` is told of those who were drawn only when it is them that are asked for.
    """
    statement = f"""{MEMBERS} AND (%(after)s::text IS NULL OR member.entity > %(after)s)
        AND CASE %(part)s WHEN 'pool' THEN reason IS NULL WHEN 'excluded' THEN reason IS NOT NULL
            ELSE place IS NOT NULL END
        ORDER BY member.entity LIMIT %(limit)s"""
    values = {"draw": draw, "part": part, **vars(page)}
    return read.execute(statement, values).fetchall()


def public_members(read: Read, draw: str, part: Part, *, page: Page = FIRST) -> list[Row]:
    """As `members`, and nothing before the list is public."""
    return members(read, draw, part, page=page) if _is_open(read, draw) else []


def public_name(read: Read, draw: str, entity: str) -> str | None:
    """The name at the commitment of somebody who stands in a draw's pool or among its exclusions."""
    values = {"draw": draw, "part": "pool", "entity": entity}
    found = read.execute(f"{MEMBERS} AND member.entity = %(entity)s", values).fetchone()
    return None if found is None else found["name"]


def proof(read: Read, draw: str) -> str | None:
    """The bundle of draw-v1 or assign-v1 as canonical text, once it is computed."""
    statement = "SELECT bundle FROM projections.proofs_v2 WHERE draw = %s"
    row = read.execute(statement, [draw]).fetchone()
    return None if row is None else str(row["bundle"])


def public_proof(read: Read, draw: str) -> str | None:
    """As `proof`, once it is public."""
    return proof(read, draw) if _is_open(read, draw) else None


def public_strata(read: Read, draw: str) -> Row | None:
    """The `seed` of a draw of entities and its `strata` (stratum, size, quota, cutoff), once it is public."""
    if not _is_open(read, draw):
        return None
    statement = "SELECT seed, strata FROM projections.proofs_v2 WHERE draw = %s"
    return read.execute(statement, [draw]).fetchone()


def frame(read: Read, draw: str) -> list[tuple[str, str, str | None]]:
    """Everybody of a draw's two lists by id: id, stratum, and the reason of who was left out."""
    statement = """
        SELECT entity, stratum, reason FROM projections.draw_members_v1
        WHERE draw = %s ORDER BY entity"""
    rows = read.execute(statement, [draw])
    return [(row["entity"], row["stratum"], row["reason"]) for row in rows]


def public_roster(read: Read, draw: str) -> list[Row]:
    """Everybody of the registries of people when a draw of entities was committed: person, department, standing, reason.

    Nothing before its list is public.
    """
    return roster(read, draw) if _is_open(read, draw) else []


def roster(read: Read, draw: str) -> list[Row]:
    """As `public_roster`, at once and with the `leaf`."""
    statement = """
        SELECT leaf, person, department, standing, reason FROM projections.rosters_v1
        WHERE draw = %s ORDER BY person, department"""
    return read.execute(statement, [draw]).fetchall()


def _is_open(read: Read, id_: str) -> bool:
    found = draw(read, id_)
    return found is not None and bool(found["open"])
