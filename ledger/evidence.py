"""Evidence files, each under the hash of its bytes, in a folder of their own. The ledger says which there must be.

A file is known by its content: its type is what its first bytes say, whatever it was called, and its name here is its
SHA-256. It is written beside, made durable, and then moved to its place; it is never executable, and never changed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

from domain.errors import DomainError
from domain.visit_commands import MediaType

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 20
HEAD = 16
READ_ONLY = 0o400
PRIVATE = 0o700
_BEGINNINGS: tuple[tuple[bytes, MediaType], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
# ISO/IEC 14496-12: bytes 4 to 8 say `ftyp`, the next four name the brand.
_BRANDS: dict[bytes, MediaType] = {
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "),
        "video/mp4",
    ),
    b"M4A ": "audio/mp4",
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file that is in the folder."""

    sha256: str
    size: int
    media_type: MediaType


@dataclass(frozen=True)
class EvidenceFolder:
    """The folder, which is made when the first file comes; files are at most `limit` bytes."""

    path: Path
    limit: int

    def keep(self, source: IO[bytes]) -> Kept:
        """Take a file in; one that is there already stays as it is.

        Raises DomainError: "evidence-too-large", "evidence-type-refused".
        """
        head = source.read(HEAD)
        media_type = media_type_of(head)
        if media_type is None:
            detail = "只收 JPEG、PNG、PDF、MP4、M4A 文件 / only files of these types are taken"
            raise DomainError("evidence-type-refused", detail)
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.path, prefix=".incoming-", delete=False) as beside:
            try:
                digest, size = self._copy(head, source, beside)
                os.fchmod(beside.fileno(), READ_ONLY)
                os.fsync(beside.fileno())
                self._place(beside.name, digest)
            except BaseException:
                os.unlink(beside.name)  # noqa: PTH108 - it is a name, not a path
                raise
        return Kept(sha256=digest, size=size, media_type=media_type)

    def open(self, digest: str, size: int) -> IO[bytes]:
        """Give a file, opened at its beginning once all of it was read and is what the ledger says.

        Raises DomainError: "evidence-missing", "evidence-damaged".
        """
        try:
            file = self._place_of(digest).open("rb")
        except OSError:
            detail = f"{digest}: 证据文件不在库中 / the file is not in the folder"
            raise DomainError("evidence-missing", detail) from None
        found, read = sha256(), 0
        for chunk in chunks(file):
            found.update(chunk)
            read += len(chunk)
        if found.hexdigest() != digest or read != size:
            file.close()
            detail = f"{digest}: 证据文件已被改动 / the file is not what was attached"
            raise DomainError("evidence-damaged", detail)
        file.seek(0)
        return file

    def names(self) -> set[str]:
        """The hashes of all files that are there."""
        return {one.name for one in self.path.glob("??/*")} if self.path.is_dir() else set()

    def _copy(self, head: bytes, source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
        digest, size, chunk = sha256(), 0, head
        while chunk:
            size += len(chunk)
            if size > self.limit:
                detail = f"文件超过 {self.limit} 字节 / the file has more than {self.limit} bytes"
                raise DomainError("evidence-too-large", detail)
            digest.update(chunk)
            target.write(chunk)
            chunk = source.read(CHUNK)
        target.flush()
        return digest.hexdigest(), size

    def _place(self, name: str, digest: str) -> None:
        place = self._place_of(digest)
        place.parent.mkdir(mode=PRIVATE, exist_ok=True)
        os.replace(name, place)  # noqa: PTH105 - it is a name, not a path
        for folder in (place.parent, self.path):
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def _place_of(self, digest: str) -> Path:
        return self.path / digest[:2] / digest


def media_type_of(head: bytes) -> MediaType | None:
    """What the first bytes of a file say that it is, if it is of a type that is taken."""
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return media_type
    return _BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of a file in pieces."""
    while chunk := file.read(CHUNK):
        yield chunk


def handed_out(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of a file in pieces; it is closed at the end, or where nobody reads on."""
    with file:
        yield from chunks(file)
