"""A task 抽查任务: the lead department opens it, every joint department confirms, and it is completed in the open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from domain import task_days
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_state import Inspection
from domain.organisation import Staff, require_own_department
from domain.plan import Plan
from domain.plan_rows import PlanRow
from domain.registry_state import Officer
from domain.rules import require_reason, require_text
from domain.task_days import Days, DaysOffered, DemandTraining, OfferDays, TrainingDemanded
from domain.training import attendance, lacking

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """Begin the campaign of a published plan row; `scheme` is the implementing scheme 实施方案."""

    plan_number: str
    plan_year: int
    scheme: str

    @property
    def stream(self) -> str:
        return f"task/{self.plan_number}"


@dataclass(frozen=True, kw_only=True)
class ConfirmTask:
    """A department confirms its items and names its officers.

    A joint department that the plan names without an item says in `statement` that it takes part nevertheless.
    """

    plan_number: str
    department: str
    items: tuple[str, ...]
    officers: tuple[str, ...]
    statement: str

    @property
    def stream(self) -> str:
        return f"task/{self.plan_number}"


@dataclass(frozen=True, kw_only=True)
class CompleteTask:
    """Close a task whose results are all published."""

    plan_number: str

    @property
    def stream(self) -> str:
        return f"task/{self.plan_number}"


TaskCommand = OpenTask | DemandTraining | OfferDays | ConfirmTask | CompleteTask


@dataclass(frozen=True, kw_only=True)
class TaskOpened:
    """The campaign began; `row` is the published row of that revision, as it stood."""

    plan_year: int
    plan_revision: int
    row: PlanRow
    scheme: str


@dataclass(frozen=True, kw_only=True)
class TaskConfirmed:
    """A department takes part with these items and officers."""

    department: str
    items: tuple[str, ...]
    officers: tuple[str, ...]
    statement: str


@dataclass(frozen=True, kw_only=True)
class TaskCompleted:
    """Every inspection of the task has its published result, or was given up by two people (`closed`)."""

    inspections: int
    closed: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as it stands.

    `published_leaf` is where its row was first published, `days` what each department offered, `demanded` maps courses to
    the first day that counts.
    """

    plan_number: str
    plan_year: int
    published_leaf: int
    row: PlanRow
    confirmations: tuple[TaskConfirmed, ...] = ()
    completed: bool = False
    days: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    demanded: Mapping[str, str] = field(default_factory=dict)

    @property
    def courses(self) -> Mapping[str, str]:
        """Every course that its officers must have attended, with the first day that counts, or ""."""
        return ({self.row.training: ""} if self.row.training else {}) | dict(self.demanded)

    @property
    def visit_days(self) -> tuple[Days, ...]:
        """The days on which visits are held: all of the window, or those on which all can come who offered any."""
        window = Days(first=self.row.window_from, last=self.row.window_to)
        return task_days.meeting([(window,), *self.days.values()])

    @property
    def confirmed(self) -> bool:
        """Whether every department has confirmed."""
        return {own.department for own in self.confirmations} == set(self.row.departments)

    @property
    def officers(self) -> tuple[str, ...]:
        """All officers that were named, by department in the order of confirmation."""
        return tuple(officer for own in self.confirmations for officer in own.officers)


