"""The checklists of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projections.reading import Page, Read, Row


def checklists(read: Read, *, page: Page) -> list[Row]:
    """Checklists by the code of their item."""
    statement = """
        SELECT * FROM projections.checklists_v1
        WHERE (%(after)s::text IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s"""
    return read.execute(statement, vars(page)).fetchall()


def checklist(read: Read, item: str) -> Row | None:
    """The checklist of one item."""
    statement = "SELECT * FROM projections.checklists_v1 WHERE id = %s"
    return read.execute(statement, [item]).fetchone()
