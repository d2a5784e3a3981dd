"""Review of a result: who may open and decide it, and that nobody decides on what they have not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_rules import (
    require_not_asking,
    require_participating,
    require_status,
    require_unbiased,
)
from domain.inspection_state import Inspection
from domain.review_log import RESULT, OpenReview, ReviewLog, ReviewOpened, opened_at

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History


def decide(
    _state: ReviewLog | None, command: OpenReview, context: Context, history: History
) -> tuple[Fact, ...]:
    """Record what a reviewer opens, once; raises DomainError as `require_reviewer`, "version-outdated", "unknown-evidence"."""
    state = history.get(Inspection, command.inspection)
    if state is None:
        detail = f"没有检查 {command.inspection} / no such inspection"
        raise DomainError("unknown-inspection", detail)
    require_reviewer(state, context, history)
    if command.version != _now(state, history):
        detail = "所见已不是现状，请重新查看 / this is not the version that stands now: look again"
        raise DomainError("version-outdated", detail)
    if command.part != RESULT and command.part not in state.visit.files:
        detail = "本次检查没有此证据文件 / no such file of this visit"
        raise DomainError("unknown-evidence", detail)
    if command.part in opened_at(history, state.id, context.actor.id, command.version):
        return ()
    event = ReviewOpened(version=command.version, part=command.part)
    return (Fact(stream=command.stream, event=event),)


def require_reviewer(state: Inspection, context: Context, history: History) -> None:
    """Somebody reviews who was not there, is not biased, did not ask for it, and is of a department that inspects."""
    require_status(state, "confirmed")
    require_unbiased(state, context, history)
    if context.actor.id in state.officers:
        raise DomainError("own-act", "检查人员不得审核本次检查 / an officer of it cannot review it")
    require_not_asking(state, context)
    require_participating(state, context, history)


def require_opened(state: Inspection, context: Context, history: History) -> None:
    """Nobody decides on what they have not looked at; what was opened before the result changed does not count."""
    opened = opened_at(history, state.id, context.actor.id, _now(state, history))
    if state.terms.review_opened and RESULT not in opened:
        detail = "请先打开本次结果再审核 / open the result as it stands before you decide on it"
        raise DomainError("review-not-opened", detail)


def _now(state: Inspection, history: History) -> int:
    return history.version(f"inspection/{state.id}")
