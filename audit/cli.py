"""`mingqian audit …`: what an inspector of the inspectors types."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from audit import cluster as clusters
from audit import outside
from audit.heads import Head
from audit.live import Live
from audit.sources import NOTE, Export
from audit.verify import verify
from audit.workers import Pool, own_processes
from domain.errors import DomainError
from ledger.policy import Policy
from ledger.snapshot import snapshot
from ledger.timestamps import read_certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.report import Report
    from audit.sources import Source
    from ledger.evidence import EvidenceFolder
    from ledger.snapshot import Snapshot

NOT_WHOLE = 1
NOT_RUN = 2

ExportPath = Annotated[
    Path | None,
    typer.Argument(help="导出文件夹或其 zip；省略则核验数据库 / export; without: the database"),
]
Vkey = Annotated[
    str | None,
    typer.Option(help="另行取得的验证公钥，或存有它的文件 / the log's key, or its file"),
]
Kept = Annotated[
    Path | None, typer.Option(help="以前留存的检查点 / a checkpoint that you kept from earlier")
]
Certificates = Annotated[
    Path | None,
    typer.Option(help="所信任的时间戳机构证书（PEM） / certificates of authorities you trust"),
]
PolicyFile = Annotated[
    Path | None, typer.Option(help="见证策略文件：须有哪些见证方副署 / who must have cosigned")
]
Cluster = Annotated[
    str | None,
    typer.Option(help="审计方自己的 Dask 集群，tcp://HOST:PORT / the auditor's own cluster"),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def app(
    database: Callable[[], str],
    subject_keys: Callable[[], Path | None] = lambda: None,
    evidence: Callable[[], EvidenceFolder | None] = lambda: None,
) -> typer.Typer:
    """Give the commands; each says where something live is, or raises DomainError: the DSN, subjects' keys, evidence files."""

    def live(dsn: str, view: Snapshot) -> Live:
        return Live(dsn, view, subject_keys(), evidence())

    commands = typer.Typer(help="审计 / audit", no_args_is_help=True)

    @commands.callback()
    def _group() -> None:
        """审计：检查检查者 / audit: the inspectors are inspected."""

    @commands.command("verify")
    def _verify(  # noqa: PLR0913 - each is an argument or option of the command
        export: ExportPath = None,
        vkey: Vkey = None,
        checkpoint: Kept = None,
        timestamp_certificates: Certificates = None,
        policy: PolicyFile = None,
        *,
        cluster: Cluster = None,
        as_json: AsJson = False,
    ) -> None:
        """核验历史是否完整：0 完整，1 不完整，2 未能核验 / is the history whole: 0 yes, 1 no, 2 not run."""
        try:
            kept = (kept_head(checkpoint),) if checkpoint else ()
            key = outside.key_of(vkey) if vkey else None
            asked = Policy.read(policy) if policy else None
            pem = timestamp_certificates
            trusted = read_certificates(pem) if pem else ()
            with _source(export, database, live) as source, _helpers(cluster) as start:
                report = verify(
                    source, vkey=key, kept=kept, policy=asked, trusted=trusted, start=start
                )
        except DomainError as error:
            _print_refusal(error, as_json=as_json)
            raise typer.Exit(NOT_RUN) from None
        print_report(report, as_json=as_json)
        if not report.ok:
            raise typer.Exit(NOT_WHOLE)

    commands.command("continue")(outside.continue_)
    commands.command("receipt")(outside.receipt)
    return commands


def _helpers(address: str | None) -> AbstractContextManager[Callable[[], Pool]]:
    """Who helps: a cluster, or processes of this machine."""
    return clusters.cluster(address) if address else nullcontext(own_processes)


@contextmanager
def _source(
    export: Path | None,
    database: Callable[[], str],
    live: Callable[[str, Snapshot], Live],
) -> Iterator[Source]:
    if export is not None:
        yield Export(export)
        return
    dsn = database()
    with snapshot(dsn) as view:
        yield live(dsn, view)


def kept_head(path: Path) -> Head:
    """Read a checkpoint that somebody kept; raises DomainError("checkpoint-unreadable")."""
    try:
        with path.open(encoding="utf-8") as file:
            return Head(where=str(path), text=file.read(NOTE), size="any")
    except (OSError, ValueError) as error:
        raise DomainError("checkpoint-unreadable", f"{path}: {error}") from None


def _print_refusal(error: DomainError, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": error.code, "detail": error.detail}, ensure_ascii=False))
        return
    typer.echo(f"未能核验 / not verified: {error.code}: {error.detail}", err=True)


def print_report(report: Report, *, as_json: bool) -> None:
    """Print what was found, for people or as JSON."""
    if as_json:
        typer.echo(json.dumps(report.as_object(), ensure_ascii=False))
        return
    console = Console()
    console.print(_figures(report))
    if report.failures:
        console.print(_failures(report))
    for each in report.not_checked:
        console.print(f"未核验 / not checked: {each}", markup=False, highlight=False)
    for each in report.notes:
        console.print(f"请注意 / note: {each}", markup=False, highlight=False)
    verdict = "历史完整 / the history is whole"
    if not report.ok:
        verdict = f"历史不完整：{len(report.failures)} 项 / the history is NOT whole"
    console.print(verdict, style="bold green" if report.ok else "bold red", highlight=False)


def _figures(report: Report) -> Table:
    table = Table("项目 / what", "数 / number", title="核验 / verification")
    size = "—" if report.checkpoint_size is None else str(report.checkpoint_size)
    for name, figure in (
        ("事件 / events", str(report.events)),
        ("提交 / commits", str(report.commits)),
        ("抽取 / draws recomputed", str(report.draws)),
        ("检查点覆盖 / covered by checkpoint", size),
        ("时间戳 / time-stamps verified", str(report.timestamps)),
    ):
        table.add_row(name, figure)
    return table


def _failures(report: Report) -> Table:
    table = Table("叶 / leaf", "代码 / code", "何处 / where", "原因 / reason")
    for each in report.failures:
        leaf = "—" if each.leaf is None else str(each.leaf)
        table.add_row(leaf, each.code, _plain(each.where), _plain(each.reason))
    return table


def _plain(text: str) -> str:
    """Keep square brackets from being read as markup."""
    return text.replace("[", r"\[")
