"""How a draft comes through: each warning is answered by a named person, and the collating bureau may return single rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.organisation import Staff, require_collator
from domain.plan_checks import PlanWarning
from domain.plan_standards import PlanStandardsSet
from domain.rules import require_other_person, require_reason

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History
    from domain.plan import Plan
    from domain.plan_rows import PlanRow


@dataclass(frozen=True, kw_only=True)
class AnswerWarning:
    """Stand up for a warning of the draft that event `version` made, and say why the row is right as it is."""

    year: int
    version: int
    warning: PlanWarning
    reason: str

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class ReturnRow:
    """Give a joint row of a reviewed plan back instead of collating it; the plan is then drafted anew."""

    year: int
    row: str
    remark: str

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class WarningAnswered:
    """Somebody stands up for what the draft of event `version` was warned of."""

    version: int
    warning: PlanWarning
    reason: str


@dataclass(frozen=True, kw_only=True)
class RowReturned:
    """The collating bureau gave a row back."""

    row: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a warning: accepted with a reason, or the draft changed by event `version`."""

    warning: PlanWarning
    how: Literal["accepted", "changed"]
    by: str
    reason: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A row that came back, and who says why."""

    row: str
    remark: str
    by: str


def answer(
    state: Plan, command: AnswerWarning, context: Context, history: History
) -> WarningAnswered:
    """Take an answer from the department that issues the plan, or from one that takes part in the row."""
    require_version(state, command.version)
    if command.warning not in state.warnings:
        one = command.warning
        detail = f"没有这条提示 / the draft has no such warning: {one.code} {one.row} {one.about}"
        raise DomainError("unknown-warning", detail)
    if command.warning not in state.unanswered:
        raise DomainError("wrong-stage", "这条提示已答复 / this warning is answered already")
    row = next(row for row in state.rows if row.number == command.warning.row)
    staff = history.get(Staff, context.actor.id)
    if staff is None or staff.department not in {state.issuer, *row.departments}:
        detail = "由制定计划的部门或该行的参与部门答复 / answered by the issuer or a department of the row"
        raise DomainError("other-department", detail)
    require_reason(command.reason)
    return WarningAnswered(version=command.version, warning=command.warning, reason=command.reason)


def require_version(state: Plan, version: int) -> None:
    """Refuse what is said of another draft than the one that waits."""
    if state.status != "drafted" or version != state.drafted_version:
        detail = f"待审核的是版本 {state.drafted_version} / this is the version that waits"
        raise DomainError("nothing-to-confirm", detail)


def require_answered(state: Plan, context: Context, history: History) -> None:
    """Refuse to approve a draft with an open warning or a returned row, and who answered for it does not approve it."""
    for one in state.answers:
        if one.how == "accepted":
            require_other_person(context, one.by, "计划审核 / review of the plan")
    if state.returned:
        rows = "、".join(one.row for one in state.returned)
        detail = f"{rows} 已退回，须重新起草 / these rows came back: the plan is drafted anew"
        raise DomainError("wrong-stage", detail)
    if history.get(PlanStandardsSet, "") is not None and state.unanswered:
        told = "；".join(f"{one.row} {one.code} {one.about}" for one in state.unanswered[:5])
        detail = f"还有 {len(state.unanswered)} 条提示未答复 / warnings are not answered: {told}"
        raise DomainError("warnings-unanswered", detail)


def return_row(state: Plan, command: ReturnRow, context: Context, history: History) -> RowReturned:
    """Let the collating bureau give back a joint row, and then others."""
    if state.status != "reviewed" and not state.returned:
        detail = f"{state.year} 年度计划处于 {state.status} / plan is in another stage"
        raise DomainError("wrong-stage", detail)
    require_collator(context, history)
    row = next((row for row in state.rows if row.number == command.row), None)
    if row is None or not row.joint:
        detail = f"{command.row}: 计划中没有这一联合抽查 / no joint row of this number"
        raise DomainError("not-in-plan", detail)
    if any(one.row == command.row for one in state.returned):
        raise DomainError("wrong-stage", f"{command.row} 已退回 / came back already")
    require_reason(command.remark)
    return RowReturned(row=command.row, remark=command.remark)


def carried(
    state: Plan,
    rows: tuple[PlanRow, ...],
    warnings: tuple[PlanWarning, ...],
    by: str,
    version: int,
) -> tuple[Answer, ...]:
    """Give the answers that a new draft begins with.

    What was accepted holds while warning and row stay as they were; a warning that is gone was answered by the change.
    """
    same = {row.number for row in state.rows if row in rows}
    kept = tuple(
        one
        for one in state.answers
        if one.how == "accepted" and one.warning in warnings and one.warning.row in same
    )
    before = tuple(
        one for one in state.answers if one.how == "changed" and one.warning not in warnings
    )
    known = {one.warning for one in before}
    gone = tuple(
        Answer(warning=one, how="changed", by=by, reason="", version=version)
        for one in state.warnings
        if one not in warnings and one not in known
    )
    return (*kept, *before, *gone)


def answered(state: Plan, event: WarningAnswered, by: str, version: int) -> Plan:
    """Fold an answer."""
    one = Answer(warning=event.warning, how="accepted", by=by, reason=event.reason, version=version)
    return replace(state, answers=(*state.answers, one))
