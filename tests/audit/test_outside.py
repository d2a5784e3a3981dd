"""What somebody outside checks with a kept checkpoint and a key: our log, and one of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from audit import cli
from domain import merkle
from domain.errors import DomainError
from domain.tiled_tree import tiles
from ledger import note
from ledger.continuation import Log, continued
from ledger.note import VerifierKey
from ledger.published_log import Address, Folder, PublishedLog
from ledger.tlog_proof import TlogProof

if TYPE_CHECKING:
    from typer.testing import Result

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "tessera_log.json").read_text("utf-8")
)
VKEY = VerifierKey.parse(VECTORS["vkey"])
NOTES: dict[int, str] = {int(size): text for size, text in VECTORS["checkpoints"].items()}
LEAVES = [merkle.leaf_hash(word.encode()) for word in VECTORS["entries"]]


def publish(folder: Path, size: int, leaves: list[bytes] = LEAVES) -> None:
    """Lay the log out as a static one, at this size; entry bundles are not needed."""
    for tile in tiles(size):
        path = folder / "tile" / str(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(leaves[: tile.width]))
    (folder / "checkpoint").write_text(NOTES[size], "utf-8")


def run(*arguments: str) -> Result:
    """`mingqian audit …`, without any database."""

    def nowhere() -> str:
        raise AssertionError

    return CliRunner().invoke(cli.app(nowhere), list(arguments))


@pytest.mark.parametrize("size", NOTES)
def test_the_signed_checkpoints_of_tessera_are_the_roots_of_its_entries(size: int) -> None:
    """Signed by another implementation, over another log."""
    checkpoint = note.open_checkpoint(NOTES[size], VKEY)
    assert (checkpoint.size, checkpoint.root) == (size, merkle.root(LEAVES[:size]))


@pytest.mark.parametrize("now", NOTES)
def test_every_checkpoint_of_tessera_continues_every_earlier_one(now: int, tmp_path: Path) -> None:
    """From its tiles; from nothing, and from the empty tree too."""
    publish(tmp_path, now)
    log, published = Log(key=VKEY), PublishedLog(Folder(tmp_path))
    assert continued(None, published, log) == NOTES[now]
    for before, kept in NOTES.items():
        if before <= now:
            assert continued(kept, published, log) == NOTES[now]
            continue
        with pytest.raises(DomainError, match=r"^log-shorter: "):
            continued(kept, published, log)


def test_the_command_keeps_the_new_checkpoint(tmp_path: Path) -> None:
    """Begun with --first, then continued; over nothing that is kept is it begun again."""
    kept, folder = tmp_path / "kept", tmp_path / "log"
    publish(folder, 7)
    asked = (str(kept), "--url", str(folder), "--vkey", str(VKEY))
    assert run("continue", *asked).exit_code == 2
    assert run("continue", *asked, "--first").exit_code == 0
    assert run("continue", *asked, "--first").exit_code == 2
    publish(folder, 15)
    assert run("continue", *asked).exit_code == 0
    assert kept.read_text("utf-8") == NOTES[15]
    publish(folder, 8)
    shorter = run("continue", *asked)
    assert (shorter.exit_code, "log-shorter" in shorter.output) == (1, True)
    assert kept.read_text("utf-8") == NOTES[15]


def test_a_partial_tile_that_is_gone_is_the_beginning_of_the_full_one(tmp_path: Path) -> None:
    """C2SP lets a log delete it; a tile that is nowhere is said to be missing."""
    publish(tmp_path, 15)
    partial = tmp_path / "tile" / "0" / "000.p" / "15"
    (tmp_path / "tile" / "0" / "000").write_bytes(partial.read_bytes() + bytes(241 * 32))
    partial.unlink()
    published = PublishedLog(Folder(tmp_path))
    assert continued(NOTES[7], published, Log(key=VKEY)) == NOTES[15]
    (tmp_path / "tile" / "0" / "000").unlink()
    with pytest.raises(DomainError, match=r"^log-unreadable: "):
        continued(NOTES[7], published, Log(key=VKEY))


def test_damaged_tiles_and_a_fork_are_told_apart(tmp_path: Path) -> None:
    """The tiles lead to no signed head; or to one that does not continue what was kept."""
    publish(tmp_path, 15, [*LEAVES[:14], bytes(32)])
    published = PublishedLog(Folder(tmp_path))
    with pytest.raises(DomainError, match=r"^tiles-differ: "):
        continued(NOTES[7], published, Log(key=VKEY))
    own = Ed25519PrivateKey.from_private_bytes(bytes(32))
    vkey = note.log_key("log.example", own.public_key().public_bytes_raw())

    def signed(size: int, leaves: list[bytes]) -> str:
        root = merkle.root(leaves[:size])
        head = note.Checkpoint(origin="log.example", size=size, root=root)
        return note.sign_checkpoint(head, own)

    publish(tmp_path, 15)
    (tmp_path / "checkpoint").write_text(signed(15, LEAVES), "utf-8")
    for size in (7, 15):
        assert continued(signed(size, LEAVES), published, Log(key=vkey))
        with pytest.raises(DomainError, match=r"^log-forked: "):
            continued(signed(size, [bytes(32), *LEAVES[1:]]), published, Log(key=vkey))


def test_over_http_whatever_is_not_there_is_not_there() -> None:
    """404 and 500 are no tiles; an answer without end is cut; no connection is a refusal."""

    def answer(request: httpx.Request) -> httpx.Response:
        status = {"/p/missing": 404, "/p/broken": 500}.get(request.url.path, 200)
        return httpx.Response(status, content=b"x" * 100)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        files = Address(http, "http://log.example/p/")
        assert files.read("missing", 10) is None
        assert files.read("broken", 10) is None
        assert len(files.read("long", 10) or b"") > 10
    with httpx.Client() as http, pytest.raises(DomainError, match=r"^log-unreadable: "):
        Address(http, "http://127.0.0.1:9").read("checkpoint", 10)


@pytest.mark.parametrize("index", [0, 6, 7, 14])
def test_a_receipt_of_an_entry_of_tessera_verifies_offline(index: int, tmp_path: Path) -> None:
    """With the entry in it, or beside it; not for another entry, nor another key."""
    publish(tmp_path, 15)
    tree = PublishedLog(Folder(tmp_path)).tree(15)
    entry = VECTORS["entries"][index].encode()
    file, beside = tmp_path / "a.tlog-proof", tmp_path / "entry"
    beside.write_bytes(entry)
    file.write_text(str(TlogProof.of(tree, index, NOTES[15], entry)), "utf-8")
    assert run("receipt", str(file), "--vkey", str(VKEY)).exit_code == 0
    file.write_text(str(TlogProof.of(tree, index, NOTES[15])), "utf-8")
    assert run("receipt", str(file), "--vkey", str(VKEY), "--event", str(beside)).exit_code == 0
    alone = run("receipt", str(file), "--vkey", str(VKEY))
    assert (alone.exit_code, "receipt-without-event" in alone.output) == (2, True)
    beside.write_bytes(entry + b"!")
    other = run("receipt", str(file), "--vkey", str(VKEY), "--event", str(beside))
    assert (other.exit_code, "proof-invalid" in other.output) == (1, True)
    stranger = note.log_key("example.com/log/testdata", bytes(32))
    beside.write_bytes(entry)
    stranger_says = run("receipt", str(file), "--vkey", str(stranger), "--event", str(beside))
    assert (stranger_says.exit_code, "note-not-signed" in stranger_says.output) == (1, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nindex 0\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nindex 0\nAAB=\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\n" + NOTES[1],
        "c2sp.org/tlog-proof@v1\nindex 0" + "\n" + "A" * 43 + "=" * 1 + "\nA\n\n" + NOTES[1],
    ],
)
def test_what_is_no_tlog_proof_is_refused(text: str) -> None:
    """One way to write each."""
    with pytest.raises(DomainError, match=r"^receipt-malformed: "):
        TlogProof.parse(text)
