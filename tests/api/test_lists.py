"""The item list by day, coverage, batches with their preview, comparisons, and stories, over HTTP."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from domain.batches import ConfirmBatch, Proposal, UndoBatch
from domain.entity_records import RateCredit, RecordLicence
from domain.item_versions import ReviewItemProposal, ReviseItem, WithdrawItem
from domain.items import AddItem, Item
from domain.reconciliation import DecideDifference, Listed, OpenReconciliation
from domain.registry_commands import ChangeEntity, Suspend
from tests import story
from tests.serving import HttpStory, Service, fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTRAR, CLERK = ("registrar1", "registrar"), ("clerk-edu", "clerk")
ONE, TWO = story.entity_id(1), story.entity_id(2)
DOCUMENT = "ab" * 32


@pytest.fixture(scope="module")
def office(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A task whose visits have been drawn, one of them published; meanwhile lists and registries were kept."""
    home = tmp_path_factory.mktemp("lists")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(story, "Story", partial(HttpStory, running))
            told = story.with_inspections()
            told.now = "2024-06-20T02:00:00.000Z"
            first = running.get("/inspections", "clerk-edu").json()["entries"][0]
            story.publish(told, first["id"], tuple(first["officers"]))
            _items(told)
            _batch(told)
        yield running


def _items(told: story.Story) -> None:
    """One item is revised as of July, the other withdrawn as of September; a third is nobody's."""
    held = told.history.get(Item, "I-EDU")
    assert held is not None
    details = replace(held.details, name="示例新名称")
    told.act(*CLERK, AddItem(code="I-NONE", details=details, source="示例清单"))
    revise = ReviseItem(code="I-EDU", details=details, valid_from="2024-07-01", reason="示例：修订")
    withdraw = WithdrawItem(code="I-MARKET", on="2024-09-01", reason="示例：废止")
    told.act(*CLERK, revise)
    told.act("clerk-market", "clerk", withdraw)
    for code in ("I-EDU", "I-MARKET"):
        version = told.history.version(f"item/{code}")
        judged = ReviewItemProposal(code=code, version=version, approve=True, remark="")
        told.act("reviewer1", "reviewer", judged)


def _batch(told: story.Story) -> None:
    rating = RateCredit(id=ONE, credit_class="D", on="2024-06-01", source="示例", document=DOCUMENT)
    licence = RecordLicence(
        id=TWO,
        kind="办学许可证",
        number="示例1",
        issuer="示例局",
        valid_from="2022-01-01",
        expires="2024-06-30",
    )
    told.act(*REGISTRAR, rating)
    told.now = "2024-06-21T02:00:00.000Z"
    told.act(*REGISTRAR, licence)


def entries(answer: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - an answer
    """What a list holds."""
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def test_the_public_list_of_a_day_shows_the_versions_that_held(office: Service) -> None:
    """A withdrawn item is gone from its day on, and nothing is on the list before it was published."""

    def listed(day: str) -> list[tuple[str, int, str]]:
        rows = entries(office.get("/public/items", on=day))
        return [(row["code"], row["number"], row["name"]) for row in rows]

    assert listed("2024-01-04") == []
    market = ("I-MARKET", 1, "示例事项I-MARKET")
    assert listed("2024-06-30") == [("I-EDU", 1, "示例事项I-EDU"), market]
    assert listed("2024-08-31") == [("I-EDU", 2, "示例新名称"), market]
    assert listed("2024-09-01") == [("I-EDU", 2, "示例新名称")]
    wrong = office.get("/public/items", on="2024-02-30")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "date-invalid")


def test_a_task_says_with_which_versions_it_was_made(office: Service) -> None:
    """Its visits keep them, whatever the list says since."""
    rows = entries(office.get("/tasks/联2024026/items", "clerk-edu"))
    assert [(row["code"], row["number"]) for row in rows] == [("I-EDU", 1), ("I-MARKET", 1)]


def test_coverage_names_items_that_nobody_claimed_or_checked(office: Service) -> None:
    """A published check counts for a year."""

    def codes(day: str, part: str) -> list[str]:
        found = office.get("/coverage/items", "clerk-edu", on=day).json()
        return [row["code"] for row in found[part]]

    assert codes("2024-06-20", "unclaimed") == ["I-NONE"]
    assert codes("2024-06-19", "unchecked") == ["I-EDU", "I-MARKET"]
    assert codes("2024-06-20", "unchecked") == []
    assert codes("2025-06-19", "unchecked") == []
    assert codes("2025-06-20", "unchecked") == ["I-EDU"]


