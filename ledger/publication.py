"""The public part of the ledger as files that any web server or object store can hand out: tiles, then the checkpoint.

A file is written whole or not at all. Tiles never change, so those that are there are left alone, and heads of
higher levels come from the tiles below them in the folder, not from all leaves again. The checkpoint is written last,
when everything that it needs is on disk: a reader never sees one whose tiles are missing. Events are never written.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import heads_within, tiles
from domain.tiles import HEIGHT, WIDTH, Tile
from ledger.continuation import require_continuation
from ledger.note import VerifierKey, open_checkpoint
from ledger.published_log import LONGEST_NOTE, Folder, PublishedLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.note import Checkpoint

STRIDE = 256  # tiles of level 0 that are read from the ledger at once
READABLE, FOLDER_MODE = 0o644, 0o755


class Leaves(Protocol):
    """Where leaf hashes come from."""

    def hashes(self, first: int, end: int) -> bytes:
        """Give the leaf hashes of `[first, end)` in one piece; raises DomainError("leaf-missing")."""
        ...


def publish(leaves: Leaves, note: str, vkey: VerifierKey, directory: Path) -> int:
    """Bring a folder up to a checkpoint of the log with this key, and give the number of tiles written.

    What is published there already must be an earlier state of the same log. Raises DomainError: "log-shorter",
    "log-forked", "tiles-differ", "leaf-missing", "publication-unwritable", and as `open_checkpoint`.
    """
    now = open_checkpoint(note, vkey)
    try:
        with _alone(directory):
            before = _before(directory, vkey)
            written = sum(1 for _ in _write_tiles(leaves, now.size, directory))
            require_continuation(before, now, PublishedLog(Folder(directory)).tree(now.size))
            os.sync()  # tiles before the checkpoint, also when the power fails
            _write(directory / "checkpoint", note.encode())
    except OSError as error:
        raise DomainError("publication-unwritable", f"{directory}: {error.strerror}") from None
    return written


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Whoever else writes into the folder waits: two would take each other's unfinished files away."""
    directory.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _before(directory: Path, vkey: VerifierKey) -> Checkpoint | None:
    content = Folder(directory).read("checkpoint", LONGEST_NOTE)
    return None if content is None else open_checkpoint(content.decode("utf-8", "replace"), vkey)


def _write_tiles(leaves: Leaves, size: int, directory: Path) -> Iterator[Tile]:
    """Write and give each tile that is missing, the lowest level first."""
    missing = [tile for tile in tiles(size) if not _is_whole(_path(directory, tile), tile)]
    lowest = [tile for tile in missing if not tile.level]
    for at in range(0, len(lowest), STRIDE):
        part = lowest[at : at + STRIDE]
        yield from _write_lowest(leaves, part, directory)
    for tile in missing[len(lowest) :]:
        _write(_path(directory, tile), _above(directory, tile))
        yield tile


def _is_whole(path: Path, tile: Tile) -> bool:
    """Whether it is there; a power cut may have left the name of a file and not its bytes."""
    try:
        return path.stat().st_size == tile.width * merkle.HASH_SIZE
    except FileNotFoundError:
        return False


def _write_lowest(leaves: Leaves, part: list[Tile], directory: Path) -> Iterator[Tile]:
    """Tiles that follow one another are read at once; between others that are there already, one by one."""
    together = part[-1].index - part[0].index < len(part)
    spans = [part] if together else [[tile] for tile in part]
    for span in spans:
        first, end = span[0].first, span[-1].first + span[-1].width
        hashes = leaves.hashes(first, end)
        for tile in span:
            at, size = (tile.first - first) * merkle.HASH_SIZE, tile.width * merkle.HASH_SIZE
            _write(_path(directory, tile), hashes[at : at + size])
            yield tile


def _above(directory: Path, tile: Tile) -> bytes:
    """A tile of a higher level, from the narrower one that was written before, and from the tiles below it."""
    known = _narrower(directory, tile)
    there = len(known) // merkle.HASH_SIZE
    below = range(tile.first + there, tile.first + tile.width)
    heads = [
        heads_within(_path(directory, Tile(level=tile.level - 1, index=index)).read_bytes())
        for index in below
    ]
    return known + b"".join(rows[HEIGHT] for rows in heads)


def _narrower(directory: Path, tile: Tile) -> bytes:
    full = _path(directory, Tile(level=tile.level, index=tile.index))
    partial = full.with_name(f"{full.name}.p")
    widths = [int(path.name) for path in partial.glob("*") if path.name.isdigit()]
    width = max((each for each in widths if each < tile.width <= WIDTH), default=0)
    return (partial / str(width)).read_bytes() if width else b""


def _path(directory: Path, tile: Tile) -> Path:
    return directory / "tile" / str(tile)


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    if not path.parent.is_dir():
        path.parent.mkdir(mode=FOLDER_MODE, parents=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, READABLE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)
