"""The page that takes a newcomer to a draw of their own, followed to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
    """The script ends with a list, and its proof holds."""
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
    (entry,) = service.get("/public/draws").json()["entries"]
    proof = tmp_path / "proof.json"
    assert proof.read_bytes() == service.get(f"/public/draws/{entry['id']}/bundle").content
    bundle = json.loads(proof.read_bytes())
    assert verify_bundle(bundle, Means(vrf=verify)).first_failure is None
    assert all(id_ in done.stdout for id_ in bundle["strata"][0]["selected"])
    _a_school_is_looked_up_as_the_page_says(proof, set(bundle["strata"][0]["selected"]))


def _a_school_is_looked_up_as_the_page_says(proof: Path, drawn: set[str]) -> None:
    """With the stand-alone file, which finds the proof whole."""
    page = (DOCS / "first-draw.md").read_text("utf-8")
    (typed,) = [line for line in page.splitlines() if line.startswith("python3 audit/verifier")]
    _, file, name, *rest = typed.split()
    assert name == proof.name
    command = [sys.executable, "-I", "-S", str(DOCS.parent / file), str(proof), *rest, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    assert told["result"] == "whole"
    assert told["entity"]["drawn"] == (rest[-1] in drawn)
