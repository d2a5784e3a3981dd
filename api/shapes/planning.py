"""Standards of drafts, publications of plans, training sessions and publicity, as they are read."""

from typing import Literal

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Day, EntityId, Instant, Listing, OfficerId, Version
from domain.other_checks import CheckKind
from domain.plan_rows import DepartmentItems, PlanRow, StratumRatio
from domain.plan_standards import Floor
from domain.publicity import Channel
from domain.schemes import SchemeDrafted
from domain.team_terms import ExpertNeed, TeamNeed

# Whatever a field of a row can hold, and a row.
Value = (
    str
    | int
    | bool
    | list[str]
    | list[int]
    | list[StratumRatio]
    | list[DepartmentItems]
    | list[TeamNeed]
    | list[ExpertNeed]
    | PlanRow
    | None
)


class StandardsShown(Answer):
    """计划审查标准 / by what drafts are measured."""

    leaf: Count = Field(description="设定标准的叶 / the leaf that set them")
    floors: list[Floor] = Field(description="比例下限及其依据 / least ratios, each with its source")
    min_entities: int = Field(
        ge=1, description="范围内对象少于此数即提示 / below so many entities a scope is warned of"
    )
    basis: str
    set_by: str
    set_at: Instant


class ChangeShown(Answer):
    """调整的一处 / one field of a row that an amendment changes; `field` is empty for a new row."""

    row: str = Field(description="抽查计划编号 / plan number")
    field: str = Field(description="字段，下级以点分隔 / the field, with dots in nested ones")
    old: Value = Field(description="原值；新增行为 null / the old value, null for a new row")
    new: Value = Field(description="新值 / the new value")


class PublicRevision(Answer):
    """一次公布 / one publication of a plan, and what it changed."""

    plan: str = Field(description="年度 / the year")
    revision: int = Field(ge=1)
    leaf: Count
    reason: str | None = Field(
        description="调整原因；首次公布为 null / why it was amended, null at first"
    )
    published_at: Instant
    changes: list[ChangeShown]


class RevisionShown(PublicRevision):
    """一次公布及其经办 / one publication, and who brought it there."""

    drafted_by: str
    drafted_at: Instant
    reviewed_by: str
    reviewed_at: Instant
    published_by: str


class PublicRevisions(Answer):
    """历次公布 / every publication of a plan, in order."""

    entries: list[PublicRevision]


class Revisions(Answer):
    """历次公布 / every publication of a plan, in order."""

    entries: list[RevisionShown]


class TrainingShown(Answer):
    """业务培训 / a training session."""

    id: str
    department: str
    course: str
    on: Day
    place: str
    trainer: str = Field(description="授课单位或岗位 / the office or organisation that taught")
    officers: list[OfficerId] = Field(description="签到人员 / who attended")
    evidence: str = Field(description="签到表的 SHA-256 / SHA-256 of the attendance list")
    year: str
    status: Literal["recorded", "confirmed", "rejected"]
    recorded_version: Version
    recorded_by: str
    recorded_at: Instant
    confirmed_by: str | None
    confirmed_at: Instant | None
    rejected_for: str | None
    version: Version


class Trainings(Listing[TrainingShown]):
    """业务培训的一页 / one page of sessions."""


class TrainingYear(Answer):
    """一年一部门的培训 / confirmed sessions of a department in a year."""

    year: str
    department: str
    sessions: Count
    attendances: Count = Field(description="参训人次 / attendances")
    officers: Count = Field(description="参训人数 / different officers")


class TrainingYears(Answer):
    """历年培训统计 / counts by year and department."""

    entries: list[TrainingYear]


class PublicPublicity(Answer):
    """宣传报道 / what the public was told, and where."""

    id: str
    department: str
    on: Day
    channel: Channel = Field(
        description="新闻媒体、广播电视、官方网站、现场宣讲 / news, broadcast, website, talk on site"
    )
    title: str
    link: str = Field(description="网址，可为空 / its address, or empty")
    evidence: str = Field(description="留存件的 SHA-256 / SHA-256 of the copy that is kept")
    year: str


class PublicityShown(PublicPublicity):
    """宣传报道及其登记 / a record, and who made it."""

    withdrawn: bool
    withdrawn_for: str | None
    recorded_by: str
    recorded_at: Instant
    version: Version


class PublicPublicityPage(Listing[PublicPublicity]):
    """宣传报道的一页 / one page of what the public was told."""


class PublicityPage(Listing[PublicityShown]):
    """宣传记录的一页 / one page of records."""


class PublicityYear(Answer):
    """一年一部门一渠道的宣传 / records of a department in a year on a channel."""

    year: str
    department: str
    channel: Channel
    records: Count


class PublicityYears(Answer):
    """历年宣传统计 / counts by year, department and channel."""

    entries: list[PublicityYear]


class SchemePublication(Answer):
    """一次公布的实施方案 / a scheme as it was published."""

    revision: int = Field(ge=1, description="第几次公布 / the number of its publication")
    leaf: Count
    content: SchemeDrafted = Field(
        description="目标、分工、步骤、要求、联系岗位 / goals, organisation, steps, requirements, contacts"
    )
    published_at: Instant


class PublicScheme(SchemePublication):
    """实施方案及历次公布 / the scheme that holds, and every earlier one."""

    id: str = Field(description="抽查计划编号 / plan number")
    publications: list[SchemePublication]


class SchemeShown(Answer):
    """实施方案 / a scheme, drafts too: `newest` as last written, `published` as it holds."""

    id: str = Field(description="抽查计划编号 / plan number")
    lead: str
    status: Literal["drafted", "reviewed", "published"]
    revision: Count
    newest: SchemeDrafted
    published: SchemeDrafted | None
    drafted_by: str
    drafted_version: Version
    drafted_at: Instant
    reviewed_at: Instant | None
    published_at: Instant | None
    published_leaf: Count | None
    version: Version
    publications: list[SchemePublication]


class AppointmentShown(Answer):
    """合并检查 / two inspections in one visit; each keeps its draw, officers, items and result."""

    id: str = Field(description="对象:任务:任务 / entity and both tasks")
    entity: EntityId
    tasks: list[str]
    inspections: list[str]
    on: Day = Field(description="约定日期 / the agreed day")
    status: Literal["proposed", "agreed", "declined", "dissolved"]
    proposed_by: str
    proposed_at: Instant
    agreed_at: Instant | None
    reason: str | None
    version: Version


class Appointments(Listing[AppointmentShown]):
    """合并检查的一页 / one page of appointments."""


class Meeting(Answer):
    """可合并的检查 / inspections of one entity that could be one visit."""

    id: str
    entity: EntityId
    tasks: list[str]
    inspections: list[str]
    first: Day = Field(description="两项抽查时间的共同部分 / the days that both windows share")
    last: Day


class Meetings(Listing[Meeting]):
    """可合并检查的一页 / one page of pairs."""


class OtherCheckShown(Answer):
    """计划外检查 / a check that no cap counts."""

    id: str
    department: str
    entity: EntityId
    kind: CheckKind = Field(
        description="投诉举报、后续跟踪、专项 / after a complaint, to follow up, special campaign"
    )
    on: Day
    reference: str
    year: str
    recorded_by: str
    recorded_at: Instant


class OtherChecks(Listing[OtherCheckShown]):
    """计划外检查的一页 / one page of checks."""
