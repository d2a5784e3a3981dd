"""Hash tiles of the published tree, read from the leaf hashes that stand beside the events.

Level 0 is one short range of rows. Of the levels above, whose tiles stand for 65,536 leaves and
more, the heads are kept in memory (32 bytes for 256 leaves) and carried on as checkpoints appear;
so each leaf is hashed into them once, and no request reads the whole ledger again.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from domain.tiled_tree import TILE, heads_within
from domain.tiles import HEIGHT, WIDTH, Tile, unknown
from ledger.hashes import BATCH, leaf_hashes

if TYPE_CHECKING:
    from ledger.recorder import LedgerRecorder

SELECT_PUBLISHED = "SELECT coalesce(max(size), 0) FROM ledger.checkpoints"


class Tiles:
    """Gives the tiles that the newest published checkpoint covers, and no others."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._published = 0
        self._above: list[list[bytes]] = [[]]  # heads of full tiles: of level 0 first
        self._mutex = Lock()

    def content(self, tile: Tile) -> bytes:
        """Give the hashes of a tile; raises DomainError("unknown-tile") beyond the newest checkpoint."""
        if tile.leaves > self._published:
            self._published = int(self._recorder.select(SELECT_PUBLISHED, [])[0][0])
        if tile.leaves > self._published:
            raise unknown()
        end = tile.first + tile.width
        if not tile.level:
            return self.hashes(tile.first, end)
        with self._mutex:
            self._advance(tile.leaves)
            return b"".join(self._above[tile.level - 1][tile.first : end])

    def _advance(self, size: int) -> None:
        """Hash on until all full tiles of the first `size` leaves have their heads."""
        done, stop = len(self._above[0]) * WIDTH, size >> HEIGHT << HEIGHT
        while done < stop:
            end = min(stop, done + BATCH)
            hashes = self.hashes(done, end)
            for at in range(0, len(hashes), TILE):
                self._append(heads_within(hashes[at : at + TILE])[-1])
            done = end

    def _append(self, head: bytes, level: int = 0) -> None:
        """Add the head of a full tile, and with each 256th that of the tile above."""
        heads = self._above[level]
        heads.append(head)
        if len(heads) % WIDTH == 0:
            if level + 1 == len(self._above):
                self._above.append([])
            self._append(heads_within(b"".join(heads[-WIDTH:]))[-1], level + 1)

    def hashes(self, first: int, end: int) -> bytes:
        """Give the leaf hashes of `[first, end)` in one piece, published or not; raises as `leaf_hashes`."""
        return leaf_hashes(self._recorder, first, end)
