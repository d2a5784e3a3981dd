"""`mingqian lab …`: a draw tried out on a file. No settings, no keys, no database: nothing can be recorded from here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery import quota, tickets
from domain.lottery.commitment import commitment_from_json
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule, rule_from_json
from domain.lottery.shapes import Shape
from mingqian import files
from mingqian.terminal import printable

SEED_BYTES = 32
_INPUT = Shape("lab-input-invalid")
_POOL = Shape("pool-invalid")
_SEED = Shape("seed-invalid")
_BUNDLE = {"alg", "commitment", "pool", "excluded", "entropy", "vrf_proof", "seed", "strata"}

InputFile = Annotated[
    Path,
    typer.Argument(
        metavar="INPUT", help="试算输入，或一次抽取的证明 / what to try, or the proof of a draw"
    ),
]
OutFile = Annotated[
    Path | None,
    typer.Option(help="结果写入此文件，而非标准输出 / write to a file, not to standard output"),
]
app = typer.Typer(help="试算，不入账 / dry runs: nothing is recorded", no_args_is_help=True)


@app.command("quotas")
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
    _give({**_roots(pool), "strata": strata}, out)


@app.command("draw")
def try_draw(
    input_: InputFile,
    seed: Annotated[str, typer.Option(metavar="HEX", help="32 字节种子 / a seed of 32 bytes")],
    out: OutFile = None,
) -> None:
    """试算：这个种子会抽中哪些对象 / what a seed would draw."""
    octets = _SEED.octets(seed, "--seed", SEED_BYTES)
    pool, rule = read_trial(input_)
    sizes = pool.sizes()
    counts = quota.quotas(rule, sizes)
    drawn = tickets.draw(octets, pool.members, counts)
    _tell(rule, sizes, counts)
    _give({**_roots(pool), "seed": seed, "strata": [each.to_json() for each in drawn]}, out)


def read_trial(path: Path) -> tuple[Pool, Rule]:
    """Read pool and rule of `{pool, excluded?, rule}`, or of a draw's proof bundle; the lists may be in any order.

    Raises DomainError: "file-unreadable", "not-canonical", "lab-input-invalid", and what the domain says of pool, rule
    and commitment.
    """
    value = read_json(path)
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


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read what a person wrote: any layout and order of keys, but nothing outside the model of canonical JSON.

    Raises DomainError: "file-unreadable", "not-canonical".
    """
    text = files.read_text(path)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_no_integer, parse_constant=_no_integer
        )
    except json.JSONDecodeError as error:
        place = (
            f"第 {error.lineno} 行第 {error.colno} 列 / line {error.lineno} column {error.colno}"
        )
        raise _breach(f"不是 JSON / not JSON: {place}") from None
    except (RecursionError, ValueError):
        raise _breach("嵌套过深或整数过长 / nested too deep, or an integer too long") from None
    canon(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value: dict[str, object] = {}
    for key, item in pairs:
        if key in value:
            raise _breach(f"键重复 / the key stands twice: {key!a}")
        value[key] = item
    return value


def _no_integer(number: str) -> NoReturn:
    raise _breach(f"数须为整数 / only integers: {number[:40]}")


def _breach(reason: str) -> DomainError:
    return DomainError("not-canonical", reason)


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


def _give(result: dict[str, Any], out: Path | None) -> None:
    """Give one line of canonical JSON, alone on standard output, so that it can be piped."""
    if out is None:
        typer.echo(canon(result))
    else:
        files.write(out, canon(result) + b"\n")


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
    console = Console(stderr=True)
    console.print(table)
    console.print("仅试算，未记录任何内容 / a dry run: nothing was recorded", highlight=False)


def _shown(ratio: Ratio) -> str:
    return f"{ratio.p}/{ratio.q}"
