"""The command line of a desk: what the service offers over HTTP can be done and read from a terminal, as oneself."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from domain.errors import DomainError
from domain.inspection_commands import CheckIn
from domain.inspection_state import Inspection
from domain.replacement_commands import ApproveReplacement, Declare
from mingqian.cli import app
from tests import story
from tests.story import NOW, plan_row, terms

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Service

TASK = "联2024026"
DRAW = f"{TASK}.replacement.1"
HELD = terms(disclosure="with-inspection")


class Terminal:
    """Runs commands as anybody against a service."""

    def __init__(self, service: Service, folder: Path, password: Path) -> None:
        self._service, self._folder, self._password = service, folder, password

    def run(self, who: str, *arguments: object) -> str:
        """Run a command as a person, and give its standard output."""
        self._service.as_(who)
        options = ["--url", str(self._service.http.base_url), "--as", who]
        options += ["--password-file", str(self._password)]
        result = CliRunner().invoke(app, [*map(str, arguments), *options])
        if isinstance(result.exception, DomainError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    def act(self, who: str, name: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
        """Do one thing."""
        body = self._folder / "body.json"
        body.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
        return json.loads(self.run(who, "act", name, body))

    def look(self, who: str, path: str) -> Any:  # noqa: ANN401 - JSON
        """Read something."""
        return json.loads(self.run(who, "look", path))


@pytest.fixture
def terminal(service: Service, tmp_path: Path, password: Path) -> Terminal:
    """The terminal of everybody."""
    return Terminal(service, tmp_path, password)


def test_a_substitute_for_a_secret_visit_is_drawn_from_terminals(
    service: Service, terminal: Terminal, tmp_path: Path
) -> None:
    """Prepared, witnessed, committed and opened; the witnesses see the commitment, which the public does not."""
    told = story.with_inspections(plan_row(entities_draw=HELD, officers_draw=HELD))
    inspection = told.history.all(Inspection)[0]
    leaving = inspection.officers[0]
    told.act(leaving, "officer", Declare(inspection=inspection.id, conflict=True, reason="示例"))
    approve = ApproveReplacement(inspection=inspection.id, officer=leaving, version=NOW)
    told.act("approver1", "approver", approve)
    terminal.act(
        "operator",
        "draw.prepare-replacement",
        draw_id=DRAW,
        seat={"inspection": inspection.id, "officer": leaving},
        witnesses=["witness1", "witness2"],
        lotteries=[],
    )
    numbers = {who: tmp_path / who for who in ("witness1", "witness2")}
    for who, number in numbers.items():
        assert CliRunner().invoke(app, ["witness", "new", str(number)]).exit_code == 0
        terminal.run(who, "witness", "hand-in", DRAW, number)
    for who, number in numbers.items():
        with pytest.raises(DomainError, match="draw-not-committed"):
            terminal.run(who, "witness", "open", DRAW, number)
    terminal.act("operator", "draw.commit", draw_id=DRAW)
    assert service.get(f"/public/draws/{DRAW}").json()["commitment"] is None
    for who, number in numbers.items():
        assert "已公开" in terminal.run(who, "witness", "open", DRAW, number)
    (own,) = [
        one
        for one in terminal.look("discipline1", f"/inspections?task={TASK}")["entries"]
        if one["id"] == inspection.id
    ]
    assert leaving not in own["officers"]
    substitute = next(one for one in own["officers"] if one not in inspection.officers)
    mine = terminal.look(substitute, "/inspections?officer=me")["entries"]
    assert inspection.id in [one["id"] for one in mine]


def test_an_act_with_the_same_key_is_recorded_once(terminal: Terminal, service: Service) -> None:
    """And answered again."""
    told = story.with_inspections()
    inspection = told.history.all(Inspection)[0]
    who, size = inspection.officers[0], service.parts.ledger.size()
    body = terminal._folder / "declare.json"
    fields = {"inspection": inspection.id, "conflict": False, "reason": ""}
    body.write_text(json.dumps(fields), encoding="utf-8")
    for _ in range(2):
        terminal.run(who, "act", "inspection.declare", body, "--idempotency-key", "once")
    assert service.parts.ledger.size() == size + 1


def test_a_file_is_attached_from_a_terminal(
    terminal: Terminal, service: Service, tmp_path: Path
) -> None:
    """And answered with its hash; one that is not there is refused before anything is sent."""
    told = story.with_inspections()
    inspection = told.history.all(Inspection)[0]
    who = inspection.officers[0]
    story.declare(told, inspection.id, (who,))
    told.act(who, "officer", CheckIn(inspection=inspection.id))
    photo = tmp_path / "示例.jpg"
    photo.write_bytes(b"\xff\xd8\xff made up")
    answer = json.loads(terminal.run(who, "attach", inspection.id, photo, "--item", "I-EDU"))
    assert answer["sha256"] == sha256(photo.read_bytes()).hexdigest()
    (file,) = terminal.look(who, f"/inspections/{inspection.id}")["evidence"]
    assert (file["item"], file["media_type"]) == ("I-EDU", "image/jpeg")
    assert service.parts.evidence.names() == {answer["sha256"]}
    with pytest.raises(DomainError, match="file-unreadable"):
        terminal.run(who, "attach", inspection.id, tmp_path / "nothing")


def test_what_is_no_object_or_no_path_is_refused_before_anything_is_sent(
    terminal: Terminal, tmp_path: Path
) -> None:
    """With the code of a malformed request."""
    story.opened()
    body = tmp_path / "list.json"
    body.write_text("[]", encoding="utf-8")
    with pytest.raises(DomainError, match="request-malformed"):
        terminal.run("admin", "act", "draw.commit", body)
    with pytest.raises(DomainError, match="request-malformed"):
        terminal.run("admin", "look", "inspections")


def test_what_is_wrong_with_a_body_is_said_with_its_place(terminal: Terminal) -> None:
    """As the service names it; without, nobody could put it right."""
    story.opened()
    with pytest.raises(DomainError) as raised:
        terminal.act("admin", "department.add", id="JW")
    assert raised.value.code == "request-invalid"
    assert "body.collates: " in raised.value.detail


def test_a_batch_is_tried_at_a_terminal_before_it_is_recorded(
    service: Service, terminal: Terminal, tmp_path: Path
) -> None:
    """The preview names each change and each refusal, and records nothing."""
    story.with_registries(range(1, 3))
    moved = {
        "act": "entity.change",
        "id": story.entity_id(1),
        "details": {**vars(story.details_of(1)), "area": "示例乡"},
        "reason": "示例：迁址",
        "personal": {},
    }
    rest = {"act": "registry.suspend", "registry": "entity", "reason": "示例：停办"}
    good, bad = ({**rest, "id": story.entity_id(number)} for number in (2, 9))
    body, size = tmp_path / "batch.json", service.parts.ledger.size()
    body.write_text(json.dumps({"acts": [moved, good, bad]}), encoding="utf-8")
    with pytest.raises(
        AssertionError, match=r"示例镇 → 示例乡(.|\n)*false → true(.|\n)*unknown-entry"
    ):
        terminal.run("registrar1", "batch", "preview", body)
    assert service.parts.ledger.size() == size
    body.write_text(json.dumps({"acts": [moved, good]}), encoding="utf-8")
    assert "拒绝 0 项" in terminal.run("registrar1", "batch", "preview", body)
    recorded = json.loads(terminal.run("registrar1", "batch", "record", body))
    assert [one["type"] for one in recorded["events"]] == [
        "entity.changed.v1",
        "registry.suspended.v1",
    ]
