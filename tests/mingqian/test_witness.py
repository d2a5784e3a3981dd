"""A witness with a computer of their own: the number stays there until the public record holds its hash."""

from __future__ import annotations

import json
import stat
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from domain.draw_commands import CommitDraw, PrepareDraw
from domain.errors import DomainError
from domain.lottery.entropy import witness_commit
from ledger.note import Checkpoint, VerifierKey, log_key, open_checkpoint, sign_checkpoint
from mingqian import paper
from mingqian.cli import app
from mingqian.witness import read_number
from tests import story
from tests.serving import PASSWORD, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

VECTORS = Path(__file__).parents[1] / "vectors" / "draw_v1.json"
COMMITMENT = json.loads(VECTORS.read_text("utf-8"))["cases"][0]["bundle"]["commitment"]
DRAW, ME = "联2024026.entities.1", "witness1"
NONCE = bytes(range(32))
MINE = {"type": "witness", "who": ME, "commit": witness_commit(NONCE).hex()}
OTHER = {"type": "witness", "who": "witness2", "commit": "ab" * 32}
LEAF = 41
LOG = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "example.test/log"
VKEY = str(log_key(ORIGIN, LOG.public_key().public_bytes_raw()))


def witness(*arguments: object, answers: str | None = None) -> Result:
    """Run `mingqian witness …`; `answers` is what the person types."""
    return CliRunner().invoke(app, ["witness", *map(str, arguments)], input=answers)


def code_of(result: Result) -> str:
    """The code of a refusal, which said nothing on standard output."""
    assert isinstance(result.exception, DomainError), result.output
    assert result.stdout == ""
    return result.exception.code


def new(folder: Path, name: str) -> tuple[Path, str]:
    """A fresh number: its file, and the hash that was printed."""
    path = folder / name
    made = witness("new", path)
    assert made.exit_code == 0, made.output
    return path, made.stdout.strip()


@pytest.fixture
def number(tmp_path: Path) -> Path:
    """The file of a number that tests know."""
    path = tmp_path / "number"
    path.write_text(NONCE.hex() + "\n", encoding="ascii")
    return path


def test_a_new_number_is_its_owners_alone_and_never_shown(tmp_path: Path) -> None:
    """Its hash is printed; a second call leaves it as it is."""
    path = tmp_path / "number"
    made = witness("new", path)
    kept = read_number(path)
    assert made.stdout == witness_commit(kept).hex() + "\n"
    assert kept.hex() not in made.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert code_of(witness("new", path)) == "file-exists"
    assert read_number(path) == kept
    assert read_number(new(tmp_path, "another")[0]) != kept
    assert code_of(witness("new", tmp_path / "none" / "number")) == "file-unwritable"


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "AB" * 32, "number"])
def test_a_file_without_32_bytes_in_hex_is_refused_without_showing_it(
    text: str, tmp_path: Path
) -> None:
    """A nonce of 31 bytes is none."""
    path = tmp_path / "file"
    path.write_text(text, encoding="ascii")
    result = witness("form", path, "--draw", DRAW, "--who", ME, "--out", tmp_path / "form.html")
    assert code_of(result) == "witness-number-invalid"
    assert not text or text not in str(result.exception).removeprefix("witness-number-invalid")
    assert not (tmp_path / "form.html").exists()


def prepare(told: story.Story, stage: Any) -> str:  # noqa: ANN401 - a stage
    """Announce a draw with both witnesses."""
    draw_id = f"联2024026.{stage}.1"
    witnesses = ("witness1", "witness2")
    command = PrepareDraw(
        draw_id=draw_id, task="联2024026", stage=stage, witnesses=witnesses, lotteries=()
    )
    told.act("operator", "draw_operator", command)
    return draw_id


