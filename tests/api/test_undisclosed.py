"""A list that is not public: who may look, that each look is on record, and every door by which it could leak.

In these stories the plan keeps both lists back until the inspection begins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpx
import pytest

from domain.draw_commands import (
    ApproveVoid,
    DeclineVoid,
    DrawLookedAt,
    LookAtDraw,
    RequestVoid,
    RevealSource,
)
from domain.follow_up_commands import OrderCorrection
from domain.inspection_commands import CheckIn, Notify, ReviewResult
from domain.organisation import AddStaff
from domain.replacement_commands import Declare
from tests import story
from tests.projections.recording import record
from tests.serving import HttpStory, Service, fresh_database, serving
from tests.story import NOW, nonce_of, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.facts import Command
    from tests.story import Story

TASK = "联2024026"
ENTITIES, OFFICERS = f"{TASK}.entities.1", f"{TASK}.officers.1"
HELD = terms(disclosure="with-inspection")
ROW = plan_row(entities_draw=HELD, officers_draw=HELD)
OUTSIDERS = ("clerk-edu", "reviewer1", "registrar1", "operator", "approver1", "witness1", "admin")
# Whoever works with inspections, but has no hand in these.
DESKS = ("clerk-edu", "reviewer1", "operator", "approver1")


@dataclass(kw_only=True)
class Held:
    """A service where both lists are drawn and no inspection has begun, for reading.

    `last` are the answers to whoever entered the last source, twice under one key.
    """

    service: Service
    last: list[httpx.Response]


@pytest.fixture(scope="module")
def held(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """The story, told over HTTP once."""
    home = tmp_path_factory.mktemp("held")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with patch.object(story, "Story", partial(HttpStory, running)):
            told = story.with_task(ROW)
        idle = AddStaff(id="idle", department="edu", roles=("officer",), personal={})
        told.act("admin", "administrator", idle)
        story.reveal_draw(told, story.commit_draw(told, "entities"))
        story.commit_draw(told, "officers")
        first, last = (
            RevealSource(draw_id=OFFICERS, nonce=nonce_of(OFFICERS, who).hex())
            for who in ("witness1", "witness2")
        )
        assert running.act("witness1", first).status_code == 200
        key = {"Idempotency-Key": "last"}
        yield Held(service=running, last=[running.act("witness2", last, **key) for _ in range(2)])


@pytest.fixture
def empty(database: str, tmp_path: Path) -> Iterator[Service]:
    """A service of one's own to which nothing was told."""
    with serving(database, tmp_path) as running:
        yield running


def tell(service: Service, told: Story) -> None:
    """Record what was decided elsewhere: for stories in which no key has to prove anything more."""
    record(service.parts.ledger, told)
    service.clock.write_text(told.now, encoding="utf-8")


def looks(service: Service, since: int) -> list[tuple[str, str, str]]:
    """Who looked at what since the ledger had so many leaves."""
    recorded = [entry.recorded() for entry in service.parts.ledger.read(since)]
    return [
        (one.actor.id, one.stream, one.event.part)
        for one in recorded
        if isinstance(one.event, DrawLookedAt)
    ]


def visits(service: Service) -> list[dict[str, Any]]:
    """All inspections, as the discipline office sees them."""
    found: list[dict[str, Any]] = service.get("/inspections", "discipline1").json()["entries"]
    return found


def begin(service: Service, one: dict[str, Any]) -> None:
    """Let an officer arrive at an inspection."""
    service.clock.write_text("2024-06-20T02:00:00.000Z", encoding="utf-8")
    declare = Declare(inspection=one["id"], conflict=False, reason="")
    assert service.act(one["officers"][0], declare).status_code == 200
    assert service.act(one["officers"][0], CheckIn(inspection=one["id"])).status_code == 200


