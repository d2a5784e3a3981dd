"""A draw as it stands, folded from its facts; its family, and who may have a hand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.appointment_state import Appointment
from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
    DrawCovered,
    DrawDisclosed,
    DrawLookedAt,
    DrawPrepared,
    DrawVoided,
    LotteryEntered,
    LotteryIssue,
    PaperEntered,
    Seat,
    SourceRevealed,
    Stage,
    VoidDeclined,
    VoidRequested,
    WitnessCommitted,
)
from domain.eligibility import Roster, roster
from domain.errors import DomainError
from domain.frame import assignment_input, entities_pool
from domain.inspection_state import Inspection
from domain.lottery.assignment_input import AssignmentInput
from domain.lottery.entropy import Source, sources_from_json
from domain.lottery.pool import Pool
from domain.registry_state import Expert, Officer
from domain.rules import china_date
from domain.substitutes import substitutes
from domain.task import Task

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History


Numbers = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """A draw as it stands.

    `commits` maps witnesses to their hashes, `papers` those whose hash one person typed from paper to hash and typist.
    `sources` are those of the commitment; `revealed` maps a place among them to what arrived, `entries` that of a
    lottery to who entered which numbers. `pool` (entities, or those who may fill `seat`), `roster` (frozen with the draw of
    entities) and `input` (draw of officers) are what the registries said at the leaf of the commitment. `version` counts the
    events, but for looks: they change nothing, and their number would tell who looked.
    """

    id: str
    task: str
    stage: Stage
    witnesses: tuple[str, ...]
    lotteries: tuple[LotteryIssue, ...]
    predecessors: tuple[str, ...]
    entities_draw: str | None
    seat: Seat | None
    margin_minutes: int
    prepared_by: str
    commits: Mapping[str, str]
    papers: Mapping[str, tuple[str, str]]
    sources: tuple[Source, ...]
    entries: Mapping[int, tuple[tuple[str, Numbers], ...]]
    revealed: Mapping[int, Mapping[str, Any]]
    committed: DrawCommitted | AssignmentCommitted | None = None
    committed_leaf: int | None = None
    covered_at: str | None = None
    pool: Pool | None = None
    roster: Roster | None = None
    input: AssignmentInput | None = None
    computed: DrawComputed | AssignmentComputed | None = None
    disclosed: bool = False
    void_requested_by: str | None = None
    void_reason: str | None = None
    voided: bool = False
    version: int = 0

    @property
    def entropy(self) -> tuple[Mapping[str, Any], ...]:
        """What the sources revealed so far, in the order of the commitment."""
        return tuple(self.revealed[index] for index in sorted(self.revealed))

    @property
    def complete(self) -> bool:
        """Whether every source has arrived."""
        return bool(self.sources) and len(self.revealed) == len(self.sources)

    @property
    def disputed(self) -> bool:
        """Whether the people who entered a lottery's numbers do not agree."""
        return any(len(own) > 1 for i, own in self.entries.items() if i not in self.revealed)

    @property
    def selected(self) -> tuple[str, ...]:
        """The entities that were drawn, or the substitute, by stratum and ticket; empty before."""
        if not isinstance(self.computed, DrawComputed):
            return ()
        return tuple(id_ for stratum in self.computed.strata for id_ in stratum["selected"])


def family(history: History, task: str, stage: Stage) -> tuple[Draw, ...]:
    """Every draw of a task and stage, voided ones too, in the order of their serials."""
    own = [one for one in history.all(Draw) if (one.task, one.stage) == (task, stage)]
    return tuple(sorted(own, key=lambda one: int(one.id.rpartition(".")[2])))


def drawn_entities(task: str, history: History) -> Draw:
    """Give the draw of entities that stands and is computed."""
    standing = [one for one in family(history, task, "entities") if not one.voided]
    if not standing or standing[0].computed is None:
        raise DomainError(
            "entities-not-drawn", "须先完成检查对象抽取 / the entities are drawn first"
        )
    return standing[0]


def task_of(task: str, history: History) -> Task:
    """Give the task of a draw that was prepared, so it exists."""
    found = history.get(Task, task)
    assert found is not None
    return found


