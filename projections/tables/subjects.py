"""Whose personal data is under a legal hold, is to be erased, or was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.table import FLAG, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.subjects import Subject
    from projections.fold import Step


def _subject(step: Step) -> list[Row]:
    state: Subject = step.state
    row = {
        "id": state.id,
        "holds": sorted(state.holds),
        "asked": state.requested_by is not None,
        "waiting": state.requested_by is not None and not state.erased,
        "requested_by": state.requested_by,
        "basis": state.basis,
        "erased": state.erased,
        "version": step.recorded.version,
        "changed_at": step.recorded.recorded_at,
    }
    return [row]


TABLES = (
    Table(
        name="subjects_v1",
        kinds=("subject",),
        keeps=Keeps.AS_OF,
        key=("id",),
        columns={
            "id": TEXT,
            "holds": TEXTS,
            "asked": FLAG,
            "waiting": FLAG,
            "requested_by": TEXT,
            "basis": TEXT,
            "erased": FLAG,
            "version": NUMBER,
            "changed_at": TEXT,
        },
        rows=_subject,
    ),
)
