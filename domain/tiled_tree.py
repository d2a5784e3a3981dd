"""A reader of tiles who has nothing else: every head and proof of a tree, from its tiles alone."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError
from domain.tiles import HEIGHT, WIDTH, Tile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TILE = WIDTH * merkle.HASH_SIZE
TILES_KEPT = 4096  # with the heads within them, 16 KiB each: as many as a million leaves have


def tiles(size: int) -> Iterator[Tile]:
    """Give every tile of a tree, level by level; the last of a level may be partial, none is empty."""
    level = 0
    while hashes := size >> (HEIGHT * level):
        for first in range(0, hashes, WIDTH):
            width = min(WIDTH, hashes - first)
            yield Tile(level=level, index=first // WIDTH, width=width)
        level += 1


def heads_within(content: bytes) -> list[bytes]:
    """Give a tile's hashes in one piece, and above them, row by row, those of all perfect subtrees within it."""
    rows = [content]
    while len(rows[-1]) >= 2 * merkle.HASH_SIZE:
        rows.append(merkle.pair_heads(rows[-1]))
    return rows


def extend(frontier: merkle.Frontier, hashes: bytes) -> None:
    """Append many leaf hashes, given in one piece; full tiles are hashed as such."""
    at = 0
    while at < len(hashes):
        whole = frontier.size % WIDTH == 0 and at + TILE <= len(hashes)
        piece = hashes[at : at + (TILE if whole else merkle.HASH_SIZE)]
        frontier.append(heads_within(piece)[-1], WIDTH if whole else 1)
        at += len(piece)


class TiledTree:
    """A tree of `size` leaves that is known by its tiles alone; those fetched last are kept.

    `read` gives a tile's content; nothing of it is believed beyond its length, for what is proved
    from it is verified against a signed head. Raises DomainError("proof-invalid") for a tile of
    another length.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._rows = lru_cache(TILES_KEPT)(self._fetch)
        self._edge: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """Head of the whole tree."""
        return self._head(0, self.size) if self.size else merkle.EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """Hash of one leaf; raises DomainError("proof-invalid") where there is none."""
        merkle.inclusion_path(index, self.size)
        return self._head(index, index + 1)

    def prove_inclusion(self, index: int) -> list[bytes]:
        """As `merkle.prove_inclusion`."""
        return self._heads(merkle.inclusion_path(index, self.size))

    def prove_consistency(self, size: int) -> list[bytes]:
        """As `merkle.prove_consistency`."""
        return self._heads(merkle.consistency_path(0, size, self.size))

    def require_whole(self, since: int = 0) -> None:
        """Check each full tile that has leaves from `since` on against its head in the tile above it.

        With the head of the tree itself, which `root` gives, every hash of these tiles is then accounted for.
        Raises DomainError("tiles-differ").
        """
        for tile in tiles(self.size):
            if tile.width == WIDTH and tile.leaves > since:
                head = self._rows(tile.level, tile.index)[HEIGHT]
                above, at = divmod(tile.index, WIDTH)
                at *= merkle.HASH_SIZE
                if self._rows(tile.level + 1, above)[0][at : at + merkle.HASH_SIZE] != head:
                    detail = f"瓦片 {tile} 与上一级不符 / it does not lead to the tile above it"
                    raise DomainError("tiles-differ", detail)

    def _heads(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        return [self._head(start, end) for start, end in spans]

    def _head(self, start: int, end: int) -> bytes:
        """Head of a subtree: a perfect one lies within one tile, any other is made of perfect ones."""
        width = end - start
        if width & (width - 1):
            return self._head_at_the_edge(start, end)
        level, height = divmod(width.bit_length() - 1, HEIGHT)
        place = start >> (HEIGHT * level)
        at = (place % WIDTH >> height) * merkle.HASH_SIZE
        return self._rows(level, place // WIDTH)[height][at : at + merkle.HASH_SIZE]

    def _head_at_the_edge(self, start: int, end: int) -> bytes:
        """There are few of them, and every proof has one: each is hashed once."""
        if (start, end) not in self._edge:
            middle = start + merkle.left_width(end - start)
            head = merkle.node_hash(self._head(start, middle), self._head(middle, end))
            self._edge[start, end] = head
        return self._edge[start, end]

    def _fetch(self, level: int, index: int) -> list[bytes]:
        there = (self.size >> (HEIGHT * level)) - index * WIDTH
        tile = Tile(level=level, index=index, width=min(WIDTH, there))
        content = self._read(tile)
        if len(content) != tile.width * merkle.HASH_SIZE:
            detail = f"瓦片 {tile} 长度不符 / the tile has another length"
            raise DomainError("proof-invalid", detail)
        return heads_within(content)
