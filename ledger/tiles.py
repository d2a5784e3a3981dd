"""Hash tiles of the published tree, read from the leaf hashes that stand beside the events.

Level 0 is one short range of rows. Of the levels above, whose tiles stand for 65,536 leaves and
more, the heads are kept in memory (32 bytes for 256 leaves) and carried on as checkpoints appear;
so each leaf is hashed into them once, and no request reads the whole ledger again.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from domain.merkle import HASH_SIZE
from domain.tiled_tree import TILE, heads_within, tiles
from domain.tiles import HEIGHT, WIDTH, Tile, unknown
from ledger.hashes import BATCH, leaf_hashes

if TYPE_CHECKING:
    from collections.abc import Iterator

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
            return leaf_hashes(self._recorder, tile.first, end)
        with self._mutex:
            self._advance(tile.leaves)
            return b"".join(self._above[tile.level - 1][tile.first : end])

    def all(self, size: int) -> Iterator[tuple[Tile, bytes]]:
        """Give all tiles of the tree of `size` leaves with their content; each leaf is read once. Raises as `content`."""
        hashes = b""
        for tile in tiles(size):
            if tile.level:
                yield tile, self.content(tile)
                continue
            if not tile.first % BATCH:
                hashes = leaf_hashes(self._recorder, tile.first, min(size, tile.first + BATCH))
                with self._mutex:
                    self._hash_on(tile.first, hashes)
            at = tile.first % BATCH * HASH_SIZE
            yield tile, hashes[at : at + tile.width * HASH_SIZE]

    def _advance(self, size: int) -> None:
        """Hash on until all full tiles of the first `size` leaves have their heads."""
        done, stop = len(self._above[0]) * WIDTH, size >> HEIGHT << HEIGHT
        while done < stop:
            end = min(stop, done + BATCH)
            self._hash_on(done, leaf_hashes(self._recorder, done, end))
            done = end

    def _hash_on(self, first: int, hashes: bytes) -> None:
        """Take up the leaves from `first` on, if these are the next that are wanted."""
        if first == len(self._above[0]) * WIDTH:
            for at in range(0, len(hashes) - TILE + 1, TILE):
                self._append(heads_within(hashes[at : at + TILE])[-1])

    def _append(self, head: bytes, level: int = 0) -> None:
        """Add the head of a full tile, and with each 256th that of the tile above."""
        heads = self._above[level]
        heads.append(head)
        if len(heads) % WIDTH == 0:
            if level + 1 == len(self._above):
                self._above.append([])
            self._append(heads_within(b"".join(heads[-WIDTH:]))[-1], level + 1)
