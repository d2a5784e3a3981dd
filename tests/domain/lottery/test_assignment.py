"""Assignments against brute force: feasibility, rule 1, evenness and its certificate, equal chance."""

from __future__ import annotations

import copy
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import AssignmentInput, input_of
from domain.lottery.fairness import check_fairness
from tests.domain.lottery.assignments import (
    PLAIN,
    all_teams,
    change_in,
    input_from,
    loads_of,
    need,
    officer,
    output_of,
    small_inputs,
    vectors_of,
)
from tests.domain.lottery.plain_assignment import plain_levels


@settings(deadline=None, max_examples=300)
@given(small_inputs(), st.binary(min_size=32, max_size=32))
def test_an_output_is_right_and_as_even_as_can_be_or_none_exists(
    value: dict[str, Any], seed: bytes
) -> None:
    """Brute force agrees on feasibility, on rule 1 and on the best sorted loads."""
    roster = input_of(value)
    possible = list(all_teams(roster))
    if not possible:
        with pytest.raises(DomainError, match="assignment-infeasible"):
            assign(roster, seed)
        return
    output = assign(roster, seed)
    check_assignment(roster, output)
    check_fairness(roster, output)
    every = [vectors_of(roster, loads_of(roster, teams)) for teams in possible]
    for own, others in zip(
        vectors_of(roster, output["loads"]), zip(*every, strict=True), strict=True
    ):
        assert own == max(others)
        assert _squares(own) == min(map(_squares, others))


def _squares(loads: list[int]) -> int:
    return sum(load * load for load in loads)


@settings(deadline=None, max_examples=40)
@given(small_inputs())
def test_the_certificate_tells_fair_from_unfair(value: dict[str, Any]) -> None:
    """Over all assignments of an input: levels exist exactly for those with the best loads."""
    roster = input_of(value)
    every = {repr(teams): teams for teams in all_teams(roster)}.values()
    best = max((vectors_of(roster, loads_of(roster, teams)) for teams in every), default=[])
    for teams in list(every)[:60]:
        output = output_of(roster, teams)
        check_assignment(roster, output)
        assert output["certificate"]["levels"] == plain_levels(roster, teams, output["loads"])
        if vectors_of(roster, loads_of(roster, teams)) == best:
            check_fairness(roster, output)
        else:
            for proof in (output["certificate"]["levels"], output["loads"]):
                with pytest.raises(DomainError, match="assignment-not-fair"):
                    check_fairness(roster, {**output, "certificate": {"levels": proof}})


@settings(deadline=None, max_examples=50)
@given(small_inputs(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_changes_nothing(value: dict[str, Any], chance: Any) -> None:  # noqa: ANN401 - random.Random
    """Shuffle every list of the input: the same hash, the same output or refusal."""
    shuffled = copy.deepcopy(value)
    for each in (*shuffled["inspections"], *shuffled["officers"]):
        chance.shuffle(each.get("needs", each.get("skills")))
    for name in ("inspections", "officers", "recusals"):
        chance.shuffle(shuffled[name])
    one, other = input_of(value), input_of(shuffled)
    assert one.digest() == other.digest()
    assert _result(one) == _result(other)


def _result(roster: AssignmentInput) -> bytes | str:
    try:
        return canon(assign(roster, bytes(32)))
    except DomainError as error:
        return error.detail


def test_equals_have_equal_chances() -> None:
    """Five equal officers, four visits of two, 2,000 seeds: seats, pairs and the odd visits."""
    roster = input_of(
        input_from({f"i{n}": [need("a", 2)] for n in range(4)}, [officer(c, "a") for c in "vwxyz"])
    )
    seats: Counter[tuple[str, str]] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    for number in range(2000):
        for row in assign(roster, number.to_bytes(32, "big"))["assignments"]:
            team = tuple(sorted(each["id"] for each in row["officers"]))
            pairs[team] += 1
            seats.update((row["inspection"], each) for each in team)
    # Expected 800 each with a deviation below 26; five of them are never reached by chance.
    assert len(seats) == 20
    assert len(pairs) == 10
    assert all(abs(count - 800) < 130 for count in (*seats.values(), *pairs.values()))


def test_an_officer_changes_places_within_an_inspection() -> None:
    """The one with both skills must give way to the need that nobody else fills."""
    needs = [need("a", 1), need("a", 1, "x"), need("a", 1, "y")]
    officers = [officer("o1", "a", "x", "y"), officer("o2", "a", "x"), officer("o3", "a")]
    roster = input_of(input_from({"i": needs}, officers))
    for number in range(20):
        output = assign(roster, number.to_bytes(32, "big"))
        check_assignment(roster, output)
        assert output["loads"] == {"o1": 1, "o2": 1, "o3": 1}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["assignments"], []),
        (["assignments", 0, "inspection"], "i2"),
        (["assignments", 0, "officers", 0], {"id": "o9", "department": "a"}),
        (["assignments", 0, "officers", 0, "department"], "b"),
        (["assignments", 0, "officers"], [{"id": "o1", "department": "a"}] * 2),
        (["assignments", 0, "officers"], [{"id": "o1", "department": "a"}]),
        (["assignments", 1, "officers", 0, "id"], "o1"),
        (["loads", "o1"], 0),
        (["loads", "o1"], True),
    ],
)
def test_an_output_that_breaks_rule_1_is_refused(path: list[Any], value: object) -> None:
    """Without the seed, from input and output alone."""
    roster = input_of(PLAIN)
    output = assign(roster, bytes(32))
    with pytest.raises(DomainError, match="assignment-breaks-rule"):
        check_assignment(roster, change_in(output, path, value))


def test_a_capacity_is_kept() -> None:
    """The same output under a smaller capacity breaks the rule."""
    output = assign(input_of(PLAIN), bytes(32))
    busy = max(output["loads"], key=lambda each: output["loads"][each])
    officers = [{**row, "capacity": 1 if row["id"] == busy else 2} for row in PLAIN["officers"]]
    with pytest.raises(DomainError, match="above the capacity"):
        check_assignment(input_of({**PLAIN, "officers": officers}), output)


def test_the_certificate_of_a_county_is_that_of_no_other_assignment() -> None:
    """60 visits, 24 officers: hand one visit to somebody else, and it is fair no more, or never was."""
    chance = random.Random(1)  # noqa: S311 - any large input will do
    officers = [officer(f"o{n}", "ab"[n % 2], *"x"[: n % 3]) for n in range(24)]
    inspections = {f"i{n}": [need("a", 2, *"x"[: n % 3]), need("b", 2)] for n in range(60)}
    recusals = [[f"o{n * 7 % 24}", f"i{n}"] for n in range(60)]
    roster = input_of(input_from(inspections, officers, recusals))
    output = assign(roster, bytes(32))
    check_fairness(roster, output)
    least = sum(map(_squares, vectors_of(roster, output["loads"])))
    fair = 0
    for _ in range(200):
        teams = {
            row["inspection"]: [each["id"] for each in row["officers"]]
            for row in output["assignments"]
        }
        team = teams[f"i{chance.randrange(60)}"]
        team[chance.randrange(4)] = f"o{chance.randrange(24)}"
        other = output_of(roster, teams, output["certificate"])
        try:
            check_assignment(roster, other)
        except DomainError:
            continue
        if sum(map(_squares, vectors_of(roster, other["loads"]))) == least:
            fair += 1
            check_fairness(roster, output_of(roster, teams))
        else:
            with pytest.raises(DomainError, match="assignment-not-fair"):
                check_fairness(roster, other)
    assert fair > 0
