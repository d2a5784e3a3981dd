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

# `place` is the number of the commit.
TABLE = "CREATE TABLE commands (id TEXT PRIMARY KEY, place INTEGER, first INTEGER, count INTEGER) WITHOUT ROWID"
BEGIN = "INSERT INTO commands VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING"
FIND = "SELECT place, first, count FROM commands WHERE id = ?"
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
        for statement in (*QUICK, TABLE):
            self._execute(statement)
        # Where the last one was seen first; events of one command stand together.
        self._last, self._place, self._first, self._count = "", -1, -1, 0

    def see(self, command: str, leaf: int, commit: int) -> int | None:
        """Take the command of a leaf; give its first leaf if that lies in another commit."""
        if command != self._last:
            self._turn_to(command, leaf, commit)
        elif self._place == commit:
            self._count += 1
        return None if self._place == commit else self._first

    def take(self, command: str) -> tuple[int, int] | None:
        """Remove a command and give its first leaf and number of leaves."""
        self._keep()
        rows: list[tuple[int, int]] = self._execute(TAKE, (command,)).fetchall()
        return rows[0] if rows else None

    def left(self) -> Iterator[tuple[str, int]]:
        """Give the commands that were not taken and their first leaves, in order."""
        self._keep()
        return iter(self._execute(LEFT))

    def _turn_to(self, command: str, leaf: int, commit: int) -> None:
        self._keep()
        self._last = command
        if self._execute(BEGIN, (command, commit, leaf)).rowcount:
            self._place, self._first, self._count = commit, leaf, 1
            return
        self._place, self._first, self._count = self._execute(FIND, (command,)).fetchone()
        if self._place == commit:
            self._count += 1

    def _keep(self) -> None:
        if self._count > 1:
            self._execute(COUNT, (self._count, self._last))
        self._last, self._count = "", 0


@contextmanager
def command_ids() -> Iterator[CommandIds]:
    """Give an empty collection; raises DomainError("audit-interrupted") when the disk does not serve."""
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            yield CommandIds(database)
    except sqlite3.Error as error:
        detail = f"临时文件不可用 / the temporary file does not serve: {error}"
        raise DomainError("audit-interrupted", detail) from None
