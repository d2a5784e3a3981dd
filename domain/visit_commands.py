"""What can be recorded of one visit beside its result: notice, times, places, evidence, answers, and what the party says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.checklists import Answer
from domain.inspection_commands import InspectionCommand, Method

MediaType = Literal["image/jpeg", "image/png", "application/pdf", "video/mp4", "audio/mp4"]
Moment = Literal["check-in", "check-out"]
Outcome = Literal[
    "refused",  # 拒绝、阻挠检查
    "closed-door",  # 无人、闭店
    "not-there",  # 登记地址查无此对象
    "ceased",  # 已停业、注销、吊销或迁出
    "no-activity",  # 未开展本次抽查涉及的经营活动
]
Tried = Literal[
    "on-site",  # 现场
    "telephone",  # 电话
    "letter",  # 邮寄、留置
    "neighbours",  # 向周边、物业、村居了解
    "registry",  # 向登记机关查询
]
Acknowledgement = Literal[
    "acknowledged",  # 无异议
    "objected",  # 有异议，载于意见
    "refused-to-sign",  # 拒绝签字
    "absent",  # 被检查人不在场
]


@dataclass(frozen=True, kw_only=True)
class WriteNotice(InspectionCommand):
    """Write the notice letter: its number, its date, the day of the visit, and what it says."""

    notice_number: str
    dated: str
    visit_on: str
    says: str


@dataclass(frozen=True, kw_only=True)
class RecordPosition(InspectionCommand):
    """State where the acting officer's device was when they checked in or out, in micro-degrees (WGS 84) and metres."""

    moment: Moment
    latitude: int
    longitude: int
    accuracy: int


@dataclass(frozen=True, kw_only=True)
class UploadVisit(InspectionCommand):
    """Check in and out afterwards, where there was no network: the times are those of the officer's device."""

    arrived_at: str
    left_at: str


@dataclass(frozen=True, kw_only=True)
class AttachEvidence(InspectionCommand):
    """Attach a file that the service has received, of the visit or of what is followed up.

    `item` is the item it is of, or "" for the whole visit.

    `taken_at` is when the device says that it was taken, or "".
    """

    sha256: str
    size: int
    media_type: MediaType
    item: str
    taken_at: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class PointAnswer:
    """What was found on one point; "yes" says that nothing is wrong, and `finding` what is where it is "no"."""

    point: str
    answer: Answer
    method: Method
    finding: str


@dataclass(frozen=True, kw_only=True)
class AnswerChecklist(InspectionCommand):
    """Answer every point of an item's checklist, of the `version` that holds."""

    item: str
    version: int
    answers: tuple[PointAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One time that the entity was tried, as an RFC 3339 instant, and how."""

    at: str
    how: Tried


@dataclass(frozen=True, kw_only=True)
class RecordOutcome(InspectionCommand):
    """State why nothing could be looked at, what was tried, on which evidence (hashes), and how it went."""

    outcome: Outcome
    attempts: tuple[Attempt, ...]
    evidence: tuple[str, ...]
    account: str


@dataclass(frozen=True, kw_only=True)
class Acknowledge(InspectionCommand):
    """Record what the inspected party answers; `statement` says who stood for it, and its remark in its own words."""

    answer: Acknowledgement
    statement: str


VisitCommand = (
    WriteNotice
    | RecordPosition
    | UploadVisit
    | AttachEvidence
    | AnswerChecklist
    | RecordOutcome
    | Acknowledge
)


@dataclass(frozen=True, kw_only=True)
class NoticeWritten:
    """The notice letter was written; it is served by `inspection.notified.v1`."""

    notice_number: str
    dated: str
    visit_on: str
    says: str


@dataclass(frozen=True, kw_only=True)
class PositionRecorded:
    """Where the acting officer's device was, by its own word, at their newest arrival or departure."""

    moment: Moment
    latitude: int
    longitude: int
    accuracy: int


@dataclass(frozen=True, kw_only=True)
class CapturedOffline:
    """The acting officer was there between these moments of their device; `recorded_at` says when it was uploaded."""

    arrived_at: str
    left_at: str


@dataclass(frozen=True, kw_only=True)
class EvidenceAttached:
    """A file of these bytes was received and belongs to the visit."""

    sha256: str
    size: int
    media_type: MediaType
    item: str
    taken_at: str


@dataclass(frozen=True, kw_only=True)
class ChecklistAnswered:
    """The points of an item's checklist, of this version, were answered."""

    item: str
    version: int
    answers: tuple[PointAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeRecorded:
    """Nothing could be looked at, for this reason, after these attempts, on the evidence of these files."""

    outcome: Outcome
    attempts: tuple[Attempt, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """What the inspected party answered; that it would not sign is a fact too."""

    answer: Acknowledgement
