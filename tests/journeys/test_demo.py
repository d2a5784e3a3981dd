"""The whole demonstration, as a newcomer runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mingqian.demo.county import SCHOOLS, county
from mingqian.demo.people import APPROVER, OPERATOR
from mingqian.demo.run import CAMPAIGNS
from mingqian.demo.year import FORMER_EMPLOYER, ON_LEAVE, RELATED

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "audit" / "verifier"
VERIFIERS = ("verify_draw.html", "verify_draw.py")
VOIDING = ("draw.void_requested.v1", "draw.computed.v1", "draw.voided.v1")


def test_a_newcomer_runs_the_whole_year(tmp_path: Path) -> None:
    """One command; then everything that it promises is there, and nothing that it must not show.

    One test, since each run plays the whole year.
    """
    out = tmp_path / "out"
    (out / "public").mkdir(parents=True)
    (out / "public" / "old.html").write_text("from an earlier run")
    _mingqian("demo", "--out", str(out))
    _the_year_is_played_to_its_end_and_audited(out)
    _the_export_is_verified_by_the_published_command(out)
    _nothing_personal_is_public(out)
    _people_sign_for_themselves_from_january_on(out)
    _every_kind_of_source_and_exclusion_is_told(out)
    _a_voided_draw_stays_in_sight(out)
    _a_list_that_is_kept_back_is_looked_at_on_record(out)
    _experts_go_along_beside_the_officers(out)
    _nobody_is_drawn_who_is_away_or_related(out)
    _everybody_declares_before_the_visit_begins(out)
    _whoever_falls_out_is_replaced_by_a_draw_of_its_own(out)
    _public_proofs_are_those_of_the_export(out)
    _both_verifiers_stand_beside_the_proofs(out)
    _every_page_says_its_position_and_links_only_to_what_is_there(out)


def _mingqian(*arguments: str) -> str:
    command = [sys.executable, "-m", "mingqian", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _summary(out: Path) -> Any:  # noqa: ANN401 - JSON
    return json.loads((out / "summary.json").read_text("utf-8"))


def _the_year_is_played_to_its_end_and_audited(out: Path) -> None:
    """Three tasks, each drawn by its ratio, every result published, and the audit finds nothing."""
    summary = _summary(out)
    assert set(summary) == {"tasks", "year", "events", "audit", "verifier"}
    assert summary["year"] == {
        "plan_publications": 2,
        "schemes": 3,
        "training_sessions": 2,
        "publicity": 3,
        "refused": 2,
        "ceased": 1,
        "ordered": 5,
        "extended": 1,
        "overdue": 1,
        "told_to_others": 1,
        "closed_follow_ups": 5 + 1,
        "corrected_results": 1,
    }
    assert summary["audit"] == {"ok": True, "failures": []}
    assert summary["verifier"] == {"whole": 4 + 3 + 3, "broken": 0}
    assert [task["plan_number"] for task in summary["tasks"]] == [
        "联2024015",
        "联2024025",
        "联2024026",
    ]
    for task in summary["tasks"]:
        p, q = task["ratio"]
        assert task["drawn"] >= -(-task["pool"] * p // q)
        assert task["drawn"] == task["inspections"] == task["published"]
        assert task["officers"] >= 2
    schools, venues, training = summary["tasks"]
    told = [
        (one["late_recusals"], one["illnesses"], one["replacements"]) for one in summary["tasks"]
    ]
    assert told == [(0, 1, 1), (1, 0, 1), (1, 0, 1)]
    assert [one["experts"] for one in summary["tasks"]] == [0, 3, 0]
    assert schools["pool"] + schools["excluded"] == 150
    assert (venues["pool"], venues["drawn"]) == (12, 6)
    assert training["pool"] + training["excluded"] == 60
    assert len((out / "export" / "events.jsonl").read_bytes().splitlines()) == summary["events"]


def _the_export_is_verified_by_the_published_command(out: Path) -> None:
    """With the key that stands beside it."""
    export, vkey = str(out / "export"), str(out / "vkey")
    told = _mingqian("audit", "verify", export, "--vkey", vkey, "--json")
    assert json.loads(told)["ok"] is True


def _nothing_personal_is_public(out: Path) -> None:
    """Officers appear by their ids: no name, no telephone, no certificate."""
    made = county()
    secret = {entity.telephone for entity in made.entities}
    secret |= {expert.telephone for expert in made.experts}
    secret |= {officer.telephone for officer in made.officers}
    secret |= {text for one in made.officers for text in (one.name, one.certificate_number)}
    secret |= {
        "示例负责人",
        "近亲属",
        "产假",
        "任教",
    }  # the contact of all entities, recusals, a leave, a relation
    secret |= {campaign.falling.reason for campaign in CAMPAIGNS}
    for path in (out / "public").rglob("*.*"):
        text = path.read_text("utf-8")
        assert not [one for one in secret if one in text], path.name


def _people_sign_for_themselves_from_january_on(out: Path) -> None:
    """Results, declarations, commitments and approvals of the whole year carry their own signatures."""
    (mandatory,) = _events(out, "signing.made_mandatory.v1")
    assert mandatory["recorded_at"] < "2024-02"
    bare = [
        event["leaf"]
        for event in _events(
            out,
            "inspection.result_entered.v1",
            "inspection.result_confirmed.v1",
            "inspection.conflict_declared.v1",
            "draw.committed.v1",
            "assignment.committed.v1",
            "plan.reviewed.v1",
        )
        if "signed" not in event
    ]
    assert bare == []


def _events(out: Path, *types: str) -> list[Any]:
    """The events of these types, each with its leaf."""
    lines = (out / "export" / "events.jsonl").read_text("utf-8").splitlines()
    events = [{**json.loads(line), "leaf": leaf} for leaf, line in enumerate(lines)]
    return [event for event in events if event["type"] in types]


def _every_kind_of_source_and_exclusion_is_told(out: Path) -> None:
    """A lottery that three people entered, a hash that two typed from paper, strata by kind and class, all reasons."""
    schools, venues, training = _summary(out)["tasks"]
    assert schools["draws"][0]["sources"] == ["lottery", "witness", "witness"]
    for one in (venues, training):
        assert all(draw["sources"] == ["witness", "witness"] for draw in one["draws"])
    entries = [event["data"]["numbers"] for event in _events(out, "draw.lottery_entered.v1")]
    proof = json.loads((out / "export" / "draws" / "联2024015.entities.1.json").read_bytes())
    assert entries[0] != entries[1] == proof["entropy"][0]["numbers"]
    assert {event["data"]["who"] for event in _events(out, "draw.paper_entered.v1")} == {"JJ-JZ"}
    assert {one["reason"] for one in proof["excluded"]} == {
        "suspended",
        "visit-cap-reached",
        "reclassified",
        "exempted-by-decision:清教免〔2024〕1号（示例）",
    }
    assert {name.partition("·")[0] for name in _strata(proof)} == {kind for kind, _ in SCHOOLS}


def _strata(proof: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {stratum["stratum"] for stratum in proof["strata"] if stratum["quota"]}


def _a_voided_draw_stays_in_sight(out: Path) -> None:
    """With its reason, its list and its proof, beside the one that counts."""
    page = (out / "public" / "draw-联2024026.entities.1.html").read_text("utf-8")
    assert "本次抽取已作废" in page
    assert "截止签号" in page
    assert (out / "public" / "data" / "联2024026.entities.2.json").is_file()
    draws = _summary(out)["tasks"][2]["draws"]
    assert {one["id"]: one["status"] for one in draws} == {
        "联2024026.entities.1": "voided",
        "联2024026.entities.2": "disclosed",
        "联2024026.officers.1": "disclosed",
        "联2024026.replacement.1": "disclosed",
    }
    steps = [
        event["type"]
        for event in _events(out, *VOIDING)
        if event["stream"] == "draw/联2024026.entities.1"
    ]
    assert steps == list(VOIDING)


def _a_list_that_is_kept_back_is_looked_at_on_record(out: Path) -> None:
    """By officers of its visits and the discipline office; the last visit to begin makes lists and substitute public."""
    looks = _events(out, "draw.looked_at.v1")
    assert {event["stream"].partition(".")[0] for event in looks} == {"draw/联2024025"}
    assert {"officer", "discipline"} <= {event["actor"]["role"] for event in looks}
    begun = [
        event["leaf"]
        for event in _events(out, "inspection.checked_in.v1")
        if "联2024025" in event["stream"]
    ]
    shown = [
        event["leaf"]
        for event in _events(out, "draw.disclosed.v1")
        if "联2024025" in event["stream"]
    ]
    assert len(shown) == 3
    assert max(event["leaf"] for event in looks) < min(shown)
    assert shown[0] - 1 in begun


def _bundle(out: Path, name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((out / "export" / f"{name}.json").read_bytes())


def _experts_go_along_beside_the_officers(out: Path) -> None:
    """One on each visit of a venue, and never among the three officers."""
    proof = _bundle(out, "assignments/联2024025.officers.1")
    for visit in proof["output"]["assignments"]:
        departments = sorted(one["department"] for one in visit["officers"])
        assert departments == ["education", "experts", "health", "market"]
    canteens = _bundle(out, "assignments/联2024015.officers.1")["input"]
    needs = {(one["department"], *one["skills"]) for one in canteens["inspections"][0]["needs"]}
    assert needs == {("education",), ("market", "食品安全"), ("health",)}


def _nobody_is_drawn_who_is_away_or_related(out: Path) -> None:
    """Though the department named the one, and the other's former employer is among those that were drawn."""
    named = {
        officer
        for event in _events(out, "task.confirmed.v1")
        if event["stream"] == "task/联2024025"
        for officer in event["data"]["officers"]
    }
    roster = {
        one["id"] for one in _bundle(out, "assignments/联2024025.officers.1")["input"]["officers"]
    }
    assert named - roster == {ON_LEAVE}
    proof = _bundle(out, "assignments/联2024026.officers.1")
    (employer,) = (one.id for one in county().entities if one.name == FORMER_EMPLOYER)
    assert [RELATED, f"联2024026:{employer}"] in proof["input"]["recusals"]
    teams = {
        one["inspection"].partition(":")[2]: {officer["id"] for officer in one["officers"]}
        for one in proof["output"]["assignments"]
    }
    assert RELATED not in teams[employer]
    _a_second_person_confirmed(out, f"officer/{ON_LEAVE}", "officer.leave_recorded.v1")
    _a_second_person_confirmed(out, f"officer/{RELATED}", "registry.relation_recorded.v1")


