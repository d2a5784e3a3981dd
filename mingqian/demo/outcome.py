"""What the year came to, read from what the public may read and from the export; and whether it is what the plan promised."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table

from domain.lottery.assignment_input import EXPERTS
from domain.lottery.quota import Ratio
from projections.queries import campaigns, inspections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from audit.report import Report
    from projections.reading import Read

Body = dict[str, Any]
_YEAR = {
    "plan_publications": "plan.published.v1",
    "schemes": "scheme.published.v1",
    "training_sessions": "training.confirmed.v1",
    "publicity": "publicity.recorded.v1",
    "refused": "refused",
    "ceased": "ceased",
    "ordered": "inspection.correction_ordered.v2",
    "extended": "inspection.extension_approved.v1",
    "overdue": "inspection.follow_up_escalated.v1",
    "told_to_others": "inspection.handed_over.v1",
    "closed_follow_ups": "inspection.follow_up_closed.v1",
    "corrected_results": "inspection.amendment_requested.v1",
}
Causes = Counter[str]
"""How many seats fell vacant, by cause."""


def year_of(events: Path) -> Body:
    """Count in an export's events what the year had beside its draws and visits."""
    counted = Counter[str]()
    for line in events.read_text("utf-8").splitlines():
        event = json.loads(line)
        counted[event["type"]] += 1
        if event["type"] == "inspection.outcome_recorded.v1":
            counted[event["data"]["outcome"]] += 1
    return {name: counted[type_] for name, type_ in _YEAR.items()}


def causes_by_task(events: Path) -> dict[str, Causes]:
    """Read from an export's events why seats fell vacant: the public learns who came in, not why somebody left."""
    found: dict[str, Causes] = {}
    for line in events.read_text("utf-8").splitlines():
        event = json.loads(line)
        if event["type"] == "inspection.seat_vacated.v1":
            task = event["stream"].removeprefix("inspection/").partition(":")[0]
            found.setdefault(task, Counter())[event["data"]["cause"]] += 1
    return found


def summarise(
    read: Read,
    year: int,
    report: Report,
    verifier: Mapping[str, int],
    events: Path,
) -> Body:
    """The content of summary.json.

    `events` are those of the export; `verifier` counts the proofs that the stand-alone file found whole and broken.
    """
    plan = campaigns.public_plan(read, str(year))
    assert plan is not None  # noqa: S101 - the story published it
    causes = causes_by_task(events)
    return {
        "tasks": [
            _task(read, row["row"], causes.get(row["number"], Counter())) for row in plan["rows"]
        ],
        "year": year_of(events),
        "events": report.events,
        "audit": {"ok": report.ok, "failures": report.as_object()["failures"]},
        "verifier": dict(verifier),
    }


def _task(read: Read, row: Body, causes: Causes) -> Body:
    task = campaigns.public_task(read, row["number"])
    assert task is not None  # noqa: S101 - the story opened it
    results = inspections.public_results(read, task=row["number"], limit=task["inspections"] + 1)
    people = {one["id"]: one["department"] for result in results for one in result["team"]}
    experts = sum(department == EXPERTS for department in people.values())
    return {
        "plan_number": row["number"],
        "pool": task["pool"],
        "excluded": task["excluded"],
        "ratio": row["ratio"],
        "drawn": task["drawn"],
        "inspections": task["inspections"],
        "officers": len(people) - experts,
        "experts": experts,
        "late_recusals": causes["recusal"],
        "illnesses": causes["illness"],
        "replacements": sum(
            draw["stage"] == "replacement" and draw["open"] for draw in task["draws"]
        ),
        "published": len(results),
        "draws": [
            {
                "id": draw["id"],
                "status": draw["status"],
                "sources": [source["type"] for source in draw["sources"]],
            }
            for draw in task["draws"]
        ],
    }


def shortfalls(summary: Body) -> list[str]:
    """Say where the numbers do not hold; nothing when all do."""
    found = []
    for task in summary["tasks"]:
        p, q = task["ratio"]
        number, least = task["plan_number"], Ratio(p=p, q=q).of(task["pool"])
        if task["drawn"] < least:
            found.append(
                f"{number}: 抽中 {task['drawn']} < 应抽 {least} / fewer drawn than planned"
            )
        if not task["drawn"] == task["inspections"] == task["published"]:
            found.append(
                f"{number}: 抽中、检查、公示数不一致 / drawn, inspected and published differ"
            )
        if task["replacements"] != task["late_recusals"] + task["illnesses"]:
            found.append(f"{number}: 空缺席位与替补数不一致 / seats vacated and filled differ")
    if not summary["audit"]["ok"]:
        found.append(f"审计发现 {len(summary['audit']['failures'])} 项 / the audit found failures")
    if summary["verifier"]["broken"]:
        count = summary["verifier"]["broken"]
        found.append(
            f"单文件核验有 {count} 份不成立 / the stand-alone verifier found so many broken"
        )
    return found


def tables_of(summary: Body) -> tuple[Table, Table, Table]:
    """The tasks in two tables for the terminal, whom the first random drew and whom the second; and the year around them."""
    first = _table("第一个随机：查谁 / the first random: whom", _FIRST)
    second = _table("第二个随机：谁去 / the second random: by whom", _SECOND)
    for task in summary["tasks"]:
        p, q = task["ratio"]
        told = {**task, "share": f"{p}/{q}", "least": Ratio(p=p, q=q).of(task["pool"])}
        for table, columns in ((first, _FIRST), (second, _SECOND)):
            table.add_row(task["plan_number"], *(str(told[name]) for name in columns.values()))
    year = Table(title="全年 / the year", title_justify="left", show_header=False)
    for label, name in _OF_YEAR.items():
        year.add_row(label, str(summary["year"][name]))
    return first, second, year


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table("计划编号", title=title, title_justify="left")
    for name in columns:
        table.add_column(name, justify="right")
    return table


_FIRST = {
    "在库": "pool",
    "不参加": "excluded",
    "比例": "share",
    "应抽": "least",
    "抽中": "drawn",
    "检查": "inspections",
    "公示": "published",
}
_SECOND = {
    "执法人员": "officers",
    "专家": "experts",
    "分派后回避": "late_recusals",
    "伤病": "illnesses",
    "另抽替补": "replacements",
}
_OF_YEAR = {
    "计划公布（含调整） / the plan published": "plan_publications",
    "实施方案 / schemes": "schemes",
    "业务培训 / training sessions": "training_sessions",
    "宣传 / publicity": "publicity",
    "拒绝检查 / refused": "refused",
    "已停办 / closed for good": "ceased",
    "责令改正 / orders to correct": "ordered",
    "延期 / more time given": "extended",
    "逾期上报 / overdue, and told": "overdue",
    "抄告 / other bodies told": "told_to_others",
    "结案 / follow-ups closed": "closed_follow_ups",
    "更正公示 / results corrected": "corrected_results",
}
