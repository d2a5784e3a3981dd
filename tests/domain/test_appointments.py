"""进一次门、查多项事: two inspections of one entity become one visit, and caps count it once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.appointment_state import (
    AgreeAppointment,
    Appointment,
    AppointmentAgreed,
    DeclineAppointment,
    DissolveAppointment,
    ProposeAppointment,
)
from domain.draw_commands import DrawComputed
from domain.draw_state import Draw, drawn_in, pool_now
from domain.errors import DomainError
from domain.facts import Actor, Fact
from domain.inspection_commands import CheckIn
from domain.inspection_state import Inspection, inspection_id
from domain.other_checks import RecordOtherCheck
from domain.plan import CollatePlan, DraftPlan, PublishPlan
from domain.task import OpenTask, Task
from tests.story import (
    Story,
    commit_draw,
    confirm_task,
    declare,
    entity_id,
    plan_row,
    reveal_draw,
    review_plan,
    terms,
    with_registries,
)

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow

ONE, TWO, THREE = "联2024026", "联2", "联3"
ENTITY = entity_id(1)
EDU, MARKET = ("clerk-edu", "clerk"), ("clerk-market", "clerk")
DAY = "2024-06-10"
PAIR: dict[str, Any] = {"entity": ENTITY, "task": ONE, "other": TWO}
PROPOSE = ProposeAppointment(**PAIR, on=DAY)
AGREE = AgreeAppointment(**PAIR)
APART = DissolveAppointment(**PAIR, reason="示例：当日停电")


def everybody(number: str, **changes: Any) -> PlanRow:  # noqa: ANN401 - any field
    """A row that draws every entity and allows two visits."""
    own = {"number": number, "ratio": (1, 1), "stratify": (), "ratios": (), "visit_cap": 2}
    return plan_row(**{**own, **changes})


def with_tasks(*rows: PlanRow, drawn: int = 2) -> Story:
    """The tasks of these rows are open, and of the first ones entities and officers are drawn."""
    story = with_registries(range(1, 3))
    draft = DraftPlan(year=2024, title="示例", document_number="", issuer="edu", rows=rows)
    story.act(*EDU, draft)
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act(*MARKET, CollatePlan(year=2024))
    story.act(*EDU, PublishPlan(year=2024))
    story.now = "2024-06-03T01:00:00.000Z"
    for row in rows:
        opened = OpenTask(plan_number=row.number, plan_year=2024, scheme="示例")
        story.act(f"clerk-{row.lead}", "clerk", opened)
        confirm_task(story, row)
    for row in rows[:drawn]:
        draw(story, row)
    return story


def draw(story: Story, row: PlanRow) -> None:
    """Draw entities and officers of a task."""
    for stage in ("entities", "officers"):
        reveal_draw(story, commit_draw(story, stage, task=row.number))


def two_leads() -> tuple[PlanRow, PlanRow]:
    """One task is led by the education bureau, the other by the market bureau."""
    return everybody(ONE), everybody(TWO, lead="market", joint=("edu", "labour"))


def test_one_lead_proposes_and_the_other_agrees() -> None:
    """Each inspection keeps what its own draws made it; both begin on the agreed day and on no other."""
    story = with_tasks(*two_leads())
    before = story.history.all(Inspection)
    story.act(*EDU, PROPOSE)
    with pytest.raises(DomainError, match="own-act"):
        story.decide(*EDU, AGREE)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", AGREE)
    story.act(*MARKET, AGREE)
    assert story.history.all(Inspection) == before
    for task in (ONE, TWO):
        visit = story.history.get(Inspection, inspection_id(task, ENTITY))
        assert visit is not None
        declare(story, visit.id, visit.officers)
        check_in = CheckIn(inspection=visit.id)
        with pytest.raises(DomainError, match="appointment-other-day"):
            story.decide(visit.officers[0], "officer", check_in)
        now, story.now = story.now, f"{DAY}T01:00:00.000Z"
        story.decide(visit.officers[0], "officer", check_in)
        story.now = now


def test_the_other_department_agrees_where_there_are_two_leads() -> None:
    """A second person of the department that proposed is not enough."""
    story = with_tasks(*two_leads())
    (fact,) = story.decide(*EDU, PROPOSE)
    story.record(fact, Actor(id="reviewer1", role="clerk"))
    with pytest.raises(DomainError, match="other-department"):
        story.decide(*EDU, AGREE)


def test_where_one_department_leads_both_a_second_person_agrees() -> None:
    """Nobody agrees to their own proposal."""
    story = with_tasks(everybody(ONE), everybody(TWO))
    (fact,) = story.decide(*EDU, PROPOSE)
    own = Story(history=story.history.branch(), now=story.now)
    own.record(fact, Actor(id=EDU[0], role="clerk"))
    with pytest.raises(DomainError, match="own-act"):
        own.decide(*EDU, AGREE)
    story.record(fact, Actor(id="reviewer1", role="clerk"))
    assert story.act(*EDU, AGREE) == (AppointmentAgreed(),)


def test_what_cannot_be_one_visit_is_not_proposed() -> None:
    """The same task twice, an unknown visit, a day of not both, one over, a stranger, a pair that is arranged already."""
    rows = two_leads()
    story = with_tasks(rows[0], replace(rows[1], window_to="2024-06-30"))
    for changes, code in (
        ({"other": ONE}, "duplicate-id"),
        ({"entity": entity_id(9)}, "unknown-inspection"),
        ({"on": "2024-07-01"}, "outside-window"),
        ({"on": "2024-06-02"}, "outside-window"),
        ({"on": "10.6."}, "date-invalid"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*EDU, replace(PROPOSE, **changed))
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", PROPOSE)
    story.act(*EDU, PROPOSE)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*EDU, replace(PROPOSE, on="2024-06-11"))


def test_an_inspection_whose_list_is_secret_exists_for_no_appointment() -> None:
    """Another answer would tell who was drawn."""
    held = terms(disclosure="with-inspection")
    row, other = two_leads()
    story = with_tasks(row, replace(other, entities_draw=held, officers_draw=held))
    assert story.history.get(Inspection, inspection_id(TWO, ENTITY)) is not None
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide(*EDU, PROPOSE)


def test_a_visit_that_has_begun_is_not_joined() -> None:
    """Neither at the proposal nor at the agreement; and a proposal can be declined and made again."""
    story = with_tasks(*two_leads())
    visit = story.history.get(Inspection, inspection_id(ONE, ENTITY))
    assert visit is not None
    story.act(*EDU, PROPOSE)
    decline = DeclineAppointment(**PAIR, reason="示例：人员不便")
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*MARKET, replace(decline, reason=" "))
    story.act(*MARKET, decline)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*MARKET, AGREE)
    story.act(*EDU, PROPOSE)
    declare(story, visit.id, visit.officers)
    story.act(visit.officers[0], "officer", CheckIn(inspection=visit.id))
    for who, command in ((MARKET, AGREE), (MARKET, decline), (EDU, PROPOSE)):
        if command is decline:
            story.act(*who, command)
        else:
            with pytest.raises(DomainError, match="wrong-stage"):
                story.decide(*who, command)


def excluded(story: Story, number: str) -> dict[str, str]:
    """Who would be left out of a draw now, and why."""
    task = story.history.get(Task, number)
    assert task is not None
    return {one.id: one.reason for one in pool_now(task, story.history).excluded}


def test_one_visit_for_two_tasks_counts_once_against_the_cap() -> None:
    """Drawn twice, both entities are at the cap of two; the one whose inspections became one visit is open again."""
    story = with_tasks(*two_leads(), everybody(THREE))
    assert set(excluded(story, THREE)) == {entity_id(1), entity_id(2)}
    story.act(*EDU, PROPOSE)
    assert ENTITY in excluded(story, THREE)  # a proposal alone changes nothing
    story.act(*MARKET, AGREE)
    assert excluded(story, THREE) == {entity_id(2): "visit-cap-reached"}
    assert drawn_in("2024", story.history) == {ENTITY: 1, entity_id(2): 2}


def test_an_agreed_visit_may_be_given_up_unless_a_draw_relied_on_it() -> None:
    """Apart again they count each; but a third draw that counted them once keeps them together."""
    third = everybody(THREE)
    story = with_tasks(*two_leads(), third)
    story.act(*EDU, PROPOSE)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*EDU, APART)
    story.act(*MARKET, AGREE)
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*EDU, replace(APART, reason=""))
    relying = story.history
    story.history = relying.branch()
    story.act(*EDU, APART)
    assert drawn_in("2024", story.history)[ENTITY] == 2
    story.act(*EDU, PROPOSE)
    story.history = relying
    committed = commit_draw(story, "entities", task=THREE)
    with pytest.raises(DomainError, match="visit-cap-reached"):
        story.decide(*EDU, APART)  # it is in the pool, and nobody knows yet whether it is drawn
    reveal_draw(story, committed)
    with pytest.raises(DomainError, match="visit-cap-reached"):
        story.decide(*EDU, APART)


def test_a_draw_that_would_have_found_room_anyway_does_not_keep_a_visit_together() -> None:
    """Its cap is three."""
    story = with_tasks(*two_leads(), everybody(THREE, visit_cap=3))
    story.act(*EDU, PROPOSE)
    story.act(*MARKET, AGREE)
    reveal_draw(story, commit_draw(story, "entities", task=THREE))
    draw_ = story.history.get(Draw, f"{THREE}.entities.1")
    assert draw_ is not None
    assert isinstance(draw_.computed, DrawComputed)
    assert ENTITY in draw_.selected
    story.act(*EDU, APART)
    made = story.history.get(Appointment, f"{ENTITY}:{TWO}:{ONE}")
    assert made is not None
    assert made.status == "dissolved"


def test_a_check_after_a_complaint_counts_towards_no_cap() -> None:
    """It is on record with what it followed from, and the pool is as before."""
    story = with_tasks(everybody(ONE, visit_cap=1), drawn=0)
    check = RecordOtherCheck(
        id="ts-1",
        department="edu",
        entity=ENTITY,
        kind="complaint",
        on="2024-06-01",
        reference="示例投诉〔2024〕1号",
    )
    for changes, code in (
        ({"id": "投诉"}, "id-invalid"),
        ({"department": "market"}, "other-department"),
        ({"entity": entity_id(9)}, "unknown-entry"),
        ({"on": "2024-06-04"}, "date-invalid"),
        ({"reference": " "}, "field-missing"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*EDU, replace(check, **changed))
    story.act(*EDU, check)
    assert story.decide(*EDU, check) == ()
    with pytest.raises(DomainError, match="already-registered"):
        story.decide(*EDU, replace(check, kind="follow-up"))
    assert excluded(story, ONE) == {}


def test_the_order_of_the_two_tasks_does_not_matter() -> None:
    """It is one stream, whoever proposes."""
    story = with_tasks(*two_leads())
    other: dict[str, Any] = {**PAIR, "task": TWO, "other": ONE}
    facts: tuple[Fact, ...] = story.decide(*MARKET, ProposeAppointment(**other, on=DAY))
    assert facts == story.decide(*EDU, PROPOSE)
