"""How many of each stratum: draw-v1 section 2, in integers only."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING, Any

from domain.errors import DomainError
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHAPE = Shape("rule-invalid")


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The fraction p/q with 0 <= p <= q and q > 0; kept as written, 5/100 stays 5/100."""

    p: int
    q: int

    def of(self, count: int) -> int:
        """Give ceil(count * p / q)."""
        return -(-count * self.p // self.q)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Ratios by stratum in UTF-8 byte order of the names, the least per stratum, and the floor."""

    floor: Ratio
    min_per_stratum: int
    strata: tuple[tuple[str, Ratio], ...]

    def to_json(self) -> dict[str, Any]:
        """Give the `rule` of the commitment."""
        return {
            "floor": [self.floor.p, self.floor.q],
            "min_per_stratum": self.min_per_stratum,
            "strata": [{"stratum": name, "ratio": [r.p, r.q]} for name, r in self.strata],
        }


def rule_from_json(value: object, place: str = "$.rule") -> Rule:
    """Read a rule; its strata must be in UTF-8 byte order of the names, each name once.

    Raises DomainError: "rule-invalid", "ratio-invalid".
    """
    fields = _SHAPE.obj(value, place, {"floor", "min_per_stratum", "strata"})
    strata = []
    for index, row in enumerate(_SHAPE.array(fields["strata"], f"{place}.strata")):
        spot = f"{place}.strata[{index}]"
        each = _SHAPE.obj(row, spot, {"stratum", "ratio"})
        name = _SHAPE.text(each["stratum"], f"{spot}.stratum")
        strata.append((name, _ratio(each["ratio"], f"{spot}.ratio")))
    names = [name.encode(errors="replace") for name, _ in strata]
    if any(after <= before for before, after in pairwise(names)):
        reason = (
            "层名须按 UTF-8 字节升序且不重复 / names must ascend in UTF-8 byte order, none twice"
        )
        raise _SHAPE.refusal(f"{place}.strata", reason)
    return Rule(
        floor=_ratio(fields["floor"], f"{place}.floor"),
        min_per_stratum=_SHAPE.integer(fields["min_per_stratum"], f"{place}.min_per_stratum", 0),
        strata=tuple(strata),
    )


def quotas(rule: Rule, sizes: Mapping[str, int]) -> dict[str, int]:
    """Give the number to draw from every stratum of the rule, in the rule's order.

    `sizes` counts the members of each stratum of the pool. Raises DomainError:
    "stratum-without-ratio", and "rule-cannot-be-met" when the floor is out of reach.
    """
    if missing := sorted(sizes.keys() - dict(rule.strata).keys()):
        detail = f"该层没有抽查比例 / no ratio for the stratum: {missing[0]}"
        raise DomainError("stratum-without-ratio", detail)
    least = rule.min_per_stratum
    quota = {
        name: min(sizes.get(name, 0), max(least, ratio.of(sizes.get(name, 0)))) if ratio.p else 0
        for name, ratio in rule.strata
    }
    return _raised_to_floor(rule, sizes, quota)


def _raised_to_floor(rule: Rule, sizes: Mapping[str, int], quota: dict[str, int]) -> dict[str, int]:
    """Add one at a time where the drawn share is smallest.

    Shares k/N are compared as the integers k * (scale / N), scale being a multiple of every N.
    """
    target = rule.floor.of(sum(sizes.values()))
    total = sum(quota.values())
    scale = lcm(*(size for size in sizes.values() if size))
    growing = [name for name, ratio in rule.strata if ratio.p and quota[name] < sizes.get(name, 0)]
    heap = [(quota[name] * (scale // sizes[name]), name.encode(), name) for name in growing]
    heapq.heapify(heap)
    while total < target:
        if not heap:
            detail = (
                f"总量下限 {target},最多可抽 {total} / floor {target}, at most {total} possible"
            )
            raise DomainError("rule-cannot-be-met", detail)
        _, order, name = heapq.heappop(heap)
        quota[name] += 1
        total += 1
        if quota[name] < sizes[name]:
            heapq.heappush(heap, (quota[name] * (scale // sizes[name]), order, name))
    return quota


def _ratio(value: object, place: str) -> Ratio:
    shape = Shape("ratio-invalid")
    p, q = (shape.integer(each, place, 0) for each in shape.pair(value, place))
    if not p <= q > 0:
        raise shape.refusal(place, "须有 0 <= p <= q,q > 0 / must have 0 <= p <= q and q > 0")
    return Ratio(p=p, q=q)
