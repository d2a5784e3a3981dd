"""The draw of a million in memory beside other samplers, and of ten million from a table.

All are given the same ids and draw as many, taking turns. consistent-sampler hashes every id, as we
do, and only samples; so does cryptorandom with its method PIKK, while its default hashes once for
each one drawn, so that nobody could tell later why another was not. Ours draws from each of 20 strata.

Memory is measured in a fresh process: the most resident memory since the pool was held as a list
of members, less the resident memory at that moment (VmHWM and VmRSS of /proc, so on Linux only).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from consistent_sampler import sampler
from cryptorandom.sample import random_sample

from domain.lottery.pool import Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule, quotas
from domain.lottery.tickets import draw
from ledger.embedded import embedded_server
from mingqian.bench import _draw_table
from mingqian.bench._measuring import apart, bar, kilobytes
from mingqian.bench._measuring import seconds as seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.lottery.tickets import Drawn

MEMBERS = 1_000_000
DRAWN = MEMBERS // 20
ROUNDS = 5
SEED = sha256(b"mingqian-bench-draw").digest()
FIVE_PERCENT = Ratio(p=5, q=100)
RULE = Rule(
    floor=FIVE_PERCENT,
    min_per_stratum=1,
    strata=tuple((f"示例层{number:02}", FIVE_PERCENT) for number in range(20)),
)
BLOCK = 64  # bytes
TICKETS_BAR = 3.5  # consistent-sampler's time / ours, for tickets and selection
WHOLE_BAR = 1.0  # the same for the whole draw
MEGABYTES_BAR = 300  # above the pool itself
TABLE_SECONDS_BAR = 60
TABLE_MEGABYTES_BAR = 4000
GROWTH_BAR = 1.25  # seconds per member at 10^7 / at 10^5


def main() -> dict[str, Any]:
    """Measure and print one JSON object; it is also returned."""
    race = _race()
    megabytes = apart(_megabytes_above_the_pool)
    print(f"{megabytes} MB above the pool", flush=True)
    dsn = embedded_server(Path(".mingqian/bench-postgres"))
    table = apart(_draw_table.measure, dsn, RULE, SEED)
    most = table["sizes"][-1]
    theirs = race["consistent_sampler_seconds"]
    tickets = round(theirs / race["tickets_seconds"], 2)
    whole = round(theirs / race["whole_seconds"], 2)
    bars = [
        bar("consistent-sampler / tickets and selection", tickets, TICKETS_BAR),
        bar("consistent-sampler / whole draw", whole, WHOLE_BAR),
        bar("megabytes above the pool", megabytes, MEGABYTES_BAR, at_most=True),
        bar("seconds, table of 10^7", most["seconds"], TABLE_SECONDS_BAR, at_most=True),
        bar("megabytes, table of 10^7", most["megabytes"], TABLE_MEGABYTES_BAR, at_most=True),
        bar("seconds per member, 10^7 / 10^5", table["growth"], GROWTH_BAR, at_most=True),
        bar("table and memory give the same bytes", table["same_as_in_memory"], bar=True),
    ]
    result = {"bench": "draw", "members": MEMBERS, "drawn": DRAWN, **race}
    result |= {"megabytes_above_the_pool": megabytes, "table": table, "bars": bars}
    print(json.dumps(result, ensure_ascii=False))
    return result


def _members() -> list[Member]:
    """Made-up credit codes in no order, each with its stratum."""
    names = [name for name, _ in RULE.strata]
    return [
        Member(
            id=f"uscc:91350100M{number * 7_368_787 % MEMBERS:08}Y",
            stratum=names[number % len(names)],
        )
        for number in range(MEMBERS)
    ]


def _whole_draw(members: list[Member]) -> tuple[Pool, bytes, tuple[Drawn, ...]]:
    pool = pool_of(members)
    roots = pool.root() + pool.excluded_root()
    return pool, roots, draw(SEED, pool.members, quotas(RULE, pool.sizes()))


def _race() -> dict[str, Any]:
    """Let all of them draw in turn, and give the medians in CPU seconds: each works in one thread."""
    members = _members()
    ids = [member.id for member in members]
    pool = pool_of(members)
    quota = quotas(RULE, pool.sizes())
    turns: dict[str, Callable[[], object]] = {
        "tickets": lambda: draw(SEED, pool.members, quota),
        "consistent_sampler": lambda: list(
            sampler(ids, seed=SEED.hex(), with_replacement=False, take=DRAWN, output="id")  # type: ignore[no-untyped-call]
        ),
        "whole": lambda: _whole_draw(members),
        "cryptorandom": lambda: random_sample(ids, DRAWN, prng=1),  # type: ignore[no-untyped-call]
        "cryptorandom_pikk": lambda: random_sample(ids, DRAWN, method="PIKK", prng=1),  # type: ignore[no-untyped-call]
    }
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    hashes: list[float] = []
    for number in range(ROUNDS):
        hashes.append(_hashes_per_second())
        for name, act in turns.items():
            seconds[name].append(seconds_of(act))
        figures = ", ".join(f"{name} {each[-1]:.2f} s" for name, each in seconds.items())
        print(f"round {number + 1}: {figures}, {hashes[-1]:.0f} hashes/s", flush=True)
    tickets = MEMBERS / median(seconds["tickets"])
    return {
        **{f"{name}_seconds": median(each) for name, each in seconds.items()},
        "tickets_per_second": round(tickets),
        "sha256_of_64_bytes_per_second": round(median(hashes)),
        "tickets_per_hash": round(tickets / median(hashes), 3),
        "rounds": seconds,
    }


def _hashes_per_second() -> float:
    """Hashes of 64 bytes that one core makes, by OpenSSL's own measurement, else through hashlib."""
    openssl = shutil.which("openssl")
    if openssl is None:
        count, block = 1_000_000, bytes(BLOCK)
        return count / seconds_of(lambda: [sha256(block).digest() for _ in range(count)])
    command = [openssl, "speed", "-seconds", "1", "-bytes", str(BLOCK), "-evp", "sha256"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a program of the machine
    return float(said.split()[-1].removesuffix("k")) * 1000 / BLOCK


def _megabytes_above_the_pool() -> int:
    members = _members()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forget the peak of making them
    before = kilobytes("VmRSS")
    drawn = _whole_draw(members)
    peak = kilobytes("VmHWM")
    del drawn
    return round((peak - before) * 1024 / 1e6)


if __name__ == "__main__":
    main()
