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
