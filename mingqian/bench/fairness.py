"""Are draws and assignments fair? 20,000 draws of five configurations and 20,000 assignments of ten rosters, compared with chance.

They go through the program's own path (quotas and tickets; the assignment), with seeds SHA-256("mingqian-bench-fairness", label,
configuration, number): whoever runs it again gets the same figures; `BENCH_SEED_LABEL=TEXT` gives fresh seeds. Samplers that
are biased on purpose go through the same tests, which must catch them. How to read the figures: docs/statistics.md.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING, Any

from domain.identifiers import uscc_check_digit
from domain.lottery.pool import Member, pool_of
from domain.lottery.quota import Ratio, Rule, quotas
from domain.lottery.tickets import draw, stratum_key, ticket
from mingqian.bench._chance import BLOCKS, Finding, examine, holm, layout, seeds_of, tally
from mingqian.bench._crews import BIASED as BIASED_ASSIGNERS
from mingqian.bench._crews import Roster, examine_crews, rosters
from mingqian.bench._measuring import bar
from mingqian.demo.county import county

if TYPE_CHECKING:
    from mingqian.bench._chance import Stratum, Tally

Sampler = Callable[[bytes, Sequence[Member], Mapping[str, int]], list[str]]
"""From a seed, the members in order and the quotas by stratum to the ids drawn."""

LABEL = "1"
BLOCK_COUNT = 100
DRAWS_PER_BLOCK = 200
DRAWS = BLOCK_COUNT * DRAWS_PER_BLOCK
ALPHA = 0.001  # the share of runs in which fair draws are called unfair, at most
UNEVEN = (1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377)
UNEVEN_RATIOS = (
    *((1, 2), (1, 1), (1, 2), (1, 3), (1, 1), (1, 4), (0, 1)),
    *((1, 10), (1, 5), (1, 20), (1, 8), (3, 4), (1, 10), (1, 20)),
)
CLASS_RATIOS = {"A": (1, 20), "B": (1, 10), "C": (1, 5), "D": (1, 2), None: (1, 10)}


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Whom to draw from and by which rule."""

    name: str
    members: tuple[Member, ...]
    rule: Rule


def configurations() -> tuple[Configuration, ...]:
    """Give the five configurations: plain, uneven in several ways, and a county's own."""
    return (
        _configuration("one-stratum", {"全部": (300, (1, 10))}),
        _configuration(
            "ratios-and-least",
            {"A": (120, (1, 20)), "B": (90, (1, 10)), "C": (40, (1, 4)), "D": (9, (1, 5))},
            least=3,
        ),
        _configuration(
            "fourteen-uneven",
            {
                f"示例层{number:02}": pair
                for number, pair in enumerate(zip(UNEVEN, UNEVEN_RATIOS, strict=True), start=1)
            },
        ),
        _configuration(
            "floor-that-raises",
            {"A": (150, (1, 50)), "B": (60, (1, 50)), "C": (31, (1, 50)), "D": (20, (0, 1))},
            floor=(1, 5),
        ),
        _county(),
    )


def _configuration(
    name: str,
    strata: Mapping[str, tuple[int, tuple[int, int]]],
    *,
    least: int = 0,
    floor: tuple[int, int] = (0, 1),
) -> Configuration:
    """Number the members through: ids that differ as little as a county's own do are the hardest case."""
    names = [name for name, (size, _) in strata.items() for _ in range(size)]
    members = [Member(id=_uscc(number), stratum=each) for number, each in enumerate(names)]
    ratios = {name: ratio for name, (_, ratio) in strata.items()}
    return Configuration(
        name=name, members=pool_of(members).members, rule=_rule(ratios, least, floor)
    )


def _county() -> Configuration:
    """The demonstration's registry by kind and credit class, as a plan would stratify it."""
    members, ratios = [], {}
    for entity in county().entities:
        stratum = f"{entity.kind}·{entity.credit_class or '未分级'}"
        members.append(Member(id=entity.id, stratum=stratum))
        ratios[stratum] = CLASS_RATIOS[entity.credit_class]
    rule = _rule(ratios, 2, (0, 1))
    return Configuration(name="example-county", members=pool_of(members).members, rule=rule)


def _rule(ratios: Mapping[str, tuple[int, int]], least: int, floor: tuple[int, int]) -> Rule:
    ordered = sorted(ratios.items(), key=lambda each: each[0].encode())
    return Rule(
        floor=Ratio(p=floor[0], q=floor[1]),
        min_per_stratum=least,
        strata=tuple((name, Ratio(p=p, q=q)) for name, (p, q) in ordered),
    )


def _uscc(number: int) -> str:
    first17 = f"12130534D{number:08}"
    return f"uscc:{first17}{uscc_check_digit(first17)}"


def by_lot(seed: bytes, members: Sequence[Member], quota: Mapping[str, int]) -> list[str]:
    """Draw as the program does."""
    return [each for drawn in draw(seed, members, quota) for each in drawn.selected]


