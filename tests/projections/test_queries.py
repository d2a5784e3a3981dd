"""What pages ask, and what the public may not see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from domain.bundles import bundle_of
from domain.canonical import canon
from domain.draw_state import Draw
from domain.inspection_state import Inspection
from domain.organisation import AddDepartment
from projections.queries import campaigns, inspections
from projections.queries.registries import registry
from projections.reading import Page, position
from tests.projections.recording import TASK, a_year, record
from tests.story import commit_draw, opened, reveal_draw, with_task

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Read, Reader
    from projections.runner import Projector
    from tests.story import Story

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
        text = campaigns.public_proof(read, draw_id)
        assert text is not None
        assert text.encode() == canon(bundle_of(draw_of(year, draw_id)))
    assert campaigns.proof(read, VOID) is None


def test_members_of_a_draw_are_those_of_its_commitment(year: Story, read: Read) -> None:
    """Pool and drawn, paged by id, with the name as of the commitment."""
    state = draw_of(year, STANDING)
    assert state.pool is not None
    page = campaigns.public_members(read, STANDING, "pool", page=Page(limit=20))
    page += campaigns.members(read, STANDING, "pool", page=Page(after=page[-1]["entity"]))
    assert [row["entity"] for row in page] == [one.id for one in state.pool.members]
    drawn = campaigns.members(read, STANDING, "drawn")
    by_place = sorted(drawn, key=lambda row: int(row["place"]))
    assert tuple(row["entity"] for row in by_place) == state.selected
    assert {row["name"][:6] for row in drawn} == {"示例培训机构"}
    assert campaigns.members(read, STANDING, "excluded") == []


def test_a_draw_that_is_not_disclosed_shows_in_no_public_query(
    ledger: Ledger, projector: Projector, reader: Reader
) -> None:
    """Neither while it is committed nor once it is computed; staff see both."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    for step in (None, reveal_draw):
        if step:
            step(story, draw_id)
        record(ledger, story)
        projector.catch_up()
        with reader.snapshot() as read:
            assert campaigns.draw(read, draw_id) is not None
            assert len(campaigns.members(read, draw_id, "pool")) == 24
            for answer in _public_answers(read, draw_id):
                assert draw_id not in json.dumps(answer, ensure_ascii=False)
            task = campaigns.public_task(read, TASK)
            assert task is not None
            counts = ("pool", "excluded", "drawn", "inspections")
            assert [task[name] for name in counts] == [0, 0, 0, 0]
            assert {own["officers"] for own in task["confirmations"]} == {None}


def _public_answers(read: Read, draw_id: str) -> list[Any]:
    return [
        campaigns.public_draws(read, TASK),
        campaigns.public_members(read, draw_id, "pool"),
        campaigns.public_members(read, draw_id, "drawn"),
        campaigns.public_proof(read, draw_id),
        campaigns.public_task(read, TASK),
        campaigns.public_tasks(read),
        inspections.public_results(read),
    ]


def test_a_void_draw_shows_without_a_list_that_never_was(year: Story, read: Read) -> None:
    """It was voided before it was computed: everybody sees that, and why; its pool stays closed."""
    (draw,) = (row for row in campaigns.public_draws(read, TASK) if row["id"] == VOID)
    assert draw["void_reason"] == "示例：名单有误"
    assert campaigns.public_members(read, VOID, "pool") == []
    assert len(campaigns.public_members(read, VOID_COMPUTED, "pool")) == 24


def test_an_inspection_shows_when_each_step_happened(year: Story, read: Read) -> None:
    """With who did it; a returned result is in the steps twice."""
    first, second, *_ = year.history.all(Inspection)
    found = inspections.inspection(read, second.id)
    assert found is not None
    types = [step["type"].removeprefix("inspection.") for step in found["steps"]]
    assert types.count("result_entered.v1") == 2
    assert types[0] == "assigned.v1"
    assert found["steps"][1]["actor"] in second.officers
    assert (found["status"], found["corrected"], found["due"]) == ("published", True, "2024-08-01")
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
    assert newest["corrected"]
    assert inspections.public_results(read, task="联0") == []
    assert inspections.public_result(read, third.id) is None
    assert inspections.public_result(read, first.id) == older


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
