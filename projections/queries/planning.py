"""The standards of drafts, what each publication of a plan changed, training sessions and publicity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.reading import Page

if TYPE_CHECKING:
    from projections.reading import Read, Row

FIRST = Page()


def standards(read: Read) -> Row | None:
    """The standards in force, or None where none were set."""
    statement = "SELECT * FROM projections.plan_standards_v1 ORDER BY leaf DESC LIMIT 1"
    return read.execute(statement).fetchone()


def revisions(read: Read, year: str) -> list[Row]:
    """Every publication of a plan, in order, with its `changes`."""
    statement = "SELECT * FROM projections.plan_revisions_v1 WHERE plan = %s ORDER BY revision"
    return read.execute(statement, [year]).fetchall()


def public_revisions(read: Read, year: str) -> list[Row]:
    """As `revisions`, without who wrote, reviewed and published it."""
    statement = """
        SELECT plan, revision, leaf, reason, published_at, changes
        FROM projections.plan_revisions_v1 WHERE plan = %s ORDER BY revision"""
    return read.execute(statement, [year]).fetchall()


def trainings(
    read: Read, *, page: Page = FIRST, year: str | None = None, officer: str | None = None
) -> list[Row]:
    """Sessions by id, narrowed by year and by who attended."""
    statement = """
        SELECT * FROM projections.training_sessions_v1
        WHERE (%(year)s::text IS NULL OR year = %(year)s)
        AND (%(officer)s::text IS NULL OR %(officer)s = ANY(officers))
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    values = {"year": year, "officer": officer, **vars(page)}
    return read.execute(statement, values).fetchall()


def training_years(read: Read) -> list[Row]:
    """Confirmed sessions by year and department: `sessions`, `attendances`, and different `officers`."""
    statement = """
        SELECT year, department, count(DISTINCT id) AS sessions, count(*) AS attendances,
            count(DISTINCT officer) AS officers
        FROM projections.training_sessions_v1 CROSS JOIN unnest(officers) AS officer
        WHERE status = 'confirmed' GROUP BY year, department ORDER BY year, department"""
    return read.execute(statement).fetchall()


def publicity(read: Read, *, page: Page = FIRST, year: str | None = None) -> list[Row]:
    """Records by id, withdrawn ones too."""
    statement = """
        SELECT * FROM projections.publicity_v1 WHERE (%(year)s::text IS NULL OR year = %(year)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, {"year": year, **vars(page)}).fetchall()


def public_publicity(read: Read, *, page: Page = FIRST, year: str | None = None) -> list[Row]:
    """Records that stand, by id, without who made them."""
    statement = """
        SELECT id, department, "on", channel, title, link, evidence, year
        FROM projections.publicity_v1
        WHERE NOT withdrawn AND (%(year)s::text IS NULL OR year = %(year)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, {"year": year, **vars(page)}).fetchall()


def publicity_years(read: Read) -> list[Row]:
    """Records that stand, counted by year, department and channel."""
    statement = """
        SELECT year, department, channel, count(*) AS records FROM projections.publicity_v1
        WHERE NOT withdrawn GROUP BY year, department, channel ORDER BY year, department, channel"""
    return read.execute(statement).fetchall()


def scheme(read: Read, number: str) -> Row | None:
    """The scheme of a plan row, drafts too, with its `publications`."""
    statement = "SELECT * FROM projections.schemes_v1 WHERE id = %s"
    found = read.execute(statement, [number]).fetchone()
    if found is not None:
        found["publications"] = _publications(read, number)
    return found


def public_scheme(read: Read, number: str) -> Row | None:
    """The published scheme of a plan row with all its `publications`, or None where there is none."""
    own = _publications(read, number)
    if not own:
        return None
    newest = own[-1]
    return {"id": number, **newest, "publications": own}


def _publications(read: Read, number: str) -> list[Row]:
    statement = """
        SELECT revision, leaf, content, published_at FROM projections.scheme_publications_v1
        WHERE scheme = %s ORDER BY revision"""
    return read.execute(statement, [number]).fetchall()


def appointments(read: Read, *, page: Page = FIRST, task: str | None = None) -> list[Row]:
    """Appointments by id, narrowed by one of their tasks."""
    statement = """
        SELECT * FROM projections.appointments_v1
        WHERE (%(task)s::text IS NULL OR %(task)s = ANY(tasks))
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, {"task": task, **vars(page)}).fetchall()


def meetings(read: Read, *, page: Page = FIRST) -> list[Row]:
    """Pairs of inspections of one entity that could be one visit: public, not begun, and with days in common.

    Days are those of both windows; `first` to `last` may hold days that a department did not offer.
    """
    statement = """
        SELECT one.entity || ':' || one.task || ':' || other.task AS id, one.entity,
            ARRAY[one.task, other.task] AS tasks, ARRAY[one.id, other.id] AS inspections,
            greatest(one.window_from, other.window_from) AS first,
            least(one.window_to, other.window_to) AS last
        FROM projections.inspections_v5 AS one
        JOIN projections.inspections_v5 AS other ON other.entity = one.entity AND one.task < other.task
        WHERE one.status = 'assigned' AND other.status = 'assigned'
            AND one.first_visit_on IS NULL AND other.first_visit_on IS NULL
            AND one.window_from <= other.window_to AND other.window_from <= one.window_to
            AND NOT EXISTS (
                SELECT FROM projections.draws_v4 AS draw WHERE NOT draw.released AND draw.id IN (
                    one.assigned ->> 'entities_draw', one.assigned ->> 'officers_draw',
                    other.assigned ->> 'entities_draw', other.assigned ->> 'officers_draw'))
            AND NOT EXISTS (
                SELECT FROM projections.appointments_v1 AS made
                WHERE made.status IN ('proposed', 'agreed')
                    AND made.inspections && ARRAY[one.id, other.id])
            AND (%(after)s::text IS NULL OR one.entity || ':' || one.task || ':' || other.task > %(after)s)
        ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, {**vars(page)}).fetchall()


def other_checks(
    read: Read, *, page: Page = FIRST, year: str | None = None, entity: str | None = None
) -> list[Row]:
    """Checks that no cap counts, by id, narrowed by year and entity."""
    statement = """
        SELECT * FROM projections.other_checks_v1
        WHERE (%(year)s::text IS NULL OR year = %(year)s)
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
        AND (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    values = {"year": year, "entity": entity, **vars(page)}
    return read.execute(statement, values).fetchall()
