"""The key directory: five files of 32 secret bytes in hex, readable by their owner alone."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("service", "log", "vrf", "master", "token")
SIZE = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The secrets of one service.

    `service` signs commits, `log` signs checkpoints, `vrf` proves draws (RFC 9381; its public key
    is that of Ed25519), `master` wraps the keys of personal data, `token` signs access tokens.
    """

    service: Ed25519PrivateKey = field(repr=False)
    log: Ed25519PrivateKey = field(repr=False)
    vrf: bytes = field(repr=False)
    master: bytes = field(repr=False)
    token: bytes = field(repr=False)

    @property
    def service_public(self) -> bytes:
        """32 bytes."""
        return self.service.public_key().public_bytes_raw()

    @property
    def log_public(self) -> bytes:
        """32 bytes."""
        return self.log.public_key().public_bytes_raw()

    @property
    def vrf_public(self) -> bytes:
        """32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.vrf).public_key().public_bytes_raw()


def generate(directory: Path) -> Keys:
    """Write fresh keys with mode 0600; raises DomainError("key-exists") and then changes nothing."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [directory / f"{name}.key" for name in NAMES]
    for path in paths:
        if path.exists():
            raise DomainError("key-exists", f"密钥已存在,不覆盖 / not overwritten: {path}")
    for path in paths:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(os.urandom(SIZE).hex() + "\n")
    return load(directory)


def load(directory: Path) -> Keys:
    """Read the five keys.

    Raises DomainError: "key-missing", "key-file-permissions" or "key-malformed", naming the file.
    """
    service, log, vrf, master, token = (_read(directory / f"{name}.key") for name in NAMES)
    return Keys(
        service=Ed25519PrivateKey.from_private_bytes(service),
        log=Ed25519PrivateKey.from_private_bytes(log),
        vrf=vrf,
        master=master,
        token=token,
    )


def _read(path: Path) -> bytes:
    try:
        with path.open(encoding="ascii") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(2 * SIZE + 2)
    except FileNotFoundError:
        raise DomainError("key-missing", f"缺少密钥文件 / no key file: {path}") from None
    except (OSError, UnicodeDecodeError):
        raise _malformed(path) from None
    if mode & OTHERS:
        found = f"{stat.S_IMODE(mode):04o}"
        raise DomainError("key-file-permissions", f"{path}: {found}; chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise _malformed(path) from None
    if key.hex() + "\n" != text or len(key) != SIZE:
        raise _malformed(path)
    return key


def _malformed(path: Path) -> DomainError:
    detail = "应为 64 位小写十六进制加换行 / not 64 lower-case hex digits and a newline"
    return DomainError("key-malformed", f"{path}: {detail}")