def skipping(seed: bytes, members: Sequence[Member], quota: Mapping[str, int]) -> list[str]:
    """Go through the sorted list in equal steps from a start by lot: everybody's chance is right, pairs are not."""
    start, selected = int.from_bytes(seed), []
    for stratum, group in _groups(members).items():
        size, taken = len(group), quota[stratum]
        selected += [group[(start + step * size // taken) % size] for step in range(taken)]
    return selected


def second_chance(seed: bytes, members: Sequence[Member], quota: Mapping[str, int]) -> list[str]:
    """Draw once more, and only once, when the first of the list was drawn: a friend's favour."""
    selected = by_lot(seed, members, quota)
    again = members[0].id in selected
    return by_lot(sha256(seed).digest(), members, quota) if again else selected


def short_tickets(seed: bytes, members: Sequence[Member], quota: Mapping[str, int]) -> list[str]:
    """Draw by one byte of the ticket, ties to the smaller id: a bias that nobody sees in single draws."""
    selected = []
    for stratum, group in _groups(members).items():
        key = stratum_key(seed, stratum)
        order = sorted(group, key=lambda each: (ticket(key, each)[:1], each))
        selected += order[: quota[stratum]]
    return selected


BIASED: tuple[Sampler, ...] = (skipping, second_chance, short_tickets)


def _groups(members: Sequence[Member]) -> dict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        groups[member.stratum].append(member.id)
    return groups


def blocks_of(
    configuration: Configuration,
    sampler: Sampler = by_lot,
    *,
    label: str = LABEL,
    blocks: int = BLOCK_COUNT,
    size: int = DRAWS_PER_BLOCK,
) -> Iterator[Tally]:
    """Carry out `blocks` times `size` draws and count each block."""
    groups = _groups(configuration.members)
    sizes = {name: len(group) for name, group in groups.items()}
    quota = quotas(configuration.rule, sizes)
    strata = layout(sizes, quota)
    columns = {
        identifier: stratum.first + number
        for stratum in strata
        for number, identifier in enumerate(groups.get(stratum.name, []))
    }
    for block in range(blocks):
        seeds = seeds_of(label, configuration.name, range(block * size, (block + 1) * size))
        drawn = (sampler(seed, configuration.members, quota) for seed in seeds)
        yield tally(strata, [[columns[one] for one in selected] for selected in drawn])


def main() -> dict[str, Any]:
    """Measure, print one JSON object and give it."""
    start, label = perf_counter(), os.environ.get("BENCH_SEED_LABEL", LABEL)
    findings: list[Finding] = []
    shapes = []
    for configuration in configurations():
        tallies = list(blocks_of(configuration, label=label))
        found = examine(configuration.name, tallies)
        shapes.append(_described(configuration, tallies[0].strata, found))
        findings += found
        print(json.dumps(shapes[-1], ensure_ascii=False))
    for roster in rosters():
        found = examine_crews(roster, seeds_of(label, roster.name, range(DRAWS)))
        shapes.append(_described_crews(roster, found))
        findings += found
        print(json.dumps(shapes[-1], ensure_ascii=False))
    biased = [*_caught_samplers(label), *_caught_assigners(label)]
    adjusted = holm(findings)
    unfair = [str(each) for each in adjusted if each.p_value <= ALPHA]
    result = {
        "bench": "fairness",
        "seed_label": label,
        "draws_per_configuration": DRAWS,
        "blocks": BLOCK_COUNT,
        "false_alarm_rate": ALPHA,
        "tests": len(findings),
        "smallest_p": _short(min(finding.p_value for finding in findings)),
        "smallest_p_after_holm": _short(adjusted[0].p_value),
        "unfair": unfair,
        "configurations": shapes,
        "biased": biased,
        "seconds": round(perf_counter() - start, 1),
        "bars": [
            bar("tests that call a draw or an assignment unfair", len(unfair), 0, at_most=True),
            *(bar(f"caught: {each['sampler']}", each["caught"], bar=True) for each in biased),
        ],
    }
    print(json.dumps(result, ensure_ascii=False))
    return result


def _described(
    configuration: Configuration, strata: Sequence[Stratum], findings: Sequence[Finding]
) -> dict[str, Any]:
    return {
        "name": configuration.name,
        "members": len(configuration.members),
        "strata": len(strata),
        "drawn": sum(stratum.quota for stratum in strata),
        "statistics": _by_statistic(findings),
    }


def _described_crews(roster: Roster, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "name": roster.name,
        "officers": len(roster.input.officers),
        "classes": [len(members) for members in roster.classes],
        "visits": len(roster.input.inspections),
        "statistics": _by_statistic(findings),
    }


def _by_statistic(findings: Sequence[Finding]) -> dict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for each in findings:
        found[each.statistic][each.part] = each.p_value
    described = {}
    for statistic, p_values in found.items():
        blocks = p_values.pop(BLOCKS, None)
        described[statistic] = {
            "tests": len(p_values),
            "smallest_p": _short(min(p_values.values())),
        }
        if blocks is not None:
            described[statistic]["p_of_block_p_values"] = _short(blocks)
    return described


def _caught_samplers(label: str) -> Iterator[dict[str, Any]]:
    """Let biased samplers draw from the second configuration and be tested like the draw itself."""
    configuration = configurations()[1]
    for sampler in BIASED:
        blocks = list(blocks_of(configuration, sampler, label=label))
        yield _caught(sampler.__name__, examine(configuration.name, blocks))


def _caught_assigners(label: str) -> Iterator[dict[str, Any]]:
    """Let biased assigners send the officers of the second roster, likewise."""
    roster = rosters()[1]
    seeds = list(seeds_of(label, roster.name, range(DRAWS)))
    for assigner in BIASED_ASSIGNERS:
        yield _caught(assigner.__name__, examine_crews(roster, seeds, assigner))


def _caught(name: str, findings: Sequence[Finding]) -> dict[str, Any]:
    worst = holm(findings)[0]
    return {
        "sampler": name,
        "caught": worst.p_value <= ALPHA,
        "by": str(worst),
        "p_after_holm": _short(worst.p_value),
    }


def _short(p_value: float) -> float:
    return float(f"{p_value:.3g}")


if __name__ == "__main__":
    main()
