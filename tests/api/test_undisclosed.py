"""A list that is not disclosed is shown to nobody but those who draw or watch over the draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.draw_commands import DiscloseDraw, DrawCommand
from domain.inspection_commands import CheckIn
from tests import story

if TYPE_CHECKING:
    from tests.serving import Service

ENTITIES, OFFICERS = "联2024026.entities.1", "联2024026.officers.1"
OUTSIDERS = ("clerk-edu", "reviewer1", "registrar1", "E1", "witness1", "admin")


def disclose(told: Any, draw_id: str) -> None:  # noqa: ANN401 - a story
    """Make list and proof public."""
    command: DrawCommand = DiscloseDraw(draw_id=draw_id)
    told.act("operator", "draw_operator", command)


def codes(service: Service, path: str) -> set[str]:
    """What outsiders are told."""
    return {service.get(path, who).json().get("code") for who in OUTSIDERS}


def test_an_undisclosed_list_is_not_shown(service: Service) -> None:
    """From the commitment to the disclosure: the commitment is public, everything that follows from it is not."""
    told = story.with_task()
    assert service.get(f"/public/draws/{ENTITIES}").json()["code"] == "unknown-draw"
    story.commit_draw(told, "entities")
    public = service.get(f"/public/draws/{ENTITIES}").json()
    assert (public["status"], public["commitment"]["draw_id"]) == ("committed", ENTITIES)
    early = service.get(f"/draws/{ENTITIES}/bundle", "operator").json()
    assert early["code"] == "unknown-proof"
    story.reveal_draw(told, ENTITIES)
    for part in ("members", "bundle"):
        assert codes(service, f"/draws/{ENTITIES}/{part}") == {"draw-not-disclosed"}
        for insider in ("operator", "discipline1"):
            assert service.get(f"/draws/{ENTITIES}/{part}", insider).status_code == 200
        assert service.get(f"/public/draws/{ENTITIES}/{part}").json()["code"] == "unknown-proof"
    assert service.get(f"/public/draws/{ENTITIES}").json()["drawn"] is None
    disclose(told, ENTITIES)
    assert codes(service, f"/draws/{ENTITIES}/members") == {None}
    assert service.get(f"/public/draws/{ENTITIES}/bundle").status_code == 200


def test_inspections_do_not_exist_before_the_officers_draw_is_disclosed(service: Service) -> None:
    """For nobody: not in lists, not by their number, and no act reaches them."""
    told = story.with_task()
    for stage in ("entities", "officers"):
        story.reveal_draw(told, story.commit_draw(told, stage))
    entity = service.get(f"/draws/{ENTITIES}/members", "operator", part="drawn").json()["entries"][
        0
    ]
    hidden = f"联2024026:{entity['entity']}"
    for who in ("clerk-edu", "operator", "discipline1", "E1"):
        page = service.get("/inspections", who, limit=1).json()
        assert page == {"entries": [], "next_cursor": None}
        assert service.get(f"/inspections/{hidden}", who).json()["code"] == "unknown-inspection"
    early = service.act("E1", CheckIn(inspection=hidden)).json()
    assert early["code"] == "unknown-inspection"
    assert service.get("/public/tasks/联2024026").json()["inspections"] == 0
    disclose(told, ENTITIES)
    disclose(told, OFFICERS)
    officer = service.get(f"/inspections/{hidden}", "operator").json()["officers"][0]
    assert service.get(f"/inspections/{hidden}", officer).json()["id"] == hidden
    stranger = next(who for who in ("E1", "E2", "E3") if who != officer)
    assert service.get(f"/inspections/{hidden}", stranger).json()["code"] == "unknown-inspection"
