"""The tree in tiles of 256 hashes: small files that never change, from which anybody computes any proof.

A tile of level 0 holds leaf hashes, a tile of level `l` the heads of full tiles of level `l - 1`.
The last tile of a level may be narrower. Coordinates and contents are those of C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from domain import merkle
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HEIGHT = 8
WIDTH = 1 << HEIGHT
TOP = 63
STEP = 1000  # three digits for each part of a path
PATH = re.compile(r"(0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """Where a tile stands: its level, its place within the level, and how many hashes are in it."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def first(self) -> int:
        """Place of its first hash among all hashes of its level."""
        return self.index * WIDTH

    @property
    def leaves(self) -> int:
        """Size of the smallest tree that has it."""
        return (self.first + self.width) << (HEIGHT * self.level)

    def __str__(self) -> str:
        parts = [f"{self.index % STEP:03}"]
        rest = self.index // STEP
        while rest:
            parts.insert(0, f"x{rest % STEP:03}")
            rest //= STEP
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{self.level}/{'/'.join(parts)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """Read what follows `tile/` in an address; raises DomainError("unknown-tile")."""
        found = PATH.fullmatch(path)
        if found:
            index = int(found[2].replace("x", "").replace("/", ""))
            tile = cls(level=int(found[1]), index=index, width=int(found[3] or WIDTH))
            if tile.level <= TOP and str(tile) == path:
                return tile
        raise unknown()


def unknown() -> DomainError:
    """Refuse a tile that is not there."""
    return DomainError("unknown-tile", "没有这个瓦片 / there is no such tile")


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
