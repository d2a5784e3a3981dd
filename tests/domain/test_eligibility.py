"""Who may be drawn, and why not: officers and experts as the registries say at the leaf of the commitment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.draw_commands import PrepareDraw
from domain.draw_state import Draw
from domain.eligibility import REASONS, LeftOut, Roster, roster
from domain.errors import DomainError
from domain.inspection_state import Inspection
from domain.organisation import AddDepartment, ChangeStaffRoles, Role, SuspendStaff
from domain.personnel_commands import (
    DeclareRecusal,
    EndRelation,
    RecordLeave,
    RecordRelation,
    RecordTraining,
)
from domain.plan import DraftPlan
from domain.registry_commands import (
    AddExpert,
    AddOfficer,
    ChangeEntity,
    ChangeOfficer,
    ExpertDetails,
    OfficerDetails,
    Restore,
    Suspend,
)
from domain.registry_state import Entity, Expert, Officer
from domain.task import Task, TaskConfirmed
from domain.team_terms import ExpertNeed, TeamNeed
from tests.story import (
    Story,
    add_entity,
    add_officer,
    commit_draw,
    confirm_last,
    details_of,
    draw_both,
    entity_id,
    open_task,
    plan_row,
    publish_plan,
    reveal_draw,
    team_terms,
    with_registries,
    with_task,
)

TASK = "联2024026"
REGISTRAR = ("registrar1", "registrar")
SWIMMING = ExpertNeed(speciality="游泳救生", count=1)


def add_expert(story: Story, id_: str, *specialities: str) -> None:
    """Register an expert; a second person confirms it."""
    details = ExpertDetails(organisation="示例大学", specialities=specialities)
    story.act(*REGISTRAR, AddExpert(id=id_, details=details, source="示例", personal={}))
    confirm_last(story, "expert", id_)


def change_officer(story: Story, id_: str, **changes: Any) -> None:  # noqa: ANN401 - any field
    """Give an officer other details, with a second person."""
    officer = story.history.get(Officer, id_)
    assert officer is not None
    assert officer.details is not None
    details = OfficerDetails(**{**vars(officer.details), **changes})
    command = ChangeOfficer(id=id_, details=details, reason="示例", personal={})
    story.act(*REGISTRAR, command)
    confirm_last(story, "officer", id_)


def relate(story: Story, registry: Any, id_: str, entity: str) -> None:  # noqa: ANN401 - officer or expert
    """Record a relation, with a second person."""
    command = RecordRelation(
        registry=registry, id=id_, entity=entity, relation="worked-there", detail="示例：曾任教"
    )
    story.act(*REGISTRAR, command)
    confirm_last(story, registry, id_)


def leave(story: Story, id_: str, first: str, last: str) -> None:
    """Record a leave, with a second person."""
    story.act(*REGISTRAR, RecordLeave(id=id_, first=first, last=last, reason="示例：病假"))
    confirm_last(story, "officer", id_)


def roster_of(story: Story) -> Roster:
    """The roster of the task on this history."""
    task = story.history.get(Task, TASK)
    assert task is not None
    return roster(task, story.history)


def reasons(found: Roster) -> dict[str, str]:
    """Why somebody was left out."""
    return {one.id: one.reason for one in found.left_out}


def test_everybody_of_the_registries_stands_in_one_of_three_lists() -> None:
    """Named and fit, fit and not named, or left out with the first reason that applies."""
    row = plan_row(training="业务培训", team=team_terms(experts=(SWIMMING,)))
    story = with_registries()
    for officer in ("E1", "E2", "E3", "E4", "E5", "M1", "M2"):
        story.act(*REGISTRAR, RecordTraining(id=officer, course="业务培训", on="2024-01-03"))
        confirm_last(story, "officer", officer)
    add_officer(story, "L1", "labour")
    add_expert(story, "X1", "游泳救生")
    add_expert(story, "X2", "食品安全")
    waiting = ExpertDetails(organisation="示例", specialities=("游泳救生",))
    story.act(*REGISTRAR, AddExpert(id="X3", details=waiting, source="示例", personal={}))
    story.act(*REGISTRAR, Suspend(registry="officer", id="E2", reason="示例"))
    confirm_last(story, "officer", "E2")
    change_officer(story, "E3", certificate_expires="2024-08-30")
    leave(story, "E4", "2024-05-20", "2024-09-01")
    task = Task(
        plan_number=TASK,
        plan_year=2024,
        published_leaf=0,
        row=row,
        confirmations=(
            _named("edu", "E1", "E2", "E3", "E4"),
            _named("market", "M1"),
        ),
    )
    found = roster(task, story.history)
    assert [one.id for one in found.candidates] == ["E1", "M1", "X1"]
    assert [one.id for one in found.reserve] == ["E5", "M2"]
    assert reasons(found) == {
        "E2": "suspended",
        "E3": "certificate-expires",
        "E4": "on-leave",
        "E6": "untrained",
        "L1": "other-department",
        "M3": "untrained",
        "M4": "untrained",
        "M5": "untrained",
        "M6": "untrained",
        "X2": "no-speciality",
        "X3": "unconfirmed",
    }
    assert set(reasons(found).values()) < set(REASONS)
    everybody = len(story.history.all(Officer)) + len(story.history.all(Expert))
    assert len(found.candidates) + len(found.reserve) + len(found.left_out) == everybody


def _named(department: str, *officers: str) -> TaskConfirmed:
    return TaskConfirmed(department=department, items=(), officers=officers, statement="")


def test_a_task_without_experts_knows_none() -> None:
    """Nor are they left out of anything."""
    story = with_task()
    add_expert(story, "X1", "游泳救生")
    assert "X1" not in {
        *(one.id for one in roster_of(story).candidates),
        *reasons(roster_of(story)),
    }


def test_a_leave_bars_only_whoever_is_away_all_the_time() -> None:
    """Part of a window leaves days for visits; the same first day again sets another last day."""
    story = with_task()
    leave(story, "E1", "2024-06-01", "2024-08-30")
    assert "E1" not in reasons(roster_of(story))
    leave(story, "E1", "2024-06-01", "2024-08-31")
    assert reasons(roster_of(story)) == {"E1": "on-leave"}
    leave(story, "E1", "2024-06-01", "2024-06-10")
    assert reasons(roster_of(story)) == {}


@pytest.mark.parametrize(
    ("first", "last", "reason", "code"),
    [
        ("2024-06-02", "2024-06-01", "示例", "date-invalid"),
        ("2024/06/01", "2024-06-02", "示例", "date-invalid"),
        ("2024-06-01", "2024-06-02", " ", "reason-missing"),
    ],
)
def test_a_leave_that_cannot_be_meant_is_refused(
    first: str, last: str, reason: str, code: str
) -> None:
    """Nothing is recorded of it."""
    story = with_task()
    with pytest.raises(DomainError, match=code):
        story.decide(*REGISTRAR, RecordLeave(id="E1", first=first, last=last, reason=reason))


def test_a_relation_counts_once_a_second_person_confirmed_it_and_until_it_ended() -> None:
    """Like every change of a registry that decides who is sent where."""
    story = with_task()
    command = RecordRelation(
        registry="officer", id="E1", entity=entity_id(1), relation="interest", detail="示例"
    )
    story.act(*REGISTRAR, command)
    officer = story.history.get(Officer, "E1")
    assert officer is not None
    assert officer.pending is not None
    assert officer.pending.relation == "interest"
    assert officer.barred == frozenset()
    with pytest.raises(DomainError, match="change-pending"):
        story.decide(*REGISTRAR, command)
    confirm_last(story, "officer", "E1")
    related = story.history.get(Officer, "E1")
    assert related is not None
    assert related.relations == {entity_id(1): "interest"}
    ended = EndRelation(registry="officer", id="E1", entity=entity_id(1), reason="示例：已转让")
    (fact,) = story.decide(*REGISTRAR, ended)
    assert (fact.personal, fact.subject) == ({"detail": "示例：已转让"}, "officer/E1")
    story.act(*REGISTRAR, ended)
    confirm_last(story, "officer", "E1")
    free = story.history.get(Officer, "E1")
    assert free is not None
    assert free.barred == frozenset()
    with pytest.raises(DomainError, match="unknown-entry"):
        story.decide(*REGISTRAR, ended)


def test_a_relation_is_sealed_and_of_a_person() -> None:
    """What kind it is stands on the ledger, who it is about does not; and an entity has none."""
    story = with_task()
    command = RecordRelation(
        registry="officer", id="E1", entity=entity_id(1), relation="close-relative", detail="其弟"
    )
    (fact,) = story.decide(*REGISTRAR, command)
    assert fact.personal == {"detail": "其弟"}
    assert "其弟" not in str(fact.event)
    with pytest.raises(DomainError, match="unknown-entry"):
        story.decide(
            *REGISTRAR,
            RecordLeave(id=entity_id(1), first="2024-06-01", last="2024-06-02", reason="示例"),
        )


def test_who_is_related_is_not_drawn_to_that_entity() -> None:
    """Officers and experts alike: the relation is a recusal of the input."""
    row = plan_row(team=team_terms(experts=(SWIMMING,)))
    story = with_registries()
    add_expert(story, "X1", "游泳救生")
    add_expert(story, "X2", "游泳救生")
    open_task(publish_plan(story, row), row)
    entities = [one.id for one in story.history.all(Entity)]
    for entity in entities[:-1]:
        relate(story, "officer", "E1", entity)
        relate(story, "expert", "X1", entity)
    reveal_draw(story, commit_draw(story, "entities"))
    draw = story.history.get(Draw, f"{TASK}.entities.1")
    assert draw is not None
    entity = next(id_ for id_ in draw.selected if id_ in entities[:-1])
    officers = commit_draw(story, "officers")
    reveal_draw(story, officers)
    committed = story.history.get(Draw, officers)
    assert committed is not None
    assert committed.input is not None
    visit = f"{TASK}:{entity}"
    assert {("E1", visit), ("X1", visit)} <= set(committed.input.recusals)
    inspection = story.history.get(Inspection, visit)
    assert inspection is not None
    assert "E1" not in inspection.officers
    assert "X2" in [one.id for one in inspection.team]


def test_experts_come_in_addition_and_never_count_among_the_two() -> None:
    """The law asks for two officers; an expert of the speciality sits beside them."""
    story = with_registries()
    for id_, speciality in (("X1", "游泳救生"), ("X2", "游泳救生"), ("X3", "其他")):
        add_expert(story, id_, speciality)
    row = plan_row(team=team_terms(experts=(SWIMMING,)))
    open_task(publish_plan(story, row), row)
    draw_both(story)
    inspections = story.history.all(Inspection)
    assert len(inspections) > 2
    for one in inspections:
        experts = [member.id for member in one.team if member.department == "experts"]
        assert len(experts) == 1
        assert experts[0] in {"X1", "X2"}
        assert len(one.officers) == 2
        assert not set(experts) & set(one.officers)


def test_skills_are_asked_for_and_visits_are_capped_as_the_plan_says() -> None:
    """Two officers of a department, one with the skill; nobody more often than the plan allows."""
    needs = (
        TeamNeed(department="edu", count=1, skills=("校车安全",)),
        TeamNeed(department="edu", count=1, skills=()),
        TeamNeed(department="market", count=1, skills=()),
    )
    story = with_registries()
    for id_ in ("E1", "E2"):
        change_officer(story, id_, skills=("校车安全",))
    row = plan_row(team=team_terms(needs=needs, max_visits=3))
    open_task(publish_plan(story, row), row)
    draw_both(story)
    inspections = story.history.all(Inspection)
    for one in inspections:
        assert sorted(member.department for member in one.team) == ["edu", "edu", "market"]
        assert {"E1", "E2"} & set(one.officers)
    loads = [sum(id_ in one.officers for one in inspections) for id_ in ("E1", "E2", "E3", "M1")]
    assert max(loads) <= 3


@pytest.mark.parametrize("area", ["own", "other"])
def test_officers_go_only_where_the_plan_lets_them(area: Any) -> None:  # noqa: ANN401 - a literal
    """Within their own area, or only elsewhere; the area is that of the leaf at which the list was fixed."""
    story = with_registries(range(0))
    for number in range(1, 25):
        add_entity(story, number, area="东镇" if number % 2 else "西镇")
    for n in range(1, 7):
        for letter in "EM":
            change_officer(story, f"{letter}{n}", area="东镇" if n % 2 else "西镇")
    row = plan_row(team=team_terms(area=area))
    open_task(publish_plan(story, row), row)
    reveal_draw(story, commit_draw(story, "entities"))
    draw = story.history.get(Draw, f"{TASK}.entities.1")
    assert draw is not None
    moved = draw.selected[0]
    number = int(moved.partition(":")[2]) - 1300000000
    where = "东镇" if number % 2 else "西镇"
    change = ChangeEntity(
        id=moved,
        details=details_of(number, area="西镇" if where == "东镇" else "东镇"),
        reason="示例：迁址",
        personal={},
    )
    story.act(*REGISTRAR, change)
    confirm_last(story, "entity", moved)
    reveal_draw(story, commit_draw(story, "officers"))
    for one in story.history.all(Inspection):
        odd = (int(one.entity.partition(":")[2]) - 1300000000) % 2
        for officer in one.officers:
            assert (int(officer[1:]) % 2 == odd) == (area == "own"), (one.entity, officer)


def test_nobody_joins_a_roster_once_the_list_can_be_known() -> None:
    """Who was suspended at the commitment of the entities is not drawn, restored or not; who left since is not either."""
    story = with_task()
    story.act(*REGISTRAR, Suspend(registry="officer", id="E1", reason="示例"))
    confirm_last(story, "officer", "E1")
    reveal_draw(story, commit_draw(story, "entities"))
    story.act(*REGISTRAR, Restore(registry="officer", id="E1", reason="示例"))
    confirm_last(story, "officer", "E1")
    change_officer(story, "E2", certificate_expires="2024-07-01")
    change_officer(story, "E3", skills=("新技能",))
    draw = story.history.get(Draw, commit_draw(story, "officers"))
    assert draw is not None
    assert draw.input is not None
    officers = {one.id: one.skills for one in draw.input.officers}
    assert "E1" not in officers
    assert "E2" not in officers
    assert officers["E3"] == ()
    entities = story.history.get(Draw, f"{TASK}.entities.1")
    assert entities is not None
    assert entities.roster is not None
    assert LeftOut(id="E1", department="edu", reason="suspended") in entities.roster.left_out


def test_one_id_names_one_person_in_both_registries_of_people() -> None:
    """Officers and experts stand in one draw."""
    story = with_registries()
    details = ExpertDetails(organisation="示例", specialities=("游泳",))
    with pytest.raises(DomainError, match="duplicate-id"):
        story.decide(*REGISTRAR, AddExpert(id="E1", details=details, source="示例", personal={}))
    add_expert(story, "X1", "游泳")
    officer = OfficerDetails(department="edu", skills=(), certificate_expires="2026-12-31", area="")
    with pytest.raises(DomainError, match="duplicate-id"):
        story.decide(*REGISTRAR, AddOfficer(id="X1", details=officer, source="示例", personal={}))


def test_a_skill_cannot_pose_as_an_area() -> None:
    """Areas are asked for like skills, under a prefix of their own."""
    story = with_registries()
    details = OfficerDetails(
        department="edu", skills=("area:东镇",), certificate_expires="2026-12-31", area=""
    )
    with pytest.raises(DomainError, match="id-invalid"):
        story.decide(*REGISTRAR, AddOfficer(id="E9", details=details, source="示例", personal={}))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"needs": (TeamNeed(department="edu", count=2, skills=()),)}, "plan-invalid"),
        (
            {
                "needs": (
                    TeamNeed(department="edu", count=0, skills=()),
                    TeamNeed(department="market", count=2, skills=()),
                )
            },
            "plan-invalid",
        ),
        (
            {
                "needs": (
                    TeamNeed(department="edu", count=1, skills=("a", "b")),
                    TeamNeed(department="edu", count=1, skills=("b", "a")),
                    TeamNeed(department="market", count=1, skills=()),
                )
            },
            "duplicate-id",
        ),
        ({"experts": (SWIMMING, SWIMMING)}, "duplicate-id"),
        ({"experts": (ExpertNeed(speciality="area:东镇", count=1),)}, "id-invalid"),
        ({"experts": (ExpertNeed(speciality=" ", count=1),)}, "field-missing"),
        ({"max_visits": 0}, "plan-invalid"),
        ({"told_on": "2024-06-01"}, "plan-invalid"),
        ({"told_on": "2024-09-01"}, "date-invalid"),
    ],
)
def test_team_terms_that_nobody_could_meet_are_refused(changes: dict[str, Any], code: str) -> None:
    """When the plan is drafted, not on the day of the draw."""
    story = with_registries()
    draft = DraftPlan(
        year=2024,
        title="示例",
        document_number="示例1号",
        issuer="edu",
        rows=(plan_row(team=team_terms(**changes)),),
    )
    with pytest.raises(DomainError, match=code):
        story.decide("clerk-edu", "clerk", draft)


def test_the_reserve_is_called_only_where_the_named_officers_are_too_few() -> None:
    """All of it and not one by choice: the market bureau named two, and one of them is recused everywhere."""
    row = plan_row()
    for barred, expected in ((1, {"M1", "M2"}), (2, {f"M{n}" for n in range(1, 7)})):
        story = publish_plan(with_registries(), row)
        open_task(story, row, market=("M1", "M2"))
        for n in range(1, barred + 1):
            for entity in story.history.all(Entity):
                relate(story, "officer", f"M{n}", entity.id)
        reveal_draw(story, commit_draw(story, "entities"))
        draw = story.history.get(Draw, commit_draw(story, "officers"))
        assert draw is not None
        assert draw.input is not None
        market = {one.id for one in draw.input.officers if one.department == "market"}
        assert market == expected


def test_who_is_of_the_reserve_has_no_hand_in_a_draw() -> None:
    """An officer of a department that inspects could still be called, named or not."""
    row = plan_row()
    story = publish_plan(with_registries(), row)
    roles: tuple[Role, ...] = ("officer", "witness", "draw_operator")
    change = ChangeStaffRoles(id="M6", roles=roles, reason="示例：兼任")
    story.act("admin", "administrator", change)
    open_task(story, row, market=("M1", "M2"))
    prepare = PrepareDraw(
        draw_id=f"{TASK}.entities.1",
        task=TASK,
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    assert story.decide("operator", "draw_operator", prepare)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("M6", "draw_operator", prepare)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("operator", "draw_operator", replace(prepare, witnesses=("witness1", "M6")))


def test_leaves_that_follow_each_other_count_together() -> None:
    """As one leave does; a day between them leaves a day for visits."""
    story = with_task()
    leave(story, "E1", "2024-05-01", "2024-07-15")
    leave(story, "E1", "2024-07-16", "2024-09-30")
    leave(story, "E2", "2024-05-01", "2024-07-15")
    leave(story, "E2", "2024-07-17", "2024-09-30")
    assert reasons(roster_of(story)) == {"E1": "on-leave"}


def test_a_recusal_that_was_declared_in_error_is_lifted_by_two_people() -> None:
    """With the reason sealed, like the end of a relation."""
    story = with_task()
    story.act("E1", "officer", DeclareRecusal(id="E1", entity=entity_id(1), reason="示例"))
    ended = EndRelation(registry="officer", id="E1", entity=entity_id(1), reason="示例：误报")
    story.act(*REGISTRAR, ended)
    confirm_last(story, "officer", "E1")
    officer = story.history.get(Officer, "E1")
    assert officer is not None
    assert officer.barred == frozenset()


def test_who_has_no_account_to_act_with_is_not_drawn_but_does_not_leave_by_losing_it() -> None:
    """Otherwise one administrator could shape who is drawn once the list is known."""
    story = with_task()
    suspend = SuspendStaff(id="E1", reason="示例")
    story.act("admin", "administrator", suspend)
    assert reasons(roster_of(story)) == {"E1": "no-account"}
    reveal_draw(story, commit_draw(story, "entities"))
    story.act("admin", "administrator", replace(suspend, id="E2"))
    draw = story.history.get(Draw, commit_draw(story, "officers"))
    assert draw is not None
    assert draw.input is not None
    officers = {one.id for one in draw.input.officers}
    assert "E1" not in officers
    assert "E2" in officers


def test_a_skill_that_was_lost_since_the_freeze_is_lost() -> None:
    """None is won, and whoever changed the department is gone."""
    needs = (
        TeamNeed(department="edu", count=1, skills=("校车安全",)),
        TeamNeed(department="market", count=1, skills=()),
    )
    row = plan_row(team=team_terms(needs=needs))
    story = with_registries()
    for id_ in ("E1", "E2"):
        change_officer(story, id_, skills=("校车安全",))
    open_task(publish_plan(story, row), row)
    reveal_draw(story, commit_draw(story, "entities"))
    change_officer(story, "E1", skills=())
    change_officer(story, "E3", skills=("校车安全",))
    draw = story.history.get(Draw, commit_draw(story, "officers"))
    assert draw is not None
    assert draw.input is not None
    skilled = [one.id for one in draw.input.officers if one.skills]
    assert skilled == ["E2"]


def test_a_skill_stands_once_and_no_department_is_called_like_the_experts() -> None:
    """Either would stop a draw after its list is known."""
    story = with_registries()
    details = OfficerDetails(
        department="edu", skills=("a", "a"), certificate_expires="2026-12-31", area=""
    )
    with pytest.raises(DomainError, match="duplicate-id"):
        story.decide(*REGISTRAR, AddOfficer(id="E9", details=details, source="示例", personal={}))
    department = AddDepartment(id="experts", name="示例", collates=False)
    with pytest.raises(DomainError, match="id-invalid"):
        story.decide("admin", "administrator", department)
