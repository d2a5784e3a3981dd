"""The sources of a draw: brought before the commitment, opened after it, and the list that follows from the last one.

What a source reveals proves itself where it can: a number fits its hash, a beacon's signature its key. Lottery numbers and
hashes on paper are typed by two different people, and count only where both typed the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain import draw_computation as computation
from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    BringCommitment,
    CoverDraw,
    DrawCommitted,
    DrawComputed,
    DrawCovered,
    DrawDisclosed,
    EnterBeacon,
    EnterLottery,
    EnterPaper,
    LotteryEntered,
    PaperEntered,
    RevealSource,
    Seat,
    SourceRevealed,
    WitnessCommitted,
)
from domain.draw_state import (
    Draw,
    drawn_entities,
    may_be_drawn,
    officers_draw,
    require_stage,
    task_of,
)
from domain.errors import DomainError
from domain.facts import Asked, Fact
from domain.inspection_state import Inspection
from domain.lottery import chains
from domain.lottery.entropy import (
    Drand,
    Lottery,
    Witness,
    drand_signatures,
    randomness,
    witness_commit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from domain.draw_state import Numbers
    from domain.facts import Context
    from domain.history import History

Opening = RevealSource | EnterBeacon | EnterLottery
MINUTE_MS = 60_000


def bring(
    state: Draw, command: BringCommitment | EnterPaper, context: Context, history: History
) -> tuple[Fact, ...]:
    """Take the hash of a witness, from the witness or from paper."""
    require_stage(state.committed is None, state)
    by = context.actor.id
    who = command.who if isinstance(command, EnterPaper) else by
    if who not in state.witnesses:
        detail = f"{who} 不是抽取 {state.id} 的见证人 / not a witness of this draw"
        raise DomainError("not-a-witness", detail)
    if who in state.commits:
        raise DomainError("wrong-stage", f"{who} 的承诺值已提交 / this hash was handed in already")
    computation.require_commit(command.commit)
    if any(command.commit in _known_hashes(one, who) for one in history.all(Draw)):
        detail = "该承诺值已被使用，请另取随机数 / this hash was used already: take another number"
        raise DomainError("duplicate-id", detail)
    event: object = WitnessCommitted(who=who, commit=command.commit)
    if isinstance(command, EnterPaper):
        if who == by:
            detail = (
                "本人请直接提交承诺值，无须他人代录 / hand in your own hash: others type from paper"
            )
            raise DomainError("own-act", detail)
        _require_no_candidate(state, context, history)
        if not _typed_by_another(state, who, command.commit, by):
            event = PaperEntered(who=who, commit=command.commit)
    return (Fact(stream=f"draw/{state.id}", event=event),)


def _known_hashes(draw: Draw, who: str) -> set[str]:
    """Every hash of a draw that was handed in, or typed for somebody else than this witness."""
    return {
        *draw.commits.values(),
        *(typed for own, (typed, _) in draw.papers.items() if own != who),
    }


def _typed_by_another(state: Draw, who: str, commit: str, by: str) -> bool:
    typed = state.papers.get(who)
    if typed is not None and typed[1] == by:
        detail = "须由另一人再次录入同一承诺值 / a second person types the same hash"
        raise DomainError("own-act", detail)
    return typed is not None and typed[0] == commit


def _require_no_candidate(state: Draw, context: Context, history: History) -> None:
    """An officer who may be drawn types nothing that a draw depends on."""
    if may_be_drawn(context.actor.id, task_of(state.task, history), history):
        detail = "可能被抽中的执法人员不得录入 / an officer who may be drawn enters nothing"
        raise DomainError("own-act", detail)


def cover(state: Draw, command: CoverDraw, context: Context) -> tuple[Fact, ...]:
    """Note the moment at which the commitment is known to be covered."""
    require_stage(state.committed is not None and state.covered_at is None, state)
    assert state.committed_leaf is not None
    if not state.committed_leaf < command.checkpoint <= context.checkpointed:
        raise _not_covered()
    event = DrawCovered(checkpoint=command.checkpoint, witnesses=command.witnesses)
    return (Fact(stream=command.stream, event=event),)


def _not_covered() -> DomainError:
    detail = "承诺尚未被检查点覆盖，请稍候 / no checkpoint covers the commitment yet"
    return DomainError("not-checkpointed", detail)


def open_source(
    state: Draw, command: Opening, context: Context, history: History
) -> tuple[Fact, ...]:
    """Take what a source reveals; the last source brings the list with it."""
    require_stage(state.committed is not None and state.computed is None, state)
    if state.covered_at is None:
        raise _not_covered()
    _require_no_candidate(state, context, history)
    match command:
        case RevealSource():
            index, revealed = _number(state, command)
        case EnterBeacon():
            index, revealed = _beacon(state, command, context)
        case EnterLottery():
            return _lottery(state, command, context, history)
    if state.disputed:
        detail = "开奖号码录入不一致，抽取暂停，须由第三人录入 / the entered lottery numbers differ: the draw rests until two people agree"
        raise DomainError("lottery-disputed", detail)
    return _arrived(state, index, revealed, context, history)


def _number(state: Draw, command: RevealSource) -> tuple[int, Mapping[str, Any]]:
    revealed = {"nonce": command.nonce}
    commit = witness_commit(computation.nonce_of(command.nonce)).hex()
    for index, source in enumerate(state.sources):
        if isinstance(source, Witness) and source.commit == commit:
            _require_absent(state, index)
            return index, revealed
    detail = "随机数与任何一位见证人的承诺都不符 / the number fits no witness's hash"
    raise DomainError("witness-nonce-mismatch", detail)


def _beacon(state: Draw, command: EnterBeacon, context: Context) -> tuple[int, Mapping[str, Any]]:
    chain = chains.by_name(command.chain)
    wanted = [
        (index, source)
        for index, source in enumerate(state.sources)
        if isinstance(source, Drand) and source.chain == chain.hash
    ]
    if not wanted or wanted[0][1].round != command.round:
        rounds = "、".join(str(source.round) for _, source in wanted) or "—"
        detail = f"承诺的是 {command.chain} 第 {rounds} 轮 / this round was committed"
        raise DomainError("wrong-round", detail)
    index, source = wanted[0]
    _require_absent(state, index)
    _require_margin(state, chains.time_of(chain, source.round) * 1000, source.round)
    revealed = {"signature": command.signature}
    if command.previous_signature is not None:
        revealed["previous_signature"] = command.previous_signature
    randomness(source, revealed, "signature")
    if not context.checks.drand(source, *drand_signatures(source, revealed)):
        detail = "drand 签名不成立，请核对轮次后重新抄录 / the signature does not hold: look at the round and copy it anew"
        raise DomainError("drand-signature-invalid", detail)
    return index, revealed


def _lottery(
    state: Draw, command: EnterLottery, context: Context, history: History
) -> tuple[Fact, ...]:
    wanted = Lottery(name=command.name, issue=command.issue)
    if wanted not in state.sources:
        known = [f"{one.name} {one.issue}" for one in state.lotteries]
        detail = f"承诺的是 {'、'.join(known) or '—'} / these issues were committed"
        raise DomainError("wrong-issue", detail)
    index = state.sources.index(wanted)
    _require_absent(state, index)
    issue = next(
        one for one in state.lotteries if (one.name, one.issue) == (wanted.name, wanted.issue)
    )
    _require_margin(state, chains.unix_ms(issue.opens_at), wanted.issue)
    if context.now < issue.opens_at:
        raise DomainError("too-early", f"{issue.opens_at} 开奖 / the numbers are not drawn yet")
    if tuple(len(group) for group in command.numbers) != issue.groups:
        detail = f"numbers: 各组应有 {issue.groups} 个号码 / the groups have so many numbers"
        raise DomainError("reveal-invalid", detail)
    numbers: Numbers = tuple(tuple(sorted(group)) for group in command.numbers)
    revealed = {"numbers": [list(group) for group in numbers]}
    randomness(wanted, revealed, "numbers")
    entered = state.entries.get(index, ())
    if context.actor.id in {who for who, _ in entered}:
        raise DomainError("own-act", "须由另一人再次录入 / a second person enters the numbers")
    if numbers in [other for _, other in entered]:
        return _arrived(state, index, revealed, context, history)
    event = LotteryEntered(index=index, numbers=numbers)
    return (Fact(stream=command.stream, event=event),)


def _require_absent(state: Draw, index: int) -> None:
    if index in state.revealed:
        raise DomainError("wrong-stage", "该随机源已到齐 / this source has arrived already")


def _require_margin(state: Draw, due_ms: int, what: int | str) -> None:
    """A commitment that was covered late might have been made with the source in sight."""
    assert state.covered_at is not None
    if chains.unix_ms(state.covered_at) + state.margin_minutes * MINUTE_MS > due_ms:
        detail = f"{what}: 检查点覆盖过晚，须作废后重新抽取 / covered too late before it: void the draw and prepare another"
        raise DomainError("margin-missed", detail)


def _arrived(
    state: Draw, index: int, revealed: Mapping[str, Any], context: Context, history: History
) -> tuple[Fact, ...]:
    event = SourceRevealed(index=index, revealed=revealed)
    fact = Fact(stream=f"draw/{state.id}", event=event)
    after = replace(state, revealed={**state.revealed, index: revealed})
    if not after.complete:
        return (fact,)
    return (fact, *_compute(after, context, history))


def _compute(state: Draw, context: Context, history: History) -> tuple[Fact, ...]:
    """Every source is there: the list follows, whatever anybody thinks of it."""

    def prove(vrf_key: bytes, alpha: bytes) -> tuple[bytes, bytes]:
        asked = Asked(draw_id=state.id, vrf_key=vrf_key, alpha=alpha, entropy=state.entropy)
        return context.prove(asked)

    event: DrawComputed | AssignmentComputed
    match state.committed:
        case DrawCommitted(commitment=commitment):
            assert state.pool is not None
            event = computation.compute_pool(commitment, state.pool, state.entropy, prove)
        case AssignmentCommitted(commitment=commitment):
            assert state.input is not None
            event = computation.compute_officers(commitment, state.input, state.entropy, prove)
        case None:
            raise AssertionError("sources arrive after the commitment")
    facts: tuple[Fact, ...] = (Fact(stream=f"draw/{state.id}", event=event),)
    if state.voided:
        return facts  # it is published as void
    if _public_at_once(state, history):
        facts += (Fact(stream=f"draw/{state.id}", event=DrawDisclosed()),)
    # Visits wait until it is known whether the draw counts. A substitute does not: with the person in sight, nobody decides.
    if state.void_requested_by is None or state.seat is not None:
        facts += send_out(replace(state, computed=event), history)
    return facts


def _public_at_once(state: Draw, history: History) -> bool:
    """As the plan says; and a substitute is no secret where the list of visits is none."""
    if state.seat is not None:
        return officers_draw(state.seat, history).disclosed
    return task_of(state.task, history).row.terms(state.stage).disclosure == "at-once"


def send_out(state: Draw, history: History) -> tuple[Fact, ...]:
    """What follows from people that were drawn and count: visits begin to exist, or a seat is filled."""
    if state.seat is not None:
        return _fill(state, state.seat, history)
    if not isinstance(state.computed, AssignmentComputed):
        return ()
    task, drawn = task_of(state.task, history), drawn_entities(state.task, history)
    return computation.visits(state.computed.output, task, drawn.id, state.id)


def _fill(state: Draw, seat: Seat, history: History) -> tuple[Fact, ...]:
    inspection = history.get(Inspection, seat.inspection)
    computed = officers_draw(seat, history).computed
    assert inspection is not None
    assert computed is not None
    if seat.officer not in inspection.vacant or inspection.status != "assigned":
        return ()  # the visit was held without, or given up meanwhile
    (substitute,) = state.selected
    seed = bytes.fromhex(computed.seed)
    return (computation.filled(inspection, seat, substitute, state.id, seed),)
