"""Which kinds of streams there are: the part of a stream's name before the slash, its state and its two functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain import (
    appointment_state,
    appointments,
    batches,
    checklists,
    classification,
    clock,
    deadlines,
    draw_state,
    draws,
    genesis,
    holidays,
    inspection,
    inspection_state,
    items,
    organisation,
    other_checks,
    plan,
    plan_standards,
    publicity,
    reconciliation,
    registry,
    registry_state,
    review,
    review_log,
    schemes,
    signing_keys,
    subjects,
    task,
    training,
    visit_standard,
    vrf_keys,
)


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """A kind of stream. `decide` is None where only the ledger itself writes."""

    state: type
    evolve: Callable[..., Any]
    decide: Callable[..., Any] | None


AGGREGATES: dict[str, Aggregate] = {
    "ledger": Aggregate(state=genesis.Genesis, evolve=genesis.evolve, decide=None),
    "department": Aggregate(
        state=organisation.Department,
        evolve=organisation.evolve_department,
        decide=organisation.decide_department,
    ),
    "staff": Aggregate(
        state=organisation.Staff, evolve=organisation.evolve_staff, decide=organisation.decide_staff
    ),
    "calendar": Aggregate(state=holidays.Holidays, evolve=holidays.evolve, decide=holidays.decide),
    "deadlines": Aggregate(
        state=deadlines.Deadlines, evolve=deadlines.evolve, decide=deadlines.decide
    ),
    "vocabulary": Aggregate(
        state=classification.VocabularySet,
        evolve=classification.evolve,
        decide=classification.decide,
    ),
    "batch": Aggregate(state=batches.Batch, evolve=batches.evolve, decide=batches.decide),
    "reconciliation": Aggregate(
        state=reconciliation.Reconciliation,
        evolve=reconciliation.evolve,
        decide=reconciliation.decide,
    ),
    "item": Aggregate(state=items.Item, evolve=items.evolve, decide=items.decide),
    "checklist": Aggregate(
        state=checklists.Checklist, evolve=checklists.evolve, decide=checklists.decide
    ),
    "standard": Aggregate(
        state=visit_standard.Standard,
        evolve=visit_standard.evolve,
        decide=visit_standard.decide,
    ),
    "entity": Aggregate(
        state=registry_state.Entity, evolve=registry_state.evolve_entity, decide=registry.decide
    ),
    "officer": Aggregate(
        state=registry_state.Officer, evolve=registry_state.evolve_officer, decide=registry.decide
    ),
    "expert": Aggregate(
        state=registry_state.Expert, evolve=registry_state.evolve_expert, decide=registry.decide
    ),
    "training": Aggregate(
        state=training.TrainingSession, evolve=training.evolve, decide=training.decide
    ),
    "publicity": Aggregate(
        state=publicity.Publicity, evolve=publicity.evolve, decide=publicity.decide
    ),
    "plan-standards": Aggregate(
        state=plan_standards.PlanStandardsSet,
        evolve=plan_standards.evolve,
        decide=plan_standards.decide,
    ),
    "plan": Aggregate(state=plan.Plan, evolve=plan.evolve, decide=plan.decide),
    "scheme": Aggregate(state=schemes.TaskScheme, evolve=schemes.evolve, decide=schemes.decide),
    "task": Aggregate(state=task.Task, evolve=task.evolve, decide=task.decide),
    "draw": Aggregate(state=draw_state.Draw, evolve=draw_state.evolve, decide=draws.decide),
    "vrf-key": Aggregate(state=vrf_keys.VrfKey, evolve=vrf_keys.evolve, decide=vrf_keys.decide),
    "signing-key": Aggregate(
        state=signing_keys.SigningKey, evolve=signing_keys.evolve, decide=signing_keys.decide
    ),
    "signing": Aggregate(
        state=signing_keys.Signing,
        evolve=signing_keys.evolve_mandatory,
        decide=signing_keys.decide_mandatory,
    ),
    "inspection": Aggregate(
        state=inspection_state.Inspection, evolve=inspection_state.evolve, decide=inspection.decide
    ),
    "review": Aggregate(state=review_log.ReviewLog, evolve=review_log.evolve, decide=review.decide),
    "appointment": Aggregate(
        state=appointment_state.Appointment,
        evolve=appointment_state.evolve,
        decide=appointments.decide,
    ),
    "other-check": Aggregate(
        state=other_checks.OtherCheck, evolve=other_checks.evolve, decide=other_checks.decide
    ),
    "clock": Aggregate(state=clock.Clock, evolve=clock.evolve, decide=clock.decide),
    "subject": Aggregate(state=subjects.Subject, evolve=subjects.evolve, decide=subjects.decide),
}

PREFIXES: dict[type, str] = {aggregate.state: prefix for prefix, aggregate in AGGREGATES.items()}
