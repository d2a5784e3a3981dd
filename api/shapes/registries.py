"""Lines of the registries. Confirmed details are null while an addition waits; `pending` then holds the proposed ones."""

from typing import Any, Generic, TypeVar

from pydantic import Field, create_model

from api.answers import Answer
from api.shapes.common import (
    Count,
    Day,
    EntityId,
    Instant,
    Listing,
    Personal,
    Version,
    steps_of,
)
from domain.classification import EntryTagged
from domain.entity_records import CreditRated, EntityLicensed, Record
from domain.item_versions import Category, ItemProposal, ItemVersion, Withdrawal
from domain.items import ItemStatus
from domain.organisation import Role
from domain.personnel_commands import Relation
from domain.registry_commands import CreditClass, EntityDetails, ExpertDetails, OfficerDetails
from domain.registry_state import PendingAct

Details = TypeVar("Details", EntityDetails, OfficerDetails, ExpertDetails)
AS_OF = Field(description="所依据的账本条数 / leaves of the ledger that this tells")


class WhoAmI(Answer):
    """当前登录人 / who is logged in."""

    id: str
    department: str = Field(description="部门编号 / department id")
    roles: list[Role]
    personal: Personal


class Line(Answer):
    """What every line of a registry says: between which leaves it held."""

    from_leaf: Count = Field(description="自此位置起有效 / the leaf from which on it holds")
    to_leaf: Count | None = Field(
        description="至此位置止；仍有效时为 null / the leaf that ended it, or null"
    )


class DepartmentLine(Line):
    """部门 / a department."""

    id: str
    name: str
    collates: bool = Field(description="负责汇总联合计划 / whether it collates the joint plans")


class StaffLine(Line):
    """人员 / a person who acts."""

    id: str
    department: str = Field(description="部门编号 / department id")
    roles: list[Role]
    active: bool
    version: Version


class ItemLine(Line):
    """抽查事项 / an item of the list; `department` and what follows it stand there once it is claimed."""

    code: str
    issuer: str = Field(description="清单所列部门 / the department as the list names it")
    item_class: str
    name: str
    subject: str = Field(description="检查对象 / what is inspected")
    category: Category
    method: str = Field(description="检查方式 / how it is inspected")
    body: str = Field(description="检查主体 / who may inspect")
    legal_basis: str
    source: str = Field(description="来源文件 / the document it was taken from")
    status: ItemStatus
    department: str | None = Field(description="认领部门 / the department that claimed it")
    claimed_by: str | None
    mandate: str | None = Field(description="三定依据 / the clause of its mandate")
    supervision_code: str | None = Field(
        description="“互联网+监管”事项编码，可为空文本 / its code there, may be empty"
    )
    published_at: Instant | None
    versions: list[ItemVersion] = Field(
        description="已公布和审核通过的各版 / what was published and approved so far"
    )
    withdrawn: Withdrawal | None = Field(description="废止日期和原因 / since when, and why")
    pending: ItemProposal | None = Field(description="待审核的修订或废止 / what waits")
    version: Version


class Proposal(Answer, Generic[Details]):
    """What waits in any registry; `details` where it adds or changes."""

    version: int = Field(
        ge=1, description="复核时所指的版本 / the version that a confirmation names"
    )
    act: PendingAct
    by: str = Field(description="提出人 / who proposed it")
    details: Details | None
    note: str = Field(
        description="检查日期、培训名称、免查决定文号或关系所涉对象，其他为空 / the day of a visit, the course, the decision or"
        " the entity of a relation, else empty"
    )
    days: tuple[str, str] = Field(
        description="免予抽查或请假的起止日，其他为空 / first and last day of an exemption or leave, else empty"
    )
    relation: str = Field(description="关系种类，其他为空 / of what kind a relation is, else empty")
    proposed: EntryTagged | Record | None = Field(
        description="提出的标签、许可证或信用等级 / tags, a licence or a credit class that are proposed"
    )


class EntityProposal(Proposal[EntityDetails]):
    """检查对象的待复核变更 / a change of an entity that waits for its second person."""


class OfficerProposal(Proposal[OfficerDetails]):
    """执法检查人员的待复核变更 / a change of an officer that waits for its second person."""


class ExpertProposal(Proposal[ExpertDetails]):
    """专家的待复核变更 / a change of an expert that waits for its second person."""


class Confirmed(Line):
    """What entities, officers and experts have in common."""

    id: str
    suspended: bool
    active: bool = Field(description="已复核且未暂停 / confirmed and not suspended")
    version: Version
    changed_at: Instant


class EntityLine(Confirmed):
    """检查对象 / an entity that may be inspected."""

    id: EntityId
    name: str | None
    kind: str | None = Field(description="类型 / its kind, for example 校外培训机构")
    tags: list[str] | None
    credit_class: CreditClass | None = Field(
        description="信用风险等级，A 低 D 高 / credit risk, A low to D high"
    )
    area: str | None
    address: str | None
    pending: EntityProposal | None
    visits: list[Day] = Field(
        description="系统外检查的日期 / days of inspections held outside this ledger"
    )
    exemptions: dict[str, tuple[Day, Day]] = Field(
        description="免予抽查：决定文号与起止日 / exemptions: decision to its first and last day"
    )
    licences: dict[str, EntityLicensed] = Field(description="许可证，按证号 / by number")
    ratings: dict[Day, CreditRated] = Field(description="信用等级，按日期 / ratings, by day")
    unrated_class: CreditClass | None = Field(
        description="首次评级之前的等级 / the class before any rating"
    )


class OfficerLine(Confirmed):
    """执法检查人员 / an officer."""

    department: str | None = Field(description="部门编号 / department id")
    skills: list[str] | None
    certificate_expires: Day | None
    area: str | None
    pending: OfficerProposal | None
    recusals: list[EntityId] = Field(description="已申报回避的对象 / entities of declared recusals")
    relations: dict[EntityId, Relation] = Field(
        description="登记的回避关系 / recorded relations: entity to kind"
    )
    trained: dict[str, Day] = Field(
        description="名录所记的培训及最近日期 / courses on record here, each with its last day; sessions: /training"
    )
    leaves: dict[Day, Day] = Field(description="请假起止日 / leaves: first day to last day")
    tags: list[str]


class ExpertLine(Confirmed):
    """专家 / an expert."""

    organisation: str | None
    specialities: list[str] | None
    tags: list[str]
    pending: ExpertProposal | None
    relations: dict[EntityId, Relation] = Field(
        description="登记的回避关系 / recorded relations: entity to kind"
    )


def page_of(line: type[Line]) -> type[Answer]:
    """The shape of one page of a registry, which says which leaves it tells."""
    return create_model(
        line.__name__.replace("Line", "Page"),
        __base__=Listing[line],  # type: ignore[valid-type]
        __doc__=f"名录的一页：{line.__doc__}",
        as_of=(Count, AS_OF),
    )


def entry_of(line: type[Line], *kinds: str, personal: bool) -> type[Line]:
    """The shape of one entry: its line, its steps (events of these kinds), and where it has them its personal fields."""
    fields: dict[str, Any] = {"as_of": (Count, AS_OF), "steps": (steps_of(*kinds), ...)}
    if personal:
        fields["personal"] = (Personal, Field(default_factory=dict))
    name = line.__name__.replace("Line", "Entry")
    return create_model(name, __base__=line, __doc__=line.__doc__, **fields)
