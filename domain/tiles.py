"""The tree in tiles of 256 hashes: small files that never change, from which anybody computes any proof.

A tile of level 0 holds leaf hashes, a tile of level `l` the heads of full tiles of level `l - 1`.
The last tile of a level may be narrower. Coordinates and contents are those of C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import DomainError

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
