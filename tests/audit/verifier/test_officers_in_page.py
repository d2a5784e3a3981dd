"""Draws of officers and the verifier page: known answers, and what a reader sees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from domain.lottery.assignment_input import input_of
from tests.audit.verifier.browser import chromium, failed_step, opened, reports
from tests.audit.verifier.conftest import vectors
from tests.audit.verifier.test_officers_in_python_file import BUNDLE, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

CASES = [case for case in vectors("assign_v1.json")["cases"] if "output" in case]
DRAW = vectors("draw_v1.json")["cases"][0]["bundle"]


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """Start one browser for this file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: BrowserContext) -> Iterator[Page]:
    """Open the page once; each file that is chosen clears what was there before."""
    with opened(browser) as page:
        yield page


def _written(bundle: object) -> bytes:
    return json.dumps(bundle, ensure_ascii=False).encode()


def _choose(page: Page, folder: Path, bundle: object) -> None:
    (folder / "bundle.json").write_bytes(_written(bundle))
    page.set_input_files("#file", folder / "bundle.json")
    expect(page.locator("#verdict")).to_have_attribute("aria-busy", "false")


def test_every_published_example_is_recomputed(page: Page) -> None:
    """Teams and leaders from input and seed."""
    for case in CASES:
        given = input_of(case["input"]).to_json()
        teams = page.evaluate(
            "([input, seed]) => mingqian.assign(input, seed)", [given, case["seed"]]
        )
        assert teams == [row["officers"] for row in case["output"]["assignments"]]


def test_a_chosen_file_passes_nine_steps_and_shows_teams_and_loads(
    page: Page, tmp_path: Path
) -> None:
    """The leader first; of each department how often its officers go."""
    _choose(page, tmp_path, BUNDLE)
    assert page.locator("#steps h3 code").all_inner_texts() == STEPS
    expect(page.locator("#verdict")).to_contain_text("已核验的步骤全部通过，1 项未核验")
    expect(page.locator("#steps li").nth(7)).to_contain_text("均衡证书成立")
    for text in ("3 次", "6 名", "9 个"):
        expect(page.locator("#about")).to_contain_text(text)
    summaries = page.locator("#list summary")
    expect(summaries.nth(1)).to_contain_text("教育局 4 人，每人 1–2 次")
    summaries.first.click()
    first = BUNDLE["output"]["assignments"][0]
    line = f"visit:0：{'、'.join(each['id'] for each in first['officers'])}"
    expect(page.locator("#list pre")).to_contain_text(line)


def test_an_inspected_school_reads_why_these_officers_came(page: Page, tmp_path: Path) -> None:
    """And an officer where to go; a stranger is absent."""
    _choose(page, tmp_path, BUNDLE)
    answer = page.locator("#entity")
    page.fill("#id", "visit:1")
    page.press("#id", "Enter")
    leader = BUNDLE["output"]["assignments"][1]["officers"][0]["id"]
    for text in ("为什么是这些人", "3 人（部门 4 人，缺技能 0 人，应回避 1 人）", leader):
        expect(answer).to_contain_text(text)
    page.fill("#id", "x0")
    page.press("#id", "Enter")
    for text in ("去哪些检查", "visit:2", "1 人（部门 2 人，缺技能 1 人，应回避 0 人）"):
        expect(answer).to_contain_text(text)
    page.fill("#id", "nobody")
    page.press("#id", "Enter")
    expect(answer).to_contain_text("不在这次抽取中")


def test_nothing_is_said_of_a_team_that_was_not_recomputed(page: Page) -> None:
    """Neither of an inspection nor of an officer."""
    for wanted in ("visit:1", "o1"):
        report = reports(page, [_written({**BUNDLE, "seed": "00" * 32})], entity=wanted)[0]
        assert (failed_step(report), report["entity"]["visits"]) == ("seed", None)


def test_a_draw_of_entities_after_one_of_officers_is_shown_as_such(
    page: Page, tmp_path: Path
) -> None:
    """Steps, list and look-up are those of the file that is open."""
    for bundle, steps in ((BUNDLE, 9), (DRAW, 8), (BUNDLE, 9)):
        _choose(page, tmp_path, bundle)
        assert page.locator("#steps > li").count() == steps
        page.fill("#id", "visit:1")
        page.press("#id", "Enter")
        words = "为什么是这些人" if bundle is BUNDLE else "不在这份名单中"
        expect(page.locator("#entity")).to_contain_text(words)


def test_markup_in_names_is_shown_as_text_and_a_phone_needs_no_sideways_scrolling(
    browser: BrowserContext, tmp_path: Path
) -> None:
    """A long id and a name from strangers, at 360 px."""
    text = json.dumps(BUNDLE).replace("visit:", f"<b>{'v' * 60}")
    with opened(browser, width=360) as phone:
        _choose(phone, tmp_path, json.loads(text))
        for wanted in (f"<b>{'v' * 60}1", "o1"):
            phone.fill("#id", wanted)
            phone.press("#id", "Enter")
            expect(phone.locator("#entity")).to_contain_text(wanted)
            assert phone.evaluate("document.documentElement.scrollWidth") == 360
        assert phone.locator("main b").count() == 0
