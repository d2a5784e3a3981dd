"""Inspections, as staff read them, and the results that are published of them."""

from typing import Any, Literal

from pydantic import Field

from api.answers import ActAnswer, Answer
from api.shapes.common import Count, Day, EntityId, Instant, Listing, OfficerId, Version, steps_of
from domain.amendments import Amendment, Change
from domain.checklists import Point
from domain.findings import Findings
from domain.follow_up_commands import Kind, Outcome
from domain.follow_up_state import FollowUp, Stage
from domain.inspection_commands import (
    AssignedOfficer,
    InspectionAssigned,
    ItemResult,
    ResultCategory,
)
from domain.inspection_state import Asked, Status, Vacancy
from domain.replacement_commands import Cause
from domain.review_log import Reviewed
from domain.visit_commands import (
    Acknowledgement,
    ChecklistAnswered,
    MediaType,
    NoticeWritten,
    OutcomeRecorded,
)
from domain.visit_standard import Terms
from domain.visit_state import Evidence, Spell

Steps: Any = steps_of("inspection")


class Replaced(Answer):
    """一次更换 / a seat that was left and filled again, by a draw of its own."""

    left: OfficerId
    cause: Cause
    requested_by: str
    approved_by: str
    officer: OfficerId = Field(description="抽出的替补 / who was drawn")
    draw: str = Field(description="替补抽取编号 / the draw that decided it")
    at: Instant


class InspectionShown(Answer):
    """一次检查 / an inspection. Times are of the newest act of their kind; `status` says which of them still count."""

    id: str = Field(description="抽查计划编号:检查对象标识 / plan number and entity id")
    task: str
    entity: EntityId
    officers: list[OfficerId] = Field(
        description="执法检查人员，首位为组长 / the officers; the first leads"
    )
    leader: OfficerId | None = Field(
        description="组长：签号最小的执法检查人员 / the officer of the smallest ticket"
    )
    experts: list[OfficerId] = Field(
        description="专家，不计入两名执法人员 / experts, who do not count among the two"
    )
    team: list[AssignedOfficer] = Field(
        description="全体人员，专家的部门为 experts / everybody who goes; experts are of the department `experts`"
    )
    assigned: InspectionAssigned
    declared: list[OfficerId] = Field(
        description="已申报无应回避情形 / who declared that nothing biases them"
    )
    asked: dict[OfficerId, Asked] = Field(description="待批准的更换 / replacements that wait")
    vacant: dict[OfficerId, Vacancy] = Field(
        description="空缺的席位，按退出的人 / vacant seats, by who left them"
    )
    fell_out: list[OfficerId] = Field(description="退出的人员 / who left the team")
    replaced: list[Replaced] = Field(description="已完成的更换，按先后 / replacements, in order")
    closing_requested_by: str | None = Field(
        description="谁申请终止 / who asked to give the visit up"
    )
    told_on: Day | None = Field(
        description="自何日起告知检查人员 / from which day its officers see it"
    )
    window_from: Day
    window_to: Day
    status: Status
    notified: bool
    checked_in: list[OfficerId]
    checked_out: list[OfficerId]
    first_visit_on: Day | None
    category: ResultCategory | None
    items: list[ItemResult] | None
    entered_by: OfficerId | None
    follow_ups: list[FollowUp] = Field(
        description="后续处理：责令改正、移送、抄告，按先后编号 / what became of its problems, numbered in order"
    )
    terms: Terms = Field(description="适用的检查规范 / the standard under which it was assigned")
    notice: NoticeWritten | None = Field(description="通知书 / the notice letter")
    spells: list[Spell] = Field(
        description="到场记录：offline 为真时为设备时间，recorded_at 为账本时间"
        " / who was there when: by their device where `offline`; `recorded_at` is the ledger's time"
    )
    evidence: list[Evidence] = Field(description="证据文件 / files, by their hashes")
    answers: list[ChecklistAnswered] = Field(description="检查要点的回答 / checklists as answered")
    outcome: OutcomeRecorded | None = Field(
        description="未能检查的情况 / why nothing could be looked at, and what was tried"
    )
    acknowledged: Acknowledgement | None = Field(
        description="被检查人的答复 / what the inspected party answered"
    )
    findings: dict[str, Findings] = Field(
        description="各部门的检查情况 / what each department found"
    )
    reviews: list[Reviewed] = Field(
        description="历次审核：何时打开、何时决定、看过哪些文件 / each review: when opened, when decided, which files"
    )
    editions: Count = Field(description="已公示的版本数 / how often a result was published")
    amendment: Amendment | None = Field(description="待办的更正 / a correction that waits")
    assigned_at: Instant
    notice_written_at: Instant | None
    notified_at: Instant | None
    checked_in_at: Instant | None
    checked_out_at: Instant | None
    acknowledged_at: Instant | None
    entered_at: Instant | None
    confirmed_at: Instant | None
    reviewed_at: Instant | None
    published_at: Instant | None
    amendment_requested_at: Instant | None
    amendment_declined_at: Instant | None
    closing_requested_at: Instant | None
    closed_at: Instant | None
    published_leaf: Count | None
    version: Version