def test_two_witnesses_bring_their_numbers_to_a_draw(
    service: Service, tmp_path: Path, password: Path
) -> None:
    """One from a file, one from paper; the proof holds both. For the next draw a number that was used is refused."""
    told = story.with_task(entities=range(1, 9))
    service.as_("witness1")
    at = ("--url", service.http.base_url, "--password-file", password, "--as")
    me = (*at, "witness1")
    draw_id = prepare(told, "entities")
    first, hash_ = new(tmp_path, "first")
    assert code_of(witness("open", draw_id, first, *me)) == "draw-not-committed"
    for _ in range(2):  # harmless to repeat
        done = witness("hand-in", draw_id, first, *me)
        assert (done.exit_code, done.stdout) == (0, hash_ + "\n"), done.output
    second, _ = new(tmp_path, "second")
    upper = typed("upper", witness_commit(read_number(second)))
    type_paper_twice(service, (draw_id, "--commit", upper, "--who", "witness2"), password)
    told.act("operator", "draw_operator", CommitDraw(draw_id=draw_id))
    unknown, _ = new(tmp_path, "unknown")
    assert code_of(witness("open", draw_id, unknown, *me)) == "witness-not-in-commitment"
    vkey, kept = service.parts.ledger.genesis.vkey, tmp_path / "checkpoint"
    done = witness("open", draw_id, first, *me, "--vkey", vkey, "--keep", kept)
    assert done.exit_code == 0, done.output
    assert open_checkpoint(kept.read_text("utf-8"), VerifierKey.parse(vkey)).size > 0
    from_paper = tmp_path / "typed"
    from_paper.write_text(typed("lower", read_number(second)) + "\n", encoding="ascii")
    done = witness("open", draw_id, from_paper, *at, "operator", "--who", "witness2")
    assert done.exit_code == 0, done.output
    bundle = service.get(f"/public/draws/{draw_id}/bundle").json()
    numbers = [read_number(each).hex() for each in (first, second)]
    assert [each["nonce"] for each in bundle["entropy"]] == numbers
    officers = prepare(told, "officers")
    assert code_of(witness("hand-in", officers, first, *me)) == "witness-number-used"


def type_paper_twice(service: Service, what: tuple[str, ...], password: Path) -> None:
    """The operator types it with a password from a file, then a clerk at the keyboard, who has a one-time password yet."""
    to = ("hand-in", *what, "--url", service.http.base_url, "--as")
    service.as_("operator")
    first = witness(*to, "operator", "--password-file", password)
    assert (first.exit_code, "由另一人" in first.stderr) == (0, True), first.output
    assert code_of(witness(*to, "operator", "--password-file", password.with_name("none"))) == "file-unreadable"  # fmt: skip
    issued = service.http.post("/accounts/clerk-edu/password", headers=service.as_("admin")).json()
    one_time = password.with_name("one-time")
    one_time.write_text(issued["one_time_password"], encoding="utf-8")
    from_file = witness(*to, "clerk-edu", "--password-file", one_time)
    assert code_of(from_file) == "password-change-required"
    typed_in = "\n".join((issued["one_time_password"], *["示例的新密码-2024"] * 2, ""))
    second = witness(*to, "clerk-edu", answers=typed_in)
    assert second.exit_code == 0, second.output
    assert "示例的新密码-2024" not in second.output


def typed(half: paper.Half, value: bytes) -> str:
    """What `read` gives for the lines of a half."""
    lines = "".join(
        " ".join((*line.groups, line.check)) + "\n" for line in paper.lines_of(half, value)
    )
    done = witness("read", half, answers=lines)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def published(**changes: object) -> dict[str, Any]:
    """What an honest service says of a draw of entities that holds my hash."""
    commitment = {**COMMITMENT, "draw_id": DRAW, "sources": [MINE, OTHER], **changes}
    return {"id": DRAW, "commitment": commitment, "ledger_size": LEAF}


def checkpoint(size: int = LEAF + 1) -> bytes:
    """A signed head over so many leaves."""
    return sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=bytes(32)), LOG).encode()


class Stranger(ThreadingHTTPServer):
    """A service that is not ours: it gives the answers it was told to give, and remembers what it was sent."""

    def __init__(self, draw: tuple[int, bytes], head: bytes) -> None:
        self.answers = {"draws": draw, "checkpoint": (200, head)}
        self.sent: list[str] = []
        super().__init__(("127.0.0.1", 0), Visit)


