"""A draw, of entities or of officers, step by step; draw-v1 and assign-v1 say what the bytes are.

prepared → witnesses bring hashes → committed (list, rule and sources are fixed) → witnesses open their numbers, the last
one computes the list → disclosed. A draw can be voided by two people, and then stays in sight with everything it has.
The mathematics is in `domain.lottery`; here stands who may do what, when, and on which list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, assert_never

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
    Stage,
    VoidRequested,
    WitnessCommitted,
)
from domain.errors import DomainError
from domain.facts import Fact
from domain.frame import assignment_input, entities_pool, roster
from domain.genesis import Genesis
from domain.lottery.assignment_input import AssignmentInput
from domain.lottery.pool import Pool
from domain.organisation import Staff
from domain.rules import china_date, require_other_person, require_reason
from domain.task import Task

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class Draw:
    """A draw as it stands.

    `commits` and `revealed` map witnesses to what they brought. `pool` (draw of entities), `roster` (its frozen officers)
    and `input` (draw of officers) are what the registries said at the leaf of the commitment.
    """

    id: str
    task: str
    stage: Stage
    witnesses: tuple[str, ...]
    predecessors: tuple[str, ...]
    commits: Mapping[str, str]
    revealed: Mapping[str, Mapping[str, Any]]
    committed: DrawCommitted | AssignmentCommitted | None = None
    committed_leaf: int | None = None
    pool: Pool | None = None
    roster: tuple[Mapping[str, Any], ...] = ()
    input: AssignmentInput | None = None
    computed: DrawComputed | AssignmentComputed | None = None
    disclosed: bool = False
    void_requested_by: str | None = None
    void_reason: str | None = None
    voided: bool = False

    @property
    def entropy(self) -> tuple[Mapping[str, Any], ...]:
        """What the sources revealed so far, in the order of the commitment."""
        return tuple(self.revealed[who] for who in self.witnesses if who in self.revealed)

    @property
    def selected(self) -> tuple[str, ...]:
        """The entities that were drawn, by stratum and ticket; empty before."""
        if not isinstance(self.computed, DrawComputed):
            return ()
        return tuple(id_ for stratum in self.computed.strata for id_ in stratum["selected"])


def family(history: History, task: str, stage: Stage) -> tuple[Draw, ...]:
    """Every draw of a task and stage, voided ones too, in the order of their serials."""
    own = [one for one in history.all(Draw) if (one.task, one.stage) == (task, stage)]
    return tuple(sorted(own, key=lambda one: int(one.id.rpartition(".")[2])))


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
            return _disclose(state, history)
        case RequestVoid():
            events = (_request_void(state, command, history),)
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
    if command.stage == "officers":
        _drawn_entities(command.task, history)
    if china_date(context.now) > task.row.window_to:
        raise DomainError(
            "outside-window", f"抽查时间已于 {task.row.window_to} 结束 / the window has ended"
        )
    _check_people(task, command.witnesses, context, history)
    event = DrawPrepared(
        task=command.task,
        stage=command.stage,
        witnesses=command.witnesses,
        predecessors=tuple(one.id for one in earlier),
    )
    return Fact(stream=command.stream, event=event)


def _drawn_entities(task: str, history: History) -> Draw:
    """The draw of entities that stands and is computed."""
    standing = [one for one in family(history, task, "entities") if not one.voided]
    if not standing or standing[0].computed is None:
        raise DomainError(
            "entities-not-drawn", "须先完成检查对象抽取 / the entities are drawn first"
        )
    return standing[0]


def _check_people(
    task: Task, witnesses: tuple[str, ...], context: Context, history: History
) -> None:
    """Operator and witnesses are different people, and none of them can be drawn."""
    if len(set(witnesses)) < len(witnesses) or len(witnesses) < task.row.witnesses:
        detail = f"至少需要 {task.row.witnesses} 名不同的见证人 / this many different witnesses are needed"
        raise DomainError("too-few-witnesses", detail)
    for who in witnesses:
        staff = history.get(Staff, who)
        if staff is None or not staff.active or "witness" not in staff.roles:
            raise DomainError("not-a-witness", f"{who} 不是见证人 / is not a witness")
    if context.actor.id in witnesses or {context.actor.id, *witnesses} & set(task.officers):
        detail = "抽取操作员、见证人须为不同的人，且不得是可能被抽中的执法人员 / operator and witnesses differ and cannot be drawn"
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
    task, genesis = history.get(Task, state.task), history.get(Genesis, "")
    assert task is not None
    assert genesis is not None
    key = bytes.fromhex(genesis.opened.vrf_key)
    sources = [(who, state.commits[who]) for who in state.witnesses]
    if state.stage == "entities":
        pool = entities_pool(task.row, history)
        commitment = computation.commit_entities(state.id, pool, task.row, sources, key)
        return DrawCommitted(commitment=commitment, ledger_size=context.position)
    commitment = computation.commit_officers(state.id, _input(state, history), sources, key)
    return AssignmentCommitted(commitment=commitment, ledger_size=context.position)


def _input(state: Draw, history: History) -> AssignmentInput:
    task = history.get(Task, state.task)
    assert task is not None
    drawn = _drawn_entities(state.task, history)
    return assignment_input(task, drawn.selected, drawn.roster, history)


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


def _disclose(state: Draw, history: History) -> tuple[Fact, ...]:
    """Publish; with the officers' list the visits begin to exist, so nobody can act on one before."""
    _require(state.computed is not None and not state.disclosed, state)
    fact = Fact(stream=f"draw/{state.id}", event=DrawDisclosed())
    if not isinstance(state.computed, AssignmentComputed):
        return (fact,)
    task = history.get(Task, state.task)
    assert task is not None
    drawn = _drawn_entities(state.task, history)
    return (fact, *computation.visits(state.computed.output, task.row, drawn.id, state.id))


def _request_void(state: Draw, command: RequestVoid, history: History) -> VoidRequested:
    _require_may_be_voided(state, history)
    require_reason(command.reason)
    return VoidRequested(reason=command.reason)


def _void(state: Draw, context: Context, history: History) -> DrawVoided:
    _require_may_be_voided(state, history)
    _require(state.void_requested_by is not None and state.void_reason is not None, state)
    assert state.void_requested_by is not None
    assert state.void_reason is not None
    require_other_person(context, state.void_requested_by, "作废审批 / approval of a void")
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
    task = history.get(Task, state.task)
    assert task is not None
    committed = replace(state, committed=event, committed_leaf=leaf)
    if isinstance(event, DrawCommitted):
        pool = entities_pool(task.row, history)
        return replace(committed, pool=pool, roster=roster(task, history))
    return replace(committed, input=_input(state, history))
