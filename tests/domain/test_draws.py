"""Draws: who may do what, when, and that nobody gets a second chance in silence."""

from __future__ import annotations

import pytest

from domain.bundles import bundles
from domain.draw_commands import (
    ApproveVoid,
    AssignmentCommitted,
    AssignmentComputed,
    BringCommitment,
    CommitDraw,
    CoverDraw,
    DrawCommitted,
    DrawComputed,
    DrawDisclosed,
    PrepareDraw,
    RequestVoid,
    RevealSource,
    SourceRevealed,
)
from domain.draw_state import Draw, pool_now, task_of
from domain.errors import DomainError
from domain.history import History
from domain.inspection_state import Inspection
from domain.lottery.assignment_bundle import verify_assignment_bundle
from domain.lottery.bundle import verify_bundle
from domain.lottery.commitment import commitment_from_json
from domain.lottery.entropy import witness_commit
from domain.lottery.verification import Means
from domain.organisation import ChangeStaffRoles
from domain.personnel_commands import DeclareRecusal
from domain.plan_rows import DepartmentItems
from domain.registry_commands import RecordVisit, Restore, Suspend
from domain.registry_state import Entity
from domain.task import ConfirmTask, OpenTask, Task
from ledger.vrf import verify
from tests.domain.test_registry import adding
from tests.story import (
    NOW,
    Story,
    add_entity,
    commit_draw,
    confirm_last,
    entity_id,
    nonce_of,
    plan_row,
    recuse_all,
    reveal_draw,
    with_inspections,
    with_plan,
    with_task,
)

TASK = "联2024026"
FIRST = f"{TASK}.entities.1"
OPERATOR = ("operator", "draw_operator")


def preparing(
    draw_id: str = FIRST, witnesses: tuple[str, ...] = ("witness1", "witness2")
) -> PrepareDraw:
    """A preparation with the usual witnesses."""
    task, stage, _ = draw_id.split(".")
    return PrepareDraw(draw_id=draw_id, task=task, stage=stage, witnesses=witnesses, lotteries=())  # type: ignore[arg-type]  # a stage by its text


def draw_of(story: Story, draw_id: str = FIRST) -> Draw:
    """The draw as it stands."""
    draw = story.history.get(Draw, draw_id)
    assert draw is not None
    return draw


def test_a_draw_runs_from_preparation_to_a_bundle_that_anyone_can_verify() -> None:
    """Every step of both bundles passes, the recorded commitment included."""
    story = with_inspections()
    history = story.history
    found = bundles(history)
    assert sorted(found) == [
        "assignments/联2024026.officers.1.json",
        "draws/联2024026.entities.1.json",
    ]
    digest = commitment_from_json(dict(draw_of(story).committed.commitment)).digest()  # type: ignore[union-attr]  # committed
    means = Means(vrf=verify, recorded=digest)
    assert verify_bundle(found["draws/联2024026.entities.1.json"], means).complete
    officers = verify_assignment_bundle(
        found["assignments/联2024026.officers.1.json"], Means(vrf=verify)
    )
    assert officers.first_failure is None
    assert {one.entity for one in history.all(Inspection)} == set(draw_of(story).selected)
    assert all(len(one.officers) == 2 for one in history.all(Inspection))


def test_the_commitment_names_the_leaf_at_which_replay_gives_its_pool() -> None:
    """Registries that change before and after make no difference to what that leaf says."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    committed = draw_of(story).committed
    assert isinstance(committed, DrawCommitted)
    for number in range(100, 110):
        add_entity(story, number)
    story.act("registrar1", "registrar", Suspend(registry="entity", id=entity_id(3), reason="停业"))
    reveal_draw(story, draw_id)
    replayed = History()
    for recorded in story.recorded[: committed.ledger_size]:
        replayed.apply(recorded)
    pool = pool_now(task_of(TASK, replayed), replayed)
    assert pool.root().hex() == committed.commitment["pool_root"]
    assert pool == draw_of(story).pool
    assert pool_now(task_of(TASK, story.history), story.history) != pool
    assert story.recorded[committed.ledger_size].event == committed


def test_whoever_fits_the_scope_is_in_the_pool_or_excluded_with_a_reason() -> None:
    """There is no third place: suspended, visited and unconfirmed entities are named."""
    story = with_task()
    add_entity(story, 50, kind="小学")
    for number, day in ((1, "2024-02-01"), (2, "2023-02-01"), (4, "2024-02-01")):
        note = RecordVisit(id=entity_id(number), on=day, reference="旧平台")
        story.act("registrar1", "registrar", note)
        if number != 4:  # one person alone takes nobody out of a pool
            confirm_last(story, "entity", entity_id(number))
    story.act("registrar1", "registrar", Suspend(registry="entity", id=entity_id(3), reason="停业"))
    confirm_last(story, "entity", entity_id(3))
    story.act("registrar1", "registrar", adding(60))
    pool = pool_now(task_of(TASK, story.history), story.history)
    assert {one.id: one.reason for one in pool.excluded} == {
        entity_id(1): "visit-cap-reached",
        entity_id(3): "suspended",
        entity_id(60): "unconfirmed",
    }
    assert len(pool.members) == 22
    assert entity_id(50) not in {one.id for one in pool.members}


def test_an_entity_already_drawn_this_year_is_excluded_from_the_next_task() -> None:
    """The cap counts draws that stand, also while nobody has gone there yet, and not those that are void."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    other = Task(plan_number="联9", plan_year=2024, published_leaf=0, row=plan_row(number="联9"))
    pool = pool_now(other, story.history)
    assert {one.id for one in pool.excluded} == set(draw_of(story).selected)
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="范围有误"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    assert pool_now(other, story.history).excluded == ()


