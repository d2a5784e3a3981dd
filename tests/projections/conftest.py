"""A projector and a reader on the ledger of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projections import schema
from projections.reading import Reader
from projections.runner import Projector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.store import Ledger
    from projections.reading import Read


@pytest.fixture
def projector(dsn: str, ledger: Ledger) -> Iterator[Projector]:
    """A projector over empty tables."""
    schema.migrate(dsn)
    with Projector(dsn, ledger) as opened:
        yield opened


@pytest.fixture
def reader(dsn: str, projector: Projector) -> Iterator[Reader]:
    """Snapshots of the projector's tables."""
    with Reader(dsn) as opened:
        yield opened


@pytest.fixture
def read(reader: Reader) -> Iterator[Read]:
    """One snapshot, taken when the test first asks it."""
    with reader._pool.connection() as connection:
        yield connection
