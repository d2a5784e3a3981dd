"""`mingqian lab quotas` and `lab draw`: entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from domain.canonical import canon
from domain.lottery import quota, tickets
from domain.lottery.commitment import commitment_from_json
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule, rule_from_json
from domain.lottery.shapes import Shape
from mingqian.lab import trial
from mingqian.lab.trial import InputFile, OutFile, SeedHex  # noqa: TC001 - typer reads the annotations
from mingqian.terminal import printable

if TYPE_CHECKING:
    from pathlib import Path

_INPUT = Shape("lab-input-invalid")
_POOL = Shape("pool-invalid")
_BUNDLE = {"alg", "commitment", "pool", "excluded", "entropy", "vrf_proof", "seed", "strata"}


def show_quotas(input_: InputFile, out: OutFile = None) -> None:
    """固定名单之前试算：每层多少家、抽多少家 / sizes and quotas before a commitment."""
    pool, rule = read_trial(input_)
    sizes = pool.sizes()
    counts = quota.quotas(rule, sizes)
    strata = [
        {
            "stratum": name,
            "size": sizes.get(name, 0),
            "quota": counts[name],
            "ratio": [ratio.p, ratio.q],
        }
        for name, ratio in rule.strata
    ]
    _tell(rule, sizes, counts)
    trial.give({**_roots(pool), "strata": strata}, out)


def try_draw(input_: InputFile, seed: SeedHex, out: OutFile = None) -> None:
    """试算：这个种子会抽中哪些对象 / what a seed would draw."""
    octets = trial.seed_of(seed)
    pool, rule = read_trial(input_)
    sizes = pool.sizes()
    counts = quota.quotas(rule, sizes)
    drawn = tickets.draw(octets, pool.members, counts)
    _tell(rule, sizes, counts)
    trial.give({**_roots(pool), "seed": seed, "strata": [each.to_json() for each in drawn]}, out)


def read_trial(path: Path) -> tuple[Pool, Rule]:
    """Read pool and rule of `{pool, excluded?, rule}`, or of a draw's proof bundle; the lists may be in any order.

    Raises DomainError: "file-unreadable", "not-canonical", "lab-input-invalid", and what the domain says of pool, rule
    and commitment.
    """
    value = trial.read_json(path)
    canon(value)
    if isinstance(value, dict) and "commitment" in value:
        fields = _INPUT.obj(value, "$", _BUNDLE)
        rule = commitment_from_json(fields["commitment"]).rule
    else:
        fields = _INPUT.obj(value, "$", {"pool", "rule"}, frozenset({"excluded"}))
        rule = rule_from_json(fields["rule"])
    members = _rows(fields["pool"], "$.pool", {"id", "stratum"})
    excluded = _rows(fields.get("excluded", []), "$.excluded", {"id", "stratum", "reason"})
    pool = pool_of([Member(**row) for row in members], [Excluded(**row) for row in excluded])
    return pool, rule


def _rows(value: object, place: str, names: set[str]) -> list[dict[str, str]]:
    """The rows where they stand in the file, so that a refusal names the place that the writer knows."""
    rows = []
    for index, row in enumerate(_POOL.array(value, place)):
        spot = f"{place}[{index}]"
        each = _POOL.obj(row, spot, names)
        rows.append({name: _POOL.text(each[name], f"{spot}.{name}") for name in names})
    return rows


def _roots(pool: Pool) -> dict[str, Any]:
    return {
        "pool_size": len(pool.members),
        "pool_root": pool.root().hex(),
        "excluded_root": pool.excluded_root().hex(),
    }


def _tell(rule: Rule, sizes: dict[str, int], counts: dict[str, int]) -> None:
    """Show people the quotas, on standard error."""
    table = Table("层 / stratum", "比例 / ratio", title="试算 / dry run", show_footer=True)
    table.add_column("对象 / entities", str(sum(sizes.values())), justify="right")
    table.add_column("抽取 / to draw", str(sum(counts.values())), justify="right")
    table.columns[0].footer = "合计 / total"
    table.columns[1].footer = f"≥ {_shown(rule.floor)}"
    for name, ratio in rule.strata:
        shown = escape(printable(name))
        table.add_row(shown, _shown(ratio), str(sizes.get(name, 0)), str(counts[name]))
    trial.tell(table)


def _shown(ratio: Ratio) -> str:
    return f"{ratio.p}/{ratio.q}"
