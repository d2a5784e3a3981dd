"""What stands against a draft and who answers for it, what an amendment changes, training, days, and publicity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility import available, roster
from domain.errors import DomainError
from domain.facts import Actor, Fact
from domain.inspection_commands import CheckIn
from domain.inspection_state import Inspection
from domain.organisation import ChangeStaffRoles
from domain.personnel_commands import RecordLeave
from domain.plan import AmendPlan, CollatePlan, DraftPlan, Plan, PublishPlan
from domain.plan_answers import AnswerWarning, ReturnRow
from domain.plan_checks import PlanWarning
from domain.plan_differences import Difference, differences
from domain.plan_standards import DEFAULT, Floor, SetPlanStandards, floor_of
from domain.publicity import Publicity, RecordPublicity, WithdrawPublicity
from domain.registry_commands import Suspend
from domain.task import OpenTask, Task
from domain.task_days import Days, DemandTraining, OfferDays, meeting
from domain.team_terms import TeamNeed
from domain.training import (
    ConfirmTrainingSession,
    RecordTrainingSession,
    RejectTrainingSession,
)
from tests.story import (
    confirm_last,
    confirm_task,
    declare,
    draw_both,
    entity_id,
    open_task,
    plan_row,
    review_plan,
    scope,
    team_terms,
    with_inspections,
    with_plan,
    with_registries,
    with_task,
)

if TYPE_CHECKING:
    from domain.plan_rows import PlanRow
    from tests.story import Story

HASH = "ab" * 32
JOINT = PlanWarning(code="department-without-item", row="联2024026", about="labour")
CLERK = ("clerk-edu", "clerk")


def draft(*rows: PlanRow) -> DraftPlan:
    """A draft of these rows."""
    return DraftPlan(year=2024, title="年度计划", document_number="示例", issuer="edu", rows=rows)


def measured(standards: SetPlanStandards = DEFAULT) -> Story:
    """Registries, and standards as the collating bureau set them."""
    story = with_registries()
    story.act("clerk-market", "clerk", standards)
    return story


def warned(story: Story, *rows: PlanRow) -> list[tuple[str, str]]:
    """Code and subject of each warning of a draft."""
    story.act(*CLERK, draft(*rows))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    return [(one.code, one.about) for one in plan.warnings if one != JOINT]


def test_without_standards_a_draft_is_measured_as_it_always_was() -> None:
    """A ledger from before they existed decides its old plans as it did then."""
    story = with_registries()
    thin = plan_row(ratio=(1, 100), ratios=(), scope=scope(kinds=("没有的类别",)))
    assert warned(story, thin) == []
    story.decide("reviewer1", "reviewer", review_plan(story))


def test_the_standards_are_for_the_collating_bureau_to_set() -> None:
    """Another department's clerk is refused, and so are standards that mean nothing."""
    floor = Floor(kind=None, credit_class=None, ratio=(5, 100), source="示例文件")
    story = with_registries()
    with pytest.raises(DomainError, match="other-department"):
        story.decide(*CLERK, DEFAULT)
    for changes, code in (
        ({"floors": (floor, floor)}, "duplicate-id"),
        ({"floors": (replace(floor, ratio=(2, 1)),)}, "ratio-invalid"),
        ({"floors": (replace(floor, source=" "),)}, "field-missing"),
        ({"min_entities": 0}, "plan-invalid"),
        ({"basis": ""}, "field-missing"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide("clerk-market", "clerk", replace(DEFAULT, **changed))
    story.act("clerk-market", "clerk", DEFAULT)
    assert story.decide("clerk-market", "clerk", DEFAULT) == ()


def test_a_ratio_below_a_floor_is_a_warning_that_names_the_stratum() -> None:
    """The widest row of the seed says 不低于5%, and class D may be asked for more."""
    own = Floor(kind=None, credit_class="D", ratio=(60, 100), source="示例文件")
    story = measured(replace(DEFAULT, floors=(*DEFAULT.floors, own)))
    row = plan_row(ratio=(4, 100))  # class A has 5 %, D 50 %, all others the row's own
    assert warned(story, row) == [
        ("ratio-below-floor", "B 1/25 < 1/20"),
        ("ratio-below-floor", "C 1/25 < 1/20"),
        ("ratio-below-floor", "D 1/2 < 3/5"),
        ("ratio-below-floor", "未分级 1/25 < 1/20"),
    ]


def test_one_ratio_for_all_must_reach_the_floor_of_every_class_that_it_can_draw() -> None:
    """A row that does not divide cannot hide a floor of class D; one whose scope has none of D need not reach it."""
    own = Floor(kind=None, credit_class="D", ratio=(60, 100), source="示例文件")
    standards = replace(DEFAULT, floors=(*DEFAULT.floors, own))
    flat = plan_row(stratify=(), ratios=())
    assert warned(measured(standards), flat) == [("ratio-below-floor", "全部 1/10 < 3/5")]
    low = replace(flat, scope=scope(credit_classes=("A", "B")))
    assert warned(measured(standards), low) == []


def test_the_most_exact_floor_counts() -> None:
    """Class of a kind, then class, then kind, then everything."""
    places = (("学校", "D"), (None, "D"), ("学校", None), (None, None))
    floors = tuple(
        Floor(kind=kind, credit_class=each, ratio=(1, n), source="示例")  # type: ignore[arg-type]
        for n, (kind, each) in enumerate(places, start=2)
    )
    for n, (kind, each) in enumerate(places, start=2):
        standards: Any = replace(DEFAULT, floors=floors[n - 2 :])
        found = floor_of(standards, kind or "学校", each or "D")  # type: ignore[arg-type]
        assert found is not None
        assert found.ratio == (1, n)


def test_a_scope_that_matches_few_is_a_warning_with_the_number() -> None:
    """Suspended and unconfirmed entities do not count; 24 of the story do."""
    none = plan_row(scope=scope(kinds=("没有的类别",)))
    assert warned(measured(), none) == [("scope-matches-few", "0")]
    standards = replace(DEFAULT, min_entities=25)
    assert warned(measured(standards), plan_row()) == [("scope-matches-few", "24")]
    story = measured(replace(DEFAULT, min_entities=24))
    assert warned(story, plan_row()) == []
    suspend = Suspend(registry="entity", id=entity_id(1), reason="示例：停办")
    story.act("registrar1", "registrar", suspend)
    confirm_last(story, "entity", entity_id(1))
    assert warned(story, plan_row()) == [("scope-matches-few", "23")]


def test_a_row_for_which_too_few_officers_are_fit_is_a_warning() -> None:
    """With the skill that it asks for, or at all; training comes later and does not count here."""
    story = measured()
    needs = (
        TeamNeed(department="edu", count=1, skills=("食品安全",)),
        TeamNeed(department="market", count=7, skills=()),
    )
    row = plan_row(team=team_terms(needs=needs), training="以后才有的培训")
    assert warned(story, row) == [("officers-few", "edu 0/1"), ("officers-few", "market 6/7")]
    assert len(available(row, story.history)) == 12


def test_rows_that_hit_the_same_entities_in_the_same_weeks_are_a_warning() -> None:
    """It names the other row and how many entities; rows that only share one of both are none."""
    first = plan_row()
    same = plan_row(number="联2", window_from="2024-08-31", window_to="2024-10-31")
    later = replace(same, window_from="2024-09-01")
    elsewhere = replace(same, scope=scope(areas=("别处",)))
    assert ("rows-overlap", "联2 24") in warned(measured(), first, same)
    for other in (later, elsewhere):
        assert "rows-overlap" not in [code for code, _ in warned(measured(), first, other)]


def test_a_plan_is_not_approved_while_a_warning_is_unanswered() -> None:
    """Somebody stands up for it with a reason; then somebody else approves."""
    story = measured()
    story.act(*CLERK, draft(plan_row()))
    with pytest.raises(DomainError, match="warnings-unanswered"):
        story.decide("reviewer1", "reviewer", review_plan(story))
    story.decide("reviewer1", "reviewer", review_plan(story, approve=False))
    answer = AnswerWarning(year=2024, version=1, warning=JOINT, reason="人社局派员协助")
    for changes, code in (
        ({"version": 2}, "nothing-to-confirm"),
        ({"warning": replace(JOINT, about="market")}, "unknown-warning"),
        ({"reason": " "}, "reason-missing"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*CLERK, replace(answer, **changed))
    review = replace(review_plan(story), version=1)
    story.act("clerk-labour", "clerk", answer)  # the department that it is about
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, answer)
    story.act("reviewer1", "reviewer", review)


def test_who_answers_a_warning_does_not_approve_the_plan_and_no_stranger_answers() -> None:
    """A department that takes no part in the row has no say."""
    story = measured()
    story.act(*CLERK, draft(plan_row(joint=("market",))))
    few = PlanWarning(code="department-without-item", row="联2024026", about="labour")
    with pytest.raises(DomainError, match="unknown-warning"):
        story.decide(
            "clerk-labour", "clerk", AnswerWarning(year=2024, version=1, warning=few, reason="x")
        )
    story = measured(replace(DEFAULT, min_entities=99))
    story.act(*CLERK, draft(plan_row(joint=("market",))))
    scant = PlanWarning(code="scope-matches-few", row="联2024026", about="24")
    answer = AnswerWarning(year=2024, version=1, warning=scant, reason="确实只有这些")
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", answer)
    fact = Fact(stream="plan/2024", event=story.decide(*CLERK, answer)[0].event)
    story.record(fact, Actor(id="reviewer1", role="clerk"))
    with pytest.raises(DomainError, match="own-act"):
        story.decide("reviewer1", "reviewer", replace(review_plan(story), version=1))


def test_an_answer_holds_while_the_row_stays_and_a_change_is_an_answer_too() -> None:
    """A draft written anew keeps what was accepted of rows that did not change, and notes who put the rest right."""
    story = measured()
    thin = plan_row(ratio=(4, 100))
    story.act(*CLERK, draft(thin))
    story.act(*CLERK, AnswerWarning(year=2024, version=1, warning=JOINT, reason="派员协助"))
    story.act(
        *CLERK, draft(thin, plan_row(number="联2", joint=("market",), window_to="2024-06-30"))
    )
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert [(one.warning, one.how) for one in plan.answers] == [(JOINT, "accepted")]
    story.act(*CLERK, draft(plan_row()))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert {(one.warning.code, one.how, one.by, one.version) for one in plan.answers} == {
        ("ratio-below-floor", "changed", "clerk-edu", 4),
        ("rows-overlap", "changed", "clerk-edu", 4),
    }
    assert plan.unanswered == (JOINT,)  # its row is another one now


def test_the_collating_bureau_returns_a_row_with_a_remark_and_the_plan_is_drafted_anew() -> None:
    """Nobody else does, only joint rows come back, and the old draft cannot be approved again."""
    row = plan_row()
    story = with_registries()
    story.act(*CLERK, draft(row))
    story.act("reviewer1", "reviewer", review_plan(story))
    back = ReturnRow(year=2024, row=row.number, remark="与市场监管局计划重复")
    with pytest.raises(DomainError, match="other-department"):
        story.decide(*CLERK, back)
    for changes, code in (({"row": "联9"}, "not-in-plan"), ({"remark": ""}, "reason-missing")):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide("clerk-market", "clerk", replace(back, **changed))
    story.act("clerk-market", "clerk", back)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-market", "clerk", back)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-market", "clerk", CollatePlan(year=2024))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("reviewer1", "reviewer", replace(review_plan(story), version=1))
    story.act(*CLERK, draft(row))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))


