"""更正: a published result is corrected by other people than who asks for it. What was published before stays public beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from domain.errors import DomainError
from domain.facts import Fact, Judgement
from domain.inspection_commands import InspectionCommand, ResultEntered
from domain.inspection_rules import (
    require_not_asking,
    require_participating,
    require_status,
    require_unbiased,
)
from domain.rules import require_reason

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection

PENDING = ("amending", "entered", "confirmed")


@dataclass(frozen=True, kw_only=True)
class RequestAmendment(InspectionCommand):
    """Ask that a published result is corrected, and say why, for the public to read.

    `withhold`: its findings hold what must not be public; from now on the public reads the rest of it only.
    """

    reason: str
    withhold: bool


@dataclass(frozen=True, kw_only=True)
class DeclineAmendment(Judgement, InspectionCommand):
    """Let the published result stand as it is, and say why."""

    reason: str


AmendmentCommand = RequestAmendment | DeclineAmendment


@dataclass(frozen=True, kw_only=True)
class AmendmentRequested:
    """The published result is to be corrected."""

    reason: str
    withhold: bool


@dataclass(frozen=True, kw_only=True)
class AmendmentDeclined:
    """The published result stands as it is."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A correction that was asked for."""

    by: str
    reason: str
    withhold: bool


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A result as it was published: at which leaf, when, and on whose request it took the place of the one before."""

    leaf: int
    published_at: str
    result: ResultEntered
    amendment: Amendment | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What differs between two editions: `item` is "" for the whole; null where the item was not checked."""

    item: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class PublicEdition:
    """An edition as the public reads it; where `withheld`, its findings are left blank."""

    number: int
    newest: bool
    edition: Edition
    result: ResultEntered
    withheld: bool
    changes: tuple[Change, ...]


def decide(
    state: Inspection, command: AmendmentCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    match command:
        case RequestAmendment():
            require_status(state, "published")
            event = AmendmentRequested(reason=command.reason, withhold=command.withhold)
        case DeclineAmendment():
            if state.amendment is None or state.status not in PENDING:
                detail = f"检查 {state.id} 没有待办的更正 / no correction waits"
                raise DomainError("nothing-to-confirm", detail)
            require_not_asking(state, context)
            if context.actor.id in state.officers:
                detail = "检查人员不得驳回对其结果的更正 / an officer of it does not decide this"
                raise DomainError("own-act", detail)
            event = AmendmentDeclined(reason=command.reason)
        case _:
            assert_never(command)
    require_unbiased(state, context, history)
    require_participating(state, context, history)
    require_reason(command.reason)
    return (Fact(stream=command.stream, event=event),)


def changes(before: ResultEntered, after: ResultEntered) -> tuple[Change, ...]:
    """Say what a correction changed, item by item in the order of the new result."""
    old = {one.item: one for one in before.items}
    found = [
        ("", "category", before.category, after.category),
        *(
            (new.item, field, getattr(old[new.item], field), getattr(new, field))
            for new in after.items
            for field in ("category", "finding", "disposal", "method")
        ),
    ]
    return tuple(
        Change(item=item, field=field, before=was, after=is_)
        for item, field, was, is_ in found
        if was != is_
    )


def public_editions(
    editions: tuple[Edition, ...], pending: Amendment | None
) -> tuple[PublicEdition, ...]:
    """All editions as the public may read them now; what was withheld shows in no list of changes either."""
    last = len(editions) - 1
    asked = (*(one.amendment for one in editions), pending)
    until = max((n for n, one in enumerate(asked) if one and one.withhold), default=0)
    results = [
        _without_findings(one.result) if number < until else one.result
        for number, one in enumerate(editions)
    ]
    return tuple(
        PublicEdition(
            number=number + 1,
            newest=number == last,
            edition=one,
            result=results[number],
            withheld=number < until,
            changes=changes(results[number - 1], results[number]) if number else (),
        )
        for number, one in enumerate(editions)
    )


def _without_findings(result: ResultEntered) -> ResultEntered:
    items = tuple(replace(one, finding="") for one in result.items)
    return replace(result, items=items)
