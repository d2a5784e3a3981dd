"""`mingqian witness key|serve|heads`: a witness of ledgers, run by somebody else than who runs the ledger, on a machine of theirs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.keys import make_key, read_key
from ledger.note import VerifierKey, witness_key
from ledger.witness import MAX_BODY, Answer, Heads, LedgerWitness
from mingqian.session import say
from mingqian.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

KeyFile = Annotated[Path, typer.Option("--key", help="见证人的密钥文件 / the witness's key file")]
Name = Annotated[
    str, typer.Option(help="见证人名称，如 witness.example.gov.cn/jw / name of the witness")
]
State = Annotated[Path, typer.Option(help="状态文件（SQLite） / file of what was signed last")]
TOO_LARGE = 413


def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="新的密钥文件 / the new key file")],
    name: Name,
) -> None:
    """生成账本见证人的密钥，打印其公钥（vkey） / make a ledger witness's key and print its vkey."""
    witness_key(name, bytes(32))  # a name that cannot be is refused before there is a key
    make_key(file)
    public = Ed25519PrivateKey.from_private_bytes(read_key(file)).public_key().public_bytes_raw()
    say(f"密钥已存入 {file}，只许见证服务的用户读取；把下面的公钥交给账本运营方和审计机构")
    say("the key is in that file: only the vkey below is for others")
    typer.echo(str(witness_key(name, public)))


def serve(  # noqa: PLR0913 - each is an option of the command
    *,
    key: KeyFile,
    name: Name,
    state: State,
    log: Annotated[
        list[str],
        typer.Option(
            help="所见证账本的公钥（vkey），名称不同于公钥名时写作“名称 公钥” / vkey of a log, or ORIGIN VKEY"
        ),
    ],
    host: Annotated[str, typer.Option(help="监听地址 / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听端口 / port", min=0, max=65535)] = 8181,
) -> None:
    """启动账本见证人：只为延续其已签检查点的新检查点签名 / run a ledger witness, which signs what continues what it signed."""
    _log_as_json()
    witness = LedgerWitness(
        name, Ed25519PrivateKey.from_private_bytes(read_key(key)), trusted(log), Heads(state), _now
    )
    structlog.get_logger("mingqian.witness").info("witness-ready", vkey=str(witness.vkey), logs=log)
    uvicorn.run(
        application(witness),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def heads(state: State) -> None:
    """列出每个账本最近签过的检查点：叶数、时间、名称 / list what was signed last of each log: leaves, time, origin."""
    for head in Heads(state).all():
        when = datetime.fromtimestamp(head.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        typer.echo(f"{head.size}\t{when}\t{printable(head.origin)}")


def trusted(logs: Sequence[str]) -> dict[str, tuple[VerifierKey, ...]]:
    """Give the keys of each log by its origin: that of the key's name, unless another is written before it.

    Raises DomainError("vkey-malformed").
    """
    known: dict[str, tuple[VerifierKey, ...]] = {}
    for each in logs:
        origin, _, vkey = each.rpartition(" ")
        verifier = VerifierKey.parse(vkey)
        known[origin or verifier.name] = (*known.get(origin or verifier.name, ()), verifier)
    return known


def application(witness: LedgerWitness) -> Starlette:
    """The one call that there is, over HTTP."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY:
                    return _response(Answer(status=TOO_LARGE, text="the request is too large\n"))
        except ClientDisconnect:
            return Response(status_code=400)
        return _response(await run_in_threadpool(witness.add_checkpoint, body))

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def _response(answer: Answer) -> Response:
    # Set as it is: Starlette adds a character set to text, and the type of a size has none.
    headers = {"Content-Type": answer.kind, "Cache-Control": "no-store"}
    return Response(answer.text.encode(), status_code=answer.status, headers=headers)


def _now() -> int:
    return int(time.time())


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
