"""The key directory guards its secrets, and says which file is wrong."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from domain.errors import DomainError
from ledger import keys, vrf

if TYPE_CHECKING:
    from pathlib import Path


def refused(directory: Path) -> DomainError:
    """Give the refusal to load."""
    with pytest.raises(DomainError) as caught:
        keys.load(directory)
    return caught.value


def test_generated_keys_load_and_differ(tmp_path: Path) -> None:
    """Five files, five secrets, all of them private."""
    made = keys.generate(tmp_path / "deep" / "keys")
    loaded = keys.load(tmp_path / "deep" / "keys")
    assert loaded.service_public == made.service_public
    assert loaded.log_public == made.log_public
    files = sorted((tmp_path / "deep" / "keys").iterdir())
    assert [file.stem for file in files] == ["log", "master", "service", "token", "vrf"]
    assert len({file.read_text() for file in files}) == len(files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_vrf_key_is_the_one_that_proves(tmp_path: Path) -> None:
    """RFC 9381 and Ed25519 make the same public key of a seed."""
    made = keys.generate(tmp_path)
    assert vrf.keypair(made.vrf)[1] == made.vrf_public


def test_secrets_do_not_show_in_a_traceback(tmp_path: Path) -> None:
    """The text of the object holds none of its bytes."""
    assert repr(keys.generate(tmp_path)) == "Keys()"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The remedy is in the message."""
    keys.generate(tmp_path)
    (tmp_path / "master.key").chmod(mode)
    error = refused(tmp_path)
    assert error.code == "key-file-permissions"
    assert f"chmod 600 {tmp_path / 'master.key'}" in error.detail


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """It says which."""
    keys.generate(tmp_path)
    (tmp_path / "vrf.key").unlink()
    error = refused(tmp_path)
    assert error.code == "key-missing"
    assert "vrf.key" in error.detail


@pytest.mark.parametrize(
    "content",
    [b"", b"00" * 32, b"00" * 31 + b"\n", b"AA" * 32 + b"\n", b"zz" * 32 + b"\n", b"\xff"],
)
def test_a_malformed_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Hex of 32 bytes, lower case, and a newline: nothing else."""
    keys.generate(tmp_path)
    (tmp_path / "log.key").write_bytes(content)
    assert refused(tmp_path).code == "key-malformed"


def test_a_directory_in_place_of_a_key_is_refused(tmp_path: Path) -> None:
    """Not everything that exists can be read."""
    keys.generate(tmp_path)
    (tmp_path / "log.key").unlink()
    (tmp_path / "log.key").mkdir()
    assert refused(tmp_path).code == "key-malformed"


def test_existing_keys_are_never_overwritten(tmp_path: Path) -> None:
    """A second set-up leaves all files as they are."""
    keys.generate(tmp_path)
    before = {file: file.read_text() for file in tmp_path.iterdir()}
    with pytest.raises(DomainError, match="key-exists"):
        keys.generate(tmp_path)
    assert {file: file.read_text() for file in tmp_path.iterdir()} == before
