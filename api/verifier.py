"""The stand-alone verifiers, handed out as they are: one page and one program, neither of which needs this service."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

# The room of the audit stands beside this one, in a checkout as in an installation; nothing of it is imported.
FOLDER = Path(__file__).parents[1] / "audit" / "verifier"
PAGE, PROGRAM = "verify_draw.html", "verify_draw.py"
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def text_of(name: str) -> str:
    """One of the files."""
    return (FOLDER / name).read_text("utf-8")


@cache
def policy() -> str:
    """The page's Content-Security-Policy: its own script and style run, by their hashes, and nothing else is loaded or sent."""
    allowed: dict[str, list[str]] = {"script": [], "style": []}
    for kind, content in _INLINE.findall(text_of(PAGE)):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        allowed[kind].append(f"'sha256-{digest}'")
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(allowed['script'])}",
            f"style-src {' '.join(allowed['style'])}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
