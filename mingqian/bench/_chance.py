"""What chance does to the counts of repeated draws: statistics whose distribution is known.

A draw takes k of the N members of a stratum, every set of k as likely as any other. Sums over many draws then have three
parts that do not disturb each other: how often each member was drawn, how often each pair of a stratum was drawn together
beyond that, and how often each pair from two strata was. Within a part every direction varies equally, so the sum of squares
over the variance of one direction tends to chi-square; one direction of the first part, the place in the list, is looked at
by itself, too. docs/statistics.md derives the variances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from hashlib import sha256
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc
from scipy.stats import kstest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


BETWEEN, BLOCKS = "between strata", "blocks"


def seeds_of(label: str, configuration: str, numbers: Iterable[int]) -> Iterator[bytes]:
    """Give the public seeds of a configuration, by their numbers."""
    for number in numbers:
        parts = ("mingqian-bench-fairness", label, configuration, str(number))
        yield sha256("\x00".join(parts).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """`quota` of the `size` columns from `first` on are drawn each time."""

    name: str
    first: int
    size: int
    quota: int

    @property
    def columns(self) -> slice:
        """Where the members of the stratum stand in the counts."""
        return slice(self.first, self.first + self.size)

    @property
    def has_chance(self) -> bool:
        """Tell whether anything is left to chance: neither none nor all are drawn."""
        return 0 < self.quota < self.size

    @property
    def has_pairs(self) -> bool:
        """Tell whether pairs say more than their members do: two can be in while two others are out."""
        return min(self.quota, self.size - self.quota) > 1

    @property
    def chance(self) -> float:
        """The probability that one member is drawn."""
        return self.quota / self.size

    @property
    def variance(self) -> float:
        """The probability that one member is drawn and another is not: of one direction, in one draw."""
        k, n = self.quota, self.size
        return k * (n - k) / (n * (n - 1))

    @property
    def pair_variance(self) -> float:
        """The probability that two members are drawn and two others are not: likewise, for pairs."""
        k, n = self.quota, self.size
        return k * (k - 1) * (n - k) * (n - k - 1) / (n * (n - 1) * (n - 2) * (n - 3))


@dataclass(frozen=True, kw_only=True)
class Score:
    """A sum of squares that fair draws make chi-square with `freedom` degrees of freedom."""

    value: float
    freedom: int

    @property
    def p_value(self) -> float:
        """The probability that fair draws are at least as uneven."""
        return float(chdtrc(self.freedom, self.value))


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How often each pair of columns was drawn together in `draws` draws; the diagonal counts single members."""

    strata: tuple[Stratum, ...]
    draws: int
    joint: NDArray[np.float64]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            strata=self.strata, draws=self.draws + other.draws, joint=self.joint + other.joint
        )

    def scores(self) -> dict[str, dict[str, Score]]:
        """Give the scores of everything that can be tested: by statistic, then by part."""
        open_ = [stratum for stratum in self.strata if stratum.has_chance]
        return {
            "inclusion": {stratum.name: self.inclusion(stratum) for stratum in open_},
            "order": {stratum.name: self.order(stratum) for stratum in open_},
            "pairs": {each.name: self.pairs(each) for each in open_ if each.has_pairs},
            "across": {BETWEEN: self.across(open_)} if len(open_) > 1 else {},
        }

    def inclusion(self, stratum: Stratum) -> Score:
        """Score how evenly the members of a stratum were drawn; N - 1 degrees of freedom."""
        counts = np.diag(self.joint)[stratum.columns]
        excess = counts - self.draws * stratum.chance
        return self._score(excess, stratum.variance, stratum.size - 1)

    def order(self, stratum: Stratum) -> Score:
        """Score whether those early in the list were drawn more often, or less; one degree of freedom."""
        place = np.arange(stratum.size) - (stratum.size - 1) / 2
        trend = place @ np.diag(self.joint)[stratum.columns] / np.sqrt(place @ place)
        return self._score(np.array([trend]), stratum.variance, 1)

    def pairs(self, stratum: Stratum) -> Score:
        """Score how evenly its pairs were drawn, beyond what the single counts explain; N(N - 3)/2 degrees."""
        n = stratum.size
        together = self.joint[stratum.columns, stratum.columns].copy()
        np.fill_diagonal(together, 0)
        mean = together.sum() / (n * (n - 1))
        own = (together.sum(axis=0) - (n - 1) * mean) / (n - 2)
        excess = together - mean - own[:, None] - own[None, :]
        return self._score(excess[np.triu_indices(n, 1)], stratum.pair_variance, n * (n - 3) // 2)

    def across(self, strata: Sequence[Stratum]) -> Score:
        """Score whether what is drawn from one stratum goes with what is drawn from another."""
        width = len(self.joint)
        chance, scale, group = np.zeros(width), np.zeros(width), np.zeros(width)
        for number, stratum in enumerate(strata):
            chance[stratum.columns] = stratum.chance
            scale[stratum.columns] = stratum.variance**-0.5
            group[stratum.columns] = number
        counts = np.diag(self.joint)
        excess = self.joint - np.outer(counts, chance) - np.outer(chance, counts)
        excess += self.draws * np.outer(chance, chance)
        excess *= np.outer(scale, scale)
        freedoms = [stratum.size - 1 for stratum in strata]
        freedom = (sum(freedoms) ** 2 - sum(one**2 for one in freedoms)) // 2
        return self._score(excess[group[:, None] < group[None, :]], 1.0, freedom)

    def _score(self, excess: NDArray[np.float64], variance: float, freedom: int) -> Score:
        value = float(np.sum(np.square(excess))) / (self.draws * variance)
        return Score(value=value, freedom=freedom)


def layout(sizes: Mapping[str, int], quotas: Mapping[str, int]) -> tuple[Stratum, ...]:
    """Give every stratum of `quotas` its columns, one after the other."""
    strata, first = [], 0
    for name, quota in quotas.items():
        size = sizes.get(name, 0)
        strata.append(Stratum(name=name, first=first, size=size, quota=quota))
        first += size
    return tuple(strata)


def tally(strata: tuple[Stratum, ...], drawn: Sequence[Sequence[int]]) -> Tally:
    """Count a block of draws, each the columns that were drawn; each must fill every quota exactly."""
    marks = np.zeros((len(drawn), sum(stratum.size for stratum in strata)))
    for row, columns in enumerate(drawn):
        marks[row, columns] = 1
    for stratum in strata:
        if (marks[:, stratum.columns].sum(axis=1) != stratum.quota).any():
            raise ValueError(f"层 {stratum.name}: 抽取数不是 / a draw did not take {stratum.quota}")
    return Tally(strata=strata, draws=len(drawn), joint=marks.T @ marks)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One test, and the probability that fair draws look at least as uneven to it.

    `part` is a stratum, BETWEEN them, or BLOCKS: how uniform the p-values of the blocks are.
    """

    configuration: str
    statistic: str
    part: str
    p_value: float

    def __str__(self) -> str:
        return f"{self.configuration}: {self.statistic}: {self.part}"


def examine(configuration: str, blocks: Sequence[Tally]) -> list[Finding]:
    """Test each stratum over all draws, and the p-values of the blocks for being uniform."""

    def finding(statistic: str, part: str, p_value: float) -> Finding:
        return Finding(configuration=configuration, statistic=statistic, part=part, p_value=p_value)

    whole = reduce(add, blocks).scores()
    by_block = [block.scores() for block in blocks]
    findings = []
    for statistic, parts in whole.items():
        findings += [finding(statistic, part, score.p_value) for part, score in parts.items()]
        if parts:
            p_values = [together(scores[statistic]).p_value for scores in by_block]
            findings.append(finding(statistic, BLOCKS, uniformity(p_values)))
    return findings


def together(scores: Mapping[str, Score]) -> Score:
    """Add scores of parts that are drawn independently."""
    return Score(
        value=sum(score.value for score in scores.values()),
        freedom=sum(score.freedom for score in scores.values()),
    )


def uniformity(p_values: Sequence[float]) -> float:
    """Give the Kolmogorov-Smirnov probability that p-values are uniform, as those of fair draws are."""
    return float(kstest(p_values, "uniform").pvalue)


def holm(findings: Sequence[Finding]) -> list[Finding]:
    """Adjust the p-values after Holm (1979), smallest first.

    Fair draws have one at or below alpha in at most a share alpha of all runs, however the tests hang together.
    """
    adjusted, highest = [], 0.0
    for rank, each in enumerate(sorted(findings, key=lambda finding: finding.p_value)):
        highest = max(highest, min(1.0, (len(findings) - rank) * each.p_value))
        adjusted.append(replace(each, p_value=highest))
    return adjusted
