"""How a draw is voided: two people, a reason, and everything of it stays in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import draw_sources as sources
from domain.draw_commands import (
    DeclineVoid,
    DrawVoided,
    RequestVoid,
    VoidDeclined,
    VoidRequested,
)
from domain.draw_state import Draw, family, require_disinterested, require_stage, task_of
from domain.errors import DomainError
from domain.facts import Fact
from domain.rules import require_reason

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History


def request(state: Draw, command: RequestVoid, context: Context, history: History) -> VoidRequested:
    """Ask, with the reason that will be approved or declined."""
    _require_may_be_voided(state, history)
    # The reason that is approved is the one that was read.
    require_stage(state.void_requested_by is None, state)
    require_disinterested(task_of(state.task, history), context, state.witnesses, history)
    require_reason(command.reason)
    return VoidRequested(reason=command.reason)


def approve(state: Draw, context: Context, history: History) -> DrawVoided:
    """Agree: the draw does not count."""
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


def decline(
    state: Draw, command: DeclineVoid, context: Context, history: History
) -> tuple[Fact, ...]:
    """Find that the draw counts, and go on where it stood."""
    _judge_void(state, context, history)
    require_reason(command.reason)
    fact = Fact(stream=command.stream, event=VoidDeclined(reason=command.reason))
    if (
        state.computed is None or state.seat is not None
    ):  # a substitute was seated at once, or never
        return (fact,)
    return (fact, *sources.send_out(state, history))


def _require_may_be_voided(state: Draw, history: History) -> None:
    """Visits stand on both draws; officers are drawn to a list of entities that must not vanish; a substitute is seated at once."""
    officers = [one for one in family(history, state.task, "officers") if not one.voided]
    released = state.computed is not None and state.void_requested_by is None
    stands = {
        "entities": any(one.committed for one in officers),
        "officers": released,
        "replacement": state.computed is not None,
    }[state.stage]
    if stands:
        raise DomainError(
            "inspections-exist", "已据此派出检查，不得作废 / visits stand on this draw already"
        )