def test_a_plan_that_nobody_reviewed_cannot_have_rows_returned() -> None:
    """The bureau sees what was approved."""
    story = with_registries()
    story.act(*CLERK, draft(plan_row()))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-market", "clerk", ReturnRow(year=2024, row="联2024026", remark="x"))


def test_an_amendment_is_told_row_by_row_and_field_by_field() -> None:
    """Nested fields by their path; a new row as a whole; what stayed is not told."""
    old = plan_row()
    new = replace(old, ratio=(20, 100), scope=scope(areas=("示例镇",)))
    added = plan_row(number="联2")
    assert differences((old,), (new, added)) == (
        Difference(row="联2024026", field="ratio", old=(10, 100), new=(20, 100)),
        Difference(row="联2024026", field="scope.areas", old=(), new=("示例镇",)),
        Difference(row="联2", field="", old=None, new=added),
    )
    assert differences((old,), (old,)) == ()


def test_a_plan_knows_what_its_newest_publication_replaced() -> None:
    """Old and new stand side by side."""
    story, row = with_plan(), plan_row()
    new = plan_row(ratio=(20, 100))
    story.act(*CLERK, AmendPlan(year=2024, rows=(new,), reason="加大力度"))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act(*CLERK, PublishPlan(year=2024))
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    assert (plan.replaced, plan.published, plan.revision) == ((row,), (new,), 2)


