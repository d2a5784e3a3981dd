"""What was sent to whom: a record of its own, beside the ledger, in which rows are only ever added.

An attempt is entered before anything is sent, and its end afterwards. So nothing is ever sent twice: only an attempt that the other
side refused, or that never reached it, is followed by another, each after twice the time. What broke off in between, or whose end
is missing because the program died, may have arrived and is not repeated.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Self

from psycopg_pool import ConnectionPool

if TYPE_CHECKING:
    from types import TracebackType

    from psycopg import Connection

End = Literal["delivered", "refused", "unclear"]
MOST = 6  # attempts, the last an hour or so after the first
_NEWEST = """
SELECT attempt, state, at FROM accounts.deliveries WHERE key = %s
ORDER BY attempt DESC, state = 'begun' LIMIT 1"""
_ADD = """
INSERT INTO accounts.deliveries (key, attempt, state, at) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING"""
_LEFT = """
SELECT count(*) FROM accounts.deliveries AS begun
WHERE state = 'begun' AND starts_with(key, %s) AND at < %s AND NOT EXISTS (
    SELECT FROM accounts.deliveries AS ended
    WHERE ended.key = begun.key AND ended.attempt = begun.attempt AND ended.state <> 'begun')"""


class Deliveries:
    """The record; close it after use. Moments are RFC 3339 in UTC, as the clock gives them."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[Connection[tuple[object, ...]]] = ConnectionPool(
            dsn, min_size=1, max_size=2, open=True
        )

    def begin(self, key: str, now: str) -> int | None:
        """Enter the next attempt to send what `key` names, and give its number; None where there is to be none now.

        Of several processes that ask at once, one is given it.
        """
        with self._pool.connection() as connection:
            found = connection.execute(_NEWEST, [key]).fetchone()
            last = 0
            if found is not None:
                last, state, at = int(str(found[0])), found[1], str(found[2])
                if state != "refused" or last >= MOST or now < _again(at, last):
                    return None
            added = connection.execute(_ADD, [key, last + 1, "begun", now]).rowcount
        return last + 1 if added else None

    def end(self, key: str, attempt: int, end: End, now: str) -> None:
        """Enter what became of an attempt."""
        with self._pool.connection() as connection:
            connection.execute(_ADD, [key, attempt, end, now])

    def broken_off(self, keys: str, before: str) -> int:
        """How many attempts have no end, of keys that begin so: the program died, and they may have arrived."""
        with self._pool.connection() as connection:
            ((count,),) = connection.execute(_LEFT, [keys, before]).fetchall()
        return int(str(count))

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def _again(at: str, attempt: int) -> str:
    """The moment from which an attempt may follow: 2, 4, 8, 16, 32 minutes after the one before."""
    later = datetime.fromisoformat(at) + timedelta(minutes=2**attempt)
    return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")
