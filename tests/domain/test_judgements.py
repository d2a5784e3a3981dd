"""Whoever confirms, reviews or approves does it for what they looked at, and for nothing that came after."""

from __future__ import annotations

from typing import Any

import pytest

from domain.draw_commands import ApproveVoid, LookAtDraw, RequestVoid
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.inspection_commands import (
    ApproveClosing,
    CheckIn,
    ConfirmResult,
    RequestClosing,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.items import AddItem, ClaimItem, Item, ReviewItem
from domain.judgements import standing
from domain.subject_commands import HoldSubject, ReleaseSubject
from tests.story import (
    NOW,
    Story,
    clean_result,
    commit_draw,
    declare,
    plan_row,
    reveal_draw,
    terms,
    visit,
    with_inspections,
    with_registries,
    with_task,
)

APPROVER, REVIEWER = ("approver1", "approver"), ("reviewer1", "reviewer")
FIRST = "联2024026.entities.1"


def _entered() -> tuple[Story, Inspection]:
    story = with_inspections()
    one = story.history.all(Inspection)[0]
    visit(story, one.id, one.officers)
    story.act(one.officers[0], "officer", clean_result(one.id))
    return story, one


def test_a_confirmation_kept_back_does_not_fit_the_result_that_was_entered_anew() -> None:
    """It was of the result that was returned since; the officer looks again and confirms the new one."""
    story, one = _entered()
    first, second = one.officers
    kept = ConfirmResult(inspection=one.id, version=story.history.version(f"inspection/{one.id}"))
    story.act(second, "officer", kept)
    returned = ReviewResult(inspection=one.id, version=NOW, approve=False, remark="请补充")
    story.act(*REVIEWER, returned)
    story.act(first, "officer", clean_result(one.id))
    with pytest.raises(DomainError, match="请重新查看"):
        story.decide(second, "officer", kept)
    story.act(second, "officer", ConfirmResult(inspection=one.id, version=NOW))


def test_a_review_of_a_result_fits_no_other() -> None:
    """Returned, entered and confirmed anew: the approval of the first is none of the second."""
    story, one = _entered()
    first, second = one.officers
    confirm = ConfirmResult(inspection=one.id, version=NOW)
    story.act(second, "officer", confirm)
    seen = story.history.version(f"inspection/{one.id}")
    kept = ReviewResult(inspection=one.id, version=seen, approve=True, remark="")
    story.act(
        *REVIEWER, ReviewResult(inspection=one.id, version=seen, approve=False, remark="请补充")
    )
    story.act(first, "officer", clean_result(one.id))
    story.act(second, "officer", confirm)
    with pytest.raises(DomainError, match="version-outdated"):
        story.decide(*REVIEWER, kept)


def test_a_claim_that_was_made_anew_is_reviewed_anew() -> None:
    """The mandate may be another now."""
    story = with_registries(())
    listed = story.history.get(Item, "I-EDU")
    assert listed is not None
    add = AddItem(code="I-NEW", details=listed.details, source="示例清单")
    story.act("clerk-edu", "clerk", add)
    claim = ClaimItem(code="I-NEW", department="edu", mandate="示例", supervision_code="")
    story.act("clerk-edu", "clerk", claim)
    kept = ReviewItem(code="I-NEW", version=2, approve=True, remark="")
    story.act(*REVIEWER, ReviewItem(code="I-NEW", version=2, approve=False, remark="示例：有误"))
    story.act("clerk-edu", "clerk", claim)
    with pytest.raises(DomainError, match="version-outdated"):
        story.decide(*REVIEWER, kept)


@pytest.mark.parametrize("off", [-1, 1])
def test_what_came_between_makes_who_approves_look_again(off: int) -> None:
    """An officer began the visit after its giving up was asked for; and nobody approves what is still to come."""
    story = with_inspections()
    one = story.history.all(Inspection)[0]
    declare(story, one.id, one.officers)
    closing = RequestClosing(inspection=one.id, reason="示例：已停办")
    story.act(one.officers[0], "officer", closing)
    story.act(one.officers[0], "officer", CheckIn(inspection=one.id))
    now = story.history.version(f"inspection/{one.id}")
    with pytest.raises(DomainError, match="version-outdated"):
        story.decide(*APPROVER, ApproveClosing(inspection=one.id, version=now + off))
    story.decide(*APPROVER, ApproveClosing(inspection=one.id, version=now))


def test_a_release_kept_back_does_not_end_a_hold_that_was_made_anew() -> None:
    """The same matter was opened again under its reference."""
    story = with_registries(())
    who = ("discipline1", "discipline")
    whose: dict[str, Any] = {"registry": "staff", "id": "E1", "reference": "示例〔2024〕1号"}
    hold = HoldSubject(**whose, reason="示例：核查")
    story.act(*who, hold)
    kept = ReleaseSubject(**whose, version=1, reason="示例：结案")
    story.act(*who, kept)
    story.act(*who, hold)
    with pytest.raises(DomainError, match="version-outdated"):
        story.decide(*who, kept)


def test_a_void_is_approved_again_once_the_list_is_there() -> None:
    """Else whoever keeps an approval back could see the list first, and then use it or not."""
    story = with_task()
    commit_draw(story, "entities")
    story.act("operator", "draw_operator", RequestVoid(draw_id=FIRST, reason="示例：有误"))
    early = ApproveVoid(draw_id=FIRST, version=standing(f"draw/{FIRST}", story.history))
    story.decide(*APPROVER, early)
    reveal_draw(story, FIRST)
    with pytest.raises(DomainError, match="version-outdated"):
        story.decide(*APPROVER, early)
    story.act(*APPROVER, ApproveVoid(draw_id=FIRST, version=NOW))


def test_looks_at_a_draw_change_nothing_of_it() -> None:
    """They are on record, and nobody who approves learns of them or has to look again for them."""
    held = terms(disclosure="with-inspection")
    story = with_task(plan_row(entities_draw=held, officers_draw=held))
    reveal_draw(story, commit_draw(story, "entities"))
    before = standing(f"draw/{FIRST}", story.history)
    assert before == story.history.version(f"draw/{FIRST}")
    story.act("discipline1", "discipline", LookAtDraw(draw_id=FIRST, part="drawn"))
    assert standing(f"draw/{FIRST}", story.history) == before
    assert story.history.version(f"draw/{FIRST}") == before + 1
    draw = story.history.get(Draw, FIRST)
    assert draw is not None
    assert draw.version == before


def test_a_visit_that_is_a_secret_stays_one_whatever_the_version() -> None:
    """Who may not know of it hears that there is none, and not that it was another version."""
    held = terms(disclosure="with-inspection")
    row = plan_row(entities_draw=held, officers_draw=held)
    story = with_inspections(row)
    one = story.history.all(Inspection)[0]
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide(*APPROVER, ApproveClosing(inspection=one.id, version=99))
