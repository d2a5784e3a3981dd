"""What can be asked of one inspection and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.facts import Judgement
from domain.plan_rows import DepartmentItems

# The categories of an inspection result 检查结果; none is ever preselected.
ResultCategory = Literal[
    "no-problem-found",  # 1 未发现问题
    "disclosure-missing",  # 2 未按规定公示应当公示的信息
    "disclosure-false",  # 3 公示信息隐瞒真实情况、弄虚作假
    "unreachable",  # 4 通过登记的住所(经营场所)无法联系
    "ordered-to-correct",  # 5 发现问题已责令改正
    "obstructed",  # 6 不配合检查情节严重
    "activity-not-found",  # 7 未发现开展本次抽查涉及的经营活动
    "pending-follow-up",  # 8 发现问题待后续处理
    "closed-or-liquidating",  # 已关闭停业或正在组织清算
    "deregistered",  # 注销/吊销/撤销/迁出
    "other-rules-violated",  # 违反其他部门规定
]
Disposal = Literal[
    "none",  # 无需处置
    "stop-and-report",  # 停止检查反馈日常监管
    "order-to-correct",  # 责令改正
    "transfer",  # 移送办案
    "notify-other-body",  # 抄告其他部门
    "other",  # 其他
]
Method = Literal[
    "on-site",  # 现场
    "written",  # 书面
    "online",  # 网络
    "testing",  # 检验检测
    "commissioned",  # 委托专业机构
]


@dataclass(frozen=True, kw_only=True)
class AssignedOfficer:
    """One of the people that were drawn to a visit; experts are of the department `experts`."""

    id: str
    department: str


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """What was found on one item; `checked` False says that it was not looked at, and `finding` then says why."""

    item: str
    checked: bool
    category: ResultCategory | None
    finding: str
    disposal: Disposal
    method: Method


@dataclass(frozen=True, kw_only=True)
class InspectionCommand:
    """What all commands to one inspection carry: its id, task and entity joined by a colon."""

    inspection: str

    @property
    def stream(self) -> str:
        return f"inspection/{self.inspection}"


@dataclass(frozen=True, kw_only=True)
class Notify(InspectionCommand):
    """Tell the entity that officers will come."""

    notice_number: str


@dataclass(frozen=True, kw_only=True)
class CheckIn(InspectionCommand):
    """An assigned officer arrived."""


@dataclass(frozen=True, kw_only=True)
class CheckOut(InspectionCommand):
    """An assigned officer left."""


@dataclass(frozen=True, kw_only=True)
class EnterResult(InspectionCommand):
    """Enter what was found, item by item, and the category of the whole."""

    category: ResultCategory
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, kw_only=True)
class ConfirmResult(Judgement, InspectionCommand):
    """The second officer agrees with what was entered."""


@dataclass(frozen=True, kw_only=True)
class ReviewResult(Judgement, InspectionCommand):
    """Approve a confirmed result, or return it with a remark."""

    approve: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class PublishResult(InspectionCommand):
    """Make an approved result public."""


@dataclass(frozen=True, kw_only=True)
class RequestClosing(InspectionCommand):
    """Ask that a visit which cannot be carried out or finished any more is given up, and say why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveClosing(Judgement, InspectionCommand):
    """Somebody who has no hand in it agrees that the visit is given up 未能实施."""


AnyInspectionCommand = (
    Notify
    | CheckIn
    | CheckOut
    | EnterResult
    | ConfirmResult
    | ReviewResult
    | PublishResult
    | RequestClosing
    | ApproveClosing
)


@dataclass(frozen=True, kw_only=True)
class InspectionAssigned:
    """Both draws met: this entity, this team by its tickets, these items, within this window."""

    task: str
    entity: str
    team: tuple[AssignedOfficer, ...]
    items: tuple[DepartmentItems, ...]
    entities_draw: str
    officers_draw: str
    window_from: str
    window_to: str


@dataclass(frozen=True, kw_only=True)
class InspectionNotified:
    """The entity was told."""

    notice_number: str


@dataclass(frozen=True, kw_only=True)
class OfficerCheckedIn:
    """The acting officer arrived at `recorded_at`."""


@dataclass(frozen=True, kw_only=True)
class OfficerCheckedOut:
    """The acting officer left at `recorded_at`."""


@dataclass(frozen=True, kw_only=True)
class ResultEntered:
    """The result as one officer entered it."""

    category: ResultCategory
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, kw_only=True)
class ResultConfirmed:
    """The second officer agreed."""


@dataclass(frozen=True, kw_only=True)
class ResultReviewed:
    """A reviewer approved or returned it."""

    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class ResultPublished:
    """The public may read the result as it was approved."""


@dataclass(frozen=True, kw_only=True)
class ClosingRequested:
    """Somebody asked that the visit is given up."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class InspectionClosed:
    """The visit was given up by two people. The discipline office is told by this event."""

    requested_by: str