def test_an_outsider_may_not_look_and_nothing_is_recorded(held: Held) -> None:
    """Neither the draw operator nor anybody else who has no visit to carry out: not list, not proof."""
    service = held.service
    size = service.parts.ledger.size()
    for draw in (ENTITIES, OFFICERS):
        for who in OUTSIDERS:
            for part in ("members", "bundle"):
                if (draw, part) == (OFFICERS, "members"):
                    continue
                answer = service.get(f"/draws/{draw}/{part}", who)
                assert (answer.status_code, answer.json()["code"]) == (403, "draw-not-disclosed")
    assert service.parts.ledger.size() == size


def test_an_officer_without_a_visit_may_not_look(held: Held) -> None:
    """The role alone is not enough."""
    for part in ("members", "bundle"):
        answer = held.service.get(f"/draws/{ENTITIES}/{part}", "idle")
        assert (answer.status_code, answer.json()["code"]) == (403, "draw-not-disclosed")
    assert held.service.get("/inspections", "idle").json()["entries"] == []


@pytest.mark.parametrize(("path", "part"), [("members", "drawn"), ("bundle", "bundle")])
def test_each_look_is_an_event(held: Held, path: str, part: str) -> None:
    """By an officer who carries out a visit, by the discipline office, and once more each time; then it is answered."""
    service = held.service
    officer = visits(service)[0]["officers"][0]
    size = service.parts.ledger.size()
    for who in (officer, officer, "discipline1"):
        assert service.get(f"/draws/{ENTITIES}/{path}", who).status_code == 200
    assert looks(service, size) == [
        (who, f"draw/{ENTITIES}", part) for who in (officer, officer, "discipline1")
    ]


def test_a_look_that_cannot_be_recorded_is_not_answered(held: Held) -> None:
    """The clock of the service went back, so nothing can be recorded: the list is not shown either."""
    service, now = held.service, held.service.clock.read_text("utf-8")
    service.clock.write_text("2024-01-01T00:00:00.000Z", encoding="utf-8")
    answer = service.get(f"/draws/{ENTITIES}/members", "discipline1")
    inspections = service.get("/inspections", "discipline1")
    service.clock.write_text(now, encoding="utf-8")
    assert (answer.status_code, answer.json()["code"]) == (422, "clock-behind")
    assert "school:" not in answer.text + inspections.text


def test_pool_and_exclusions_are_for_all_staff_and_tell_nothing(held: Held) -> None:
    """From the commitment on, unrecorded, and without the order of the draw."""
    service = held.service
    size = service.parts.ledger.size()
    for who in OUTSIDERS:
        pool = service.get(f"/draws/{ENTITIES}/members", who, part="pool").json()["entries"]
        assert len(pool) == 24
        assert {one["place"] for one in pool} == {None}
        excluded = service.get(f"/draws/{ENTITIES}/members", who, part="excluded")
        assert excluded.json()["entries"] == []
    assert service.parts.ledger.size() == size


def test_a_committed_draw_has_nothing_to_hide_yet(empty: Service) -> None:
    """Who was drawn is nobody until the last source arrives, and asking for it is no look."""
    service, told = empty, story.with_task(ROW)
    story.commit_draw(told, "entities")
    tell(service, told)
    size = service.parts.ledger.size()
    drawn = service.get(f"/draws/{ENTITIES}/members", "operator").json()
    assert drawn == {"entries": [], "next_cursor": None}
    assert service.get(f"/draws/{ENTITIES}/bundle", "operator").json()["code"] == "unknown-proof"
    assert service.parts.ledger.size() == size


def test_a_look_is_no_act_that_can_be_given(held: Held) -> None:
    """It is recorded by looking, not by saying so; alone or in a batch."""
    service = held.service
    command = LookAtDraw(draw_id=ENTITIES, part="drawn")
    assert service.act("discipline1", command).json()["code"] == "not-found"
    acts = [{"act": "draw.look", "draw_id": ENTITIES, "part": "drawn"}]
    answer = service.http.post(
        "/batches", json={"acts": acts}, headers=service.as_("discipline1")
    ).json()
    assert answer["code"] == "request-invalid"


