"""What waits for somebody: of each stream, the acts that are due next, and who may or must give them.

This is the one place to extend. A new part adds a function of a step to `WORK`, or a line to one that is there; what cannot be
told by a stream alone is asked of other tables (`projections.queries.work`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from domain.acts import ACTS
from domain.items import Item
from domain.lottery.entropy import Drand, Lottery, Witness
from domain.organisation import Department, Staff
from domain.plan_standards import PlanStandardsSet
from domain.rules import china_date
from domain.schemes import SchemeReviewed
from domain.task import Task
from domain.team_terms import MIN_OFFICERS
from projections.table import NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.appointment_state import Appointment
    from domain.checklists import Checklist
    from domain.draw_state import Draw
    from domain.follow_up_state import FollowUp
    from domain.inspection_state import Inspection
    from domain.plan import Plan
    from domain.schemes import TaskScheme
    from domain.signing_keys import SigningKey
    from domain.subjects import Subject
    from domain.training import TrainingSession
    from projections.fold import Step

ROLES = {act.name: act.roles for act in ACTS}
OPENING = {
    Witness: "draw.reveal",
    Drand: "draw.enter-beacon",
    Lottery: "draw.enter-lottery",
}
Term = Literal["result", "publication", "plan", "named"]


@dataclass(frozen=True, kw_only=True)
class Work:
    """An act that is due.

    Whoever holds one of `roles` can give it: of one of `departments`, unless that is None; one of `people`, unless that is None; and
    never one of `excluded`. `number` tells two acts of one name in a stream apart. `term` says how its last day follows from
    `base`: so many working days after a visit that ended on that day, the term of the plan of that year, or the named day itself.
    """

    act: str
    number: int = 0
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    term: Term | None = None
    base: str | None = None


def _item(step: Step) -> Iterator[Work]:
    state: Item = step.state
    if state.status == "claimed":
        yield Work(act="item.review", excluded=(state.claimed_by or "",))
    elif state.status == "reviewed":
        yield Work(act="item.publish", departments=(state.department or "",))


def _checklist(step: Step) -> Iterator[Work]:
    state: Checklist = step.state
    item = step.history.get(Item, state.item)
    if state.drafted_by is not None and item is not None:
        yield Work(
            act="checklist.review",
            departments=(item.department or "",),
            excluded=(state.drafted_by,),
        )


def _plan(step: Step) -> Iterator[Work]:
    state: Plan = step.state
    term: dict[str, Any] = {"term": "plan", "base": step.id} if state.revision == 0 else {}
    joint = any(row.joint for row in state.rows)
    if state.status == "drafted":
        yield from _draft(step, state, term)
    elif state.status == "reviewed" and joint:
        collating = tuple(one.id for one in step.history.all(Department) if one.collates)
        yield Work(act="plan.collate", departments=collating, **term)
    elif state.status in {"reviewed", "collated"}:
        yield Work(act="plan.publish", departments=(state.issuer,), **term)


def _draft(step: Step, state: Plan, term: dict[str, Any]) -> Iterator[Work]:
    """Warnings are answered first where standards demand it, and rows that came back are written anew."""
    own = (state.issuer,)
    if state.returned:
        act = "plan.draft" if state.revision == 0 else "plan.amend"
        yield Work(act=act, departments=own, **term)
        return
    rows = {row.number: row.departments for row in state.rows}
    for number, one in enumerate(state.unanswered):
        departments = (state.issuer, *rows.get(one.row, ()))
        yield Work(act="plan.answer-warning", number=number, departments=departments, **term)
    if not state.unanswered or step.history.get(PlanStandardsSet, "") is None:
        excluded = (state.drafted_by, *(one.by for one in state.answers if one.how == "accepted"))
        yield Work(act="plan.review", departments=own, excluded=excluded, **term)


def _training(step: Step) -> Iterator[Work]:
    state: TrainingSession = step.state
    if state.status == "recorded":
        yield Work(act="training.confirm", excluded=(state.recorded_by, *state.held.officers))


def _scheme(step: Step) -> Iterator[Work]:
    state: TaskScheme = step.state
    own = (state.lead,)
    if state.status == "drafted" and not isinstance(step.recorded.event, SchemeReviewed):
        yield Work(act="scheme.review", departments=own, excluded=(state.drafted_by,))
    elif state.status == "drafted":
        yield Work(act="scheme.draft", departments=own)
    elif state.status == "reviewed":
        yield Work(act="scheme.publish", departments=own)


def _appointment(step: Step) -> Iterator[Work]:
    """The other lead agrees, or, where there is one, somebody else of it."""
    state: Appointment = step.state
    if state.status == "proposed":
        tasks = (step.history.get(Task, number) for number in state.tasks)
        leads = {task.row.lead for task in tasks if task is not None}
        proposer = step.history.get(Staff, state.proposed_by)
        others = leads - {proposer.department} if proposer else leads
        yield Work(
            act="appointment.agree",
            departments=tuple(sorted(others or leads)),
            excluded=(state.proposed_by,),
            term="named",
            base=state.on,
        )


def _task(step: Step) -> Iterator[Work]:
    state: Task = step.state
    confirmed = {own.department for own in state.confirmations}
    for number, department in enumerate(state.row.departments):
        if department not in confirmed:
            yield Work(
                act="task.confirm",
                number=number,
                departments=(department,),
                term="named",
                base=state.row.window_from,
            )


def _draw(step: Step) -> Iterator[Work]:
    state: Draw = step.state
    if state.voided:
        return
    if state.void_requested_by is not None:
        yield Work(act="draw.approve-void", excluded=(state.void_requested_by,))
    if state.committed is None:
        missing = [who for who in state.witnesses if who not in state.commits]
        for number, who in enumerate(missing):
            yield Work(act="draw.witness", number=number, people=(who,))
        if not missing:
            yield Work(act="draw.commit")
        return
    if state.covered_at is None:
        return
    for place, one in enumerate(state.sources):
        if place not in state.revealed:
            people = (one.who,) if isinstance(one, Witness) else None
            roles = () if people else ("draw_operator",)
            yield Work(act=OPENING[type(one)], number=place, people=people, roles=roles)


def _inspection(step: Step) -> Iterator[Work]:
    state: Inspection = step.state
    for number, (officer, asked) in enumerate(sorted(state.asked.items())):
        excluded = (asked.by, officer)
        yield Work(act="inspection.approve-replacement", number=number, excluded=excluded)
    for number in range(len(state.vacant)):
        yield Work(act="draw.prepare-replacement", number=number)
    if state.closing_requested_by is not None:
        yield Work(act="inspection.approve-closing", excluded=(state.closing_requested_by,))
    if state.status == "assigned":
        yield from _visit(state)
    elif state.status == "amending":
        yield from _entering(state, state.officers, {})
    yield from _result(state)
    for one in state.follow_ups:
        yield from _follow_up(state, one)


def _visit(state: Inspection) -> Iterator[Work]:
    """Each officer's own next step, by the last day of the window; once two were there, the result."""
    window: dict[str, Any] = {"term": "named", "base": state.assigned.window_to}
    own = [one for one in state.officers if one not in state.asked]
    left = set(state.checked_out) & set(own)
    steps = {
        "inspection.declare": [one for one in own if one not in state.declared],
        "inspection.check-in": [
            one for one in own if one in state.declared and one not in {*state.present, *left}
        ],
        "inspection.check-out": [one for one in own if one in state.present],
    }
    for act, waiting in steps.items():
        if waiting:
            yield Work(act=act, people=tuple(waiting), **window)
    if len(left) >= MIN_OFFICERS:
        yield from _entering(state, own, {"term": "result", "base": _visited(state)})