def test_a_batch_is_tried_confirmed_in_one_act_and_taken_back(office: Service) -> None:
    """What waits comes as the act takes it; the undoing names what changed since."""
    waits = office.get("/registries/proposals", "registrar2", registry="entity").json()
    proposals = tuple(Proposal(**one) for one in waits["proposals"])
    assert [(one.id, one.version) for one in proposals] == [(ONE, 3), (TWO, 3)]
    confirm = ConfirmBatch(id="b1", proposals=proposals)
    body = {"acts": [{"act": "registry.confirm-batch", **asdict(confirm)}]}
    size = office.parts.ledger.size()
    tried = office.http.post("/batches/preview", json=body, headers=office.as_("registrar2")).json()
    changed = {(one["stream"], one["field"]) for one in tried["acts"][0]["changes"]}
    assert changed == {
        (f"entity/{ONE}", "ratings"),
        (f"entity/{ONE}", "credit_class"),
        (f"entity/{TWO}", "licences"),
    }
    own = office.http.post("/batches/preview", json=body, headers=office.as_("registrar1")).json()
    assert (own["refused"], own["acts"][0]["refusal"]["code"]) == (1, "own-act")
    assert office.parts.ledger.size() == size
    assert office.act("registrar2", confirm).status_code == 200
    assert office.get(f"/registries/entities/{ONE}", "clerk-edu").json()["credit_class"] == "D"
    rest = Suspend(registry="entity", id=TWO, reason="示例：停办")
    assert office.act("registrar1", rest).status_code == 200
    assert (
        office.act("registrar1", UndoBatch(id="u1", batch="b1", reason="示例")).status_code == 200
    )
    undone = office.get("/batches/u1", "clerk-edu").json()
    assert (undone["status"], undone["undoes"]) == ("waiting", "b1")
    assert [one["id"] for one in undone["proposals"]] == [ONE]
    assert undone["left_out"] == [{"registry": "entity", "id": TWO, "why": "change-pending"}]
    assert [row["status"] for row in entries(office.get("/batches", "clerk-edu"))] == [
        "confirmed",
        "waiting",
    ]
    class_ = office.get(f"/registries/entities/{ONE}/credit", "clerk-edu", on="2024-05-31").json()
    assert (class_["credit_class"], [one["on"] for one in class_["ratings"]]) == (
        "B",
        ["2024-06-01"],
    )
    runs_out = entries(office.get("/registries/expiring", "clerk-edu", on="2024-06-30"))
    assert [(row["id"], row["kind"], row["expired"]) for row in runs_out] == [
        (TWO, "办学许可证", False)
    ]


def test_draws_are_not_tried(office: Service) -> None:
    """Nor is anything else whose outcome is nobody's to know."""
    body = {"acts": [{"act": "task.complete", "plan_number": "联2024026"}]}
    answer = office.http.post("/batches/preview", json=body, headers=office.as_("clerk-edu"))
    assert (answer.status_code, answer.json()["code"]) == (422, "preview-impossible")


def test_a_registry_is_read_as_of_the_end_of_a_day(office: Service) -> None:
    """The same as by the number of leaves that were there by then; both at once are refused."""
    path = f"/registries/entities/{TWO}"
    then, now = (
        office.get(path, "clerk-edu", on=day).json() for day in ("2024-06-20", "2024-06-21")
    )
    assert (then["pending"], now["pending"] is not None) == (None, True)
    assert office.get(path, "clerk-edu", as_of=then["as_of"]).json() == then
    before = office.get("/registries/entities", "clerk-edu", on="2024-01-04").json()
    assert before["entries"] == []
    both = office.get(path, "clerk-edu", on="2024-06-20", as_of=5)
    assert (both.status_code, both.json()["code"]) == (422, "request-invalid")


