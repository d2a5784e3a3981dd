"""Officers of identical eligibility have identical chances, told by scores that are themselves exact and sharp."""

from __future__ import annotations

import random
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mingqian.bench._chance import holm, seeds_of, uniformity
from mingqian.bench._crews import (
    Assigner,
    another_chance,
    examine_crews,
    in_rotation,
    pairs,
    rosters,
    singles,
    to_the_smaller_id,
)
from mingqian.bench.fairness import ALPHA, LABEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ROSTERS = {each.name: each for each in rosters()}
SEEDS = 500
SEATS = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 0, 0, 1]])  # by visit and member


def _permuted(orders: Iterable[tuple[int, ...]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loads and pairs of one assignment whose members change places."""
    seats = np.array([SEATS[:, list(order)] for order in orders], dtype=np.float64)
    return seats.sum(axis=1), np.einsum("sia,sib->sab", seats, seats)


def test_the_ten_rosters_hold_every_kind_of_limit() -> None:
    """Skills, recusals, capacities, experts, two departments, two needs of one; and each class is one of equals."""
    assert len(ROSTERS) == 10
    for roster in ROSTERS.values():
        recused = {each.id: set[str]() for each in roster.input.officers}
        for officer, visit in roster.input.recusals:
            recused[officer].add(visit)
        eligible = {
            each.id: (each.department, each.skills, each.capacity, frozenset(recused[each.id]))
            for each in roster.input.officers
        }
        kinds = [{eligible[each] for each in members} for members in roster.classes]
        assert [len(kind) for kind in kinds] == [1] * len(kinds)
        assert len(set.union(*kinds)) == len(kinds) == len(set(eligible.values()))


@pytest.mark.parametrize("name", ROSTERS)
def test_five_hundred_seeds_treat_equals_alike(name: str) -> None:
    """Who goes where, with whom, and how often; all 20,000 seeds: ./dev bench fairness."""
    worst = holm(examine_crews(ROSTERS[name], seeds_of(LABEL, name, range(SEEDS))))[0]
    assert worst.p_value > ALPHA, str(worst)


@pytest.mark.parametrize(
    ("assigner", "statistics"),
    [
        (in_rotation, {"together", "pair"}),
        (to_the_smaller_id, {"load", "place", "company", "together", "pair"}),
        (another_chance, {"place"}),
    ],
)
def test_a_biased_assigner_is_caught(assigner: Assigner, statistics: set[str]) -> None:
    """Dealing in turn, ties to the smaller id, a second chance for a friend: each in what it does, and only there."""
    name = "one-extra-visit"
    findings = examine_crews(ROSTERS[name], seeds_of(LABEL, name, range(SEEDS)), assigner)
    assert {each.statistic for each in holm(findings) if each.p_value <= ALPHA} == statistics


def test_every_seed_scores_its_degrees_of_freedom_whatever_it_gave() -> None:
    """And a hundred that give the same a hundred times as much."""
    for order in permutations(range(5)):
        loads, together = _permuted([order] * 100)
        for score, freedom in ((singles(loads), 4), (pairs(together), 5)):
            assert score is not None
            assert score.freedom == freedom
            assert score.value == pytest.approx(freedom * 100)


def test_all_that_equals_could_get_once_is_perfectly_even() -> None:
    """All orders of five members: nothing is left over."""
    loads, together = _permuted(permutations(range(5)))
    for score in (singles(loads), pairs(together)):
        assert score is not None
        assert score.value == pytest.approx(0, abs=1e-9)


def test_members_in_an_order_by_chance_get_uniform_p_values() -> None:
    """Python's own shuffle, 120 blocks of 100."""
    chance = random.Random(2024)  # noqa: S311 - the known-good order of this comparison
    found: dict[str, list[float]] = {"load": [], "together": []}
    for _ in range(120):
        loads, together = _permuted(tuple(chance.sample(range(5), 5)) for _ in range(100))
        for name, score in (("load", singles(loads)), ("together", pairs(together))):
            assert score is not None
            found[name].append(score.p_value)
    assert all(uniformity(p_values) > ALPHA for p_values in found.values())


def test_what_is_certain_is_not_tested() -> None:
    """All go, none goes, or only one may stay at home: of these no pair is told apart."""
    everyone = np.ones((200, 5))
    assert singles(everyone) is None
    assert pairs(everyone[:, :, None] * everyone[:, None, :]) is None
    one_stays = np.array([np.arange(5) != number % 5 for number in range(200)], dtype=np.float64)
    assert singles(one_stays) is not None
    assert pairs(one_stays[:, :, None] * one_stays[:, None, :]) is None
    assert pairs(np.ones((200, 3, 3))) is None
