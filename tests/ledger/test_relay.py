"""Relays, over real HTTP on this machine: the first that verifies is taken, and no other can do harm."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.lottery.chains import by_name
from domain.lottery.entropy import Drand
from ledger import relay

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/drand_rounds.json").read_text("utf-8")
)
ROWS = {(row["chain"], row["round"]): row for row in VECTORS["rounds"]}
QUICKNET = Drand(chain=by_name("quicknet").hash, round=1000)
DEFAULT = Drand(chain=by_name("default").hash, round=2)
PUBLISHED = {"signature": ROWS["quicknet", 1000]["signature"]}


def _served(chain: str, round_: int, **changed: object) -> bytes:
    """What a relay serves for a round, with some of it changed."""
    row = ROWS[chain, round_]
    names = ("round", "randomness", "signature", "previous_signature")
    given = {name: row[name] for name in names if row[name] is not None}
    return json.dumps({**given, **changed}, separators=(",", ":")).encode()


GOOD = _served("quicknet", 1000)


@dataclass
class Answer:
    """What one relay answers to every question."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0  # seconds before each byte, from the first of the status line on


class Relays(ThreadingHTTPServer):
    """Many relays on one port, told apart by the first step of the path; `asked` is who was asked, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.closing = Event()

    def has(self, name: str, answer: Answer) -> str:
        """Set up a relay and give its address."""
        self.answers[name] = answer
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hung up on a relay had a reason."""


class _Handler(BaseHTTPRequestHandler):
    server: Relays

    def do_GET(self) -> None:
        _, name, chain, public, round_ = self.path.split("/")
        assert (chain, public) in {(each.chain, "public") for each in (QUICKNET, DEFAULT)}
        assert round_.isdecimal()
        self.server.asked.append(name)
        answer = self.server.answers[name]
        lines = [f"HTTP/1.0 {answer.status} Answer"]
        lines += [f"{key}: {value}" for key, value in answer.headers.items()]
        whole = "\r\n".join([*lines, "", ""]).encode() + answer.body
        step = 1 if answer.pause else len(whole)
        for start in range(0, len(whole), step):
            if self.server.closing.wait(answer.pause):
                return
            self.wfile.write(whole[start : start + step])

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relays]:
    """Run relays on this machine, asked without whatever proxy the machine uses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Relays() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def relays(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relays]:
    """Relays of one test."""
    with running(monkeypatch) as server:
        yield server


def refusal(code: str, *said: str) -> pytest.RaisesExc[DomainError]:
    """Expect this refusal, with all of this in its detail."""
    return pytest.raises(
        DomainError,
        check=lambda error: error.code == code and all(each in error.detail for each in said),
    )


@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_a_round_is_fetched_and_is_what_a_draw_reveals(relays: Relays, slash: str) -> None:
    """The signature alone: the randomness follows from it."""
    good = relays.has("good", Answer(GOOD))
    assert relay.fetch([good + slash], QUICKNET) == PUBLISHED


def test_a_round_of_a_chained_chain_brings_the_signature_before_it(relays: Relays) -> None:
    """Without which nobody could verify it."""
    row = ROWS["default", 2]
    good = relays.has("good", Answer(_served("default", 2)))
    assert relay.fetch([good], DEFAULT) == {
        "signature": row["signature"],
        "previous_signature": row["previous_signature"],
    }


def test_relays_are_asked_in_order_and_no_more_than_needed(relays: Relays) -> None:
    """The second is not troubled while the first answers well."""
    first, second = (relays.has(name, Answer(GOOD)) for name in ("first", "second"))
    relay.fetch([first, second], QUICKNET)
    relay.fetch([second, first], QUICKNET)
    assert relays.asked == ["first", "second"]


OTHER = ROWS["quicknet", 123]["signature"]
FORM = "答复不是 drand 的格式"
USELESS = {
    "another round": (Answer(_served("quicknet", 123)), "答的是另一轮"),
    "another round's signature": (Answer(_served("quicknet", 123, round=1000)), "签名不成立"),
    "no point": (Answer(_served("quicknet", 1000, signature="00" * 48)), "签名不成立"),
    "signature of another size": (Answer(_served("quicknet", 1000, signature="ab")), FORM),
    "signature in capitals": (
        Answer(_served("quicknet", 1000, signature=PUBLISHED["signature"].upper())),
        FORM,
    ),
    "previous signature where none belongs": (
        Answer(_served("quicknet", 1000, previous_signature=OTHER)),
        FORM,
    ),
    "round as text": (Answer(_served("quicknet", 1000, round="1000")), FORM),
    "round as a fraction": (Answer(_served("quicknet", 1000, round=1000.5)), FORM),
    "a round of a thousand digits": (Answer(GOOD.replace(b"1000", b"9" * 999)), "答的是另一轮"),
    "no signature": (Answer(b'{"round":1000}'), FORM),
    "a page": (Answer(b"<!doctype html><title>Login</title>"), FORM),
    "nothing": (Answer(b""), FORM),
    "no UTF-8": (Answer(b"\xff" * 40), FORM),
    "endless brackets": (Answer(b'{"x":' + b"[" * 4000), FORM),
    "a long answer": (Answer(GOOD + b" " * 1_000_000), "答复过长"),
    "compressed": (Answer(gzip.compress(GOOD), headers={"Content-Encoding": "gzip"}), FORM),
    "a fault": (Answer(b"", status=500), "HTTP 500"),
    "a fault with the round": (Answer(GOOD, status=503), "HTTP 503"),
    "absent": (Answer(b"", status=404), "还没有这一轮"),
    "too early": (Answer(b"Requested future beacon", status=425), "还没有这一轮"),
    "no status": (Answer(GOOD, status=7), "连接失败"),
    "cut off": (Answer(GOOD[:-9], headers={"Content-Length": str(len(GOOD))}), "连接失败"),
}


def test_useless_relays_are_passed_over(relays: Relays) -> None:
    """However many there are before the one that is of use."""
    useless = [relays.has(f"no{n}", answer) for n, (answer, _) in enumerate(USELESS.values())]
    assert relay.fetch([*useless, relays.has("good", Answer(GOOD))], QUICKNET) == PUBLISHED
    assert relays.asked == [*(f"no{n}" for n in range(len(USELESS))), "good"]


def test_every_useless_relay_is_named_with_its_reason(relays: Relays) -> None:
    """Where none is of use, what is wrong with each can be read."""
    useless = [relays.has(f"no{n}", answer) for n, (answer, _) in enumerate(USELESS.values())]
    with pytest.raises(DomainError) as refused:
        relay.fetch(useless, QUICKNET)
    assert refused.value.code == "relay-unreachable"
    told = refused.value.detail.partition(". ")[2].split("; ")
    wrong = {
        kind: said
        for number, said, (kind, (_, reason)) in zip(count(1), told, USELESS.items(), strict=False)
        if not said.startswith(f"{number} (127.0.0.1): {reason}")
    }
    assert (wrong, len(told)) == ({}, len(USELESS))


def test_a_redirect_is_not_followed(relays: Relays) -> None:
    """A relay has no say in who else is asked."""
    good = relays.has("good", Answer(GOOD))
    target = f"{good}/{QUICKNET.chain}/public/{QUICKNET.round}"
    moved = relays.has("moved", Answer(b"", status=302, headers={"Location": target}))
    with refusal("relay-unreachable", "HTTP 302"):
        relay.fetch([moved], QUICKNET)
    assert relays.asked == ["moved"]


def test_a_relay_that_drips_is_left(relays: Relays, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte after byte, none late, and yet no end: the whole answer has one time limit."""
    monkeypatch.setattr(relay, "PATIENCE", 2)
    slow = relays.has("slow", Answer(GOOD, pause=0.05))
    good = relays.has("good", Answer(GOOD))
    assert relay.fetch([slow, good], QUICKNET) == PUBLISHED
    assert relays.asked == ["slow", "good"]


