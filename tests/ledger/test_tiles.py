"""Tiles of a real ledger: only what a checkpoint covers, and what they lead to is the signed head."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import TiledTree, tiles
from domain.tiles import Tile
from ledger import note
from ledger.clock import SystemClock
from ledger.writer import Writer
from tests.conftest import prover_of
from tests.ledger.examples import SYSTEM, department, new_id
from tests.tamper import tamper

if TYPE_CHECKING:
    from ledger.store import Ledger

# As if 65,535 more events had been recorded, and a checkpoint published over all of them.
MANY = """
INSERT INTO ledger.events (leaf, version, stream, type, leaf_hash, state)
SELECT n, n, 'example', 'example', sha256(int8send(n)), '' FROM generate_series(1, 65536) AS n"""
COVERED = "INSERT INTO ledger.checkpoints (size, note) VALUES (65537, '')"


def record(ledger: Ledger, first: int, count: int) -> None:
    """Record so many departments, in one commit."""
    commands = [department(first + number) for number in range(count)]
    Writer(ledger, SystemClock(), prover_of(ledger.keys)).execute(
        commands, actor=SYSTEM, command_id=new_id()
    )


def published(ledger: Ledger) -> note.Checkpoint:
    """The newest checkpoint, signed now."""
    return note.Checkpoint.parse(note.Note.parse(ledger.publish_checkpoint()).text)


def test_the_tiles_lead_to_every_checkpoint_and_from_one_to_the_next(ledger: Ledger) -> None:
    """A reader holds the heads alone; growth over the edge of a tile is proved too."""
    heads = [published(ledger)]
    for first, count in ((0, 254), (254, 1), (255, 2), (257, 60)):
        record(ledger, first, count)
        heads.append(published(ledger))
    assert [head.size for head in heads] == [1, 255, 256, 258, 318]
    for head in heads:
        tree = TiledTree(head.size, ledger.tiles.content)
        assert tree.root() == head.root
        for earlier in heads[: heads.index(head)]:
            proof = tree.prove_consistency(earlier.size)
            merkle.verify_consistency(earlier.size, earlier.root, head.size, proof, head.root)
    leaf = merkle.leaf_hash(ledger.read(200, 1)[0].state)
    proof = TiledTree(318, ledger.tiles.content).prove_inclusion(200)
    merkle.verify_inclusion(leaf, 200, 318, proof, heads[-1].root)


def test_what_no_checkpoint_covers_is_not_served(ledger: Ledger) -> None:
    """A tile appears with the checkpoint, not with the event."""
    record(ledger, 0, 2)
    with pytest.raises(DomainError, match=r"^unknown-tile: "):
        ledger.tiles.content(Tile(level=0, index=0, width=2))
    ledger.publish_checkpoint()
    assert len(ledger.tiles.content(Tile(level=0, index=0, width=3))) == 96
    for beyond in (
        Tile(level=0, index=0, width=4),
        Tile(level=0, index=0),
        Tile(level=1, index=0, width=1),
        Tile(level=63, index=10**17),
    ):
        with pytest.raises(DomainError, match=r"^unknown-tile: "):
            ledger.tiles.content(beyond)


@pytest.mark.parametrize("top_first", [False, True])
def test_three_levels_of_tiles_agree_with_the_leaves(
    ledger: Ledger, dsn: str, *, top_first: bool
) -> None:
    """65,537 leaves: two levels are full, whichever tile is asked for first."""
    with psycopg.connect(dsn) as connection:
        connection.execute(MANY)
        connection.execute(COVERED)
    first = merkle.leaf_hash(ledger.read(0, 1)[0].state)
    leaves = [first, *(sha256(n.to_bytes(8, "big")).digest() for n in range(1, 65537))]
    order = sorted(tiles(65537), key=lambda tile: tile.level, reverse=top_first)
    found = {tile: ledger.tiles.content(tile) for tile in order}
    assert len(found) == 259
    assert found[Tile(level=2, index=0, width=1)] == merkle.root(leaves[:65536])
    assert TiledTree(65537, found.__getitem__).root() == merkle.root(leaves)


def test_a_missing_leaf_is_noticed(ledger: Ledger, dsn: str) -> None:
    """A tile with a gap would not be the tile."""
    record(ledger, 0, 5)
    ledger.publish_checkpoint()
    tamper(dsn, "DELETE FROM ledger.events WHERE leaf = 3")
    with pytest.raises(DomainError, match=r"^leaf-missing: "):
        ledger.tiles.content(Tile(level=0, index=0, width=6))