def pool_now(task: Task, history: History) -> Pool:
    """Give the pool and exclusions of a task on this history.

    An entity counts as inspected with the draw that stands, whatever came of the visit, so that a cap holds between
    tasks; `require_no_open_draw` keeps two of them from being drawn side by side.
    """
    return entities_pool(task, drawn_in(task.row.window_from[:4], history), history)


def drawn_in(year: str, history: History) -> Mapping[str, int]:
    """How often each entity was drawn for a year; two inspections that are carried out in one visit count once."""
    tasks: dict[str, set[str]] = {}
    for one in history.all(Draw):
        counts = one.stage == "entities" and not one.voided
        if counts and task_of(one.task, history).row.window_from.startswith(year):
            for entity in one.selected:
                tasks.setdefault(entity, set()).add(one.task)
    drawn = {entity: len(own) for entity, own in tasks.items()}
    for made in history.all(Appointment):
        if made.status == "agreed" and set(made.tasks) <= tasks.get(made.entity, set()):
            drawn[made.entity] -= 1
    return drawn


def require_no_open_draw(state: Draw, pool: Pool, history: History) -> None:
    """Refuse a pool that shares entities with a draw whose list is not there yet, or not public.

    What the other draws would exceed a visit cap, and its secret list would stand in the exclusions of this one.
    """
    own = {one.id for one in pool.members} | {one.id for one in pool.excluded}
    for other in history.all(Draw):
        waiting = other.stage == "entities" and not other.disclosed and not other.voided
        if waiting and other.id != state.id and other.pool is not None:
            if own.isdisjoint(one.id for one in other.pool.members):
                continue
            detail = f"{other.id} 抽取同一批对象，须待其名单公布或作废 / draws from the same entities: its list must be public, or it void"
            raise DomainError("draw-in-progress", detail)


def is_told(task: str, context: Context, history: History) -> bool:
    """Whether the day has come from which officers see their own visits of a task."""
    told_on = task_of(task, history).row.team.told_on
    return told_on is None or china_date(context.now) >= told_on


def require_in_time(task: Task, context: Context) -> None:
    """Refuse a draw for visits that could not be held any more."""
    if china_date(context.now) > task.row.window_to:
        detail = f"抽查时间已于 {task.row.window_to} 结束 / the window has ended"
        raise DomainError("outside-window", detail)


def may_be_drawn(who: str, task: Task, history: History) -> bool:
    """Whether somebody is an officer whom the task could call, named or of the reserve, or an expert where it calls experts."""
    if task.row.team.experts and history.get(Expert, who) is not None:
        return True
    officer = history.get(Officer, who)
    details = officer.details if officer is not None else None
    return who in task.officers or (
        details is not None and bool(task.row.items_of(details.department))
    )


def require_disinterested(
    task: Task, context: Context, others: tuple[str, ...], history: History
) -> None:
    """Whoever runs or voids a draw is no officer who may be drawn, and none of `others`: witnesses, and who asked."""
    who = context.actor.id
    if who in others or may_be_drawn(who, task, history):
        detail = "办理人、见证人须为不同的人，且不得是可能被抽中的执法人员 / those who act and witness differ and cannot be drawn"
        raise DomainError("own-act", detail)


def require_stage(condition: bool, state: Draw) -> None:  # noqa: FBT001 - reads as a sentence at its calls
    """Refuse what does not belong to the stage in which a draw is."""
    if not condition:
        raise DomainError(
            "wrong-stage", f"抽取 {state.id} 现在不能这样办理 / the draw is in another stage"
        )


def input_now(state: Draw, history: History) -> AssignmentInput:
    """The input of assign-v1; refused where another list of entities took the place of the one it was prepared for."""
    drawn = drawn_entities(state.task, history)
    if drawn.id != state.entities_draw:
        detail = f"本抽取是为已作废的 {state.entities_draw} 准备的，须作废后另行准备 / prepared for a list that is void"
        raise DomainError("entities-not-drawn", detail)
    if drawn.void_requested_by is not None:
        detail = f"{drawn.id} 的作废申请尚未决定 / it is not decided yet whether that draw counts"
        raise DomainError("void-pending", detail)
    assert drawn.roster is not None
    assert drawn.committed_leaf is not None
    task = task_of(state.task, history)
    return assignment_input(task, drawn.selected, drawn.roster, drawn.committed_leaf, history)