def _a_second_person_confirmed(out: Path, stream: str, type_: str) -> None:
    """What the registrar noted counts only from then on."""
    happened = [
        one
        for one in _events(out, type_, "registry.change_confirmed.v1")
        if one["stream"] == stream
    ]
    place = next(place for place, event in enumerate(happened) if event["type"] == type_)
    noted, confirmed = happened[place : place + 2]
    assert (noted["actor"]["id"], confirmed["actor"]["id"]) == ("JY-ML", "JY-SH")


def _everybody_declares_before_the_visit_begins(out: Path) -> None:
    """Substitutes too."""
    declared = {
        (event["stream"], event["actor"]["id"]): event["leaf"]
        for event in _events(out, "inspection.conflict_declared.v1")
        if not event["data"]["conflict"]
    }
    arrivals = _events(out, "inspection.checked_in.v1")
    assert len(arrivals) == 3 * sum(task["inspections"] for task in _summary(out)["tasks"])
    for event in arrivals:
        assert declared[event["stream"], event["actor"]["id"]] < event["leaf"]


def _whoever_falls_out_is_replaced_by_a_draw_of_its_own(out: Path) -> None:
    """Asked for, approved by somebody else, drawn by a third; the one who came in was there, the one who left was not."""
    vacated = {event["stream"]: event for event in _events(out, "inspection.seat_vacated.v1")}
    filled = {event["stream"]: event for event in _events(out, "inspection.seat_filled.v1")}
    causes = [event["data"]["cause"] for event in vacated.values()]
    assert causes == ["recusal", "recusal", "illness"]
    assert filled.keys() == vacated.keys()
    there = {
        (event["stream"], event["actor"]["id"])
        for event in _events(out, "inspection.checked_in.v1")
    }
    for stream, event in filled.items():
        left, came, draw = (event["data"][name] for name in ("left", "officer", "draw"))
        people = {vacated[stream]["data"]["requested_by"], APPROVER, OPERATOR}
        assert len(people) == 3
        assert vacated[stream]["actor"]["id"] == APPROVER
        assert left == vacated[stream]["data"]["officer"]
        assert (stream, came) in there
        assert (stream, left) not in there
        proof = _bundle(out, f"draws/{draw}")
        assert proof["strata"][0]["selected"] == [came]
        assert {"id": left, "reason": "fell-out"}.items() <= _excluded(proof, left).items()
        assert [source["type"] for source in proof["commitment"]["sources"]] == ["witness"] * 2


