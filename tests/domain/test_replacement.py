"""Declarations, recusals and illness after the assignment: seats fall vacant, and a draw fills them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.bundles import bundle_of
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    DeclineVoid,
    DrawDisclosed,
    LookAtDraw,
    PrepareDraw,
    PrepareReplacement,
    RequestVoid,
    Seat,
    VoidDeclined,
)
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.inspection_commands import CheckIn, ConfirmResult, Notify, ReviewResult
from domain.inspection_state import Inspection
from domain.lottery.bundle import verify_bundle
from domain.lottery.entropy import witness_commit
from domain.lottery.tickets import key_of, ticket
from domain.lottery.verification import Means
from domain.organisation import ChangeStaffRoles, Role
from domain.personnel_commands import DeclareRecusal, EndRelation, RecusalDeclared
from domain.registry_commands import Suspend
from domain.registry_state import Officer
from domain.replacement_commands import (
    ApproveReplacement,
    Cause,
    ConflictDeclared,
    Declare,
    DeclineReplacement,
    ReplacementRequested,
    RequestReplacement,
    SeatFilled,
    SeatVacated,
)
from domain.substitutes import REASONS
from domain.team_terms import ExpertNeed, TeamNeed
from ledger import drand, vrf
from tests.domain.test_eligibility import add_expert, change_officer
from tests.story import (
    NOW,
    Story,
    clean_result,
    commit_draw,
    confirm_last,
    declare,
    draw_both,
    nonce_of,
    open_task,
    plan_row,
    publish,
    publish_plan,
    reveal_draw,
    team_terms,
    terms,
    visit,
    with_inspections,
    with_registries,
    with_task,
)

TASK = "联2024026"
FIRST = f"{TASK}.replacement.1"
HELD = terms(disclosure="with-inspection")
APPROVER = ("approver1", "approver")
OPERATOR = ("operator", "draw_operator")


def first(story: Story) -> Inspection:
    """The first inspection there is, as it stands."""
    return story.history.all(Inspection)[0]


def draw_of(story: Story, draw_id: str = FIRST) -> Draw:
    """The draw as it stands."""
    found = story.history.get(Draw, draw_id)
    assert found is not None
    return found


def conflicted(story: Story) -> Seat:
    """Let the leader of the first inspection declare a conflict, and have the replacement approved."""
    inspection = first(story)
    who = inspection.officers[0]
    conflict = Declare(inspection=inspection.id, conflict=True, reason="示例：其配偶任该校校长")
    story.act(who, "officer", conflict)
    story.act(*APPROVER, ApproveReplacement(inspection=inspection.id, officer=who, version=NOW))
    return Seat(inspection=inspection.id, officer=who)


def without_its_expert() -> tuple[Story, Seat]:
    """A story in which the expert of the first visit fell ill, and two others have the speciality."""
    row = plan_row(team=team_terms(experts=(ExpertNeed(speciality="游泳救生", count=1),)))
    story = with_registries()
    for id_ in ("X1", "X2", "X3"):
        add_expert(story, id_, "游泳救生")
    add_expert(story, "X4", "其他")
    draw_both(open_task(publish_plan(story, row), row))
    inspection = first(story)
    (expert,) = [one.id for one in inspection.team if one.department == "experts"]
    story.act("clerk-edu", "clerk", asking(story, expert))
    assert story.facts[-1].subject == f"expert/{expert}"
    story.act(*APPROVER, ApproveReplacement(inspection=inspection.id, officer=expert, version=NOW))
    return story, Seat(inspection=inspection.id, officer=expert)


def asking(story: Story, who: str, cause: Cause = "illness") -> RequestReplacement:
    """A request for the first inspection."""
    return RequestReplacement(
        inspection=first(story).id, officer=who, cause=cause, reason="示例：住院"
    )


def preparing(seat: Seat, serial: int = 1) -> PrepareReplacement:
    """The announcement of a draw for a seat."""
    return PrepareReplacement(
        draw_id=f"{TASK}.replacement.{serial}",
        seat=seat,
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )


def test_a_declared_conflict_recuses_at_once_and_asks_for_a_substitute() -> None:
    """Three facts of one act; the reason is sealed, and the officer goes no further."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    conflict = Declare(inspection=inspection.id, conflict=True, reason="其弟任该校校长")
    facts = story.decide(who, "officer", conflict)
    assert [fact.event for fact in facts] == [
        ConflictDeclared(conflict=True),
        RecusalDeclared(entity=inspection.entity),
        ReplacementRequested(officer=who, cause="recusal"),
    ]
    assert facts[0].personal == {"reason": "其弟任该校校长"}
    assert facts[0].subject == f"officer/{who}"
    assert not any("其弟" in str(fact.event) for fact in facts)
    story.act(who, "officer", conflict)
    officer = story.history.get(Officer, who)
    assert officer is not None
    assert inspection.entity in officer.barred
    with pytest.raises(DomainError, match="recused"):
        story.decide(who, "officer", CheckIn(inspection=inspection.id))
    with pytest.raises(DomainError, match="recused"):
        story.decide(who, "officer", Declare(inspection=inspection.id, conflict=False, reason=""))


