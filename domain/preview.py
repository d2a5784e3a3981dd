"""What acts would do, without doing it: each is decided on a branch of history, after those before it, and nothing is recorded.

Only acts of lists and registries can be tried: what a draw would bring is nobody's to know before it is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.aggregates import AGGREGATES
from domain.decisions import decide
from domain.errors import DomainError
from domain.facts import Fact, Recorded
from domain.registry_commands import ChangeConfirmed
from domain.registry_state import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.facts import Command, Context
    from domain.history import History

TRIED = frozenset({"entity", "officer", "expert", "batch", "item", "vocabulary", "reconciliation"})
_UNSHOWN = frozenset({"id", "details", "pending", "earlier", "unrated_class"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field of an entry as it is, and as it would be once it is confirmed."""

    stream: str
    field: str
    old: object
    new: object


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one act would bring: facts and changes, or the refusal."""

    facts: tuple[Fact, ...] = ()
    changes: tuple[Change, ...] = ()
    refusal: DomainError | None = None


def preview(history: History, commands: Sequence[Command], context: Context) -> tuple[Outcome, ...]:
    """Try acts in order, on a branch of this history; one that is refused is left out, and the next is tried without it.

    Raises DomainError("preview-impossible") for acts that cannot be tried.
    """
    for command in commands:
        if command.stream.partition("/")[0] not in TRIED:
            detail = "只能预演清单和名录的操作 / only acts of lists and registries can be tried"
            raise DomainError("preview-impossible", detail)
    branch = history.branch()
    return tuple(_try(branch, command, context) for command in commands)


def _try(branch: History, command: Command, context: Context) -> Outcome:
    try:
        facts = decide(branch, command, replace(context, position=branch.size))
    except DomainError as refusal:
        return Outcome(refusal=refusal)
    changes: list[Change] = []
    for fact in facts:
        before = _told(_entry(branch, fact.stream))
        _fold(branch, fact, context)
        after = _told(_confirmed(branch, fact.stream, context))
        changes += [
            Change(stream=fact.stream, field=name, old=before.get(name), new=value)
            for name, value in after.items()
            if value != before.get(name)
        ]
    return Outcome(facts=facts, changes=tuple(changes))


def _recorded(branch: History, stream: str, event: object, context: Context) -> Recorded:
    return Recorded(
        leaf=branch.size,
        stream=stream,
        version=branch.version(stream) + 1,
        recorded_at=context.now,
        actor=context.actor,
        command_id="",
        event=event,
    )


def _fold(branch: History, fact: Fact, context: Context) -> None:
    branch.apply(_recorded(branch, fact.stream, fact.event, context))


def _entry(branch: History, stream: str) -> Entry | None:
    prefix, _, id_ = stream.partition("/")
    state: object = branch.get(AGGREGATES[prefix].state, id_)
    return state if isinstance(state, Entry) else None


def _confirmed(branch: History, stream: str, context: Context) -> Entry | None:
    """The entry as it would be once what waits in it is confirmed."""
    entry = _entry(branch, stream)
    if entry is None or entry.pending is None:
        return entry
    event = ChangeConfirmed(version=entry.pending.version)
    evolve = AGGREGATES[stream.partition("/")[0]].evolve
    state: Entry = evolve(entry, _recorded(branch, stream, event, context), branch)
    return state


def _told(entry: Entry | None) -> dict[str, Any]:
    """What is shown of an entry: its details laid out beside the rest."""
    if entry is None:
        return {}
    own = {name: value for name, value in vars(entry).items() if name not in _UNSHOWN}
    return {**own, **(vars(entry.details) if entry.details else {})}
