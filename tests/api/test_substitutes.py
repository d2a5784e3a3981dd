"""A seat that is filled again, as staff and public read it: nothing before the list is public, everything after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.public_words import reason
from domain import eligibility, substitutes
from domain.draw_commands import DrawLookedAt, Seat
from domain.inspection_state import Inspection
from domain.registry_commands import AddExpert, ExpertDetails, Suspend
from domain.replacement_commands import ApproveReplacement, Declare
from domain.team_terms import ExpertNeed
from tests import story
from tests.projections.recording import record
from tests.serving import Service, serving
from tests.story import NOW, Story, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.plan_rows import PlanRow

TASK = "联2024026"
SUBSTITUTE, OFFICERS = f"{TASK}.replacement.1", f"{TASK}.officers.1"
EXPERTS = (ExpertNeed(speciality="消防", count=1),)
HELD = terms(disclosure="with-inspection")
DESKS = ("clerk-edu", "reviewer1", "registrar1", "witness1", "admin")


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[Service]:
    """A service of one's own."""
    with serving(database, tmp_path) as running:
        yield running


def replaced(row: PlanRow, *, filled: bool = True) -> tuple[Story, Seat]:
    """A story in which the leader of the first visit declared a conflict and was replaced."""
    told = story.with_inspections(row)
    inspection = told.history.all(Inspection)[0]
    seat = Seat(inspection=inspection.id, officer=inspection.officers[0])
    conflict = Declare(inspection=seat.inspection, conflict=True, reason="示例：其弟任校长")
    told.act(seat.officer, "officer", conflict)
    approve = ApproveReplacement(inspection=seat.inspection, officer=seat.officer, version=NOW)
    told.act("approver1", "approver", approve)
    if filled:
        story.reveal_draw(told, story.commit_draw(told, "replacement", seat=seat))
    return told, seat


def tell(service: Service, told: Story) -> None:
    """Record what was decided elsewhere."""
    record(service.parts.ledger, told)
    service.clock.write_text(told.now, encoding="utf-8")


def test_the_draw_of_a_substitute_tells_nobody_of_a_secret_visit(service: Service) -> None:
    """Seat, pool and exclusions name visit and team; the public and desks that have no part in it see none of them."""
    told, seat = replaced(plan_row(entities_draw=HELD, officers_draw=HELD))
    tell(service, told)
    entity = seat.inspection.partition(":")[2]
    public = [
        service.get(f"/public/{path}")
        for path in (
            f"tasks/{TASK}",
            "draws",
            f"draws/{SUBSTITUTE}",
            f"draws/{SUBSTITUTE}/members",
            f"draws/{SUBSTITUTE}/bundle",
            f"draws/{SUBSTITUTE}/page",
        )
    ]
    desks = [
        service.get(path, who)
        for who in DESKS
        for path in (f"/tasks/{TASK}", f"/draws/{SUBSTITUTE}", "/inspections")
    ]
    for answer in (*public, *desks):
        assert entity not in answer.text, answer.url
        named = answer.url.path == f"/tasks/{TASK}"  # a department's officers, whoever was drawn
        assert named or seat.officer not in answer.text, answer.url
    for who in DESKS:
        for part in ("pool", "excluded", "drawn"):
            answer = service.get(f"/draws/{SUBSTITUTE}/members", who, part=part)
            assert (answer.status_code, answer.json()["code"]) == (403, "draw-not-disclosed")
    shown = service.get(f"/draws/{SUBSTITUTE}", "operator").json()
    assert shown["seat"] == {"inspection": seat.inspection, "officer": seat.officer}
    page = service.get(f"/public/draws/{SUBSTITUTE}/page")
    assert page.status_code == 200


def test_who_has_to_act_on_a_secret_visit_sees_it_and_is_on_record(service: Service) -> None:
    """The approver and the operator read the one in which something waits, and no other."""
    told, seat = replaced(plan_row(entities_draw=HELD, officers_draw=HELD), filled=False)
    tell(service, told)
    size = service.parts.ledger.size()
    for who in ("approver1", "operator"):
        (entry,) = service.get("/inspections", who).json()["entries"]
        assert entry["id"] == seat.inspection
        assert entry["vacant"][seat.officer]["cause"] == "recusal"
    looks = [
        one.actor.id
        for one in (entry.recorded() for entry in service.parts.ledger.read(size))
        if isinstance(one.event, DrawLookedAt)
    ]
    assert looks == ["approver1", "approver1", "operator", "operator"]
    assert service.get("/inspections", "clerk-edu").json()["entries"] == []


def test_officers_see_their_visits_from_the_day_that_the_plan_names(service: Service) -> None:
    """Before it, none; the discipline office sees all."""
    row = plan_row(
        entities_draw=HELD,
        officers_draw=HELD,
        team=story.team_terms(told_on="2024-06-10"),
    )
    told = story.with_inspections(row)
    tell(service, told)
    officer = told.history.all(Inspection)[0].officers[0]
    assert service.get("/inspections", officer).json()["entries"] == []
    assert service.get("/inspections", "discipline1").json()["entries"]
    service.clock.write_text("2024-06-10T01:00:00.000Z", encoding="utf-8")
    own = service.get("/inspections", officer).json()["entries"]
    assert own
    assert all(officer in one["officers"] for one in own)