def session(**changes: Any) -> RecordTrainingSession:  # noqa: ANN401 - any field
    """A session in which two officers of the education bureau were."""
    fields: dict[str, Any] = {
        "id": "2024-1",
        "department": "edu",
        "course": "抽查业务",
        "on": "2024-05-20",
        "place": "示例会议室",
        "trainer": "示例法制股",
        "officers": ("E1", "E2"),
        "evidence": HASH,
    }
    return RecordTrainingSession(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "a b"}, "id-invalid"),
        ({"department": "market"}, "other-department"),
        ({"course": ""}, "field-missing"),
        ({"place": " "}, "field-missing"),
        ({"trainer": ""}, "field-missing"),
        ({"on": "2025-01-01"}, "date-invalid"),
        ({"evidence": "AB" * 32}, "hash-invalid"),
        ({"officers": ()}, "officer-missing"),
        ({"officers": ("E1", "E1")}, "duplicate-id"),
        ({"officers": ("nobody",)}, "unknown-entry"),
    ],
)
def test_a_session_that_cannot_be_meant_is_refused(changes: dict[str, Any], code: str) -> None:
    """Each mistake has its code."""
    story = with_task()
    with pytest.raises(DomainError, match=code):
        story.decide("registrar1", "registrar", session(**changes))