def test_a_relay_where_nobody_listens_is_passed_over(relays: Relays) -> None:
    """The port is taken, and refuses."""
    good = relays.has("good", Answer(GOOD))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert relay.fetch([nobody, good], QUICKNET) == PUBLISHED
        with refusal("relay-unreachable", "1 (127.0.0.1): 连接失败"):
            relay.fetch([nobody], QUICKNET)


def test_a_round_that_no_relay_has_is_not_there_yet(relays: Relays) -> None:
    """Old relays say 404, new ones 425; with one that fails in another way it is not known."""
    old, new = (relays.has(f"at{status}", Answer(b"", status)) for status in (404, 425))
    with refusal("round-not-yet", "quicknet", "1000"):
        relay.fetch([old, new], QUICKNET)
    broken = relays.has("broken", Answer(b"", status=500))
    with refusal("relay-unreachable", "1 (127.0.0.1): 还没有这一轮", "3 (127.0.0.1): HTTP 500"):
        relay.fetch([old, new, broken], QUICKNET)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.drand.sh",
        "http://api.drand.sh",
        "http://localhost",
        "http://127.0.0.1.example",
        "ftp://127.0.0.1",
        "https://",
        "https://who:secret@api.drand.sh",
        "https://api.drand.sh/?key=secret",
        "https://api.drand.sh/#secret",
        "https://api.drand.sh:99999",
        "https://xn--a",
        "https://\ud800",
    ],
)
def test_an_address_other_than_https_is_not_asked(address: str) -> None:
    """Nothing is sent, and what may be a secret is not repeated."""
    with pytest.raises(DomainError) as refused:
        relay.fetch([address], QUICKNET)
    assert refused.value.code == "relay-unreachable"
    assert ". 1: 节点地址应形如" in refused.value.detail
    assert "secret" not in refused.value.detail


@given(st.text() | st.text().map("https://{}".format) | st.text().map("http://127.0.0.1{}".format))
def test_any_address_is_read_or_refused(text: str) -> None:
    """Whatever stands in a file of settings."""
    try:
        url = relay._address(text)
    except relay._UselessError:
        return
    assert url.scheme == "https" or relay._is_loopback(url.host)


def test_without_a_relay_or_a_known_chain_nothing_is_asked() -> None:
    """Each with its own refusal."""
    with refusal("relay-unreachable", "没有设置节点"):
        relay.fetch([], QUICKNET)
    with refusal("chain-unknown"):
        relay.fetch(["http://127.0.0.1:1"], Drand(chain="../admin", round=1))
