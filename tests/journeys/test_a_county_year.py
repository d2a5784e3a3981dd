"""From registries to a published result, over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from domain import canonical
from tests import story

if TYPE_CHECKING:
    from tests.serving import Service


def test_from_registries_to_a_published_result(told_over_http: Service) -> None:
    """Items, registries, plan, task, both draws, visit, result: acted by those whose work it is, read by everybody."""
    service = told_over_http
    county = story.with_inspections()
    plan = service.get("/public/plans/2024").json()
    assert [row["number"] for row in plan["rows"]] == ["联2024026"]

    draws = service.get("/public/draws").json()["entries"]
    assert [(one["id"], one["status"]) for one in draws] == [
        ("联2024026.entities.1", "disclosed"),
        ("联2024026.officers.1", "disclosed"),
    ]
    proof = service.get("/public/draws/联2024026.entities.1/bundle")
    assert canonical.canon(canonical.parse(proof.content)) == proof.content
    drawn = service.get("/public/draws/联2024026.entities.1/members").json()["entries"]
    assert len(drawn) == draws[0]["drawn"] > 0

    visit = service.get("/inspections", "clerk-edu").json()["entries"][0]
    officers = tuple(visit["officers"])
    county.now = "2024-06-20T02:00:00.000Z"
    story.publish(county, visit["id"], officers)
    result = service.get(f"/public/results/{visit['id']}").json()
    assert result["category"] == "no-problem-found"
    assert result["entity"] == visit["entity"]
    assert json.dumps(service.get("/public/results").json()["entries"]) == json.dumps([result])