class Inspections(Listing[InspectionShown]):
    """检查的一页 / one page of inspections."""


class InspectionWithSteps(InspectionShown):
    """一次检查及其全部过程 / an inspection with all that happened."""

    steps: Steps


class Handling(Answer):
    """处理结果的一项 / one follow-up, as the public reads it."""

    number: Count
    kind: Kind
    items: list[str] = Field(
        description="所涉事项，空为整个结果 / the items that it is about, none for all"
    )
    on: Day = Field(description="责令、移送或抄告之日 / the day of the order or document")
    requirement: str | None = Field(description="责令改正的要求 / what must be put right")
    due: Day | None
    stage: Stage
    settled_on: Day | None = Field(
        description="核实改正或对方确认之日 / when it was verified, or confirmed by the other body"
    )
    outcome: Outcome | None
    closed_on: Day | None


class Result(Answer):
    """公示的检查结果 / a published result."""

    id: str = Field(description="抽查计划编号:检查对象标识 / plan number and entity id")
    task: str
    entity: EntityId
    name: str = Field(description="公示时的名称 / the name when it was published")
    category: ResultCategory
    items: list[ItemResult]
    first_visit_on: Day
    leader: OfficerId
    team: list[AssignedOfficer] = Field(
        description="实施检查的人员，只列编号 / who carried it out, by their ids only"
    )
    handling: list[Handling] = Field(
        description="处理结果：后续处理及其进展 / what became of its problems"
    )
    published_at: Instant
    published_leaf: Count = Field(description="公示事件的位置 / the leaf of its publication")
    edition: int = Field(ge=1, description="第几版，更正后递增 / grows with each correction")


class Results(Answer):
    """公示结果的一页，新的在前 / one page of published results, the newest first."""

    entries: list[Result]
    next_before: Count | None = Field(
        description="下一页的 before；没有时为 null / the `before` of the next page, if there may be one"
    )


class EditionShown(Answer):
    """公示过的一版结果 / a result as it was published; where `withheld`, its findings are left blank."""

    edition: int = Field(ge=1, description="第几版，从 1 起 / from 1")
    newest: bool
    category: ResultCategory
    items: list[ItemResult]
    withheld: bool = Field(
        description="检查情况文字不再公开 / its findings are not public any more"
    )
    reason: str | None = Field(description="更正原因 / why it was corrected; null for the first")
    changes: list[Change] = Field(description="与上一版的差别 / what differs from the one before")
    published_at: Instant
    published_leaf: Count


class Editions(Answer):
    """一项结果公示过的各版，先后为序 / every published edition of a result, the first one first."""

    entries: list[EditionShown]


class EvidenceTaken(ActAnswer):
    """已收下的证据文件 / a file that was taken in."""

    sha256: str
    size: int = Field(ge=1, description="字节数 / bytes")
    media_type: MediaType


class Statement(Answer):
    """现场记录的一段密封文字 / a sealed text of the visit."""

    version: Version
    type: str = Field(description="所在事件 / the event beside which it stands")
    field: Literal["account", "caption", "statement"]
    text: str = Field(description="已删除的显示“已删除” / 已删除 where it was erased")


class Statements(Answer):
    """现场记录的密封文字 / the sealed texts of a visit, in order."""

    entries: list[Statement]


class ChecklistShown(Answer):
    """一个事项的检查要点 / the checklist of an item: what holds, and the draft that waits."""

    id: str = Field(description="事项编码 / code of the item")
    points: list[Point]
    approved_version: Count = Field(
        description="现行版本，回答时须写明；0 为尚无 / the version that holds, which answers name; 0: none"
    )
    draft: list[Point]
    draft_version: Version | None = Field(
        description="待审核的版本 / the draft that waits, which a review names"
    )
    drafted_by: str | None
    version: Version
    changed_at: Instant


class Checklists(Listing[ChecklistShown]):
    """检查要点的一页 / one page of checklists."""


class StandardShown(Answer):
    """现行检查规范 / the standard that holds for visits that are assigned now."""

    terms: Terms
