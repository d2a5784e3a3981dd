"""`mingqian publish DIR`: the public part of the ledger as static files, for a web server or object store of anybody's."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from api.parts import dsn_of, policy_of
from api.public_site import Seal, write_site
from api.settings import read_settings
from domain.errors import DomainError
from ledger import keys as key_files
from ledger.cosignatures import not_witnessed
from ledger.note import VerifierKey
from ledger.publication import publish as write_files
from ledger.store import Ledger
from projections.reading import Reader


def publish(
    directory: Annotated[
        Path, typer.Argument(help="静态文件夹，可重复写入 / folder of the static files")
    ],
    pages: Annotated[
        str | None,
        typer.Option(
            help="同时更新该年度的公示网页和数据 / also the public pages and data of that year"
        ),
    ] = None,
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
    if pages is not None:
        seal = Seal(vkey=str(vkey), checkpoint=counted.note)
        changed = _write_pages(dsn_of(settings), directory / pages, pages, seal)
        typer.echo(f"已更新 {changed} 个网页和数据文件 / pages and data brought up to date")
    typer.echo(f"已发布 {counted.size} 个叶，新写瓦片 {written} / published; tiles written")


def _write_pages(dsn: str, folder: Path, year: str, seal: Seal) -> int:
    """Bring the pages of a year up to what the service's tables tell; raises "unknown-plan"."""
    with Reader(dsn) as reader, reader.snapshot() as read:
        try:
            return len(write_site(read, folder, year=int(year), seal=seal, example=False))
        except (LookupError, ValueError):
            detail = f"没有已公布的 {year} 年度计划 / no published plan of that year"
            raise DomainError("unknown-plan", detail) from None
