"""From the visit to the published result: entered, confirmed by the second officer, reviewed, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.findings import require_checklists, require_findings, require_items
from domain.inspection_commands import (
    EnterResult,
    ResultCategory,
    ResultConfirmed,
    ResultEntered,
    ResultPublished,
    ResultReviewed,
    ReviewResult,
)
from domain.inspection_rules import (
    require_fit,
    require_not_asking,
    require_open_for_entry,
    require_participating,
    require_status,
    require_unbiased,
)
from domain.review import require_opened, require_reviewer
from domain.rules import (
    require_other_person,
    require_reason,
)
from domain.team_terms import MIN_OFFICERS

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection
    from domain.visit_commands import Outcome

# What a visit can end in without any item having been looked at.
WITHOUT_ITEMS: tuple[ResultCategory, ...] = (
    "unreachable",
    "obstructed",
    "activity-not-found",
    "closed-or-liquidating",
    "deregistered",
)
# What is tried in vain leads to one of these.
LEADS_TO: dict[Outcome, tuple[ResultCategory, ...]] = {
    "refused": ("obstructed",),
    "closed-door": ("unreachable", "closed-or-liquidating"),
    "not-there": ("unreachable", "deregistered"),
    "ceased": ("closed-or-liquidating", "deregistered"),
    "no-activity": ("activity-not-found",),
}


def enter(
    state: Inspection, command: EnterResult, context: Context, history: History
) -> ResultEntered:
    """Take what an officer who was there found, item by item."""
    require_open_for_entry(state)
    require_fit(state, context, history)
    require_not_asking(state, context)
    _require_visited(state, context)
    require_items(command.items, state.items)
    require_checklists(state, command.items, history)
    _require_outcome(state, command)
    require_findings(state, command.items)
    _require_agreement(command)
    return ResultEntered(category=command.category, items=command.items)


def _require_visited(state: Inspection, context: Context) -> None:
    """Law: two officers at the least, there together; and one of each department whose items are inspected."""
    there = set(state.checked_out) & set(state.officers)
    if len(there & state.together) < MIN_OFFICERS or context.actor.id not in there:
        detail = "至少两名检查人员须同时在场，签到签退后方可录入 / two officers must have been there together, in and out"
        raise DomainError("too-few-officers", detail)
    present = {one.department for one in state.team if one.id in there}
    missing = [own.department for own in state.assigned.items if own.department not in present]
    if missing:
        detail = f"{'、'.join(missing)} 的检查人员未到场 / nobody of these departments was there"
        raise DomainError("too-few-officers", detail)


def _require_outcome(state: Inspection, command: EnterResult) -> None:
    """Where nothing could be looked at, what was tried is on record, and the category is one that it leads to."""
    if any(one.checked for one in command.items):
        return
    outcome = state.visit.outcome
    if outcome is None:
        if state.terms.outcome_evidence:
            detail = (
                "未能检查的，请先记录情况、尝试和证据 / record first what was tried, with evidence"
            )
            raise DomainError("outcome-missing", detail)
    elif command.category not in LEADS_TO[outcome.outcome]:
        allowed = "、".join(LEADS_TO[outcome.outcome])
        detail = f"{outcome.outcome}: 结果类别须为 {allowed} 之一 / the category is one of these"
        raise DomainError("category-contradicts-items", detail)


def _require_agreement(command: EnterResult) -> None:
    """The category of the whole is one that was found, and never cleaner than the items."""
    found = {one.category for one in command.items if one.category is not None}
    problems = found - {"no-problem-found"}
    allowed = problems or found or set(WITHOUT_ITEMS)
    if command.category not in allowed:
        detail = f"总体类别须为 {'、'.join(sorted(allowed))} 之一 / the whole has one of these categories"
        raise DomainError("category-contradicts-items", detail)


def confirm(state: Inspection, context: Context, history: History) -> ResultConfirmed:
    """Let a second officer who was there agree."""
    require_status(state, "entered")
    require_fit(state, context, history)
    require_not_asking(state, context)
    require_other_person(context, state.entered_by or "", "结果确认 / confirmation of the result")
    if context.actor.id not in state.checked_out:
        raise DomainError(
            "too-few-officers", "未到场人员不得确认 / only an officer who was there confirms"
        )
    return ResultConfirmed()


def review(
    state: Inspection, command: ReviewResult, context: Context, history: History
) -> ResultReviewed:
    """Let somebody who was not there approve or return it."""
    require_reviewer(state, context, history)
    require_opened(state, context, history)
    if not command.approve:
        require_reason(command.remark)
    return ResultReviewed(approved=command.approve, remark=command.remark)


def publish(state: Inspection, context: Context, history: History) -> ResultPublished:
    """Make an approved result public."""
    require_status(state, "approved")
    require_unbiased(state, context, history)
    require_not_asking(state, context)
    require_participating(state, context, history)
    require_other_person(context, state.reviewed_by or "", "结果公示 / publication of the result")
    assert state.result is not None
    ordered = any(one.kind == "correction" for one in state.follow_ups)
    if state.result.category == "ordered-to-correct" and not ordered:
        raise DomainError(
            "follow-up-missing", "须先责令改正再公示 / order the correction before publication"
        )
    return ResultPublished()