def _excluded(proof: Any, id_: str) -> Any:  # noqa: ANN401 - JSON
    return next(one for one in proof["excluded"] if one["id"] == id_)


def _public_proofs_are_those_of_the_export(out: Path) -> None:
    """Byte for byte."""
    proofs = {
        path.name: path.read_bytes()
        for folder in ("draws", "assignments")
        for path in (out / "export" / folder).iterdir()
    }
    for name, content in proofs.items():
        assert (out / "public" / "data" / name).read_bytes() == content, name


def _both_verifiers_stand_beside_the_proofs(out: Path) -> None:
    """The same files as in the project, so that whoever has the pages can check them."""
    for name in VERIFIERS:
        assert (out / "public" / name).read_bytes() == (VERIFIER / name).read_bytes()


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "iframe"}
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


def _every_page_says_its_position_and_links_only_to_what_is_there(out: Path) -> None:
    """Nothing is loaded from elsewhere; nothing of an earlier run is left."""
    pages = [page for page in (out / "public").glob("*.html") if page.name not in VERIFIERS]
    assert len(pages) == 4 + 3 + 10
    for page in pages:
        text = page.read_text("utf-8")
        assert f"账本位置 <b>{_summary(out)['events']}</b>" in text
        for link in _Links(text).found:
            assert (out / "public" / unquote(link).partition("#")[0]).is_file(), (page.name, link)