def _entering(state: Inspection, own: Sequence[str], term: dict[str, Any]) -> Iterator[Work]:
    """What each department found, where it is entered by itself, and then the whole: by who was there and did not ask for it."""
    asked_by = state.amendment.by if state.amendment else None
    there = [one for one in own if one in state.checked_out and one != asked_by]
    departments = {one.id: one.department for one in state.team}
    waits = False
    for number, items in enumerate(state.assigned.items):
        found = state.findings.get(items.department)
        if found is None and state.terms.by_department and state.visit.outcome is None:
            act = "inspection.enter-findings"
            people = [one for one in there if departments[one] == items.department]
        elif found is not None and found.confirmed_by is None:
            act = "inspection.confirm-findings"
            people = [one for one in there if one != found.entered_by]
            people = [one for one in people if departments[one] == items.department] or people
        else:
            continue
        waits = True
        yield Work(act=act, number=number, people=tuple(people), **term)
    if not waits:
        yield Work(act="inspection.enter-result", people=tuple(there), **term)


def _visited(state: Inspection) -> str | None:
    """The day in China on which the last officer left, by their device where it had no network."""
    left = [one.left_at for one in state.visit.spells if one.left_at is not None]
    return china_date(max(left)) if left else None


def _result(state: Inspection) -> Iterator[Work]:
    departments = tuple(own.department for own in state.assigned.items)
    visited = _visited(state)
    asking = (state.amendment.by,) if state.amendment else ()
    publication: dict[str, Any] = {"term": "publication", "base": visited}
    if state.status == "entered":
        seen = set(state.checked_out) - {state.entered_by, *asking}
        people = tuple(one for one in state.officers if one in seen)
        yield Work(act="inspection.confirm-result", people=people, term="result", base=visited)
    elif state.status == "confirmed":
        excluded = (*state.officers, *sorted(state.fell_out), *asking)
        yield Work(
            act="inspection.review-result",
            departments=departments,
            excluded=excluded,
            **publication,
        )
    elif state.status == "approved":
        stated = state.result is not None and state.result.category == "ordered-to-correct"
        ordered = any(one.kind == "correction" for one in state.follow_ups)
        if stated and not ordered:
            yield Work(act="inspection.order-correction", departments=departments, **publication)
        else:
            excluded = (state.reviewed_by or "", *sorted(state.fell_out), *asking)
            yield Work(
                act="inspection.publish-result",
                departments=departments,
                excluded=excluded,
                **publication,
            )


