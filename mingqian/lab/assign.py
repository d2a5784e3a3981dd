"""`mingqian lab assign`: officers."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.errors import DomainError
from domain.lottery.assignment import assign
from domain.lottery.assignment_input import EXPERTS, LEAST_OFFICERS, input_of
from domain.lottery.infeasible import InfeasibleError
from domain.lottery.shapes import Shape
from mingqian.lab import trial
from mingqian.lab.trial import InputFile, OutFile, SeedHex  # noqa: TC001 - typer reads the annotations
from mingqian.terminal import printable

if TYPE_CHECKING:
    from pathlib import Path

    from domain.lottery.assignment_input import AssignmentInput

IMPOSSIBLE = 3
_INPUT = Shape("lab-input-invalid")
_BUNDLE = {"alg", "commitment", "input", "entropy", "vrf_proof", "seed", "output"}


def try_assign(input_: InputFile, seed: SeedHex, out: OutFile = None) -> None:
    """试算：这个种子会派谁去哪里 / whom a seed would send where."""
    octets = trial.seed_of(seed)
    value = read_input(input_)
    try:
        roster = input_of(value, "$")
        output = assign(roster, octets)
    except DomainError as refusal:
        _refuse_impossible(value, refusal)
        raise
    _tell(roster, output["loads"])
    trial.give(output, out)


def read_input(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read what should be an input of assign-v1, or take it out of a proof bundle.

    Raises DomainError: "file-unreadable", "not-canonical", "lab-input-invalid".
    """
    value = trial.read_json(path)
    if isinstance(value, dict) and "commitment" in value:
        return _INPUT.obj(value, "$", _BUNDLE)["input"]
    return value


def _refuse_impossible(value: Any, refusal: DomainError) -> None:  # noqa: ANN401 - JSON
    """Give what makes an input impossible, always on standard output, and its sentence to people."""
    if isinstance(refusal, InfeasibleError):
        trial.give(refusal.to_json())
    elif refusal.code == "fewer-than-two-officers":
        small = next(each["id"] for each in value["inspections"] if _is_too_small(each))
        trial.give({"error": "infeasible", "reason": refusal.code, "inspection": small})
    else:
        return
    Console(stderr=True).print(
        printable(refusal.detail), style="red", highlight=False, soft_wrap=True, markup=False
    )
    raise typer.Exit(IMPOSSIBLE) from None


def _is_too_small(inspection: dict[str, Any]) -> bool:
    counts: list[int] = [
        each["count"] for each in inspection["needs"] if each["department"] != EXPERTS
    ]
    return sum(counts) < LEAST_OFFICERS


def _tell(roster: AssignmentInput, loads: dict[str, int]) -> None:
    """Show people how many seats and officers each department has, and how the seats are shared."""
    seats: Counter[str] = Counter()
    for inspection in roster.inspections:
        for need in inspection.needs:
            seats[need.department] += need.count
    shares: defaultdict[str, list[int]] = defaultdict(list)
    for officer in roster.officers:
        shares[officer.department].append(loads[officer.id])
    table = Table("部门 / department", title="试算 / dry run")
    for heading in ("名额 / seats", "人员 / officers", "每人次数 / visits each"):
        table.add_column(heading, justify="right")
    for name, share in sorted(shares.items(), key=lambda each: each[0].encode()):
        spread = f"{min(share)}–{max(share)}"
        table.add_row(escape(printable(name)), str(seats[name]), str(len(share)), spread)
    trial.tell(table)
