"""What pages ask, and what the public may not see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from domain.amendments import RequestAmendment
from domain.bundles import bundle_of
from domain.canonical import canon
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    PrepareDraw,
    RequestVoid,
    RevealSource,
)
from domain.draw_state import Draw
from domain.inspection_commands import CheckIn, ConfirmResult, PublishResult, ReviewResult
from domain.inspection_state import Inspection
from domain.lottery.entropy import witness_commit
from domain.organisation import AddDepartment
from projections.queries import campaigns, draws, inspections
from projections.queries.registries import registry
from projections.queries.viewers import PUBLIC, Viewer
from projections.reading import Page, position
from tests.projections.recording import TASK, a_year, record
from tests.story import (
    NOW,
    clean_result,
    commit_draw,
    declare,
    nonce_of,
    opened,
    plan_row,
    reveal_draw,
    terms,
    with_inspections,
    with_task,
)

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Read, Reader
    from projections.runner import Projector
    from tests.story import Story

FIRST = f"{TASK}.entities.1"
VOID, VOID_COMPUTED, STANDING = (f"{TASK}.entities.{n}" for n in (1, 2, 3))


@pytest.fixture
def year(ledger: Ledger, projector: Projector) -> Story:
    """A year, in the tables."""
    story = a_year()
    record(ledger, story)
    projector.catch_up()
    return story


def draw_of(story: Story, id_: str) -> Draw:
    """The state of a draw."""
    draw = story.history.get(Draw, id_)
    assert draw is not None
    return draw


def test_a_task_shows_its_progress_and_every_draw(year: Story, read: Read) -> None:
    """Voided draws stay in sight, with their reasons."""
    task = campaigns.task(read, TASK)
    assert task is not None
    inspected = len(year.history.all(Inspection))
    counts = ("pool", "excluded", "drawn", "inspections", "entered", "approved", "published")
    assert [task[name] for name in counts] == [24, 0, inspected, inspected, 2, 2, 2]
    assert [(one["id"], one["status"]) for one in task["draws"]] == [
        (VOID, "voided"),
        (VOID_COMPUTED, "voided"),
        (STANDING, "disclosed"),
        (f"{TASK}.officers.1", "disclosed"),
    ]
    assert task["draws"][2]["predecessors"] == [VOID, VOID_COMPUTED]
    assert task["opened_at"] == "2024-06-03T01:00:00.000Z"
    assert campaigns.task(read, "联0") is None


def test_tasks_are_listed_by_plan_and_department(year: Story, read: Read) -> None:
    """And paged."""
    assert [row["id"] for row in campaigns.tasks(read, department="labour")] == [TASK]
    assert campaigns.tasks(read, department="nobody") == []
    assert campaigns.tasks(read, plan="2023") == []
    assert campaigns.tasks(read, page=Page(after=TASK)) == []


def test_the_public_sees_what_is_published_of_a_plan(year: Story, read: Read) -> None:
    """An amendment shows to staff alone until it is published."""
    plan, public = campaigns.plan(read, "2024"), campaigns.public_plan(read, "2024")
    assert plan is not None
    assert public is not None
    assert [row["number"] for row in plan["rows"]] == [TASK, "联2024099"]
    assert [row["number"] for row in public["rows"]] == [TASK]
    assert plan["rows"][1]["published"] is None
    assert [row["id"] for row in campaigns.plans(read)] == ["2024"]
    assert campaigns.public_plan(read, "2025") is None
    codes = {(each["code"], each["about"]) for each in plan["warnings"]}
    assert ("department-without-item", "labour") in codes


def test_the_proof_of_a_draw_is_the_bundle_byte_for_byte(year: Story, read: Read) -> None:
    """Canonical text, also of a draw that was voided after it was computed."""
    for draw_id in (VOID_COMPUTED, STANDING, f"{TASK}.officers.1"):
        text = draws.public_proof(read, draw_id)
        assert text is not None
        assert text.encode() == canon(bundle_of(draw_of(year, draw_id)))
    assert draws.proof(read, VOID) is None


def test_members_of_a_draw_are_those_of_its_commitment(year: Story, read: Read) -> None:
    """Pool and drawn, paged by id, with the name as of the commitment."""
    state = draw_of(year, STANDING)
    assert state.pool is not None
    page = draws.public_members(read, STANDING, "pool", page=Page(limit=20))
    page += draws.members(read, STANDING, "pool", page=Page(after=page[-1]["entity"]))
    assert [row["entity"] for row in page] == [one.id for one in state.pool.members]
    drawn = draws.members(read, STANDING, "drawn")
    by_place = sorted(drawn, key=lambda row: int(row["place"]))
    assert tuple(row["entity"] for row in by_place) == state.selected
    assert {row["name"][:6] for row in drawn} == {"示例培训机构"}
    assert draws.members(read, STANDING, "excluded") == []


HELD = terms(disclosure="with-inspection")
WATCHER = Viewer(watches=True)


def test_a_list_that_is_not_public_shows_in_no_public_query(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """The draw itself shows from its preparation on; nobody's name does, nor how many there are."""
    story = with_task(plan_row(entities_draw=HELD, officers_draw=HELD))
    steps = (("entities", commit_draw), ("officers", commit_draw))
    for stage, step in steps:
        draw_id = step(story, stage)  # type: ignore[arg-type]  # a stage by its text
        reveal_draw(story, draw_id)
        record(ledger, story)
        projector.catch_up()
        with reader.snapshot() as read:
            assert draws.proof(read, draw_id) is not None
            answers = json.dumps(_public_answers(read, draw_id), ensure_ascii=False)
            assert draw_id in answers
            assert "school:" not in answers
            task = campaigns.public_task(read, TASK)
            assert task is not None
            counts = ("pool", "excluded", "drawn", "inspections")
            assert [task[name] for name in counts] == [0, 0, 0, 0]
            assert {own["officers"] for own in task["confirmations"]} == {None}


