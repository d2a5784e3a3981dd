"""A folder that appears complete or not at all, and that its owner alone may read."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, BinaryIO

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER_MODE, FILE_MODE = 0o700, 0o600


@contextmanager
def whole_folder(directory: Path, code: str) -> Iterator[Path]:
    """Give a folder to fill, which takes its place when the block ends and is gone when it raises.

    Raises DomainError: `code` where the place is taken, or "file-unwritable" where there is none.
    """
    target = directory.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DomainError(code, f"目标不为空 / target is not empty: {target}")
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))  # of mode 0700
    try:
        yield scratch
        with _writing(target):  # a place where something is mounted cannot be taken
            scratch.rename(target)
            _sync(target.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def private_file(path: Path) -> BinaryIO:
    """Open a new file for writing that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DomainError("file-unwritable", f"{target}: {error.strerror}") from None


def _sync(folder: Path) -> None:
    """See to it that a name in a folder outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
