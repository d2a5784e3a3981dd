"""What stands in a PDF: its text, its fonts, and whether a character of it does not show."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_of(data: bytes) -> str:
    """The text of a PDF without the breaks that lines bring."""
    pages = PdfReader(BytesIO(data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def missing_glyphs(data: bytes) -> int:
    """How often a PDF shows glyph 0, the empty box for what a font lacks; codes are of two bytes (Identity-H)."""
    count = 0

    def look(operator: bytes, operands: Sequence[object], *_: object) -> None:
        nonlocal count
        if operator not in {b"Tj", b"TJ"}:
            return
        (shown,) = operands
        for one in shown if isinstance(shown, list) else [shown]:
            codes = getattr(one, "original_bytes", b"")
            pairs = zip(codes[::2], codes[1::2], strict=True)
            count += sum(pair == (0, 0) for pair in pairs)

    for page in PdfReader(BytesIO(data)).pages:
        page.extract_text(visitor_operand_before=look)
    return count


def fonts(data: bytes) -> set[str]:
    """The fonts of a PDF, without the tag of their subset; each must be embedded."""
    found = set()
    for page in PdfReader(BytesIO(data)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile3" in inner.get_object()["/FontDescriptor"]
            found.add(str(font.get_object()["/BaseFont"]).partition("+")[2])
    return found