def test_a_comparison_is_open_until_each_difference_is_decided(office: Service) -> None:
    """Who is missing here and who is gone there, with the decision beside each."""
    everybody = tuple(Listed(id=story.entity_id(number), name="") for number in (*range(1, 24), 99))
    compare = OpenReconciliation(
        id="r1", registry="entity", kinds=(), source="示例", document=DOCUMENT, listed=everybody
    )
    assert office.act("registrar1", compare).status_code == 200
    found = office.get("/reconciliations/r1", "clerk-edu").json()
    assert [(one["id"], one["kind"]) for one in found["differences"]] == [
        (story.entity_id(24), "gone-there"),
        (story.entity_id(99), "missing-here"),
    ]
    for number in (24, 99):
        decide = DecideDifference(
            id="r1", entry=story.entity_id(number), decision="not-ours", reason="示例：外县"
        )
        assert office.act("registrar1", decide).status_code == 200
    row = entries(office.get("/reconciliations", "clerk-edu"))[-1]
    assert (row["listed"], row["found"], row["waiting"]) == (24, 2, 0)


def test_a_list_is_compared_from_its_file_and_one_with_a_bad_row_is_not(office: Service) -> None:
    """A row that cannot be read would look like somebody who is gone."""
    header = "学校标识码,名称,类型\n"
    rows = "".join(
        f"{1300000000 + number},示例培训机构{number},校外培训机构\n" for number in range(1, 24)
    )

    def compare(id_: str, text: str) -> Any:  # noqa: ANN401 - an answer
        return office.http.post(
            "/reconciliations",
            files={"file": ("名单.csv", text.encode())},
            data={"id": id_, "source": "示例县名单", "kind": ["校外培训机构"]},
            headers=office.as_("registrar1"),
        )

    bad = compare("f1", header + rows + "12,示例,校外培训机构\n")
    assert (bad.status_code, bad.json()["code"]) == (422, "import-rows-bad"), bad.text
    good = compare("f1", header + rows)
    assert good.status_code == 200, good.text
    found = office.get("/reconciliations/f1", "clerk-edu").json()
    assert [one["id"] for one in found["differences"] if one["kind"] == "gone-there"] == [
        story.entity_id(24)
    ]
    assert (found["kinds"], found["listed"]) == (["校外培训机构"], 23)


def test_the_story_of_an_entity_tells_draws_visits_and_results_with_their_leaves(
    office: Service,
) -> None:
    """A registrar reads no visits; whoever reads inspections does. Pages go on where the last one ended."""
    first = entries(office.get("/public/results"))[0]
    path = f"/registries/entities/{first['entity']}/story"
    told = entries(office.get(path, "clerk-edu"))
    leaves = [one["leaf"] for one in told]
    assert leaves == sorted(leaves)
    types = [one["type"] for one in told]
    assert {"entity.added.v1", "inspection.assigned.v1", "inspection.result_published.v1"} <= {
        *types
    }
    standings = [one["standing"] for one in told if "standing" in one]
    assert standings == ["pool", "drawn"]
    without = [one["type"] for one in entries(office.get(path, "registrar1"))]
    assert not any(type_.startswith("inspection.") for type_ in without)
    page = office.get(path, "clerk-edu", limit=3).json()
    rest = entries(office.get(path, "clerk-edu", after=page["next_after"]))
    assert page["entries"] + rest == told


def test_officers_read_their_own_story_and_nobody_elses(office: Service) -> None:
    """Those who plan and decide read everybody's."""
    officer = office.get("/inspections", "clerk-edu").json()["entries"][0]["officers"][0]
    own = entries(office.get(f"/registries/officers/{officer}/story", officer))
    assert {one["type"] for one in own} >= {"officer.added.v1", "inspection.assigned.v1"}
    other = "E1" if officer != "E1" else "E2"
    answer = office.get(f"/registries/officers/{other}/story", officer)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
    assert entries(office.get(f"/registries/officers/{other}/story", "registrar1"))


def test_a_change_of_an_entity_is_shown_with_old_and_new_value_before_it_is_asked_for(
    office: Service,
) -> None:
    """Field by field."""
    number = 12
    change = ChangeEntity(
        id=story.entity_id(number),
        details=story.details_of(number, area="示例乡"),
        reason="示例：迁址",
        personal={},
    )
    body = {"acts": [{"act": "entity.change", **asdict(change)}]}
    tried = office.http.post("/batches/preview", json=body, headers=office.as_("registrar1")).json()
    assert tried["acts"][0]["changes"] == [
        {
            "stream": f"entity/{story.entity_id(number)}",
            "field": "area",
            "old": "示例镇",
            "new": "示例乡",
        }
    ]
