"""Evidence over HTTP: taken in by what its bytes are, known by its hash, and handed to nobody else."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from domain.inspection_commands import CheckIn, CheckOut, ConfirmResult, PublishResult, ReviewResult
from domain.inspection_state import Inspection
from domain.visit_commands import Acknowledge
from ledger.evidence import EvidenceFolder
from tests import story
from tests.serving import HttpStory, Service, fresh_database, serving
from tests.story import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

PNG = b"\x89PNG\r\n\x1a\n" + b"a made-up picture"
LIMIT = 4096


@pytest.fixture(scope="module")
def visited(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one visit at which an officer has checked in."""
    home = tmp_path_factory.mktemp("evidence")
    with (
        fresh_database(server) as dsn,
        serving(dsn, home, evidence_max_bytes=LIMIT) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(story, "Story", partial(HttpStory, running))
        told = story.with_inspections()
        told.now = "2024-06-20T02:00:00.000Z"
        visit = told.history.all(Inspection)[0]
        story.declare(told, visit.id, visit.officers)
        told.act(visit.officers[0], "officer", CheckIn(inspection=visit.id))
        yield running


def first(service: Service) -> Inspection:
    """The visit, as it stands."""
    return service.parts.writer.history().all(Inspection)[0]


def upload(service: Service, content: bytes, who: str = "", **fields: str) -> httpx.Response:
    """Attach a file as its first officer, or somebody else."""
    state = first(service)
    return service.http.post(
        f"/inspections/{state.id}/evidence",
        files={"file": ("../../示例.sh", content)},
        data=fields,
        headers=service.as_(who or state.officers[0]),
    )


def fetch(service: Service, digest: str, who: str) -> httpx.Response:
    """Read a file back."""
    return service.get(f"/inspections/{first(service).id}/evidence/{digest}", who)


def attached(service: Service, content: bytes) -> str:
    """The hash of a file that was taken in."""
    answer = upload(service, content)
    assert answer.status_code == 200, answer.text
    digest: str = answer.json()["sha256"]
    return digest


def test_a_file_is_kept_under_the_hash_of_its_bytes_and_comes_back_as_it_was(
    visited: Service,
) -> None:
    """Whatever it was called; it can be changed by nobody and run by nobody, and is never shown in our name."""
    answer = upload(visited, PNG, item="I-EDU", caption="示例：大门")
    assert answer.status_code == 200, answer.text
    digest = sha256(PNG).hexdigest()
    taken = answer.json()
    assert (taken["sha256"], taken["size"], taken["media_type"]) == (digest, len(PNG), "image/png")
    place = visited.parts.settings.evidence / digest[:2] / digest
    assert place.stat().st_mode & 0o777 == 0o400
    assert [one.name for one in visited.parts.settings.evidence.iterdir()] == [digest[:2]]
    back = fetch(visited, digest, "clerk-edu")
    assert back.content == PNG
    assert back.headers["content-type"] == "image/png"
    assert back.headers["content-disposition"].startswith("attachment")
    assert back.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in back.headers["content-security-policy"]
    assert upload(visited, PNG).json()["code"] == "evidence-attached"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence-type-refused"),
        (b"<html><script>alert(1)</script>", "evidence-type-refused"),
        (b"\x7fELF" + PNG, "evidence-type-refused"),
        (b"\x00\x00\x00\x18ftypqt  ", "evidence-type-refused"),
        (PNG + b"x" * LIMIT, "evidence-too-large"),
    ],
)
def test_what_is_no_picture_document_or_recording_is_not_taken(
    visited: Service, content: bytes, code: str
) -> None:
    """By its bytes, not by its name; and nothing of it stays behind."""
    answer = upload(visited, content)
    assert answer.json()["code"] == code
    assert answer.status_code in {413, 415}
    assert not list(visited.parts.settings.evidence.glob(".incoming-*"))


def test_a_file_of_exactly_the_limit_is_taken(visited: Service) -> None:
    """A recording too."""
    sound = b"\x00\x00\x00\x18ftypM4A "
    assert upload(visited, sound + b"x" * (LIMIT - len(sound))).json()["media_type"] == "audio/mp4"