def _public_answers(read: Read, draw_id: str) -> list[Any]:
    parts: tuple[draws.Part, ...] = ("pool", "excluded", "drawn")
    return [
        draws.public_of_task(read, TASK),
        draws.public_draw(read, draw_id),
        *(draws.public_members(read, draw_id, part) for part in parts),
        draws.public_proof(read, draw_id),
        draws.public_strata(read, draw_id),
        campaigns.public_task(read, TASK),
        campaigns.public_tasks(read),
        inspections.public_results(read),
    ]


def test_the_pool_of_a_list_that_is_not_public_does_not_tell_who_was_drawn(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """A member of the pool has a place only where those who were drawn are asked for."""
    story = with_task(plan_row(entities_draw=HELD, officers_draw=HELD))
    reveal_draw(story, commit_draw(story, "entities"))
    record(ledger, story)
    projector.catch_up()
    with reader.snapshot() as read:
        pool = draws.members(read, f"{TASK}.entities.1", "pool")
        drawn = draws.members(read, f"{TASK}.entities.1", "drawn")
    assert {row["place"] for row in pool} == {None}
    assert sorted(row["place"] for row in drawn) == list(range(len(drawn)))


def test_an_inspection_is_a_secret_until_it_begins(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Of draws that are not public: for its own officers, and for whoever watches; the others of the same task stay one."""
    story = with_inspections(plan_row(entities_draw=HELD, officers_draw=HELD))
    begun, *others = story.history.all(Inspection)
    declare(story, begun.id, begun.officers)
    story.act(begun.officers[0], "officer", CheckIn(inspection=begun.id))
    record(ledger, story)
    projector.catch_up()
    officer = others[0].officers[0]
    own = {one.id for one in others if officer in one.officers}
    involved = Viewer(id=officer, officer=True, today="2024-06-03")
    with reader.snapshot() as read:
        listed = {
            viewer: {row["id"] for row in inspections.inspections(read, viewer=viewer)}
            for viewer in (PUBLIC, involved, WATCHER)
        }
        assert inspections.inspection(read, others[0].id) is None
        secret = inspections.inspection(read, others[0].id, viewer=involved)
    assert listed[PUBLIC] == {begun.id}
    assert listed[involved] == {begun.id} | own
    assert listed[WATCHER] == {begun.id} | {one.id for one in others}
    assert secret is not None
    assert secret["secret"] == [f"{TASK}.entities.1", f"{TASK}.officers.1"]


def test_a_void_draw_of_officers_stays_closed_while_the_entities_are_secret(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Its proof names them. Once their list is public, so is the proof."""
    story = with_task(plan_row(entities_draw=HELD, officers_draw=HELD))
    reveal_draw(story, commit_draw(story, "entities"))
    officers = commit_draw(story, "officers")
    story.act("operator", "draw_operator", RequestVoid(draw_id=officers, reason="示例：有误"))
    reveal_draw(story, officers)
    story.act("approver1", "approver", ApproveVoid(draw_id=officers, version=NOW))
    for openness in (False, True):
        if openness:
            story.act("operator", "draw_operator", RequestVoid(draw_id=FIRST, reason="示例：有误"))
            story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
        record(ledger, story)
        projector.catch_up()
        with reader.snapshot() as read:
            found = draws.public_draw(read, officers)
            assert found is not None
            assert (found["status"], found["open"]) == ("voided", openness)
            assert (draws.public_proof(read, officers) is not None) == openness


def test_every_source_is_shown_with_what_it_waits_for(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Before the commitment as the plan has it; then with round and time; then with the moment in which it arrived."""
    row = plan_row(entities_draw=terms(beacons=("quicknet",), witnesses=2))
    story = with_task(row)
    prepare = PrepareDraw(
        draw_id=FIRST,
        task=TASK,
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    story.act("operator", "draw_operator", prepare)
    shown = [_sources(ledger, projector, reader, story)]
    for who in prepare.witnesses:
        commit = witness_commit(nonce_of(FIRST, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=FIRST, commit=commit))
    story.act("operator", "draw_operator", CommitDraw(draw_id=FIRST))
    story.cover(FIRST)
    shown.append(_sources(ledger, projector, reader, story))
    story.now = "2024-06-03T01:30:00.000Z"
    reveal = RevealSource(draw_id=FIRST, nonce=nonce_of(FIRST, "witness2").hex())
    story.act("witness2", "witness", reveal)
    shown.append(_sources(ledger, projector, reader, story))
    assert [one["type"] for one in shown[0]] == ["drand", "witness", "witness"]
    assert [(one[0]["round"], one[0]["due_at"]) for one in shown] == [
        (None, None),
        (8192232, "2024-06-03T02:01:00.000Z"),
        (8192232, "2024-06-03T02:01:00.000Z"),
    ]
    assert [one[1]["commit"] is None for one in shown] == [True, False, False]
    assert [one["arrived_at"] for one in shown[2]] == [None, None, "2024-06-03T01:30:00.000Z"]
    assert [one["arrived"] for one in shown[2]] == [False, False, True]


def _sources(
    ledger: Ledger, projector: Projector, reader: Reader, story: Story
) -> list[dict[str, Any]]:
    record(ledger, story)
    projector.catch_up()
    with reader.snapshot() as read:
        found = draws.public_draw(read, FIRST)
    assert found is not None
    sources: list[dict[str, Any]] = found["sources"]
    return sources


def test_a_void_draw_shows_without_a_list_that_never_was(year: Story, read: Read) -> None:
    """It was voided before it was computed: everybody sees that, and why; its pool stays closed."""
    (draw,) = (row for row in draws.public_of_task(read, TASK) if row["id"] == VOID)
    assert draw["void_reason"] == "示例：名单有误"
    assert [(one["act"], one["by"], one["reason"]) for one in draw["voids"]] == [
        ("requested", "operator", "示例：名单有误"),
        ("approved", "approver1", "示例：名单有误"),
    ]
    assert draws.public_members(read, VOID, "pool") == []
    assert len(draws.public_members(read, VOID_COMPUTED, "pool")) == 24


def test_an_inspection_shows_when_each_step_happened(year: Story, read: Read) -> None:
    """With who did it; a returned result is in the steps twice."""
    first, second, *_ = year.history.all(Inspection)
    found = inspections.inspection(read, second.id)
    assert found is not None
    types = [step["type"].removeprefix("inspection.") for step in found["steps"]]
    assert types.count("result_entered.v1") == 2
    assert types[0] == "assigned.v1"
    assert found["steps"][1]["actor"] in second.officers
    assert [(one["stage"], one["due"]) for one in found["follow_ups"]] == [
        ("corrected", "2024-08-01")
    ]
    assert found["status"] == "published"
    assert found["items"][0]["finding"] == "示例：消防通道堵塞"
    assert inspections.inspection(read, "none") is None
    notified = inspections.inspection(read, first.id)
    assert notified is not None
    assert notified["notified_at"] == "2024-06-03T01:00:00.000Z"


def test_inspections_are_listed_by_officer_entity_and_status(year: Story, read: Read) -> None:
    """Each by its index; together they narrow."""
    every = year.history.all(Inspection)
    officer = every[0].officers[0]
    own = [one.id for one in every if officer in one.officers]
    assert [row["id"] for row in inspections.inspections(read, officer=officer)] == own
    open_ = [one.id for one in every if one.status == "assigned"]
    assert [
        row["id"] for row in inspections.inspections(read, task=TASK, status="assigned")
    ] == open_
    assert len(inspections.inspections(read, entity=every[1].entity)) == 1
    assert inspections.inspections(read, task=TASK, page=Page(limit=1))[0]["id"] == every[0].id


def test_published_results_come_newest_first(year: Story, read: Read) -> None:
    """Only those that are published, a page after the other."""
    first, second, third, *_ = year.history.all(Inspection)
    (newest,) = inspections.public_results(read, limit=1)
    (older,) = inspections.public_results(read, before=newest["published_leaf"])
    assert (newest["id"], older["id"]) == (second.id, first.id)
    assert newest["name"].startswith("示例培训机构")
    assert newest["handling"][0]["stage"] == "corrected"
    assert inspections.public_results(read, task="联0") == []
    assert inspections.public_result(read, third.id) is None
    assert inspections.public_result(read, first.id) == older


def test_a_corrected_result_stands_beside_the_one_before(
    ledger: Ledger, projector: Projector, reader: Reader, year: Story
) -> None:
    """The public reads what is published, not what is being entered; a text that is withheld is nowhere among it."""
    first = next(one for one in year.history.all(Inspection) if one.follow_ups)
    id_, (one, other) = first.id, first.officers
    ask = RequestAmendment(inspection=id_, reason="示例：记错", withhold=True)
    year.act("clerk-edu", "clerk", ask)
    year.act(one, "officer", clean_result(id_))
    record(ledger, year)
    projector.catch_up()
    with reader.snapshot() as read:
        before = inspections.public_result(read, id_)
    assert before is not None
    assert (before["edition"], before["category"]) == (1, "ordered-to-correct")
    assert {item["finding"] for item in before["items"]} == {""}
    year.act(other, "officer", ConfirmResult(inspection=id_, version=NOW))
    review = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    year.act("reviewer1", "reviewer", review)
    year.act("clerk-market", "clerk", PublishResult(inspection=id_))
    record(ledger, year)
    projector.catch_up()
    with reader.snapshot() as read:
        after = inspections.public_result(read, id_)
        old, new = inspections.editions(read, id_)
        (newest,) = inspections.public_results(read, limit=1)
    assert after is not None
    assert (after["edition"], after["category"]) == (2, "no-problem-found")
    assert newest == after
    assert (old["withheld"], old["newest"], old["category"]) == (True, False, "ordered-to-correct")
    assert (new["reason"], new["newest"], new["withheld"]) == ("示例：记错", True, False)
    assert new["changes"][0] == {
        "item": "",
        "field": "category",
        "before": "ordered-to-correct",
        "after": "no-problem-found",
    }
    assert first.result is not None
    secret = first.result.items[0].finding
    assert secret
    assert secret not in json.dumps([old, new, after], default=str, ensure_ascii=False)
    assert projector.compare() == ()


def test_text_that_a_table_cannot_hold_does_not_stop_the_projector(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """PostgreSQL's text has no NUL: U+FFFD stands in, also inside of JSON."""
    story = opened()
    add = AddDepartment(id="odd", name="示\x00例\\u0000", collates=False)
    story.act("admin", "administrator", add)
    record(ledger, story)
    assert projector.catch_up() == len(story.recorded)
    with reader.snapshot() as read:
        (row,) = registry(read, "department", where={"id": "odd"})
        (step,) = inspections.steps(read, "department/odd")
    assert row["name"] == step["data"]["name"] == "示\ufffd例\\u0000"
    assert projector.compare() == ()


def test_a_snapshot_stands_still(ledger: Ledger, projector: Projector, reader: Reader) -> None:
    """What is projected meanwhile shows in the next one."""
    projector.catch_up()
    with reader.snapshot() as read:
        assert position(read) == 1
        record(ledger, opened())
        projector.catch_up()
        assert position(read) == 1
        assert registry(read, "department") == []
    with reader.snapshot() as read:
        assert len(registry(read, "department")) == 3
