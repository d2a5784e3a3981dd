"""Documents as PDF, set by Typst. What a document says goes in as JSON, so that nothing in it can be read as markup or code."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import segno
import typst

from api.documents.glyphs import FAMILIES, FOLDERS, printable

if TYPE_CHECKING:
    from api.documents.content import Document

TEMPLATE = Path(__file__).with_name("document.typ")
# Thousands of rows take seconds and hundreds of megabytes: one at a time, however many ask.
_ONE = Lock()


def pdf(document: Document, public: str | None) -> bytes:
    """The document as PDF; the same document is the same bytes, whenever it is asked for."""
    address = document.address(public)
    told = {
        **asdict(document),
        "foot": (document.foot, document.as_of.words),
        "path": document.path,
        "address": address,
        "code": _code(address) if address else None,
        "families": FAMILIES,
    }
    given = json.dumps(_shown(told), ensure_ascii=False)
    with _ONE:
        return typst.compile(
            TEMPLATE.read_bytes(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"document": given},
            timestamp=int(datetime.fromisoformat(document.as_of.at).timestamp()),
        )


def _code(address: str) -> str:
    drawing = BytesIO()
    segno.make(address, micro=False, error="m").save(
        drawing, kind="svg", xmldecl=False, border=0, svgclass=None, lineclass=None
    )
    return drawing.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FOLDERS)
    )


def _shown(told: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(told, str):
        return printable(told)
    if isinstance(told, dict):
        return {name: _shown(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_shown(value) for value in told]
    return told
