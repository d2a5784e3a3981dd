"""The public's pages of the service: what they show at each stage, and that their policies let them work and nothing else."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from api import verifier
from domain.draw_commands import ApproveVoid, DeclineVoid, PrepareDraw, RequestVoid
from tests import story
from tests.audit.verifier.browser import chromium
from tests.projections.recording import record
from tests.serving import serving
from tests.story import NOW, plan_row, terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Service

TASK = "联2024026"
DRAW, OFFICERS = f"{TASK}.entities.1", f"{TASK}.officers.1"


@pytest.fixture
def empty(database: str, tmp_path: Path) -> Iterator[Service]:
    """A service to which nothing was told."""
    with serving(database, tmp_path) as running:
        yield running


def page_of(service: Service, draw: str = DRAW) -> str:
    """The page of a draw."""
    answer = service.get(f"/public/draws/{draw}/page")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def test_an_open_draw_shows_sources_list_tools_and_form(county: Service) -> None:
    """Everything that somebody needs to check it, on one page."""
    page = page_of(county)
    draw = county.get(f"/public/draws/{DRAW}").json()
    bundle = county.get(f"/public/draws/{DRAW}/bundle").json()
    for one in draw["sources"]:
        assert one["commit"] in page
    for one in bundle["entropy"]:
        assert one["nonce"] in page
    for stratum in bundle["strata"]:
        assert all(id_ in page for id_ in stratum["selected"])
    for link in ("/public/verify_draw.html", "/public/verify_draw.py", "/public/style.css"):
        assert f'"{link}"' in page
        assert county.get(link).status_code == 200
    assert "查一查我单位是否被抽中" in page
    assert re.search(r'href="(/public/draws/[^"]+/bundle)"', page)
    page = page_of(county, OFFICERS)
    assert "此处只列编号" in page
    assert "组长" in page


def test_a_page_grows_with_its_draw(empty: Service) -> None:
    """Prepared, committed, computed and kept back, and every request to void it with what was decided."""
    held = terms(disclosure="with-inspection")
    told = story.with_task(plan_row(entities_draw=held, officers_draw=held))
    prepare = PrepareDraw(
        draw_id=DRAW, task=TASK, stage="entities", witnesses=("witness1", "witness2"), lotteries=()
    )
    told.act("operator", "draw_operator", prepare)
    told.act("operator", "draw_operator", RequestVoid(draw_id=DRAW, reason="示例：写错期号"))
    told.act("approver1", "approver", ApproveVoid(draw_id=DRAW, version=NOW))
    record(empty.parts.ledger, told)
    assert "作废前尚未固定名单" in page_of(empty)
    assert "尚未交出承诺值" in page_of(empty)
    second = story.commit_draw(told, "entities", 2)
    record(empty.parts.ledger, told)
    assert "等待随机源到齐" in page_of(empty, second)
    told.act("operator", "draw_operator", RequestVoid(draw_id=second, reason="示例：名录有误"))
    told.act(
        "approver1", "approver", DeclineVoid(draw_id=second, reason="示例：名录无误", version=NOW)
    )
    story.reveal_draw(told, second)
    record(empty.parts.ledger, told)
    page = page_of(empty, second)
    assert "按计划在全部检查开始时公布" in page
    for words in ("示例：写错期号", "批准作废", "示例：名录有误", "不同意作废", "示例：名录无误"):
        assert words in page
    assert page.index("第 1 次") < page.index("第 2 次")
    family = [one["id"] for one in empty.get(f"/public/tasks/{TASK}").json()["draws"]]
    assert family == [DRAW, second]


def test_the_verifiers_are_handed_out_as_they_are(county: Service) -> None:
    """To the byte; the program as a download."""
    page = county.get("/public/verify_draw.html")
    program = county.get("/public/verify_draw.py")
    assert page.content == (verifier.FOLDER / verifier.PAGE).read_bytes()
    assert program.content == (verifier.FOLDER / verifier.PROGRAM).read_bytes()
    assert program.headers["content-disposition"] == 'attachment; filename="verify_draw.py"'


def test_the_policy_of_the_verifier_names_its_own_script_and_nothing_else(county: Service) -> None:
    """By hash: no other inline script runs, nothing is loaded, nothing is sent."""
    answer = county.get("/public/verify_draw.html")
    policy = answer.headers["content-security-policy"]
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    hashes = {b64encode(sha256(one.encode()).digest()).decode() for one in scripts}
    assert set(re.findall(r"script-src ([^;]+);", policy)) == {
        f"'sha256-{one}'" for one in sorted(hashes)
    }
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_a_headmaster_asks_and_an_outsider_verifies_in_a_browser(
    county: Service, tmp_path: Path
) -> None:
    """The form works under its policy, the verifier under its own, and the console has nothing to complain of."""
    url = str(county.http.base_url).rstrip("/")
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(county.get(f"/public/draws/{DRAW}/bundle").content)
    drawn = json.loads(bundle.read_text("utf-8"))["strata"][0]["selected"][0]
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(f"{url}/public/draws/{DRAW}/page")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        style = page.evaluate("getComputedStyle(document.querySelector('.seal')).backgroundColor")
        assert style == "rgb(163, 42, 36)"
        page.fill("input[name=entity]", drawn.removeprefix("school:"))
        page.click("form button")
        assert page.inner_text(".verdict h2") == "抽中"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"{url}/public/verify_draw.html")
        page.set_input_files("input[type=file]", str(bundle))
        page.wait_for_selector(".verdict h2")
        assert "全部" in page.inner_text(".verdict h2")
        page.close()
    assert complaints == []
