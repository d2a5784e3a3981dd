"""Review of a result: what the reviewer opened, when, and what they decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_commands import InspectionCommand
from domain.inspection_rules import (
    require_not_asking,
    require_participating,
    require_status,
    require_unbiased,
)

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection

RESULT = "result"


@dataclass(frozen=True, kw_only=True)
class OpenReview(InspectionCommand):
    """Open a result that waits for review (`part` is "result"), or a file of it (its hash)."""

    part: str


@dataclass(frozen=True, kw_only=True)
class ReviewOpened:
    """The acting reviewer opened the result, or this file of it, for the first time as it now stands."""

    part: str


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One review: who decided what, when it was opened and decided, and which files were opened."""

    by: str
    approved: bool
    opened_at: str | None
    decided_at: str
    files: tuple[str, ...]


def open_(
    state: Inspection, command: OpenReview, context: Context, history: History
) -> tuple[Fact, ...]:
    """Record what a reviewer opens, once; raises DomainError as `require_reviewer`, or "unknown-evidence"."""
    require_reviewer(state, context, history)
    if command.part != RESULT and command.part not in state.visit.files:
        detail = "本次检查没有此证据文件 / no such file of this visit"
        raise DomainError("unknown-evidence", detail)
    if command.part in state.opened.get(context.actor.id, {}):
        return ()
    return (Fact(stream=command.stream, event=ReviewOpened(part=command.part)),)


def require_reviewer(state: Inspection, context: Context, history: History) -> None:
    """Somebody reviews who was not there, is not biased, did not ask for it, and is of a department that inspects."""
    require_status(state, "confirmed")
    require_unbiased(state, context, history)
    if context.actor.id in state.officers:
        raise DomainError("own-act", "检查人员不得审核本次检查 / an officer of it cannot review it")
    require_not_asking(state, context)
    require_participating(state, context, history)


def require_opened(state: Inspection, context: Context) -> None:
    """Nobody decides on what they have not looked at; what was opened before the result changed does not count."""
    if state.terms.review_opened and RESULT not in state.opened.get(context.actor.id, {}):
        detail = "请先打开本次结果再审核 / open the result as it stands before you decide on it"
        raise DomainError("review-not-opened", detail)
