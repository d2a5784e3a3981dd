"""A draw, of entities or of officers, step by step; draw-v1 and assign-v1 say what the bytes are.

prepared → witnesses bring hashes → committed (list, rule and sources are fixed) → witnesses open their numbers, the last
one computes the list → disclosed. A draw can be voided by two people, and then stays in sight with everything it has.
The mathematics is in `domain.lottery`; here stands who may do what, when, and on which list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from domain import draw_computation as computation
from domain.draw_commands import (
    AnyDrawCommand,
    ApproveVoid,
    AssignmentCommitted,
    AssignmentComputed,
    BringCommitment,
    CommitDraw,
    DiscloseDraw,
    DrawCommitted,
    DrawComputed,
    DrawDisclosed,
    DrawPrepared,
    DrawVoided,
    PrepareDraw,
    RequestVoid,
    RevealSource,
    SourceRevealed,
    VoidRequested,
    WitnessCommitted,
)
from domain.draw_state import (
    Draw,
    drawn_entities,
    family,
    pool_now,
    require_disinterested,
    require_in_time,
    task_of,
)
from domain.errors import DomainError
from domain.facts import Fact
from domain.frame import assignment_input, roster
from domain.genesis import Genesis
from domain.organisation import Staff
from domain.rules import require_reason
from domain.task import Task

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History
    from domain.lottery.assignment_input import AssignmentInput


def decide(
    state: Draw | None, command: AnyDrawCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, PrepareDraw):
        return (_prepare(state, command, context, history),)
    if state is None:
        raise DomainError("unknown-draw", f"没有抽取 {command.draw_id} / no such draw")
    if state.voided:
        raise DomainError("draw-voided", f"抽取 {state.id} 已作废 / the draw is void")
    match command:
        case BringCommitment():
            events: tuple[object, ...] = (_bring(state, command, context),)
        case CommitDraw():
            events = (_commit(state, context, history),)
        case RevealSource():
            return _reveal(state, command, context)
        case DiscloseDraw():
            return _disclose(state, context, history)
        case RequestVoid():
            events = (_request_void(state, command, context, history),)
        case ApproveVoid():
            events = (_void(state, context, history),)
        case _:
            assert_never(command)
    return tuple(Fact(stream=command.stream, event=event) for event in events)


def _require(condition: bool, state: Draw) -> None:  # noqa: FBT001 - reads as a sentence at its calls
    if not condition:
        raise DomainError(
            "wrong-stage", f"抽取 {state.id} 现在不能这样办理 / the draw is in another stage"
        )


def _prepare(state: Draw | None, command: PrepareDraw, context: Context, history: History) -> Fact:
    task = history.get(Task, command.task)
    if task is None or not task.confirmed or task.completed:
        detail = f"任务 {command.task} 须启动并经各部门确认 / every department must have confirmed the task"
        raise DomainError("task-not-confirmed", detail)
    earlier = family(history, command.task, command.stage)
    if any(not one.voided for one in earlier):
        raise DomainError(
            "draw-exists", "已有有效抽取，须先作废 / a draw stands: it must be voided first"
        )
    expected = f"{command.task}.{command.stage}.{len(earlier) + 1}"
    if state is not None or command.draw_id != expected:
        raise DomainError(
            "draw-id-unexpected", f"抽取编号应为 {expected} / the draw id must be this"
        )
    officers = command.stage == "officers"
    entities_draw = drawn_entities(command.task, history).id if officers else None
    require_in_time(task, context)
    _check_witnesses(task, command.witnesses, history)
    require_disinterested(task, context, command.witnesses)
    event = DrawPrepared(
        task=command.task,
        stage=command.stage,
        witnesses=command.witnesses,
        predecessors=tuple(one.id for one in earlier),
        entities_draw=entities_draw,
    )
    return Fact(stream=command.stream, event=event)


def _check_witnesses(task: Task, witnesses: tuple[str, ...], history: History) -> None:
    """Enough different people, each a witness, and none who can be drawn."""
    if len(set(witnesses)) < len(witnesses) or len(witnesses) < task.row.witnesses:
        detail = f"至少需要 {task.row.witnesses} 名不同的见证人 / this many different witnesses are needed"
        raise DomainError("too-few-witnesses", detail)
    for who in witnesses:
        staff = history.get(Staff, who)
        if staff is None or not staff.active or "witness" not in staff.roles:
            raise DomainError("not-a-witness", f"{who} 不是见证人 / is not a witness")
        if who in task.officers:
            detail = f"{who} 可能被抽中，不得见证 / can be drawn and so cannot witness"
            raise DomainError("own-act", detail)


def _bring(state: Draw, command: BringCommitment, context: Context) -> WitnessCommitted:
    _require(state.committed is None, state)
    _require_witness(state, context)
    if context.actor.id in state.commits:
        raise DomainError("wrong-stage", "您已提交承诺值 / you have handed in a hash already")
    if command.commit in state.commits.values():
        raise DomainError(
            "duplicate-id", "承诺值与他人相同 / another witness handed in the same hash"
        )
    computation.require_commit(command.commit)
    return WitnessCommitted(commit=command.commit)


def _require_witness(state: Draw, context: Context) -> None:
    if context.actor.id not in state.witnesses:
        raise DomainError(
            "not-a-witness", f"您不是抽取 {state.id} 的见证人 / not a witness of this draw"
        )


def _commit(state: Draw, context: Context, history: History) -> DrawCommitted | AssignmentCommitted:
    _require(state.committed is None, state)
    missing = [who for who in state.witnesses if who not in state.commits]
    if missing:
        detail = f"见证人 {'、'.join(missing)} 尚未提交承诺值 / these witnesses have not handed in a hash"
        raise DomainError("source-missing", detail)
    task, genesis = task_of(state.task, history), history.get(Genesis, "")
    assert genesis is not None
    require_in_time(task, context)
    require_disinterested(task, context, state.witnesses)
    key = bytes.fromhex(genesis.opened.vrf_key)
    sources = [(who, state.commits[who]) for who in state.witnesses]
    if state.stage == "entities":
        pool = pool_now(task, history)
        commitment = computation.commit_entities(state.id, pool, task.row, sources, key)
        return DrawCommitted(commitment=commitment, ledger_size=context.position)
    commitment = computation.commit_officers(state.id, _input(state, history), sources, key)
    return AssignmentCommitted(commitment=commitment, ledger_size=context.position)


def _input(state: Draw, history: History) -> AssignmentInput:
    """The input of assign-v1; refused where another list of entities took the place of the one it was prepared for."""
    drawn = drawn_entities(state.task, history)
    if drawn.id != state.entities_draw:
        detail = f"本抽取是为已作废的 {state.entities_draw} 准备的，须作废后另行准备 / prepared for a list that is void"
        raise DomainError("entities-not-drawn", detail)
    return assignment_input(task_of(state.task, history), drawn.selected, drawn.roster, history)


def _reveal(state: Draw, command: RevealSource, context: Context) -> tuple[Fact, ...]:
    _require(state.committed is not None and state.computed is None, state)
    _require_witness(state, context)
    who = context.actor.id
    if who in state.revealed:
        raise DomainError("wrong-stage", "您已公开随机数 / you have opened your number already")
    if state.committed_leaf is None or context.checkpointed <= state.committed_leaf:
        detail = "承诺尚未被检查点覆盖，请稍候 / no checkpoint covers the commitment yet"
        raise DomainError("not-checkpointed", detail)
    revealed = {"nonce": command.nonce}
    computation.require_reveal(who, state.commits[who], revealed)
    fact = Fact(
        stream=command.stream,
        event=SourceRevealed(index=state.witnesses.index(who), revealed=revealed),
    )
    complete = replace(state, revealed={**state.revealed, who: revealed})
    if len(complete.revealed) < len(state.witnesses):
        return (fact,)
    return (fact, *_compute(complete, context))


def _compute(state: Draw, context: Context) -> tuple[Fact, ...]:
    """Every source is there: the list follows, whatever anybody thinks of it."""
    assert state.committed is not None
    event: DrawComputed | AssignmentComputed
    if isinstance(state.committed, DrawCommitted):
        assert state.pool is not None
        event = computation.compute_entities(
            state.committed.commitment, state.pool, state.entropy, context.prove
        )
    else:
        assert state.input is not None
        event = computation.compute_officers(
            state.committed.commitment, state.input, state.entropy, context.prove
        )
    return (Fact(stream=f"draw/{state.id}", event=event),)


def _disclose(state: Draw, context: Context, history: History) -> tuple[Fact, ...]:
    """Publish; with the officers' list the visits begin to exist, so nobody can act on one before."""
    _require(state.computed is not None and not state.disclosed, state)
    task = task_of(state.task, history)
    require_disinterested(task, context, state.witnesses)
    fact = Fact(stream=f"draw/{state.id}", event=DrawDisclosed())
    if not isinstance(state.computed, AssignmentComputed):
        return (fact,)
    drawn = drawn_entities(state.task, history)
    if not drawn.disclosed:
        detail = f"须先公布 {drawn.id} / the entities' draw is disclosed first"
        raise DomainError("entities-not-disclosed", detail)
    return (fact, *computation.visits(state.computed.output, task.row, drawn.id, state.id))


