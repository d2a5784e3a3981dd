"""The key directory: four files of 32 secret bytes in hex, readable by their owner alone.

The secrets that prove draws are not among them: see `ledger.vrf_folder`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.errors import DomainError
from ledger.sealing import MasterKey
from ledger.subject_keys import OTHERS, SubjectKeys

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("service", "log", "master", "token")
SIZE = 32
STORE = "subjects.sqlite"


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The secrets of one service.

    `service` signs commits, `log` signs checkpoints, `master` wraps the keys of personal data, which are in the store
    `subjects`, `token` signs access tokens.
    """

    service: Ed25519PrivateKey = field(repr=False)
    log: Ed25519PrivateKey = field(repr=False)
    master: bytes = field(repr=False)
    token: bytes = field(repr=False)
    subjects: SubjectKeys = field(repr=False)

    @property
    def service_public(self) -> bytes:
        """32 bytes."""
        return self.service.public_key().public_bytes_raw()

    @property
    def log_public(self) -> bytes:
        """32 bytes."""
        return self.log.public_key().public_bytes_raw()


def paths(directory: Path) -> tuple[Path, ...]:
    """Where the files of a key directory are."""
    return tuple(directory / f"{name}.key" for name in NAMES)


def generate(directory: Path, subjects: Path | None = None) -> Keys:
    """Write fresh keys with mode 0600, and beside them or at `subjects` an empty store of subjects' keys.

    Raises DomainError("key-exists"), and then changes nothing.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (*paths(directory), subjects or directory / STORE):
        if path.exists():
            raise DomainError("key-exists", f"密钥已存在,不覆盖 / not overwritten: {path}")
    for path in paths(directory):
        make_key(path)
    keys = load(directory, subjects)
    keys.subjects.create()
    return keys


def load(directory: Path, subjects: Path | None = None) -> Keys:
    """Read the four keys; `subjects` is where the store of subjects' keys is, by default `subjects.sqlite` beside them.

    Raises DomainError: "key-missing", "key-file-permissions" or "key-malformed", naming the file.
    """
    service, log, master, token = (read_key(path) for path in paths(directory))
    return Keys(
        service=Ed25519PrivateKey.from_private_bytes(service),
        log=Ed25519PrivateKey.from_private_bytes(log),
        master=master,
        token=token,
        subjects=SubjectKeys(subjects or directory / STORE, MasterKey(master)),
    )


def write_new(path: Path, secret: bytes) -> None:
    """Write a file that its owner alone can read; raises DomainError("key-exists")."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DomainError("key-exists", f"密钥已存在,不覆盖 / not overwritten: {path}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(descriptor)  # a key may be enrolled the moment after


def read_secret(path: Path, longest: int) -> bytes:
    """Give the first `longest` bytes of a file that its owner alone can access.

    Raises DomainError: "key-missing", "key-file-permissions", or "key-malformed" for no file.
    """
    try:
        with path.open("rb") as file:
            mode, secret = os.fstat(file.fileno()).st_mode, file.read(longest)
    except FileNotFoundError:
        raise DomainError("key-missing", f"缺少密钥文件 / no key file: {path}") from None
    except OSError as error:
        detail = f"{path}: 不能读取 / cannot be read: {error.strerror}"
        raise DomainError("key-malformed", detail) from None
    if mode & OTHERS:
        found = f"{stat.S_IMODE(mode):04o}"
        raise DomainError("key-file-permissions", f"{path}: {found}; chmod 600 {path}")
    return secret


def is_readable(path: Path) -> bool:
    """Whether this process can read a file or list a folder: it tries, as only that answers for every kind of right."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        else:
            path.open("rb").close()
    except OSError:
        return False
    return True


def make_key(path: Path) -> None:
    """Write one fresh key; raises DomainError("key-exists")."""
    write_new(path, os.urandom(SIZE).hex().encode() + b"\n")


def read_key(path: Path) -> bytes:
    """Read one key; raises DomainError: "key-missing", "key-file-permissions" or "key-malformed", naming the file."""
    text = read_secret(path, 2 * SIZE + 2)
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != SIZE or key.hex().encode() + b"\n" != text:
        detail = "应为 64 位小写十六进制加换行 / not 64 lower-case hex digits and a newline"
        raise DomainError("key-malformed", f"{path}: {detail}")
    return key
