"""Draws that shall not count, and who may have a hand in a draw: nobody gets a second chance in silence."""

from __future__ import annotations

import pytest

from domain.bundles import bundles
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    DrawPrepared,
    DrawVoided,
    RequestVoid,
)
from domain.draw_state import family
from domain.errors import DomainError
from domain.lottery.entropy import witness_commit
from domain.organisation import ChangeStaffRoles, Role
from tests.domain.test_draws import FIRST, OPERATOR, TASK, preparing
from tests.story import NOW, commit_draw, nonce_of, reveal_draw, with_inspections, with_task


def test_a_void_needs_a_reason_and_a_second_person_and_hides_nothing() -> None:
    """The voided draw keeps its list and its bundle, and the redraw names it."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*OPERATOR, RequestVoid(draw_id=FIRST, reason=""))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="范围有误"))
    (event,) = story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    assert event == DrawVoided(reason="范围有误", requested_by="operator", computed=True)
    with pytest.raises(DomainError, match="draw-voided"):
        story.decide(*OPERATOR, RequestVoid(draw_id=FIRST, reason="再来"))
    second = commit_draw(story, "entities", serial=2)
    prepared = next(one.event for one in story.recorded if one.stream == f"draw/{second}")
    assert isinstance(prepared, DrawPrepared)
    assert prepared.predecessors == (FIRST,)
    assert [one.id for one in family(story.history, "联2024026", "entities")] == [FIRST, second]
    assert "draws/联2024026.entities.1.json" in bundles(story.history)


def test_whoever_asks_for_a_void_does_not_approve_it() -> None:
    """Even with both roles."""
    story = with_task()
    commit_draw(story, "entities")
    roles = ChangeStaffRoles(id="operator", roles=("approver", "draw_operator"), reason="兼任")
    story.act("admin", "administrator", roles)
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="临时取消"))
    with pytest.raises(DomainError, match="own-act"):
        story.decide("operator", "approver", ApproveVoid(draw_id=FIRST, version=NOW))


def test_a_standing_draw_blocks_another_and_inspections_block_a_void() -> None:
    """No second list beside the first, and no vanishing visits."""
    story = with_inspections()
    with pytest.raises(DomainError, match="draw-exists"):
        story.decide(*OPERATOR, preparing("联2024026.entities.2"))
    for draw_id in (FIRST, "联2024026.officers.1"):
        with pytest.raises(DomainError, match="inspections-exist"):
            story.decide(*OPERATOR, RequestVoid(draw_id=draw_id, reason="不满意"))


def test_nobody_with_an_interest_has_a_hand_in_a_draw_or_its_void() -> None:
    """Neither an officer who may be drawn, nor a witness, nor for a void whoever ran the draw."""
    story = with_task()
    draw_id = f"{TASK}.entities.1"
    story.act(*OPERATOR, preparing())
    for who in ("witness1", "witness2"):
        hash_ = witness_commit(nonce_of(draw_id, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=draw_id, commit=hash_))
    people: tuple[tuple[str, tuple[Role, ...]], ...] = (
        ("E1", ("officer", "draw_operator", "approver")),
        ("witness1", ("witness", "draw_operator", "approver")),
        ("operator", ("draw_operator", "approver")),
        ("approver1", ("draw_operator", "approver")),
    )
    for who, roles in people:
        change = ChangeStaffRoles(id=who, roles=roles, reason="兼任")
        story.act("admin", "administrator", change)
    for who in ("E1", "witness1"):
        with pytest.raises(DomainError, match="own-act"):
            story.decide(who, "draw_operator", CommitDraw(draw_id=draw_id))
    story.act(*OPERATOR, CommitDraw(draw_id=draw_id))
    story.cover(draw_id)
    reveal_draw(story, draw_id)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("E1", "draw_operator", RequestVoid(draw_id=draw_id, reason="不满意"))
    request = RequestVoid(draw_id=draw_id, reason="范围有误")
    story.act("approver1", "draw_operator", request)
    with pytest.raises(
        DomainError, match="wrong-stage"
    ):  # the reason that was read is the one approved
        story.decide(*OPERATOR, RequestVoid(draw_id=draw_id, reason="另一原因"))
    for who in ("E1", "witness1", "operator", "approver1"):
        with pytest.raises(DomainError, match="own-act"):
            story.decide(who, "approver", ApproveVoid(draw_id=draw_id, version=NOW))


def test_an_officers_draw_belongs_to_the_list_it_was_prepared_for() -> None:
    """Hashes that were brought before another list was drawn are not used for it."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    prepared = f"{TASK}.officers.1"
    story.act(*OPERATOR, preparing(prepared))
    for who in ("witness1", "witness2"):
        hash_ = witness_commit(nonce_of(prepared, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=prepared, commit=hash_))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="范围有误"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    reveal_draw(story, commit_draw(story, "entities", serial=2))
    with pytest.raises(DomainError, match="entities-not-drawn"):
        story.decide(*OPERATOR, CommitDraw(draw_id=prepared))
