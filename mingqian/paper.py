"""The paper form of a witness without a computer: 32 bytes in four lines that people can type, and the page they stand on.

A line is a label, 16 hex digits in groups of four, and a check group: the first four hex digits of SHA-256 over
label, one space and the 16 digits. The label is hashed too, so a line typed in another's place does not pass. Lines A1 to A4
are the upper half (the hash to hand in), B1 to B4 the lower half (the number to keep).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.errors import DomainError
from domain.lottery.entropy import witness_commit

if TYPE_CHECKING:
    from collections.abc import Iterator

Half = Literal["upper", "lower"]
LABELS: dict[Half, tuple[str, ...]] = {
    "upper": ("A1", "A2", "A3", "A4"),
    "lower": ("B1", "B2", "B3", "B4"),
}
GROUP = 4
DIGITS = 16
TEMPLATE = "paper.html.j2"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a half: 16 digits in four groups, and the group that checks them."""

    label: str
    groups: tuple[str, ...]
    check: str


def check_of(label: str, digits: str) -> str:
    """Give the check group of 16 hex digits at a label."""
    return sha256(f"{label} {digits}".encode()).hexdigest()[:GROUP]


def lines_of(half: Half, value: bytes) -> tuple[Line, ...]:
    """Write 32 bytes as the four lines of a half."""
    return tuple(
        Line(label=label, groups=tuple(_cut(digits, GROUP)), check=check_of(label, digits))
        for label, digits in zip(LABELS[half], _cut(value.hex(), DIGITS), strict=True)
    )


def digits_of(label: str, typed: str) -> str:
    """Read one typed line, with blanks anywhere, in either case, half or full width; gives its 16 digits.

    Raises DomainError("form-line-wrong") naming the line and never what was typed: it may be a secret.
    """
    plain = "".join(unicodedata.normalize("NFKC", typed).lower().split())
    if not re.fullmatch(r"[0-9a-f]{20}", plain):
        reason = "应为 5 组，每组 4 位 0-9、a-f / must be 5 groups of 4 digits of 0-9 and a-f"
        raise _wrong(label, reason)
    digits, check = plain[:DIGITS], plain[DIGITS:]
    fitting = [each for half in LABELS.values() for each in half if check_of(each, digits) == check]
    if label in fitting:
        return digits
    if fitting:
        raise _wrong(label, f"录入的是 {fitting[0]} 行 / that is the line {fitting[0]}")
    reason = "与校验组不符，此行有误 / does not fit its check group: the slip is in this line"
    raise _wrong(label, reason)


def form(*, draw_id: str, who: str, nonce: bytes) -> str:
    """Write the page of one witness for one draw: HTML that needs nothing else and prints on one side of A4."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    commit = witness_commit(nonce)
    return pages.get_template(TEMPLATE).render(
        draw_id=draw_id,
        who=who,
        commit=commit.hex(),
        upper=lines_of("upper", commit),
        lower=lines_of("lower", nonce),
    )


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _wrong(label: str, reason: str) -> DomainError:
    return DomainError("form-line-wrong", f"{label}: {reason}")
