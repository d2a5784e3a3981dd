"""The program, the Python file and the page were written apart; they answer alike, down to the step that fails.

None of them checks signatures of drand here, so all have the same means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.verifier import verify_draw
from tests.audit.verifier import assignments
from tests.audit.verifier.browser import begin, begun, chromium, failed_step, opened
from tests.audit.verifier.bundles import mutated_bundles, program_verdict, random_bundles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


def _program(data: bytes) -> str | None:
    return program_verdict(data, bls=False)


def _answers(
    page: Page, bundles: Sequence[bytes], program: Callable[[bytes], str | None]
) -> Iterator[tuple[dict[str, Any], tuple[str, dict[str, str]], str | None]]:
    """Give for each bundle the report of the page, the answer of the file and the step that fails in the program."""
    begin(page, bundles)
    by_file = [_by_the_file(bundle) for bundle in bundles]
    by_program = [program(bundle) for bundle in bundles]
    yield from zip(begun(page), by_file, by_program, strict=True)


def _assert_all_accept(
    page: Page, bundles: Sequence[bytes], program: Callable[[bytes], str | None]
) -> None:
    """Whole, and the same said of every step of each."""
    for report, by_file, by_program in _answers(page, bundles, program):
        assert report["result"] == "whole"
        assert _by_the_page(report) == by_file
        assert by_program is None


def _differing(
    page: Page, mutated: Sequence[tuple[str, bytes]], program: Callable[[bytes], str | None]
) -> list[Any]:
    """Give what is accepted, or rejected at different steps. What is no bundle at all, the program calls one of a bad shape."""
    return [
        (kind, by_file, by_program, report)
        for (kind, _), (report, by_file, by_program) in zip(
            mutated, _answers(page, [bundle for _, bundle in mutated], program), strict=True
        )
        if report["result"] == "whole"
        or _by_the_page(report) != by_file
        or (failed_step(report) or "shape") != by_program
    ]


def test_all_three_accept_the_same_valid_draws(page: Page) -> None:
    """Two hundred random bundles."""
    _assert_all_accept(page, random_bundles(200, seed=1), _program)


def test_all_three_reject_the_same_mutations_at_the_same_step(page: Page) -> None:
    """Five hundred bundles with one change each."""
    assert _differing(page, mutated_bundles(500, seed=1), _program) == []


def test_all_three_recompute_the_same_draws_of_officers(page: Page) -> None:
    """Two hundred random bundles in which visits must be handed on along chains."""
    _assert_all_accept(
        page, assignments.random_assignments(200, seed=1), assignments.program_verdict
    )


def test_all_three_reject_the_same_mutations_of_officers_draws_at_the_same_step(
    page: Page,
) -> None:
    """Four hundred bundles with one change each."""
    mutated = assignments.mutated_assignments(400, seed=1)
    assert _differing(page, mutated, assignments.program_verdict) == []
