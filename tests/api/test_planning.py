"""What stands around a plan, over HTTP: warnings and their answers, what an amendment changed, training, publicity."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from domain.plan import AmendPlan, CollatePlan, PublishPlan
from domain.plan_answers import AnswerWarning
from domain.plan_checks import PlanWarning
from domain.plan_standards import DEFAULT
from domain.publicity import RecordPublicity, WithdrawPublicity
from domain.schemes import (
    Contact,
    DraftScheme,
    Duty,
    PublishScheme,
    ReviewScheme,
    Scheme,
    SchemeStep,
)
from domain.training import ConfirmTrainingSession, RecordTrainingSession
from tests import story
from tests.api.conftest import enter_people
from tests.serving import HttpStory, Service, fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLERK = ("clerk-edu", "clerk")
NUMBER = "联2024026"
JOINT = PlanWarning(code="department-without-item", row=NUMBER, about="labour")


@pytest.fixture(scope="module")
def office(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A plan was published, an amendment of it was answered for and published, and another one waits."""
    home: Path = tmp_path_factory.mktemp("planning")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(story, "Story", partial(HttpStory, running))
            enter_people(running)
            told = story.with_plan(entities=range(1, 4))
            told.act("clerk-market", "clerk", DEFAULT)
            amended = story.plan_row(ratio=(20, 100), team=story.team_terms(max_visits=3))
            told.act(*CLERK, AmendPlan(year=2024, rows=(amended,), reason="示例：加大力度"))
            for warning in (JOINT, PlanWarning(code="scope-matches-few", row=NUMBER, about="3")):
                answer = AnswerWarning(year=2024, version=5, warning=warning, reason="示例：属实")
                told.act(*CLERK, answer)
            told.act("reviewer1", "reviewer", replace(story.review_plan(told), version=5))
            told.act("clerk-market", "clerk", CollatePlan(year=2024))
            told.act(*CLERK, PublishPlan(year=2024))
            rows = (
                amended,
                story.plan_row(number="联2", window_from="2024-09-01", window_to="2024-09-30"),
            )
            told.act(*CLERK, AmendPlan(year=2024, rows=rows, reason="示例：增加一项"))
            _records(told)
        yield running


def _records(told: story.Story) -> None:
    """Two sessions, one of them confirmed, and two records of publicity, one of them withdrawn."""
    for id_, officers in (("t1", ("E1", "E2")), ("t2", ("E1",))):
        session = RecordTrainingSession(
            id=id_,
            department="edu",
            course="示例培训",
            on="2024-01-04",
            place="示例会议室",
            trainer="示例法制股",
            officers=officers,
            evidence="ab" * 32,
        )
        told.act("registrar1", "registrar", session)
    told.act("registrar2", "registrar", ConfirmTrainingSession(id="t1", version=1))
    for id_ in ("p1", "p2"):
        record = RecordPublicity(
            id=id_,
            department="edu",
            on="2024-01-04",
            channel="on-site",
            title=f"示例宣讲{id_}",
            link="",
            evidence="cd" * 32,
        )
        told.act(*CLERK, record)
    told.act(*CLERK, WithdrawPublicity(id="p2", reason="示例：重复"))


def test_each_publication_says_what_it_changed_and_why(office: Service) -> None:
    """The first changed nothing; the public reads the same without the names of who wrote and approved it."""
    first, second = office.get("/plans/2024/revisions", "clerk-edu").json()["entries"]
    assert (first["changes"], first["reason"]) == ([], None)
    assert second["reason"] == "示例：加大力度"
    assert second["changes"] == [
        {"row": NUMBER, "field": "ratio", "old": [10, 100], "new": [20, 100]},
        {"row": NUMBER, "field": "team.max_visits", "old": None, "new": 3},
    ]
    assert (second["drafted_by"], second["reviewed_by"]) == ("clerk-edu", "reviewer1")
    public = office.get("/public/plans/2024/revisions").json()["entries"]
    assert [one["changes"] for one in public] == [[], second["changes"]]
    assert not {"drafted_by", "reviewed_by", "published_by"} & public[1].keys()


