"""Plans, tasks with their progress, draws with their members and proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from projections.reading import Page

if TYPE_CHECKING:
    from projections.reading import Read, Row

FIRST = Page()
# Not void, and one at most for each task and stage. `public` narrows to what was disclosed.
PROGRESS = """
    SELECT task.*, coalesce(drawn.pool, 0) AS pool, coalesce(drawn.excluded, 0) AS excluded,
        coalesce(drawn.drawn, 0) AS drawn, counts.*
    FROM projections.tasks_v1 AS task
    LEFT JOIN projections.draws_v1 AS drawn ON drawn.task = task.id AND drawn.stage = 'entities'
        AND drawn.status <> 'voided' AND (drawn.open OR NOT %(public)s)
    CROSS JOIN LATERAL (
        SELECT count(*) AS inspections,
            count(*) FILTER (WHERE status IN ('entered', 'confirmed', 'approved', 'published')) AS entered,
            count(*) FILTER (WHERE status IN ('approved', 'published')) AS approved,
            count(*) FILTER (WHERE status = 'published') AS published
        FROM projections.inspections_v1 AS one
        WHERE one.task = task.id AND (drawn.open OR NOT %(public)s)
    ) AS counts
"""


def plans(read: Read) -> list[Row]:
    """Every plan, drafts too, by year."""
    return read.execute("SELECT * FROM projections.plans_v1 ORDER BY id").fetchall()


def plan(read: Read, year: str) -> Row | None:
    """A plan with its `rows`: place, `newest` (as last written) and `published` (as it holds, or null)."""
    found = read.execute("SELECT * FROM projections.plans_v1 WHERE id = %s", [year]).fetchone()
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
        FROM projections.plans_v1 WHERE revision > 0 ORDER BY id"""
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
    """Tasks by id, each with its progress: pool, excluded, drawn, inspections, entered, approved, published."""
    return _tasks(read, page, plan=plan, department=department, public=False)


def task(read: Read, id_: str) -> Row | None:
    """A task with its progress and all its `draws`, void ones too, by stage and serial."""
    return _task(read, id_, public=False)


def public_tasks(read: Read, *, page: Page = FIRST, plan: str | None = None) -> list[Row]:
    """As `tasks`, with counts of what is disclosed only and without the names of officers."""
    return [_public(row) for row in _tasks(read, page, plan=plan, public=True)]


def public_task(read: Read, id_: str) -> Row | None:
    """As `task`, with the draws that are disclosed or void."""
    found = _task(read, id_, public=True)
    return None if found is None else _public(found)


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
    found = read.execute(statement, {"id": id_, "public": public}).fetchone()
    if found is not None:
        found["draws"] = public_draws(read, id_) if public else draws(read, id_)
    return found


def _public(row: Row) -> Row:
    """Who takes part is public, who may be drawn is not."""
    confirmations = [{**each, "officers": None} for each in row["confirmations"]]
    return {**row, "confirmations": confirmations}


def draws(read: Read, task: str) -> list[Row]:
    """All draws of a task, void ones too, by stage and serial."""
    statement = "SELECT * FROM projections.draws_v1 WHERE task = %s ORDER BY stage, serial"
    return read.execute(statement, [task]).fetchall()


def draw(read: Read, id_: str) -> Row | None:
    """One draw in whatever stage."""
    return read.execute("SELECT * FROM projections.draws_v1 WHERE id = %s", [id_]).fetchone()


def public_draws(read: Read, task: str) -> list[Row]:
    """The draws of a task that are disclosed or void."""
    return [row for row in draws(read, task) if _shows(row)]


def _shows(row: Row) -> bool:
    return bool(row["open"]) or row["status"] == "voided"


Part = Literal["pool", "excluded", "drawn"]


def members(read: Read, draw: str, part: Part, *, page: Page = FIRST) -> list[Row]:
    """Who was in the pool of a draw, left out of it, or drawn, by entity id: entity, name, stratum, reason, place.

    The name is the one that the registry had at the commitment.
    """
    statement = """
        SELECT member.entity, entity.name, member.stratum, member.reason, member.place
        FROM projections.draw_members_v1 AS member
        JOIN projections.draws_v1 AS draw ON draw.id = member.draw
        LEFT JOIN projections.entities_v1 AS entity ON entity.id = member.entity
            AND entity.from_leaf < draw.ledger_size
            AND (entity.to_leaf IS NULL OR entity.to_leaf >= draw.ledger_size)
        WHERE member.draw = %(draw)s AND (%(after)s::text IS NULL OR member.entity > %(after)s)
        AND CASE %(part)s WHEN 'pool' THEN reason IS NULL WHEN 'excluded' THEN reason IS NOT NULL
            ELSE place IS NOT NULL END
        ORDER BY member.entity LIMIT %(limit)s"""
    return read.execute(statement, {"draw": draw, "part": part, **vars(page)}).fetchall()


def public_members(read: Read, draw: str, part: Part, *, page: Page = FIRST) -> list[Row]:
    """As `members`, and nothing before the list is disclosed."""
    return members(read, draw, part, page=page) if _is_open(read, draw) else []


def proof(read: Read, draw: str) -> str | None:
    """The bundle of draw-v1 or assign-v1 as canonical text, once it is computed."""
    statement = "SELECT bundle FROM projections.proofs_v1 WHERE draw = %s"
    row = read.execute(statement, [draw]).fetchone()
    return None if row is None else str(row["bundle"])


def public_proof(read: Read, draw: str) -> str | None:
    """As `proof`, once it is disclosed, or void after it was computed."""
    return proof(read, draw) if _is_open(read, draw) else None


def _is_open(read: Read, id_: str) -> bool:
    found = draw(read, id_)
    return found is not None and bool(found["open"])
