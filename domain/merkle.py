"""The one Merkle tree: RFC 6962 with SHA-256, over leaf hashes of 32 bytes.

Inclusion and consistency proofs are those of RFC 6962 section 2.1; a subtree `[start, end)` and
its proofs are those of the Merkle Tree Certificates draft, of which the RFC's are the case
`start = 0`. Every `verify_…` returns nothing when the proof holds and raises
DomainError("proof-invalid") when it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32
# To copy a hash that has its first byte is faster than to make a new one.
_new_leaf = sha256(b"\x00").copy
_new_node = sha256(b"\x01").copy
_BATCH = 4096  # a power of two, so that every batch but the last is a perfect subtree


def leaf_hash(data: bytes) -> bytes:
    """H(0x00 || data)."""
    state = _new_leaf()
    state.update(data)
    return state.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """H(0x01 || left || right)."""
    state = _new_node()
    state.update(left + right)
    return state.digest()


def pair_heads(row: bytes) -> bytes:
    """Give the `node_hash` of each two neighbours in a row of hashes, in one piece as the row is; a last odd one is left out."""
    heads = []
    for at in range(0, len(row) - 2 * HASH_SIZE + 1, 2 * HASH_SIZE):
        state = _new_node()
        state.update(row[at : at + 2 * HASH_SIZE])
        heads.append(state.digest())
    return b"".join(heads)


def root(leaves: Iterable[bytes]) -> bytes:
    """Head of the tree over these leaf hashes, in order; H("") for none.

    They may come from a stream: only one batch of them is held at a time.
    """
    rest = iter(leaves)
    heads = []
    while batch := list(islice(rest, _BATCH)):
        heads.append(_head(batch))
    return _head(heads) if heads else EMPTY_ROOT


@dataclass
class Frontier:
    """What must be kept to go on appending: the heads of the perfect subtrees, left to right.

    There is one for each set bit of `size`.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, head: bytes, width: int = 1) -> None:
        """Add on the right one leaf hash, or the head of a perfect subtree of `width` leaves, which must divide `size`."""
        size = self.size // width
        while size & 1:
            head = node_hash(self.peaks.pop(), head)
            size >>= 1
        self.peaks.append(head)
        self.size += width

    def root(self) -> bytes:
        """Head of the tree over all leaves appended so far."""
        if not self.peaks:
            return EMPTY_ROOT
        head = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            head = node_hash(peak, head)
        return head

    def copy(self) -> Frontier:
        """Give an independent frontier at the same point."""
        return Frontier(self.size, list(self.peaks))


def perfect_subtrees(leaves: Sequence[bytes], start: int) -> list[tuple[bytes, int]]:
    """Give head and width of the fewest perfect subtrees over leaf hashes that stand from leaf `start` on.

    Appended in order to a `Frontier` of size `start` they give what the leaves would.
    """
    place, end, found = start, start + len(leaves), []
    while place < end:
        width = 1 << ((end - place).bit_length() - 1)
        width = min(width, place & -place) if place else width
        found.append((root(leaves[place - start : place - start + width]), width))
        place += width
    return found


def is_subtree(start: int, end: int) -> bool:
    """Tell whether `[start, end)` can be a subtree.

    `start` must be a multiple of the least power of two that is not below the width.
    """
    return 0 <= start < end and start & ((1 << (end - start - 1).bit_length()) - 1) == 0


def left_width(size: int) -> int:
    """Width of the left branch of a tree of `size > 1` leaves: the largest power of two below it."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(index: int, size: int) -> list[tuple[int, int]]:
    """Give the subtrees whose heads are the audit path of leaf `index`, from the bottom up."""
    if not 0 <= index < size:
        raise _refusal(f"叶 {index} 不在 {size} 个叶中 / leaf {index} is not among {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + left_width(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf `index` in the tree over `leaves`, from the bottom up."""
    return [root(leaves[low:high]) for low, high in inclusion_path(index, len(leaves))]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes
) -> None:
    """Check that `leaf` stands at `index` in the tree of `size` leaves with this head."""
    if not 0 <= index < size:
        raise _refusal(f"叶 {index} 不在 {size} 个叶中 / leaf {index} is not among {size}")
    _check_hashes([leaf, *proof])
    path = list(proof)
    if _climb(leaf, index, size, path) != head or path:
        raise _refusal("包含证明与树头不符 / the proof does not lead to the head")


def verify_subtree_inclusion(  # noqa: PLR0913, PLR0917 - two trees and a proof
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], head: bytes
) -> None:
    """Check that leaf `index`, counted in the whole tree, is in `[start, end)` with this head."""
    if not is_subtree(start, end):
        raise _refusal(f"[{start}, {end}) 不是子树 / is not a subtree")
    verify_inclusion(leaf, index - start, end - start, proof, head)


