"""`mingqian demo`: play the year, export it, audit the export, write the public pages, and say what came of it."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from shlex import quote
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.public_site import Seal, write_site
from audit.sources import Export
from audit.verify import verify
from domain.bundles import bundles
from ledger.escalator import Escalator
from ledger.export import export
from ledger.note import VerifierKey
from mingqian.demo import outcome, outsider, rules, telling, year
from mingqian.demo.campaign import Campaign, play
from mingqian.demo.county import county
from mingqian.demo.desk import DemoFailedError, Desk
from mingqian.demo.drawing import LotteryDay
from mingqian.demo.people import ADMINISTRATOR, SECOND_ADMINISTRATOR, WITNESSES
from mingqian.demo.plan import SCHOOL_ROW, TRAINING_ROW, VENUE_ROW, YEAR
from mingqian.demo.service import ORIGIN, running
from mingqian.demo.substitutes import Falling
from mingqian.demo.workbooks import write as write_workbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audit.report import Report
    from mingqian.demo.service import Service

CAMPAIGNS = (
    Campaign(
        row=TRAINING_ROW,
        opened="2024-06-03",
        trained="2024-06-05",
        drawn="2024-06-07",
        declared="2024-06-11",
        falling=Falling(
            department="education", cause="recusal", reason="配偶上月起在该机构任教（示例）"
        ),
        void_first=True,
    ),
    Campaign(
        row=VENUE_ROW,
        opened="2024-07-15",
        trained="2024-07-17",
        drawn="2024-07-19",
        declared=VENUE_ROW["team"]["told_on"],
        falling=Falling(
            department="market", cause="recusal", reason="与该场所经营者有债务往来（示例）"
        ),
        on_paper=WITNESSES[1],
    ),
    Campaign(
        row=SCHOOL_ROW,
        opened="2024-09-02",
        trained="2024-09-04",
        drawn="2024-09-06",
        lottery=LotteryDay(issue="2024999", day="2024-09-06"),
        declared="2024-09-10",
        falling=Falling(department="market", cause="illness", reason="急性阑尾炎住院（示例）"),
        corrected=3,
    ),
)
WRITTEN = ("input", "export", "public", "vkey", "summary.json")


def run(out: Path) -> int:
    """Run the demonstration into `out`, replacing what an earlier run wrote; 0 if the audit passed and the numbers hold."""
    console = Console()
    try:
        _make_room(out)
        return _run(out, console)
    except (DemoFailedError, OSError) as failure:
        console.print(f"示例中断 / the demonstration stopped: {failure}", style="red", markup=False)
        return 1


def _run(out: Path, console: Console) -> int:
    began = monotonic()
    with _progress(console) as step, running() as service:
        acts = _play(out, service, step)
        step("导出并核验全部历史 / export, then verify the whole history")
        _export(out, service)
        report = _audit(out)
        step("只凭一个文件核验每次抽取 / verify every draw with one file")
        verdicts = outsider.verify(_proofs(out / "export"))
        step("生成公示网页 / write the public pages")
        summary = _publish(out, service, report, verdicts)
        step("完成 / done")
    _tell(
        console,
        out,
        summary,
        f"{acts} 次操作、{report.events} 条事件，用时 {monotonic() - began:.0f} 秒",
    )
    shortfalls = outcome.shortfalls(summary)
    for shortfall in shortfalls:
        console.print(shortfall, style="bold red")
    return 1 if shortfalls else 0


def _make_room(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name in WRITTEN:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Give a function that names the next step; the bar stands at the steps that were named before."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("启动服务 / start the service", total=6 + len(CAMPAIGNS) + 3)

        def step(name: str) -> None:
            progress.update(bar, description=name, advance=1)

        yield step


def _play(out: Path, service: Service, step: Callable[[str], None]) -> int:
    """Play the year and answer how many acts it took."""
    made_up = county()
    files = write_workbooks(made_up, out / "input")
    desk = Desk(service.url, ADMINISTRATOR, service.one_time_password)
    stage = year.Stage(
        desk=desk,
        clock=service.clock,
        county=made_up,
        tell_overdue=lambda: _tell_overdue(service),
    )
    try:
        step("一月：部门与人员 / departments and staff")
        year.set_up(stage)
        step("一月：各人登记签名密钥，启用强制签名 / people sign for themselves from here on")
        desk.begin_signing(ORIGIN, SECOND_ADMINISTRATOR)
        rules.adopt(stage)
        step("二月：导入名录并复核 / registries, confirmed by a second person")
        year.fill_registries(stage, files)
        step("二月：事项认领、审核、公布 / items claimed, reviewed, published")
        year.publish_items(stage, files["items"])
        rules.approve_checklists(stage)
        step("三月：年度计划 / the annual plan")
        year.publish_plan(stage)
        telling.make_known(stage, "2024-03-31")
        year.record_visits(stage)
        year.amend_plan(stage)
        year.change_after_publication(stage)
        telling.make_known(stage, "2024-05-31")
        year.note_people(stage)
        for campaign in CAMPAIGNS:
            step(f"{campaign.row['task_name']} / {campaign.number}")
            play(stage, campaign)
        telling.make_known(stage, "2024-12-31")
    finally:
        desk.close()
    return desk.acts


def _tell_overdue(service: Service) -> None:
    """What the service does every hour; the desks read it at once."""
    Escalator(service.parts.writer).escalate()
    service.parts.projector.catch_up()


def _export(out: Path, service: Service) -> None:
    parts = service.parts
    history = parts.writer.history()
    now = service.clock.now()
    export(
        parts.ledger, out / "export", bundles=bundles(history), exported_by=ADMINISTRATOR, now=now
    )
    (out / "vkey").write_text(parts.ledger.genesis.vkey + "\n", "utf-8")


def _audit(out: Path) -> Report:
    vkey = VerifierKey.parse((out / "vkey").read_text("utf-8").strip())
    return verify(Export(out / "export"), vkey=vkey)


def _proofs(export_: Path) -> list[Path]:
    """Draws of entities and substitutes, then draws of officers."""
    return [
        path
        for folder in ("draws", "assignments")
        for path in sorted((export_ / folder).glob("*.json"))
    ]


def _publish(
    out: Path, service: Service, report: Report, verdicts: dict[str, int]
) -> dict[str, Any]:
    """Write pages and summary from one snapshot of what the public may know."""
    parts = service.parts
    parts.projector.catch_up()
    seal = Seal(vkey=parts.ledger.genesis.vkey, checkpoint=parts.ledger.publish_checkpoint())
    with parts.reader.snapshot() as read:
        write_site(read, out / "public", year=YEAR, seal=seal, example=True)
        events = out / "export" / "events.jsonl"
        summary = outcome.summarise(read, YEAR, report, verdicts, events)
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out / "summary.json").write_text(text + "\n", "utf-8")
    return summary


def _tell(console: Console, out: Path, summary: dict[str, Any], figures: str) -> None:
    console.print("清河县 2024 年度部门联合抽查（示例） / Qinghe County 2024 (example)")
    for table in outcome.tables_of(summary):
        console.print(table)
    verdict = "通过 / passed" if summary["audit"]["ok"] else "未通过 / FAILED"
    console.print(f"审计 / audit: {verdict}（{figures}）", highlight=False)
    whole, broken = summary["verifier"]["whole"], summary["verifier"]["broken"]
    console.print(
        f"单文件核验 / stand-alone verifier: {whole} 份成立 / whole，{broken} 份不成立 / broken",
        highlight=False,
    )
    for what, where in (
        ("公示网页 / public pages", "public/index.html"),
        ("完整导出 / whole history", "export"),
        ("结果摘要 / summary", "summary.json"),
        ("导入的名录 / imported files", "input"),
    ):
        console.print(f"  {what}: {out / where}", highlight=False, soft_wrap=True)
    export_, vkey = quote(str(out / "export")), quote(str(out / "vkey"))
    again = f"./dev mingqian audit verify {export_} --vkey {vkey}"
    console.print(f"  再核验一次 / verify again: {again}", highlight=False, soft_wrap=True)
