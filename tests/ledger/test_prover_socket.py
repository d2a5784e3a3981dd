"""Service and draw process on a real socket: one line asked, one answered, and nobody brings it down."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from domain.canonical import canon, parse
from domain.draw_commands import DrawComputed, RevealSource
from domain.errors import DomainError
from domain.facts import Actor, Asked
from ledger import prover_socket, vrf
from ledger.clock import FileClock
from ledger.key_holder import KeyHolder
from ledger.prover import HeldKeys
from ledger.prover_socket import LONGEST, RemoteProver, listening
from ledger.writer import Writer
from tests.ledger import proving
from tests.ledger.proving import DRAW, asked_of, draw_process, record
from tests.story import PROVER, VRF_PUBLIC, VRF_SECRET, nonce_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.store import Ledger
    from tests.ledger.proving import DrawProcess

ASKED = Asked(draw_id=DRAW, vrf_key=VRF_PUBLIC, alpha=bytes(32), entropy=())
PROVE = {"ask": "prove", "draw_id": DRAW, "vrf_key": "00" * 32, "alpha": "00" * 32, "entropy": []}


@pytest.fixture
def process(dsn: str) -> Iterator[DrawProcess]:
    """A draw process that holds the key of stories."""
    with draw_process(KeyHolder(PROVER, dsn, reads_only=False)) as running:
        yield running


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a socket in it."""
    with TemporaryDirectory(prefix="prover-") as folder:
        yield Path(folder)


