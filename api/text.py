"""What may come in through the door: the few scalar types that every request is made of.

Text is put into NFC here, so that the canonical form never refuses what a person wrote. What cannot be seen is refused,
since two texts that look alike must be alike: a kind of entity with an invisible space in it falls out of every scope.
So is what means nothing to others: private use, unassigned code points and lone surrogates. Integers outside the
canonical range are refused too, each with its place.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, Strict, StringConstraints

from domain.canonical import MAX_INTEGER

MAX_TEXT = 20_000
MAX_WORD = 200
MAX_LIST = 20_000
BREAKS = "\n\t"
# Unicode, General_Category: controls, format characters, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
# Surrogates, private use, unassigned.
_UNKNOWN = frozenset({"Cs", "Co", "Cn"})
# Unicode, Default_Ignorable_Code_Point beside those categories, and the blank of Braille: letters and marks without ink.
_INKLESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Planes 2 and 3 hold ideographs and nothing else. Rare names need the newest, which Python may not know yet.
_IDEOGRAPHS = re.compile("[\U00020000-\U0002fffd\U00030000-\U0003fffd]")


def is_unseen(character: str) -> bool:
    """Whether nothing shows where this character stands."""
    return unicodedata.category(character) in _UNSEEN or bool(_INKLESS.match(character))


def is_unknown(character: str) -> bool:
    """Whether this code point means nothing, or to everybody something else."""
    known = unicodedata.category(character) not in _UNKNOWN or _IDEOGRAPHS.match(character)
    return not known


def is_plain(text: str) -> bool:
    """Whether a text holds no character of either kind, and no break: true of most, and quickly told."""
    return text.isprintable() and not _INKLESS.search(text)


def clean(text: str, *, allowed: str = "") -> str:
    """The text in NFC; raises ValueError for a character that is unseen, but for those `allowed`, or unknown."""
    if not is_plain(text):
        for place, character in enumerate(text, start=1):
            if character not in allowed:
                _check(character, place)
    return unicodedata.normalize("NFC", text)


def _check(character: str, place: int) -> None:
    if is_unseen(character):
        detail = f"第 {place} 个字符不可见，请删去 / character {place} cannot be seen: remove it"
        raise ValueError(detail)
    if is_unknown(character):
        detail = f"第 {place} 个字符是自造字或未定义字符，请用规范字 / character {place} is of private use or undefined: write another"
        raise ValueError(detail)


def clean_line(text: str) -> str:
    """As `clean`, for what stands on one line; raises ValueError for blanks at either end too."""
    if text != text.strip():
        raise ValueError("首尾不得有空白 / no blanks at the beginning or the end")
    return clean(text)


Text = Annotated[
    str,
    StringConstraints(strict=True, max_length=MAX_TEXT),
    AfterValidator(partial(clean, allowed=BREAKS)),
]
Line = Annotated[
    str, StringConstraints(strict=True, max_length=MAX_TEXT), AfterValidator(clean_line)
]
Word = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MAX_WORD),
    AfterValidator(clean_line),
]
Integer = Annotated[int, Strict(), Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Leaf = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
