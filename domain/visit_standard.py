"""检查规范: what every visit must have, as the county adopts it. A visit keeps the standard under which it was assigned.

Places differ in what they ask for, so it is adopted on the record; a ledger that never adopted one asks for none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.rules import require_reason

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

STREAM = "standard"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a visit must have.

    `by_department`: officers of each department enter and confirm what their department found, before the whole is entered.
    `checklists`: every item that was checked has its checklist answered, where it has one.
    `outcome_evidence`: a visit on which nothing could be looked at says what was tried, with evidence.
    `review_opened`: whoever reviews a result has opened it first.
    """

    by_department: bool
    checklists: bool
    outcome_evidence: bool
    review_opened: bool


NOTHING = Terms(by_department=False, checklists=False, outcome_evidence=False, review_opened=False)
EVERYTHING = Terms(by_department=True, checklists=True, outcome_evidence=True, review_opened=True)


@dataclass(frozen=True, kw_only=True)
class AdoptStandard:
    """Adopt what every visit must have that is assigned from here on."""

    terms: Terms
    reason: str

    @property
    def stream(self) -> str:
        return STREAM


@dataclass(frozen=True, kw_only=True)
class StandardAdopted:
    """Visits that are assigned from here on go by these terms."""

    terms: Terms
    reason: str


@dataclass(frozen=True, kw_only=True)
class Standard:
    """The standard that holds now."""

    terms: Terms


def decide(
    state: Standard | None, command: AdoptStandard, _context: Context, _history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    require_reason(command.reason)
    if state is not None and state.terms == command.terms:
        raise DomainError("wrong-stage", "现行规范就是如此 / this is the standard already")
    event = StandardAdopted(terms=command.terms, reason=command.reason)
    return (Fact(stream=STREAM, event=event),)


def evolve(state: Standard | None, recorded: Recorded, _history: History) -> Standard:
    """Fold one fact."""
    if isinstance(recorded.event, StandardAdopted):
        return Standard(terms=recorded.event.terms)
    return state or Standard(terms=NOTHING)


def terms_now(history: History) -> Terms:
    """What holds at the end of a history."""
    standard = history.get(Standard, "")
    return standard.terms if standard else NOTHING