def send(process: DrawProcess, data: bytes) -> object:
    """Send bytes as they are, and read the answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(process.socket))
        client.sendall(data)
        return parse(client.makefile("rb").readline().removesuffix(b"\n"))


def refused(prover: RemoteProver, asked: Asked = ASKED) -> DomainError:
    """The refusal to prove."""
    with pytest.raises(DomainError) as caught:
        prover.prove(asked)
    return caught.value


def test_the_last_source_brings_the_list_through_the_socket(
    ledger: Ledger, process: DrawProcess, tmp_path: Path
) -> None:
    """While nobody answers nothing is recorded, and the same number entered later gives the list."""
    told = proving.waiting()
    record(ledger, told)
    (tmp_path / "now").write_text("2024-01-02T00:00:00.000Z")
    reveal = RevealSource(draw_id=DRAW, nonce=nonce_of(DRAW, "witness1").hex())
    witness, size, clock = Actor(id="witness1", role="witness"), ledger.size(), tmp_path / "now"
    lonely = Writer(ledger, FileClock(clock), RemoteProver(tmp_path / "nobody"))
    with pytest.raises(DomainError, match="prover-unavailable"):
        lonely.execute([reveal], actor=witness, command_id=str(uuid4()))
    assert ledger.size() == size
    writer = Writer(ledger, FileClock(clock), RemoteProver(process.socket))
    writer.execute([reveal], actor=witness, command_id=str(uuid4()))
    computed = ledger.read(size + 1)[0].recorded().event
    assert isinstance(computed, DrawComputed)
    expected, _ = vrf.prove(VRF_SECRET, bytes.fromhex(computed.alpha))
    assert computed.vrf_proof == expected.hex()


def test_keys_and_refusals_travel_with_their_reason(ledger: Ledger, process: DrawProcess) -> None:
    """The service learns which keys there are, and why it gets no proof."""
    remote = RemoteProver(process.socket)
    assert remote.public_keys() == (VRF_PUBLIC,)
    told = proving.waiting()
    record(ledger, told)
    error = refused(remote, asked_of(told, alpha=bytes(32)))
    assert (error.code, "alpha" in error.detail) == ("prover-refused", True)


def test_codes_of_the_holder_travel(ledger: Ledger, dsn: str, tmp_path: Path) -> None:
    """Those that tell the operator what to do as they are, any other as the reason of a refusal."""
    told = proving.waiting()
    record(ledger, told)
    asked = asked_of(told)
    with draw_process(KeyHolder(HeldKeys({}), dsn, reads_only=False)) as process:
        assert refused(RemoteProver(process.socket), asked).code == "vrf-key-missing"
    with draw_process(KeyHolder(PROVER, dsn, reads_only=True)) as process:
        error = refused(RemoteProver(process.socket), asked)
        assert (error.code, "prover-not-apart" in error.detail) == ("prover-refused", True)
    with draw_process(KeyHolder(PROVER, f"host={tmp_path}", reads_only=True)) as process:
        assert refused(RemoteProver(process.socket), asked).code == "prover-unavailable"


CHANGES: tuple[dict[str, Any], ...] = (
    {"ask": "sign"},
    {"alpha": "00"},
    {"alpha": 0},
    {"vrf_key": "zz" * 32},
    {"draw_id": ""},
    {"draw_id": None},
    {"entropy": {}},
    {"entropy": [1]},
    {"more": 1},
)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"hello\n",
        b"\xff\xfe\n",
        b'{"ask": "keys"}\n',
        b'{"ask":"keys"}\r\n',
        b'{"ask":"keys","ask":"keys"}\n',
        b'{"ask":"keys"}\n{"ask":"keys"}\n',
        b'{"ask":"sign"}\n',
        b"[" * 5000 + b"\n",
        b"9" * 5000 + b"\n",
        b" " * (LONGEST + 1),
        *(canon({**PROVE, **change}) + b"\n" for change in CHANGES),
    ],
)
def test_garbage_is_refused_and_harms_nothing(process: DrawProcess, line: bytes) -> None:
    """Whatever it is, the next one is answered."""
    answer = send(process, line)
    assert isinstance(answer, dict)
    assert answer["code"] == "prover-request-malformed"
    assert RemoteProver(process.socket).public_keys() == (VRF_PUBLIC,)


def test_clients_that_vanish_or_say_nothing_harm_nothing(
    process: DrawProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that brings no line in its time is closed."""
    for data in (b"", b'{"ask":', b'{"ask":"keys"}\n'):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(process.socket))
            client.sendall(data)
    monkeypatch.setattr(prover_socket, "ASKING_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(process.socket))
        assert client.recv(1) == b""
    monkeypatch.undo()
    assert RemoteProver(process.socket).public_keys() == (VRF_PUBLIC,)


class Faulty(KeyHolder):
    """A holder with a fault of the program in it."""

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Fail, with a secret in the text of the error."""
        raise RuntimeError(VRF_SECRET.hex() + asked.draw_id)


def test_a_fault_is_logged_without_what_was_in_hand(dsn: str) -> None:
    """Where it was is told, and the process goes on."""
    with draw_process(Faulty(PROVER, dsn, reads_only=False)) as process, capture_logs() as logs:
        remote = RemoteProver(process.socket)
        assert refused(remote).code == "prover-unavailable"
        assert remote.public_keys() == (VRF_PUBLIC,)
    faults = [line for line in logs if line["event"] == "request-failed"]
    assert [line["error"] for line in faults] == ["RuntimeError"]
    assert VRF_SECRET.hex() not in str(logs)


def test_only_owner_and_group_may_ask(process: DrawProcess) -> None:
    """From the first moment on."""
    mode = process.socket.stat().st_mode
    assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o660)


def test_the_history_is_kept_fresh_without_being_asked(ledger: Ledger, dsn: str) -> None:
    """A ledger that cannot be read is logged, and tried again."""
    holder = KeyHolder(PROVER, dsn, reads_only=False)
    with (
        TemporaryDirectory(prefix="prover-") as folder,
        listening(Path(folder) / "p", holder) as server,
    ):
        server.service_actions()
        assert holder._history.size == ledger.size()
        holder._dsn = f"host={folder}"
        with capture_logs() as logs:
            server.service_actions()
            assert not logs, "not every time"
            server._next_refresh = 0.0
            server.service_actions()
    assert [(line["event"], line["code"]) for line in logs] == [
        ("ledger-not-read", "prover-unavailable")
    ]


def test_a_socket_left_behind_is_replaced_and_gone_in_the_end(dsn: str, short: Path) -> None:
    """A process that was killed must not stop the next one."""
    path, holder = short / "p", KeyHolder(PROVER, dsn, reads_only=False)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with listening(path, holder):
        assert stat.S_ISSOCK(path.stat().st_mode)
    assert not path.exists()


def test_a_place_that_is_taken_is_refused(process: DrawProcess, dsn: str, short: Path) -> None:
    """By another draw process, by a file, or because no socket can be there."""
    holder = KeyHolder(PROVER, dsn, reads_only=False)
    (short / "file").write_text("示例")
    for path in (process.socket, short / "file", short / "none" / "p", short / ("p" * 120)):
        with pytest.raises(DomainError, match="prover-socket-unusable"), listening(path, holder):
            pass
    assert (short / "file").read_text() == "示例"
    assert RemoteProver(process.socket).public_keys() == (VRF_PUBLIC,)


def _proof(**changes: str) -> dict[str, str]:
    pi, beta = vrf.prove(VRF_SECRET, bytes(32))
    return {"pi": pi.hex(), "beta": beta.hex(), **changes}


ANSWERS: tuple[object, ...] = (
    [],
    {},
    {"keys": []},
    {"code": "prover-refused"},
    {"code": "internal-error", "detail": "示例"},
    {"code": "prover-refused", "detail": 1},
    _proof(pi="00" * 80),
    _proof(beta="00" * 64),
    _proof(pi="00"),
    _proof(more="00"),
)


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\n",
        b'{"pi": 1}\n',
        b" " * (LONGEST + 1),
        *(canon(answer) + b"\n" for answer in ANSWERS),
    ],
)
def test_a_false_answer_is_not_believed(short: Path, answer: bytes) -> None:
    """Who sits at the socket may be another program."""
    error = _answered(short, answer)
    assert error is not None
    assert error.code == "prover-answer-invalid"


def test_a_right_answer_is_taken_and_none_at_all_is_an_absence(short: Path) -> None:
    """The same impostor, once honest and once silent."""
    assert _answered(short, canon(_proof()) + b"\n") is None
    (short / "p").unlink()
    error = _answered(short, b"")
    assert error is not None
    assert error.code == "prover-unavailable"


def _answered(short: Path, answer: bytes) -> DomainError | None:
    """Ask somebody who always says the same."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short / "p"))
        listener.listen()

        def say() -> None:
            client, _ = listener.accept()
            with client, client.makefile("rb") as asked:
                asked.readline()
                client.sendall(answer)

        thread = Thread(target=say)
        thread.start()
        try:
            RemoteProver(short / "p").prove(ASKED)
        except DomainError as error:
            return error
        finally:
            thread.join()
    return None


def test_as_many_sources_as_a_draw_may_have_fit_into_a_line(process: DrawProcess) -> None:
    """Two thousand witnesses, each with a number."""
    numbers: tuple[dict[str, Any], ...] = tuple(
        {"nonce": os.urandom(32).hex()} for _ in range(2000)
    )
    asked = Asked(draw_id=DRAW, vrf_key=VRF_PUBLIC, alpha=bytes(32), entropy=numbers)
    assert "no checkpoint" in refused(RemoteProver(process.socket), asked).detail
