"""What becomes of a problem: ordered to be corrected, or handed over, looked at again by others, closed with evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.errors import DomainError
from domain.follow_up_commands import (
    ApproveExtension,
    CloseFollowUp,
    DeclineExtension,
    EscalateFollowUp,
    FollowUpEscalated,
    HandOver,
    OrderCorrection,
    RecordReceipt,
    RequestExtension,
    VerifyCorrection,
)
from domain.holidays import RecordHolidays
from domain.inspection_commands import PublishResult
from domain.inspection_state import Inspection
from domain.organisation import AddStaff
from tests.story import NOW, Story, publish, with_inspections, with_problem

if TYPE_CHECKING:
    from domain.facts import Command
    from domain.follow_up_state import FollowUp

SYSTEM = ("system", "system")
CLERK = ("clerk-edu", "clerk")
REVIEWER = ("reviewer1", "reviewer")
APPROVER = ("approver1", "approver")


def order(inspection: str, **changes: str) -> OrderCorrection:
    """An order to replace the fire extinguishers."""
    fields = {"requirement": "更换灭火器", "due": "2024-07-01", **changes}
    return OrderCorrection(inspection=inspection, items=("I-EDU",), **fields)


def ordered() -> tuple[Story, str, tuple[str, ...]]:
    """The same story with the order given."""
    story, id_, officers = with_problem()
    story.act(*CLERK, order(id_))
    return story, id_, officers


def verify(inspection: str, *, corrected: bool = True, evidence: str = "照片") -> VerifyCorrection:
    """A look at the first follow-up."""
    return VerifyCorrection(
        inspection=inspection,
        number=1,
        corrected=corrected,
        evidence=evidence,
        files=("ab" * 32,),
        version=NOW,
    )


def close(inspection: str, outcome: str = "corrected", number: int = 1) -> CloseFollowUp:
    """The end of a follow-up."""
    return CloseFollowUp(
        inspection=inspection,
        number=number,
        outcome=outcome,  # type: ignore[arg-type]
        evidence="示例：复查记录",
        files=(),
    )


def hand_over(inspection: str, **changes: str) -> HandOver:
    """A transfer of the case to another body."""
    fields = {"kind": "transfer", "on": "2024-06-03", **changes}
    return HandOver(
        inspection=inspection,
        items=("I-EDU",),
        matter="示例：消防器材过期",
        body="示例县消防救援大队",
        document_number="示例移〔2024〕1号",
        **fields,  # type: ignore[arg-type]
    )


def follow_ups(story: Story) -> tuple[FollowUp, ...]:
    """Those of the first inspection."""
    return story.history.all(Inspection)[0].follow_ups


def refused(story: Story, who: tuple[str, str], command: Command, code: str) -> None:
    """It must be refused with this code."""
    with pytest.raises(DomainError, match=code):
        story.decide(*who, command)


def test_a_problem_is_ordered_corrected_verified_by_somebody_else_and_closed() -> None:
    """A result that states a problem cannot be published without the order."""
    story, id_, officers = with_problem()
    refused(story, CLERK, PublishResult(inspection=id_), "follow-up-missing")
    refused(story, CLERK, order(id_, requirement=""), "field-missing")
    for due in ("2024-06-03", "1 July"):
        refused(story, CLERK, order(id_, due=due), "date-invalid")
    story.act(*CLERK, order(id_))
    refused(story, CLERK, order(id_), "wrong-stage")
    story.act(*CLERK, PublishResult(inspection=id_))
    refused(story, (officers[0], "officer"), verify(id_), "own-act")
    refused(story, REVIEWER, verify(id_, evidence=" "), "field-missing")
    for files in (("ab",), ("AB" * 32,), ("ab" * 32, "ab" * 32)):
        refused(story, REVIEWER, replace(verify(id_), files=files), "hash-invalid")
    story.act(*REVIEWER, verify(id_, corrected=False))
    refused(story, CLERK, close(id_), "outcome-not-recorded")
    story.act(*REVIEWER, verify(id_))
    refused(story, REVIEWER, verify(id_), "wrong-stage")
    story.act(*CLERK, close(id_))
    refused(story, CLERK, close(id_), "wrong-stage")
    (one,) = follow_ups(story)
    assert (one.stage, one.outcome, one.settled_on) == ("closed", "corrected", "2024-06-03")


def test_an_order_needs_an_approved_result_with_a_problem_on_its_items() -> None:
    """Nothing is ordered on a clean result or item, or before anybody reviewed it."""
    story = with_inspections()
    inspection = story.history.all(Inspection)[0]
    whole = replace(order(inspection.id), items=())
    refused(story, CLERK, whole, "wrong-stage")
    publish(story, inspection.id, inspection.officers)
    refused(story, CLERK, whole, "no-problem-to-correct")
    story, id_, _ = with_problem()
    for items in (("I-MARKET",), ("I-EDU", "I-OTHER")):
        refused(story, CLERK, replace(order(id_), items=items), "no-problem-to-correct")
    refused(story, ("clerk-labour", "clerk"), order(id_), "other-department")


def test_an_inspection_has_as_many_follow_ups_as_its_problems_need() -> None:
    """Each with its own number, date and end; acts name the one that they mean."""
    story, id_, _ = ordered()
    story.act(*CLERK, replace(order(id_, requirement="补办消防手续", due="2024-08-01"), items=()))
    story.act(*CLERK, hand_over(id_, kind="notification"))
    story.act(*REVIEWER, verify(id_))
    kinds = [(one.number, one.kind, one.stage, one.due) for one in follow_ups(story)]
    assert kinds == [
        (1, "correction", "corrected", "2024-07-01"),
        (2, "correction", "open", "2024-08-01"),
        (3, "notification", "open", None),
    ]
    for number in (0, 4):
        refused(story, REVIEWER, replace(verify(id_), number=number), "unknown-follow-up")
    refused(story, REVIEWER, replace(verify(id_), number=3), "wrong-stage")


def test_the_date_of_an_order_is_moved_by_two_people() -> None:
    """With a reason, to a later day, and never by who asked or might be drawn."""
    story, id_, officers = ordered()
    ask = RequestExtension(inspection=id_, number=1, due="2024-07-15", reason="示例：货未到")
    approve = ApproveExtension(inspection=id_, number=1, version=NOW)
    refused(story, APPROVER, approve, "nothing-to-confirm")
    refused(story, CLERK, replace(ask, reason=" "), "reason-missing")
    refused(story, CLERK, replace(ask, due="2024-07-01"), "date-invalid")
    refused(story, ("clerk-labour", "clerk"), ask, "other-department")
    stranger = next(f"E{n}" for n in range(1, 7) if f"E{n}" not in officers)
    refused(story, (stranger, "officer"), ask, "not-assigned")
    story.act(officers[0], "officer", ask)
    refused(story, CLERK, ask, "wrong-stage")
    refused(
        story,
        APPROVER,
        DeclineExtension(inspection=id_, number=1, reason="", version=NOW),
        "reason-missing",
    )
    story.act(
        *APPROVER, DeclineExtension(inspection=id_, number=1, reason="示例：理由不足", version=NOW)
    )
    assert follow_ups(story)[0].due == "2024-07-01"
    story.act(*CLERK, ask)
    story.act(*APPROVER, approve)
    assert (follow_ups(story)[0].due, follow_ups(story)[0].extended) == ("2024-07-15", 1)
    story.act(*CLERK, replace(ask, due="2024-07-20"))
    story.now = "2024-07-20T01:00:00.000Z"
    refused(story, APPROVER, approve, "date-invalid")


def test_who_asks_for_another_date_does_not_approve_it() -> None:
    """Somebody with both roles, too."""
    story, id_, _ = ordered()
    both = AddStaff(id="both", department="edu", roles=("clerk", "approver"), personal={})
    story.act("admin", "administrator", both)
    ask = RequestExtension(inspection=id_, number=1, due="2024-07-15", reason="示例")
    story.act("both", "clerk", ask)
    refused(
        story,
        ("both", "approver"),
        ApproveExtension(inspection=id_, number=1, version=NOW),
        "own-act",
    )


def test_a_transfer_waits_for_the_receipt_of_the_other_body() -> None:
    """By a numbered document that was sent before, and with the other body's own reference."""
    story, id_, officers = with_problem()
    refused(story, CLERK, replace(hand_over(id_), body=""), "field-missing")
    refused(story, CLERK, hand_over(id_, on="2024-06-04"), "date-invalid")
    story.act(*CLERK, hand_over(id_))
    receipt = RecordReceipt(
        inspection=id_, number=1, on="2024-06-05", reference="示例回〔2024〕2号"
    )
    refused(story, CLERK, receipt, "date-invalid")
    story.now = "2024-06-06T01:00:00.000Z"
    refused(story, CLERK, replace(receipt, on="2024-06-02"), "date-invalid")
    refused(story, CLERK, replace(receipt, reference=""), "field-missing")
    refused(story, CLERK, close(id_, "received"), "outcome-not-recorded")
    story.act(*CLERK, receipt)
    refused(story, CLERK, receipt, "wrong-stage")
    story.act(*CLERK, close(id_, "received"))
    (one,) = follow_ups(story)
    assert (one.settled_on, one.reference, one.outcome) == (
        "2024-06-05",
        "示例回〔2024〕2号",
        "received",
    )
    assert officers


