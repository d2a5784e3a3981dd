"""Leaf hashes as they stand beside the events: many at once, in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.merkle import HASH_SIZE

if TYPE_CHECKING:
    from ledger.recorder import LedgerRecorder

# The database puts them together: a million rows would cost more to hand over than to read.
SELECT_HASHES = """
SELECT coalesce(string_agg(leaf_hash, ''::bytea ORDER BY leaf), ''), count(*)
FROM ledger.events WHERE leaf >= %s AND leaf < %s"""
SELECT_GAP = """
SELECT leaf FROM generate_series(%s::bigint, %s::bigint - 1) AS leaf
WHERE NOT EXISTS (SELECT FROM ledger.events AS one WHERE one.leaf = leaf.leaf) ORDER BY 1 LIMIT 1"""
BATCH = 65_536  # leaves to ask for at once: 2 MiB, and whole tiles


def leaf_hashes(recorder: LedgerRecorder, first: int, end: int) -> bytes:
    """Give the hashes of leaves [first, end), 32 bytes each.

    Raises DomainError: "leaf-missing" naming the leaf, "leaf-hash-differs" where one has another length.
    """
    hashes, count = recorder.select(SELECT_HASHES, [first, end])[0]
    if count != end - first:
        missing = recorder.select(SELECT_GAP, [first, end])[0][0]
        raise DomainError("leaf-missing", f"缺少叶 {missing} / leaf is missing")
    if len(hashes) != count * HASH_SIZE:
        detail = f"叶 {first} 至 {end - 1} 有散列长度不符 / a hash has another length"
        raise DomainError("leaf-hash-differs", detail)
    return bytes(hashes)