class Visit(BaseHTTPRequestHandler):
    """One request to it."""

    server: Stranger

    def do_GET(self) -> None:
        """Tell of the draw or of the checkpoint."""
        status, body = self.server.answers["draws" if "/draws/" in self.path else "checkpoint"]
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Remember what was sent, and refuse it in words that would steer a terminal."""
        self.server.sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        body = b'{"code": "login-refused", "detail": "\\u001b[2J no"}'
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stranger(draw: object, head: bytes, status: int = 200) -> Iterator[Stranger]:
    """Run such a service."""
    body = draw if isinstance(draw, bytes) else json.dumps(draw).encode()
    with Stranger((status, body), head) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def open_at(server: Stranger, number: Path, password: Path, *more: object) -> Result:
    """Ask to open the number there."""
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return witness(
        "open", DRAW, number, "--url", url, "--as", ME, "--password-file", password, *more
    )


LIES: dict[str, tuple[object, str]] = {
    "another hash for me": (published(sources=[{**MINE, "commit": "cd" * 32}, OTHER]), "witness-not-in-commitment"),
    "nothing of me": (published(sources=[OTHER]), "witness-not-in-commitment"),
    "my hash under another name": (published(sources=[{**MINE, "who": "witness2"}]), "witness-not-in-commitment"),
    "my hash twice": (published(sources=[MINE, {**OTHER, "commit": MINE["commit"]}]), "witness-not-in-commitment"),
    "me twice": (published(sources=[MINE, {**OTHER, "who": ME}]), "witness-not-in-commitment"),
    "another draw": (published(draw_id="联2024026.entities.2"), "witness-not-in-commitment"),
    "a source of no kind": (published(sources=[MINE, {"type": "dice"}]), "source-invalid"),
    "a commitment with more in it": (published(more=1), "commitment-invalid"),
    "no commitment yet": ({**published(), "commitment": None}, "draw-not-committed"),
    "no place in the ledger": ({**published(), "ledger_size": None}, "service-answer-invalid"),
    "a list": ([], "service-answer-invalid"),
    "a web page": (b"<html>", "service-answer-invalid"),
}  # fmt: skip


@pytest.mark.parametrize(("draw", "code"), LIES.values(), ids=list(LIES))
def test_the_number_is_not_sent_where_the_commitment_does_not_hold_its_hash(
    draw: object, code: str, number: Path, password: Path
) -> None:
    """Nothing is sent at all, not even the password."""
    with stranger(draw, checkpoint()) as server:
        assert code_of(open_at(server, number, password)) == code
        assert server.sent == []


@pytest.mark.parametrize("officers", [False, True])
def test_a_commitment_that_holds_the_hash_lets_the_witness_log_in(
    officers: bool,  # noqa: FBT001 - a case of the test
    number: Path,
    password: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For entities and for officers; what goes to this machine goes through no proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    draw = published()
    if officers:
        alg, key = "mingqian-assign-v1", COMMITMENT["vrf_key"]
        commitment = {"alg": alg, "draw_id": DRAW, "input": "ef" * 32, "sources": [OTHER, MINE]}
        draw["commitment"] = {**commitment, "vrf_key": key}
    with stranger(draw, checkpoint()) as server:
        assert code_of(open_at(server, number, password)) == "login-refused"
        assert len(server.sent) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_service_that_is_another_is_recognised(status: int, number: Path, password: Path) -> None:
    """A redirection is not followed, an error without our words is no refusal of ours."""
    with stranger(published() if status == 302 else b"<html>", checkpoint(), status) as server:
        assert code_of(open_at(server, number, password)) == "service-answer-invalid"
        assert server.sent == []


def test_the_number_is_not_sent_before_a_checkpoint_covers_the_commitment(
    number: Path, password: Path, tmp_path: Path
) -> None:
    """Nor where the checkpoint is not signed with the key that the witness has."""
    with stranger(published(), checkpoint(LEAF)) as server:
        assert code_of(open_at(server, number, password)) == "not-checkpointed"
        assert server.sent == []
    other = str(log_key(ORIGIN, Ed25519PrivateKey.generate().public_key().public_bytes_raw()))
    with stranger(published(), checkpoint()) as server:
        assert code_of(open_at(server, number, password, "--vkey", other)) == "note-not-signed"
        assert server.sent == []
        kept = tmp_path / "kept"
        refused = open_at(server, number, password, "--vkey", VKEY, "--keep", kept)
        assert code_of(refused) == "login-refused"
        assert kept.read_bytes() == checkpoint()
        assert server.sent == [
            json.dumps(
                {"staff": ME, "password": PASSWORD}, ensure_ascii=False, separators=(",", ":")
            )
        ]
        assert "\x1b" not in str(refused.exception)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "ftp://127.0.0.1",
        "example.org",
        "",
        "http://127.0.0.1.example.org",
        "https://",
        "http://[::1",
    ],
)
def test_nothing_travels_unprotected(url: str, number: Path, password: Path) -> None:
    """Plain HTTP is for this machine alone."""
    for command in ("hand-in", "open"):
        asked = witness(
            command, DRAW, number, "--url", url, "--as", ME, "--password-file", password
        )
        assert code_of(asked) == "url-insecure"


def test_a_service_that_does_not_answer_is_a_refusal(number: Path, password: Path) -> None:
    """One line, no traceback."""
    with stranger(published(), checkpoint()) as server:
        pass
    assert code_of(open_at(server, number, password)) == "service-unreachable"


def test_what_is_handed_in_is_a_number_or_a_hash(number: Path, password: Path) -> None:
    """Not both, not neither, and a hash of 32 bytes."""
    at = ("--url", "http://127.0.0.1:9", "--as", ME, "--password-file", password)
    commit, who = ("--commit", MINE["commit"]), ("--who", ME)
    for given in ((), commit, who, (number, *commit), (number, *who), (number, *commit, *who)):
        assert witness("hand-in", DRAW, *given, *at).exit_code == 2, given
    assert code_of(witness("hand-in", DRAW, "--commit", "ab" * 31, *who, *at)) == "source-invalid"
