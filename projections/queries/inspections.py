"""Inspections and their results, and the steps of any stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.queries.viewers import MAY_SEE, PUBLIC
from projections.reading import LIMIT, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.queries.viewers import Viewer
    from projections.reading import Read, Row

FIRST = Page()
# The list of visits is the list that was drawn.
HELD_BACK = """
    LEFT JOIN LATERAL (
        SELECT array_agg(draw.id ORDER BY draw.id) AS draws FROM projections.draws_v4 AS draw
        WHERE draw.id IN (one.assigned ->> 'entities_draw', one.assigned ->> 'officers_draw')
            AND NOT draw.released
    ) AS secret ON one.first_visit_on IS NULL
"""
INSPECTIONS = f"""
    SELECT one.*, secret.draws AS secret, told.replaced
    FROM projections.inspections_v5 AS one {HELD_BACK}
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'left', filled.data ->> 'left', 'cause', vacated.data ->> 'cause',
            'requested_by', vacated.data ->> 'requested_by', 'approved_by', vacated.actor,
            'officer', filled.data ->> 'officer', 'draw', filled.data ->> 'draw',
            'at', filled.recorded_at) ORDER BY filled.version), '[]') AS replaced
        FROM projections.steps_v1 AS filled
        JOIN projections.steps_v1 AS vacated ON vacated.stream = filled.stream
            AND vacated.type = 'inspection.seat_vacated.v1'
            AND vacated.data ->> 'officer' = filled.data ->> 'left'
        WHERE filled.stream = 'inspection/' || one.id AND filled.type = 'inspection.seat_filled.v1'
    ) AS told
    WHERE (secret.draws IS NULL OR {MAY_SEE})
"""  # noqa: S608 - put together from our own constants
# The public disclosure. The name is the one that the registry had when the result was published. Of what was handed over
# to another body, the public learns that it was, not what or to whom: that body speaks for itself.
RESULTS = """
    SELECT one.id, one.task, one.entity, entity.name, edition.category, edition.items, one.first_visit_on,
        one.leader, one.team, told.handling, edition.published_at, edition.published_leaf,
        edition.edition
    FROM projections.results_v1 AS edition
    JOIN projections.inspections_v5 AS one ON one.id = edition.inspection
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'number', each.value -> 'number', 'kind', each.value -> 'kind',
            'items', each.value -> 'items', 'on', each.value -> 'on', 'due', each.value -> 'due',
            'requirement', CASE WHEN each.value ->> 'kind' = 'correction' THEN each.value -> 'text' END,
            'stage', each.value -> 'stage', 'settled_on', each.value -> 'settled_on',
            'outcome', each.value -> 'outcome', 'closed_on', each.value -> 'closed_on')
            ORDER BY each.ordinality), '[]') AS handling
        FROM jsonb_array_elements(one.follow_ups) WITH ORDINALITY AS each
    ) AS told
    LEFT JOIN projections.entities_v3 AS entity ON entity.id = one.entity
        AND entity.from_leaf <= edition.published_leaf
        AND (entity.to_leaf IS NULL OR entity.to_leaf > edition.published_leaf)
    WHERE edition.newest
"""


def inspections(  # noqa: PLR0913 - each narrows the list in its own way
    read: Read,
    *,
    page: Page = FIRST,
    task: str | None = None,
    officer: str | None = None,
    entity: str | None = None,
    status: str | None = None,
    viewer: Viewer = PUBLIC,
) -> list[Row]:
    """Inspections by id, narrowed by task, assigned officer, entity and status, with who was `replaced` by which draw.

    One that has not begun, of draws that are not public, is a secret: `secret` then holds the ids of those draws, else
    null. It is listed where the viewer may see it.
    """
    statement = f"""{INSPECTIONS}
        AND (%(task)s::text IS NULL OR task = %(task)s)
        AND (%(officer)s::text IS NULL OR officers @> ARRAY[%(officer)s]::text[])
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
        AND (%(status)s::text IS NULL OR status = %(status)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    narrow = {"task": task, "officer": officer, "entity": entity, "status": status}
    return read.execute(statement, {**narrow, **viewer.values(), **vars(page)}).fetchall()


def inspection(read: Read, id_: str, *, viewer: Viewer = PUBLIC) -> Row | None:
    """One inspection with all its `steps`, under the same condition."""
    statement = f"{INSPECTIONS} AND id = %(id)s"
    found = read.execute(statement, {"id": id_, **viewer.values()}).fetchone()
    if found is not None:
        found["steps"] = steps(read, f"inspection/{id_}")
    return found


def untold_recusals(read: Read, viewer: Viewer) -> set[tuple[str, str]]:
    """Officer and entity of conflicts that were declared about visits which the viewer may not see: they name them."""
    statement = f"""
        SELECT person.id AS officer, one.entity FROM projections.inspections_v5 AS one {HELD_BACK}
        CROSS JOIN LATERAL (
            SELECT unnest(one.fell_out) UNION SELECT jsonb_object_keys(one.asked)
        ) AS person (id)
        WHERE secret.draws IS NOT NULL AND NOT {MAY_SEE}"""  # noqa: S608 - put together from our own constants
    rows = read.execute(statement, viewer.values())
    return {(row["officer"], row["entity"]) for row in rows if row["officer"] != viewer.id}


def public_results(
    read: Read,
    *,
    before: int | None = None,
    limit: int = LIMIT,
    task: str | None = None,
    entity: str | None = None,
) -> list[Row]:
    """Published results, the newest first; `before` is the `published_leaf` where the last page ended."""
    statement = f"""{RESULTS}
        AND (%(before)s::bigint IS NULL OR edition.published_leaf < %(before)s)
        AND (%(task)s::text IS NULL OR one.task = %(task)s)
        AND (%(entity)s::text IS NULL OR one.entity = %(entity)s)
        ORDER BY edition.published_leaf DESC LIMIT %(limit)s"""
    values = {"before": before, "task": task, "entity": entity, "limit": limit}
    return read.execute(statement, values).fetchall()


def public_result(read: Read, inspection: str) -> Row | None:
    """One published result."""
    return read.execute(f"{RESULTS} AND one.id = %s", [inspection]).fetchone()


def editions(read: Read, inspection: str) -> list[Row]:
    """Every published edition of a result, the first one first, with what each changed."""
    statement = """
        SELECT edition, newest, category, items, withheld, reason, changes, published_at, published_leaf
        FROM projections.results_v1 WHERE inspection = %s ORDER BY edition"""
    return read.execute(statement, [inspection]).fetchall()


def sealed_texts(read: Read, inspection: str, fields: Sequence[str]) -> list[Row]:
    """Every sealed text of these names that was recorded on a visit, by version, as ciphertext in its place."""
    statement = """
        SELECT stream, field, version, type, subject, ciphertext FROM projections.sealed_v1
        WHERE stream = %s AND field = ANY(%s) ORDER BY version, field"""
    return read.execute(statement, [f"inspection/{inspection}", list(fields)]).fetchall()


def steps(read: Read, stream: str, *, after: int = 0, limit: int = LIMIT) -> list[Row]:
    """What happened in a stream, by version: type, time, actor, role, leaf and data (null where a list is long)."""
    statement = """
        SELECT * FROM projections.steps_v1
        WHERE stream = %s AND version > %s ORDER BY version LIMIT %s"""
    return read.execute(statement, [stream, after, limit]).fetchall()
