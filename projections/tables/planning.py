"""What stands around plans: the standards of their drafts, what each publication changed, training sessions and publicity."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from domain.appointment_state import (
    AppointmentAgreed,
    AppointmentDeclined,
    AppointmentDissolved,
    AppointmentProposed,
)
from domain.plan import PlanAmended, PlanDrafted, PlanPublished, PlanReviewed
from domain.plan_differences import differences
from domain.publicity import PublicityRecorded, PublicityWithdrawn
from domain.schemes import SchemeDrafted, SchemePublished, SchemeReviewed
from domain.training import (
    TrainingSessionConfirmed,
    TrainingSessionRecorded,
    TrainingSessionRejected,
)
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.appointment_state import Appointment
    from domain.other_checks import OtherCheck
    from domain.plan import Plan
    from domain.plan_standards import PlanStandardsSet
    from domain.publicity import Publicity
    from domain.schemes import TaskScheme
    from domain.training import TrainingSession
    from projections.fold import Step


def _standards(step: Step) -> list[Row]:
    state: PlanStandardsSet = step.state
    row = {
        "leaf": step.recorded.leaf,
        "floors": state.floors,
        "min_entities": state.min_entities,
        "basis": state.basis,
        "set_by": step.recorded.actor.id,
        "set_at": step.recorded.recorded_at,
    }
    return [row]


def _revision(step: Step) -> list[Row] | None:
    """One for each publication: who wrote and reviewed it, why, and what it changed."""
    event = step.recorded.event
    if not isinstance(event, PlanPublished):
        return None
    state: Plan = step.state
    amended, reviewed = step.newest(PlanAmended), step.latest[PlanReviewed]
    drafted = step.latest[PlanAmended if amended else PlanDrafted]
    row = {
        "plan": step.id,
        "revision": event.revision,
        "leaf": step.recorded.leaf,
        "reason": amended.reason if amended else None,
        "drafted_by": drafted.actor.id,
        "drafted_at": drafted.recorded_at,
        "reviewed_by": reviewed.actor.id,
        "reviewed_at": reviewed.recorded_at,
        "published_by": step.recorded.actor.id,
        "published_at": step.recorded.recorded_at,
        "changes": differences(state.replaced, state.published) if amended else (),
    }
    return [row]


def _session(step: Step) -> list[Row]:
    state: TrainingSession = step.state
    rejected = step.newest(TrainingSessionRejected) if state.status == "rejected" else None
    confirmed = step.latest.get(TrainingSessionConfirmed)
    row = {
        "id": state.id,
        **{each.name: getattr(state.held, each.name) for each in fields(state.held)},
        "year": state.held.on[:4],
        "status": state.status,
        "recorded_version": state.version,
        "recorded_by": state.recorded_by,
        "recorded_at": step.at(TrainingSessionRecorded),
        "confirmed_by": confirmed.actor.id if confirmed else None,
        "confirmed_at": confirmed.recorded_at if confirmed else None,
        "rejected_for": rejected.reason if rejected else None,
        "version": step.recorded.version,
    }
    return [row]


def _publicity(step: Step) -> list[Row]:
    state: Publicity = step.state
    withdrawn = step.newest(PublicityWithdrawn)
    row = {
        "id": state.id,
        **{each.name: getattr(state.told, each.name) for each in fields(state.told)},
        "year": state.told.on[:4],
        "withdrawn": state.withdrawn,
        "withdrawn_for": withdrawn.reason if withdrawn else None,
        "recorded_by": step.latest[PublicityRecorded].actor.id,
        "recorded_at": step.at(PublicityRecorded),
        "version": step.recorded.version,
    }
    return [row]


def _scheme(step: Step) -> list[Row]:
    state: TaskScheme = step.state
    row = {
        "id": state.number,
        "lead": state.lead,
        "status": state.status,
        "revision": state.revision,
        "newest": state.newest,
        "published": state.published,
        "drafted_by": state.drafted_by,
        "drafted_version": state.drafted_version,
        "drafted_at": step.at(SchemeDrafted),
        "reviewed_at": step.at(SchemeReviewed),
        "published_at": step.at(SchemePublished),
        "published_leaf": step.leaf_of(SchemePublished),
        "version": step.recorded.version,
    }
    return [row]


def _scheme_publication(step: Step) -> list[Row] | None:
    event = step.recorded.event
    if not isinstance(event, SchemePublished):
        return None
    state: TaskScheme = step.state
    row = {
        "scheme": state.number,
        "revision": event.revision,
        "leaf": step.recorded.leaf,
        "content": state.published,
        "published_at": step.recorded.recorded_at,
    }
    return [row]


def _appointment(step: Step) -> list[Row]:
    state: Appointment = step.state
    reasons = {"declined": AppointmentDeclined, "dissolved": AppointmentDissolved}
    ended = step.newest(reasons[state.status]) if state.status in reasons else None
    row = {
        "id": state.id,
        "entity": state.entity,
        "tasks": state.tasks,
        "inspections": state.inspections,
        "on": state.on,
        "status": state.status,
        "proposed_by": state.proposed_by,
        "proposed_at": step.at(AppointmentProposed),
        "agreed_at": step.at(AppointmentAgreed) if state.status == "agreed" else None,
        "reason": getattr(ended, "reason", None),
        "version": step.recorded.version,
    }
    return [row]


def _other_check(step: Step) -> list[Row]:
    state: OtherCheck = step.state
    row = {
        "id": state.id,
        **{each.name: getattr(state.held, each.name) for each in fields(state.held)},
        "year": state.held.on[:4],
        "recorded_by": step.recorded.actor.id,
        "recorded_at": step.recorded.recorded_at,
    }
    return [row]


TABLES = (
    Table(
        name="schemes_v1",
        kinds=("scheme",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "lead": TEXT,
            "status": TEXT,
            "revision": NUMBER,
            "newest": JSON,
            "published": JSON,
            "drafted_by": TEXT,
            "drafted_version": NUMBER,
            "drafted_at": TEXT,
            "reviewed_at": TEXT,
            "published_at": TEXT,
            "published_leaf": NUMBER,
            "version": NUMBER,
        },
        rows=_scheme,
    ),
    Table(
        name="scheme_publications_v1",
        kinds=("scheme",),
        keeps=Keeps.EVERY,
        key=("scheme", "revision"),
        columns={
            "scheme": TEXT,
            "revision": NUMBER,
            "leaf": NUMBER,
            "content": JSON,
            "published_at": TEXT,
        },
        rows=_scheme_publication,
    ),
    Table(
        name="appointments_v1",
        kinds=("appointment",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "entity": TEXT,
            "tasks": TEXTS,
            "inspections": TEXTS,
            "on": TEXT,
            "status": TEXT,
            "proposed_by": TEXT,
            "proposed_at": TEXT,
            "agreed_at": TEXT,
            "reason": TEXT,
            "version": NUMBER,
        },
        rows=_appointment,
    ),
    Table(
        name="other_checks_v1",
        kinds=("other-check",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "department": TEXT,
            "entity": TEXT,
            "kind": TEXT,
            "on": TEXT,
            "reference": TEXT,
            "year": TEXT,
            "recorded_by": TEXT,
            "recorded_at": TEXT,
        },
        rows=_other_check,
        indexes=("(entity)",),
    ),
    Table(
        name="plan_standards_v1",
        kinds=("plan-standards",),
        keeps=Keeps.EVERY,
        key=("leaf",),
        columns={
            "leaf": NUMBER,
            "floors": JSON,
            "min_entities": NUMBER,
            "basis": TEXT,
            "set_by": TEXT,
            "set_at": TEXT,
        },
        rows=_standards,
    ),
    Table(
        name="plan_revisions_v1",
        kinds=("plan",),
        keeps=Keeps.EVERY,
        key=("plan", "revision"),
        columns={
            "plan": TEXT,
            "revision": NUMBER,
            "leaf": NUMBER,
            "reason": TEXT,
            "drafted_by": TEXT,
            "drafted_at": TEXT,
            "reviewed_by": TEXT,
            "reviewed_at": TEXT,
            "published_by": TEXT,
            "published_at": TEXT,
            "changes": JSON,
        },
        rows=_revision,
    ),
    Table(
        name="training_sessions_v1",
        kinds=("training",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "department": TEXT,
            "course": TEXT,
            "on": TEXT,
            "place": TEXT,
            "trainer": TEXT,
            "officers": TEXTS,
            "evidence": TEXT,
            "year": TEXT,
            "status": TEXT,
            "recorded_version": NUMBER,
            "recorded_by": TEXT,
            "recorded_at": TEXT,
            "confirmed_by": TEXT,
            "confirmed_at": TEXT,
            "rejected_for": TEXT,
            "version": NUMBER,
        },
        rows=_session,
    ),
    Table(
        name="publicity_v1",
        kinds=("publicity",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "department": TEXT,
            "on": TEXT,
            "channel": TEXT,
            "title": TEXT,
            "link": TEXT,
            "evidence": TEXT,
            "year": TEXT,
            "withdrawn": FLAG,
            "withdrawn_for": TEXT,
            "recorded_by": TEXT,
            "recorded_at": TEXT,
            "version": NUMBER,
        },
        rows=_publicity,
    ),
)
