"""What can be asked and what is recorded of a follow-up: what became of a problem that an inspection found.

An inspection has as many as its problems need, numbered from 1 in the order in which they were begun: orders to correct 责令改正,
transfers of a case 移送 and notifications of another body 抄告. `items` are the items that one is about; none means the whole result.
`files` are SHA-256 hashes in hex of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.facts import Judgement
from domain.inspection_commands import InspectionCommand

Handing = Literal[
    "transfer",  # 移送: the other body takes the case over
    "notification",  # 抄告: it is told
]
Kind = Literal["correction", "transfer", "notification"]
Outcome = Literal[
    "corrected",  # 已改正: verified by somebody else
    "received",  # 已收到回执: the other body confirmed it
    "transferred",  # 已移送: not corrected, and handed over to another body, which confirmed it
    "impossible",  # 无法继续: the entity is gone, for example
]


@dataclass(frozen=True, kw_only=True)
class OrderCorrection(InspectionCommand):
    """责令改正: what must be put right until `due` (YYYY-MM-DD)."""

    items: tuple[str, ...]
    requirement: str
    due: str


@dataclass(frozen=True, kw_only=True)
class FollowUpCommand(InspectionCommand):
    """What all commands to one follow-up carry."""

    number: int


@dataclass(frozen=True, kw_only=True)
class RequestExtension(FollowUpCommand):
    """Ask that an order is given until another day, and say why."""

    due: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveExtension(Judgement, FollowUpCommand):
    """Agree, as somebody else, that the order runs until the day that was asked for."""


@dataclass(frozen=True, kw_only=True)
class DeclineExtension(Judgement, FollowUpCommand):
    """Leave the order's date as it is, and say why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class VerifyCorrection(Judgement, FollowUpCommand):
    """Somebody who was not there the first time says whether it was put right, and on what evidence."""

    corrected: bool
    evidence: str
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HandOver(InspectionCommand):
    """移送、抄告: hand the case over to another body, or notify it, by a numbered document of a day that is past."""

    kind: Handing
    items: tuple[str, ...]
    matter: str
    body: str
    document_number: str
    on: str


@dataclass(frozen=True, kw_only=True)
class RecordReceipt(FollowUpCommand):
    """回执: the other body confirmed on a day that it received the document, and under which reference of its own."""

    on: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class CloseFollowUp(FollowUpCommand):
    """Close it with its outcome and the evidence for that."""

    outcome: Outcome
    evidence: str
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EscalateFollowUp(FollowUpCommand):
    """Tell the discipline office that an order is overdue. The program itself does this, once for each date."""


AnyFollowUpCommand = (
    OrderCorrection
    | RequestExtension
    | ApproveExtension
    | DeclineExtension
    | VerifyCorrection
    | HandOver
    | RecordReceipt
    | CloseFollowUp
    | EscalateFollowUp
)


@dataclass(frozen=True, kw_only=True)
class CorrectionOrdered:
    """The entity must put something right."""

    number: int
    items: tuple[str, ...]
    requirement: str
    due: str


@dataclass(frozen=True, kw_only=True)
class ExtensionRequested:
    """Another date was asked for."""

    number: int
    due: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ExtensionApproved:
    """The order runs until this day."""

    number: int
    due: str


@dataclass(frozen=True, kw_only=True)
class ExtensionDeclined:
    """The date stays."""

    number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectionVerified:
    """Somebody else looked again."""

    number: int
    corrected: bool
    evidence: str
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """Another body has the case, or was told."""

    number: int
    kind: Handing
    items: tuple[str, ...]
    matter: str
    body: str
    document_number: str
    on: str


@dataclass(frozen=True, kw_only=True)
class ReceiptRecorded:
    """The other body confirmed it."""

    number: int
    on: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class FollowUpClosed:
    """Nothing remains to be done."""

    number: int
    outcome: Outcome
    evidence: str
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FollowUpEscalated:
    """The order of this date is overdue. The discipline office is told by this event."""

    number: int
    due: str


AnyFollowUpEvent = (
    CorrectionOrdered
    | ExtensionRequested
    | ExtensionApproved
    | ExtensionDeclined
    | CorrectionVerified
    | HandedOver
    | ReceiptRecorded
    | FollowUpClosed
    | FollowUpEscalated
)