def test_inspections_that_have_not_begun_are_for_their_officers_and_the_discipline_office(
    held: Held,
) -> None:
    """Each request is one look at each of the two draws, however many inspections it shows."""
    service = held.service
    every = visits(service)
    officer = every[0]["officers"][0]
    own = [one["id"] for one in every if officer in one["officers"]]
    size = service.parts.ledger.size()
    mine = service.get("/inspections", officer).json()["entries"]
    assert [one["id"] for one in mine] == own
    assert service.get(f"/inspections/{own[0]}", officer).status_code == 200
    assert service.get(f"/inspections/{own[0]}", "discipline1").status_code == 200
    streams = (f"draw/{ENTITIES}", f"draw/{OFFICERS}")
    assert looks(service, size) == [
        (who, stream, "inspections")
        for who in (officer, officer, "discipline1")
        for stream in streams
    ]


def test_a_work_list_shows_a_secret_visit_to_its_officers_only_and_each_look_is_recorded(
    held: Held,
) -> None:
    """Nobody else's list says anything of it, not even by a number."""
    service = held.service
    officer = visits(service)[0]["officers"][0]
    size = service.parts.ledger.size()
    for who in (*OUTSIDERS, "idle"):
        answer = service.get("/work", who).json()
        assert not [line for line in answer["entries"] if line["kind"] == "inspection"], who
        assert sum(answer["counts"].values()) == len(answer["entries"])
    assert looks(service, size) == []
    own = service.get("/work", officer).json()["entries"]
    assert {line["act"] for line in own} == {"inspection.declare"}
    assert looks(service, size) == [
        (officer, f"draw/{draw}", "inspections") for draw in (ENTITIES, OFFICERS)
    ]


def test_a_desk_sees_an_inspection_once_it_has_begun(empty: Service) -> None:
    """That one, and none of the others, whether it asks for the list or for one of them."""
    service = empty
    tell(service, story.with_inspections(ROW))
    first, *others = visits(service)
    for who in DESKS:
        assert service.get("/inspections", who).json() == {"entries": [], "next_cursor": None}
    begin(service, first)
    size = service.parts.ledger.size()
    for who in DESKS:
        assert [one["id"] for one in service.get("/inspections", who).json()["entries"]] == [
            first["id"]
        ]
        assert service.get(f"/inspections/{first['id']}", who).status_code == 200
        for one in others:
            hidden = service.get(f"/inspections/{one['id']}", who)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown-inspection")
            by_entity = service.get("/inspections", who, entity=one["entity"]).json()
            assert by_entity["entries"] == []
    assert looks(service, size) == []


def test_the_last_inspection_to_begin_opens_both_lists(empty: Service) -> None:
    """Then nobody's reading is recorded any more, and the public reads too."""
    service = empty
    tell(service, story.with_inspections(ROW))
    for one in visits(service):
        assert service.get(f"/public/draws/{ENTITIES}/bundle").json()["code"] == "unknown-proof"
        begin(service, one)
    size = service.parts.ledger.size()
    for path in (f"/draws/{ENTITIES}/members", f"/draws/{OFFICERS}/bundle", "/inspections"):
        assert service.get(path, "operator").status_code == 200
    assert service.get(f"/public/draws/{ENTITIES}/bundle").status_code == 200
    assert service.get(f"/public/draws/{OFFICERS}/bundle").status_code == 200
    assert service.parts.ledger.size() == size


def test_whoever_enters_the_last_source_is_not_told_who_was_drawn(held: Held) -> None:
    """The answer to the act names the events, but not the streams of the visits; repeated, neither."""
    for answer in held.last:
        assert [one["type"] for one in answer.json()["events"]] == [
            "draw.source_revealed.v1",
            "assignment.computed.v1",
        ]
        assert "school:" not in answer.text
    assert len(visits(held.service)) > 1


