"""The program and a plain reading of docs/formats/assign-v1.md give the same, to the byte."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import AssignmentInput, input_of
from domain.lottery.fairness import check_fairness
from domain.lottery.infeasible import InfeasibleError
from tests.domain.lottery.assignments import random_input
from tests.domain.lottery.plain_assignment import plain_assign

VECTORS = Path(__file__).parents[2] / "vectors/assign_v1.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def _assigned(roster: AssignmentInput, seed: bytes) -> dict[str, Any] | None:
    try:
        return assign(roster, seed)
    except InfeasibleError:
        return None


def test_leaving_out_what_earlier_searches_ruled_out_changes_no_seat() -> None:
    """1,500 small inputs: chains within a visit and across, capacities, recusals, impossible ones."""
    feasible = 0
    for number in range(1500):
        chance = random.Random(number)  # noqa: S311 - the same inputs every time
        roster = input_of(random_input(chance, chance.randint(3, 9), chance.randint(1, 7)))
        seed = chance.randbytes(32)
        output = _assigned(roster, seed)
        assert output == plain_assign(roster, seed), number
        feasible += output is not None
    assert 500 < feasible < 1400


def test_long_chains_are_those_of_the_page() -> None:
    """25 inputs of up to 40 visits, where visits are handed on several times."""
    for number in range(25):
        chance = random.Random(number)  # noqa: S311 - the same inputs every time
        roster = input_of(random_input(chance, chance.randint(12, 24), chance.randint(10, 40)))
        seed = chance.randbytes(32)
        assert _assigned(roster, seed) == plain_assign(roster, seed), number


@every_case
def test_a_worked_example_is_recomputed(case: dict[str, Any]) -> None:
    """The hash of its input, and the output or the refusal, which two programs agreed on."""
    roster, seed = input_of(case["input"]), bytes.fromhex(case["seed"])
    assert roster.digest().hex() == case["input_hash"]
    if "error" in case:
        with pytest.raises(InfeasibleError) as caught:
            assign(roster, seed)
        assert caught.value.to_json() == case["error"]
        assert plain_assign(roster, seed) is None
        return
    assert canon(assign(roster, seed)) == canon(case["output"])
    assert canon(plain_assign(roster, seed)) == canon(case["output"])
    check_assignment(roster, case["output"])
    check_fairness(roster, case["output"])


@every_case
def test_a_worked_example_of_another_seed_is_another(case: dict[str, Any]) -> None:
    """So that the examples tell something about the seed; the refusals stay the same."""
    roster = input_of(case["input"])
    found = set()
    for number in range(20):
        try:
            found.add(canon(assign(roster, bytes([number] * 32))["assignments"]))
        except DomainError as error:
            found.add(error.detail.encode())
    assert (len(found) > 1) is ("output" in case and len(roster.inspections) > 0)
