"""The follow-ups of an inspection as they stand, folded from its facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.follow_up_commands import (
    AnyFollowUpEvent,
    CorrectionOrdered,
    CorrectionVerified,
    ExtensionApproved,
    ExtensionDeclined,
    ExtensionRequested,
    FollowUpClosed,
    FollowUpEscalated,
    HandedOver,
    Kind,
    Outcome,
    ReceiptRecorded,
)
from domain.rules import china_date

if TYPE_CHECKING:
    from domain.facts import Recorded

Stage = Literal["open", "corrected", "received", "closed"]


@dataclass(frozen=True, kw_only=True)
class Extension:
    """Another date that was asked for."""

    by: str
    due: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """One follow-up.

    `text` is what must be put right, or what was handed over; `due` is that of an order, `body` and `document_number` those of
    a transfer or notification. `on` is the day of the order or document, `settled_on` that on which somebody verified the
    correction or the other body confirmed. `escalated` is the date whose passing was told.
    """

    number: int
    kind: Kind
    items: tuple[str, ...]
    text: str
    by: str
    on: str
    due: str | None = None
    body: str | None = None
    document_number: str | None = None
    stage: Stage = "open"
    extension: Extension | None = None
    extended: int = 0
    verified_by: str | None = None
    settled_on: str | None = None
    reference: str | None = None
    escalated: str | None = None
    outcome: Outcome | None = None
    closed_on: str | None = None

    @property
    def settled(self) -> bool:
        """Whether nobody waits for the entity or another body any more."""
        return self.stage != "open"


def evolve(follow_ups: tuple[FollowUp, ...], recorded: Recorded) -> tuple[FollowUp, ...]:
    """Fold one fact of a follow-up; every other leaves them as they are."""
    event = recorded.event
    if not isinstance(event, AnyFollowUpEvent):
        return follow_ups
    if isinstance(event, CorrectionOrdered | HandedOver):
        return (*follow_ups, _begun(event, recorded))
    one = follow_ups[event.number - 1]
    changed = _went_on(one, event, recorded)
    return (*follow_ups[: event.number - 1], changed, *follow_ups[event.number :])


def _begun(event: CorrectionOrdered | HandedOver, recorded: Recorded) -> FollowUp:
    if isinstance(event, CorrectionOrdered):
        return FollowUp(
            number=event.number,
            kind="correction",
            items=event.items,
            text=event.requirement,
            by=recorded.actor.id,
            on=china_date(recorded.recorded_at),
            due=event.due,
        )
    return FollowUp(
        number=event.number,
        kind=event.kind,
        items=event.items,
        text=event.matter,
        by=recorded.actor.id,
        on=event.on,
        body=event.body,
        document_number=event.document_number,
    )


def _went_on(
    one: FollowUp,
    event: ExtensionRequested
    | ExtensionApproved
    | ExtensionDeclined
    | CorrectionVerified
    | ReceiptRecorded
    | FollowUpClosed
    | FollowUpEscalated,
    recorded: Recorded,
) -> FollowUp:
    by, today = recorded.actor.id, china_date(recorded.recorded_at)
    match event:
        case ExtensionRequested():
            asked = Extension(by=by, due=event.due, reason=event.reason)
            return replace(one, extension=asked)
        case ExtensionApproved():
            return replace(one, due=event.due, extension=None, extended=one.extended + 1)
        case ExtensionDeclined():
            return replace(one, extension=None)
        case CorrectionVerified(corrected=False):
            return replace(one, verified_by=by)
        case CorrectionVerified():
            return replace(one, stage="corrected", verified_by=by, settled_on=today, extension=None)
        case ReceiptRecorded():
            return replace(one, stage="received", settled_on=event.on, reference=event.reference)
        case FollowUpClosed():
            return replace(
                one, stage="closed", outcome=event.outcome, closed_on=today, extension=None
            )
        case FollowUpEscalated():
            return replace(one, escalated=event.due)
        case _:
            assert_never(event)
