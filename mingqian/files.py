"""Files that people name on the command line: read whole, or written as new ones and never over what is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> bytes:
    """The bytes of a file; raises DomainError("file-unreadable")."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DomainError("file-unreadable", f"{path}: {error.strerror}") from None


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, with or without a byte order mark; raises DomainError("file-unreadable")."""
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"{path}: 第 {error.start} 字节不是 UTF-8 / not UTF-8 at this byte"
        raise DomainError("file-unreadable", detail) from None


def write(path: Path, data: bytes) -> None:
    """Write a file; raises DomainError("file-unwritable")."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise _unwritable(path, error) from None


def write_new(path: Path, content: str | bytes) -> None:
    """Write a new file that only its owner can read, text in UTF-8.

    Raises DomainError: "file-exists", and then nothing is changed, or "file-unwritable".
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        detail = f"文件已存在，不覆盖 / not overwritten: {path}"
        raise DomainError("file-exists", detail) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def _unwritable(path: Path, error: OSError) -> DomainError:
    return DomainError("file-unwritable", f"{path}: {error.strerror}")
