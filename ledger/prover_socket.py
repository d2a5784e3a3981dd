"""Between the service and the draw process: a Unix socket, one line of canonical JSON asked, one answered.

`{"ask":"keys"}` is answered `{"keys":[hex…]}`; `{"alpha":…,"ask":"prove","draw_id":…,"entropy":[…],"vrf_key":…}` is
answered `{"beta":hex,"pi":hex}`; and either with `{"code":…,"detail":…}` where it is refused. Whoever can write to the
socket may ask: its mode and its group decide who that is.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
import traceback
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog

from domain.canonical import canon, parse
from domain.errors import DomainError
from domain.facts import Asked
from domain.lottery.shapes import Shape
from ledger import vrf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.key_holder import KeyHolder
    from ledger.prover import Prover

LONGEST = 1 << 18  # bytes of a line: some two thousand sources
MODE = 0o660
ASKING_SECONDS = 5.0  # for a request to arrive in full
ANSWERING_SECONDS = (
    60.0  # for an answer; the service keeps a transaction open meanwhile, for twice that at most
)
REFRESH_SECONDS = 30.0
# Codes that travel as they are; any other is the reason of a refusal.
CODES = frozenset(
    {"prover-refused", "prover-unavailable", "prover-request-malformed", "vrf-key-missing"}
)
_REQUEST = Shape("prover-request-malformed")
_ANSWER = Shape("prover-answer-invalid")

logger = structlog.get_logger("mingqian.prover")


class RemoteProver:
    """The draw process on this machine, as a `Prover`. What it answers is checked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Ask for a proof.

        Raises DomainError: "prover-unavailable" when nobody answers, "prover-refused" with the reason, "vrf-key-missing",
        "prover-answer-invalid".
        """
        question = {
            "ask": "prove",
            "draw_id": asked.draw_id,
            "vrf_key": asked.vrf_key.hex(),
            "alpha": asked.alpha.hex(),
            "entropy": [dict(one) for one in asked.entropy],
        }
        fields = _ANSWER.obj(self._ask(question), "$", {"pi", "beta"})
        pi = _ANSWER.octets(fields["pi"], "$.pi", vrf.PROOF_SIZE)
        beta = _ANSWER.octets(fields["beta"], "$.beta", 64)
        if vrf.verify(asked.vrf_key, asked.alpha, pi) != beta:
            raise _ANSWER.refusal("$.pi", "证明不成立 / the proof does not hold")
        return pi, beta

    def public_keys(self) -> tuple[bytes, ...]:
        """The public halves of the keys that it holds; raises as `prove`."""
        keys = _ANSWER.array(_ANSWER.obj(self._ask({"ask": "keys"}), "$", {"keys"})["keys"], "$")
        return tuple(_ANSWER.octets(one, "$.keys", vrf.PUBLIC_SIZE) for one in keys)

    def _ask(self, question: dict[str, Any]) -> object:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(ASKING_SECONDS)
                connection.connect(str(self._path))
                connection.sendall(canon(question) + b"\n")
                answer = _parsed(_line(connection, ANSWERING_SECONDS, _ANSWER), _ANSWER)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            detail = f"抽取进程没有应答，请稍后再试 / the draw process does not answer, try again later: {reason}"
            raise DomainError("prover-unavailable", detail) from None
        if isinstance(answer, dict) and "code" in answer:
            raise _told(answer)
        return answer


def _told(answer: dict[str, Any]) -> DomainError:
    fields = _ANSWER.obj(answer, "$", {"code", "detail"})
    if fields["code"] not in CODES:
        return _ANSWER.refusal("$.code", "未知 / unknown")
    return DomainError(fields["code"], _ANSWER.text(fields["detail"], "$.detail"))


class _Server(ThreadingUnixStreamServer):
    """Answers every connection in a thread of its own, and keeps the holder's history fresh meanwhile."""

    def __init__(self, path: Path, holder: KeyHolder) -> None:
        self.holder = holder
        self._next_refresh = 0.0
        before = os.umask(0o777 & ~MODE)  # nobody else may connect, not even for a moment
        try:
            super().__init__(str(path), _Connection)
        finally:
            os.umask(before)

    def service_actions(self) -> None:
        """Read on now and then, so that a question after a long import does not have to wait for that."""
        if monotonic() < self._next_refresh:
            return
        self._next_refresh = monotonic() + REFRESH_SECONDS
        try:
            self.holder.catch_up()
        except DomainError as refusal:
            logger.warning("ledger-not-read", code=refusal.code, detail=refusal.detail)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - socketserver's own
        """Say where a thread failed; what it had in hand may be secret."""
        error = sys.exception()
        frames = traceback.format_tb(error.__traceback__) if error else []
        logger.error("request-failed", error=type(error).__name__, frames=frames)