def test_attendance_counts_once_a_second_person_confirmed_the_list() -> None:
    """Neither who recorded it nor who stands in it; a rejected list is recorded again."""
    row = plan_row(training="抽查业务")
    story = with_plan(row)
    story.now = "2024-06-03T01:00:00.000Z"
    story.act("registrar1", "registrar", session(officers=("E1",)))
    with pytest.raises(DomainError, match="already-registered"):
        story.decide("registrar1", "registrar", session())
    confirm = ConfirmTrainingSession(id="2024-1", version=1)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("registrar1", "registrar", confirm)
    both = ChangeStaffRoles(id="E1", roles=("officer", "reviewer"), reason="示例：兼任")
    story.act("admin", "administrator", both)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("E1", "reviewer", confirm)
    reject = RejectTrainingSession(id="2024-1", version=1, reason="签到表缺页")
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("registrar2", "registrar", replace(reject, reason=" "))
    story.act("registrar2", "registrar", reject)
    everybody = tuple(f"{letter}{n}" for letter in "EM" for n in range(1, 7))
    story.act("registrar1", "registrar", session(officers=everybody))
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("registrar2", "registrar", confirm)
    with pytest.raises(DomainError, match="unknown-training"):
        story.decide("registrar2", "registrar", replace(confirm, id="no"))
    with pytest.raises(DomainError, match="officer-untrained"):
        open_task(story, row)
    story.act("registrar2", "registrar", replace(confirm, version=3))
    task = story.history.get(Task, row.number)
    assert task is not None
    assert not task.confirmations
    confirm_task(story, row)


