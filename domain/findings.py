"""Each department's own part of a joint visit: its officers enter what they found on its items, and one of them confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from domain.checklists import Checklist
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_commands import InspectionCommand, ItemResult
from domain.inspection_rules import (
    require_fit,
    require_not_asking,
    require_on_site,
    require_open_for_entry,
)
from domain.rules import require_other_person, require_text

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.inspection_state import Inspection


@dataclass(frozen=True, kw_only=True)
class EnterFindings(InspectionCommand):
    """Enter what one's own department found, on every one of its items."""

    items: tuple[ItemResult, ...]


@dataclass(frozen=True, kw_only=True)
class ConfirmFindings(InspectionCommand):
    """Agree with the findings of a department as they stand at this `version` of the inspection."""

    department: str
    version: int


FindingsCommand = EnterFindings | ConfirmFindings


@dataclass(frozen=True, kw_only=True)
class FindingsEntered:
    """What the officers of a department found."""

    department: str
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, kw_only=True)
class FindingsConfirmed:
    """A second officer agreed with the findings that were entered as event `version` of the inspection."""

    department: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Findings:
    """A department's findings as they stand: entered by whom, as which event, and confirmed by whom."""

    items: tuple[ItemResult, ...]
    version: int
    entered_by: str
    confirmed_by: str | None = None


def decide(
    state: Inspection, command: FindingsCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    require_open_for_entry(state)
    require_on_site(state, context)
    require_fit(state, context, history)
    require_not_asking(state, context)
    event: object
    match command:
        case EnterFindings():
            event = _enter(state, command, context, history)
        case ConfirmFindings():
            event = _confirm(state, command, context)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _enter(
    state: Inspection, command: EnterFindings, context: Context, history: History
) -> FindingsEntered:
    department = _department_of(state, context.actor.id)
    require_items(command.items, state.items_of(department))
    require_checklists(state, command.items, history)
    return FindingsEntered(department=department, items=command.items)


def _confirm(state: Inspection, command: ConfirmFindings, context: Context) -> FindingsConfirmed:
    """By a colleague of the same department, where one was there; otherwise by whoever else was."""
    found = state.findings.get(command.department)
    if found is None or found.version != command.version or found.confirmed_by is not None:
        detail = f"{command.department}: 没有待确认的第 {command.version} 版 / nothing of this version waits"
        raise DomainError("nothing-to-confirm", detail)
    require_other_person(context, found.entered_by, "确认本部门检查情况 / confirmation of findings")
    colleagues = {
        one.id
        for one in state.team
        if one.department == command.department and one.id in state.checked_in
    } - {found.entered_by}
    if colleagues and context.actor.id not in colleagues:
        detail = f"由 {command.department} 的另一名到场人员确认 / for the department's other officer who was there"
        raise DomainError("other-department", detail)
    return FindingsConfirmed(department=command.department, version=command.version)


def _department_of(state: Inspection, officer: str) -> str:
    return next(one.department for one in state.team if one.id == officer)


def require_items(items: tuple[ItemResult, ...], expected: tuple[str, ...]) -> None:
    """Every item once; a category exactly where it was checked; words where something was found, or nothing looked at."""
    if sorted(one.item for one in items) != sorted(expected):
        detail = (
            f"须逐项录入且仅录入：{'、'.join(sorted(expected))} / enter each of these items once"
        )
        raise DomainError("items-incomplete", detail)
    for one in items:
        if one.checked == (one.category is None):
            detail = f"{one.item}: 已检查须选结果类别，未检查则不选 / a category if and only if it was checked"
            raise DomainError("category-missing", detail)
        if not one.checked or one.category != "no-problem-found":
            require_text(one.finding, f"{one.item}.finding")


def require_checklists(state: Inspection, items: tuple[ItemResult, ...], history: History) -> None:
    """Whoever says that an item was checked has answered its checklist, and no problem is found where a point says no."""
    for one in items:
        answered = state.visit.answers.get(one.item)
        if answered is not None:
            bad = [each.point for each in answered.answers if each.answer == "no"]
            if bad and one.category == "no-problem-found":
                detail = f"{one.item}: 要点 {'、'.join(bad)} 不符合，不能是未发现问题 / these points say no"
                raise DomainError("category-contradicts-items", detail)
        elif one.checked and state.terms.checklists:
            checklist = history.get(Checklist, one.item)
            if checklist is not None and checklist.points:
                detail = f"{one.item}: 请先逐条回答检查要点 / answer its checklist first"
                raise DomainError("checklist-incomplete", detail)


def require_findings(state: Inspection, items: tuple[ItemResult, ...]) -> None:
    """The whole holds what each department found and confirmed, word for word.

    Where nothing could be looked at, and that is on record, no department found anything.
    """
    if state.visit.outcome is not None and not any(one.checked for one in items):
        return
    for own in state.assigned.items:
        found = state.findings.get(own.department)
        if found is None and not state.terms.by_department:
            continue
        if found is None or found.confirmed_by is None:
            detail = (
                f"{own.department} 尚未录入并确认本部门检查情况 / its findings are not confirmed"
            )
            raise DomainError("findings-missing", detail)
        if not set(found.items) <= set(items):
            detail = f"{own.department} 的检查情况与其确认的不同 / differs from what the department confirmed"
            raise DomainError("findings-differ", detail)
