"""Draws with what they wait for, their members, rosters and proofs: as they are now."""

from __future__ import annotations

from datetime import UTC, datetime
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
    LotteryIssue,
)
from domain.draw_state import officers_draw
from domain.eligibility import NOT_NAMED
from domain.lottery import chains
from domain.lottery.entropy import Drand, Lottery, Witness
from domain.task import Task
from projections.table import FLAG, JSON, NUMBER, TEXT, TEXTS, Keeps, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.draw_state import Draw
    from domain.eligibility import Candidate
    from domain.lottery.entropy import Source
    from projections.fold import Step


def _status(state: Draw) -> str:
    """The furthest that the draw came; a void ends it wherever it stood."""
    stages = (
        ("voided", state.voided),
        ("disclosed", state.disclosed),
        ("computed", state.computed is not None),
        ("committed", state.committed is not None),
    )
    return next((name for name, reached in stages if reached), "prepared")


def _draw(step: Step) -> list[Row]:
    """`released`: disclosed, or voided after it was computed; of draws of people this alone does not make it public.

    `officers_draw` is the one that made the visit of a seat.
    """
    state: Draw = step.state
    computed = state.computed is not None
    row = {
        "id": state.id,
        "task": state.task,
        "stage": state.stage,
        "serial": int(state.id.rpartition(".")[2]),
        "status": _status(state),
        "released": state.disclosed or (state.voided and computed),
        "predecessors": state.predecessors,
        "entities_draw": state.entities_draw,
        "officers_draw": officers_draw(state.seat, step.history).id if state.seat else None,
        "seat": state.seat,
        "prepared_by": state.prepared_by,
        "witnesses": state.witnesses,
        "sources": _sources(step),
        "disputed": state.disputed,
        "commitment": state.committed.commitment if state.committed else None,
        "ledger_size": state.committed.ledger_size if state.committed else None,
        "pool": len(state.pool.members) if state.pool else None,
        "excluded": len(state.pool.excluded) if state.pool else None,
        "drawn": len(state.selected) if isinstance(state.computed, DrawComputed) else None,
        "void_reason": state.void_reason,
        "prepared_at": step.at(DrawPrepared),
        "committed_at": step.at(DrawCommitted, AssignmentCommitted),
        "covered_at": state.covered_at,
        "computed_at": step.at(DrawComputed, AssignmentComputed),
        "disclosed_at": step.at(DrawDisclosed),
        "voided_at": step.at(DrawVoided),
        "version": state.version,
    }
    return [row]


def _sources(step: Step) -> list[Row]:
    """What the draw waits for, in the order in which it enters: as committed, and before that as the plan has it."""
    state: Draw = step.state
    if state.sources:
        return [_committed(state, place) for place in range(len(state.sources))]
    task = step.history.get(Task, state.task)
    beacons = task.row.terms(state.stage).beacons if task else ()
    return [
        *(_beacon(chains.by_name(name), None) for name in beacons),
        *(_lottery(issue, ()) for issue in state.lotteries),
        *(_witness(state, who) for who in state.witnesses),
    ]


def _committed(state: Draw, place: int) -> Row:
    source: Source = state.sources[place]
    match source:
        case Drand(chain=chain, round=round_):
            row = _beacon(chains.chain_of(chain), round_)
        case Lottery(name=name, issue=issue):
            announced = next(
                one for one in state.lotteries if (one.name, one.issue) == (name, issue)
            )
            row = _lottery(announced, tuple(who for who, _ in state.entries.get(place, ())))
        case Witness(who=who):
            row = _witness(state, who)
    return {**row, "arrived": place in state.revealed}


def _beacon(chain: chains.Chain, round_: int | None) -> Row:
    due = None if round_ is None else datetime.fromtimestamp(chains.time_of(chain, round_), UTC)
    return {
        "type": "drand",
        "name": chain.name,
        "chain": chain.hash,
        "round": round_,
        "due_at": None if due is None else f"{due:%Y-%m-%dT%H:%M:%S}.000Z",
        "arrived": False,
    }


