"""Static files: what a reader finds is always complete, what is there stays, and only an earlier state is gone on from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import tiles
from domain.tiles import Tile
from ledger import note, publication
from ledger.continuation import Log, continued
from ledger.note import Checkpoint
from ledger.publication import publish
from ledger.published_log import Folder, PublishedLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = note.log_key("log.example", KEY.public_key().public_bytes_raw())
LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(66_100)]


class Given:
    """Leaf hashes that somebody gives, and how many were asked for."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._leaves = leaves
        self.asked = 0

    def hashes(self, first: int, end: int) -> bytes:
        """Give them."""
        self.asked += end - first
        return b"".join(self._leaves[first:end])


def checkpoint(size: int, leaves: list[bytes] = LEAVES) -> str:
    """A signed head over the first leaves."""
    head = Checkpoint(origin=VKEY.name, size=size, root=merkle.root(leaves[:size]))
    return note.sign_checkpoint(head, KEY)


def files(folder: Path) -> Iterator[str]:
    """Everything that was published."""
    return (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_folder_is_a_log_of_c2sp_after_each_step(tmp_path: Path) -> None:
    """Over the edges of two levels; each step reads its new leaves alone, and an earlier reader goes on."""
    published, log, kept = PublishedLog(Folder(tmp_path)), Log(key=VKEY), None
    expected: set[str] = {"checkpoint"}
    before = 0
    for size in (1, 255, 256, 257, 1000, 65_535, 65_536, 66_100):
        source = Given(LEAVES)
        publish(source, checkpoint(size), VKEY, tmp_path)
        assert source.asked <= size - before // 256 * 256
        expected |= {f"tile/{tile}" for tile in tiles(size)}
        assert set(files(tmp_path)) == expected
        kept = continued(kept, published, log)
        assert kept == checkpoint(size)
        before = size
    top = (tmp_path / "tile" / str(Tile(level=2, index=0, width=1))).read_bytes()
    assert top == merkle.root(LEAVES[:65_536])


def test_full_tiles_are_left_alone(tmp_path: Path) -> None:
    """Not even written again; and a second run with nothing new writes no tile."""
    publish(Given(LEAVES), checkpoint(300), VKEY, tmp_path)
    full = tmp_path / "tile" / "0" / "000"
    stamp = full.stat().st_mtime_ns, full.stat().st_ino
    assert publish(Given(LEAVES), checkpoint(600), VKEY, tmp_path) == 3
    assert (full.stat().st_mtime_ns, full.stat().st_ino) == stamp
    assert publish(Given(LEAVES), checkpoint(600), VKEY, tmp_path) == 0
    assert full.stat().st_mode & 0o777 == 0o644


def test_a_tile_that_was_lost_is_put_back(tmp_path: Path) -> None:
    """Whoever cleans up too much can publish again."""
    publish(Given(LEAVES), checkpoint(2000), VKEY, tmp_path)
    for index in (0, 3, 4):
        (tmp_path / "tile" / str(Tile(level=0, index=index))).unlink()
    assert publish(Given(LEAVES), checkpoint(2000), VKEY, tmp_path) == 3
    assert continued(None, PublishedLog(Folder(tmp_path)), Log(key=VKEY)) == checkpoint(2000)


def test_a_reader_never_sees_a_checkpoint_whose_tiles_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies at any file: what is served is the earlier state, whole."""
    write, died = publication._write, 0
    publish(Given(LEAVES), checkpoint(200), VKEY, tmp_path)
    for allowed in range(100):
        left = [allowed]

        def dying(path: Path, content: bytes, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            write(path, content)

        monkeypatch.setattr(publication, "_write", dying)
        try:
            publish(Given(LEAVES), checkpoint(1000), VKEY, tmp_path)
            break
        except DomainError as error:
            assert error.code == "publication-unwritable"  # noqa: PT017 - and go on
            died += 1
        seen = continued(checkpoint(200), PublishedLog(Folder(tmp_path)), Log(key=VKEY))
        assert seen == checkpoint(200)
    assert died > 0
    assert continued(None, PublishedLog(Folder(tmp_path)), Log(key=VKEY)) == checkpoint(1000)


@pytest.mark.parametrize("index", [0, 3, 100, 256])
@pytest.mark.parametrize("level", [0, 1])
def test_a_reader_sees_any_tile_that_was_replaced(level: int, index: int, tmp_path: Path) -> None:
    """Also one that no proof of today needs; unless it is old and they look at new ones alone."""
    size = 66_100
    publish(Given(LEAVES), checkpoint(size), VKEY, tmp_path)
    there = size >> 8 * level
    index = min(index, (there - 1) // 256)
    tile = Tile(level=level, index=index, width=min(256, there - index * 256))
    path = tmp_path / "tile" / str(tile)
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    published, log = PublishedLog(Folder(tmp_path)), Log(key=VKEY)
    with pytest.raises(DomainError, match=r"^tiles-differ: "):
        continued(checkpoint(65_536), published, log)
    if (level, index) in {(0, 0), (0, 3), (0, 100)}:
        assert continued(checkpoint(65_536), published, log, new_only=True) == checkpoint(size)


@pytest.mark.parametrize(
    ("leaves", "size", "code"),
    [
        (LEAVES, 300, "log-shorter"),
        ([bytes(32), *LEAVES[1:]], 600, "tiles-differ"),
    ],
)
def test_a_folder_of_another_history_is_not_gone_on_from(
    leaves: list[bytes], size: int, code: str, tmp_path: Path
) -> None:
    """Shorter, or with another past; the checkpoint stays."""
    publish(Given(LEAVES), checkpoint(500), VKEY, tmp_path)
    with pytest.raises(DomainError, match=rf"^{code}: "):
        publish(Given(leaves), checkpoint(size, leaves), VKEY, tmp_path)
    assert (tmp_path / "checkpoint").read_text("utf-8") == checkpoint(500)


def test_two_who_publish_at_once_take_turns(tmp_path: Path) -> None:
    """Neither takes the other's unfinished file away, and both are right."""
    with ThreadPoolExecutor(4) as pool:
        written = pool.map(
            lambda _: publish(Given(LEAVES), checkpoint(20_000), VKEY, tmp_path), range(4)
        )
        assert sorted(written)[:3] == [0, 0, 0]
    assert set(files(tmp_path)) == {"checkpoint"} | {f"tile/{tile}" for tile in tiles(20_000)}


def test_a_tile_without_its_bytes_is_written_again(tmp_path: Path) -> None:
    """As a power cut may leave it, before a checkpoint needs it."""
    publish(Given(LEAVES), checkpoint(256), VKEY, tmp_path)
    for tile in set(tiles(600)) - set(tiles(256)):
        path = tmp_path / "tile" / str(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    publish(Given(LEAVES), checkpoint(600), VKEY, tmp_path)
    log = Log(key=VKEY)
    assert continued(checkpoint(256), PublishedLog(Folder(tmp_path)), log) == checkpoint(600)
