"""Plans, and tasks with their progress and their draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.queries import draws
from projections.queries.viewers import PUBLIC
from projections.reading import Page

if TYPE_CHECKING:
    from projections.queries.viewers import Viewer
    from projections.reading import Read, Row

FIRST = Page()
# Not void, and one at most for each task and stage. `public` narrows to what was disclosed.
PROGRESS = """
    SELECT task.*, coalesce(drawn.pool, 0) AS pool, coalesce(drawn.excluded, 0) AS excluded,
        coalesce(drawn.drawn, 0) AS drawn, counts.*
    FROM projections.tasks_v2 AS task
    LEFT JOIN projections.draws_v4 AS drawn ON drawn.task = task.id AND drawn.stage = 'entities'
        AND drawn.status <> 'voided' AND (drawn.released OR NOT %(public)s)
    CROSS JOIN LATERAL (
        SELECT count(*) AS inspections,
            count(*) FILTER (
                WHERE status IN ('entered', 'confirmed', 'approved') OR editions > 0
            ) AS entered,
            count(*) FILTER (WHERE status = 'approved' OR editions > 0) AS approved,
            count(*) FILTER (WHERE editions > 0) AS published,
            count(*) FILTER (WHERE status = 'closed') AS closed
        FROM projections.inspections_v5 AS one
        WHERE one.task = task.id AND (drawn.released OR NOT %(public)s)
    ) AS counts
"""


def plans(read: Read) -> list[Row]:
    """Every plan, drafts too, by year."""
    return read.execute("SELECT * FROM projections.plans_v2 ORDER BY id").fetchall()


def plan(read: Read, year: str) -> Row | None:
    """A plan with its `rows`: place, `newest` (as last written) and `published` (as it holds, or null)."""
    found = read.execute("SELECT * FROM projections.plans_v2 WHERE id = %s", [year]).fetchone()
    if found is not None:
        statement = """
            SELECT number, place, newest, published
            FROM projections.plan_rows_v1 WHERE plan = %s ORDER BY place"""
        found["rows"] = read.execute(statement, [year]).fetchall()
    return found


def public_plans(read: Read) -> list[Row]:
    """Id, title, document number, issuer, revision and time of publication of every published plan, by year."""
    statement = """
        SELECT id, title, document_number, issuer, revision, published_at
        FROM projections.plans_v2 WHERE revision > 0 ORDER BY id"""
    return read.execute(statement).fetchall()


def public_plan(read: Read, year: str) -> Row | None:
    """A published plan with the `rows` that hold; what is being drafted does not show."""
    found = next((each for each in public_plans(read) if each["id"] == year), None)
    if found is not None:
        statement = """
            SELECT number, published AS row FROM projections.plan_rows_v1
            WHERE plan = %s AND published IS NOT NULL ORDER BY place"""
        found["rows"] = read.execute(statement, [year]).fetchall()
    return found


def tasks(
    read: Read, *, page: Page = FIRST, plan: str | None = None, department: str | None = None
) -> list[Row]:
    """Tasks by id, each with its progress: pool, excluded, drawn, inspections, entered, approved, published, closed."""
    return _tasks(read, page, plan=plan, department=department, public=False)


def task(read: Read, id_: str, *, viewer: Viewer = PUBLIC) -> Row | None:
    """A task with its progress and all its `draws`, void ones too, by stage and serial, as far as the viewer may see them."""
    found = _task(read, id_, public=False)
    if found is not None:
        found["draws"] = draws.of_task(read, id_, viewer=viewer)
    return found


def public_tasks(read: Read, *, page: Page = FIRST, plan: str | None = None) -> list[Row]:
    """As `tasks`, with counts of what is disclosed only and without the names of officers."""
    return [_public(row) for row in _tasks(read, page, plan=plan, public=True)]


def public_task(read: Read, id_: str) -> Row | None:
    """As `task`, with what the public knows of its draws, from the moment in which each was prepared."""
    found = _task(read, id_, public=True)
    if found is None:
        return None
    return {**_public(found), "draws": draws.public_of_task(read, id_)}


def _tasks(
    read: Read, page: Page, *, plan: str | None, department: str | None = None, public: bool
) -> list[Row]:
    statement = f"""{PROGRESS}
        WHERE (%(plan)s::text IS NULL OR task.plan = %(plan)s)
        AND (%(department)s::text IS NULL OR %(department)s = ANY(task.departments))
        AND (%(after)s::text IS NULL OR task.id > %(after)s) ORDER BY task.id LIMIT %(limit)s"""
    values = {"plan": plan, "department": department, "public": public, **vars(page)}
    return read.execute(statement, values).fetchall()


def _task(read: Read, id_: str, *, public: bool) -> Row | None:
    statement = f"{PROGRESS} WHERE task.id = %(id)s"
    return read.execute(statement, {"id": id_, "public": public}).fetchone()


def _public(row: Row) -> Row:
    """Who takes part is public; who may be drawn is not, nor on which days of the window somebody may come."""
    confirmations = [{**each, "officers": None} for each in row["confirmations"]]
    known = {name: value for name, value in row.items() if name not in {"days", "visit_days"}}
    return {**known, "confirmations": confirmations}
