"""The item list as of a day, coverage, batches, comparisons, vocabularies, what runs out, and stories of entries."""

from typing import Any, Literal

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Day, EntityId, Instant, Listing, Step, events_of
from domain.batches import LeftOut, Proposal
from domain.classification import Tag
from domain.entity_records import CreditRated, EntityLicensed
from domain.events import NAMES
from domain.item_versions import Category
from domain.reconciliation import Decision, DifferenceKind
from domain.registry_commands import CreditClass, Registry


class ListedItem(Answer):
    """清单上的一个事项 / an item of the published list, in the version that held on a day."""

    code: str
    number: int = Field(ge=1, description="第几版 / which version, from 1")
    issuer: str
    item_class: str
    name: str
    subject: str
    category: Category
    method: str
    body: str
    legal_basis: str
    department: str
    mandate: str = Field(description="三定依据 / the clause of its mandate")
    supervision_code: str = Field(description="“互联网+监管”事项编码，可为空 / may be empty")
    valid_from: Day
    valid_to: Day | None = Field(
        description="自该日起不再有效；无则为 null / the day from which it holds no more"
    )
    withdrawn_for: str | None = Field(description="废止原因 / why it is withdrawn, or null")
    leaf: Count
    reason: str = Field(description="修订原因，首版为空 / why it was revised, empty at first")


class ItemList(Listing[ListedItem]):
    """某日的随机抽查事项清单 / the published list as of a day."""

    on: Day


class MadeWith(Answer):
    """计划所依据的事项版本 / the versions of items with which a plan row, its task and its visits were made."""

    task: str
    plan_revision: int
    leaf: Count = Field(description="公布该计划的叶 / where the plan was published")
    entries: list[ListedItem]


class Unclaimed(Answer):
    """无人认领的事项 / an item that no department has claimed."""

    code: str
    name: str
    issuer: str
    subject: str


class Unchecked(Answer):
    """一年内未检查的事项 / a published item without a published check in the year before."""

    code: str
    name: str
    department: str
    valid_from: Day
    last_checked_on: Day | None = Field(description="上次检查；从未检查为 null / or null")


class ItemCoverage(Answer):
    """随机事项覆盖 / who claims and who checks: `listed` items are the denominator of those `unchecked`."""

    on: Day
    since: Day = Field(description="一年前的次日 / the first day that counts")
    as_of: Count
    listed: Count
    unclaimed: list[Unclaimed]
    unchecked: list[Unchecked]


class BatchShown(Answer):
    """一批变更 / a batch: confirmed, rejected, or an undoing that waits."""

    id: str
    status: Literal["waiting", "confirmed", "rejected"]
    undoes: str | None = Field(description="撤回的批次 / the batch that it takes back")
    reason: str | None
    rejected_for: str | None
    leaf: Count
    last_by: str
    last_at: Instant


class BatchListed(BatchShown):
    """批次列表的一行 / a line of the list of batches."""

    entries: Count
    kept: Count = Field(description="未能撤回的条目 / entries that an undoing left as they are")


class Batches(Listing[BatchListed]):
    """批次的一页 / one page of batches."""


class BatchWhole(BatchShown):
    """一批变更及其条目 / a batch with its entries."""

    proposals: list[Proposal]
    left_out: list[LeftOut]


class Proposals(Answer):
    """待复核的变更，可整批复核 / what waits, as `registry.confirm-batch` takes it."""

    proposals: list[Proposal]


class ReconciliationListed(Answer):
    """一次核对 / a comparison of a registry with an outside list."""

    id: str
    registry: Registry
    kinds: list[str]
    source: str
    document: str
    listed: Count = Field(description="外部名单条数 / lines of the outside list")
    found: Count = Field(description="差异数 / differences")
    waiting: Count = Field(description="待决定的差异 / differences that are undecided")
    opened_by: str
    opened_at: Instant
    last_at: Instant


class Reconciliations(Listing[ReconciliationListed]):
    """核对的一页 / one page of comparisons."""


class DifferenceShown(Answer):
    """一处差异及其决定 / a difference, and what was decided of it."""

    id: str
    kind: DifferenceKind
    name_here: str
    name_there: str
    decision: Decision | None
    reason: str | None


class ReconciliationWhole(ReconciliationListed):
    """一次核对及其全部差异 / a comparison with all its differences."""

    differences: list[DifferenceShown]


class Vocabulary(Answer):
    """标签词表 / with which words a registry may be tagged."""

    registry: Registry
    tags: list[Tag]
    basis: str
    set_by: str
    set_at: Instant


class Vocabularies(Answer):
    """标签词表 / every vocabulary that was set."""

    entries: list[Vocabulary]


class Expiring(Answer):
    """到期的证照 / a licence, or an officer's certificate, that runs out."""

    registry: Registry
    id: str
    name: str | None = Field(description="检查对象名称；人员为 null / null of people")
    kind: str
    number: str | None
    issuer: str | None
    expires: Day
    expired: bool = Field(description="已过期 / whether that day is past")


class ExpiringList(Answer):
    """到期的证照，先到期的在前 / what runs out by a day, the earliest first."""

    by: Day
    entries: list[Expiring]


class CreditHistory(Answer):
    """信用风险等级的沿革 / which class held on a day, and every rating on record."""

    id: EntityId
    on: Day
    credit_class: CreditClass | None = Field(description="当日等级 / the class that held")
    ratings: list[CreditRated]


class StoryDraw(Step):
    """一次抽取与该条目 / a draw in which the entry stood: fixed, computed (once that is public) or voided."""

    type: Literal["draw.committed.v1", "draw.computed.v1", "draw.voided.v1"]
    standing: Literal["pool", "excluded", "drawn"] = Field(
        description="在库、未入库或被抽中 / in the pool, left out of it, or drawn"
    )
    stratum: str | None
    reason: str | None = Field(description="未入库原因 / why it was left out of the pool")
    place: Count | None = Field(description="抽中的次序 / its place in the draw, from 0")


_KINDS = ("entity", "officer", "expert", "registry", "inspection")
StoryStep: Any = events_of([name for name in NAMES if name.partition(".")[0] in _KINDS], Step)


class Story(Answer):
    """一个条目的经历，按叶 / the story of an entry, by leaf."""

    id: str
    entries: list[StoryStep | StoryDraw]
    next_after: Count | None = Field(description="下一页的 after / of the next page, or null")


PreviewedValue = (
    str
    | bool
    | list[str]
    | dict[str, str]
    | dict[str, tuple[Day, Day]]
    | dict[str, EntityLicensed]
    | dict[str, CreditRated]
    | None
)


class PreviewedChange(Answer):
    """一个字段的变化 / a field as it is, and as it would be once confirmed."""

    stream: str
    field: str
    old: PreviewedValue
    new: PreviewedValue


class PreviewedEvent(Answer):
    """将记录的事件 / an event that would be recorded."""

    type: str
    stream: str


class PreviewRefusal(Answer):
    """拒绝的原因 / why an act would be refused."""

    code: str
    detail: str


class PreviewedAct(Answer):
    """一个操作的预演 / what one act would bring."""

    events: list[PreviewedEvent]
    changes: list[PreviewedChange]
    left_out: list[LeftOut]
    refusal: PreviewRefusal | None


class Preview(Answer):
    """预演结果，未作任何登记 / what acts would do; nothing was recorded."""

    position: Count
    refused: Count = Field(description="会被拒绝的操作数 / acts that would be refused")
    acts: list[PreviewedAct]
