"""The Merkle tree: published vectors, and proofs of every shape up to 33 leaves."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import merkle
from domain.errors import DomainError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/merkle_rfc6962.json").read_text("utf-8"))
PROBES = {name: rows for name, rows in VECTORS["probes"].items() if isinstance(rows, list)}
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(33)]


def _octets(text: str | None) -> bytes:
    return b64decode(text or "")


def _accepts(kind: str, probe: dict[str, Any]) -> bool:
    proof = [_octets(each) for each in probe["proof"] or []]
    try:
        match kind:
            case "inclusion":
                leaf, index, size = _octets(probe["leafHash"]), probe["leafIdx"], probe["treeSize"]
                merkle.verify_inclusion(leaf, index, size, proof, _octets(probe["root"]))
            case "consistency":
                old, new = _octets(probe["root1"]), _octets(probe["root2"])
                merkle.verify_consistency(probe["size1"], old, probe["size2"], proof, new)
            case "subtreeinclusion":
                leaf, span = _octets(probe["leafHash"]), (probe["start"], probe["end"])
                head = _octets(probe["root"])
                merkle.verify_subtree_inclusion(leaf, probe["leafIdx"], *span, proof, head)
            case _:
                part, head = _octets(probe["root1"]), _octets(probe["root2"])
                start, end, size = probe["start"], probe["end"], probe["size"]
                merkle.verify_subtree_consistency(start, end, part, size, proof, head)
    except DomainError as error:
        return error.code != "proof-invalid"
    return True


@pytest.mark.parametrize("kind", PROBES)
def test_every_published_probe_gets_its_verdict(kind: str) -> None:
    """518 proofs, good and bad, of transparency-dev/merkle."""
    wrong = [row["file"] for row in PROBES[kind] if _accepts(kind, row) == row["wantErr"]]
    assert wrong == []
    assert sum(map(len, PROBES.values())) == 518


def test_hashes_and_heads_are_the_published_ones() -> None:
    """Domain separation, the empty tree and the eight classic leaves."""
    known = VECTORS["rfc6962_hasher"]
    assert merkle.EMPTY_ROOT.hex() == known["empty_root"]
    assert merkle.leaf_hash(b"").hex() == known["empty_leaf"]
    assert merkle.leaf_hash(b"L123456").hex() == known["leaf_L123456"]
    assert merkle.node_hash(b"N123", b"N456").hex() == known["node_N123_N456"]
    tree = VECTORS["rfc6962_reference_tree"]
    leaves = [merkle.leaf_hash(bytes.fromhex(each)) for each in tree["leaves_hex"]]
    heads = [merkle.root(leaves[:size]).hex() for size in range(9)]
    assert heads == tree["roots_by_size_0_to_8_hex"]


def test_a_frontier_has_the_head_of_every_size() -> None:
    """Appending leaf by leaf equals building from scratch, and a copy stands alone."""
    frontier = merkle.Frontier()
    for size, leaf in enumerate(LEAVES):
        assert frontier.root() == merkle.root(LEAVES[:size])
        assert frontier.size == size
        copy = frontier.copy()
        frontier.append(leaf)
        assert copy.root() == merkle.root(LEAVES[:size])


def test_every_leaf_of_every_tree_proves_its_place() -> None:
    """Inclusion for all sizes up to 33."""
    for size in range(1, len(LEAVES) + 1):
        head = merkle.root(LEAVES[:size])
        for index in range(size):
            proof = merkle.prove_inclusion(LEAVES[:size], index)
            merkle.verify_inclusion(LEAVES[index], index, size, proof, head)


def test_every_subtree_of_every_tree_proves_its_place() -> None:
    """Consistency for all subtrees, of which the beginnings are the RFC's own case."""
    for size in range(1, 20):
        head = merkle.root(LEAVES[:size])
        spans = [(a, b) for b in range(size + 1) for a in range(b) if merkle.is_subtree(a, b)]
        for start, end in spans:
            part = merkle.root(LEAVES[start:end])
            proof = merkle.prove_subtree_consistency(LEAVES[:size], start, end)
            merkle.verify_subtree_consistency(start, end, part, size, proof, head)
            if start == 0:
                assert proof == merkle.prove_consistency(LEAVES[:size], end)
                merkle.verify_consistency(end, part, size, proof, head)


@given(st.integers(2, 33), st.data())
def test_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    """Any bit of leaf, path or head, a hash too few or too many."""
    index = data.draw(st.integers(0, size - 1))
    head = merkle.root(LEAVES[:size])
    proof = merkle.prove_inclusion(LEAVES[:size], index)
    row = [LEAVES[index], *proof, head]
    place = data.draw(st.integers(0, len(row) - 1))
    row[place] = (int.from_bytes(row[place], "big") ^ 1 << data.draw(st.integers(0, 255))).to_bytes(
        32
    )
    with pytest.raises(DomainError):
        merkle.verify_inclusion(row[0], index, size, row[1:-1], row[-1])
    for other in (proof[:-1], [*proof, sha256().digest()], [proof[0] + b"\0", *proof[1:]]):
        with pytest.raises(DomainError):
            merkle.verify_inclusion(LEAVES[index], index, size, other, head)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    """Positions outside, and spans that are no subtree."""
    for index in (-1, 3):
        with pytest.raises(DomainError):
            merkle.prove_inclusion(LEAVES[:3], index)
    for start, end in ((1, 3), (0, 4), (2, 2), (-4, 0)):
        with pytest.raises(DomainError):
            merkle.prove_subtree_consistency(LEAVES[:3], start, end)


@pytest.mark.parametrize("size", [4095, 4096, 4097, 8192, 12_289, 20_000])
def test_a_stream_of_more_leaves_than_one_batch_has_the_same_head(size: int) -> None:
    """The batches are subtrees, the last one perhaps not a perfect one."""
    frontier = merkle.Frontier()
    leaves = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    for leaf in leaves:
        frontier.append(leaf)
    assert merkle.root(iter(leaves)) == frontier.root()


@given(st.integers(0, 70), st.integers(0, 70))
def test_perfect_subtrees_grow_a_tree_as_their_leaves_do(size: int, more: int) -> None:
    """From any size on, by any number of leaves; and each is as wide as it can be."""
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size + more)]
    frontier, subtrees = merkle.Frontier(), merkle.perfect_subtrees(leaves[size:], size)
    for leaf in leaves[:size]:
        frontier.append(leaf)
    for head, width in subtrees:
        assert frontier.size % width == 0
        frontier.append(head, width)
    assert (frontier.size, frontier.root()) == (size + more, merkle.root(leaves))
    assert len(subtrees) <= 2 * max(1, more).bit_length()