def test_a_public_replacement_has_a_page_with_its_reasons(service: Service) -> None:
    """Which seat, who could take it, who could not and why; the page of the officers' draw points to it."""
    told, seat = replaced(plan_row())
    tell(service, told)
    page = service.get(f"/public/draws/{SUBSTITUTE}/page").text
    assert f"接替 {seat.officer} 的席位" in page
    assert "已退出本次检查" in page
    assert "打开核验工具" in page
    pool = service.get(f"/public/draws/{SUBSTITUTE}/members", part="pool").json()["entries"]
    assert f"可以接替的有 {len(pool)} 人：{'、'.join(one['entity'] for one in pool)}" in page
    assert f"{seat.officer} 此后退出" in service.get(f"/public/draws/{OFFICERS}/page").text
    members = service.get(f"/public/draws/{SUBSTITUTE}/members", part="drawn").json()["entries"]
    inspection = told.history.get(Inspection, seat.inspection)
    assert inspection is not None
    assert members[0]["entity"] in inspection.officers
    shown = service.get(f"/inspections/{seat.inspection}", "clerk-edu").json()
    assert shown["officers"] == list(inspection.officers)
    assert shown["fell_out"] == [seat.officer]
    assert "其弟" not in service.get(f"/inspections/{seat.inspection}", "clerk-edu").text


def test_the_page_of_a_team_tells_who_was_not_drawn_from_and_why(service: Service) -> None:
    """As the registries stood when the list of entities was fixed, and who left them since."""
    told = story.with_task(plan_row(team=story.team_terms(experts=EXPERTS)))
    for id_, speciality in (("X1", "消防"), ("X2", "教育")):
        details = ExpertDetails(organisation="示例大学", specialities=(speciality,))
        add = AddExpert(id=id_, details=details, source="示例", personal={"name": "示例"})
        told.act("registrar1", "registrar", add)
        story.confirm_last(told, "expert", id_)
    story.reveal_draw(told, story.commit_draw(told, "entities"))
    told.act("registrar1", "registrar", Suspend(registry="officer", id="M6", reason="示例：离岗"))
    story.confirm_last(told, "officer", "M6")
    story.reveal_draw(told, story.commit_draw(told, "officers"))
    tell(service, told)
    page = service.get(f"/public/draws/{OFFICERS}/page").text
    assert "X1（专家，不计入两名执法人员）" in page
    assert "专家 · 消防：1 席，可派 1 人" in page
    for words, who in (("不具备所需专长", "X2"), ("名单固定后离开名册", "M6")):
        line = f'<tr><td>{words}</td><td class="number">1</td><td>{who}</td></tr>'
        assert line in page


def test_everybody_reads_why_an_officer_may_be_drawn_or_not(service: Service) -> None:
    """As frozen with the list of entities; an officer reads their own line."""
    told, _ = replaced(plan_row())
    tell(service, told)
    explained = service.get(f"/tasks/{TASK}/officers", "clerk-edu").json()
    entities = told.history.all(Inspection)[0].assigned.entities_draw
    assert explained["leaf"] == next(
        one.leaf
        for one in told.recorded
        if one.stream == f"draw/{entities}" and type(one.event).__name__ == "DrawCommitted"
    )
    assert {one["standing"] for one in explained["people"]} == {"candidate"}
    (own,) = service.get(f"/tasks/{TASK}/officers", "E1").json()["people"]
    assert own["id"] == "E1"
    assert service.get("/tasks/联1/officers", "clerk-edu").status_code == 404


def test_before_a_list_is_fixed_the_reasons_are_those_of_now(service: Service) -> None:
    """So that a desk can put things right in time."""
    told = story.with_task(plan_row(training=None))
    story.add_officer(told, "L1", "labour")
    tell(service, told)
    explained = service.get(f"/tasks/{TASK}/officers", "clerk-edu").json()
    assert explained["leaf"] is None
    (line,) = [one for one in explained["people"] if one["id"] == "L1"]
    assert line["standing"] == "left-out"
    assert line["words"] == "部门不参加本任务，或没有本部门事项"


def test_for_each_seat_the_number_of_those_who_could_take_it_is_told(service: Service) -> None:
    """Six of each department, and nobody recused."""
    told, _ = replaced(plan_row())
    tell(service, told)
    told_seats = service.get(f"/draws/{OFFICERS}/seats", "clerk-edu").json()["inspections"]
    assert {need["eligible"] for one in told_seats for need in one["needs"]} == {6}
    answer = service.get(f"/draws/{TASK}.entities.1/seats", "clerk-edu")
    assert answer.json()["code"] == "unknown-proof"


def test_every_reason_has_words() -> None:
    """Of eligibility and of seats."""
    for code in (*eligibility.REASONS, *substitutes.REASONS):
        assert reason(code)
