"""One's own work list and the terms, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.work_routes import PATHS
from domain.follow_up_commands import OrderCorrection
from ledger.escalator import Escalator
from projections.tables.work import WORK
from tests import story
from tests.projections.recording import record
from tests.serving import Service, serving

if TYPE_CHECKING:
    from pathlib import Path


def test_the_list_names_act_words_place_and_last_day_and_counts(county: Service) -> None:
    """An officer's visits, each with the path under which it is read, overdue ones first."""
    officer = county.get("/inspections", "clerk-edu").json()["entries"][1]["officers"][0]
    answer = county.get("/work", officer).json()
    counts = answer["counts"]
    assert sum(counts.values()) == len(answer["entries"]) > 0
    line = answer["entries"][0]
    assert (line["act"], line["what"]) == ("inspection.declare", "申报有无应当回避的情形")
    assert (line["due"], line["assumed"], line["state"]) == ("2024-09-02", [2024], "due")
    assert county.get(line["path"], officer).json()["id"] == line["id"]
    assert county.get("/work", officer, limit=1).json()["more"] == (counts["due"] > 1)


def test_every_line_leads_to_what_it_is_about(county: Service) -> None:
    """Whatever role reads it."""
    for who in ("clerk-edu", "admin", "registrar2", "reviewer1", "operator", "witness1"):
        for line in county.get("/work", who).json()["entries"]:
            assert county.get(line["path"], who).status_code == 200, line


def test_every_kind_of_work_has_a_place_where_it_is_read() -> None:
    """Whoever adds a kind adds that, too."""
    assert PATHS.keys() >= WORK.keys() | {"registry", "calendar"}


def test_the_terms_are_read_with_their_default(county: Service) -> None:
    """Which names itself as that."""
    answer = county.get("/deadlines", "reviewer1").json()
    assert answer["terms"]["result_days"] == 5
    assert "缺省" in answer["terms"]["source"]
    assert answer["calendars"] == []


def test_the_service_tells_an_overdue_order_once(database: str, tmp_path: Path) -> None:
    """To the discipline office, as an act of the program itself."""
    told, id_, _ = story.with_problem()
    order = OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-07-01")
    told.act("clerk-edu", "clerk", order)
    with serving(database, tmp_path) as service:
        record(service.parts.ledger, told)
        escalator = Escalator(service.parts.writer)
        for now in ("2024-07-01T15:00:00.000Z", "2024-07-02T01:00:00.000Z"):
            assert _overdue(service) == []
            service.clock.write_text(now, encoding="utf-8")
            for _ in range(2):
                escalator.escalate()
        (notice,) = _overdue(service)
        assert (notice["stream"], notice["actor"]) == (f"inspection/{id_}", "system")
        assert notice["data"] == {"number": 1, "due": "2024-07-01"}


def _overdue(service: Service) -> list[dict[str, object]]:
    entries = service.get("/notices", "discipline1").json()["entries"]
    return [one for one in entries if one["type"] == "inspection.follow_up_escalated.v1"]
