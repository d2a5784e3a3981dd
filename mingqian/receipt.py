"""`mingqian receipt …`: a proof to keep that something stands in the ledger, computed here and taken on nobody's word."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from audit.outside import key_of
from domain import merkle
from domain.errors import DomainError
from ledger.continuation import Log
from ledger.policy import Policy
from ledger.published_log import PublishedLog, published_log
from ledger.tlog_proof import TlogProof, covers
from mingqian import files
from mingqian.remote import Remote, visiting
from mingqian.session import PasswordFile, Url, log_in, say

if TYPE_CHECKING:
    from ledger.note import Checkpoint

PATIENCE_SECONDS = (
    120.0  # a checkpoint comes within seconds; one that waits for witnesses, somewhat later
)
PAUSE_SECONDS = 1.0

Vkey = Annotated[
    str, typer.Option(help="另行取得的账本公钥，或存有它的文件 / the log's key, or its file")
]
PolicyFile = Annotated[
    Path | None, typer.Option(help="见证策略文件：须有哪些见证方副署 / who must have cosigned")
]


def receipt(  # noqa: PLR0913 - each is an argument or option of the command
    leaf: Annotated[int, typer.Argument(help="事件在账本中的位置 / leaf of the event", min=0)],
    file: Annotated[Path, typer.Argument(help="写到何处（.tlog-proof） / where to write it")],
    *,
    url: Url,
    vkey: Vkey,
    policy: PolicyFile = None,
    staff: Annotated[
        str | None,
        typer.Option("--as", help="本人编号：写入本人所为的事件 / put one's own event into it"),
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """取回执：从公开的瓦片和检查点自行算出并核验的证明 / write the proof that a leaf is in the signed ledger."""
    log = log_of(vkey, policy)
    with visiting(url) as service:
        if staff is not None:
            log_in(service, staff, password_file)
        keep(service, url, leaf, file, log=log, personal=staff is not None)


def log_of(vkey: str, policy: Path | None) -> Log:
    """Which log, by its key; raises DomainError: "vkey-malformed", "policy-unreadable", "policy-malformed"."""
    return Log(key=key_of(vkey), policy=Policy.read(policy) if policy else None)


def keep(  # noqa: PLR0913 - what is asked, where, and who asks
    service: Remote, url: str, leaf: int, file: Path, *, log: Log, personal: bool
) -> None:
    """Wait for a checkpoint over the leaf, compute its proof, verify it and write it; `personal` puts the own event in.

    Raises DomainError: "receipt-too-early", "proof-invalid", and as `Log.open` and `Remote`.
    """
    with published_log(url) as published:
        note, checkpoint = _covering(published, leaf, log)
        extra = TlogProof.parse(service.text(f"/receipts/{leaf}")).extra if personal else None
        tree = published.tree(checkpoint.size)
        hashed = tree.leaf(leaf) if extra is None else merkle.leaf_hash(extra)
        proof = TlogProof.of(tree, leaf, note, extra)
    proof.verify(hashed, checkpoint)
    files.write_new(file, str(proof))
    what = "含事件 / with the event" if extra is not None else "只有散列 / of the hash alone"
    say(f"回执已核验并存入 / verified and kept: {file} ({what})")


def _covering(published: PublishedLog, leaf: int, log: Log) -> tuple[str, Checkpoint]:
    end = monotonic() + PATIENCE_SECONDS
    while True:
        note = published.checkpoint()
        if covers(note, leaf):
            return note, log.open(note)
        if monotonic() > end:
            detail = f"检查点尚未覆盖叶 {leaf} / no checkpoint covers it yet"
            raise DomainError("receipt-too-early", detail)
        sleep(PAUSE_SECONDS)