def test_without_stratification_there_is_one_stratum() -> None:
    """Half of twenty-five is thirteen."""
    row = plan_row(stratify=(), ratios=(), ratio=(1, 2))
    story = with_task(row, range(1, 26))
    reveal_draw(story, commit_draw(story, "entities"))
    computed = draw_of(story).computed
    assert isinstance(computed, DrawComputed)
    assert [one["stratum"] for one in computed.strata] == ["全部"]
    assert len(draw_of(story).selected) == 13


def test_preparation_refuses_what_would_not_be_fair() -> None:
    """Wrong ids, missing confirmations, other witnesses than the plan says or unfit ones, an operator who could be drawn."""
    story = with_task()
    roles = ChangeStaffRoles(id="E1", roles=("officer", "witness", "draw_operator"), reason="兼任")
    story.act("admin", "administrator", roles)
    both = ChangeStaffRoles(id="witness1", roles=("witness", "draw_operator"), reason="兼任")
    story.act("admin", "administrator", both)
    for who, command, code in (
        ("operator", preparing("联2024026.entities.2"), "draw-id-unexpected"),
        ("operator", preparing("联2024026.officers.1"), "entities-not-drawn"),
        ("operator", preparing("联1.entities.1"), "task-not-confirmed"),
        ("operator", preparing(witnesses=("witness1",)), "sources-differ-from-plan"),
        ("operator", preparing(witnesses=("witness1", "witness1")), "sources-differ-from-plan"),
        ("operator", preparing(witnesses=("witness1", "admin")), "not-a-witness"),
        ("operator", preparing(witnesses=("witness1", "E1")), "own-act"),
        ("E1", preparing(), "own-act"),
        ("witness1", preparing(), "own-act"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(who, "draw_operator", command)
    story.now = "2024-09-01T00:00:00.000Z"
    with pytest.raises(DomainError, match="outside-window"):
        story.decide(*OPERATOR, preparing())


def test_an_unconfirmed_task_cannot_be_drawn() -> None:
    """Each joint department answers first."""
    with pytest.raises(DomainError, match="task-not-confirmed"):
        with_plan().decide(*OPERATOR, preparing())


def test_nothing_is_committed_before_every_witness_brought_a_hash() -> None:
    """A source that is missing at the commitment could be chosen after it."""
    story = with_task()
    story.act(*OPERATOR, preparing())
    with pytest.raises(DomainError, match="source-missing"):
        story.decide(*OPERATOR, CommitDraw(draw_id=FIRST))
    hash_ = witness_commit(nonce_of(FIRST, "witness1")).hex()
    story.act("witness1", "witness", BringCommitment(draw_id=FIRST, commit=hash_))
    for who, commit, code in (
        ("witness1", hash_, "wrong-stage"),
        ("witness2", hash_, "duplicate-id"),
        ("witness2", "00" * 31, "source-invalid"),
        ("witness2", "XY" * 32, "source-invalid"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(who, "witness", BringCommitment(draw_id=FIRST, commit=commit))


def test_numbers_are_opened_only_after_a_checkpoint_covers_the_commitment() -> None:
    """Before that, the operator could still write another history."""
    story = with_task()
    story.act(*OPERATOR, preparing())
    for who in ("witness1", "witness2"):
        hash_ = witness_commit(nonce_of(FIRST, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=FIRST, commit=hash_))
    story.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    reveal = RevealSource(draw_id=FIRST, nonce=nonce_of(FIRST, "witness1").hex())
    story.checkpointed = draw_of(story).committed_leaf
    for who, role, command in (
        ("system", "system", CoverDraw(draw_id=FIRST, checkpoint=story.checkpointed or 0)),
        ("system", "system", CoverDraw(draw_id=FIRST, checkpoint=story.history.size)),
        ("witness1", "witness", reveal),
    ):
        with pytest.raises(DomainError, match="not-checkpointed"):
            story.decide(who, role, command)
    story.checkpointed = None
    with pytest.raises(DomainError, match="not-checkpointed"):
        story.decide("witness1", "witness", reveal)
    story.cover(FIRST)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.cover(FIRST)
    (event,) = story.act("witness1", "witness", reveal)
    assert event == SourceRevealed(index=0, revealed={"nonce": reveal.nonce})


@pytest.mark.parametrize(
    ("nonce", "code"),
    [
        ("00" * 32, "witness-nonce-mismatch"),
        ("00" * 31, "reveal-invalid"),
        ("zz" * 32, "reveal-invalid"),
        ("", "reveal-invalid"),
    ],
)
def test_a_number_that_is_not_the_committed_one_is_refused(nonce: str, code: str) -> None:
    """A witness cannot think again."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    with pytest.raises(DomainError, match=code):
        story.decide("witness1", "witness", RevealSource(draw_id=draw_id, nonce=nonce))


def test_the_last_number_computes_the_list_in_the_same_act() -> None:
    """Nobody can look first and then decide whether it counts."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    story.act(
        "witness2",
        "witness",
        RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness2").hex()),
    )
    last = RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness1").hex())
    events = story.act("witness1", "witness", last)
    assert [type(event) for event in events] == [SourceRevealed, DrawComputed, DrawDisclosed]
    for who, command in (
        ("witness1", last),
        ("witness1", BringCommitment(draw_id=draw_id, commit="00" * 32)),
    ):
        with pytest.raises(DomainError, match="wrong-stage"):
            story.decide(who, "witness", command)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*OPERATOR, CommitDraw(draw_id=draw_id))


def test_a_number_counts_once_whoever_hands_it_in() -> None:
    """An envelope may be opened by others: the hash says whose number it is. Who could be drawn keeps away."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    reveal = RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness1").hex())
    story.act("witness1", "witness", reveal)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("witness1", "witness", reveal)
    other = RevealSource(draw_id=draw_id, nonce=nonce_of(draw_id, "witness2").hex())
    roles = ChangeStaffRoles(id="E1", roles=("officer", "witness"), reason="轮岗")
    story.act("admin", "administrator", roles)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("E1", "witness", other)
    events = story.act("approver1", "approver", other)
    assert events[0] == SourceRevealed(index=1, revealed={"nonce": other.nonce})


def test_officers_are_drawn_from_the_roster_frozen_with_the_entities() -> None:
    """Whoever leaves meanwhile is gone; whoever had declared a recusal is kept away."""
    story = with_task()
    for entity in story.history.all(Entity):
        story.act("E1", "officer", DeclareRecusal(id="E1", entity=entity.id, reason="亲属"))
    reveal_draw(story, commit_draw(story, "entities"))
    story.act("registrar1", "registrar", Suspend(registry="officer", id="M1", reason="休假"))
    confirm_last(story, "officer", "M1")
    draw_id = commit_draw(story, "officers")
    assert isinstance(draw_of(story, draw_id).committed, AssignmentCommitted)
    story.act("registrar1", "registrar", Restore(registry="officer", id="M1", reason="返岗"))
    reveal_draw(story, draw_id)
    draw = draw_of(story, draw_id)
    assert isinstance(draw.computed, AssignmentComputed)
    assert draw.input is not None
    assert "M1" not in [one.id for one in draw.input.officers]
    visits = story.history.all(Inspection)
    assert draw.input.recusals == tuple(("E1", one.id) for one in visits)
    assert not any("E1" in one.officers for one in visits)


def test_a_lead_alone_sends_two_officers() -> None:
    """The law asks for two, whoever they come from."""
    row = plan_row(items=(DepartmentItems(department="edu", items=("I-EDU",)),))
    story = with_plan(row)
    story.now = "2024-06-03T01:00:00.000Z"
    story.act("clerk-edu", "clerk", OpenTask(plan_number=row.number, plan_year=2024, scheme="方案"))
    for department, items, officers in (
        ("edu", ("I-EDU",), ("E1", "E2", "E3")),
        ("market", (), ()),
        ("labour", (), ()),
    ):
        confirm = ConfirmTask(
            plan_number=row.number,
            department=department,
            items=items,
            officers=officers,
            statement="协助",
        )
        story.act(f"clerk-{department}", "clerk", confirm)
    reveal_draw(story, commit_draw(story, "entities"))
    second = commit_draw(story, "officers")
    reveal_draw(story, second)
    teams = [one.team for one in story.history.all(Inspection)]
    assert teams
    assert all([officer.department for officer in team] == ["edu", "edu"] for team in teams)


def test_an_impossible_assignment_is_refused_before_its_commitment() -> None:
    """With everybody of a department recused, the reason names the department."""
    story = with_task()
    recuse_all(story, "M")
    reveal_draw(story, commit_draw(story, "entities"))
    size = story.history.size
    with pytest.raises(DomainError, match="assignment-infeasible"):
        commit_draw(story, "officers")
    assert story.history.size == size + 3  # prepared, and two hashes


def test_an_unknown_draw_is_refused() -> None:
    """By its own code."""
    with pytest.raises(DomainError, match="unknown-draw"):
        with_task().decide(*OPERATOR, CommitDraw(draw_id="联1.entities.1"))


def test_a_draw_cannot_be_committed_after_its_window() -> None:
    """No visit could follow."""
    story = with_task()
    draw_id = f"{TASK}.entities.1"
    story.act(*OPERATOR, preparing())
    for who in ("witness1", "witness2"):
        hash_ = witness_commit(nonce_of(draw_id, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=draw_id, commit=hash_))
    story.now = "2024-09-01T00:00:00.000Z"
    with pytest.raises(DomainError, match="outside-window"):
        story.decide(*OPERATOR, CommitDraw(draw_id=draw_id))
