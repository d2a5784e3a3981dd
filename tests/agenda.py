"""What would be done next: for everything that is open in a story, the right act by the right person."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import replacement_commands as replacement
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    CoverDraw,
    PrepareDraw,
    PrepareReplacement,
    RevealSource,
    Seat,
)
from domain.draw_state import Draw, family
from domain.inspection_state import Inspection
from domain.items import ClaimItem, Item, PublishItem, ReviewItem
from domain.lottery.entropy import Witness, witness_commit
from domain.plan import CollatePlan, Plan, PublishPlan, ReviewPlan
from domain.registry_commands import ConfirmChange
from domain.registry_state import Entity, Expert, Officer
from domain.task import CompleteTask, ConfirmTask, OpenTask, Task
from tests.story import NOW, clean_result, nonce_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.facts import Command
    from domain.history import History

WITNESSES = ("witness1", "witness2")
DUE = "2024-12-20"


class Step(NamedTuple):
    """An act that somebody may do now."""

    who: str
    role: str
    command: Command


def agenda(history: History) -> list[Step]:
    """Everything that is due, in the order of the year."""
    parts = (_items, _changes, _plans, _tasks, _draws, _inspections)
    return list(chain.from_iterable(part(history) for part in parts))


def _items(history: History) -> Iterator[Step]:
    for item in history.all(Item):
        department = {"I-EDU": "edu", "I-MARKET": "market"}[item.code]
        clerk = f"clerk-{department}"
        match item.status:
            case "added":
                claim = ClaimItem(
                    code=item.code, department=department, mandate="示例第三条", supervision_code=""
                )
                yield Step(clerk, "clerk", claim)
            case "claimed":
                review = ReviewItem(version=NOW, code=item.code, approve=True, remark="")
                yield Step("reviewer1", "reviewer", review)
            case "reviewed":
                yield Step(clerk, "clerk", PublishItem(code=item.code))


def _changes(history: History) -> Iterator[Step]:
    entries = (*history.all(Entity), *history.all(Officer), *history.all(Expert))
    for entry in entries:
        if entry.pending is not None:
            registry, other = type(entry).__name__.lower(), "registrar2"
            if entry.pending.by == other:
                other = "registrar1"
            confirm = ConfirmChange(
                registry=registry,  # type: ignore[arg-type]
                id=entry.id,
                version=history.version(f"{registry}/{entry.id}"),
            )
            yield Step(other, "registrar", confirm)


def _plans(history: History) -> Iterator[Step]:
    for plan in history.all(Plan):
        match plan.status:
            case "drafted":
                review = ReviewPlan(
                    year=plan.year, version=plan.drafted_version, approve=True, remark=""
                )
                yield Step("reviewer1", "reviewer", review)
            case "reviewed":
                yield Step("clerk-market", "clerk", CollatePlan(year=plan.year))
            case "collated":
                yield Step("clerk-edu", "clerk", PublishPlan(year=plan.year))
            case "published":
                for row in plan.published:
                    if history.get(Task, row.number) is None:
                        open_ = OpenTask(
                            plan_number=row.number, plan_year=plan.year, scheme="示例实施方案"
                        )
                        yield Step("clerk-edu", "clerk", open_)


def _tasks(history: History) -> Iterator[Step]:
    for task in history.all(Task):
        done = {own.department for own in task.confirmations}
        for department in task.row.departments:
            if department not in done:
                items = task.row.items_of(department)
                named = [
                    one.id
                    for one in history.all(Officer)
                    if one.active and one.details and one.details.department == department
                ]
                confirm = ConfirmTask(
                    plan_number=task.plan_number,
                    department=department,
                    items=items,
                    officers=tuple(named) if items else (),
                    statement="" if items else "无本部门事项，派员协助",
                )
                yield Step(f"clerk-{department}", "clerk", confirm)
        if task.confirmed:
            yield from _next_draw(task, history)
            yield Step("clerk-edu", "clerk", CompleteTask(plan_number=task.plan_number))


def _next_draw(task: Task, history: History) -> Iterator[Step]:
    """The first draw that is wanted and not there; a void one is drawn anew."""
    stages: tuple[Literal["entities", "officers"], ...] = ("entities", "officers")
    for stage in stages:
        drawn = family(history, task.plan_number, stage)
        if all(one.voided for one in drawn):
            draw_id = f"{task.plan_number}.{stage}.{len(drawn) + 1}"
            prepare = PrepareDraw(
                draw_id=draw_id,
                task=task.plan_number,
                stage=stage,
                witnesses=WITNESSES,
                lotteries=(),
            )
            yield Step("operator", "draw_operator", prepare)
            return
        if not drawn[-1].computed:
            return


def _draws(history: History) -> Iterator[Step]:
    for draw in history.all(Draw):
        if draw.void_requested_by is not None:
            yield Step("approver1", "approver", ApproveVoid(version=NOW, draw_id=draw.id))
        elif not draw.committed and not draw.voided:
            for who in draw.witnesses:
                if who not in draw.commits:
                    commit = witness_commit(nonce_of(draw.id, who)).hex()
                    bring = BringCommitment(draw_id=draw.id, commit=commit)
                    yield Step(who, "witness", bring)
            if len(draw.commits) == len(draw.witnesses):
                yield Step("operator", "draw_operator", CommitDraw(draw_id=draw.id))
        elif draw.committed and not draw.covered_at:
            cover = CoverDraw(draw_id=draw.id, checkpoint=history.size)
            yield Step("system", "system", cover)
        elif draw.committed and not draw.computed:
            for index, source in enumerate(draw.sources):
                if index not in draw.revealed and isinstance(source, Witness):
                    nonce = nonce_of(draw.id, source.who).hex()
                    reveal = RevealSource(draw_id=draw.id, nonce=nonce)
                    yield Step(source.who, "witness", reveal)


def _inspections(history: History) -> Iterator[Step]:
    for one in history.all(Inspection):
        for officer in one.asked:
            approve = replacement.ApproveReplacement(
                version=NOW, inspection=one.id, officer=officer
            )
            yield Step("approver1", "approver", approve)
        for officer in one.vacant:
            yield from _substitute(one, officer, history)
        if one.closing_requested_by is not None:
            closing = inspection.ApproveClosing(version=NOW, inspection=one.id)
            yield Step("approver1", "approver", closing)
        match one.status:
            case "assigned":
                yield from _visit(one)
            case "entered":
                for who in one.officers:
                    yield Step(
                        who, "officer", inspection.ConfirmResult(version=NOW, inspection=one.id)
                    )
            case "confirmed":
                review = inspection.ReviewResult(
                    version=NOW, inspection=one.id, approve=True, remark=""
                )
                yield Step("reviewer1", "reviewer", review)
            case "approved":
                yield Step("clerk-edu", "clerk", inspection.PublishResult(inspection=one.id))
        for order in one.follow_ups:
            if order.kind == "correction" and not order.settled:
                verify = follow_up.VerifyCorrection(
                    inspection=one.id,
                    version=NOW,
                    number=order.number,
                    corrected=True,
                    evidence="示例照片",
                    files=(),
                )
                yield Step("reviewer1", "reviewer", verify)


def _substitute(one: Inspection, officer: str, history: History) -> Iterator[Step]:
    drawn = family(history, one.task, "replacement")
    seat = Seat(inspection=one.id, officer=officer)
    if not any(draw.seat == seat and not draw.voided for draw in drawn):
        prepare = PrepareReplacement(
            draw_id=f"{one.task}.replacement.{len(drawn) + 1}",
            seat=seat,
            witnesses=WITNESSES,
            lotteries=(),
        )
        yield Step("operator", "draw_operator", prepare)


def _visit(one: Inspection) -> Iterator[Step]:
    for who in one.officers:
        if who not in one.declared:
            declare = replacement.Declare(inspection=one.id, conflict=False, reason="")
            yield Step(who, "officer", declare)
        elif who not in one.present and who not in one.together:
            yield Step(who, "officer", inspection.CheckIn(inspection=one.id))
        elif who not in one.present:
            yield Step(who, "officer", clean_result(one.id))
        elif who in one.together:
            yield Step(who, "officer", inspection.CheckOut(inspection=one.id))
