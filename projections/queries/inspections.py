"""Inspections and their results, and the steps of any stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.reading import LIMIT, Page

if TYPE_CHECKING:
    from projections.reading import Read, Row

FIRST = Page()
# The public disclosure. The name is the one that the registry had when the result was published.
RESULTS = """
    SELECT one.id, one.task, one.entity, entity.name, one.category, one.items, one.first_visit_on,
        one.assigned -> 'officers' AS officers, one.requirement, one.due, one.corrected,
        one.verified_at, one.published_at, one.published_leaf
    FROM projections.inspections_v1 AS one
    LEFT JOIN projections.entities_v1 AS entity ON entity.id = one.entity
        AND entity.from_leaf <= one.published_leaf
        AND (entity.to_leaf IS NULL OR entity.to_leaf > one.published_leaf)
    WHERE one.published_leaf IS NOT NULL
"""


def inspections(  # noqa: PLR0913 - each narrows the list in its own way
    read: Read,
    *,
    page: Page = FIRST,
    task: str | None = None,
    officer: str | None = None,
    entity: str | None = None,
    status: str | None = None,
) -> list[Row]:
    """Inspections by id, narrowed by task, assigned officer, entity and status."""
    statement = """
        SELECT * FROM projections.inspections_v1
        WHERE (%(task)s::text IS NULL OR task = %(task)s)
        AND (%(officer)s::text IS NULL OR officers @> ARRAY[%(officer)s]::text[])
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
        AND (%(status)s::text IS NULL OR status = %(status)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    narrow = {"task": task, "officer": officer, "entity": entity, "status": status}
    return read.execute(statement, {**narrow, **vars(page)}).fetchall()


def inspection(read: Read, id_: str) -> Row | None:
    """One inspection with all its `steps`."""
    statement = "SELECT * FROM projections.inspections_v1 WHERE id = %s"
    found = read.execute(statement, [id_]).fetchone()
    if found is not None:
        found["steps"] = steps(read, f"inspection/{id_}")
    return found


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
        AND (%(before)s::bigint IS NULL OR one.published_leaf < %(before)s)
        AND (%(task)s::text IS NULL OR one.task = %(task)s)
        AND (%(entity)s::text IS NULL OR one.entity = %(entity)s)
        ORDER BY one.published_leaf DESC LIMIT %(limit)s"""
    values = {"before": before, "task": task, "entity": entity, "limit": limit}
    return read.execute(statement, values).fetchall()


def public_result(read: Read, inspection: str) -> Row | None:
    """One published result."""
    return read.execute(f"{RESULTS} AND one.id = %s", [inspection]).fetchone()


def steps(read: Read, stream: str, *, after: int = 0, limit: int = LIMIT) -> list[Row]:
    """What happened in a stream, by version: type, time, actor, role, leaf and data (null where a list is long)."""
    statement = """
        SELECT * FROM projections.steps_v1
        WHERE stream = %s AND version > %s ORDER BY version LIMIT %s"""
    return read.execute(statement, [stream, after, limit]).fetchall()
