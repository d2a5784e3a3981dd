"""Which commands were seen: on disk, for a ledger has more of them than should be held in memory.

The disk is a temporary database of SQLite, which removes its own file; about 70 MB for a million commands.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = "CREATE TABLE commands (id TEXT PRIMARY KEY, first INTEGER, count INTEGER) WITHOUT ROWID"
BEGIN = "INSERT INTO commands VALUES (?, ?, 1) ON CONFLICT DO NOTHING"
FIND = "SELECT first FROM commands WHERE id = ?"
COUNT = "UPDATE commands SET count = ? WHERE id = ?"
TAKE = "DELETE FROM commands WHERE id = ? RETURNING first, count"
LEFT = "SELECT id, first FROM commands ORDER BY first"
# What is lost with the process may be lost, so nothing is ever synchronised or undone; the cache is 4 MiB.
QUICK = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -4096",
)


class CommandIds:
    """Takes commands in the order of their leaves."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._execute = database.execute
        for statement in (
            *QUICK,
            TABLE,
            "BEGIN",
        ):  # which never ends, so that nothing is written out early
            self._execute(statement)
        self._open: tuple[int, str] | None = None  # the command that may go on, behind its commit
        self._count = 0  # its leaves so far

    def see(self, act: tuple[int, str], leaf: int) -> int | None:
        """Take the commit and command of a leaf; give the command's first leaf if it ended before that commit or in it."""
        if self._open == act:
            self._count += 1
            return None
        self._close()
        if self._execute(BEGIN, (act[1], leaf)).rowcount:
            self._open, self._count = act, 1
            return None
        first: int = self._execute(FIND, act[1:]).fetchone()[0]
        return first

    def take(self, command: str) -> tuple[int, int] | None:
        """Remove a command and give its first leaf and number of leaves."""
        self._close()
        rows: list[tuple[int, int]] = self._execute(TAKE, (command,)).fetchall()
        return rows[0] if rows else None

    def left(self) -> Iterator[tuple[str, int]]:
        """Give the commands that were not taken and their first leaves, in order."""
        self._close()
        return iter(self._execute(LEFT))

    def _close(self) -> None:
        if self._open is not None and self._count > 1:
            self._execute(COUNT, (self._count, self._open[1]))
        self._open = None


@contextmanager
def command_ids() -> Iterator[CommandIds]:
    """Give an empty collection; raises DomainError("audit-interrupted") when the disk does not serve."""
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            yield CommandIds(database)
    except sqlite3.Error as error:
        detail = f"临时文件不可用 / the temporary file does not serve: {error}"
        raise DomainError("audit-interrupted", detail) from None
