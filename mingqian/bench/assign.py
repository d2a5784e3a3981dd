"""Officers for ten thousand visits, and for a thousand of which each recuses 30 % of them, beside a flow solver.

The instances are those of `_rosters.py`: two departments, five skills, one to three to an officer, one to a seat. With skills that
are evenly spread nearly every seat goes to one of the least loaded; the uneven instance is the worst that we know.
Seconds are CPU seconds from an input as JSON to the canonical bytes of the output: reading, assigning, encoding. All take turns,
and medians count. Memory is the most that a fresh process ever held (VmHWM of /proc, so on Linux only): interpreter, program and
input included. OR-tools is timed for the flow alone, without the building of its network: it gives loads, no lots.
"""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from math import log10
from statistics import median
from typing import TYPE_CHECKING, Any

from domain.canonical import canon
from domain.lottery.assignment import assign
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import input_of
from domain.lottery.fairness import check_fairness
from mingqian.bench._measuring import apart, bar, kilobytes, seconds
from mingqian.bench._rosters import DEPARTMENTS, dense, shuffled, sparse, uneven

if TYPE_CHECKING:
    from collections.abc import Callable

    from mingqian.bench._rosters import Input

INPUTS: dict[str, Callable[[], Input]] = {
    "10^2": partial(sparse, 100),
    "10^3": partial(sparse, 1_000),
    "10^4": partial(sparse, 10_000),
    "10^4 uneven": partial(uneven, 10_000),
    "dense": partial(dense, 1_000),
}
PEER = "10^3"  # the input that the peer is given too
ROUNDS = 5
SEED = sha256(b"mingqian-bench-assign").digest()
_flow: Any = import_module("mingqian.bench._flow") if find_spec("ortools") else None
SECONDS_BAR = 4
DENSE_SECONDS_BAR = 8
MEGABYTES_BAR = 500


def main() -> dict[str, Any]:
    """Measure and print one JSON object; it is also returned."""
    inputs = {name: make() for name, make in INPUTS.items()}
    rounds = _race(inputs)
    medians = {name: median(each) for name, each in rounds.items()}
    megabytes = {name: apart(_megabytes, name) for name in ("10^4", "dense")}
    same = all(_is_the_same_again(value) for value in inputs.values())
    bars = [
        bar("seconds, 10^4 × 10^4", medians["10^4"], SECONDS_BAR, at_most=True),
        bar("seconds, 10^4 × 10^4 uneven", medians["10^4 uneven"], SECONDS_BAR, at_most=True),
        bar("megabytes in all, 10^4 × 10^4", megabytes["10^4"], MEGABYTES_BAR, at_most=True),
        bar("seconds, 30 % recused", medians["dense"], DENSE_SECONDS_BAR, at_most=True),
        bar("same digest on repeat and shuffled", same, bar=True),
    ]
    if _flow is not None:
        even = all(_is_as_even_as_the_peers(inputs[name]) for name in (PEER, "dense"))
        bars.append(bar("loads as even as the peer's", even, bar=True))
    result = {
        "bench": "assign",
        "seconds": medians,
        "megabytes": megabytes,
        "growth": [_growth(medians, *pair) for pair in (("10^2", "10^3"), ("10^3", "10^4"))],
        "rounds": rounds,
        "bars": bars,
    }
    print(json.dumps(result, ensure_ascii=False))
    return result


def _race(inputs: dict[str, Input]) -> dict[str, list[float]]:
    """Let all of them take turns, and give the CPU seconds of each round."""
    turns: dict[str, Callable[[], object]] = {
        name: partial(_answer, value) for name, value in inputs.items()
    }
    for name, value in inputs.items():
        turns[f"{name}, assigning alone"] = partial(assign, input_of(value), SEED)
        turns[f"{name}, checking"] = _checking(value)
    if _flow is None:
        print("未安装 OR-tools，略去对照 / OR-tools is not installed: no peer", flush=True)
    else:
        roster = input_of(inputs[PEER])
        flows = [_flow.network(roster, department) for department in DEPARTMENTS]
        turns[f"{PEER}, OR-tools"] = lambda: [_flow.solve(*each) for each in flows]
    rounds: dict[str, list[float]] = {name: [] for name in turns}
    for number in range(ROUNDS):
        for name, act in turns.items():
            rounds[name].append(seconds(act))
        figures = "; ".join(f"{name} {each[-1]:.3f} s" for name, each in rounds.items())
        print(f"round {number + 1}: {figures}", flush=True)
    return rounds


def _answer(value: Input) -> bytes:
    return canon(assign(input_of(value), SEED))


def _checking(value: Input) -> Callable[[], None]:
    """Hold an output against the rules, by its certificate, without solver or seed."""
    roster = input_of(value)
    output = assign(roster, SEED)

    def check() -> None:
        check_assignment(roster, output)
        check_fairness(roster, output)

    return check


def _growth(medians: dict[str, float], small: str, large: str) -> dict[str, Any]:
    """The exponent between two sizes, a factor of ten apart, in hundredths."""
    exponent = round(100 * log10(medians[large] / medians[small]))
    print(f"{small} → {large}: n^({exponent}/100)", flush=True)
    return {"from": small, "to": large, "exponent": [exponent, 100]}


def _megabytes(name: str) -> int:
    answer = _answer(INPUTS[name]())
    megabytes = round(kilobytes("VmHWM") * 1024 / 1e6)
    print(f"{name}: {megabytes} MB in all, {sha256(answer).hexdigest()}", flush=True)
    return megabytes


def _is_the_same_again(value: Input) -> bool:
    return len({sha256(_answer(each)).digest() for each in (value, value, shuffled(value))}) == 1


def _is_as_even_as_the_peers(value: Input) -> bool:
    """Compare the sums of squared loads, department by department."""
    roster = input_of(value)
    loads = assign(roster, SEED)["loads"]
    return all(
        _flow.least_sum_of_squares(roster, name)
        == sum(loads[each.id] ** 2 for each in roster.officers if each.department == name)
        for name in DEPARTMENTS
    )


if __name__ == "__main__":
    main()