def test_only_officers_who_are_there_attach_and_only_staff_who_may_see_the_visit_read(
    visited: Service,
) -> None:
    """For everybody else there is no such visit."""
    digest = attached(visited, PNG + b"1")
    state = first(visited)
    stranger = next(who for who in ("E1", "E2", "E3") if who not in state.officers)
    assert upload(visited, PNG + b"2", state.officers[1]).json()["code"] == "too-few-officers"
    assert upload(visited, PNG + b"2", stranger).json()["code"] == "unknown-inspection"
    assert upload(visited, PNG + b"2", "clerk-edu").json()["code"] == "wrong-stage"
    assert upload(visited, PNG + b"2", "clerk-labour").json()["code"] == "other-department"
    assert upload(visited, PNG + b"2", "registrar1").json()["code"] == "role-not-allowed"
    assert fetch(visited, digest, stranger).json()["code"] == "unknown-inspection"
    assert fetch(visited, digest, "registrar1").json()["code"] == "role-not-allowed"
    assert fetch(visited, "ab" * 32, "clerk-edu").json()["code"] == "unknown-evidence"
    assert visited.http.get(f"/inspections/{state.id}/evidence/{digest}").status_code == 401
    for field, code in (("item", "items-incomplete"), ("taken_at", "time-invalid")):
        assert upload(visited, PNG + b"3", **{field: "示例"}).json()["code"] == code


def test_a_file_that_was_changed_or_lost_is_not_handed_out(visited: Service) -> None:
    """The service says which of the two it is, and serves no byte of it."""
    digest = attached(visited, PNG + b"4")
    place = visited.parts.settings.evidence / digest[:2] / digest
    place.chmod(0o600)
    place.write_bytes(PNG + b"5")
    assert fetch(visited, digest, "clerk-edu").json()["code"] == "evidence-damaged"
    place.unlink()
    assert fetch(visited, digest, "clerk-edu").json()["code"] == "evidence-missing"


def test_the_words_of_the_visit_are_for_its_officers_reviewers_and_the_discipline_office(
    visited: Service,
) -> None:
    """They are sealed, and in no event."""
    state = first(visited)
    said = Acknowledge(inspection=state.id, answer="objected", statement="示例：张三称台账已补")
    assert visited.act(state.officers[0], said).status_code == 200
    address = f"/inspections/{state.id}/statements"
    for who in (state.officers[1], "reviewer1", "discipline1"):
        told = visited.get(address, who).json()["entries"]
        assert told[-1]["text"] == "示例：张三称台账已补"
    assert visited.get(address, "clerk-edu").json()["code"] == "role-not-allowed"
    stored = b"".join(entry.state for entry in visited.parts.ledger.read(0))
    assert "张三".encode() not in stored


def test_what_a_reviewer_opens_is_recorded_with_the_time_until_they_decide(
    visited: Service,
) -> None:
    """The result by reading it, a file by fetching it; a clerk's look is none, and neither is one after the decision."""
    digest = attached(visited, PNG + b"6")
    state = first(visited)
    id_, (one, other) = state.id, state.officers
    for who, command in (
        (other, CheckIn(inspection=id_)),
        (one, CheckOut(inspection=id_)),
        (other, CheckOut(inspection=id_)),
        (one, story.clean_result(id_)),
        (other, ConfirmResult(inspection=id_, version=NOW)),
    ):
        assert visited.act(who, command).status_code == 200
    for who in ("clerk-edu", "reviewer1", "reviewer1"):
        assert visited.get(f"/inspections/{id_}", who).status_code == 200
        assert fetch(visited, digest, who).status_code == 200
    visited.clock.write_text("2024-06-20T02:30:00.000Z", encoding="utf-8")
    review = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    assert visited.act("reviewer1", review).status_code == 200
    assert visited.act("clerk-edu", PublishResult(inspection=id_)).status_code == 200
    shown = visited.get(f"/inspections/{id_}", "reviewer1").json()
    assert visited.parts.writer.history().version(f"review/{id_}") == 2
    assert shown["reviews"] == [
        {
            "by": "reviewer1",
            "approved": True,
            "opened_at": "2024-06-20T02:00:00.000Z",
            "decided_at": "2024-06-20T02:30:00.000Z",
            "files": [digest],
        }
    ]
    (edition,) = visited.get(f"/public/results/{id_}/editions").json()["entries"]
    assert (edition["edition"], edition["changes"], edition["reason"]) == (1, [], None)
    public = json.dumps(visited.get(f"/public/results/{id_}").json())
    assert digest not in public


def test_the_folder_says_what_it_has(visited: Service) -> None:
    """By hashes, for whoever compares it with the ledger; one that was never made has nothing."""
    digest = sha256(PNG).hexdigest()
    assert digest in visited.parts.evidence.names()
    assert EvidenceFolder(visited.parts.settings.home / "nowhere", 1).names() == set()
