"""Plans with their rows, and tasks: as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.plan import PlanAmended, PlanCollated, PlanDrafted, PlanPublished, PlanReviewed
from domain.plan_differences import differences
from domain.task import TaskCompleted, TaskConfirmed, TaskOpened
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.plan import Plan
    from domain.task import Task
    from projections.fold import Step


def _plan(step: Step) -> list[Row]:
    state: Plan = step.state
    newest = max(
        (step.latest[each] for each in (PlanDrafted, PlanAmended) if each in step.latest),
        key=lambda recorded: recorded.leaf,
    )
    row = {
        "id": step.id,
        "title": state.title,
        "document_number": state.document_number,
        "issuer": state.issuer,
        "status": state.status,
        "revision": state.revision,
        "drafted_by": state.drafted_by,
        "drafted_version": state.drafted_version,
        "warnings": state.warnings,
        "answers": state.answers,
        "unanswered": state.unanswered,
        "returned": state.returned,
        "changes": differences(state.published, state.rows) if state.revision else (),
        "drafted_at": newest.recorded_at,
        "reviewed_at": step.at(PlanReviewed),
        "collated_at": step.at(PlanCollated),
        "published_at": step.at(PlanPublished),
        "version": step.recorded.version,
    }
    return [row]


def _plan_rows(step: Step) -> list[Row]:
    """Each number once, in the order of the newest writing; an amendment never drops a published number."""
    state: Plan = step.state
    published = {row.number: row for row in state.published}
    return [
        {
            "plan": step.id,
            "number": row.number,
            "place": place,
            "newest": row,
            "published": published.get(row.number),
        }
        for place, row in enumerate(state.rows)
    ]


def _task(step: Step) -> list[Row]:
    state: Task = step.state
    opened = step.newest(TaskOpened)
    row = {
        "id": state.plan_number,
        "plan": str(opened.plan_year) if opened else None,
        "plan_revision": opened.plan_revision if opened else None,
        "name": state.row.name,
        "lead": state.row.lead,
        "departments": state.row.departments,
        "window_from": state.row.window_from,
        "window_to": state.row.window_to,
        "row": state.row,
        "scheme": opened.scheme if opened else None,
        "days": state.days,
        "visit_days": state.visit_days,
        "courses": state.courses,
        "confirmations": state.confirmations,
        "confirmed": state.confirmed,
        "completed": state.completed,
        "opened_at": step.at(TaskOpened),
        "confirmed_at": step.at(TaskConfirmed) if state.confirmed else None,
        "completed_at": step.at(TaskCompleted),
        "version": step.recorded.version,
    }
    return [row]


TABLES = (
    Table(
        name="plans_v2",
        kinds=("plan",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "title": TEXT,
            "document_number": TEXT,
            "issuer": TEXT,
            "status": TEXT,
            "revision": NUMBER,
            "drafted_by": TEXT,
            "drafted_version": NUMBER,
            "warnings": JSON,
            "answers": JSON,
            "unanswered": JSON,
            "returned": JSON,
            "changes": JSON,
            "drafted_at": TEXT,
            "reviewed_at": TEXT,
            "collated_at": TEXT,
            "published_at": TEXT,
            "version": NUMBER,
        },
        rows=_plan,
    ),
    Table(
        name="plan_rows_v1",
        kinds=("plan",),
        keeps=Keeps.CURRENT,
        key=("plan", "number"),
        columns={
            "plan": TEXT,
            "number": TEXT,
            "place": NUMBER,
            "newest": JSON,
            "published": JSON,
        },
        rows=_plan_rows,
    ),
    Table(
        name="tasks_v2",
        kinds=("task",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "plan": TEXT,
            "plan_revision": NUMBER,
            "name": TEXT,
            "lead": TEXT,
            "departments": TEXTS,
            "window_from": TEXT,
            "window_to": TEXT,
            "row": JSON,
            "scheme": TEXT,
            "days": JSON,
            "visit_days": JSON,
            "courses": JSON,
            "confirmations": JSON,
            "confirmed": FLAG,
            "completed": FLAG,
            "opened_at": TEXT,
            "confirmed_at": TEXT,
            "completed_at": TEXT,
            "version": NUMBER,
        },
        rows=_task,
    ),
)
