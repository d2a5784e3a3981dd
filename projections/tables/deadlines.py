"""The tables of holidays and the terms that hold now, from which reads compute deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.table import JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.deadlines import Deadlines
    from domain.holidays import Holidays
    from projections.fold import Step


def _calendar(step: Step) -> list[Row]:
    state: Holidays = step.state
    stamps = {"version": step.recorded.version, "recorded_at": step.recorded.recorded_at}
    return [{"id": step.id, **vars(state), **stamps}]


def _deadlines(step: Step) -> list[Row]:
    state: Deadlines = step.state
    return [{"id": step.id, "terms": state.terms}]


TABLES = (
    Table(
        name="calendars_v1",
        kinds=("calendar",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "year": NUMBER,
            "off": TEXTS,
            "working": TEXTS,
            "source": TEXT,
            "version": NUMBER,
            "recorded_at": TEXT,
        },
        rows=_calendar,
    ),
    Table(
        name="deadlines_v1",
        kinds=("deadlines",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={"id": TEXT, "terms": JSON},
        rows=_deadlines,
    ),
)
