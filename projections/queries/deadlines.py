"""Tables of holidays and terms, and the reckoning with both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.deadlines import Deadlines, Reckoning, Terms
from domain.working_days import YearTable

if TYPE_CHECKING:
    from projections.reading import Read, Row


def calendars(read: Read) -> list[Row]:
    """The table of each year that has one: year, off, working, source, version and recorded_at."""
    statement = """
        SELECT year, off, working, source, version, recorded_at
        FROM projections.calendars_v1 ORDER BY year"""
    return read.execute(statement).fetchall()


def reckoning(read: Read) -> Reckoning:
    """What deadlines are computed with, as of the snapshot."""
    found = read.execute("SELECT terms FROM projections.deadlines_v1").fetchone()
    terms = tuple(Terms(**one) for one in found["terms"]) if found else Deadlines().terms
    tables = {
        row["year"]: YearTable(off=frozenset(row["off"]), working=frozenset(row["working"]))
        for row in calendars(read)
    }
    return Reckoning(deadlines=Deadlines(terms=terms), tables=tables)