def test_a_task_may_demand_a_course_since_a_day() -> None:
    """What was attended earlier does not count; once a department has named its officers, nothing more is demanded."""
    story, row = with_plan(), plan_row()
    story.now = "2024-06-03T01:00:00.000Z"
    everybody = tuple(f"{letter}{n}" for letter in "EM" for n in range(1, 7))
    story.act("registrar1", "registrar", session(officers=everybody))
    story.act("registrar2", "registrar", ConfirmTrainingSession(id="2024-1", version=1))
    story.act(*CLERK, OpenTask(plan_number=row.number, plan_year=2024, scheme="示例"))
    demand = DemandTraining(plan_number=row.number, course="抽查业务", since="2024-05-21")
    for changes, code in (
        ({"course": " "}, "field-missing"),
        ({"since": "2024-5-1"}, "date-invalid"),
        ({"since": "2024-09-01"}, "date-invalid"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*CLERK, replace(demand, **changed))
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-market", "clerk", demand)
    story.act(*CLERK, demand)
    with pytest.raises(DomainError, match="officer-untrained"):
        confirm_task(story, row)
    story.act(*CLERK, replace(demand, since="2024-05-20"))
    confirm_task(story, row)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, demand)


def test_the_days_on_which_all_can_come_are_those_of_every_offer() -> None:
    """Known answers, with both ends included."""
    first = (
        Days(first="2024-06-01", last="2024-06-10"),
        Days(first="2024-07-01", last="2024-07-31"),
    )
    second = (
        Days(first="2024-06-10", last="2024-07-01"),
        Days(first="2024-07-30", last="2024-08-02"),
    )
    assert meeting([first, second]) == (
        Days(first="2024-06-10", last="2024-06-10"),
        Days(first="2024-07-01", last="2024-07-01"),
        Days(first="2024-07-30", last="2024-07-31"),
    )
    assert meeting([]) == ()


def test_visits_are_held_on_days_on_which_all_departments_can_come() -> None:
    """The visit is assigned from the first to the last of these, and checking in on another day is refused."""
    story = with_task()
    offer = OfferDays(
        plan_number="联2024026",
        department="edu",
        days=(
            Days(first="2024-06-10", last="2024-06-14"),
            Days(first="2024-06-03", last="2024-06-05"),
        ),
    )
    for changes, code in (
        ({"department": "nobody"}, "other-department"),
        ({"department": "market"}, "other-department"),
        ({"days": ()}, "field-missing"),
        ({"days": (Days(first="2024-06-05", last="2024-06-04"),)}, "date-invalid"),
        ({"days": (Days(first="2024-05-31", last="2024-06-04"),)}, "outside-window"),
        ({"days": offer.days + offer.days}, "duplicate-id"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*CLERK, replace(offer, **changed))
    story.act(*CLERK, offer)
    market = replace(
        offer, department="market", days=(Days(first="2024-07-01", last="2024-07-02"),)
    )
    with pytest.raises(DomainError, match="days-do-not-meet"):
        story.decide("clerk-market", "clerk", market)
    story.act(
        "clerk-market",
        "clerk",
        replace(market, days=(Days(first="2024-06-05", last="2024-06-11"),)),
    )
    draw_both(story)
    visit = story.history.all(Inspection)[0]
    assert (visit.assigned.window_from, visit.assigned.window_to) == ("2024-06-05", "2024-06-11")
    declare(story, visit.id, visit.officers)
    check_in = CheckIn(inspection=visit.id)
    for now, code in (
        ("2024-06-04T01:00:00.000Z", "outside-window"),
        ("2024-06-06T01:00:00.000Z", "outside-window"),  # between the two
    ):
        story.now = now
        with pytest.raises(DomainError, match=code):
            story.decide(visit.officers[0], "officer", check_in)
    story.now = "2024-06-10T01:00:00.000Z"
    story.act(visit.officers[0], "officer", check_in)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, offer)


