"""Slips over HTTP: everybody finds the own ticket, and what the service says of it can be checked without the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.draw_commands import ApproveVoid, PrepareDraw, RequestVoid
from domain.lottery.slip import verify_slip
from domain.registry_commands import ConfirmChange, ExemptEntity
from tests import story
from tests.projections.recording import record
from tests.serving import serving
from tests.story import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Service

TASK = "联2024026"
DRAW = f"{TASK}.entities.1"


def slip_of(service: Service, entity: str, draw: str = DRAW) -> dict[str, Any]:
    """The slip of an entity, which holds under the commitment of the draw."""
    answer = service.get(f"/public/draws/{draw}/entities/{entity}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    slip = {name: value for name, value in told.items() if name != "name"}
    verify_slip(slip, service.get(f"/public/draws/{draw}").json()["commitment"])
    return told


def test_everybody_of_the_pool_has_a_slip_that_agrees_with_the_list(county: Service) -> None:
    """Drawn exactly where the published list says so, with the name of the registry, and each slip holds."""
    path = f"/public/draws/{DRAW}/members"
    drawn = {one["entity"] for one in county.get(path).json()["entries"]}
    pool = county.get(path, part="pool").json()["entries"]
    for number, one in enumerate(pool):
        slip = slip_of(county, one["entity"])
        assert (slip["status"] == "drawn") == (one["entity"] in drawn)
        assert (slip["index"], slip["size"], slip["name"]) == (number, len(pool), one["name"])


def test_who_is_in_no_list_is_told_so_with_proof(county: Service) -> None:
    """Also what is no identifier at all."""
    for entity in (story.entity_id(0), story.entity_id(99), "没有这样的编号"):
        slip = slip_of(county, entity)
        assert (slip["status"], slip["name"], slip["ticket"]) == ("absent", None, None)


def test_an_excluded_entity_is_told_the_decision(database: str, tmp_path: Path) -> None:
    """And the public page says it in words. A draw that was voided before it was computed still shows where one stood."""
    told = story.with_task()
    exempt = ExemptEntity(
        id=story.entity_id(3), decision="示例〔2024〕8号", valid_from="2024-01-01", valid_to="2024-12-31"
    )  # fmt: skip
    told.act("registrar1", "registrar", exempt)
    told.act("registrar2", "registrar", ConfirmChange(registry="entity", id=exempt.id, version=3))
    story.commit_draw(told, "entities")
    told.act("operator", "draw_operator", RequestVoid(draw_id=DRAW, reason="示例：有误"))
    told.act("approver1", "approver", ApproveVoid(draw_id=DRAW, version=NOW))
    prepare = PrepareDraw(
        draw_id=f"{TASK}.entities.2",
        task=TASK,
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    told.act("operator", "draw_operator", prepare)
    with serving(database, tmp_path) as service:
        record(service.parts.ledger, told)
        slip = slip_of(service, exempt.id)
        assert (slip["status"], slip["reason"]) == (
            "excluded",
            "exempted-by-decision:示例〔2024〕8号",
        )
        page = service.get(f"/public/draws/{DRAW}/slip", entity="1300000003").text
        assert "依决定免予抽查：示例〔2024〕8号" in page
        assert slip_of(service, story.entity_id(4))["status"] == "in-pool"
        early = service.get(f"/public/draws/{prepare.draw_id}/entities/{exempt.id}")
        assert (early.status_code, early.json()["code"]) == (404, "unknown-proof")


@pytest.mark.parametrize("draw", ["联2024026.officers.1", "x"])
def test_only_a_draw_of_entities_has_slips(county: Service, draw: str) -> None:
    """Officers are drawn by another rule."""
    json_, page = f"/public/draws/{draw}/entities/school:1300000001", f"/public/draws/{draw}/slip"
    for answer in (county.get(json_), county.get(page, entity="1300000001")):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-draw")


TYPED = ["1300000001", " school:1300000001 ", "school：1300000001", "１３００ 0000-01", "SCHOOL:1300000001"]  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_a_number_is_found_as_people_type_it(county: Service, typed: str) -> None:
    """Without its scheme, in full width, with spaces: the page shows the one form."""
    page = county.get(f"/public/draws/{DRAW}/slip", entity=typed)
    assert page.status_code == 200
    assert "<h1>示例培训机构1</h1>" in page.text


def test_nothing_typed_is_refused(county: Service) -> None:
    """The form asks for it; whoever leaves it out of the address is told."""
    for query in ({}, {"entity": ""}, {"entity": "a\x00b"}):
        answer = county.get(f"/public/draws/{DRAW}/slip", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
