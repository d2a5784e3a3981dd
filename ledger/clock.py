"""Where time comes from: handed to decisions as text, never read inside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path


class Clock(Protocol):
    """Anything that can say the time."""

    def now(self) -> str:
        """RFC 3339 UTC with milliseconds, as `2024-09-02T01:30:00.000Z`."""


def rfc3339(moment: datetime) -> str:
    """Write an aware moment the one way that the ledger writes time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_rfc3339(text: str) -> bool:
    """Tell whether `text` is a moment, written the one way that the ledger writes time."""
    try:
        return rfc3339(datetime.fromisoformat(text)) == text
    except ValueError:
        return False


class SystemClock:
    """The clock of the machine."""

    def now(self) -> str:
        """Now, RFC 3339 UTC with milliseconds."""
        return rfc3339(datetime.now(UTC))


class FileClock:
    """Reads the time from a file, so that a demonstration can pass months. Development only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> str:
        """Give the moment in the file; raises DomainError("clock-unreadable")."""
        try:
            text = self._path.read_text("utf-8").strip()
        except OSError as error:
            raise _unreadable(self._path, error.strerror or "") from None
        if not is_rfc3339(text):
            raise _unreadable(self._path, f"{text!r} ≠ 2024-09-02T01:30:00.000Z")
        return text


def _unreadable(path: Path, why: str) -> DomainError:
    return DomainError("clock-unreadable", f"时钟文件 {path} 读不出时间 / no time in {path}: {why}")