def test_what_is_not_corrected_ends_with_its_transfer() -> None:
    """Which comes after the order, and which the other body confirmed."""
    story, id_, _ = ordered()
    story.act(*REVIEWER, verify(id_, corrected=False))
    story.act(*CLERK, hand_over(id_))
    refused(story, CLERK, close(id_, "transferred"), "outcome-not-recorded")
    receipt = RecordReceipt(inspection=id_, number=2, on="2024-06-03", reference="示例回执")
    story.act(*CLERK, receipt)
    story.act(*CLERK, close(id_, "transferred"))
    refused(story, CLERK, close(id_, "transferred", 2), "outcome-not-recorded")
    assert follow_ups(story)[0].outcome == "transferred"


def test_a_transfer_before_the_order_does_not_end_it() -> None:
    """It was of something else."""
    story, id_, _ = with_problem()
    receipt = RecordReceipt(inspection=id_, number=1, on="2024-06-03", reference="示例回执")
    story.act(*CLERK, hand_over(id_), receipt, order(id_))
    refused(story, CLERK, close(id_, "transferred", 2), "outcome-not-recorded")


def test_nobody_who_was_there_or_verified_closes_and_an_abandoned_one_needs_another_person() -> (
    None
):
    """An entity that is gone leaves an order that nobody can meet; whoever gave it does not drop it."""
    story, id_, officers = ordered()
    roles = ("officer", "clerk")
    story.history._states["staff"][officers[0]] = replace(
        story.history._states["staff"][officers[0]], roles=roles
    )
    refused(story, (officers[0], "clerk"), close(id_, "impossible"), "own-act")
    refused(story, CLERK, close(id_, "impossible"), "own-act")
    both = AddStaff(id="both", department="edu", roles=("clerk", "reviewer"), personal={})
    story.act("admin", "administrator", both)
    story.act("both", "reviewer", verify(id_))
    refused(story, ("both", "clerk"), close(id_), "own-act")
    story.act("clerk-market", "clerk", close(id_, "impossible"))
    assert follow_ups(story)[0].outcome == "impossible"


