"""`mingqian audit continue|receipt`: what anybody outside can check, with a key, a small file they kept, and no account."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from domain import merkle
from domain.errors import DomainError
from ledger.continuation import Log, continued
from ledger.envelope import Envelope
from ledger.note import VerifierKey, open_checkpoint
from ledger.policy import Policy
from ledger.published_log import LONGEST_NOTE, published_log
from ledger.tlog_proof import TlogProof

NOT_CONTINUED = 1
NOT_RUN = 2
# What was found of the log itself; anything else is that it could not be asked.
FINDINGS = {
    "checkpoint-malformed",
    "checkpoint-not-witnessed",
    "log-forked",
    "log-shorter",
    "note-malformed",
    "note-not-signed",
    "note-signature-invalid",
    "proof-invalid",
    "tiles-differ",
}
LONGEST_PROOF = 64 * 2**20  # it may carry the event of a whole province's list

Vkey = Annotated[
    str, typer.Option(help="另行取得的账本公钥，或存有它的文件 / the log's key, or its file")
]
Origin = Annotated[
    str | None,
    typer.Option(help="账本名称，与公钥名不同时才写 / the log's name, where it is not the key's"),
]
PolicyFile = Annotated[
    Path | None, typer.Option(help="见证策略文件：须有哪些见证方副署 / who must have cosigned")
]


def continue_(  # noqa: PLR0913 - each is an argument or option of the command
    kept: Annotated[Path, typer.Argument(help="留存的检查点文件 / the checkpoint that you kept")],
    *,
    url: Annotated[
        str, typer.Option(help="账本的公开地址，或其静态文件夹 / its public address, or its folder")
    ],
    vkey: Vkey,
    origin: Origin = None,
    policy: PolicyFile = None,
    first: Annotated[
        bool, typer.Option("--first", help="还没有留存：取第一个 / nothing is kept yet: begin")
    ] = False,
    new_only: Annotated[
        bool,
        typer.Option("--new-only", help="只核对新增的瓦片，用于极大的账本 / check new tiles only"),
    ] = False,
) -> None:
    """账本是否延续留存的检查点：是则换存新检查点；0 是，1 否，2 未能核对 / does the log continue what was kept."""
    try:
        log = _log(vkey, origin, policy)
        if first:
            _require_nothing(kept)
        before = None if first else _kept(kept, log)
        with published_log(url) as published:
            now = continued(before, published, log, new_only=new_only)
        _replace(kept, now)
    except DomainError as refusal:
        _refuse(refusal)
    checkpoint = log.open(now)
    typer.echo(f"一致，已留存 / it continues; kept: {checkpoint.size} {checkpoint.root.hex()}")


def receipt(
    file: Annotated[Path, typer.Argument(help="回执（.tlog-proof） / the receipt")],
    *,
    vkey: Vkey,
    origin: Origin = None,
    policy: PolicyFile = None,
    event: Annotated[
        Path | None,
        typer.Option(help="回执中没有事件时，存有其字节的文件 / its bytes, if not in the receipt"),
    ] = None,
) -> None:
    """离线核验回执：所载事件确在签名的账本中；0 是，1 否，2 未能核验 / verify a receipt offline."""
    try:
        log = _log(vkey, origin, policy)
        proof = TlogProof.parse(_text(file, LONGEST_PROOF))
        content = _event(proof, event)
        checkpoint = log.open(proof.note)
        proof.verify(merkle.leaf_hash(content), checkpoint)
    except DomainError as refusal:
        _refuse(refusal)
    typer.echo(
        f"成立 / it holds: {_shown(checkpoint.origin)} 叶 / leaf {proof.index} < {checkpoint.size}"
    )
    typer.echo(described(content))


def described(content: bytes) -> str:
    """What an event of ours says of itself, in a line; of another log, how long the entry is."""
    try:
        found = Envelope.from_bytes(content)
    except DomainError:
        return f"条目 / entry: {len(content)} bytes"
    actor = f"{found.actor.id} ({found.actor.role})"
    return _shown(f"{found.type} {found.recorded_at} {actor} {found.command_id}")


def _shown(text: str) -> str:
    """Without characters that would steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def key_of(text: str) -> VerifierKey:
    """Read a vkey, or the file that holds one; raises DomainError("vkey-malformed")."""
    path = Path(text)
    try:
        if path.is_file():
            text = path.read_text("utf-8").strip()
    except (OSError, ValueError):
        pass  # then it is no file, and judged as a key
    return VerifierKey.parse(text)


def _log(vkey: str, origin: str | None, policy: Path | None) -> Log:
    asked = Policy.read(policy) if policy else None
    return Log(key=key_of(vkey), origin=origin, policy=asked)


def _kept(path: Path, log: Log) -> str:
    note = _text(path, LONGEST_NOTE)
    try:
        open_checkpoint(note, log.key, origin=log.origin)
    except DomainError as error:
        raise DomainError("checkpoint-unreadable", f"{path}: {error}") from None
    return note


def _require_nothing(path: Path) -> None:
    if path.exists():
        raise DomainError("file-exists", f"文件已存在，不覆盖 / not overwritten: {path}")


def _event(proof: TlogProof, file: Path | None) -> bytes:
    content = proof.extra if file is None else _bytes(file, LONGEST_PROOF)
    if content is None:
        detail = "回执中没有事件，请用 --event 给出 / the event is not in it: name it with --event"
        raise DomainError("receipt-without-event", detail)
    return content


def _text(path: Path, longest: int) -> str:
    try:
        return _bytes(path, longest).decode("utf-8")
    except UnicodeDecodeError:
        raise DomainError("file-unreadable", f"{path}: 不是 UTF-8 / not UTF-8") from None


def _bytes(path: Path, longest: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(longest)
    except OSError as error:
        raise DomainError("file-unreadable", f"{path}: {error.strerror}") from None


def _replace(path: Path, note: str) -> None:
    """Put the new checkpoint in the place of the old one, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise DomainError("file-unwritable", f"{path}: {error.strerror}") from None


def _refuse(refusal: DomainError) -> None:
    found = refusal.code in FINDINGS
    verdict = "不成立 / NOT so" if found else "未能核对 / not checked"
    typer.echo(f"{verdict}: {refusal.code}: {_shown(refusal.detail)}", err=True)
    raise typer.Exit(NOT_CONTINUED if found else NOT_RUN) from None