def prove_consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Prove that the tree over the first `size` leaves is the beginning of the whole tree."""
    return prove_subtree_consistency(leaves, 0, size)


def verify_consistency(
    size1: int, head1: bytes, size2: int, proof: Sequence[bytes], head2: bytes
) -> None:
    """Check that the tree of `size1 > 0` leaves is the beginning of the tree of `size2`."""
    if size1 < 1:
        raise _refusal(
            "空树是任何树的开头,不作证明 / an empty tree begins every tree, without a proof"
        )
    verify_subtree_consistency(0, size1, head1, size2, proof, head2)


def consistency_path(start: int, end: int, size: int) -> list[tuple[int, int]]:
    """Give the subtrees whose heads prove that `[start, end)` is part of a tree, from the bottom up."""
    if not is_subtree(start, end) or end > size:
        raise _no_subtree(start, end, size)
    low, high, path, known = 0, size, [], True
    while (start, end) != (low, high):
        middle = low + left_width(high - low)
        if end <= middle:
            path.append((middle, high))
            high = middle
            continue
        path.append((low, middle))
        low = middle
        if start < middle:
            start, known = middle, False
    # The verifier holds the head of the whole `[start, end)`, but not that of a part of it.
    return path[::-1] if known else [(low, high), *path[::-1]]


def prove_subtree_consistency(leaves: Sequence[bytes], start: int, end: int) -> list[bytes]:
    """Prove that the subtree `[start, end)` is part of the tree over all leaves."""
    return [root(leaves[low:high]) for low, high in consistency_path(start, end, len(leaves))]


def verify_subtree_consistency(  # noqa: PLR0913, PLR0917 - two trees and a proof
    start: int, end: int, part: bytes, size: int, proof: Sequence[bytes], head: bytes
) -> None:
    """Check that the subtree `[start, end)` with head `part` belongs to the tree with this head.

    An empty subtree is part of every tree.
    """
    if 0 <= start == end <= size and part == EMPTY_ROOT and not proof:
        return
    if not is_subtree(start, end) or end > size:
        raise _no_subtree(start, end, size)
    _check_hashes(proof)
    path = list(proof)
    if _meet(start, end, size, part, path) != (part, head) or path:
        raise _refusal("一致性证明与树头不符 / the consistency proof does not lead to the heads")


def _head(level: list[bytes]) -> bytes:
    """Pair neighbours until one is left; `node_hash` stands here in full, for it is most of the work."""
    while len(level) > 1:
        above = []
        for left, right in zip(level[::2], level[1::2], strict=False):
            state = _new_node()
            state.update(left + right)
            above.append(state.digest())
        level = [*above, level[-1]] if len(level) % 2 else above
    return level[0]


def _refusal(detail: str) -> DomainError:
    return DomainError("proof-invalid", detail)


def _no_subtree(start: int, end: int, size: int) -> DomainError:
    return _refusal(f"[{start}, {end}) 不是 {size} 叶的子树 / is no subtree of {size} leaves")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    """Between siblings of fixed size nothing of another size can be hashed into place."""
    if any(len(each) != HASH_SIZE for each in hashes):
        raise _refusal("散列不是 32 字节 / a hash is not 32 bytes long")


def _take(path: list[bytes]) -> bytes:
    if not path:
        raise _refusal("证明过短 / the proof is too short")
    return path.pop()


def _climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Head that the path implies; the last hash of the path is the sibling next to the top."""
    if size == 1:
        return leaf
    split, sibling = left_width(size), _take(path)
    if index < split:
        return node_hash(_climb(leaf, index, split, path), sibling)
    return node_hash(sibling, _climb(leaf, index - split, size - split, path))


def _meet(
    start: int, end: int, size: int, known: bytes | None, path: list[bytes]
) -> tuple[bytes, bytes]:
    """Heads of the subtree and of the tree that the path implies; the mirror of `consistency_path`."""
    if (start, end) == (0, size):
        part = _take(path) if known is None else known
        return part, part
    split, sibling = left_width(size), _take(path)
    if end <= split:
        part, head = _meet(start, end, split, known, path)
        return part, node_hash(head, sibling)
    if start >= split:
        part, head = _meet(start - split, end - split, size - split, known, path)
        return part, node_hash(sibling, head)
    part, head = _meet(0, end - split, size - split, None, path)
    return node_hash(sibling, part), node_hash(sibling, head)
