"""Plans with their rows, tasks, and draws with their members and proofs: as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bundles import bundle_of
from domain.canonical import canon
from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
    DrawDisclosed,
    DrawPrepared,
    DrawVoided,
)
from domain.plan import PlanAmended, PlanCollated, PlanDrafted, PlanPublished, PlanReviewed
from domain.task import TaskCompleted, TaskConfirmed, TaskOpened
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.draw_state import Draw
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
        "warnings": getattr(newest.event, "warnings", ()),
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
        "confirmations": state.confirmations,
        "confirmed": state.confirmed,
        "completed": state.completed,
        "opened_at": step.at(TaskOpened),
        "confirmed_at": step.at(TaskConfirmed) if state.confirmed else None,
        "completed_at": step.at(TaskCompleted),
        "version": step.recorded.version,
    }
    return [row]


def _status(state: Draw) -> str:
    """The furthest that the draw came; a void ends it wherever it stood."""
    stages = (
        ("voided", state.voided),
        ("disclosed", state.disclosed),
        ("computed", state.computed is not None),
        ("committed", state.committed is not None),
    )
    return next((name for name, reached in stages if reached), "prepared")


def is_open(state: Draw) -> bool:
    """Whether the public may see list and proof: disclosed, or voided after it was computed."""
    return state.disclosed or (state.voided and state.computed is not None)


def _draw(step: Step) -> list[Row]:
    state: Draw = step.state
    computed = state.computed is not None
    row = {
        "id": state.id,
        "task": state.task,
        "stage": state.stage,
        "serial": int(state.id.rpartition(".")[2]),
        "status": _status(state),
        "open": is_open(state),
        "predecessors": state.predecessors,
        "witnesses": state.witnesses,
        "committed_by": sorted(state.commits),
        "lotteries": state.lotteries,
        "arrived": sorted(state.revealed),
        "disputed": state.disputed,
        "commitment": state.committed.commitment if state.committed else None,
        "ledger_size": state.committed.ledger_size if state.committed else None,
        "pool": len(state.pool.members) if state.pool else None,
        "excluded": len(state.pool.excluded) if state.pool else None,
        "drawn": len(state.selected) if state.stage == "entities" and computed else None,
        "void_requested_by": state.void_requested_by,
        "void_reason": state.void_reason,
        "prepared_at": step.at(DrawPrepared),
        "committed_at": step.at(DrawCommitted, AssignmentCommitted),
        "covered_at": state.covered_at,
        "computed_at": step.at(DrawComputed, AssignmentComputed),
        "disclosed_at": step.at(DrawDisclosed),
        "voided_at": step.at(DrawVoided),
        "version": step.recorded.version,
    }
    return [row]


def _members(step: Step) -> list[Row] | None:
    """Who was in the pool, who was left out and why, who was drawn. Only two events change it."""
    state: Draw = step.state
    if state.pool is None or not isinstance(step.recorded.event, DrawCommitted | DrawComputed):
        return None
    places = {id_: place for place, id_ in enumerate(state.selected)}
    pool: list[Row] = [
        {"draw": state.id, "entity": one.id, "stratum": one.stratum, "place": places.get(one.id)}
        for one in state.pool.members
    ]
    pool += [{"draw": state.id, "entity": one.id, **vars(one)} for one in state.pool.excluded]
    return pool


def _proof(step: Step) -> list[Row] | None:
    """The bundle as canonical text, from the moment it exists; `open` says whether the public may have it."""
    state: Draw = step.state
    bundle = bundle_of(state)
    if bundle is None:
        return None
    row = {
        "draw": state.id,
        "open": is_open(state),
        "bundle": canon(bundle).decode(),
    }
    return [row]


TABLES = (
    Table(
        name="plans_v1",
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
        name="tasks_v1",
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
    Table(
        name="draws_v1",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "task": TEXT,
            "stage": TEXT,
            "serial": NUMBER,
            "status": TEXT,
            "open": FLAG,
            "predecessors": TEXTS,
            "witnesses": TEXTS,
            "committed_by": TEXTS,
            "lotteries": JSON,
            "arrived": JSON,
            "disputed": FLAG,
            "commitment": JSON,
            "ledger_size": NUMBER,
            "pool": NUMBER,
            "excluded": NUMBER,
            "drawn": NUMBER,
            "void_requested_by": TEXT,
            "void_reason": TEXT,
            "prepared_at": TEXT,
            "committed_at": TEXT,
            "covered_at": TEXT,
            "computed_at": TEXT,
            "disclosed_at": TEXT,
            "voided_at": TEXT,
            "version": NUMBER,
        },
        rows=_draw,
        indexes=("(task, stage, serial)",),
    ),
    Table(
        name="draw_members_v1",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("draw", "entity"),
        columns={
            "draw": TEXT,
            "entity": TEXT,
            "stratum": TEXT,
            "reason": TEXT,  # why it was left out; null for a member of the pool
            "place": NUMBER,  # from 0, in the order of the draw; null unless drawn
        },
        rows=_members,
        indexes=("(entity)",),
    ),
    Table(
        name="proofs_v1",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("draw",),
        columns={"draw": TEXT, "open": FLAG, "bundle": TEXT},
        rows=_proof,
    ),
)
