"""`mingqian publish DIR`: the public part of the ledger as static files, for a web server or object store of anybody's."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from api.parts import dsn_of, policy_of
from api.settings import read_settings
from ledger import keys as key_files
from ledger.cosignatures import not_witnessed
from ledger.note import VerifierKey
from ledger.publication import publish as write_files
from ledger.store import Ledger


def publish(
    directory: Annotated[
        Path, typer.Argument(help="静态文件夹，可重复写入 / folder of the static files")
    ],
) -> None:
    """把最新生效的检查点和散列瓦片写成静态文件，不含事件；不签名 / write checkpoint and hash tiles as static files, never events."""
    settings = read_settings()
    keys = key_files.load(settings.keys, settings.subject_keys)
    with Ledger(dsn_of(settings), keys, policy_of(settings)) as ledger:
        counted = ledger.counted()
        if counted is None:
            raise not_witnessed()
        vkey = VerifierKey.parse(ledger.genesis.vkey)
        written = write_files(ledger.tiles, counted.note, vkey, directory)
    typer.echo(f"已发布 {counted.size} 个叶，新写瓦片 {written} / published; tiles written")