def test_a_conflict_says_why_and_is_ones_own() -> None:
    """Nobody declares for somebody else, and nobody twice."""
    story = with_inspections()
    inspection = first(story)
    one, two = inspection.officers
    stranger = next(id_ for id_ in ("E1", "E2", "E3") if id_ not in inspection.officers)
    for who, conflict, code in (
        (one, True, "reason-missing"),
        (stranger, False, "not-assigned"),
    ):
        command = Declare(inspection=inspection.id, conflict=conflict, reason=" ")
        with pytest.raises(DomainError, match=code):
            story.decide(who, "officer", command)
    declare(story, inspection.id, (one, two))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(one, "officer", Declare(inspection=inspection.id, conflict=False, reason=""))
    story.act(one, "officer", CheckIn(inspection=inspection.id))
    late = Declare(inspection=inspection.id, conflict=True, reason="示例：到场才知道")
    assert story.decide(one, "officer", late)


def test_a_conflict_that_turns_up_after_the_declaration_is_declared_too() -> None:
    """Saying no first does not bind whoever learns better before the visit."""
    story = with_inspections()
    inspection = first(story)
    declare(story, inspection.id, inspection.officers)
    conflicted(story)
    assert inspection.officers[0] in first(story).vacant


def test_the_seat_is_vacant_only_once_somebody_else_approved() -> None:
    """Not the officer, not who asked, not who may be drawn; and a recusal is not declined."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    story.act(who, "officer", Declare(inspection=inspection.id, conflict=True, reason="示例"))
    approve = ApproveReplacement(inspection=inspection.id, officer=who, version=NOW)
    assert first(story).vacant == {}
    with pytest.raises(DomainError, match="seat-not-vacant"):
        story.decide(*OPERATOR, preparing(Seat(inspection=inspection.id, officer=who)))
    with pytest.raises(DomainError, match="recused"):
        story.decide(
            *APPROVER,
            DeclineReplacement(
                inspection=inspection.id, officer=who, reason="示例：无关", version=NOW
            ),
        )
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(
            *APPROVER,
            ApproveReplacement(
                inspection=inspection.id, officer=inspection.officers[1], version=NOW
            ),
        )
    (event,) = story.act(*APPROVER, approve)
    assert event == SeatVacated(officer=who, cause="recusal", requested_by=who)
    assert who not in first(story).officers
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*APPROVER, approve)


def test_who_asked_does_not_approve() -> None:
    """Even where one person holds both roles."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    story.act("clerk-edu", "clerk", asking(story, who))
    staff = story.history._states["staff"]["clerk-edu"]
    story.history._states["staff"]["clerk-edu"] = type(staff)(
        id="clerk-edu", department="edu", roles=("clerk", "approver")
    )
    with pytest.raises(DomainError, match="own-act"):
        story.decide(
            "clerk-edu",
            "approver",
            ApproveReplacement(inspection=inspection.id, officer=who, version=NOW),
        )


