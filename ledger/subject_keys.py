"""The table of wrapped keys, one per person: outside the events, so that it can be emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.errors import DomainError
from ledger import sealing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psycopg import Cursor

SELECT = "SELECT subject, wrapped_key FROM ledger.subject_keys WHERE subject = ANY (%s)"
INSERT = """
INSERT INTO ledger.subject_keys (subject, wrapped_key) SELECT * FROM unnest(%s::text[], %s::bytea[])"""


def obtain(cursor: Cursor[Any], master: bytes, subjects: Iterable[str]) -> dict[str, bytes]:
    """Give the keys of these subjects, making those that do not exist; the ledger is locked."""
    wanted = sorted(set(subjects))
    if not wanted:
        return {}
    wrapped = dict(cursor.execute(SELECT, [wanted]).fetchall())
    keys = {name: sealing.unwrap(master, name, wrapped[name]) for name in wrapped}
    fresh = {name: sealing.new_subject_key() for name in wanted if name not in keys}
    if fresh:
        new = [sealing.wrap(master, name, key) for name, key in fresh.items()]
        cursor.execute(INSERT, [list(fresh), new])
    return keys | fresh


def find(
    select: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]], master: bytes, subject: str
) -> bytes:
    """Give the key of a subject; raises DomainError("sealed-unreadable") when it was destroyed."""
    for _, wrapped in select(SELECT, [[subject]]):
        return sealing.unwrap(master, subject, wrapped)
    raise DomainError("sealed-unreadable", f"{subject}: 密钥已销毁或不存在 / its key is gone")
