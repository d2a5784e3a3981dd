"""The page that takes a newcomer to a draw of their own, followed to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.parts import enter_first_administrator
from domain.lottery.bundle import verify_bundle
from domain.lottery.verification import Means
from domain.organisation import AddDepartment, AddStaff
from ledger.vrf import verify
from tests.serving import fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Service

DOCS = Path(__file__).parents[2] / "docs"


def listed() -> str:
    """The list that the page shows."""
    page = (DOCS / "first-draw.md").read_text("utf-8")
    return page.partition("<<'EOF'\n")[2].partition("EOF\n")[0]


@pytest.fixture
def service(server: str, tmp_path: Path) -> Iterator[Service]:
    """A service that nobody has used yet."""
    with fresh_database(server) as dsn, serving(dsn, tmp_path) as running:
        yield running


def test_a_newcomer_draws_their_own_list_as_the_page_says(service: Service, tmp_path: Path) -> None:
    """The script ends with whom and by whom, and both proofs hold."""
    password = enter_first_administrator(
        service.parts,
        AddDepartment(id="edu", name="示例教育局", collates=False),
        AddStaff(id="admin", department="edu", roles=("administrator",), personal={}),
    )
    own = tmp_path / "my-list.csv"
    own.write_text(listed(), encoding="utf-8")
    command = [sys.executable, str(DOCS / "first_draw.py"), str(service.http.base_url), "admin"]
    done = subprocess.run(
        [*command, str(own), "30"],
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "全部: 2 / 5" in done.stdout
    draws = service.get("/public/draws").json()["entries"]
    entities, officers = sorted(one["id"] for one in draws)
    for id_, name in ((entities, "proof.json"), (officers, "officers-proof.json")):
        shown = service.get(f"/public/draws/{id_}/bundle").content
        assert (tmp_path / name).read_bytes() == shown
    bundle = json.loads((tmp_path / "proof.json").read_bytes())
    assert verify_bundle(bundle, Means(vrf=verify)).first_failure is None
    drawn = set(bundle["strata"][0]["selected"])
    school, officer = _looked_up_as_the_page_says(tmp_path)
    assert school["entity"]["drawn"] == (school["entity"]["id"] in drawn)
    _each_visit_has_its_two(done.stdout, drawn, officer["officer"])


def _looked_up_as_the_page_says(folder: Path) -> list[Any]:
    """With the stand-alone file, which finds both proofs whole."""
    page = (DOCS / "first-draw.md").read_text("utf-8")
    told = []
    for typed in page.splitlines():
        if not typed.startswith("python3 audit/verifier"):
            continue
        _, file, name, *rest = typed.split()
        command = [sys.executable, "-I", "-S", str(DOCS.parent / file), str(folder / name), *rest]
        done = subprocess.run(
            [*command, "--json"], capture_output=True, text=True, check=True, timeout=60
        )
        told.append(json.loads(done.stdout))
    assert [one["result"] for one in told] == ["whole", "whole"]
    return told


def _each_visit_has_its_two(printed: str, drawn: set[str], officer: Any) -> None:  # noqa: ANN401 - JSON
    """The script prints who goes where, and the stand-alone file says the same of one of them."""
    visits = dict(line.strip().split("  ←  ") for line in printed.splitlines() if "←" in line)
    assert set(visits) == drawn
    assert all(len(set(team.split("、"))) == 2 for team in visits.values())
    own = {entity for entity, team in visits.items() if officer["id"] in team.split("、")}
    assert own == {visit["inspection"].partition(":")[2] for visit in officer["visits"]}