def _lottery(announced: LotteryIssue, entered_by: tuple[str, ...]) -> Row:
    return {
        "type": "lottery",
        "name": announced.name,
        "issue": announced.issue,
        "groups": announced.groups,
        "due_at": announced.opens_at,
        "entered_by": entered_by,
        "arrived": False,
    }


def _witness(state: Draw, who: str) -> Row:
    _, typed_by = state.papers.get(who, (None, None))
    commit = state.commits.get(who)
    return {
        "type": "witness",
        "who": who,
        "commit": commit,
        "typed_by": typed_by if commit is None else None,
        "arrived": False,
    }


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
    pool += [
        {"draw": state.id, "entity": one.id, "stratum": one.stratum, "reason": one.reason}
        for one in state.pool.excluded
    ]
    return pool


def _roster(step: Step) -> list[Row] | None:
    """Everybody of the registries of people, as they were when the list of entities was fixed."""
    state: Draw = step.state
    if state.roster is None or not isinstance(step.recorded.event, DrawCommitted):
        return None
    standings: tuple[tuple[str, str | None, Iterable[Candidate]], ...] = (
        ("candidate", None, state.roster.candidates),
        ("reserve", NOT_NAMED, state.roster.reserve),
    )
    people: list[Row] = [
        {"person": one.id, "department": one.department, "standing": standing, "reason": reason}
        for standing, reason, own in standings
        for one in own
    ]
    people += [
        {
            "person": one.id,
            "department": one.department,
            "standing": "left-out",
            "reason": one.reason,
        }
        for one in state.roster.left_out
    ]
    return [{"draw": state.id, "leaf": state.committed_leaf, **one} for one in people]


def _proof(step: Step) -> list[Row] | None:
    """The bundle as canonical text, from the moment it exists, and of it what tells one entity its ticket and cutoff."""
    state: Draw = step.state
    if not isinstance(step.recorded.event, DrawComputed | AssignmentComputed):
        return None
    bundle = bundle_of(state)
    assert bundle is not None  # noqa: S101 - it exists from this event on
    told = ("stratum", "size", "quota", "cutoff")
    strata = [{name: one[name] for name in told} for one in bundle.get("strata", ())]
    row = {
        "draw": state.id,
        "bundle": canon(bundle).decode(),
        "seed": bundle["seed"],
        "strata": strata,
    }
    return [row]


TABLES = (
    Table(
        name="draws_v4",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("id",),
        columns={
            "id": TEXT,
            "task": TEXT,
            "stage": TEXT,
            "serial": NUMBER,
            "status": TEXT,
            "released": FLAG,
            "predecessors": TEXTS,
            "entities_draw": TEXT,
            "officers_draw": TEXT,
            "seat": JSON,
            "prepared_by": TEXT,
            "witnesses": TEXTS,
            "sources": JSON,
            "disputed": FLAG,
            "commitment": JSON,
            "ledger_size": NUMBER,
            "pool": NUMBER,
            "excluded": NUMBER,
            "drawn": NUMBER,
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
            "entity": TEXT,  # of a replacement an officer or expert
            "stratum": TEXT,
            "reason": TEXT,  # why it was left out; null for a member of the pool
            "place": NUMBER,  # from 0, in the order of the draw; null unless drawn
        },
        rows=_members,
        indexes=("(entity)",),
    ),
    Table(
        name="rosters_v1",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("draw", "person", "department"),
        columns={
            "draw": TEXT,
            "leaf": NUMBER,
            "person": TEXT,
            "department": TEXT,
            "standing": TEXT,  # candidate, reserve or left-out
            "reason": TEXT,  # null for a candidate
        },
        rows=_roster,
    ),
    Table(
        name="proofs_v2",
        kinds=("draw",),
        keeps=Keeps.CURRENT,
        key=("draw",),
        columns={"draw": TEXT, "bundle": TEXT, "seed": TEXT, "strata": JSON},
        rows=_proof,
    ),
)
