"""The whole way of a cosignature over real HTTP: the service submits, witnesses sign, the checkpoint counts."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs
from typer.testing import CliRunner

from api.parts import initialise
from api.settings import Settings
from domain import merkle
from domain.draw_commands import CommitDraw
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.tiled_tree import TiledTree
from ledger import keys as key_files
from ledger import note
from ledger.note import Checkpoint, Note, VerifierKey
from ledger.policy import Policy, Witness
from ledger.store import Ledger
from ledger.submitter import MAX_ANSWER, cosign, request
from ledger.witness import MAX_BODY, Heads, LedgerWitness
from mingqian.ledger_witness import application, trusted
from mingqian.witness import app
from tests import story
from tests.api.test_start_after_crash import DRAW, ready_to_commit
from tests.serving import HttpStory, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "witness.example/jw"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = note.witness_key(NAME, KEY.public_key().public_bytes_raw())
LOG = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "log.example/of others"
LOG_VKEY = note.log_key("log.example/key", LOG.public_key().public_bytes_raw())
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(30)]


@contextmanager
def running(logs: list[str], path: Path) -> Iterator[str]:
    """Our witness on a free port; gives its address."""
    witness = LedgerWitness(NAME, KEY, trusted(logs), Heads(path), lambda: 1_700_000_000)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(application(witness), log_config=None))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def checkpoint(size: int, leaves: list[bytes] = LEAVES) -> str:
    """A checkpoint of a log of others."""
    text = str(Checkpoint(origin=ORIGIN, size=size, root=merkle.root(leaves[:size])))
    return str(Note(text=text, signatures=(note.sign(text, LOG_VKEY.name, LOG),)))


def tree(size: int) -> TiledTree:
    """The tree of that log; it has one tile."""
    return TiledTree(size, lambda tile: b"".join(LEAVES[: tile.width]))


def at(url: str) -> Witness:
    """Our witness as a policy names it."""
    return Witness(name="jw", key=VKEY, url=url)


def refusing(code: str) -> pytest.RaisesExc[DomainError]:
    """Expect this refusal."""
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def test_a_draw_is_covered_once_enough_witnesses_have_signed(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two is enough and the other is dead: nobody waits for it, and the draw goes on by itself."""
    clock = tmp_path / "clock"
    clock.write_text("2024-01-05T01:00:00.000Z", encoding="utf-8")
    initialise(Settings(mode="development", home=tmp_path, database_url=dsn, clock_file=clock))
    with Ledger(dsn, key_files.load(tmp_path / "keys")) as opened:
        vkey = opened.genesis.vkey
    dead = note.witness_key("dead.example", LOG.public_key().public_bytes_raw())
    policy = tmp_path / "policy"
    with capture_logs() as logs, running([vkey], tmp_path / "heads") as url:
        policy.write_text(
            f"log {vkey}\nwitness jw {VKEY} {url}/\nwitness dead {dead} http://127.0.0.1:9\n"
            "group either any jw dead\nquorum either\n",
            encoding="utf-8",
        )
        with serving(dsn, tmp_path, witness_policy_file=policy) as service:
            monkeypatch.setattr(story, "Story", partial(HttpStory, service))
            ready_to_commit()
            assert service.act("operator", CommitDraw(draw_id=DRAW)).status_code == 200
            while (draw := service.parts.writer.history().get(Draw, DRAW)) is None or (
                draw.covered_at is None
            ):
                pass
            served = service.get("/checkpoint").text
    policy_of = Policy.read(policy)
    assert policy_of.is_met(Note.parse(served))
    assert [each.name for each in policy_of.cosigners(Note.parse(served))] == ["jw"]
    assert note.open_checkpoint(served, VerifierKey.parse(vkey), [VKEY]).size > (
        draw.committed_leaf or 0
    )
    warned = {one["event"] for one in logs if one.get("witness") == "dead"}
    assert warned == {"witness-unreachable"}


def test_of_another_log_every_size_is_signed(tmp_path: Path) -> None:
    """The client finds the size that the witness has by itself, and the proof from there."""
    with (
        running([f"{ORIGIN} {LOG_VKEY}"], tmp_path / "heads") as url,
        httpx.Client() as http,
    ):
        for size, last in ((1, 0), (7, 1), (8, 0), (8, 8), (30, 3)):
            line = cosign(http, at(url), checkpoint(size), last, tree(size))
            cosigned = Note.parse(checkpoint(size)).with_signatures([line])
            assert note.verify(cosigned, VKEY) == line
        with refusing("witness-ahead"):
            cosign(http, at(url), checkpoint(20), 3, tree(20))


