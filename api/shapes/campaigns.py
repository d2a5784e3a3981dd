"""Plans, tasks and draws, as staff read them and as the public does."""

from typing import Annotated, Literal

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Day, EntityId, Instant, Listing, OfficerId, Version
from api.shapes.planning import ChangeShown
from api.shapes.proofs import Commitment, Hash, Reason
from domain.draw_commands import Seat, Stage
from domain.lottery.chains import ChainName
from domain.organisation import Role
from domain.plan import PlanStatus
from domain.plan_answers import Answer as WarningAnswer
from domain.plan_answers import Returned
from domain.plan_checks import PlanWarning
from domain.plan_rows import PlanRow
from domain.task import TaskConfirmed
from domain.task_days import Days

DrawStatus = Literal["prepared", "committed", "computed", "disclosed", "voided"]


class NewestRow(Answer):
    """计划的一行 / a row: `newest` as last written, `published` as it holds (null before)."""

    number: str
    place: Count = Field(description="在计划中的位置，从 0 起 / its place in the plan, from 0")
    newest: PlanRow
    published: PlanRow | None


class PlanShown(Answer):
    """年度抽查计划 / the plan of a year, drafts too."""

    id: str = Field(description="年度 / the year")
    title: str
    document_number: str
    issuer: str = Field(description="制定部门编号 / department id")
    status: PlanStatus
    revision: Count = Field(description="已公布的次数 / how often it was published")
    drafted_by: str
    drafted_version: int = Field(
        ge=1,
        description="起草的事件序号，审核时须写明 / the event that drafted it; a review names it",
    )
    warnings: list[PlanWarning]
    answers: list[WarningAnswer] = Field(
        description="各条提示如何处理：接受并说明，或已改 / what became of warnings: accepted with a reason, or changed"
    )
    unanswered: list[PlanWarning] = Field(
        description="尚未答复的提示；有则不能审核通过 / warnings that are open: no approval while there are any"
    )
    returned: list[Returned] = Field(
        description="汇总退回的行 / rows that the collating bureau gave back"
    )
    changes: list[ChangeShown] = Field(
        description="待公布的调整与现行计划的差别 / what the newest rows change of those that hold"
    )
    drafted_at: Instant
    reviewed_at: Instant | None
    collated_at: Instant | None
    published_at: Instant | None
    version: Version
    rows: list[NewestRow]


class PlanHead(Answer):
    """已公布的计划 / a published plan without its rows."""

    id: str = Field(description="年度 / the year")
    title: str
    document_number: str
    issuer: str = Field(description="制定部门编号 / department id")
    revision: int = Field(ge=1, description="第几次公布 / the number of its publication")
    published_at: Instant


class PublicPlans(Answer):
    """所有已公布的计划 / every published plan, by year."""

    entries: list[PlanHead]


class PublishedRow(Answer):
    """已公布的一行 / a row that holds."""

    number: str
    row: PlanRow


class PublicPlan(PlanHead):
    """已公布的计划及其各行 / a published plan with the rows that hold."""

    rows: list[PublishedRow]


class TaskCounts(Answer):
    """What a task and its progress have in common for staff and public."""

    id: str = Field(description="抽查计划编号 / plan number")
    plan: str = Field(description="年度 / the year of its plan")
    plan_revision: int = Field(ge=1)
    name: str
    lead: str = Field(description="牵头部门编号 / id of the leading department")
    departments: list[str] = Field(description="参与部门，牵头在前 / lead first")
    window_from: Day
    window_to: Day
    row: PlanRow
    scheme: str = Field(description="实施方案 / the implementing scheme")
    courses: dict[str, str] = Field(
        description="须先参加的培训及其起算日，空为不限 / courses to attend first, each with the first day that counts, or empty"
    )
    confirmed: bool
    completed: bool
    opened_at: Instant
    confirmed_at: Instant | None
    completed_at: Instant | None
    version: Version
    pool: Count = Field(description="抽查库数量 / entities in the pool")
    excluded: Count
    drawn: Count
    inspections: Count
    entered: Count = Field(description="已录入及之后 / results entered, or further")
    approved: Count
    published: Count
    closed: Count = Field(description="未能实施而终止 / given up, in the open")


class TaskShown(TaskCounts):
    """抽查任务 / a task with its progress."""

    days: dict[str, list[Days]] = Field(
        description="各部门可检查的日期 / days on which each department can come"
    )
    visit_days: list[Days] = Field(
        description="各部门共同的检查日期 / days on which all can come: visits are held on these"
    )
    confirmations: list[TaskConfirmed]


class Tasks(Listing[TaskShown]):
    """抽查任务的一页 / one page of tasks."""


class PublicConfirmation(Answer):
    """部门确认；人员不公开 / a department takes part; who may be drawn is not public."""

    department: str
    items: list[str]
    officers: None
    statement: str


class PublicTask(TaskCounts):
    """抽查任务，仅已公布的数量 / a task, with counts of what is disclosed."""

    confirmations: list[PublicConfirmation]


