"""The one door through which all commands are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import clock, signing_keys
from domain.acts import OF_SYSTEM, OPENING, SYSTEM, act_of, acting_role
from domain.aggregates import AGGREGATES
from domain.errors import DomainError
from domain.judgements import require_seen
from domain.organisation import Staff
from domain.signing import not_standing
from domain.subjects import require_not_erased

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.acts import Act
    from domain.facts import Actor, Command, Context, Fact
    from domain.history import History


def require_alone(commands: Sequence[Command]) -> None:
    """Refuse a batch around a source: with the last one comes the list, and a later refusal would show and undo it."""
    if len(commands) > 1 and any(isinstance(one, OPENING) for one in commands):
        detail = "随机源须单独录入，不得与其他操作同批 / a source is entered by itself, not among other acts"
        raise DomainError("act-alone", detail)


def decide(history: History, command: Command, context: Context) -> tuple[Fact, ...]:
    """Say what follows from a command on this history, or refuse it with a DomainError. Changes nothing."""
    if context.now < history.recorded_at and not isinstance(command, clock.NoteJump):
        detail = f"时钟早于账本最后一条 {history.recorded_at} / the clock is behind the ledger's last event"
        raise DomainError("clock-behind", detail)
    act = act_of(command)
    _authorise(history, command, act, context.actor)
    _require_signature(history, act, context)
    prefix, _, id_ = command.stream.partition("/")
    aggregate = AGGREGATES[prefix]
    assert aggregate.decide is not None, "the ledger's own stream takes no commands"
    facts: tuple[Fact, ...] = aggregate.decide(
        history.get(aggregate.state, id_), command, context, history
    )
    require_seen(command, history)  # last, so that nobody learns of what is kept from them
    require_not_erased(facts, history)
    return facts


def _require_signature(history: History, act: Act, context: Context) -> None:
    """Whoever signs does it with the key that is theirs at this leaf; once signing is mandatory, many acts need it."""
    if context.signed_by is None:
        if act.signed and signing_keys.is_mandatory(history):
            raise signing_keys.signature_required()
        return
    key = history.get(signing_keys.SigningKey, context.signed_by)
    if key is None or key.staff != context.actor.id or key.state != "standing":
        raise not_standing()


def _require_set_up(history: History, command: Command, actor: Actor) -> None:
    """The program acts until there is an administrator; later it does by itself what is in `OF_SYSTEM`."""
    administered = any("administrator" in one.roles and one.active for one in history.all(Staff))
    if actor.id != SYSTEM or (administered and not isinstance(command, OF_SYSTEM)):
        detail = "已有系统管理员，由其办理 / there is an administrator: they do it"
        raise DomainError("role-not-allowed", detail)


def _authorise(history: History, command: Command, act: Act, actor: Actor) -> None:
    """The role must be one the act allows, and the person must hold it now."""
    if actor.role not in act.roles:
        acting_role(type(command), (actor.role,))
    if actor.role == SYSTEM:
        _require_set_up(history, command, actor)
        return
    staff = history.get(Staff, actor.id)
    if staff is None or not staff.active or actor.role not in staff.roles:
        raise DomainError(
            "role-not-allowed", f"{actor.id} 没有角色 {actor.role} / does not hold this role"
        )
