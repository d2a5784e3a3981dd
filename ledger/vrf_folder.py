"""The folder of the secrets that prove draws, which their holder alone opens: one encrypted file for each.

A file is called by the public half of its key, so which keys there are is known without the passphrase. It is PKCS#8 of
the Ed25519 private key whose seed is the VRF secret (RFC 9381 section 5.5 takes keys of RFC 8032): OpenSSL reads it too.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from domain.errors import DomainError
from ledger.keys import read_secret, write_new
from ledger.subject_keys import OTHERS

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_FILE = 4096
# The encoding stretches a passphrase by 2,048 rounds only, so it has to be random.
SHORTEST, LONGEST = 32, 1024
_NAME = re.compile(r"[0-9a-f]{64}\.pem")


class VrfFolder(Mapping[bytes, bytes]):
    """Secrets (32 bytes) by their public halves; one is decrypted when it is asked for, and not kept."""

    def __init__(self, directory: Path, passphrase_file: Path) -> None:
        self._directory = directory
        self._passphrase_file = passphrase_file

    def __iter__(self) -> Iterator[bytes]:
        """Public halves, ascending; needs no passphrase."""
        if not self._directory.exists():
            return
        for path in sorted(self._directory.iterdir()):
            if _NAME.fullmatch(path.name):
                yield bytes.fromhex(path.stem)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, public_key: bytes) -> bytes:
        """Decrypt a secret.

        Raises KeyError, or DomainError: "vrf-key-unreadable", and what `ledger.keys.read_secret` raises.
        """
        path = self._path(public_key)
        if not path.exists():
            raise KeyError(public_key)
        self._require_closed()
        encrypted, passphrase = read_secret(path, LONGEST_FILE), self._passphrase()
        try:
            key = load_pem_private_key(encrypted, passphrase)
        except (TypeError, ValueError):  # a key that is not encrypted, or not to be decrypted
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise _unreadable(path, "口令不对，或文件已损坏 / wrong passphrase, or a damaged file")
        if key.public_key().public_bytes_raw() != public_key:
            raise _unreadable(
                path, "文件名与密钥不符 / the file holds another key than its name says"
            )
        return key.private_bytes_raw()

    def new(self) -> bytes:
        """Make a key and give its public half; raises what `ledger.keys.read_secret` raises."""
        encryption = BestAvailableEncryption(self._passphrase())
        key = Ed25519PrivateKey.generate()
        public_key = key.public_key().public_bytes_raw()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._require_closed()
        encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        write_new(self._path(public_key), encrypted)
        return public_key

    def _path(self, public_key: bytes) -> Path:
        return self._directory / f"{public_key.hex()}.pem"

    def _require_closed(self) -> None:
        mode = self._directory.stat().st_mode
        if mode & OTHERS:
            detail = f"{self._directory}: {stat.S_IMODE(mode):04o}; chmod 700 {self._directory}"
            raise DomainError("key-file-permissions", detail)

    def _passphrase(self) -> bytes:
        path = self._passphrase_file
        line = read_secret(path, LONGEST + 2).removesuffix(b"\n")
        if not SHORTEST <= len(line) <= LONGEST or not line.isascii() or b"\n" in line:
            detail = f"应为一行 {SHORTEST} 至 {LONGEST} 个 ASCII 字符 / not one line of so many ASCII characters"
            raise DomainError("key-malformed", f"{path}: {detail}")
        return line


def make_passphrase(path: Path) -> None:
    """Write a random passphrase that its owner alone can read; raises DomainError("key-exists")."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_new(path, os.urandom(32).hex().encode() + b"\n")


def _unreadable(path: Path, why: str) -> DomainError:
    return DomainError("vrf-key-unreadable", f"{path}: {why}")
