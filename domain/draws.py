"""A draw, of entities or of officers, step by step; draw-v1 and assign-v1 say what the bytes are.

prepared → witnesses bring hashes → committed (list, rule and sources are fixed) → covered by a checkpoint → the sources
arrive, and the last one brings the list → disclosed, as the plan says. A draw can be voided by two people, and then stays
in sight with everything it has; its list is computed all the same once every source is there. The mathematics is in
`domain.lottery`; here stands who may do what, when, and on which list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from domain import draw_computation as computation
from domain import draw_sources as sources
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
    DrawPrepared,
    DrawVoided,
    EnterBeacon,
    EnterLottery,
    EnterPaper,
    LookAtDraw,
    LotteryIssue,
    PrepareDraw,
    PrepareReplacement,
    RequestVoid,
    RevealSource,
    VoidDeclined,
    VoidRequested,
)
from domain.draw_state import (
    Draw,
    drawn_entities,
    family,
    input_now,
    is_told,
    may_be_drawn,
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
from domain.organisation import Staff
from domain.plan import Plan
from domain.rules import china_date, require_reason, require_text
from domain.task import Task
from domain.vrf_keys import require_standing

if TYPE_CHECKING:
    from domain.draw_commands import Stage
    from domain.facts import Context
    from domain.history import History
    from domain.lottery.assignment_input import AssignmentInput
    from domain.lottery.pool import Pool
    from domain.plan_rows import DrawTerms

# A draw whose sources were fixed is computed whatever became of it, so that voiding hides nothing.
STILL_ARRIVING = (CoverDraw, RevealSource, EnterBeacon, EnterLottery)
SLACK_MS = 60_000  # for the checkpoint, which comes a moment after the commitment


def decide(
    state: Draw | None, command: AnyDrawCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, PrepareDraw):
        return (_prepare(state, command, context, history),)
    if isinstance(command, PrepareReplacement):
        return (_prepare_replacement(state, command, context, history),)
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
            event = _request_void(state, command, context, history)
        case ApproveVoid():
            event = _void(state, context, history)
        case DeclineVoid():
            return _decline_void(state, command, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _prepare(state: Draw | None, command: PrepareDraw, context: Context, history: History) -> Fact:
    task = history.get(Task, command.task)
    if task is None or not task.confirmed or task.completed:
        detail = f"任务 {command.task} 须启动并经各部门确认 / every department must have confirmed the task"
        raise DomainError("task-not-confirmed", detail)
    earlier = family(history, command.task, command.stage)
    _require_next(state, command, f"{command.task}.{command.stage}.{len(earlier) + 1}", earlier)
    officers = command.stage == "officers"
    entities_draw = drawn_entities(command.task, history).id if officers else None
    event = DrawPrepared(
        task=command.task,
        stage=command.stage,
        witnesses=command.witnesses,
        lotteries=command.lotteries,
        predecessors=tuple(one.id for one in earlier),
        entities_draw=entities_draw,
        seat=None,
    )
    return _prepared(event, command, earlier, context, history)


def _prepare_replacement(
    state: Draw | None, command: PrepareReplacement, context: Context, history: History
) -> Fact:
    """A seat is named by its visit, so where that is secret only its officers could be told apart: it must be vacant."""
    inspection = history.get(Inspection, command.seat.inspection)
    if inspection is None or command.seat.officer not in inspection.vacant:
        detail = "该席位没有空缺 / that seat is not vacant"
        raise DomainError("seat-not-vacant", detail)
    others = family(history, inspection.task, "replacement")
    earlier = tuple(one for one in others if one.seat == command.seat)
    _require_next(state, command, f"{inspection.task}.replacement.{len(others) + 1}", earlier)
    event = DrawPrepared(
        task=inspection.task,
        stage="replacement",
        witnesses=command.witnesses,
        lotteries=command.lotteries,
        predecessors=tuple(one.id for one in earlier),
        entities_draw=inspection.assigned.entities_draw,
        seat=command.seat,
    )
    return _prepared(event, command, others, context, history)


def _require_next(
    state: Draw | None,
    command: PrepareDraw | PrepareReplacement,
    expected: str,
    earlier: tuple[Draw, ...],
) -> None:
    if any(not one.voided for one in earlier):
        raise DomainError(
            "draw-exists", "已有有效抽取，须先作废 / a draw stands: it must be voided first"
        )
    if state is not None or command.draw_id != expected:
        raise DomainError(
            "draw-id-unexpected", f"抽取编号应为 {expected} / the draw id must be this"
        )


def _prepared(
    event: DrawPrepared,
    command: PrepareDraw | PrepareReplacement,
    earlier: tuple[Draw, ...],
    context: Context,
    history: History,
) -> Fact:
    """Give the announcement, if people and lotteries are those of the plan; `earlier` draws may not share an issue."""
    task = task_of(event.task, history)
    require_in_time(task, context)
    _check_witnesses(task, task.row.terms(event.stage), event.witnesses, history)
    _check_lotteries(task, event.stage, event.lotteries, earlier, context)
    require_disinterested(task, context, event.witnesses, history)
    return Fact(stream=command.stream, event=event)


def _check_witnesses(
    task: Task, terms: DrawTerms, witnesses: tuple[str, ...], history: History
) -> None:
    """As many different people as the plan says, each a witness, and none who can be drawn."""
    if len(set(witnesses)) < len(witnesses) or len(witnesses) != terms.witnesses:
        detail = f"计划规定 {terms.witnesses} 名不同的见证人 / the plan asks for this many different witnesses"
        raise DomainError("sources-differ-from-plan", detail)
    for who in witnesses:
        staff = history.get(Staff, who)
        if staff is None or not staff.active or "witness" not in staff.roles:
            raise DomainError("not-a-witness", f"{who} 不是见证人 / is not a witness")
        if may_be_drawn(who, task, history):
            detail = f"{who} 可能被抽中，不得见证 / can be drawn and so cannot witness"
            raise DomainError("own-act", detail)


def _check_lotteries(
    task: Task,
    stage: Stage,
    issues: tuple[LotteryIssue, ...],
    earlier: tuple[Draw, ...],
    context: Context,
) -> None:
    """The lotteries of the plan in its order, each with an issue that is not drawn yet and that no earlier draw used."""
    terms = task.row.terms(stage)
    if tuple(one.name for one in issues) != terms.lotteries:
        wanted = "、".join(terms.lotteries) or "—"
        detail = f"计划规定的彩票为 {wanted} / the plan asks for these lotteries"
        raise DomainError("sources-differ-from-plan", detail)
    used = {(one.name, one.issue) for draw in earlier for one in draw.lotteries}
    for one in issues:
        require_text(one.issue, "lotteries.issue")
        _require_after_margin(chains.unix_ms(one.opens_at), terms, context, one.issue)
        if china_date(one.opens_at) > task.row.window_to:
            detail = f"{one.issue}: 开奖晚于抽查时间 / drawn after the window has ended"
            raise DomainError("outside-window", detail)
        if not one.groups or min(one.groups) < 1:
            detail = "lotteries.groups: 写明每组号码的个数 / say how many numbers each group has"
            raise DomainError("source-invalid", detail)
        if (one.name, one.issue) in used:
            detail = f"{one.name} {one.issue} 已用于前次抽取 / an earlier draw used this issue"
            raise DomainError("duplicate-id", detail)


def _require_after_margin(due_ms: int, terms: DrawTerms, context: Context, what: str) -> None:
    earliest = chains.unix_ms(context.now) + terms.margin_minutes * sources.MINUTE_MS
    if due_ms < earliest:
        detail = f"{what}: 须在承诺之后至少 {terms.margin_minutes} 分钟开奖 / to be drawn at least so many minutes after the commitment"
        raise DomainError("margin-missed", detail)


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
    require_disinterested(task, context, state.witnesses, history)
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
        detail = "没有可替补的人员：须先登记、培训或解除请假 / nobody may take the seat"
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
    except DomainError as refusal:
        if drawn_entities(state.task, history).disclosed:
            raise
        detail = "派不出人员；名单公布前不列出具体检查 / no assignment exists; for which visits is not told before the list is public"
        raise DomainError(refusal.code, detail) from None


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
        _require_after_margin(chains.unix_ms(one.opens_at), terms, context, one.issue)
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
    if context.actor.role != "discipline":
        own = [one for one in history.all(Inspection) if one.task == state.task]
        involved = any(context.actor.id in one.officers for one in own)
        if not involved or not is_told(state.task, context, history):
            detail = "公布前只有承办检查的人员和纪检监察可以查看 / before the disclosure only those who carry out the visits may look"
            raise DomainError("draw-not-disclosed", detail)
    return DrawLookedAt(part=command.part)


def _request_void(
    state: Draw, command: RequestVoid, context: Context, history: History
) -> VoidRequested:
    _require_may_be_voided(state, history)
    # The reason that is approved is the one that was read.
    require_stage(state.void_requested_by is None, state)
    require_disinterested(task_of(state.task, history), context, state.witnesses, history)
    require_reason(command.reason)
    return VoidRequested(reason=command.reason)


def _void(state: Draw, context: Context, history: History) -> DrawVoided:
    _require_may_be_voided(state, history)
    requested_by = _judge_void(state, context, history)
    assert state.void_reason is not None
    return DrawVoided(
        reason=state.void_reason,
        requested_by=requested_by,
        computed=state.computed is not None,
    )


def _judge_void(state: Draw, context: Context, history: History) -> str:
    """Somebody who has no hand in it decides; give who asked."""
    require_stage(state.void_requested_by is not None, state)
    assert state.void_requested_by is not None
    involved = (state.prepared_by, state.void_requested_by)
    task = task_of(state.task, history)
    require_disinterested(task, context, (*state.witnesses, *involved), history)
    return state.void_requested_by


def _decline_void(
    state: Draw, command: DeclineVoid, context: Context, history: History
) -> tuple[Fact, ...]:
    _judge_void(state, context, history)
    require_reason(command.reason)
    fact = Fact(stream=command.stream, event=VoidDeclined(reason=command.reason))
    if state.computed is None:
        return (fact,)
    return (fact, *sources.send_out(state, history))


def _require_may_be_voided(state: Draw, history: History) -> None:
    """Visits stand on both draws; and officers are drawn to a list of entities that must not vanish meanwhile."""
    officers = [one for one in family(history, state.task, "officers") if not one.voided]
    released = state.computed is not None and state.void_requested_by is None
    stands = any(one.committed for one in officers) if state.stage == "entities" else released
    if stands:
        raise DomainError(
            "inspections-exist", "已据此派出检查，不得作废 / visits stand on this draw already"
        )
