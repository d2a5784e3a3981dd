"""Quotas in integers: what the rule promises, and rules that promise nothing."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.lottery.quota import Ratio, Rule, quotas, rule_from_json

ratios = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(
    lambda pair: Ratio(p=min(pair), q=max(pair))
)
names = st.sampled_from(["A", "B", "乙", "甲", "培训", "培训𠀀"])


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, dict[str, int]]:
    """Give a rule and the sizes of some of its strata."""
    strata = draw(st.dictionaries(names, ratios, min_size=1))
    sizes = {name: draw(st.integers(1, 60)) for name in strata if draw(st.booleans())}
    ordered = tuple(sorted(strata.items(), key=lambda pair: pair[0].encode()))
    rule = Rule(floor=draw(ratios), min_per_stratum=draw(st.integers(0, 5)), strata=ordered)
    return rule, sizes


def _by_definition(rule: Rule, sizes: dict[str, int]) -> dict[str, int] | None:
    """Follow the definition with exact fractions, one step at a time."""
    share = {name: Fraction(ratio.p, ratio.q) for name, ratio in rule.strata}
    size = {name: sizes.get(name, 0) for name in share}
    quota = {
        name: min(size[name], max(rule.min_per_stratum, ceil(size[name] * share[name])))
        if share[name]
        else 0
        for name in share
    }
    while sum(quota.values()) < ceil(sum(size.values()) * Fraction(rule.floor.p, rule.floor.q)):
        open_ = [name for name in share if share[name] and quota[name] < size[name]]
        if not open_:
            return None
        least = min(open_, key=lambda name: (Fraction(quota[name], size[name]), name.encode()))
        quota[least] += 1
    return quota


@given(rules())
def test_quotas_follow_the_definition(case: tuple[Rule, dict[str, int]]) -> None:
    """Exact ceilings, the floor, ties by name, and refusal exactly where nothing is left."""
    rule, sizes = case
    expected = _by_definition(rule, sizes)
    if expected is None:
        with pytest.raises(DomainError, match="rule-cannot-be-met"):
            quotas(rule, sizes)
    else:
        assert quotas(rule, sizes) == expected


@given(rules())
def test_a_rule_survives_its_json(case: tuple[Rule, dict[str, int]]) -> None:
    """Reading what was written gives the same rule; [5, 100] is not shortened."""
    assert rule_from_json(case[0].to_json()) == case[0]


def test_a_ceiling_is_exact_where_floating_point_is_not() -> None:
    """In floating point 100 * 7 / 100 is above 7 and would be rounded up to 8."""
    assert Ratio(p=7, q=100).of(100) == 7
    assert ceil(100 * 0.07) == 8
    assert Ratio(p=1, q=3).of(2**53 - 1) == 3002399751580331


def test_a_stratum_without_ratio_is_refused() -> None:
    """Its members could never be drawn."""
    rule = Rule(floor=Ratio(p=0, q=1), min_per_stratum=0, strata=(("A", Ratio(p=1, q=2)),))
    with pytest.raises(DomainError, match=r"stratum-without-ratio: .*B"):
        quotas(rule, {"A": 1, "B": 1})
    assert quotas(rule, {}) == {"A": 0}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"floor": [1]}, "ratio-invalid"),
        ({"floor": [1, 2, 3]}, "ratio-invalid"),
        ({"floor": [2, 1]}, "ratio-invalid"),
        ({"floor": [0, 0]}, "ratio-invalid"),
        ({"floor": [-1, 2]}, "ratio-invalid"),
        ({"floor": [True, 1]}, "ratio-invalid"),
        ({"floor": "1/2"}, "ratio-invalid"),
        ({"floor": [0.5, 1]}, "ratio-invalid"),
        ({"min_per_stratum": -1}, "rule-invalid"),
        ({"min_per_stratum": True}, "rule-invalid"),
        ({"extra": 1}, "rule-invalid"),
        ({"strata": {}}, "rule-invalid"),
        ({"strata": [1]}, "rule-invalid"),
        ({"strata": [{"stratum": "", "ratio": [1, 1]}]}, "rule-invalid"),
        ({"strata": [{"stratum": "A", "ratio": [1, 1]}] * 2}, "rule-invalid"),
        (
            {"strata": [{"stratum": each, "ratio": [1, 1]} for each in ("乙", "B")]},
            "rule-invalid",
        ),
    ],
)
def test_a_malformed_rule_is_refused(change: dict[str, Any], code: str) -> None:
    """Each with its code and its place."""
    rule = {"floor": [0, 1], "min_per_stratum": 1, "strata": []}
    assert rule_from_json(rule).strata == ()
    with pytest.raises(DomainError) as caught:
        rule_from_json({**rule, **change})
    assert caught.value.code == code
    assert caught.value.detail.startswith("$.rule")