def _request_void(
    state: Draw, command: RequestVoid, context: Context, history: History
) -> VoidRequested:
    _require_may_be_voided(state, history)
    _require(
        state.void_requested_by is None, state
    )  # the reason that is approved is the one that was read
    require_disinterested(task_of(state.task, history), context, state.witnesses)
    require_reason(command.reason)
    return VoidRequested(reason=command.reason)


def _void(state: Draw, context: Context, history: History) -> DrawVoided:
    _require_may_be_voided(state, history)
    _require(state.void_requested_by is not None and state.void_reason is not None, state)
    assert state.void_requested_by is not None
    assert state.void_reason is not None
    involved = (state.prepared_by, state.void_requested_by)
    task = task_of(state.task, history)
    require_disinterested(task, context, state.witnesses, apart_from=involved)
    return DrawVoided(
        reason=state.void_reason,
        requested_by=state.void_requested_by,
        computed=state.computed is not None,
    )


def _require_may_be_voided(state: Draw, history: History) -> None:
    """Visits stand on both draws; and officers are drawn to a list of entities that must not vanish meanwhile."""
    officers = [one for one in family(history, state.task, "officers") if not one.voided]
    stands = (
        state.disclosed if state.stage == "officers" else any(one.committed for one in officers)
    )
    if stands:
        raise DomainError(
            "inspections-exist", "已据此派出检查，不得作废 / visits stand on this draw already"
        )


