"""实施方案: how a task is carried out. Drafted by its lead, reviewed by a second person, published, and amended in the open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import require_own_department
from domain.plan import Plan
from domain.rules import parse_date, require_other_person, require_reason, require_text

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History
    from domain.plan_rows import PlanRow


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a department does."""

    department: str
    duty: str


@dataclass(frozen=True, kw_only=True)
class SchemeStep:
    """A step of the work and its days (YYYY-MM-DD, both included)."""

    name: str
    first: str
    last: str
    work: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask: a department and a post in it, not a person's name."""

    department: str
    post: str


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """工作目标, 组织分工, 实施步骤, 工作要求, 联系岗位."""

    goals: tuple[str, ...]
    organisation: tuple[Duty, ...]
    steps: tuple[SchemeStep, ...]
    requirements: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, kw_only=True)
class SchemeCommand:
    """What commands to the scheme of a plan row carry."""

    plan_number: str

    @property
    def stream(self) -> str:
        return f"scheme/{self.plan_number}"


@dataclass(frozen=True, kw_only=True)
class DraftScheme(SchemeCommand):
    """Write the implementing scheme of a published plan row, or write it anew; what is published holds until the next publication."""

    title: str
    document_number: str
    scheme: Scheme


@dataclass(frozen=True, kw_only=True)
class ReviewScheme(SchemeCommand):
    """Approve a draft or return it with a remark; `version` is the event that drafted what was read."""

    version: int
    approve: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class PublishScheme(SchemeCommand):
    """Make a reviewed scheme public."""


@dataclass(frozen=True, kw_only=True)
class SchemeDrafted:
    """A scheme was written."""

    title: str
    document_number: str
    scheme: Scheme


@dataclass(frozen=True, kw_only=True)
class SchemeReviewed:
    """A second person looked at the draft that event `version` made."""

    version: int
    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class SchemePublished:
    """The scheme is public; `revision` counts publications from 1."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class TaskScheme:
    """A scheme as it stands. `newest` is as last written, `published` what holds."""

    number: str
    lead: str
    newest: SchemeDrafted
    drafted_by: str
    drafted_version: int
    status: Literal["drafted", "reviewed", "published"] = "drafted"
    published: SchemeDrafted | None = None
    revision: int = 0


AnySchemeCommand = DraftScheme | ReviewScheme | PublishScheme


def decide(
    state: TaskScheme | None, command: AnySchemeCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    row = _row(command.plan_number, history)
    require_own_department(context, history, row.lead)
    event: object
    match command:
        case DraftScheme():
            event = _draft(command, row)
        case ReviewScheme():
            event = _review(_existing(state, command), command, context)
        case PublishScheme():
            event = _publish(_existing(state, command))
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _row(number: str, history: History) -> PlanRow:
    rows = (plan.row(number) for plan in history.all(Plan))
    found = next((row for row in rows if row is not None), None)
    if found is None:
        detail = f"{number} 不在已公布的年度计划中 / not in a published plan"
        raise DomainError("not-in-plan", detail)
    return found


def _existing(state: TaskScheme | None, command: AnySchemeCommand) -> TaskScheme:
    if state is None:
        detail = f"{command.plan_number} 没有实施方案 / has no implementing scheme"
        raise DomainError("unknown-scheme", detail)
    return state


def _draft(command: DraftScheme, row: PlanRow) -> SchemeDrafted:
    scheme = command.scheme
    require_text(command.title, "title")
    texts = {
        "goals": scheme.goals,
        "organisation": tuple(own.duty for own in scheme.organisation),
        "steps": tuple(text for step in scheme.steps for text in (step.name, step.work)),
        "requirements": scheme.requirements,
        "contacts": tuple(own.post for own in scheme.contacts),
    }
    for place, own in texts.items():
        if not own:
            raise DomainError("field-missing", f"{place}: 至少一项 / one at least")
        for text in own:
            require_text(text, place)
    for step in scheme.steps:
        if parse_date(step.last, "steps.last") < parse_date(step.first, "steps.first"):
            detail = f"steps: “{step.name}”的终点早于起点 / the end is before the start"
            raise DomainError("date-invalid", detail)
    _check_departments(scheme, row)
    return SchemeDrafted(
        title=command.title, document_number=command.document_number, scheme=scheme
    )


def _check_departments(scheme: Scheme, row: PlanRow) -> None:
    """Each department of the row has its duty, once; and no other department is named."""
    named = [own.department for own in scheme.organisation]
    if sorted(named) != sorted(row.departments):
        told = "、".join(row.departments)
        detail = (
            f"organisation: 须写明且仅写明各参与部门的分工：{told} / each of these departments once"
        )
        raise DomainError("plan-invalid", detail)
    strange = {own.department for own in scheme.contacts} - set(row.departments)
    if strange:
        detail = f"contacts: {'、'.join(sorted(strange))} 不参加 / take no part"
        raise DomainError("other-department", detail)


def _review(state: TaskScheme, command: ReviewScheme, context: Context) -> SchemeReviewed:
    if state.status != "drafted" or command.version != state.drafted_version:
        detail = f"没有待审核的版本 {command.version} / no draft of this version waits"
        raise DomainError("nothing-to-confirm", detail)
    require_other_person(context, state.drafted_by, "方案审核 / review of the scheme")
    if not command.approve:
        require_reason(command.remark)
    return SchemeReviewed(version=command.version, approved=command.approve, remark=command.remark)


def _publish(state: TaskScheme) -> SchemePublished:
    if state.status != "reviewed":
        detail = f"实施方案处于 {state.status}，应为 reviewed / scheme is in another stage"
        raise DomainError("wrong-stage", detail)
    return SchemePublished(revision=state.revision + 1)


def evolve(state: TaskScheme | None, recorded: Recorded, history: History) -> TaskScheme:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, SchemeDrafted):
        number = recorded.stream.partition("/")[2]
        return TaskScheme(
            number=number,
            lead=_row(number, history).lead,
            newest=event,
            drafted_by=recorded.actor.id,
            drafted_version=recorded.version,
            published=state.published if state else None,
            revision=state.revision if state else 0,
        )
    assert state is not None
    match event:
        case SchemeReviewed(approved=approved):
            return replace(state, status="reviewed" if approved else "drafted")
        case SchemePublished(revision=revision):
            return replace(state, status="published", published=state.newest, revision=revision)
        case _:
            return state
