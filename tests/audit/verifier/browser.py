"""Debian's Chromium for the verifier page: headless, without a network of its own, one for all tests of a file."""

from __future__ import annotations

import os
import shutil
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import BrowserContext, Page

PAGE = ROOT / "audit" / "verifier" / "verify_draw.html"

_VERIFY_ALL = """async (bundles) => {
  const reports = [];
  for (const [bytes, options] of bundles) {
    reports.push(await verifyDraw(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)), options));
  }
  return reports;
}"""


@contextmanager
def chromium() -> Iterator[BrowserContext]:
    """Start the browser, or skip the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("没有 Chromium，浏览器测试未运行 / no chromium here, the page was not tested")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser.new_context()  # shared, since making one takes longest
        browser.close()


@contextmanager
def opened(browser: BrowserContext, *, width: int = 1200) -> Iterator[Page]:
    """Open the page as a file. In the end it must have asked for nothing else and complained of nothing."""
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(PAGE.as_uri())
    yield page
    page.close()
    assert requests == [PAGE.as_uri()]
    assert complaints == []


def begin(page: Page, bundles: Sequence[bytes], **options: str) -> None:
    """Let the page verify each bundle while Python goes on with something else."""
    sent = [[b64encode(bundle).decode(), options] for bundle in bundles]
    page.evaluate(f"(bundles) => {{ window.begun = ({_VERIFY_ALL})(bundles); }}", sent)


def begun(page: Page) -> list[dict[str, Any]]:
    """Wait for what was begun: `{result, reason, steps: [{name, result, detail}], entity}` for each bundle."""
    answered: list[dict[str, Any]] = page.evaluate("() => window.begun")
    return answered


def reports(page: Page, bundles: Sequence[bytes], **options: str) -> list[dict[str, Any]]:
    """Let the page verify each bundle."""
    begin(page, bundles, **options)
    return begun(page)


def failed_step(report: dict[str, Any]) -> str | None:
    """Name the step that failed, if one did."""
    names = [step["name"] for step in report["steps"] if step["result"] == "failed"]
    assert len(names) == (report["result"] == "broken")
    return names[0] if names else None
