"""Draws are as even as chance, told by statistics that are themselves exact, calibrated and sharp enough."""

from __future__ import annotations

import random
from hashlib import sha256
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mingqian.bench._chance import (
    Finding,
    Stratum,
    Tally,
    examine,
    holm,
    layout,
    tally,
    together,
    uniformity,
)
from mingqian.bench.fairness import (
    ALPHA,
    Sampler,
    blocks_of,
    by_lot,
    configurations,
    second_chance,
    skipping,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.lottery.pool import Member

CONFIGURATIONS = {each.name: each for each in configurations()}
SHAPES = [(2, 1), (5, 1), (5, 4), (4, 2), (6, 3), (7, 2)]  # members, drawn


def _stratum(size: int, quota: int, first: int = 0) -> Stratum:
    return Stratum(name=f"示例{first}", first=first, size=size, quota=quota)


def _scores(block: Tally) -> dict[str, tuple[float, int]]:
    added = {name: together(parts) for name, parts in block.scores().items() if parts}
    return {name: (score.value, score.freedom) for name, score in added.items()}


def _blocks(name: str, sampler: Sampler = by_lot, size: int = 100) -> list[Tally]:
    return list(blocks_of(CONFIGURATIONS[name], sampler, blocks=20, size=size))


def _hex_digit(seed: bytes, members: Sequence[Member], quota: Mapping[str, int]) -> list[str]:
    """Draw by one hexadecimal digit, ties to the smaller id."""
    order = sorted((sha256(seed + each.id.encode()).digest()[0] >> 4, each.id) for each in members)
    return [identifier for _, identifier in order[: quota["全部"]]]


@pytest.mark.parametrize("name", ["ratios-and-least", "example-county"])
def test_two_thousand_draws_are_as_even_as_chance(name: str) -> None:
    """Members, their order, pairs, pairs of two strata, and the p-values of blocks; all 20,000: ./dev bench fairness."""
    worst = holm(examine(name, _blocks(name)))[0]
    assert worst.p_value > ALPHA, str(worst)


@pytest.mark.parametrize(
    ("sampler", "name", "statistic", "size"),
    [
        (skipping, "ratios-and-least", "pairs", 15),
        (skipping, "ratios-and-least", "across", 15),
        (second_chance, "floor-that-raises", "inclusion", 50),
        (_hex_digit, "one-stratum", "order", 15),
    ],
)
def test_a_biased_sampler_is_caught(sampler: Sampler, name: str, statistic: str, size: int) -> None:
    """Equal steps through the list, a second chance for a friend, a short ticket with ties to the smaller id."""
    findings = examine(name, _blocks(name, sampler, size=size))
    assert statistic in {each.statistic for each in holm(findings) if each.p_value <= ALPHA}


def test_strata_that_are_fair_alone_but_go_together_are_caught() -> None:
    """One number for two strata leaves every member's chance right and every pair of the two wrong."""
    chance = random.Random(7)  # noqa: S311 - a fair number for the one stratum
    strata = (_stratum(10, 1), _stratum(10, 1, first=10))
    numbers = [chance.randrange(10) for _ in range(400)]
    scores = tally(strata, [[each, 10 + each] for each in numbers]).scores()
    assert all(score.p_value > ALPHA for score in scores["inclusion"].values())
    assert together(scores["across"]).p_value < 1e-9


def test_draws_that_are_too_even_are_caught() -> None:
    """A sampler that takes turns has p-values near one, which is not uniform either."""
    strata = (_stratum(10, 1),)
    turns = [[[(block + turn) % 10] for turn in range(95)] for block in range(30)]
    findings = examine("turns", [tally(strata, block) for block in turns])
    worst = holm(findings)[0]
    assert (worst.part, worst.p_value <= ALPHA) == ("blocks", True)


@pytest.mark.parametrize(("size", "quota"), SHAPES)
def test_one_draw_alone_scores_its_degrees_of_freedom(size: int, quota: int) -> None:
    """All sets are alike, so one draw cannot look more or less fair than another."""
    for drawn in combinations(range(size), quota):
        scores = _scores(tally((_stratum(size, quota),), [drawn]))
        for name, expected in {"inclusion": size - 1, "pairs": size * (size - 3) // 2}.items():
            if name in scores:
                assert scores[name][0] == pytest.approx(expected)
                assert scores[name][1] == expected


@pytest.mark.parametrize(("size", "quota"), SHAPES)
def test_every_possible_draw_once_is_perfectly_even(size: int, quota: int) -> None:
    """Nothing is left over in any statistic; with a second stratum neither."""
    sets = list(combinations(range(size), quota))
    strata = (_stratum(size, quota), _stratum(3, 1, first=size))
    every = [(*each, size + other) for each, other in product(sets, range(3))]
    for value, freedom in _scores(tally(strata, every)).values():
        assert value == pytest.approx(0, abs=1e-9)
        assert freedom > 0


@pytest.mark.parametrize(("size", "quota"), SHAPES)
def test_mean_and_variance_are_those_of_chi_square(size: int, quota: int) -> None:
    """Over all n-tuples of draws exactly d and 2d(1 - 1/n); told for n = 2, where it can be counted out."""
    strata = (_stratum(size, quota), _stratum(3, 2, first=size))
    rest = list(combinations(range(size, size + 3), 2))
    every = [(*each, *other) for each in combinations(range(size), quota) for other in rest]
    found: dict[str, list[float]] = {}
    for second in every:  # by symmetry the first draw may stay the same
        for name, (value, _) in _scores(tally(strata, [every[0], second])).items():
            found.setdefault(name, []).append(value)
    expected = {name: freedom for name, (_, freedom) in _scores(tally(strata, every)).items()}
    for name in found.keys() - {
        "order"
    }:  # one direction is not like another when only two draws are made
        assert np.mean(found[name]) == pytest.approx(expected[name])
        assert np.var(found[name]) == pytest.approx(expected[name])


def _known_good(strata: Sequence[Stratum], draws: int, chance: random.Random) -> list[list[int]]:
    return [
        [
            stratum.first + each
            for stratum in strata
            for each in chance.sample(range(stratum.size), stratum.quota)
        ]
        for _ in range(draws)
    ]


def test_a_sampler_known_to_be_good_gets_uniform_p_values() -> None:
    """Python's own sampler, 120 blocks: each statistic has its distribution, none its neighbour's."""
    strata = layout({"a": 30, "b": 12, "c": 4}, {"a": 5, "b": 6, "c": 2})
    chance = random.Random(2024)  # noqa: S311 - the known-good sampler of this comparison
    blocks = [tally(strata, _known_good(strata, 100, chance)) for _ in range(120)]
    for statistic in ("inclusion", "order", "pairs", "across"):
        scores = [together(block.scores()[statistic]) for block in blocks]
        assert uniformity([score.p_value for score in scores]) > ALPHA, statistic
    assert holm(examine("known-good", blocks))[0].p_value > ALPHA


def test_what_is_certain_is_not_tested() -> None:
    """A stratum of which none or all are drawn, and pairs where one is drawn or one is left."""
    strata = layout({"all": 2, "one": 5, "rest": 5}, {"all": 2, "empty": 0, "one": 1, "rest": 4})
    scores = tally(strata, [[0, 1, 2, 7, 8, 9, 10]]).scores()
    assert set(scores["inclusion"]) == {"one", "rest"}
    assert scores["pairs"] == {}


def test_a_draw_that_misses_its_quota_is_not_counted() -> None:
    """Too few, too many, and one drawn twice."""
    strata = (_stratum(4, 2),)
    for drawn in ([0], [0, 1, 2], [3, 3]):
        with pytest.raises(ValueError, match="a draw did not take 2"):
            tally(strata, [[0, 1], drawn])


def test_p_values_are_adjusted_after_holm() -> None:
    """Against figures worked by hand."""
    findings = [
        Finding(configuration="示例", statistic="pairs", part=str(number), p_value=p)
        for number, p in enumerate((0.04, 0.01, 0.03, 0.7))
    ]
    adjusted = {each.part: each.p_value for each in holm(findings)}
    assert adjusted == pytest.approx({"1": 0.04, "2": 0.09, "0": 0.09, "3": 0.7})
