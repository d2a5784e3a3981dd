"""The program, the Python file and the page were written apart; they answer alike, down to the step that fails.

None of them checks signatures of drand here, so all have the same means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.verifier import verify_draw
from tests.audit.verifier.browser import begin, begun, chromium, failed_step, opened
from tests.audit.verifier.bundles import mutated_bundles, program_verdict, random_bundles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Open the page once for all bundles."""
    with chromium() as browser, opened(browser) as page:
        yield page


def _by_the_file(data: bytes) -> tuple[str, dict[str, str]]:
    try:
        steps = verify_draw.check(data, bls=False)
    except verify_draw.Unusable:
        return "unusable", {}
    return "broken" if verify_draw.broken(steps) else "whole", {s.name: s.result for s in steps}


def _by_the_page(report: dict[str, Any]) -> tuple[str, dict[str, str]]:
    return report["result"], {step["name"]: step["result"] for step in report["steps"]}


def _answers(
    page: Page, bundles: Sequence[bytes]
) -> Iterator[tuple[dict[str, Any], tuple[str, dict[str, str]], str | None]]:
    """Give for each bundle the report of the page, the answer of the file and the step that fails in the program."""
    begin(page, bundles)
    by_file = [_by_the_file(bundle) for bundle in bundles]
    by_program = [program_verdict(bundle, bls=False) for bundle in bundles]
    yield from zip(begun(page), by_file, by_program, strict=True)


def test_all_three_accept_the_same_valid_draws(page: Page) -> None:
    """Two hundred random bundles, and what is said of every step of each."""
    for report, by_file, program in _answers(page, random_bundles(200, seed=1)):
        assert report["result"] == "whole"
        assert _by_the_page(report) == by_file
        assert program is None


def test_all_three_reject_the_same_mutations_at_the_same_step(page: Page) -> None:
    """Five hundred bundles with one change each. What is no bundle at all, the program calls one of a bad shape."""
    mutated = mutated_bundles(500, seed=1)
    differing = [
        (kind, by_file, program, report)
        for (kind, _), (report, by_file, program) in zip(
            mutated, _answers(page, [bundle for _, bundle in mutated]), strict=True
        )
        if report["result"] == "whole"
        or _by_the_page(report) != by_file
        or (failed_step(report) or "shape") != program
    ]
    assert differing == []
