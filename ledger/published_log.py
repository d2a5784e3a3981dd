"""A log as everybody sees it, ours or anybody's: a checkpoint and hash tiles, under an address or in a folder.

What is read is believed only so far as it is proved from a signed head. Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import TiledTree
from domain.tiles import WIDTH, Tile

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NOTE = 128 * 1024
TILE_SIZE = WIDTH * merkle.HASH_SIZE
PATIENCE = 20.0  # seconds, for each piece of an answer
FOUND = 200


class Files(Protocol):
    """Files by their names below the log's place."""

    def read(self, name: str, longest: int) -> bytes | None:
        """Give at most so many bytes and one more, or None where there is no such file; raises "log-unreadable"."""
        ...


class Folder:
    """A folder, as a static publication leaves it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str, longest: int) -> bytes | None:
        """As `Files.read`."""
        try:
            with (self._path / name).open("rb") as file:
                return file.read(longest + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(f"{self._path / name}: {error.strerror}") from None


class Address:
    """A prefix of HTTP addresses."""

    def __init__(self, http: httpx.Client, prefix: str) -> None:
        self._http = http
        self._prefix = prefix.rstrip("/")

    def read(self, name: str, longest: int) -> bytes | None:
        """As `Files.read`; whatever is not 200 is not there."""
        try:
            with self._http.stream("GET", f"{self._prefix}/{name}") as answer:
                if answer.status_code != FOUND:
                    return None
                content = b""
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > longest:
                        break
                return content
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreadable(f"{name}: 无法连接 / no connection: {type(error).__name__}") from None


class PublishedLog:
    """The checkpoint and the tree of a log."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def checkpoint(self) -> str:
        """Give the newest note as it is; raises DomainError: "log-unreadable", "note-malformed"."""
        content = self._files.read("checkpoint", LONGEST_NOTE)
        if content is None:
            raise _unreadable("没有 checkpoint / there is no checkpoint")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            raise DomainError("note-malformed", "不是 UTF-8 / not UTF-8") from None

    def tree(self, size: int) -> TiledTree:
        """Give the tree of so many leaves; a tile that is not there raises DomainError("log-unreadable") when it is needed."""
        return TiledTree(size, self._tile)

    def _tile(self, tile: Tile) -> bytes:
        """A partial tile may be gone once the full one is there, which then begins with it."""
        content = self._files.read(f"tile/{tile}", TILE_SIZE)
        if content is None and tile.width < WIDTH:
            full = self._files.read(f"tile/{replace(tile, width=WIDTH)}", TILE_SIZE)
            content = None if full is None else full[: tile.width * merkle.HASH_SIZE]
        if content is None:
            raise _unreadable(f"没有瓦片 {tile} / there is no such tile")
        return content


@contextmanager
def published_log(place: str) -> Iterator[PublishedLog]:
    """Open a log by its address (`https://…`) or its folder."""
    if place.startswith(("https://", "http://")):
        with httpx.Client(timeout=PATIENCE, follow_redirects=True) as http:
            yield PublishedLog(Address(http, place))
    else:
        yield PublishedLog(Folder(Path(place)))


def _unreadable(detail: str) -> DomainError:
    return DomainError("log-unreadable", detail)