def test_a_void_of_a_draw_of_officers_tells_nobody_who_was_drawn(service: Service) -> None:
    """Approved: its proof names the entities, so it waits for their list. Declined: the visits exist by that very act.

    Who decides reads the version that they decide on.
    """
    told = story.with_task(ROW)
    story.reveal_draw(told, story.commit_draw(told, "entities"))
    asked = []
    for serial in (1, 2):
        asked.append(story.commit_draw(told, "officers", serial))
        request = RequestVoid(draw_id=asked[-1], reason="示例：有误")
        told.act("operator", "draw_operator", request)
        story.reveal_draw(told, asked[-1])
        if serial == 1:
            told.act("approver1", "approver", ApproveVoid(draw_id=asked[-1], version=NOW))
    assert service.get(f"/public/draws/{asked[0]}/bundle").json()["code"] == "unknown-proof"
    for who in ("operator", "discipline1"):
        refused = service.get(f"/draws/{asked[0]}/bundle", who)
        assert (refused.status_code, refused.json()["code"]) == (403, "draw-not-disclosed")
    seen = service.get(f"/draws/{asked[1]}", "approver1").json()["version"]
    decline = DeclineVoid(draw_id=asked[1], reason="示例：无误", version=seen - 2)
    refused = service.act("approver1", decline)  # what they would have read before the list came
    assert (refused.status_code, refused.json()["code"]) == (409, "version-outdated")
    answer = service.act("approver1", replace(decline, version=seen))
    assert [one["type"] for one in answer.json()["events"]] == ["draw.void_declined.v1"]
    assert "school:" not in answer.text
    assert visits(service) != []


def probes(one: dict[str, Any]) -> list[tuple[str, Command]]:
    """Acts by which somebody could ask whether an entity was drawn."""
    id_ = one["id"]
    stranger = next(f"E{n}" for n in range(1, 7) if f"E{n}" not in one["officers"])
    return [
        ("clerk-edu", Notify(inspection=id_, notice_number="示例〔2024〕1号")),
        (
            "clerk-edu",
            OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-12-31"),
        ),
        ("reviewer1", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)),
        (stranger, CheckIn(inspection=id_)),
    ]


def test_no_refusal_tells_that_an_entity_was_drawn(empty: Service) -> None:
    """Acts on an inspection that one cannot know of are refused as if there were none, alone and in a batch."""
    service = empty
    tell(service, story.with_inspections(ROW))
    one = visits(service)[0]
    service.clock.write_text("2024-06-20T02:00:00.000Z", encoding="utf-8")
    for who, command in probes(one):
        answer = service.act(who, command)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-inspection")
    acts = [{"act": "inspection.notify", "inspection": one["id"], "notice_number": "x"}]
    answer = service.http.post(
        "/batches", json={"acts": acts}, headers=service.as_("clerk-edu")
    ).json()
    assert answer["code"] == "unknown-inspection"
    begin(service, one)
    for who, command in probes(one):
        assert service.act(who, command).json().get("code") != "unknown-inspection"


PUBLIC_PATHS = (
    "/public/tasks",
    f"/public/tasks/{TASK}",
    "/public/draws",
    f"/public/draws/{ENTITIES}",
    f"/public/draws/{OFFICERS}",
    f"/public/draws/{ENTITIES}/members",
    f"/public/draws/{ENTITIES}/page",
    f"/public/draws/{OFFICERS}/page",
    f"/public/draws/{ENTITIES}/bundle",
    f"/public/draws/{OFFICERS}/bundle",
    "/public/results",
    "/public/plans/2024",
)
STAFF_PATHS = (
    "/tasks",
    f"/tasks/{TASK}",
    f"/draws/{ENTITIES}",
    f"/draws/{OFFICERS}",
    "/inspections",
)


def assert_tells_nothing(answer: httpx.Response, drawn: set[str]) -> None:
    """Nobody of the list is named in it."""
    assert not [id_ for id_ in drawn if id_ in answer.text]


