"""Inspections as they are now; what is published of them is the public disclosure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.amendments import AmendmentDeclined, AmendmentRequested, public_editions
from domain.inspection_commands import (
    ClosingRequested,
    InspectionAssigned,
    InspectionClosed,
    InspectionNotified,
    OfficerCheckedIn,
    OfficerCheckedOut,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
)
from domain.lottery.assignment_input import EXPERTS
from domain.task import Task
from domain.visit_commands import Acknowledged, CapturedOffline, NoticeWritten
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.inspection_state import Inspection
    from projections.fold import Step


def _inspection(step: Step) -> list[Row]:
    """The times are those of the newest event of their kind; `status` says which of them still count.

    Of the team the first officer leads; officers know of the visit from `told_on` on, or at once where that is null.
    """
    state: Inspection = step.state
    task = step.history.get(Task, state.task)
    result = state.result
    row = {
        "id": state.id,
        "task": state.task,
        "entity": state.entity,
        "officers": state.officers,
        "leader": next(iter(state.officers), None),
        "experts": [one.id for one in state.team if one.department == EXPERTS],
        "team": state.team,
        "told_on": task.row.team.told_on if task else None,
        "declared": sorted(state.declared),
        "asked": state.asked,
        "vacant": state.vacant,
        "fell_out": sorted(state.fell_out),
        "closing_requested_by": state.closing_requested_by,
        "assigned": state.assigned,
        "window_from": state.assigned.window_from,
        "window_to": state.assigned.window_to,
        "status": state.status,
        "notified": state.notified,
        "checked_in": state.checked_in,
        "checked_out": state.checked_out,
        "first_visit_on": state.first_visit_on,
        "category": result.category if result else None,
        "items": result.items if result else None,
        "entered_by": state.entered_by,
        "follow_ups": state.follow_ups,
        "terms": state.terms,
        "notice": state.visit.notice,
        "spells": state.visit.spells,
        "evidence": state.visit.evidence,
        "answers": list(state.visit.answers.values()),
        "outcome": state.visit.outcome,
        "acknowledged": state.visit.acknowledged,
        "findings": state.findings,
        "reviews": state.reviews,
        "editions": len(state.editions),
        "amendment": state.amendment,
        **_times(step),
        "published_leaf": step.leaf_of(ResultPublished),
        "version": step.recorded.version,
    }
    return [row]


def _times(step: Step) -> dict[str, str | None]:
    return {name: step.at(*events) for name, events in TIMES.items()}


def _editions(step: Step) -> list[Row] | None:
    """Every result as it was published, the newest of which the public reads; the others stay beside it."""
    if not isinstance(step.recorded.event, CHANGING):
        return None
    state: Inspection = step.state
    return [
        {
            "inspection": state.id,
            "edition": one.number,
            "newest": one.newest,
            "category": one.result.category,
            "items": one.result.items,
            "withheld": one.withheld,
            "reason": one.edition.amendment.reason if one.edition.amendment else None,
            "changes": one.changes,
            "published_at": one.edition.published_at,
            "published_leaf": one.edition.leaf,
        }
        for one in public_editions(state.editions, state.amendment)
    ]


CHANGING = (ResultPublished, AmendmentRequested, AmendmentDeclined)
TIMES: dict[str, tuple[type, ...]] = {
    "assigned_at": (InspectionAssigned,),
    "notice_written_at": (NoticeWritten,),
    "notified_at": (InspectionNotified,),
    "checked_in_at": (OfficerCheckedIn, CapturedOffline),
    "checked_out_at": (OfficerCheckedOut, CapturedOffline),
    "acknowledged_at": (Acknowledged,),
    "entered_at": (ResultEntered,),
    "confirmed_at": (ResultConfirmed,),
    "reviewed_at": (ResultReviewed,),
    "published_at": (ResultPublished,),
    "amendment_requested_at": (AmendmentRequested,),
    "amendment_declined_at": (AmendmentDeclined,),
    "closing_requested_at": (ClosingRequested,),
    "closed_at": (InspectionClosed,),
}
TABLES = (
    Table(
        name="inspections_v5",
        kinds=("inspection",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "task": TEXT,
            "entity": TEXT,
            "officers": TEXTS,
            "leader": TEXT,
            "experts": TEXTS,
            "team": JSON,
            "told_on": TEXT,
            "declared": TEXTS,
            "asked": JSON,  # by officer or expert: who asks and why; `vacant` likewise
            "vacant": JSON,
            "fell_out": TEXTS,
            "closing_requested_by": TEXT,
            "assigned": JSON,
            "window_from": TEXT,
            "window_to": TEXT,
            "status": TEXT,
            "notified": FLAG,
            "checked_in": TEXTS,
            "checked_out": TEXTS,
            "first_visit_on": TEXT,
            "category": TEXT,
            "items": JSON,
            "entered_by": TEXT,
            "follow_ups": JSON,
            "terms": JSON,
            "notice": JSON,
            "spells": JSON,
            "evidence": JSON,
            "answers": JSON,
            "outcome": JSON,
            "acknowledged": TEXT,
            "findings": JSON,
            "reviews": JSON,
            "editions": NUMBER,
            "amendment": JSON,
            **dict.fromkeys(TIMES, TEXT),
            "published_leaf": NUMBER,
            "version": NUMBER,
        },
        rows=_inspection,
        indexes=(
            "(task, id) INCLUDE (status)",
            "(entity)",
            "USING gin (officers)",
        ),
    ),
    Table(
        name="results_v1",
        kinds=("inspection",),
        keeps=Keeps.CURRENT,
        key=("inspection", "edition"),
        columns={
            "inspection": TEXT,
            "edition": NUMBER,
            "newest": FLAG,
            "category": TEXT,
            "items": JSON,
            "withheld": FLAG,
            "reason": TEXT,
            "changes": JSON,
            "published_at": TEXT,
            "published_leaf": NUMBER,
        },
        rows=_editions,
        indexes=("(published_leaf) WHERE newest",),
    ),
)
