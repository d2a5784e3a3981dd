"""What may come in through the door: the few scalar types that every request is made of.

Text is put into NFC here, so that the canonical form never refuses what a person wrote; control characters, lone
surrogates and integers outside the canonical range are refused here, with their place.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, Strict, StringConstraints

from domain.canonical import MAX_INTEGER

MAX_TEXT = 20_000
MAX_WORD = 200
MAX_LIST = 20_000
_ALLOWED_CONTROLS = frozenset("\n\t")


def clean(text: str) -> str:
    """The text in NFC; raises ValueError for control characters and lone surrogates."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in _ALLOWED_CONTROLS:
            raise ValueError(
                "含控制字符或孤立代理项 / holds a control character or a lone surrogate"
            )
    return unicodedata.normalize("NFC", text)


Text = Annotated[str, StringConstraints(strict=True, max_length=MAX_TEXT), AfterValidator(clean)]
Word = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MAX_WORD),
    AfterValidator(clean),
]
Integer = Annotated[int, Strict(), Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Leaf = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