def test_who_is_away_on_every_day_on_which_all_can_come_is_not_drawn() -> None:
    """As who is away for the whole window is not; one day that is left is enough to be drawn."""
    story = with_task()
    for officer, last in (("E1", "2024-06-14"), ("E2", "2024-06-13")):
        leave = RecordLeave(id=officer, first="2024-06-03", last=last, reason="示例")
        story.act("registrar1", "registrar", leave)
        confirm_last(story, "officer", officer)
    days = (
        Days(first="2024-06-04", last="2024-06-05"),
        Days(first="2024-06-14", last="2024-06-14"),
    )
    task = story.history.get(Task, "联2024026")
    assert task is not None
    assert not roster(task, story.history).left_out
    story.act(*CLERK, OfferDays(plan_number="联2024026", department="edu", days=days))
    task = story.history.get(Task, "联2024026")
    assert task is not None
    left_out = roster(task, story.history).left_out
    assert [(one.id, one.reason) for one in left_out] == [("E1", "on-leave")]


@given(st.lists(st.sets(st.integers(1, 28), min_size=1), min_size=1, max_size=4))
def test_common_days_are_what_counting_days_one_by_one_gives(offers: list[set[int]]) -> None:
    """Ranges are only a shorter way to write them."""
    ranges = [
        tuple(Days(first=_day(own), last=_day(own)) for own in sorted(offer)) for offer in offers
    ]
    common = {int(own.first[-2:]) for own in meeting(ranges)}
    assert common == set.intersection(*offers)


def _day(number: int) -> str:
    return f"2024-06-{number:02}"


def test_without_offers_the_whole_window_is_open() -> None:
    """As in the plan."""
    (visit, *_) = with_inspections().history.all(Inspection)
    assert (visit.assigned.window_from, visit.assigned.window_to) == ("2024-06-01", "2024-08-31")


def test_publicity_is_recorded_with_its_evidence_and_withdrawn_in_the_open() -> None:
    """By the department's own clerk; what is withdrawn stays readable."""
    record = RecordPublicity(
        id="xc-1",
        department="edu",
        on="2024-01-04",
        channel="news-media",
        title="示例报道",
        link="https://example.test/1",
        evidence=HASH,
    )
    story = with_registries(range(1, 2))
    for changes, code in (
        ({"id": "宣"}, "id-invalid"),
        ({"department": "market"}, "other-department"),
        ({"on": "2024-01-06"}, "date-invalid"),
        ({"title": " "}, "field-missing"),
        ({"link": "javascript:alert(1)"}, "link-invalid"),
        ({"evidence": "ab"}, "hash-invalid"),
    ):
        changed: dict[str, Any] = changes
        with pytest.raises(DomainError, match=code):
            story.decide(*CLERK, replace(record, **changed))
    withdraw = WithdrawPublicity(id="xc-1", reason="示例：重复登记")
    with pytest.raises(DomainError, match="unknown-publicity"):
        story.decide(*CLERK, withdraw)
    story.act(*CLERK, record)
    with pytest.raises(DomainError, match="already-registered"):
        story.decide(*CLERK, record)
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*CLERK, replace(withdraw, reason=""))
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-market", "clerk", withdraw)
    story.act(*CLERK, withdraw)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, withdraw)
    known = story.history.get(Publicity, "xc-1")
    assert known is not None
    assert (known.withdrawn, known.told.title) == (True, "示例报道")
