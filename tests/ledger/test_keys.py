"""The key directory and the folder of VRF secrets guard what they hold, and say which file is wrong."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.errors import DomainError
from ledger import keys, vrf
from ledger.vrf_folder import VrfFolder, make_passphrase

ROOT = Path(__file__).parents[2]


def refused(directory: Path) -> DomainError:
    """Give the refusal to load."""
    with pytest.raises(DomainError) as caught:
        keys.load(directory)
    return caught.value


def test_generated_keys_load_and_differ(tmp_path: Path) -> None:
    """Four files, four secrets, all of them private."""
    made = keys.generate(tmp_path / "deep" / "keys")
    loaded = keys.load(tmp_path / "deep" / "keys")
    assert loaded.service_public == made.service_public
    assert loaded.log_public == made.log_public
    files = sorted((tmp_path / "deep" / "keys").glob("*.key"))
    assert [file.stem for file in files] == ["log", "master", "service", "token"]
    assert len({file.read_text() for file in files}) == len(files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


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
    (tmp_path / "token.key").unlink()
    error = refused(tmp_path)
    assert error.code == "key-missing"
    assert "token.key" in error.detail


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
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(DomainError, match="key-exists"):
        keys.generate(tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_whoever_can_read_a_secret_is_told_so(tmp_path: Path) -> None:
    """A file, a folder, and what is not there."""
    keys.generate(tmp_path)
    assert keys.is_readable(tmp_path)
    assert all(keys.is_readable(path) for path in keys.paths(tmp_path))
    assert not keys.is_readable(tmp_path / "none")


AS_NOBODY = """
import os, sys
from pathlib import Path
from ledger.keys import is_readable
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print([is_readable(Path(each)) for each in sys.argv[1:]])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_can_read_neither_the_folder_nor_what_is_in_it() -> None:
    """What the modes promise, tried as `nobody`."""
    with TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        make_passphrase(Path(home) / "passphrase")
        folder = VrfFolder(Path(home) / "vrf", Path(home) / "passphrase")
        key = Path(home) / "vrf" / f"{folder.new().hex()}.pem"
        tried = [str(path) for path in (Path(home), key.parent, key, Path(home) / "passphrase")]
        command = [sys.executable, "-c", AS_NOBODY, *tried]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[True, False, False, False]"


@pytest.fixture
def folder(tmp_path: Path) -> VrfFolder:
    """An empty folder with a passphrase beside it."""
    make_passphrase(tmp_path / "passphrase")
    return VrfFolder(tmp_path / "vrf", tmp_path / "passphrase")


def unreadable(folder: VrfFolder, public: bytes) -> DomainError:
    """Give the refusal to decrypt."""
    with pytest.raises(DomainError) as caught:
        folder[public]
    return caught.value


def test_a_vrf_key_is_an_encrypted_file_called_by_its_public_half(
    folder: VrfFolder, tmp_path: Path
) -> None:
    """RFC 9381 and Ed25519 make the same public key of a seed; its bytes stand nowhere in the file."""
    public = folder.new()
    secret = folder[public]
    assert vrf.keypair(secret) == (secret, public)
    (file,) = (tmp_path / "vrf").iterdir()
    assert file.name == f"{public.hex()}.pem"
    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)]
    assert modes == [0o600, 0o700]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_reads_a_vrf_key(folder: VrfFolder, tmp_path: Path) -> None:
    """The file is a standard one: it can be opened without this program."""
    public = folder.new()
    file, passphrase = tmp_path / "vrf" / f"{public.hex()}.pem", tmp_path / "passphrase"
    given = ["-in", str(file), "-passin", f"file:{passphrase}"]
    command = ["openssl", "pkey", *given, "-pubout", "-outform", "DER"]
    opened = subprocess.run(command, check=True, capture_output=True).stdout
    assert opened[-32:] == public


def test_which_vrf_keys_there_are_is_known_without_the_passphrase(
    folder: VrfFolder, tmp_path: Path
) -> None:
    """Their names say it; whatever else lies there is none."""
    publics = sorted(folder.new() for _ in range(3))
    (tmp_path / "passphrase").unlink()
    (tmp_path / "vrf" / "README").write_text("")
    assert (list(folder), len(folder)) == (publics, 3)
    assert unreadable(folder, publics[0]).code == "key-missing"


def test_a_key_that_is_not_there_is_none(folder: VrfFolder) -> None:
    """Before the first key there is not even the folder."""
    assert list(folder) == []
    assert folder.get(bytes(32)) is None


def test_a_wrong_passphrase_opens_nothing(folder: VrfFolder, tmp_path: Path) -> None:
    """Nor does a damaged file, a renamed one, or one that is not encrypted."""
    public, other = folder.new(), folder.new()
    file = tmp_path / "vrf" / f"{public.hex()}.pem"
    renamed = file.read_bytes()
    (tmp_path / "vrf" / f"{other.hex()}.pem").write_bytes(renamed)
    assert unreadable(folder, other).code == "vrf-key-unreadable"
    file.write_bytes(renamed[:100])
    assert unreadable(folder, public).code == "vrf-key-unreadable"
    plain = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    file.write_bytes(plain)
    assert unreadable(folder, public).code == "vrf-key-unreadable"
    file.write_bytes(renamed)
    (tmp_path / "passphrase").write_text("0" * 64 + "\n")
    assert unreadable(folder, public).code == "vrf-key-unreadable"


@pytest.mark.parametrize("content", ["", "short\n", "x" * 31 + "\n", "密" * 32, "x" * 32 + "\ny\n"])
def test_an_unfit_passphrase_makes_no_key(folder: VrfFolder, tmp_path: Path, content: str) -> None:
    """It is one line, and long, since the encryption leans on it alone."""
    (tmp_path / "passphrase").write_text(content, "utf-8")
    with pytest.raises(DomainError, match="key-malformed"):
        folder.new()
    assert not (tmp_path / "vrf").exists()


def test_what_others_may_read_is_no_place_for_vrf_keys(folder: VrfFolder, tmp_path: Path) -> None:
    """File, folder and passphrase are their owner's alone."""
    public = folder.new()
    for path, closed in (
        (tmp_path / "vrf", 0o700),
        (tmp_path / "vrf" / f"{public.hex()}.pem", 0o600),
        (tmp_path / "passphrase", 0o600),
    ):
        path.chmod(closed | 0o040)
        assert unreadable(folder, public).code == "key-file-permissions"
        path.chmod(closed)
    assert folder[public]
