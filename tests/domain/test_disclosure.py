"""When a list becomes public: as the plan says, and nobody can hold it back or look at it unseen before."""

from __future__ import annotations

from typing import get_args

import pytest

from domain.draw_commands import (
    ApproveVoid,
    AssignmentComputed,
    DeclineVoid,
    DiscloseDraw,
    DrawComputed,
    DrawDisclosed,
    DrawLookedAt,
    DrawVoided,
    LookAtDraw,
    Part,
    RequestVoid,
    RevealSource,
    VoidDeclined,
)
from domain.draw_state import Draw, require_no_open_draw
from domain.errors import DomainError
from domain.inspection_commands import (
    ApproveClosing,
    CheckIn,
    InspectionAssigned,
    InspectionClosed,
    Notify,
    OfficerCheckedIn,
    RequestClosing,
)
from domain.inspection_state import Inspection
from domain.lottery.pool import Pool
from domain.organisation import ChangeStaffRoles
from tests.story import (
    NOW,
    Story,
    commit_draw,
    declare,
    nonce_of,
    plan_row,
    recuse_all,
    reveal_draw,
    terms,
    with_inspections,
    with_task,
)

TASK = "联2024026"
FIRST, OFFICERS = f"{TASK}.entities.1", f"{TASK}.officers.1"
OPERATOR = ("operator", "draw_operator")
HELD = terms(disclosure="with-inspection")


def secret() -> Story:
    """Both lists are drawn, and kept back until the inspection begins."""
    return with_inspections(plan_row(entities_draw=HELD, officers_draw=HELD))


def draw_of(story: Story, draw_id: str = FIRST) -> Draw:
    """The draw as it stands."""
    found = story.history.get(Draw, draw_id)
    assert found is not None
    return found


def last_number(story: Story, draw_id: str) -> tuple[object, ...]:
    """Open the second of two numbers."""
    reveal = RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness2").hex())
    return story.act("witness2", "witness", reveal)


def test_at_once_means_in_the_same_act_that_brings_the_last_source() -> None:
    """Nobody is asked, so nobody can wait; visits exist from then on."""
    story = with_task()
    for stage, computed in (("entities", DrawComputed), ("officers", AssignmentComputed)):
        draw_id = commit_draw(story, stage)  # type: ignore[arg-type]  # a stage by its text
        first = RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness1").hex())
        story.act("witness1", "witness", first)
        _, result, disclosed, *visits = last_number(story, draw_id)
        assert isinstance(result, computed)
        assert isinstance(disclosed, DrawDisclosed)
        assert all(isinstance(one, InspectionAssigned) for one in visits)
    assert len(story.history.all(Inspection)) == len(draw_of(story).selected) == len(visits)


def test_the_last_visit_to_begin_makes_both_lists_public() -> None:
    """Until then the others do not know that they are next."""
    story = secret()
    visits = story.history.all(Inspection)
    assert len(visits) > 1
    assert not draw_of(story).disclosed
    for visit in visits:
        declare(story, visit.id, visit.officers)
    for visit in visits[:-1]:
        story.act(visit.officers[0], "officer", CheckIn(inspection=visit.id))
    assert not draw_of(story).disclosed
    last = visits[-1]
    events = story.act(last.officers[0], "officer", CheckIn(inspection=last.id))
    assert [type(one) for one in events] == [OfficerCheckedIn, DrawDisclosed, DrawDisclosed]
    assert draw_of(story).disclosed
    assert draw_of(story, OFFICERS).disclosed
    events = story.act(last.officers[1], "officer", CheckIn(inspection=last.id))
    assert [type(one) for one in events] == [OfficerCheckedIn]


