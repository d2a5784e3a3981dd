"""The files of an export, from a folder or from a zip of it: named, opened, never extracted.

Nothing that stands in an export is trusted: links are not followed, names are only compared with
the names that the format has, and a zip that claims to hold far more than its size is refused.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("assignments", "checkpoints", "draws", "timestamps")
MANIFEST = "manifest.json"
# Hashes, signatures and sealed fields do not compress; events as a whole compress about ninefold.
EXPANSION = 100
SMALL = 64 * 2**20
# Names that are not marked as UTF-8 were written by Windows in Chinese; ASCII is the same in both.
WINDOWS = "gb18030"
UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file can raise; RuntimeError: encrypted, or a method that is not known."""


class Files(Protocol):
    """What an export consists of."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every file, as `draws/1.json`, once for each time it is there."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file by a name of `names`; raises one of `UNREADABLE`."""
        ...


def open_files(path: Path) -> Files:
    """Open an export; raises DomainError("export-unreadable") when there is none."""
    try:
        return Folder(path) if path.is_dir() else Zip(path)
    except UNREADABLE as error:
        detail = f"读不到导出 / no readable export: {path}: {error}"
        raise DomainError("export-unreadable", detail) from None


class Folder:
    """A folder on disk. What is not a plain file is named but cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = tuple(sorted(self._list("", FOLDERS)))

    def _list(self, within: str, folders: tuple[str, ...]) -> list[str]:
        names: list[str] = []
        with os.scandir(self._path / within) as entries:
            for entry in entries:
                if entry.name in folders and entry.is_dir(follow_symlinks=False):
                    names += self._list(f"{entry.name}/", ())
                else:
                    names.append(within + entry.name)
        return names

    def open(self, name: str) -> BinaryIO:
        """Open a plain file."""
        path = self._path / name
        if path.is_symlink() or not path.is_file():
            raise OSError("不是普通文件 / not a plain file")
        return path.open("rb")


class Zip:
    """A zip of such a folder, with the folder's own name before the names or without it."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, metadata_encoding=WINDOWS)
        members = [each for each in self._zip.infolist() if not each.is_dir()]
        if sum(each.file_size for each in members) > SMALL + EXPANSION * path.stat().st_size:
            raise ValueError("压缩比异常 / it claims to hold far more than its size")
        self._top = _top([each.filename for each in members])
        self.names = tuple(sorted(each.filename.removeprefix(self._top) for each in members))

    def open(self, name: str) -> BinaryIO:
        """Open a member; its checksum is compared when its end is reached."""
        return cast(
            "BinaryIO", io.BufferedReader(cast("io.RawIOBase", self._zip.open(self._top + name)))
        )


def _top(names: list[str]) -> str:
    """Give `folder/` when everything stands in one folder that is none of the format's own."""
    top = names[0].partition("/")[0] + "/" if names else ""
    return top if all(each.startswith(top) for each in names) and top[:-1] not in FOLDERS else ""
