"""Reading the ledger: leaves in order, each checked against its hash before it is believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain import merkle
from domain.errors import DomainError
from ledger import codec, quick
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.facts import Recorded

SELECT_ENTRIES = (
    "SELECT leaf, leaf_hash, state FROM ledger.events WHERE leaf >= %s ORDER BY leaf LIMIT %s"
)
BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One leaf: its stored bytes and their hash."""

    leaf: int
    leaf_hash: bytes = field(repr=False)
    state: bytes = field(repr=False)

    def envelope(self) -> Envelope:
        """Parse the bytes; raises DomainError naming what is wrong with them."""
        return Envelope.from_bytes(self.state)

    def recorded(self) -> Recorded:
        """Parse the bytes and build the typed event; raises DomainError naming what is wrong with them."""
        return read(self.leaf, self.state)


def read(leaf: int, state: bytes) -> Recorded:
    """Parse the bytes of a leaf and build the typed event; raises DomainError naming what is wrong with them."""
    stored = quick.read(leaf, state)
    return stored.recorded if stored else codec.to_recorded(leaf, Envelope.from_bytes(state))


def from_rows(rows: Iterable[tuple[Any, ...]], from_leaf: int) -> Iterator[Entry]:
    """Give entries of rows (leaf, leaf_hash, state) that must follow on from `from_leaf`; raises as `checked`."""
    for leaf, leaf_hash, state in checked(rows, from_leaf):
        yield Entry(leaf=leaf, leaf_hash=leaf_hash, state=state)


def checked(rows: Iterable[tuple[Any, ...]], from_leaf: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Give the rows as they are.

    Raises DomainError: "leaf-missing" or "leaf-hash-differs", naming the leaf.
    """
    for expected, (leaf, leaf_hash, state) in enumerate(rows, start=from_leaf):
        if leaf != expected:
            raise DomainError("leaf-missing", f"缺少叶 {expected} / leaf is missing")
        if merkle.leaf_hash(state) != leaf_hash:
            raise DomainError("leaf-hash-differs", f"叶 {leaf} 的字节已变 / bytes were changed")
        yield leaf, leaf_hash, state
