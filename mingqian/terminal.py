"""What strangers wrote, made fit for a terminal."""

from __future__ import annotations

LONGEST = 1000


def printable(text: str) -> str:
    """The text without characters that would steer a terminal, and not endless."""
    return "".join(each if each.isprintable() else " " for each in text[:LONGEST])
