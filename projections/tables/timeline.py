"""Every step of every stream, for people who ask what happened when and who did it; and the sealed personal fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.aggregates import AGGREGATES
from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
)
from domain.events import NAMES
from ledger import codec
from projections.table import JSON, NUMBER, TEXT, Keeps, Row, Table

if TYPE_CHECKING:
    from projections.fold import Step

# Their lists are long, not public before disclosure, and stand in tables of their own.
WITHOUT_DATA = (DrawCommitted, DrawComputed, AssignmentCommitted, AssignmentComputed)

# What the discipline office is told of, by stored name.
NOTICED = (
    "draw.void_requested.v1",
    "draw.voided.v1",
    "draw.void_declined.v1",
    "draw.lottery_entered.v1",
    "draw.looked_at.v1",
    "entity.exempted.v1",
    "entity.changed.v1",
    "entity.credit_rated.v1",
    "entity.rating_withdrawn.v1",
    "registry.tagged.v1",
    "batch.undo_proposed.v1",
    "other_check.recorded.v1",
    "appointment.dissolved.v1",
    "inspection.replacement_requested.v1",
    "inspection.seat_vacated.v1",
    "inspection.replacement_declined.v1",
    "inspection.seat_filled.v1",
    "inspection.closing_requested.v1",
    "inspection.closed.v1",
    "inspection.amendment_requested.v1",
    "inspection.amendment_declined.v1",
    "standard.adopted.v1",
    "inspection.extension_approved.v1",
    "inspection.follow_up_closed.v1",
    "inspection.follow_up_escalated.v1",
    "staff.suspended.v1",
    "staff.roles_changed.v1",
    "calendar.recorded.v1",
    "deadlines.set.v1",
    "officer.recusal_declared.v1",
    "officer.leave_recorded.v1",
    "registry.relation_recorded.v1",
    "registry.relation_ended.v2",
    "registry.suspended.v1",
    "subject.erasure_requested.v1",
    "subject.erasure_declined.v1",
    "subject.erased.v1",
    "vrf_key.enrolled.v1",
    "vrf_key.revoked.v1",
    "signing_key.enrolled.v1",
    "signing_key.confirmed.v1",
    "signing_key.replaced.v1",
    "signing_key.revoked.v1",
    "signing.made_mandatory.v1",
    "clock.jumped.v1",
)
IS_NOTICED = "type IN ('{}')".format("', '".join(NOTICED))


def _step(step: Step) -> list[Row]:
    """In today's shape, so that whoever reads them need not know the older ones."""
    recorded = step.recorded
    type_name: str = step.stored.type
    data: object = step.stored.data
    if type_name not in NAMES:
        type_name, data = codec.encode(recorded.event)
    row = {
        "stream": recorded.stream,
        "version": recorded.version,
        "leaf": recorded.leaf,
        "type": type_name,
        "recorded_at": recorded.recorded_at,
        "actor": recorded.actor.id,
        "role": recorded.actor.role,
        "command_id": recorded.command_id,
        "data": None if isinstance(recorded.event, WITHOUT_DATA) else data,
    }
    return [row]


def _sealed(step: Step) -> list[Row]:
    """One row per field, with all that the associated data of its encryption binds."""
    sealed = step.stored.sealed
    if sealed is None:
        return []
    return [
        {
            "stream": step.recorded.stream,
            "field": field,
            "version": step.recorded.version,
            "type": step.stored.type,
            "subject": sealed.subject,
            "ciphertext": ciphertext,
        }
        for field, ciphertext in sealed.fields.items()
    ]


TABLES = (
    Table(
        name="steps_v1",
        kinds=tuple(AGGREGATES),
        keeps=Keeps.EVERY,
        key=("stream", "version"),
        columns={
            "stream": TEXT,
            "version": NUMBER,
            "leaf": NUMBER,
            "type": TEXT,
            "recorded_at": TEXT,
            "actor": TEXT,
            "role": TEXT,
            "command_id": TEXT,
            "data": JSON,
        },
        rows=_step,
        indexes=("(leaf)", f"(leaf) WHERE {IS_NOTICED}"),
    ),
    Table(
        name="sealed_v1",
        kinds=tuple(AGGREGATES),
        keeps=Keeps.EVERY,
        key=("stream", "field", "version"),
        columns={
            "stream": TEXT,
            "field": TEXT,
            "version": NUMBER,
            "type": TEXT,
            "subject": TEXT,
            "ciphertext": TEXT,
        },
        rows=_sealed,
    ),
)