def officers_draw(seat: Seat, history: History) -> Draw:
    """Give the draw of officers that made the inspection of a seat."""
    inspection = history.get(Inspection, seat.inspection)
    found = history.get(Draw, inspection.assigned.officers_draw) if inspection else None
    assert found is not None
    return found


def seat_pool(state: Draw, history: History) -> Pool:
    """Those who may fill the seat of a replacement; refused where it is not vacant."""
    assert state.seat is not None
    assert state.entities_draw is not None
    inspection = history.get(Inspection, state.seat.inspection)
    entities = history.get(Draw, state.entities_draw)
    seated = officers_draw(state.seat, history).input
    assert inspection is not None
    assert entities is not None
    assert entities.roster is not None
    assert seated is not None
    return substitutes(inspection, state.seat.officer, entities.roster, seated, history)


def evolve(state: Draw | None, recorded: Recorded, history: History) -> Draw:
    """Fold one fact; at a commitment, read the registries as they are at that leaf."""
    if state is not None and isinstance(recorded.event, DrawLookedAt):
        return state
    version = state.version + 1 if state else 1
    return replace(_changed(state, recorded, history), version=version)


def _changed(state: Draw | None, recorded: Recorded, history: History) -> Draw:
    event, by = recorded.event, recorded.actor.id
    if isinstance(event, DrawPrepared):
        return _prepared(recorded.stream.partition("/")[2], event, by, history)
    assert state is not None
    match event:
        case PaperEntered(who=who, commit=commit):
            return replace(state, papers={**state.papers, who: (commit, by)})
        case WitnessCommitted(who=who, commit=commit):
            return replace(state, commits={**state.commits, who: commit})
        case DrawCommitted() | AssignmentCommitted():
            return _committed(state, event, recorded.leaf, history)
        case DrawCovered():
            return replace(state, covered_at=recorded.recorded_at)
        case LotteryEntered(index=index, numbers=numbers):
            entered = (*state.entries.get(index, ()), (by, numbers))
            return replace(state, entries={**state.entries, index: entered})
        case SourceRevealed(index=index, revealed=revealed):
            return replace(state, revealed={**state.revealed, index: revealed})
        case DrawComputed() | AssignmentComputed():
            return replace(state, computed=event)
        case DrawDisclosed():
            return replace(state, disclosed=True)
        case VoidRequested(reason=reason):
            return replace(state, void_requested_by=by, void_reason=reason)
        case VoidDeclined():
            return replace(state, void_requested_by=None, void_reason=None)
        case DrawVoided():
            return replace(state, voided=True)
        case _:
            return state


def _prepared(id_: str, event: DrawPrepared, by: str, history: History) -> Draw:
    return Draw(
        id=id_,
        task=event.task,
        stage=event.stage,
        witnesses=event.witnesses,
        lotteries=event.lotteries,
        predecessors=event.predecessors,
        entities_draw=event.entities_draw,
        seat=event.seat,
        margin_minutes=task_of(event.task, history).row.terms(event.stage).margin_minutes,
        prepared_by=by,
        commits={},
        papers={},
        sources=(),
        entries={},
        revealed={},
    )


def _committed(
    state: Draw, event: DrawCommitted | AssignmentCommitted, leaf: int, history: History
) -> Draw:
    task = task_of(state.task, history)
    sources = sources_from_json(event.commitment["sources"])
    committed = replace(state, committed=event, committed_leaf=leaf, sources=sources)
    match state.stage:
        case "entities":
            pool = pool_now(task, history)
            return replace(committed, pool=pool, roster=roster(task, history))
        case "officers":
            return replace(committed, input=input_now(state, history))
        case "replacement":
            return replace(committed, pool=seat_pool(state, history))