class _Connection(BaseRequestHandler):
    request: socket.socket
    server: _Server

    def handle(self) -> None:
        """Answer one question."""
        try:
            answer = _answer(self.server.holder, self.request)
            self.request.settimeout(ASKING_SECONDS)
            self.request.sendall(canon(answer) + b"\n")
        except OSError as error:
            logger.warning("client-lost", error=type(error).__name__)


@contextmanager
def listening(path: Path, holder: KeyHolder) -> Iterator[_Server]:
    """Open the socket; call `serve_forever` of what this gives. The socket is gone afterwards.

    Raises DomainError("prover-socket-unusable").
    """
    try:
        _make_way(path)
        server = _Server(path, holder)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    try:
        yield server
    finally:
        server.server_close()
        path.unlink(missing_ok=True)


def _make_way(path: Path) -> None:
    """Remove what a process that was killed left behind, and nothing else."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise _unusable(path, "已有同名文件 / there is a file of this name")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise _unusable(path, "已有抽取进程在监听 / another draw process listens here")
    path.unlink()


def _unusable(path: Path, why: str) -> DomainError:
    return DomainError("prover-socket-unusable", f"{path}: {why}")


def _answer(holder: Prover, connection: socket.socket) -> dict[str, Any]:
    try:
        question = _parsed(_line(connection, ASKING_SECONDS, _REQUEST), _REQUEST)
        if question == {"ask": "keys"}:
            return {"keys": [one.hex() for one in holder.public_keys()]}
        pi, beta = holder.prove(_asked(question))
    except DomainError as refusal:
        if refusal.code in CODES:
            return {"code": refusal.code, "detail": refusal.detail}
        return {"code": "prover-refused", "detail": str(refusal)}
    return {"pi": pi.hex(), "beta": beta.hex()}


def _asked(question: object) -> Asked:
    fields = _REQUEST.obj(question, "$", {"ask", "draw_id", "vrf_key", "alpha", "entropy"})
    if fields["ask"] != "prove":
        raise _REQUEST.refusal("$.ask", "未知 / unknown")
    entropy = _REQUEST.array(fields["entropy"], "$.entropy")
    if not all(isinstance(one, dict) for one in entropy):
        raise _REQUEST.refusal("$.entropy", "各项应为对象 / every entry must be an object")
    return Asked(
        draw_id=_REQUEST.text(fields["draw_id"], "$.draw_id"),
        vrf_key=_REQUEST.octets(fields["vrf_key"], "$.vrf_key", vrf.PUBLIC_SIZE),
        alpha=_REQUEST.octets(fields["alpha"], "$.alpha", 32),
        entropy=tuple(entropy),
    )


def _parsed(line: bytes, shape: Shape) -> object:
    try:
        return parse(line)
    except DomainError as refusal:
        raise DomainError(shape.code, refusal.detail) from None


def _line(connection: socket.socket, seconds: float, shape: Shape) -> bytes:
    """Read one line without its end; raises OSError when it does not arrive in time, and the shape's refusal."""
    deadline, line = monotonic() + seconds, b""
    while not line.endswith(b"\n"):
        connection.settimeout(max(deadline - monotonic(), 0.001))
        more = connection.recv(LONGEST)
        if not more:
            raise ConnectionError
        line += more
        if len(line) > LONGEST or b"\n" in line[:-1]:
            raise shape.refusal(
                "$", f"应为一行，至多 {LONGEST} 字节 / one line of so many bytes at most"
            )
    return line[:-1]
