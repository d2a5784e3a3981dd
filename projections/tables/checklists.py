"""The checklists of inspection items, and the drafts that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.table import JSON, NUMBER, TEXT, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.checklists import Checklist
    from projections.fold import Step


def _checklist(step: Step) -> list[Row]:
    state: Checklist = step.state
    row = {
        "id": state.item,
        "points": state.points,
        "approved_version": state.version,
        "draft": state.draft,
        "draft_version": state.draft_version if state.draft else None,
        "drafted_by": state.drafted_by,
        "version": step.recorded.version,
        "changed_at": step.recorded.recorded_at,
    }
    return [row]


TABLES = (
    Table(
        name="checklists_v1",
        kinds=("checklist",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "points": JSON,
            "approved_version": NUMBER,
            "draft": JSON,
            "draft_version": NUMBER,
            "drafted_by": TEXT,
            "version": NUMBER,
            "changed_at": TEXT,
        },
        rows=_checklist,
    ),
)