def test_illness_is_asked_for_by_the_team_or_the_desk_and_can_be_declined() -> None:
    """With the reason sealed under whom it is about."""
    story = with_inspections()
    inspection = first(story)
    who, colleague = inspection.officers
    stranger = next(id_ for id_ in ("E1", "E2", "E3") if id_ not in inspection.officers)
    for person, role, code in (
        (stranger, "officer", "not-assigned"),
        ("clerk-labour", "clerk", "other-department"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(person, role, asking(story, who))
    with pytest.raises(DomainError, match="not-assigned"):
        story.decide("clerk-edu", "clerk", asking(story, stranger))
    with pytest.raises(DomainError, match="not-yourself"):
        story.decide(colleague, "officer", asking(story, who, "recusal"))
    for person, role in ((who, "officer"), (colleague, "officer"), ("clerk-market", "clerk")):
        (fact,) = story.decide(person, role, asking(story, who))
        assert fact.personal == {"reason": "示例：住院"}
        assert fact.subject == f"officer/{who}"
    story.act("clerk-edu", "clerk", asking(story, who))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", asking(story, who))
    decline = DeclineReplacement(
        inspection=inspection.id, officer=who, reason="示例：已痊愈", version=NOW
    )
    story.act(*APPROVER, decline)
    assert first(story).asked == {}
    assert who in first(story).officers


def test_a_recusal_declared_in_the_registry_can_be_asked_for_by_the_desk() -> None:
    """The officer declared it there, after the assignment."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    recusal = DeclareRecusal(id=who, entity=inspection.entity, reason="示例")
    story.act(who, "officer", recusal)
    (event,) = story.act("clerk-edu", "clerk", asking(story, who, "recusal"))
    assert event == ReplacementRequested(officer=who, cause="recusal")


def test_whoever_came_is_not_replaced() -> None:
    """Neither asked for nor approved once they have checked in."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    story.act("clerk-edu", "clerk", asking(story, who))
    declare(story, inspection.id, inspection.officers)
    story.act(who, "officer", CheckIn(inspection=inspection.id))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(
            *APPROVER, ApproveReplacement(inspection=inspection.id, officer=who, version=NOW)
        )


def test_a_vacant_seat_is_filled_by_a_draw_that_anybody_can_check() -> None:
    """With its own id and sources; the substitute is of the same department, and the smallest ticket leads."""
    story = with_inspections()
    seat = conflicted(story)
    before = first(story)
    declare(story, before.id, before.officers)
    with pytest.raises(DomainError, match="seat-vacant"):
        story.decide(before.officers[0], "officer", CheckIn(inspection=before.id))
    draw_id = commit_draw(story, "replacement", seat=seat)
    pool = draw_of(story).pool
    assert pool is not None
    letter = seat.officer[0]
    free = {f"{letter}{n}" for n in range(1, 7)} - {seat.officer}
    assert {one.id for one in pool.members} == free
    assert [(one.id, one.reason) for one in pool.excluded] == [(seat.officer, "fell-out")]
    reveal_draw(story, draw_id)
    after, draw = first(story), draw_of(story)
    (substitute,) = draw.selected
    assert substitute in after.officers
    assert seat.officer not in after.officers
    assert len(after.officers) == 2
    assert after.vacant == {}
    made = story.recorded[-1].event
    assert isinstance(made, SeatFilled)
    assert (made.left, made.officer, made.draw) == (seat.officer, substitute, draw_id)
    assert draw.disclosed
    assert draw.committed is not None
    bundle = bundle_of(draw)
    means = Means(vrf=vrf.verify, drand=drand.check, recorded=None)
    assert verify_bundle(bundle, means).first_failure is None
    officers = draw_of(story, f"{TASK}.officers.1")
    assert officers.computed is not None
    key = key_of(bytes.fromhex(officers.computed.seed), b"officers", after.id)
    assert list(after.officers) == sorted(after.officers, key=lambda one: ticket(key, one))
    with pytest.raises(DomainError, match="conflict-not-declared"):
        story.decide(substitute, "officer", CheckIn(inspection=after.id))


def test_a_visit_goes_on_with_its_substitute_to_the_published_result() -> None:
    """Who left acts no more, and who came in acts like everybody."""
    story = with_inspections()
    seat = conflicted(story)
    reveal_draw(story, commit_draw(story, "replacement", seat=seat))
    publish(story, seat.inspection, first(story).officers)
    assert first(story).status == "published"


def test_one_seat_is_filled_once_and_in_order() -> None:
    """No second draw while one stands, another id is refused, and seats wait for each other."""
    story = with_inspections()
    seat = conflicted(story)
    with pytest.raises(DomainError, match="draw-id-unexpected"):
        story.decide(*OPERATOR, preparing(seat, 2))
    committed = commit_draw(story, "replacement", seat=seat)
    with pytest.raises(DomainError, match="draw-exists"):
        story.decide(*OPERATOR, preparing(seat, 2))
    other = first(story).officers[0]
    story.act("clerk-edu", "clerk", asking(story, other))
    story.act(*APPROVER, ApproveReplacement(inspection=seat.inspection, officer=other, version=NOW))
    with pytest.raises(DomainError, match="draw-in-progress"):
        commit_draw(story, "replacement", 2, seat=Seat(inspection=seat.inspection, officer=other))
    reveal_draw(story, committed)
    story.act(*OPERATOR, CommitDraw(draw_id=f"{TASK}.replacement.2"))
    story.cover(f"{TASK}.replacement.2")
    reveal_draw(story, f"{TASK}.replacement.2")
    assert len(first(story).officers) == 2
    with pytest.raises(DomainError, match="seat-not-vacant"):
        story.decide(*OPERATOR, preparing(seat, 3))


def test_a_void_draw_of_a_substitute_is_drawn_anew_with_another_id() -> None:
    """Before it counts it can be voided by two people; it stays in sight, and seats nobody."""
    story = with_inspections()
    seat = conflicted(story)
    voided = commit_draw(story, "replacement", seat=seat)
    story.act(*OPERATOR, RequestVoid(draw_id=voided, reason="示例"))
    story.act(*APPROVER, ApproveVoid(draw_id=voided, version=NOW))
    reveal_draw(story, voided)
    assert draw_of(story, voided).selected
    assert seat.officer in first(story).vacant
    again = commit_draw(story, "replacement", 2, seat=seat)
    assert draw_of(story, again).predecessors == (voided,)
    reveal_draw(story, again)
    assert first(story).vacant == {}
    with pytest.raises(DomainError, match="inspections-exist"):
        story.decide(*OPERATOR, RequestVoid(draw_id=again, reason="不满意"))


def test_a_void_that_is_not_decided_before_the_last_source_holds_no_substitute_up() -> None:
    """With the person in sight nobody decides any more whether the draw counts."""
    story = with_inspections()
    seat = conflicted(story)
    draw_id = commit_draw(story, "replacement", seat=seat)
    story.act(*OPERATOR, RequestVoid(draw_id=draw_id, reason="示例"))
    reveal_draw(story, draw_id)
    assert draw_of(story).selected[0] in first(story).officers
    with pytest.raises(DomainError, match="inspections-exist"):
        story.decide(*APPROVER, ApproveVoid(draw_id=draw_id, version=NOW))
    (event,) = story.act(*APPROVER, DeclineVoid(draw_id=draw_id, reason="示例：无误", version=NOW))
    assert isinstance(event, VoidDeclined)


def test_everybody_of_the_frozen_roster_is_in_the_pool_or_left_out_with_a_reason() -> None:
    """On the team, recused, suspended since, at the most visits; the reasons are a fixed set."""
    story = with_inspections(plan_row(team=team_terms(max_visits=2)))
    inspection = first(story)
    seat = Seat(inspection=inspection.id, officer=inspection.officers[0])
    letter = seat.officer[0]
    others = [f"{letter}{n}" for n in range(1, 7) if f"{letter}{n}" != seat.officer]
    recused, suspended, *_ = others
    story.act(
        recused, "officer", DeclareRecusal(id=recused, entity=inspection.entity, reason="示例")
    )
    story.act("registrar1", "registrar", Suspend(registry="officer", id=suspended, reason="示例"))
    confirm_last(story, "officer", suspended)
    conflicted(story)
    draw = draw_of(story, commit_draw(story, "replacement", seat=seat))
    assert draw.pool is not None
    reasons = {one.id: one.reason for one in draw.pool.excluded}
    assert reasons[seat.officer] == "fell-out"
    assert reasons[recused] == "recused"
    assert reasons[suspended] == "suspended"
    loads = {
        id_: sum(id_ in one.officers for one in story.history.all(Inspection)) for id_ in others
    }
    full = {id_ for id_, load in loads.items() if load >= 2} - {recused, suspended}
    assert {id_ for id_, reason in reasons.items() if reason == "at-capacity"} == full
    everybody = {one.id for one in draw.pool.members} | set(reasons)
    assert everybody == {f"{letter}{n}" for n in range(1, 7)}
    assert set(reasons.values()) - {"suspended"} <= set(REASONS)


def test_the_reserve_comes_in_only_where_the_roster_is_exhausted() -> None:
    """Officers of the department who were fit when the list was fixed; nobody who was registered later."""
    story = with_inspections()
    entities = story.history._states["draw"][f"{TASK}.entities.1"]
    seat = conflicted(story)
    letter = seat.officer[0]
    keep = seat.officer
    roster = entities.roster
    named = tuple(
        one for one in roster.candidates if not one.id.startswith(letter) or one.id == keep
    )
    rest = tuple(one for one in roster.candidates if one not in named)
    story.history._states["draw"][f"{TASK}.entities.1"] = replace(
        entities, roster=replace(roster, candidates=named, reserve=rest)
    )
    before = story.history
    story.history = before.branch()
    draw = draw_of(story, commit_draw(story, "replacement", seat=seat))
    assert draw.pool is not None
    assert {one.id for one in draw.pool.members} == {one.id for one in rest}
    story.history = before
    kept, *reserve = rest
    story.history._states["draw"][f"{TASK}.entities.1"] = replace(
        entities,
        roster=replace(roster, candidates=(*named, kept), reserve=tuple(reserve)),
    )
    draw = draw_of(story, commit_draw(story, "replacement", seat=seat))
    assert draw.pool is not None
    assert [one.id for one in draw.pool.members] == [kept.id]


def test_a_substitute_has_what_the_seat_asks_for() -> None:
    """Also where both seats of a department fell vacant: what the other seat needs is kept for it."""
    needs = (
        TeamNeed(department="edu", count=1, skills=("校车安全",)),
        TeamNeed(department="edu", count=1, skills=()),
        TeamNeed(department="market", count=1, skills=()),
    )
    row = plan_row(team=team_terms(needs=needs))
    story = with_registries()
    for id_ in ("E1", "E2"):
        change_officer(story, id_, skills=("校车安全",))
    draw_both(open_task(publish_plan(story, row), row))
    inspection = next(
        one for one in story.history.all(Inspection) if len({"E1", "E2"} & set(one.officers)) == 1
    )
    (skilled,) = {"E1", "E2"} & set(inspection.officers)
    (plain,) = [id_ for id_ in inspection.officers if id_[0] == "E" and id_ != skilled]
    for who in (skilled, plain):
        ask = RequestReplacement(
            inspection=inspection.id, officer=who, cause="illness", reason="示例"
        )
        story.act("clerk-edu", "clerk", ask)
        story.act(*APPROVER, ApproveReplacement(inspection=inspection.id, officer=who, version=NOW))
    seat = Seat(inspection=inspection.id, officer=skilled)
    draw = draw_of(story, commit_draw(story, "replacement", seat=seat))
    assert draw.pool is not None
    (other,) = {"E1", "E2"} - {skilled}
    assert [one.id for one in draw.pool.members] == [other]
    assert {one.reason for one in draw.pool.excluded} == {"does-not-fit", "fell-out"}
    reveal_draw(story, draw.id)
    seat = Seat(inspection=inspection.id, officer=plain)
    draw = draw_of(story, commit_draw(story, "replacement", 2, seat=seat))
    assert draw.pool is not None
    assert {one.id for one in draw.pool.members} == {"E3", "E4", "E5", "E6"} - {plain}


def test_where_nobody_is_eligible_the_commitment_is_refused() -> None:
    """With the way out told; nothing is recorded."""
    story = with_inspections()
    seat = conflicted(story)
    letter = seat.officer[0]
    for n in range(1, 7):
        id_ = f"{letter}{n}"
        if id_ != seat.officer:
            recusal = DeclareRecusal(id=id_, entity=first(story).entity, reason="示例")
            story.act(id_, "officer", recusal)
    with pytest.raises(DomainError, match="nobody-eligible"):
        commit_draw(story, "replacement", seat=seat)


def test_an_experts_seat_goes_to_an_expert_and_does_not_hold_up_the_visit() -> None:
    """Experts assist: the two officers may begin; the substitute has the speciality."""
    story, seat = without_its_expert()
    inspection = first(story)
    declare(story, inspection.id, inspection.officers)
    assert story.decide(inspection.officers[0], "officer", CheckIn(inspection=inspection.id))
    reveal_draw(story, commit_draw(story, "replacement", seat=seat))
    (substitute,) = [one.id for one in first(story).team if one.department == "experts"]
    assert substitute in {"X1", "X2", "X3"} - {seat.officer}
    assert first(story).officers == inspection.officers


def test_a_secret_visit_stays_one_while_its_seat_is_filled() -> None:
    """Only the team, the approver and the operator know of it; the substitute's draw is public with the lists."""
    story = with_inspections(plan_row(entities_draw=HELD, officers_draw=HELD))
    seat = conflicted(story)
    notify = Notify(inspection=seat.inspection, notice_number="示例1号")
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide("clerk-edu", "clerk", notify)
    draw_id = commit_draw(story, "replacement", seat=seat)
    reveal_draw(story, draw_id)
    assert not draw_of(story).disclosed
    visits = story.history.all(Inspection)
    for one in visits:
        declare(story, one.id, one.officers)
        events = story.act(one.officers[0], "officer", CheckIn(inspection=one.id))
    assert [type(event) for event in events].count(DrawDisclosed) == 3
    assert draw_of(story).disclosed


def test_officers_know_of_their_visits_from_the_day_that_the_plan_names() -> None:
    """Before it, the visit does not exist for them either."""
    row = plan_row(entities_draw=HELD, officers_draw=HELD, team=team_terms(told_on="2024-06-10"))
    story = with_inspections(row)
    inspection = first(story)
    who = inspection.officers[0]
    command = Declare(inspection=inspection.id, conflict=False, reason="")
    look = LookAtDraw(draw_id=f"{TASK}.entities.1", part="drawn")
    story.now = "2024-06-09T15:59:59.999Z"
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide(who, "officer", command)
    with pytest.raises(DomainError, match="draw-not-disclosed"):
        story.decide(who, "officer", look)
    story.now = "2024-06-09T16:00:00.000Z"
    assert story.decide(who, "officer", command)
    assert story.decide(who, "officer", look)


def test_an_approver_does_not_learn_which_visits_exist() -> None:
    """Only of those in which something waits for them."""
    story = with_inspections(plan_row(entities_draw=HELD, officers_draw=HELD))
    one, two, *_ = story.history.all(Inspection)
    story.act(one.officers[0], "officer", Declare(inspection=one.id, conflict=True, reason="示例"))
    approve = ApproveReplacement(inspection=one.id, officer=one.officers[0], version=NOW)
    assert story.decide(*APPROVER, approve)
    for id_ in (two.id, f"{TASK}:school:9999999999"):
        with pytest.raises(DomainError, match="unknown-inspection"):
            story.decide(*APPROVER, ApproveReplacement(inspection=id_, officer="E1", version=NOW))


def test_a_recusal_declared_for_a_known_list_does_not_choose_a_visit() -> None:
    """Recusals count as of the freeze; afterwards they lead to a draw, not to the one visit that is left."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    drawn = draw_of(story, f"{TASK}.entities.1").selected
    for entity in drawn[1:]:
        story.act("E1", "officer", DeclareRecusal(id="E1", entity=entity, reason="示例"))
    officers = draw_of(story, commit_draw(story, "officers"))
    assert officers.input is not None
    assert officers.input.recusals == ()


def test_whoever_had_a_seat_vacated_has_no_part_in_its_draw() -> None:
    """Who asked and who approved neither run nor witness it."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    several: tuple[tuple[str, tuple[Role, ...]], ...] = (
        ("clerk-edu", ("clerk", "draw_operator", "witness")),
        ("approver1", ("approver", "draw_operator", "witness")),
    )
    for id_, roles in several:
        change = ChangeStaffRoles(id=id_, roles=roles, reason="示例：兼任")
        story.act("admin", "administrator", change)
    story.act("clerk-edu", "clerk", asking(story, who))
    story.act(*APPROVER, ApproveReplacement(inspection=inspection.id, officer=who, version=NOW))
    prepare = preparing(Seat(inspection=inspection.id, officer=who))
    for id_, _ in several:
        with pytest.raises(DomainError, match="own-act"):
            story.decide(id_, "draw_operator", prepare)
        with pytest.raises(DomainError, match="own-act"):
            story.decide(*OPERATOR, replace(prepare, witnesses=("witness1", id_)))
    story.act(*OPERATOR, prepare)
    for witness in prepare.witnesses:
        commit = witness_commit(nonce_of(FIRST, witness)).hex()
        story.act(witness, "witness", BringCommitment(draw_id=FIRST, commit=commit))
    for id_, _ in several:
        with pytest.raises(DomainError, match="own-act"):
            story.decide(id_, "draw_operator", CommitDraw(draw_id=FIRST))
    assert story.decide(*OPERATOR, CommitDraw(draw_id=FIRST))


def test_a_desk_that_may_be_drawn_does_not_ask() -> None:
    """A clerk who is an officer too could empty a seat and then stand in its pool."""
    story = with_inspections()
    who = first(story).officers[0]
    change = ChangeStaffRoles(id="E6", roles=("officer", "clerk"), reason="示例：兼任")
    story.act("admin", "administrator", change)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("E6", "clerk", asking(story, who))


def test_an_expert_has_no_hand_in_the_draw_of_experts() -> None:
    """Nor runs, nor witnesses it."""
    row = plan_row(team=team_terms(experts=(ExpertNeed(speciality="游泳救生", count=1),)))
    story = with_registries()
    add_expert(story, "operator", "游泳救生")
    open_task(publish_plan(story, row), row)
    prepare = PrepareDraw(
        draw_id=f"{TASK}.entities.1",
        task=TASK,
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    with pytest.raises(DomainError, match="own-act"):
        story.decide(*OPERATOR, prepare)


def test_illness_turned_recusal_cannot_be_declined() -> None:
    """Whoever declares a conflict while a request waits is recused, whatever the request said."""
    story = with_inspections()
    inspection = first(story)
    who = inspection.officers[0]
    story.act("clerk-edu", "clerk", asking(story, who))
    story.act(who, "officer", Declare(inspection=inspection.id, conflict=True, reason="示例"))
    assert first(story).asked[who].cause == "recusal"
    decline = DeclineReplacement(inspection=inspection.id, officer=who, reason="示例", version=NOW)
    with pytest.raises(DomainError, match="recused"):
        story.decide(*APPROVER, decline)
    ended = EndRelation(registry="officer", id=who, entity=inspection.entity, reason="示例：误报")
    story.act("registrar1", "registrar", ended)
    confirm_last(story, "officer", who)
    assert story.decide(*APPROVER, decline)


def test_no_seat_is_filled_once_the_result_is_entered() -> None:
    """An expert's seat that stayed empty stays so."""
    story, seat = without_its_expert()
    inspection = first(story)
    draw_id = commit_draw(story, "replacement", seat=seat)
    publish(story, inspection.id, inspection.officers)
    reveal_draw(story, draw_id)
    assert draw_of(story, draw_id).computed is not None
    assert [one.id for one in first(story).team] == list(inspection.officers)
    with pytest.raises(DomainError, match="seat-not-vacant"):
        story.decide(*OPERATOR, preparing(seat, 2))


def test_a_draw_that_came_too_late_to_seat_anybody_does_not_block_the_next() -> None:
    """The result was entered, so nobody was seated; it is returned, and the seat is drawn with another id."""
    story, seat = without_its_expert()
    inspection = first(story)
    draw_id = commit_draw(story, "replacement", seat=seat)
    one, two = inspection.officers
    visit(story, inspection.id, (one, two))
    story.act(one, "officer", clean_result(inspection.id))
    reveal_draw(story, draw_id)
    story.act(two, "officer", ConfirmResult(inspection=inspection.id, version=NOW))
    returned = ReviewResult(
        inspection=inspection.id, approve=False, remark="示例：请补充", version=NOW
    )
    story.act("reviewer1", "reviewer", returned)
    reveal_draw(story, commit_draw(story, "replacement", 2, seat=seat))
    assert first(story).vacant == {}
