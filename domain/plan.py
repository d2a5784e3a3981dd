"""The annual plan 年度抽查计划: drafted, reviewed, collated where departments join, published, and amended in the open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain import plan_answers as answers
from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import Department, require_collator, require_own_department
from domain.plan_answers import (
    Answer,
    AnswerWarning,
    Returned,
    ReturnRow,
    RowReturned,
    WarningAnswered,
)
from domain.plan_checks import PlanWarning, check_rows, is_published_for
from domain.plan_concerns import concerns
from domain.plan_rows import PlanRow
from domain.rules import require_other_person, require_reason, require_text
from domain.vrf_keys import serving_key

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

PlanStatus = Literal["drafted", "reviewed", "collated", "published"]
YEARS = range(2000, 3000)


@dataclass(frozen=True, kw_only=True)
class DraftPlan:
    """Write the plan of a year, or write it anew while it is not published."""

    year: int
    title: str
    document_number: str
    issuer: str
    rows: tuple[PlanRow, ...]

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class AmendPlan:
    """Write new rows for a published plan, with the reason; they count once reviewed and published again."""

    year: int
    rows: tuple[PlanRow, ...]
    reason: str

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class ReviewPlan:
    """Approve a draft or return it with a remark; `version` is the event that drafted what was read."""

    year: int
    version: int
    approve: bool
    remark: str

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class CollatePlan:
    """汇总: the market-supervision bureau has put the joint plans together and saw this one."""

    year: int

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


@dataclass(frozen=True, kw_only=True)
class PublishPlan:
    """Make a reviewed and collated plan public."""

    year: int

    @property
    def stream(self) -> str:
        return f"plan/{self.year}"


BY_OTHERS = (AnswerWarning, ReturnRow, CollatePlan)  # a part of other departments too
PlanCommand = (
    DraftPlan | AmendPlan | AnswerWarning | ReviewPlan | ReturnRow | CollatePlan | PublishPlan
)


@dataclass(frozen=True, kw_only=True)
class PlanDrafted:
    """A draft, with what a person must look at."""

    title: str
    document_number: str
    issuer: str
    rows: tuple[PlanRow, ...]
    warnings: tuple[PlanWarning, ...]


@dataclass(frozen=True, kw_only=True)
class PlanAmended:
    """New rows for a published plan; the published ones hold until the next publication."""

    rows: tuple[PlanRow, ...]
    reason: str
    warnings: tuple[PlanWarning, ...]


@dataclass(frozen=True, kw_only=True)
class PlanReviewed:
    """A second person looked at the draft that event `version` made."""

    version: int
    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class PlanCollated:
    """The collating bureau saw the plan."""


@dataclass(frozen=True, kw_only=True)
class PlanPublished:
    """The plan is public; `revision` counts publications from 1, `vrf_key` (hex) will prove its draws."""

    revision: int
    vrf_key: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a year as it stands. `rows` are the newest, `published` those that hold.

    `first_leaf` maps the number of a row to the leaf at which it was first published, `replaced` are the rows that held
    before the newest publication. `warnings` are those of the newest draft, `answers` what became of them and of earlier ones.
    """

    year: int
    title: str
    document_number: str
    issuer: str
    rows: tuple[PlanRow, ...]
    drafted_by: str
    drafted_version: int
    status: PlanStatus = "drafted"
    published: tuple[PlanRow, ...] = ()
    revision: int = 0
    vrf_key: str = ""
    first_leaf: Mapping[str, int] = field(default_factory=dict)
    replaced: tuple[PlanRow, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    answers: tuple[Answer, ...] = ()
    returned: tuple[Returned, ...] = ()

    @property
    def unanswered(self) -> tuple[PlanWarning, ...]:
        """The warnings for which nobody stood up yet."""
        known = {one.warning for one in self.answers}
        return tuple(one for one in self.warnings if one not in known)

    def row(self, number: str) -> PlanRow | None:
        """The published row of this number."""
        return next((row for row in self.published if row.number == number), None)


def decide(
    state: Plan | None, command: PlanCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, DraftPlan):
        event = _draft(state, command, history)
        require_own_department(context, history, state.issuer if state else command.issuer)
        return (Fact(stream=command.stream, event=event),)
    if state is None:
        raise DomainError("unknown-plan", f"没有 {command.year} 年度计划 / no plan of that year")
    if not isinstance(command, BY_OTHERS):
        require_own_department(context, history, state.issuer)
    return (Fact(stream=command.stream, event=_step(state, command, context, history)),)


def _step(
    state: Plan,
    command: AmendPlan | AnswerWarning | ReviewPlan | ReturnRow | CollatePlan | PublishPlan,
    context: Context,
    history: History,
) -> object:
    match command:
        case AmendPlan():
            return _amend(state, command, history)
        case AnswerWarning():
            return answers.answer(state, command, context, history)
        case ReviewPlan():
            return _review(state, command, context, history)
        case ReturnRow():
            return answers.return_row(state, command, context, history)
        case CollatePlan():
            _require_status(state, "reviewed")
            require_collator(context, history)
            return PlanCollated()
        case PublishPlan():
            return _publish(state, history)
        case _:
            assert_never(command)


def _review(state: Plan, command: ReviewPlan, context: Context, history: History) -> PlanReviewed:
    _require_status(state, "drafted")
    answers.require_version(state, command.version)
    require_other_person(context, state.drafted_by, "计划审核 / review of the plan")
    if command.approve:
        answers.require_answered(state, context, history)
    else:
        require_reason(command.remark)
    return PlanReviewed(version=command.version, approved=command.approve, remark=command.remark)


def _draft(state: Plan | None, command: DraftPlan, history: History) -> PlanDrafted:
    if state is not None and state.revision > 0:
        raise DomainError("wrong-stage", "计划已公布，请用“调整” / the plan is published: amend it")
    require_text(command.title, "title")
    if command.year not in YEARS:
        raise DomainError(
            "plan-invalid", "year: 年度须在 2000 至 2999 之间 / a year from 2000 to 2999"
        )
    if history.get(Department, command.issuer) is None:
        raise DomainError("unknown-department", f"部门 {command.issuer} 未登记 / not registered")
    _require_new_numbers(command.rows, command.year, history)
    return PlanDrafted(
        title=command.title,
        document_number=command.document_number,
        issuer=command.issuer,
        rows=command.rows,
        warnings=_warnings(command, history),
    )


def _require_new_numbers(rows: tuple[PlanRow, ...], year: int, history: History) -> None:
    """A plan number names one task for ever; its draws and visits carry it."""
    taken = {
        row.number for plan in history.all(Plan) if plan.year != year for row in plan.published
    }
    for row in rows:
        if row.number in taken:
            detail = f"{row.number}: 编号已用于其他年度 / the number was used in another year"
            raise DomainError("duplicate-id", detail)


def _amend(state: Plan, command: AmendPlan, history: History) -> PlanAmended:
    if state.revision == 0:
        raise DomainError(
            "wrong-stage", "计划尚未公布，请重新起草 / not published yet: draft it anew"
        )
    require_reason(command.reason)
    _require_new_numbers(command.rows, command.year, history)
    gone = {row.number for row in state.published} - {row.number for row in command.rows}
    if gone:
        detail = (
            f"已公布的计划行不得删除：{'、'.join(sorted(gone))} / a published row is never dropped"
        )
        raise DomainError("plan-row-dropped", detail)
    return PlanAmended(
        rows=command.rows, reason=command.reason, warnings=_warnings(command, history)
    )


def _warnings(command: DraftPlan | AmendPlan, history: History) -> tuple[PlanWarning, ...]:
    told = check_rows(command.rows, command.year, history)
    return told + concerns(command.rows, history)


def _publish(state: Plan, history: History) -> PlanPublished:
    _require_new_numbers(
        state.rows, state.year, history
    )  # another year may have been published since
    joint = any(row.joint for row in state.rows)
    _require_status(state, "collated" if joint else "reviewed")
    for row in state.rows:
        for own in row.items:
            for code in own.items:
                if not is_published_for(code, own.department, row.window_to, history):
                    detail = f"{row.number}: 事项 {code} 未由 {own.department} 公布 / item is not published"
                    raise DomainError("item-not-published", detail)
    return PlanPublished(revision=state.revision + 1, vrf_key=serving_key(history))


def _require_status(state: Plan, status: str) -> None:
    if state.status != status:
        detail = (
            f"{state.year} 年度计划处于 {state.status}，应为 {status} / plan is in another stage"
        )
        raise DomainError("wrong-stage", detail)


def evolve(state: Plan | None, recorded: Recorded, _history: History) -> Plan:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, PlanDrafted):
        return Plan(
            year=int(recorded.stream.partition("/")[2]),
            title=event.title,
            document_number=event.document_number,
            issuer=event.issuer,
            rows=event.rows,
            drafted_by=recorded.actor.id,
            drafted_version=recorded.version,
            warnings=event.warnings,
            answers=_carried(state, event, recorded) if state else (),
        )
    assert state is not None
    match event:
        case PlanAmended():
            return replace(
                state,
                rows=event.rows,
                drafted_by=recorded.actor.id,
                drafted_version=recorded.version,
                status="drafted",
                warnings=event.warnings,
                answers=_carried(state, event, recorded),
                returned=(),
            )
        case WarningAnswered():
            return answers.answered(state, event, recorded.actor.id, recorded.version)
        case RowReturned(row=row, remark=remark):
            one = Returned(row=row, remark=remark, by=recorded.actor.id)
            return replace(state, status="drafted", returned=(*state.returned, one))
        case PlanReviewed(approved=True):
            return replace(state, status="reviewed")
        case PlanReviewed():
            return replace(state, status="drafted")
        case PlanCollated():
            return replace(state, status="collated")
        case PlanPublished():
            return replace(
                state,
                status="published",
                published=state.rows,
                replaced=state.published,
                revision=event.revision,
                vrf_key=event.vrf_key,
                first_leaf={row.number: recorded.leaf for row in state.rows}
                | dict(state.first_leaf),
            )
        case _:
            return state


def _carried(
    state: Plan, event: PlanDrafted | PlanAmended, recorded: Recorded
) -> tuple[Answer, ...]:
    by, version = recorded.actor.id, recorded.version
    return answers.carried(state, event.rows, event.warnings, by, version)