def evolve(state: Draw | None, recorded: Recorded, history: History) -> Draw:
    """Fold one fact; at a commitment, read the registries as they are at that leaf."""
    event, by = recorded.event, recorded.actor.id
    if isinstance(event, DrawPrepared):
        return Draw(
            id=recorded.stream.partition("/")[2],
            task=event.task,
            stage=event.stage,
            witnesses=event.witnesses,
            predecessors=event.predecessors,
            entities_draw=event.entities_draw,
            prepared_by=by,
            commits={},
            revealed={},
        )
    assert state is not None
    match event:
        case WitnessCommitted(commit=commit):
            return replace(state, commits={**state.commits, by: commit})
        case DrawCommitted() | AssignmentCommitted():
            return _evolve_committed(state, event, recorded.leaf, history)
        case SourceRevealed(index=index, revealed=revealed):
            who = state.witnesses[index]
            return replace(state, revealed={**state.revealed, who: revealed})
        case DrawComputed() | AssignmentComputed():
            return replace(state, computed=event)
        case DrawDisclosed():
            return replace(state, disclosed=True)
        case VoidRequested(reason=reason):
            return replace(state, void_requested_by=by, void_reason=reason)
        case DrawVoided():
            return replace(state, voided=True)
        case _:
            return state


def _evolve_committed(
    state: Draw, event: DrawCommitted | AssignmentCommitted, leaf: int, history: History
) -> Draw:
    task = task_of(state.task, history)
    committed = replace(state, committed=event, committed_leaf=leaf)
    if isinstance(event, DrawCommitted):
        pool = pool_now(task, history)
        return replace(committed, pool=pool, roster=roster(task, history))
    return replace(committed, input=_input(state, history))
