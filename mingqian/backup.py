"""`mingqian backup` and `mingqian restore`: what is put back was verified first, against what others have kept."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.parts import clock_of, dsn_of, make_tables, policy_of
from api.settings import read_settings
from audit import outside
from audit.cli import kept_head, print_report
from audit.live import Live
from audit.verify import verify
from domain.errors import DomainError
from ledger.backup import CHECKPOINT, back_up, read_manifest, restoring
from ledger.snapshot import Reader
from projections.runner import Projector

if TYPE_CHECKING:
    from audit.heads import Head
    from audit.report import Report

BEYOND = "checkpoint-beyond-leaves"
console = Console(highlight=False, soft_wrap=True)


def backup(
    directory: Annotated[
        Path, typer.Argument(help="空的或尚不存在的文件夹 / an empty folder, or a new one")
    ],
) -> None:
    """备份账本和账号，服务不必停；不含任何密钥 / back ledger and accounts up while serving; no keys are in it."""
    settings = read_settings()
    manifest, digest = back_up(dsn_of(settings), directory, clock_of(settings).now())
    console.print(f"已备份 {manifest.leaves} 条 / leaves backed up: {manifest.leaves}")
    console.print(f"manifest.json SHA-256: {digest}")
    console.print(
        "密钥不在其中，须另行备份，分开存放 / the keys are not in it: back them up apart:"
        f" {settings.keys}, {settings.subject_keys}"
    )


def restore(
    directory: Annotated[Path, typer.Argument(help="备份的文件夹 / the folder of a backup")],
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            help="他人留存的检查点，可多次 / a checkpoint that others kept; may be repeated"
        ),
    ] = None,
    vkey: Annotated[
        str | None,
        typer.Option(help="另行取得的验证公钥，或存有它的文件 / the log's key, or its file"),
    ] = None,
    *,
    without_checkpoint: Annotated[
        bool,
        typer.Option(
            help="无从得到检查点，不核对备份是否过旧 / there is none: not checked for being too old"
        ),
    ] = False,
) -> None:
    """恢复到空库：先核验全部历史，短于或不同于检查点即拒绝 / into an empty database, once verified against checkpoints."""
    if bool(checkpoint) == without_checkpoint:
        detail = "请用 --checkpoint 给出他人留存的检查点；确无则写 --without-checkpoint / give one of the two"
        raise DomainError("restore-without-checkpoint", detail)
    kept = tuple(map(kept_head, checkpoint or ()))
    key = outside.key_of(vkey) if vkey else None
    settings, manifest = read_settings(), read_manifest(directory)
    make_tables(settings)
    dsn = dsn_of(settings)
    own = kept_head(directory / CHECKPOINT)
    with restoring(dsn, directory, manifest) as tables:
        report = verify(Live(None, tables), vkey=key, kept=(own, *kept), policy=policy_of(settings))
        print_report(report, as_json=False)
        _require_whole(report, kept)
    with Projector(dsn, Reader(dsn)) as projector:
        projector.rebuild()
        projector.catch_up()
    console.print(f"已恢复 {report.events} 条 / leaves restored: {report.events}")


def _require_whole(report: Report, kept: tuple[Head, ...]) -> None:
    """Refuse what is not whole, and what does not continue a kept checkpoint."""
    if report.ok:
        return
    places = {head.where for head in kept}
    broken = [one for one in report.failures if one.where in places]
    other = [one for one in broken if one.code != BEYOND]
    code, first = "restore-not-whole", report.failures[0]
    if other:
        code, first = "restore-differs", other[0]
    elif broken:
        code, first = "restore-shorter", broken[0]
    detail = (
        f"{first.where}: {first.code}: {first.reason}; 数据库仍为空 / the database is still empty"
    )
    raise DomainError(code, detail)