def _follow_up(state: Inspection, one: FollowUp) -> Iterator[Work]:
    """Any reviewer of the departments that inspect may look again; whoever was there may not, nor close it."""
    departments = tuple(own.department for own in state.assigned.items)
    there = (*state.officers, *sorted(state.fell_out))
    if one.extension is not None:
        yield Work(
            act="inspection.approve-extension", number=one.number, excluded=(one.extension.by,)
        )
    if one.stage == "open" and one.kind == "correction":
        yield Work(
            act="inspection.verify-correction",
            number=one.number,
            roles=("reviewer",),
            departments=departments,
            excluded=there,
            term="named",
            base=one.due,
        )
    elif one.stage == "open":
        yield Work(act="inspection.record-receipt", number=one.number, departments=departments)
    elif one.stage != "closed":
        excluded = (*there, one.verified_by or "")
        yield Work(
            act="inspection.close-follow-up",
            number=one.number,
            departments=departments,
            excluded=excluded,
        )


def _signing_key(step: Step) -> Iterator[Work]:
    state: SigningKey = step.state
    if state.state == "pending":
        yield Work(act="signing-key.confirm", excluded=(state.staff,))


def _subject(step: Step) -> Iterator[Work]:
    state: Subject = step.state
    if state.requested_by is not None and not state.erased:
        yield Work(act="subject.approve-erasure", excluded=(state.requested_by,))


WORK: dict[str, Callable[[Step], Iterator[Work]]] = {
    "item": _item,
    "checklist": _checklist,
    "training": _training,
    "plan": _plan,
    "scheme": _scheme,
    "appointment": _appointment,
    "task": _task,
    "draw": _draw,
    "inspection": _inspection,
    "signing-key": _signing_key,
    "subject": _subject,
}


def _rows(work: Callable[[Step], Iterator[Work]]) -> Callable[[Step], list[Row]]:
    def rows(step: Step) -> list[Row]:
        waits = {"id": step.id, "asked_at": step.recorded.recorded_at}
        return [
            {**waits, **asdict(one), "roles": one.roles or ROLES[one.act]} for one in work(step)
        ]

    return rows


_TYPES = {"number": NUMBER, **dict.fromkeys(("roles", "departments", "people", "excluded"), TEXTS)}
COLUMNS = {
    "id": TEXT,
    **{own.name: _TYPES.get(own.name, TEXT) for own in fields(Work)},
    "asked_at": TEXT,
}
NAMES = {kind: f"work_{kind.replace('-', '_')}_v3" for kind in WORK}
TABLES = tuple(
    Table(
        name=NAMES[kind],
        kinds=(kind,),
        keeps=Keeps.CURRENT,
        key=("id", "act", "number"),
        columns=COLUMNS,
        rows=_rows(work),
    )
    for kind, work in WORK.items()
)
