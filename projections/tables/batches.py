"""What is done to many entries of the registries together: batches, and comparisons with outside lists. As they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from domain.batches import BatchConfirmed, BatchRejected, BatchUndoProposed
from domain.reconciliation import ReconciliationOpened
from projections.table import JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.batches import Batch
    from domain.reconciliation import Reconciliation
    from projections.fold import Step


def _batch(step: Step) -> list[Row]:
    state: Batch = step.state
    undo, rejected = step.newest(BatchUndoProposed), step.newest(BatchRejected)
    status = "confirmed" if BatchConfirmed in step.latest else "rejected" if rejected else "waiting"
    row = {
        "id": state.id,
        "status": status,
        "proposals": state.proposed,
        "undoes": undo.batch if undo else None,
        "reason": undo.reason if undo else None,
        "left_out": undo.left_out if undo else (),
        "rejected_for": rejected.reason if rejected else None,
        "leaf": step.recorded.leaf,
        "last_by": step.recorded.actor.id,
        "last_at": step.recorded.recorded_at,
    }
    return [row]


def _reconciliation(step: Step) -> list[Row]:
    """Every difference in the order of its entry, with the decision where there is one."""
    state: Reconciliation = step.state
    opened = step.latest[ReconciliationOpened]
    event = cast("ReconciliationOpened", opened.event)
    row = {
        "id": state.id,
        "registry": state.registry,
        "kinds": event.kinds,
        "source": event.source,
        "document": event.document,
        "listed": len(event.listed),
        "differences": [
            {
                **vars(one),
                "decision": decided.decision if decided else None,
                "reason": decided.reason if decided else None,
            }
            for one in event.differences
            for decided in (state.decided.get(one.id),)
        ],
        "found": len(event.differences),
        "waiting": len(state.waiting),
        "opened_by": opened.actor.id,
        "opened_at": opened.recorded_at,
        "last_at": step.recorded.recorded_at,
    }
    return [row]


TABLES = (
    Table(
        name="batches_v1",
        kinds=("batch",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "status": TEXT,
            "proposals": JSON,
            "undoes": TEXT,
            "reason": TEXT,
            "left_out": JSON,
            "rejected_for": TEXT,
            "leaf": NUMBER,
            "last_by": TEXT,
            "last_at": TEXT,
        },
        rows=_batch,
    ),
    Table(
        name="reconciliations_v1",
        kinds=("reconciliation",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "registry": TEXT,
            "kinds": TEXTS,
            "source": TEXT,
            "document": TEXT,
            "listed": NUMBER,
            "differences": JSON,
            "found": NUMBER,
            "waiting": NUMBER,
            "opened_by": TEXT,
            "opened_at": TEXT,
            "last_at": TEXT,
        },
        rows=_reconciliation,
    ),
)
