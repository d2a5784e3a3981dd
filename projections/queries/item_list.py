"""The item list as it stood on a day, with which versions a plan was made, and which items nobody claims or checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.reading import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.reading import Read, Row

FIRST = Page()
_LISTED = "valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)"


def listed_on(read: Read, day: str, *, page: Page = FIRST) -> list[Row]:
    """The published list as of a day, by code: of each item the version that held."""
    statement = f"""
        SELECT * FROM projections.item_versions_v1
        WHERE {_LISTED} AND (%(after)s::text IS NULL OR code > %(after)s)
        ORDER BY code LIMIT %(limit)s"""  # noqa: S608 - put together from our own constants
    return read.execute(statement, {"day": day, **vars(page)}).fetchall()


def made_with(read: Read, codes: Sequence[str], *, leaf: int, day: str) -> list[Row]:
    """Of each item the version with which something was made at a leaf for a day, in the order of the codes."""
    statement = """
        SELECT DISTINCT ON (code) * FROM projections.item_versions_v1
        WHERE code = ANY(%s) AND leaf <= %s AND valid_from <= %s ORDER BY code, number DESC"""
    return read.execute(statement, [list(codes), leaf, day]).fetchall()


def unclaimed(read: Read) -> list[Row]:
    """Items of the superior's list that no department has claimed, by code."""
    statement = """
        SELECT code, name, issuer, subject FROM projections.items_v2
        WHERE to_leaf IS NULL AND status = 'added' ORDER BY code"""
    return read.execute(statement).fetchall()


def unchecked(read: Read, *, since: str, until: str) -> list[Row]:
    """Items on the list as of `until` without a published check of them from `since` on, by code.

    `last_checked_on` is the day of the newest check before, or null where there never was one.
    """
    statement = f"""
        WITH checked AS (
            SELECT each.value ->> 'item' AS item, max(one.first_visit_on) AS on_day
            FROM projections.results_v1 AS edition
            JOIN projections.inspections_v5 AS one ON one.id = edition.inspection
            CROSS JOIN jsonb_array_elements(edition.items) AS each
            WHERE edition.newest AND one.first_visit_on <= %(day)s
                AND (each.value ->> 'checked')::boolean
            GROUP BY 1
        )
        SELECT code, name, department, valid_from, checked.on_day AS last_checked_on
        FROM projections.item_versions_v1 LEFT JOIN checked ON checked.item = code
        WHERE {_LISTED} AND (checked.on_day IS NULL OR checked.on_day < %(since)s)
        ORDER BY code"""  # noqa: S608 - put together from our own constants
    return read.execute(statement, {"day": until, "since": since}).fetchall()


def listed_count(read: Read, day: str) -> int:
    """How many items are on the list as of a day."""
    statement = f"SELECT count(*) FROM projections.item_versions_v1 WHERE {_LISTED}"  # noqa: S608 - our own constants
    row = read.execute(statement, {"day": day}).fetchone()
    return int(row["count"]) if row else 0