def test_a_visit_that_never_begins_does_not_keep_the_lists_back_for_ever() -> None:
    """After the window they are published by hand, the entities' first, and not a day earlier."""
    story = secret()
    story.now = "2024-08-31T15:59:59.999Z"  # the last moment of the window in China
    with pytest.raises(DomainError, match="too-early"):
        story.decide(*OPERATOR, DiscloseDraw(draw_id=FIRST))
    story.now = "2024-08-31T16:00:00.000Z"
    with pytest.raises(DomainError, match="entities-not-disclosed"):
        story.decide(*OPERATOR, DiscloseDraw(draw_id=OFFICERS))
    story.act("clerk-edu", "clerk", DiscloseDraw(draw_id=FIRST), DiscloseDraw(draw_id=OFFICERS))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*OPERATOR, DiscloseDraw(draw_id=FIRST))


def test_before_the_disclosure_only_officers_of_the_visits_and_the_discipline_office_look() -> None:
    """And each look is on record; the operator who ran the draw is kept out."""
    story = secret()
    visit = story.history.all(Inspection)[0]
    look = LookAtDraw(draw_id=FIRST, part="drawn")
    for who, role in ((visit.officers[0], "officer"), ("discipline1", "discipline")):
        assert story.act(who, role, look) == (DrawLookedAt(part="drawn"),)
    stranger = ChangeStaffRoles(id="reviewer1", roles=("officer",), reason="示例")
    story.act("admin", "administrator", stranger)
    with pytest.raises(DomainError, match="draw-not-disclosed"):
        story.decide("reviewer1", "officer", look)
    for who, role in (OPERATOR, ("approver1", "approver")):
        for part in get_args(
            Part
        ):  # nothing waits for them, so there is no visit for them to see either
            with pytest.raises(DomainError, match="draw-not-disclosed"):
                story.decide(who, role, LookAtDraw(draw_id=FIRST, part=part))
    with pytest.raises(DomainError, match="role-not-allowed"):
        story.decide("clerk-edu", "clerk", look)


def test_a_list_that_is_public_or_not_there_is_not_looked_at() -> None:
    """There is nothing to record."""
    look = LookAtDraw(draw_id=FIRST, part="bundle")
    story = with_task()
    commit_draw(story, "entities")
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("discipline1", "discipline", look)
    reveal_draw(story, FIRST)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("discipline1", "discipline", look)


def test_a_list_is_computed_though_its_void_was_asked_for_and_published_as_void() -> None:
    """Whoever asked cannot stop the sources, nor hold the list back; the visits wait for the decision."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    commit_draw(story, "officers")
    story.act(*OPERATOR, RequestVoid(draw_id=OFFICERS, reason="示例"))
    reveal_draw(story, OFFICERS)
    draw = draw_of(story, OFFICERS)
    assert draw.computed is not None
    assert draw.disclosed
    assert story.history.all(Inspection) == ()
    (event,) = story.act("approver1", "approver", ApproveVoid(draw_id=OFFICERS, version=NOW))
    assert event == DrawVoided(reason="示例", requested_by="operator", computed=True)


def test_a_void_that_is_declined_lets_the_draw_go_on_where_it_stood() -> None:
    """A list that was held is released with its visits; another may then be asked for again."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    commit_draw(story, "officers")
    story.act(*OPERATOR, RequestVoid(draw_id=OFFICERS, reason="示例"))
    decline = DeclineVoid(draw_id=OFFICERS, reason="理由不成立", version=NOW)
    for who in ("operator", "witness1"):
        with pytest.raises(DomainError, match="role-not-allowed"):
            story.decide(who, "approver", decline)
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("approver1", "approver", DeclineVoid(draw_id=OFFICERS, reason="", version=NOW))
    assert story.act("approver1", "approver", decline) == (VoidDeclined(reason="理由不成立"),)
    story.act(*OPERATOR, RequestVoid(draw_id=OFFICERS, reason="再次申请"))
    reveal_draw(story, OFFICERS)
    events = story.act("approver1", "approver", decline)
    assert isinstance(events[0], VoidDeclined)
    assert len(story.history.all(Inspection)) == len(events) - 1 > 0
    with pytest.raises(DomainError, match="inspections-exist"):
        story.decide(*OPERATOR, RequestVoid(draw_id=OFFICERS, reason="不满意"))