def test_an_overdue_order_is_told_once_for_each_date_on_the_working_day_after_it() -> None:
    """1 July 2024 is a Monday; with that day off, the order may be met on the 2nd."""
    story, id_, _ = ordered()
    holiday = RecordHolidays(year=2024, off=("2024-07-01",), working=(), source="示例")
    story.act("admin", "administrator", holiday)
    escalate = EscalateFollowUp(inspection=id_, number=1)
    story.now = "2024-07-02T15:59:59.999Z"
    refused(story, SYSTEM, escalate, "wrong-stage")
    story.now = "2024-07-02T16:00:00.000Z"
    refused(story, CLERK, escalate, "role-not-allowed")
    assert story.act(*SYSTEM, escalate) == (FollowUpEscalated(number=1, due="2024-07-01"),)
    refused(story, SYSTEM, escalate, "wrong-stage")
    ask = RequestExtension(inspection=id_, number=1, due="2024-07-05", reason="示例")
    story.act(*CLERK, ask)
    story.act(*APPROVER, ApproveExtension(inspection=id_, number=1, version=NOW))
    refused(story, SYSTEM, escalate, "wrong-stage")
    story.now = "2024-07-08T01:00:00.000Z"
    story.act(*SYSTEM, escalate)
    assert follow_ups(story)[0].escalated == "2024-07-05"
    story.act(*REVIEWER, verify(id_))
    refused(story, SYSTEM, escalate, "wrong-stage")
