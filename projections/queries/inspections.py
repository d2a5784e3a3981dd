"""Inspections and their results, and the steps of any stream."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from projections.reading import LIMIT, Page

if TYPE_CHECKING:
    from projections.reading import Read, Row

FIRST = Page()


class All(Enum):
    """Whoever watches over the draws may see every secret of theirs."""

    ALL = auto()


ALL = All.ALL


@dataclass(frozen=True, kw_only=True)
class Involved:
    """Somebody who sees secret inspections of their own, and those in which something waits for them (`replacing`).

    Their own (`officer`) from the day on that the plan names, so `today` is asked for.
    """

    officer: str | None
    today: str
    replacing: bool


Secrets = Involved | All | None
# The list of visits is the list that was drawn.
INSPECTIONS = """
    SELECT one.*, secret.draws AS secret
    FROM projections.inspections_v3 AS one
    LEFT JOIN LATERAL (
        SELECT array_agg(draw.id ORDER BY draw.id) AS draws FROM projections.draws_v3 AS draw
        WHERE draw.id IN (one.assigned ->> 'entities_draw', one.assigned ->> 'officers_draw')
            AND NOT draw.released
    ) AS secret ON one.first_visit_on IS NULL
    WHERE (secret.draws IS NULL OR %(all)s
        OR (officers @> ARRAY[%(own)s]::text[] AND (told_on IS NULL OR told_on <= %(today)s))
        OR (%(replacing)s AND (asked <> '{}' OR vacant <> '{}' OR closing_requested_by IS NOT NULL)))
"""
# The public disclosure. The name is the one that the registry had when the result was published.
RESULTS = """
    SELECT one.id, one.task, one.entity, entity.name, one.category, one.items, one.first_visit_on,
        one.team, one.requirement, one.due, one.corrected,
        one.verified_at, one.published_at, one.published_leaf
    FROM projections.inspections_v3 AS one
    LEFT JOIN projections.entities_v2 AS entity ON entity.id = one.entity
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
    secrets_of: Secrets = None,
) -> list[Row]:
    """Inspections by id, narrowed by task, assigned officer, entity and status.

    One that has not begun, of draws that are not public, is a secret: `secret` then holds the ids of those draws, else
    null. It is listed for who is involved, or with all others (`ALL`).
    """
    statement = f"""{INSPECTIONS}
        AND (%(task)s::text IS NULL OR task = %(task)s)
        AND (%(officer)s::text IS NULL OR officers @> ARRAY[%(officer)s]::text[])
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
        AND (%(status)s::text IS NULL OR status = %(status)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    narrow = {"task": task, "officer": officer, "entity": entity, "status": status}
    return read.execute(statement, {**narrow, **_seen(secrets_of), **vars(page)}).fetchall()


def inspection(read: Read, id_: str, *, secrets_of: Secrets = None) -> Row | None:
    """One inspection with all its `steps`, under the same condition."""
    statement = f"{INSPECTIONS} AND id = %(id)s"
    found = read.execute(statement, {"id": id_, **_seen(secrets_of)}).fetchone()
    if found is not None:
        found["steps"] = steps(read, f"inspection/{id_}")
    return found


def _seen(secrets_of: Secrets) -> dict[str, object]:
    involved = secrets_of if isinstance(secrets_of, Involved) else None
    return {
        "all": secrets_of is ALL,
        "own": involved.officer if involved else None,
        "today": involved.today if involved else "",
        "replacing": involved is not None and involved.replacing,
    }


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