def test_a_plan_shows_its_warnings_what_became_of_them_and_what_it_would_change(
    office: Service,
) -> None:
    """The row that stayed keeps its answers; the new one waits for its own."""
    plan = office.get("/plans/2024", "clerk-edu").json()
    assert [(one["warning"]["code"], one["how"]) for one in plan["answers"]] == [
        ("department-without-item", "accepted"),
        ("scope-matches-few", "accepted"),
    ]
    assert {one["row"] for one in plan["unanswered"]} == {"联2"}
    (change,) = plan["changes"]
    assert (change["row"], change["field"], change["old"]) == ("联2", "", None)
    answer = office.act("reviewer1", replace(story.review_plan(_now(office))))
    assert (answer.status_code, answer.json()["code"]) == (422, "warnings-unanswered")


def _now(office: Service) -> story.Story:
    return story.Story(history=office.parts.writer.history())


def test_the_standards_are_read_with_the_source_of_each_floor(office: Service) -> None:
    """As the seed says it."""
    shown = office.get("/plan-standards", "reviewer1").json()
    (floor,) = shown["floors"]
    assert (floor["ratio"], shown["min_entities"], shown["set_by"]) == ([5, 100], 5, "clerk-market")
    assert "不低于5%" in floor["source"]


def test_training_and_publicity_are_listed_and_counted_by_year(office: Service) -> None:
    """Only what a second person confirmed counts, and nothing that was withdrawn."""
    sessions = office.get("/training", "clerk-edu", year="2024", officer="E2").json()["entries"]
    assert [(one["id"], one["status"]) for one in sessions] == [("t1", "confirmed")]
    assert office.get("/training/years", "clerk-edu").json()["entries"] == [
        {"year": "2024", "department": "edu", "sessions": 1, "attendances": 2, "officers": 2}
    ]
    assert len(office.get("/publicity", "clerk-edu").json()["entries"]) == 2
    assert [one["id"] for one in office.get("/public/publicity").json()["entries"]] == ["p1"]
    assert office.get("/publicity/years", "clerk-edu").json()["entries"] == [
        {"year": "2024", "department": "edu", "channel": "on-site", "records": 1}
    ]
    assert office.get("/public/publicity", year="2023").json()["entries"] == []


def test_a_ledger_without_standards_says_so(county: Service) -> None:
    """It was opened before there were any."""
    answer = county.get("/plan-standards", "clerk-edu")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-standards")


def test_a_scheme_is_public_once_it_is_published_and_every_version_stays(office: Service) -> None:
    """Drafts show to staff alone; a second publication leaves the first readable."""
    told = HttpStory(office, "2024-01-05T01:00:00.000Z")
    assert office.get(f"/public/schemes/{NUMBER}").json()["code"] == "unknown-scheme"
    for goal, version in (("示例：规范办学", 1), ("示例：另一目标", 4)):
        told.act(*CLERK, _scheme(goal))
        review = ReviewScheme(plan_number=NUMBER, version=version, approve=True, remark="")
        told.act("reviewer1", "reviewer", review)
        told.act(*CLERK, PublishScheme(plan_number=NUMBER))
    told.act(*CLERK, _scheme("示例：草稿"))
    public = office.get(f"/public/schemes/{NUMBER}").json()
    goals = [one["content"]["scheme"]["goals"] for one in public["publications"]]
    assert goals == [["示例：规范办学"], ["示例：另一目标"]]
    assert (public["revision"], public["content"]["scheme"]["goals"]) == (2, ["示例：另一目标"])
    shown = office.get(f"/schemes/{NUMBER}", "reviewer1").json()
    assert shown["newest"]["scheme"]["goals"] == ["示例：草稿"]
    assert office.get("/schemes/联9", "reviewer1").status_code == 404


def _scheme(goal: str) -> DraftScheme:
    scheme = Scheme(
        goals=(goal,),
        organisation=tuple(
            Duty(department=each, duty="示例分工") for each in ("edu", "market", "labour")
        ),
        steps=(SchemeStep(name="实施", first="2024-06-01", last="2024-08-31", work="示例"),),
        requirements=("示例：两人以上",),
        contacts=(Contact(department="edu", post="示例岗"),),
    )
    return DraftScheme(
        plan_number=NUMBER, title="示例方案", document_number="示例〔2024〕2号", scheme=scheme
    )