def test_no_read_names_who_was_drawn(held: Held) -> None:
    """What the public reads, what staff read of task and draw, and the steps of a drawn entity and of its officers."""
    service = held.service
    every = visits(service)
    drawn = {one["entity"] for one in every}
    for path in PUBLIC_PATHS:
        assert_tells_nothing(service.get(path), drawn)
    for part in ("pool", "excluded", "drawn"):
        members = service.get(f"/public/draws/{ENTITIES}/members", part=part)
        assert members.json()["code"] == "unknown-proof"
    for who in OUTSIDERS:
        for path in STAFF_PATHS:
            assert_tells_nothing(service.get(path, who), drawn)
    assert service.get(f"/public/tasks/{TASK}").json()["drawn"] == 0
    assert service.get(f"/public/draws/{ENTITIES}").json()["drawn"] is None
    entity = service.get(f"/registries/entities/{every[0]['entity']}", "clerk-edu").json()
    assert [one["type"] for one in entity["steps"]] == [
        "entity.added.v1",
        "registry.change_confirmed.v1",
    ]
    officer = service.get(f"/registries/officers/{every[0]['officers'][0]}", "clerk-edu")
    assert_tells_nothing(officer, drawn)


def test_a_slip_does_not_tell_a_ticket_before_the_list_is_public(held: Held) -> None:
    """Drawn or not, every member of the pool gets the same words."""
    service = held.service
    drawn = {one["entity"] for one in visits(service)}
    pool = service.get(f"/draws/{ENTITIES}/members", "operator", part="pool").json()["entries"]
    for id_ in {*sorted(drawn)[:1], *[one["entity"] for one in pool][:3]}:
        slip = service.get(f"/public/draws/{ENTITIES}/entities/{id_}").json()
        told = {name: slip[name] for name in ("status", "seed", "ticket", "cutoff")}
        assert told == {"status": "in-pool", "seed": None, "ticket": None, "cutoff": None}


def test_a_list_that_is_public_at_once_is_read_by_everybody_unrecorded(county: Service) -> None:
    """Nothing is kept back where the plan does not say so."""
    size = county.parts.ledger.size()
    for who in OUTSIDERS:
        assert county.get(f"/draws/{ENTITIES}/members", who).status_code == 200
        assert json.loads(county.get(f"/draws/{OFFICERS}/bundle", who).content)["output"]
    assert county.parts.ledger.size() == size


def test_the_story_of_an_entry_tells_nothing_of_a_list_that_is_not_public(held: Held) -> None:
    """Neither who was drawn nor any visit, to whoever asks; that an entity was in the pool is no secret."""
    service = held.service
    drawn = visits(service)[0]
    size = service.parts.ledger.size()
    for path, who in (
        (f"/registries/entities/{drawn['entity']}/story", "clerk-edu"),
        (f"/registries/officers/{drawn['officers'][0]}/story", "clerk-edu"),
        (f"/registries/officers/{drawn['officers'][0]}/story", drawn["officers"][0]),
    ):
        told = service.get(path, who).json()["entries"]
        assert told
        assert {one["type"] for one in told} <= {
            "entity.added.v1",
            "officer.added.v1",
            "registry.change_confirmed.v1",
            "draw.committed.v1",
        }
        assert {one["standing"] for one in told if "standing" in one} <= {"pool"}
    assert service.parts.ledger.size() == size


@pytest.mark.parametrize("who", [None, *DESKS])
def test_the_figures_do_not_tell_who_was_drawn(held: Held, who: str | None) -> None:
    """Neither a rate nor its units count a visit or a pool before the list is public."""
    prefix = "/statistics" if who else "/public/statistics"
    for name in ("inspection-completion", "replacement-rate", "drawn-a", "drawn-b", "drawn-c"):
        answer = held.service.get(f"{prefix}/{name}", who).json()
        assert (answer["denominator"], answer["units"]) == (0, [])
