"""From the visit to the published result: entered, confirmed by the second officer, reviewed, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
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
    require_participating,
    require_status,
    require_unbiased,
)
from domain.rules import (
    require_other_person,
    require_reason,
    require_text,
)
from domain.team_terms import MIN_OFFICERS

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection

# What a visit can end in without any item having been looked at.
WITHOUT_ITEMS: tuple[ResultCategory, ...] = (
    "unreachable",
    "obstructed",
    "activity-not-found",
    "closed-or-liquidating",
    "deregistered",
)


def enter(
    state: Inspection, command: EnterResult, context: Context, history: History
) -> ResultEntered:
    """Take what an officer who was there found, item by item."""
    require_status(state, "assigned")
    require_fit(state, context, history)
    _require_visited(state, context)
    expected = sorted(code for own in state.assigned.items for code in own.items)
    if sorted(one.item for one in command.items) != expected:
        detail = f"须逐项录入且仅录入：{'、'.join(expected)} / enter each of these items once"
        raise DomainError("items-incomplete", detail)
    for one in command.items:
        if one.checked == (one.category is None):
            detail = f"{one.item}: 已检查须选结果类别，未检查则不选 / a category if and only if it was checked"
            raise DomainError("category-missing", detail)
        if not one.checked or one.category != "no-problem-found":
            require_text(one.finding, f"{one.item}.finding")
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
    require_status(state, "confirmed")
    require_unbiased(state, context, history)
    if context.actor.id in state.officers:
        raise DomainError("own-act", "检查人员不得审核本次检查 / an officer of it cannot review it")
    require_participating(state, context, history)
    if not command.approve:
        require_reason(command.remark)
    return ResultReviewed(approved=command.approve, remark=command.remark)


def publish(state: Inspection, context: Context, history: History) -> ResultPublished:
    """Make an approved result public."""
    require_status(state, "approved")
    require_unbiased(state, context, history)
    require_participating(state, context, history)
    require_other_person(context, state.reviewed_by or "", "结果公示 / publication of the result")
    assert state.result is not None
    ordered = any(one.kind == "correction" for one in state.follow_ups)
    if state.result.category == "ordered-to-correct" and not ordered:
        raise DomainError(
            "follow-up-missing", "须先责令改正再公示 / order the correction before publication"
        )
    return ResultPublished()
