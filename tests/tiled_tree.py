"""A reader of tiles who has nothing else: every head and proof of a tree, from its tiles alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError
from domain.tiles import HEIGHT, WIDTH, Tile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def tiles(size: int) -> Iterator[Tile]:
    """Give every tile of a tree, level by level; the last of a level may be partial, none is empty."""
    level = 0
    while hashes := size >> (HEIGHT * level):
        for first in range(0, hashes, WIDTH):
            width = min(WIDTH, hashes - first)
            yield Tile(level=level, index=first // WIDTH, width=width)
        level += 1


def split(content: bytes) -> list[bytes]:
    """Give the hashes of a tile."""
    size = merkle.HASH_SIZE
    return [content[place : place + size] for place in range(0, len(content), size)]


class TiledTree:
    """A tree of `size` leaves that is known by its tiles alone, each of them fetched once.

    `read` gives a tile's content; nothing of it is believed beyond its length, for what is proved
    from it is verified against a signed head. Raises DomainError("proof-invalid") for a tile of
    another length.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._rows = cache(self._fetch)

    def root(self) -> bytes:
        """Head of the whole tree."""
        return self._head(0, self.size) if self.size else merkle.EMPTY_ROOT

    def prove_inclusion(self, index: int) -> list[bytes]:
        """As `merkle.prove_inclusion`."""
        return self._heads(merkle.inclusion_path(index, self.size))

    def prove_consistency(self, size: int) -> list[bytes]:
        """As `merkle.prove_consistency`."""
        return self._heads(merkle.consistency_path(0, size, self.size))

    def _heads(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        return [self._head(start, end) for start, end in spans]

    def _head(self, start: int, end: int) -> bytes:
        """Head of a subtree: a perfect one lies within one tile, any other is made of perfect ones."""
        width = end - start
        if width & (width - 1):
            middle = start + merkle.left_width(width)
            return merkle.node_hash(self._head(start, middle), self._head(middle, end))
        level, height = divmod(width.bit_length() - 1, HEIGHT)
        place = start >> (HEIGHT * level)
        index, offset = divmod(place, WIDTH)
        return self._rows(level, index)[height][offset >> height]

    def _fetch(self, level: int, index: int) -> list[list[bytes]]:
        """Give a tile's hashes, and above them the heads of all perfect subtrees within it."""
        there = (self.size >> (HEIGHT * level)) - index * WIDTH
        tile = Tile(level=level, index=index, width=min(WIDTH, there))
        content = self._read(tile)
        if len(content) != tile.width * merkle.HASH_SIZE:
            detail = f"瓦片 {tile} 长度不符 / the tile has another length"
            raise DomainError("proof-invalid", detail)
        rows = [split(content)]
        while len(below := rows[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            rows.append([merkle.node_hash(left, right) for left, right in pairs])
        return rows
