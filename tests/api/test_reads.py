"""What staff read: pages, the past, what waits, and personal fields for those whose work it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from api.parts import enter_first_administrator
from domain.organisation import AddDepartment, AddStaff
from domain.personnel_commands import DeclareRecusal
from domain.registry_commands import AddEntity, ConfirmChange, Suspend
from domain.tiled_tree import TiledTree
from ledger.note import Checkpoint, Note
from projections.schema import MOVE, lock
from tests import story
from tests.serving import Service, serving

if TYPE_CHECKING:
    from pathlib import Path

    from domain.tiles import Tile


def all_pages(service: Service, path: str, who: str | None, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any query
    """Go through a list page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = service.get(path, who, **query, **cursor).json()
        found += page["entries"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("limit", [1, 5, 24, 200])
def test_pages_together_are_the_whole_list(county: Service, limit: int) -> None:
    """Whatever the size of a page, each entry stands in one of them."""
    ids = [one["id"] for one in all_pages(county, "/registries/entities", "clerk-edu", limit=limit)]
    assert ids == [story.entity_id(number) for number in range(1, 25)]


def test_a_registry_can_be_read_as_it_was(service: Service) -> None:
    """As of the leaves before a suspension the entity was active; the answer says which leaves it tells."""
    told = story.Story(now="2024-01-05T01:00:00.000Z")
    story.add_entity(told, 1)
    size, id_ = service.parts.ledger.size(), story.entity_id(1)
    service.act("registrar1", Suspend(registry="entity", id=id_, reason="示例：停办"))
    service.act("registrar2", ConfirmChange(registry="entity", id=id_, version=3))
    now = service.get(f"/registries/entities/{id_}", "clerk-edu").json()
    then = service.get(f"/registries/entities/{id_}", "clerk-edu", as_of=size).json()
    assert (now["suspended"], then["suspended"], then["as_of"]) == (True, False, size)
    assert (len(now["steps"]), len(then["steps"])) == (4, 2)
    listed = service.get("/registries/entities", "clerk-edu", as_of=size).json()
    assert [one["active"] for one in listed["entries"]] == [True]
    later = service.get("/registries/entities", "clerk-edu", as_of=10**6)
    assert (later.status_code, later.json()["code"]) == (422, "position-unknown")


def test_a_second_person_finds_what_waits_and_confirms_it_in_one_batch(service: Service) -> None:
    """`pending` lists proposals with the version that a confirmation names."""
    for number in (1, 2, 3):
        details = story.details_of(number)
        id_ = story.entity_id(number)
        add = AddEntity(id=id_, details=details, source="示例", override_reason=None, personal={})
        service.act("registrar1", add)
    waiting = service.get("/registries/entities", "registrar2", pending="true").json()["entries"]
    acts = [
        {
            "act": "registry.confirm",
            **asdict(
                ConfirmChange(registry="entity", id=one["id"], version=one["pending"]["version"])
            ),
        }
        for one in waiting
    ]
    answer = service.http.post(
        "/batches", json={"acts": acts}, headers=service.as_("registrar2")
    ).json()
    assert len(answer["events"]) == 3
    again = service.get("/registries/entities", "registrar2", pending="true").json()
    assert again["entries"] == []


def test_why_an_officer_is_recused_is_not_for_the_registrar(service: Service) -> None:
    """Kinship is told to the discipline office, and to the officer who declared it."""
    told = story.with_registries(range(1, 2))
    recusal = DeclareRecusal(id="E1", entity=story.entity_id(1), reason="示例：亲属")
    told.act("E1", "officer", recusal)
    shown = {
        who: service.get("/registries/officers/E1", who).json()["personal"].get("reason")
        for who in ("registrar1", "discipline1", "E1")
    }
    assert shown == {"registrar1": None, "discipline1": "示例：亲属", "E1": "示例：亲属"}


def test_personal_fields_are_for_those_whose_work_it_is(county: Service) -> None:
    """The registrar, the discipline office and the person themself; a colleague sees the rest."""
    seen = {
        who: "personal" in county.get("/registries/officers/E1", who).json()
        for who in ("registrar1", "discipline1", "E1", "E2", "clerk-edu", "admin")
    }
    assert seen == {
        "registrar1": True,
        "discipline1": True,
        "E1": True,
        "E2": False,
        "clerk-edu": False,
        "admin": False,
    }
    own = county.get("/registries/officers/E1", "E1").json()["personal"]
    assert own == {"name": "示例"}
    staff = "/registries/staff/clerk-edu"
    assert "personal" in county.get(staff, "admin").json()
    assert "personal" not in county.get(staff, "registrar1").json()
    assert '示例"' not in county.get("/registries/officers", "registrar1").text


def test_officers_see_their_own_inspections_and_clerks_all(county: Service) -> None:
    """`officer=me` narrows for everybody; a registrar has no business there."""
    everything = all_pages(county, "/inspections", "clerk-edu", limit=2)
    mine = all_pages(county, "/inspections", "E1", limit=2)
    assert [one["id"] for one in mine] == [
        one["id"] for one in everything if "E1" in one["officers"]
    ]
    assert county.get("/inspections", "clerk-edu", officer="me").json()["entries"] == []
    assert county.get("/inspections", "registrar1").json()["code"] == "role-not-allowed"
    other = next(one["id"] for one in everything if "E1" not in one["officers"])
    assert county.get(f"/inspections/{other}", "E1").json()["code"] == "unknown-inspection"
    assert county.get(f"/inspections/{other}", "clerk-edu").json()["steps"][0]["version"] == 1
    published = county.get("/inspections", "clerk-edu", status="published").json()["entries"]
    assert len(published) == 1


def test_a_task_tells_its_progress_and_its_whole_family_of_draws(county: Service) -> None:
    """For staff, and for the public without the names of who could be drawn."""
    task = county.get("/tasks/联2024026", "clerk-edu").json()
    assert (task["published"], len(task["draws"]), task["confirmed"]) == (1, 2, True)
    assert task["drawn"] == task["inspections"]
    assert [one["id"] for one in county.get("/tasks", "clerk-edu", year=2024).json()["entries"]]
    public = county.get("/public/tasks/联2024026").json()
    assert [one["officers"] for one in public["confirmations"]] == [None] * 3
    assert county.get("/public/tasks").json()["entries"][0]["id"] == "联2024026"
    assert county.get("/plans/2024", "clerk-edu").json()["status"] == "published"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/plans/1999", "unknown-plan"),
        ("/tasks/x", "unknown-task"),
        ("/draws/x", "unknown-draw"),
        ("/draws/x/members", "unknown-draw"),
        ("/inspections/x", "unknown-inspection"),
        ("/registries/entities/x", "unknown-entry"),
        ("/public/plans/1999", "unknown-plan"),
        ("/public/tasks/x", "unknown-task"),
        ("/public/draws/x", "unknown-draw"),
        ("/public/draws/x/bundle", "unknown-proof"),
        ("/public/draws/x/members", "unknown-proof"),
        ("/public/results/x", "unknown-result"),
        ("/problems/x", "unknown-problem"),
        ("/problems/..%2F..%2FREADME", "not-found"),
        ("/nowhere", "not-found"),
    ],
)
def test_what_is_not_there_has_its_own_code(county: Service, path: str, code: str) -> None:
    """404, and a page that explains the code."""
    answer = county.get(path, "clerk-edu")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.headers["content-type"] == "application/problem+json"
    page = county.get(answer.json()["type"])
    assert page.text.startswith(f"# {code}\n")
    assert answer.json()["title"].partition(" / ")[2]


