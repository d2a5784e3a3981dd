"""Tiles: where they stand, which a tree has, and that proofs from them are the proofs from all leaves."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import TiledTree, tiles
from domain.tiles import WIDTH, Tile

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/merkle_rfc6962.json").read_text("utf-8"))
LARGEST = WIDTH**2 + 2 * WIDTH + 1
LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(LARGEST)]
EDGES = (1, 2, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, LARGEST)
SIZES = st.sampled_from(EDGES) | st.integers(1, 1500)


@cache
def content(tile: Tile) -> bytes:
    """A tile by its definition: heads of so many consecutive leaves each."""
    span = WIDTH**tile.level
    starts = range(tile.first * span, tile.leaves, span)
    return b"".join(merkle.root(LEAVES[start : start + span]) for start in starts)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=0), "0/000"),
        (Tile(level=0, index=999, width=255), "0/999.p/255"),
        (Tile(level=1, index=1000), "1/x001/000"),
        (Tile(level=0, index=1234067), "0/x001/x234/067"),
        (Tile(level=63, index=0, width=1), "63/000.p/1"),
    ],
)
def test_a_tile_is_written_as_c2sp_writes_it(tile: Tile, path: str) -> None:
    """Three digits for each part, an x before all but the last, the width of a partial tile behind."""
    assert str(tile) == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0/",
        "0/0",
        "00/000",
        "64/000",
        "-1/000",
        "0/x000/001",
        "0/x001",
        "0/001/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000\n",
        "0/٠٠٠",
        "entries/000",
        "0/../000",
        "0/" + "x999/" * 6 + "999",
    ],
)
def test_a_tile_that_is_written_otherwise_is_not_there(path: str) -> None:
    """There is one address for one tile."""
    with pytest.raises(DomainError, match=r"^unknown-tile: "):
        Tile.parse(path)


def test_a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() -> None:
    """273 full tiles and one of 112 hashes, above them one full and one of 17, and one of one."""
    found = list(tiles(70_000))
    assert [each.level for each in found] == [0] * 274 + [1] * 2 + [2]
    assert [str(each) for each in found if each.width < WIDTH] == [
        "0/273.p/112",
        "1/001.p/17",
        "2/000.p/1",
    ]
    assert list(map(str, tiles(256))) == ["0/000", "1/000.p/1"]
    assert list(tiles(0)) == []


def test_the_heads_of_the_published_tree_come_from_its_tiles() -> None:
    """The eight classic leaves, at each size."""
    tree = VECTORS["rfc6962_reference_tree"]
    hashes = [merkle.leaf_hash(bytes.fromhex(each)) for each in tree["leaves_hex"]]
    heads = [
        TiledTree(size, lambda tile: b"".join(hashes[: tile.width])).root().hex()
        for size in range(9)
    ]
    assert heads == tree["roots_by_size_0_to_8_hex"]


@pytest.mark.parametrize("size", EDGES)
def test_a_tree_is_known_by_its_own_tiles(size: int) -> None:
    """Its head comes from them, and nothing is asked for that a tree of this size does not have."""
    asked = []
    has = set(tiles(size))

    def read(tile: Tile) -> bytes:
        asked.append(tile)
        return content(tile)

    assert TiledTree(size, read).root() == merkle.root(LEAVES[:size])
    assert set(asked) <= has
    assert len(asked) == len(set(asked))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=SIZES)
def test_proofs_from_tiles_are_the_proofs_from_all_leaves(data: st.DataObject, size: int) -> None:
    """Inclusion of any leaf, consistency with any earlier size."""
    tree, leaves = TiledTree(size, content), LEAVES[:size]
    index, earlier = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = tree.prove_inclusion(index), tree.prove_consistency(earlier)
    assert inclusion == merkle.prove_inclusion(leaves, index)
    assert consistency == merkle.prove_consistency(leaves, earlier)
    head = merkle.root(leaves)
    merkle.verify_inclusion(tree.leaf(index), index, size, inclusion, head)
    assert tree.leaf(index) == leaves[index]
    merkle.verify_consistency(earlier, merkle.root(leaves[:earlier]), size, consistency, head)


@pytest.mark.parametrize("size", [257, 65537])
def test_a_proof_from_a_flipped_tile_does_not_hold(size: int) -> None:
    """One bit of each tile that the proof is made of."""
    used: list[Tile] = []

    def noting(tile: Tile) -> bytes:
        used.append(tile)
        return content(tile)

    head = merkle.root(LEAVES[:size])
    TiledTree(size, noting).prove_inclusion(0)
    assert used
    for damaged in used:

        def flipped(tile: Tile, bad: Tile = damaged) -> bytes:
            kept = content(tile)
            return kept[:-1] + bytes([kept[-1] ^ 1]) if tile == bad else kept

        proof = TiledTree(size, flipped).prove_inclusion(0)
        with pytest.raises(DomainError, match=r"^proof-invalid: "):
            merkle.verify_inclusion(LEAVES[0], 0, size, proof, head)


def test_a_tile_of_another_length_is_refused() -> None:
    """A hash short, a byte short, a byte or a hash too many."""
    for wrong in (-32, -1, 1, 32):

        def resized(tile: Tile, by: int = wrong) -> bytes:
            kept = content(tile)
            return (kept + bytes(32))[: len(kept) + by]

        with pytest.raises(DomainError, match=r"^proof-invalid: "):
            TiledTree(300, resized).root()


def test_no_proof_is_made_of_what_is_not_in_the_tree() -> None:
    """A leaf or an earlier size beyond its end."""
    tree = TiledTree(300, content)
    for impossible in (-1, 300):
        with pytest.raises(DomainError, match=r"^proof-invalid: "):
            tree.prove_inclusion(impossible)
        with pytest.raises(DomainError, match=r"^proof-invalid: "):
            tree.leaf(impossible)
    for impossible in (0, 301):
        with pytest.raises(DomainError, match=r"^proof-invalid: "):
            tree.prove_consistency(impossible)