def test_a_request_to_void_does_not_keep_a_list_back_after_the_window() -> None:
    """Nobody decided on it, and everybody may now see what it was about."""
    story = with_task(plan_row(entities_draw=HELD, officers_draw=HELD))
    reveal_draw(story, commit_draw(story, "entities"))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    story.now = "2024-08-31T16:00:00.000Z"
    story.act("witness1", "witness", DiscloseDraw(draw_id=FIRST))
    assert draw_of(story).disclosed


def test_two_draws_do_not_take_from_the_same_entities_side_by_side() -> None:
    """Both could take the same one past its cap, and a secret list would stand in the other's exclusions."""
    story = with_task(plan_row(entities_draw=HELD, officers_draw=HELD))
    commit_draw(story, "entities")
    other = Draw(
        **{**vars(draw_of(story)), "id": "联9.entities.1", "committed": None, "pool": None}
    )
    pool = draw_of(story).pool
    assert pool is not None
    for _ in range(2):  # before the list is there, and while it is secret
        with pytest.raises(DomainError, match="draw-in-progress"):
            require_no_open_draw(other, pool, story.history)
        if draw_of(story).computed is None:
            reveal_draw(story, FIRST)
    require_no_open_draw(other, Pool(members=(), excluded=()), story.history)
    story.now = "2024-08-31T16:00:00.000Z"
    story.act(*OPERATOR, DiscloseDraw(draw_id=FIRST))
    require_no_open_draw(other, pool, story.history)


def test_a_secret_visit_does_not_exist_for_whoever_is_not_its_officer() -> None:
    """A clerk who tries ids one by one learns nothing; once it has begun, it is there for all."""
    story = secret()
    visit = story.history.all(Inspection)[0]
    notify = Notify(inspection=visit.id, notice_number="示例1号")
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide("clerk-edu", "clerk", notify)
    assert story.decide(visit.officers[0], "officer", notify)
    declare(story, visit.id, visit.officers)
    story.act(visit.officers[0], "officer", CheckIn(inspection=visit.id))
    assert story.decide("clerk-edu", "clerk", notify)


def test_the_refusal_of_officers_does_not_tell_a_secret_list() -> None:
    """Which visit lacks officers would name an entity."""
    for terms_, told in ((HELD, False), (terms(), True)):
        story = with_task(plan_row(entities_draw=terms_, officers_draw=HELD))
        recuse_all(story, "M")
        reveal_draw(story, commit_draw(story, "entities"))
        with pytest.raises(DomainError, match="assignment-infeasible: market") as caught:
            commit_draw(story, "officers")
        assert any(entity in caught.value.detail for entity in draw_of(story).selected) is told
        assert "回避" in caught.value.detail


def test_officers_are_not_drawn_to_a_list_whose_void_is_not_decided() -> None:
    """It might vanish under them."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    with pytest.raises(DomainError, match="void-pending"):
        commit_draw(story, "officers")
    story.act("approver1", "approver", DeclineVoid(draw_id=FIRST, reason="理由不成立", version=NOW))
    assert draw_of(story).disclosed


def test_the_last_visit_that_is_given_up_makes_the_lists_public() -> None:
    """Nothing is left that could begin."""
    story = secret()
    visits = story.history.all(Inspection)
    for visit in visits[:-1]:
        declare(story, visit.id, visit.officers)
        story.act(visit.officers[0], "officer", CheckIn(inspection=visit.id))
    last = visits[-1]
    story.act(last.officers[0], "officer", RequestClosing(inspection=last.id, reason="示例：停业"))
    assert not draw_of(story).disclosed
    events = story.act("approver1", "approver", ApproveClosing(inspection=last.id, version=NOW))
    assert [type(one) for one in events] == [InspectionClosed, DrawDisclosed, DrawDisclosed]
