"""Departments and their people: who exists, for whom they work and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.errors import DomainError
from domain.facts import Fact
from domain.lottery.assignment_input import EXPERTS
from domain.rules import require_reason, require_slug

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Role = Literal[
    "administrator",  # 系统管理员: adds departments and staff, touches no inspection
    "registrar",  # 名录管理员: keeps the registries
    "clerk",  # 经办人: items, plans, tasks, publication
    "reviewer",  # 审核人
    "draw_operator",  # 抽取操作员
    "witness",  # 见证人
    "officer",  # 执法检查人员
    "approver",  # 审批人: voids and replacements
    "discipline",  # 纪检监察: reads everything, changes no business fact
]


@dataclass(frozen=True, kw_only=True)
class AddDepartment:
    """Enter a department; `collates` marks the market-supervision bureau, which collates the joint plans."""

    id: str
    name: str
    collates: bool

    @property
    def stream(self) -> str:
        return f"department/{self.id}"


@dataclass(frozen=True, kw_only=True)
class DepartmentAdded:
    """A department takes part."""

    name: str
    collates: bool


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department as it stands."""

    id: str
    name: str
    collates: bool


@dataclass(frozen=True, kw_only=True)
class AddStaff:
    """Enter a person of a department. `personal` may hold `name` and `telephone`."""

    id: str
    department: str
    roles: tuple[Role, ...]
    personal: Mapping[str, str]

    @property
    def stream(self) -> str:
        return f"staff/{self.id}"


@dataclass(frozen=True, kw_only=True)
class ChangeStaffRoles:
    """Give a person other roles; nobody does it to themselves."""

    id: str
    roles: tuple[Role, ...]
    reason: str

    @property
    def stream(self) -> str:
        return f"staff/{self.id}"


@dataclass(frozen=True, kw_only=True)
class SuspendStaff:
    """Let a person act no more."""

    id: str
    reason: str

    @property
    def stream(self) -> str:
        return f"staff/{self.id}"


@dataclass(frozen=True, kw_only=True)
class StaffAdded:
    """A person may act in these roles."""

    department: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True)
class StaffRolesChanged:
    """The roles of a person from here on."""

    roles: tuple[Role, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class StaffSuspended:
    """The person acts no more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Staff:
    """A person as they stand."""

    id: str
    department: str
    roles: tuple[Role, ...]
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class IssuePassword:
    """Let a person have a new one-time password. On record, because whoever gives it could sign in as that person."""

    id: str

    @property
    def stream(self) -> str:
        return f"staff/{self.id}"


@dataclass(frozen=True, kw_only=True)
class PasswordIssued:
    """A one-time password was given out; the password itself is nowhere on the ledger."""


StaffCommand = AddStaff | ChangeStaffRoles | SuspendStaff | IssuePassword


def decide_department(
    state: Department | None, command: AddDepartment, _context: Context, _history: History
) -> tuple[Fact, ...]:
    """Enter a department once; the same again changes nothing."""
    require_slug(command.id, "id")
    if command.id == EXPERTS:
        detail = f"id: {EXPERTS} 专用于专家 / stands for the experts"
        raise DomainError("id-invalid", detail)
    if state is None:
        event = DepartmentAdded(name=command.name, collates=command.collates)
        return (Fact(stream=command.stream, event=event),)
    if (state.name, state.collates) == (command.name, command.collates):
        return ()
    raise DomainError(
        "already-registered", f"部门 {command.id} 已登记 / department is already registered"
    )


def evolve_department(
    state: Department | None, recorded: Recorded, _history: History
) -> Department:
    """Fold one fact of a department."""
    event = recorded.event
    if isinstance(event, DepartmentAdded):
        id_ = recorded.stream.partition("/")[2]
        return Department(id=id_, name=event.name, collates=event.collates)
    assert state is not None
    return state


def decide_staff(
    state: Staff | None, command: StaffCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what becomes of a person's right to act."""
    if isinstance(command, AddStaff):
        return _add_staff(state, command, history)
    if state is None or not state.active:
        raise DomainError(
            "unknown-staff", f"人员 {command.id} 不存在或已停用 / no active staff of this id"
        )
    if context.actor.id == command.id:
        raise DomainError("own-act", "不得变更本人的权限 / nobody changes their own rights")
    event: object
    match command:
        case IssuePassword():
            event = PasswordIssued()
        case ChangeStaffRoles():
            require_reason(command.reason)
            event = StaffRolesChanged(roles=_roles(command.roles), reason=command.reason)
        case SuspendStaff():
            require_reason(command.reason)
            event = StaffSuspended(reason=command.reason)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _add_staff(state: Staff | None, command: AddStaff, history: History) -> tuple[Fact, ...]:
    require_slug(command.id, "id")
    if history.get(Department, command.department) is None:
        raise DomainError(
            "unknown-department", f"部门 {command.department} 未登记 / not registered"
        )
    roles = _roles(command.roles)
    if state is None:
        event = StaffAdded(department=command.department, roles=roles)
        personal = dict(command.personal)
        return (
            Fact(stream=command.stream, event=event, personal=personal, subject=command.stream),
        )
    if (state.department, state.roles) == (command.department, roles):
        return ()
    raise DomainError("already-registered", f"人员 {command.id} 已登记 / staff id is taken")


def _roles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Whoever gives rights or watches over the others does nothing else."""
    if not roles:
        raise DomainError("role-missing", "至少需要一个角色 / at least one role is needed")
    alone = {"administrator", "discipline"} & set(roles)
    if alone and len(set(roles)) > 1:
        detail = (
            f"{'、'.join(sorted(alone))} 不得兼任其他角色 / cannot be combined with other roles"
        )
        raise DomainError("roles-incompatible", detail)
    return tuple(sorted(set(roles)))


def evolve_staff(state: Staff | None, recorded: Recorded, _history: History) -> Staff:
    """Fold one fact of a person."""
    event = recorded.event
    if isinstance(event, StaffAdded):
        id_ = recorded.stream.partition("/")[2]
        return Staff(id=id_, department=event.department, roles=event.roles)
    assert state is not None
    if isinstance(event, StaffRolesChanged):
        return replace(state, roles=event.roles)
    if isinstance(event, StaffSuspended):
        return replace(state, active=False)
    return state


def require_own_department(context: Context, history: History, department: str) -> None:
    """A person acts for their own department only."""
    staff = history.get(Staff, context.actor.id)
    if staff is None or staff.department != department:
        raise DomainError(
            "other-department", f"只能为本部门办理 / only for one's own department: {department}"
        )


def require_collator(context: Context, history: History) -> None:
    """The market-supervision bureau alone puts joint plans together."""
    staff = history.get(Staff, context.actor.id)
    department = history.get(Department, staff.department) if staff else None
    if department is None or not department.collates:
        raise DomainError(
            "other-department", "汇总由市场监管部门办理 / only the collating bureau does this"
        )
