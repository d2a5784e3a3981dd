"""A draw, of entities or of officers, step by step; draw-v1 and assign-v1 say what the bytes are.

prepared → witnesses bring hashes → committed (list, rule and sources are fixed) → covered by a checkpoint → the sources
arrive, and the last one brings the list → disclosed, as the plan says. A draw can be voided by two people, and then stays
in sight with everything it has; its list is computed all the same once every source is there. The mathematics is in
`domain.lottery`; here and in `draw_preparation`, `draw_sources` and `draw_voids` stands who may do what, when, and on which list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from domain import draw_computation as computation
from domain import draw_preparation as preparation
from domain import draw_sources as sources
from domain import draw_voids as voids
from domain.draw_commands import (
    AnyDrawCommand,
    ApproveVoid,
    AssignmentCommitted,
    BringCommitment,
    CommitDraw,
    CoverDraw,
    DeclineVoid,
    DiscloseDraw,
    DrawCommitted,
    DrawDisclosed,
    DrawLookedAt,
    EnterBeacon,
    EnterLottery,
    EnterPaper,
    LookAtDraw,
    PrepareDraw,
    PrepareReplacement,
    RequestVoid,
    RevealSource,
)
from domain.draw_state import (
    Draw,
    drawn_entities,
    family,
    input_now,
    is_told,
    pool_now,
    require_disinterested,
    require_in_time,
    require_no_open_draw,
    require_stage,
    seat_pool,
    task_of,
)
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_state import Inspection
from domain.lottery import chains
from domain.lottery.entropy import Drand, Lottery, Source, Witness
from domain.lottery.infeasible import InfeasibleError
from domain.plan import Plan
from domain.rules import china_date
from domain.vrf_keys import require_standing

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.lottery.assignment_input import AssignmentInput
    from domain.lottery.pool import Pool
    from domain.task import Task

# A draw whose sources were fixed is computed whatever became of it, so that voiding hides nothing.
STILL_ARRIVING = (CoverDraw, RevealSource, EnterBeacon, EnterLottery)
SLACK_MS = 60_000  # for the checkpoint, which comes a moment after the commitment


def decide(
    state: Draw | None, command: AnyDrawCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, PrepareDraw):
        return (preparation.prepare(state, command, context, history),)
    if isinstance(command, PrepareReplacement):
        return (preparation.prepare_replacement(state, command, context, history),)
    if state is None:
        raise DomainError("unknown-draw", f"没有抽取 {command.draw_id} / no such draw")
    if state.voided and not isinstance(command, STILL_ARRIVING):
        raise DomainError("draw-voided", f"抽取 {state.id} 已作废 / the draw is void")
    match command:
        case BringCommitment() | EnterPaper():
            return sources.bring(state, command, context, history)
        case CommitDraw():
            event: object = _commit(state, context, history)
        case CoverDraw():
            return sources.cover(state, command, context)
        case RevealSource() | EnterBeacon() | EnterLottery():
            return sources.open_source(state, command, context, history)
        case DiscloseDraw():
            event = _disclose(state, context, history)
        case LookAtDraw():
            event = _look(state, command, context, history)
        case RequestVoid():
            event = voids.request(state, command, context, history)
        case ApproveVoid():
            event = voids.approve(state, context, history)
        case DeclineVoid():
            return voids.decline(state, command, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _commit(state: Draw, context: Context, history: History) -> DrawCommitted | AssignmentCommitted:
    require_stage(state.committed is None, state)
    missing = [who for who in state.witnesses if who not in state.commits]
    if missing:
        detail = f"见证人 {'、'.join(missing)} 尚未提交承诺值 / these witnesses have not handed in a hash"
        raise DomainError("source-missing", detail)
    task = task_of(state.task, history)
    plan = history.get(Plan, str(task.plan_year))
    assert plan is not None
    require_in_time(task, context)
    emptied_by = preparation.who_vacated(state.seat, history)
    require_disinterested(task, context, (*state.witnesses, *emptied_by), history)
    require_standing(plan.vrf_key, history)
    key, fixed = bytes.fromhex(plan.vrf_key), _sources(state, task, context, history)
    if state.stage == "officers":
        commitment = _commit_officers(state, input_now(state, history), fixed, key, history)
        return AssignmentCommitted(commitment=commitment, ledger_size=context.position)
    if state.stage == "entities":
        pool, rule = pool_now(task, history), computation.rule_of(task.row)
        require_no_open_draw(state, pool, history)
    else:
        pool = _pool_of_seat(state, history)
        rule = computation.rule_of_seat(pool)
    commitment = computation.commit_pool(state.id, pool, rule, fixed, key)
    return DrawCommitted(commitment=commitment, ledger_size=context.position)


def _pool_of_seat(state: Draw, history: History) -> Pool:
    """One seat of a task after the other, as each changes who may take the next."""
    for other in family(history, state.task, "replacement"):
        if other.committed and not other.computed and not other.voided:
            detail = f"{other.id} 尚未抽出，须先完成或作废 / that draw comes first"
            raise DomainError("draw-in-progress", detail)
    pool = seat_pool(state, history)
    if not pool.members:
        detail = "名册和备员中没有可替补的人员 / nobody of roster and reserve may take the seat"
        raise DomainError("nobody-eligible", detail)
    return pool


def _commit_officers(
    state: Draw,
    input_: AssignmentInput,
    fixed: tuple[Source, ...],
    key: bytes,
    history: History,
) -> dict[str, Any]:
    """The refusal of what cannot be assigned names visits, and so entities: not while their list is secret."""
    try:
        return computation.commit_officers(state.id, input_, fixed, key)
    except InfeasibleError as refusal:
        if drawn_entities(state.task, history).disclosed:
            raise
        raise DomainError(refusal.code, refusal.without_visits()) from None


def _sources(state: Draw, task: Task, context: Context, history: History) -> tuple[Source, ...]:
    """Beacons, lotteries, witnesses; the round is the first after the margin, so nobody chooses it."""
    terms = task.row.terms(state.stage)
    after = chains.unix_ms(context.now) + terms.margin_minutes * sources.MINUTE_MS + SLACK_MS
    fixed: list[Source] = []
    for name in terms.beacons:
        chain = chains.by_name(name)
        used = _last_round(state, chain.hash, history)
        due = chains.first_round_at(chain, -(-after // 1000))
        fixed.append(Drand(chain=chain.hash, round=max(due, used + 1)))
    for one in state.lotteries:
        preparation.require_after_margin(chains.unix_ms(one.opens_at), terms, context, one.issue)
        fixed.append(Lottery(name=one.name, issue=one.issue))
    fixed += [Witness(who=who, commit=state.commits[who]) for who in state.witnesses]
    return tuple(fixed)


def _last_round(state: Draw, chain: str, history: History) -> int:
    """The newest round of a chain that an earlier draw of the family used, or 0: a redraw has new sources."""
    earlier = [one for id_ in state.predecessors if (one := history.get(Draw, id_)) is not None]
    rounds = [
        source.round
        for one in earlier
        for source in one.sources
        if isinstance(source, Drand) and source.chain == chain
    ]
    return max(rounds, default=0)


def _disclose(state: Draw, context: Context, history: History) -> DrawDisclosed:
    """What the visits did not disclose is disclosed when there can be no more of them."""
    require_stage(state.computed is not None and not state.disclosed, state)
    task = task_of(state.task, history)
    if china_date(context.now) <= task.row.window_to:
        detail = f"检查全部开始时自动公布，否则于 {task.row.window_to} 之后 / disclosed when the last visit begins, or after this day"
        raise DomainError("too-early", detail)
    if state.stage != "entities" and not drawn_entities(state.task, history).disclosed:
        detail = "须先公布检查对象名单 / the entities' draw is disclosed first"
        raise DomainError("entities-not-disclosed", detail)
    return DrawDisclosed()


def _look(state: Draw, command: LookAtDraw, context: Context, history: History) -> DrawLookedAt:
    """Before the disclosure the list is for those who carry out its visits, and for who watches over them."""
    require_stage(state.computed is not None and not state.disclosed, state)
    actor = context.actor
    own = [one for one in history.all(Inspection) if one.task == state.task]
    match actor.role:
        case "discipline":
            allowed = True
        case "officer":
            involved = any(actor.id in one.officers for one in own)
            allowed = involved and is_told(state.task, context, history)
        case (
            _
        ):  # who approves, and who draws substitutes: the visits in which something waits for them
            allowed = command.part == "inspections" and any(one.waits for one in own)
    if not allowed:
        detail = "公布前只有承办检查的人员和纪检监察可以查看 / before the disclosure only those who carry out the visits may look"
        raise DomainError("draw-not-disclosed", detail)
    return DrawLookedAt(part=command.part)