def test_the_http_side_keeps_to_the_specification(tmp_path: Path) -> None:
    """Only POST, a bound on the body, the exact content type of a size."""
    with (
        running([f"{ORIGIN} {LOG_VKEY}"], tmp_path / "heads") as url,
        httpx.Client(base_url=url) as http,
    ):
        assert http.get("/add-checkpoint").status_code == 405
        assert http.post("/elsewhere").status_code == 404
        assert http.post("/add-checkpoint", content=b"x" * (MAX_BODY + 1)).status_code == 413
        assert http.post("/add-checkpoint", content=b"").status_code == 400
        stale = http.post("/add-checkpoint", content=request(checkpoint(7), 3, tree(7)))
        assert (stale.status_code, stale.headers["content-type"]) == (409, "text/x.tlog.size")
        assert stale.text == "0\n"


@contextmanager
def answering(*answers: tuple[int, str, bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A witness that answers so, one after another, and notes what it was asked."""
    waiting, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, kind, body = waiting.pop(0)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the library's own signature
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/prefix/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def line_of(size: int, key: Ed25519PrivateKey = KEY, name: str = NAME) -> bytes:
    """A cosignature of the checkpoint of this size."""
    return str(note.cosign(Note.parse(checkpoint(size)).text, name, key, 1_700_000_000)).encode()


def test_a_conflict_is_answered_with_the_proof_from_the_size_it_names() -> None:
    """Cosignatures of strangers beside the witness's own are ignored."""
    right = (200, "text/plain", b"?\n" + line_of(7, LOG, "else.example") + line_of(7) + b"\n")
    with (
        answering((409, "text/x.tlog.size", b"3\n"), right) as (url, asked),
        httpx.Client() as http,
    ):
        assert str(cosign(http, at(url), checkpoint(7), 0, tree(7))).encode() == line_of(7)
    first, second = (each.decode().split("\n") for each in asked)
    assert first[:2] == ["old 0", ""]
    assert second[0] == "old 3"
    assert second[-4:] == first[-4:]
    assert len(second[1 : second.index("")]) == len(merkle.prove_consistency(LEAVES[:7], 3))


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/plain", b""),
        (200, "text/plain", b"\xff\xfe"),
        (200, "text/plain", line_of(8)),
        (200, "text/plain", line_of(7, LOG)),
        (200, "text/plain", line_of(7, LOG, "else.example")),
        (200, "text/plain", line_of(7) + b"x" * MAX_ANSWER),
        (422, "text/plain", b""),
        (500, "text/plain", b""),
        (302, "text/plain", b""),
        (409, "text/plain", b"3\n"),
        (409, "text/x.tlog.size", b"03\n"),
        (409, "text/x.tlog.size", b"3"),
        (409, "text/x.tlog.size", b"99999999999999999999\n"),
    ],
)
def test_what_does_not_hold_is_refused(answer: tuple[int, str, bytes]) -> None:
    """Each with a code that the thread of the witness logs, and never another error."""
    with (
        answering(answer, answer) as (url, _),
        httpx.Client() as http,
        refusing("witness-answer-invalid"),
    ):
        cosign(http, at(url), checkpoint(7), 0, tree(7))


def test_a_dead_witness_is_unreachable() -> None:
    """Nobody listens there."""
    with socket.socket() as unused, httpx.Client() as http, refusing("witness-unreachable"):
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        cosign(http, at(url), checkpoint(7), 0, tree(7))


def test_a_key_is_made_once_and_its_vkey_printed(tmp_path: Path) -> None:
    """Standard output is the vkey; the file is the owner's alone and never overwritten."""
    file = tmp_path / "witness.key"
    made = CliRunner().invoke(app, ["key", str(file), "--name", NAME])
    assert made.exit_code == 0
    vkey = VerifierKey.parse(made.stdout.strip())
    assert (vkey.name, vkey.algorithm) == (NAME, note.COSIGNATURE)
    assert file.stat().st_mode & 0o777 == 0o600
    again = CliRunner().invoke(app, ["key", str(file), "--name", NAME])
    assert isinstance(again.exception, DomainError)
    assert again.exception.code == "key-exists"