@pytest.mark.parametrize(
    "path", ["/whoami", "/registries/staff", "/plans/2024", "/tasks", "/draws/x", "/inspections"]
)
def test_nothing_of_the_staff_is_read_without_a_token(county: Service, path: str) -> None:
    """401 for nobody."""
    answer = county.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "login-required")


def test_a_filter_that_a_registry_does_not_have_is_refused(county: Service) -> None:
    """Departments have nothing that waits."""
    answer = county.get("/registries/departments", "clerk-edu", pending="true")
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


def test_the_checkpoint_is_the_newest_that_was_published(service: Service) -> None:
    """Asking for it signs nothing; it may be kept for a moment only."""
    first = service.get("/checkpoint")
    assert first.headers["cache-control"] == "public, max-age=2"
    assert first.headers["content-type"] == "text/plain; charset=utf-8"
    story.add_entity(story.Story(now="2024-01-05T01:00:00.000Z"), 1)
    assert service.get("/checkpoint").text == first.text
    published = service.parts.ledger.publish_checkpoint()
    assert published != first.text
    assert service.get("/checkpoint").text == published
    assert published.splitlines()[1] == str(service.parts.ledger.size())


def test_tiles_lead_to_the_checkpoint_and_may_be_kept_for_ever(service: Service) -> None:
    """Anybody computes the signed head from them; what is not there yet is a problem that nobody keeps."""
    story.add_entity(story.Story(now="2024-01-05T01:00:00.000Z"), 1)
    head = Checkpoint.parse(Note.parse(service.parts.ledger.publish_checkpoint()).text)

    def fetch(tile: Tile) -> bytes:
        answer = service.get(f"/tile/{tile}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        return answer.content

    assert TiledTree(head.size, fetch).root() == head.root
    wrong = (
        f"0/000.p/{head.size + 1}",
        "0/000",
        "1/000.p/1",
        "0/0",
        "entries/000",
        "0/000.p/00",
        "x/y",
    )
    for path in wrong:
        answer = service.get(f"/tile/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-tile"), path
        assert answer.headers["cache-control"] == "no-store"


def test_the_service_says_whether_it_is_ready(county: Service) -> None:
    """Leaves in the ledger, leaves in the tables, and the way between."""
    ready = county.get("/readyz").json()
    assert (ready["ready"], ready["lag"]) == (True, 0)


def test_a_read_that_waits_too_long_is_told_so(database: str, tmp_path: Path) -> None:
    """While somebody holds the tables still, what was just written cannot be read: 503, and soon after it can."""
    with serving(database, tmp_path, read_wait_seconds=0.2) as service:
        department = AddDepartment(id="edu", name="示例教育局", collates=False)
        staff = AddStaff(id="admin", department="edu", roles=("administrator",), personal={})
        enter_first_administrator(service.parts, department, staff)
        assert service.get("/whoami", "admin").status_code == 200
        with psycopg.connect(service.parts.dsn) as connection:
            lock(connection, MOVE)
            other = AddDepartment(id="sports", name="示例文体局", collates=False)
            service.act("admin", other)
            behind = service.get("/registries/departments/sports", "admin")
            assert (behind.status_code, behind.json()["code"]) == (503, "projection-behind")
        assert service.get("/registries/departments/sports", "admin").status_code == 200