def decide(
    state: Task | None, command: TaskCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    match command:
        case OpenTask():
            event = _open(state, command, context, history)
        case DemandTraining():
            event = task_days.demand(_existing(state, command), command, context, history)
        case OfferDays():
            event = task_days.offer(_existing(state, command), command, context, history)
        case ConfirmTask():
            event = _confirm(_existing(state, command), command, context, history)
        case CompleteTask():
            event = _complete(_existing(state, command), context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _existing(
    state: Task | None, command: DemandTraining | OfferDays | ConfirmTask | CompleteTask
) -> Task:
    if state is None:
        raise DomainError(
            "unknown-task", f"任务 {command.plan_number} 未启动 / task was not opened"
        )
    return state


def _open(state: Task | None, command: OpenTask, context: Context, history: History) -> TaskOpened:
    if state is not None:
        raise DomainError(
            "wrong-stage", f"任务 {command.plan_number} 已启动 / task is open already"
        )
    plan = history.get(Plan, str(command.plan_year))
    row = plan.row(command.plan_number) if plan else None
    if plan is None or row is None:
        detail = f"{command.plan_number} 不在已公布的 {command.plan_year} 年度计划中 / not in the published plan"
        raise DomainError("not-in-plan", detail)
    require_own_department(context, history, row.lead)
    require_text(command.scheme, "scheme")
    return TaskOpened(
        plan_year=command.plan_year, plan_revision=plan.revision, row=row, scheme=command.scheme
    )


def _confirm(
    state: Task, command: ConfirmTask, context: Context, history: History
) -> TaskConfirmed:
    row, department = state.row, command.department
    if department not in row.departments:
        raise DomainError(
            "other-department", f"{department} 不参加本任务 / takes no part in this task"
        )
    require_own_department(context, history, department)
    if any(own.department == department for own in state.confirmations):
        raise DomainError("wrong-stage", f"{department} 已确认 / has confirmed already")
    if command.items != row.items_of(department):
        raise DomainError(
            "items-differ-from-plan",
            f"{department}: 事项与已公布计划不一致 / items differ from the plan",
        )
    if not command.items:
        require_reason(command.statement)
    _check_officers(command, state, history)
    return TaskConfirmed(
        department=department,
        items=command.items,
        officers=tuple(sorted(set(command.officers), key=str.encode)),
        statement=command.statement,
    )


def _check_officers(command: ConfirmTask, state: Task, history: History) -> None:
    """Every hard refusal that concerns a single officer, before anybody can be drawn."""
    trained = attendance(history) if state.courses else {}
    if command.items and not command.officers:
        raise DomainError(
            "officer-missing",
            f"{command.department}: 至少派一名执法人员 / at least one officer is needed",
        )
    for id_ in command.officers:
        officer = history.get(Officer, id_)
        if officer is None or not officer.active or officer.details is None:
            raise DomainError(
                "officer-not-active", f"{id_}: 不在名录或已暂停 / not in the registry, or suspended"
            )
        staff = history.get(Staff, id_)
        if officer.details.department != command.department or (
            staff is not None and staff.department != command.department
        ):
            raise DomainError(
                "other-department", f"{id_}: 不属于 {command.department} / of another department"
            )
        if officer.details.certificate_expires < state.row.window_to:
            raise DomainError(
                "certificate-expired",
                f"{id_}: 执法证在抽查时间内失效 / certificate ends before the window",
            )
        missing = lacking(state.courses, trained.get(id_, {}))
        if missing:
            raise DomainError(
                "officer-untrained",
                f"{id_}: 未参加培训“{'、'.join(missing)}” / has not attended the training",
            )


def _complete(state: Task, context: Context, history: History) -> TaskCompleted:
    require_own_department(context, history, state.row.lead)
    if state.completed:
        raise DomainError("wrong-stage", "任务已完成 / the task is complete")
    own = [one for one in history.all(Inspection) if one.task == state.plan_number]
    closed = [one for one in own if one.status == "closed"]
    open_ = [one for one in own if one.status not in {"published", "closed"}]
    if not own or open_:
        detail = f"尚有 {len(open_)} 项检查未公示 / inspections are not yet published"
        raise DomainError("inspections-open", detail)
    return TaskCompleted(inspections=len(own), closed=len(closed))


def evolve(state: Task | None, recorded: Recorded, history: History) -> Task:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, TaskOpened):
        return _opened(recorded.stream.partition("/")[2], event, history)
    assert state is not None
    match event:
        case TaskConfirmed():
            return replace(state, confirmations=(*state.confirmations, event))
        case DaysOffered(department=department, days=days):
            return replace(state, days={**state.days, department: days})
        case TrainingDemanded(course=course, since=since):
            return replace(state, demanded={**state.demanded, course: since})
        case TaskCompleted():
            return replace(state, completed=True)
        case _:
            return state


def _opened(number: str, event: TaskOpened, history: History) -> Task:
    plan = history.get(Plan, str(event.plan_year))
    assert plan is not None
    return Task(
        plan_number=number,
        plan_year=event.plan_year,
        published_leaf=plan.first_leaf[number],
        row=event.row,
    )
