"""What the dry runs share: an input as a person wrote it, a seed, and an answer that can be piped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.shapes import Shape
from mingqian import files

if TYPE_CHECKING:
    from rich.table import Table

SEED_BYTES = 32
_SEED = Shape("seed-invalid")

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
SeedHex = Annotated[str, typer.Option(metavar="HEX", help="32 字节种子 / a seed of 32 bytes")]


def seed_of(text: str) -> bytes:
    """Read the option `--seed`; raises DomainError("seed-invalid")."""
    return _SEED.octets(text, "--seed", SEED_BYTES)


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read what a person wrote: any layout and order of keys, but no key twice and no number but integers.

    What reads the value must still hold it against the model of canonical JSON.
    Raises DomainError: "file-unreadable", "not-canonical".
    """
    text = files.read_text(path)
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_float=_no_integer, parse_constant=_no_integer
        )
    except json.JSONDecodeError as error:
        place = (
            f"第 {error.lineno} 行第 {error.colno} 列 / line {error.lineno} column {error.colno}"
        )
        raise _breach(f"不是 JSON / not JSON: {place}") from None
    except (RecursionError, ValueError):
        raise _breach("嵌套过深或整数过长 / nested too deep, or an integer too long") from None


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


def give(result: dict[str, Any], out: Path | None = None) -> None:
    """Give one line of canonical JSON, alone on standard output, so that it can be piped."""
    if out is None:
        typer.echo(canon(result))
    else:
        files.write(out, canon(result) + b"\n")


def tell(table: Table) -> None:
    """Show people a table, on standard error."""
    console = Console(stderr=True)
    console.print(table)
    console.print("仅试算，未记录任何内容 / a dry run: nothing was recorded", highlight=False)