class PublicTasks(Listing[PublicTask]):
    """抽查任务的一页 / one page of tasks."""


class DrandShown(Answer):
    """drand 随机信标 / one round of a chain; the round is known from the commitment on."""

    type: Literal["drand"]
    name: ChainName
    chain: Hash
    round: int | None = Field(ge=1)
    due_at: Instant | None = Field(description="应产生的时间 / when the round is due")
    arrived: bool
    arrived_at: Instant | None


class LotteryShown(Answer):
    """公开彩票 / an issue of a public lottery; it counts once two people entered the same numbers."""

    type: Literal["lottery"]
    name: str
    issue: str
    groups: list[int] = Field(
        description="每组号码的个数 / how many numbers each official group has"
    )
    due_at: Instant = Field(description="开奖时间 / when its numbers can be known")
    entered_by: list[str] = Field(description="已录入号码的人 / who entered numbers so far")
    arrived: bool
    arrived_at: Instant | None


class WitnessShown(Answer):
    """见证人 / a witness, and the hash once it counts."""

    type: Literal["witness"]
    who: str
    commit: Hash | None
    typed_by: str | None = Field(
        description="已从纸面录入一次、待第二人录入 / who typed it from paper, while a second person is waited for"
    )
    arrived: bool
    arrived_at: Instant | None


SourceShown = Annotated[DrandShown | LotteryShown | WitnessShown, Field(discriminator="type")]


class VoidStep(Answer):
    """作废的一步 / a request to void the draw, or what was decided on it."""

    act: Literal["requested", "approved", "declined"]
    by: str
    role: Role
    at: Instant
    reason: str


class PublicDraw(Answer):
    """一次抽取 / a draw, from the moment in which it was prepared; `drawn` once its list is public."""

    id: str = Field(description="抽查计划编号.阶段.序号 / plan number, stage and serial")
    task: str
    stage: Stage
    serial: int = Field(ge=1)
    status: DrawStatus
    open: bool = Field(description="名单与证明是否公开 / whether list and proof are public")
    sealed: bool = Field(
        description="替补抽取的席位、名单和承诺对您尚不可见 / whether seat, list and commitment of a replacement are kept from you"
    )
    predecessors: list[str] = Field(description="此前作废的抽取 / the void draws before it")
    entities_draw: str | None = Field(
        description="为哪次对象抽取派员 / the draw of entities that the officers are drawn for"
    )
    seat: Seat | None = Field(
        description="替补的席位；名单公布前不公开 / which seat a substitute is drawn for, not before the list is public"
    )
    prepared_by: str
    witnesses: list[str]
    sources: list[SourceShown] = Field(
        description="随机源，按进入的顺序 / what the draw waits for, in the order in which it enters"
    )
    disputed: bool = Field(
        description="开奖号码录入不一致，抽取暂停 / the entered lottery numbers differ: the draw rests"
    )
    commitment: Commitment | None
    ledger_size: Count | None = Field(
        description="固定名单时的账本条数 / leaves of the ledger when the list was fixed"
    )
    pool: Count | None = Field(description="派员为 null / null in draws of officers")
    excluded: Count | None
    drawn: Count | None
    void_reason: str | None
    voids: list[VoidStep] = Field(
        description="作废的申请与决定，按先后 / each request to void it and what was decided"
    )
    prepared_at: Instant
    committed_at: Instant | None
    covered_at: Instant | None = Field(
        description="检查点覆盖承诺的时间 / when a checkpoint was known to cover the commitment"
    )
    computed_at: Instant | None
    disclosed_at: Instant | None
    voided_at: Instant | None


class PublicDraws(Listing[PublicDraw]):
    """抽取的一页 / one page of draws."""


class DrawShown(PublicDraw):
    """一次抽取，供工作人员 / a draw as staff read it."""

    version: int = Field(
        ge=1,
        description="决定作废时所指的版本，被查看不计 / the version that a decision on a void names; looks do not count",
    )


class TaskWithDraws(TaskShown):
    """抽查任务及其全部抽取，作废的也在内 / a task with all its draws, void ones too."""

    draws: list[DrawShown]


class PublicTaskWithDraws(PublicTask):
    """抽查任务及其全部抽取 / a task with all its draws, void ones too."""

    draws: list[PublicDraw]


class DrawMember(Answer):
    """名单中的对象或人员 / an entity of a list, or a person of a draw of a substitute."""

    entity: EntityId | OfficerId
    name: str | None = Field(
        description="固定名单时的名称；未入库时为 null / the name at the commitment, null where unconfirmed"
    )
    stratum: str
    reason: Reason | None = Field(
        description="排除原因；在抽查库中则为 null / why it was left out, null in the pool"
    )
    place: Count | None = Field(
        description="抽取次序，从 0 起；未抽中为 null / order of the draw from 0, null unless drawn"
    )


class DrawMembers(Listing[DrawMember]):
    """名单的一页 / one page of a list."""
