"""What the year came to, read from what the public may read; and whether it is what the plan promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from domain.lottery.quota import Ratio
from projections.queries import campaigns, inspections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.report import Report
    from projections.reading import Read

Body = dict[str, Any]


def summarise(read: Read, year: int, report: Report, verifier: Mapping[str, int]) -> Body:
    """The content of summary.json; `verifier` counts the proofs that the stand-alone file found whole and broken."""
    plan = campaigns.public_plan(read, str(year))
    assert plan is not None  # noqa: S101 - the story published it
    return {
        "tasks": [_task(read, row["row"]) for row in plan["rows"]],
        "events": report.events,
        "audit": {"ok": report.ok, "failures": report.as_object()["failures"]},
        "verifier": dict(verifier),
    }


def _task(read: Read, row: Body) -> Body:
    task = campaigns.public_task(read, row["number"])
    assert task is not None  # noqa: S101 - the story opened it
    results = inspections.public_results(read, task=row["number"], limit=task["inspections"] + 1)
    return {
        "plan_number": row["number"],
        "pool": task["pool"],
        "excluded": task["excluded"],
        "ratio": row["ratio"],
        "drawn": task["drawn"],
        "inspections": task["inspections"],
        "officers": len({officer["id"] for result in results for officer in result["officers"]}),
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
    if not summary["audit"]["ok"]:
        found.append(f"审计发现 {len(summary['audit']['failures'])} 项 / the audit found failures")
    if summary["verifier"]["broken"]:
        count = summary["verifier"]["broken"]
        found.append(
            f"单文件核验有 {count} 份不成立 / the stand-alone verifier found so many broken"
        )
    return found


def table_of(summary: Body) -> Table:
    """The three tasks in a table for the terminal."""
    columns = ("在库", "不参加", "比例", "应抽", "抽中", "检查", "执法人员", "公示")
    table = Table(
        "计划编号", title="清河县 2024 年度部门联合抽查（示例） / Qinghe County 2024 (example)"
    )
    for name in columns:
        table.add_column(name, justify="right")
    for task in summary["tasks"]:
        p, q = task["ratio"]
        figures = (
            task["pool"], task["excluded"], f"{p}/{q}", Ratio(p=p, q=q).of(task["pool"]),
            task["drawn"], task["inspections"], task["officers"], task["published"],
        )  # fmt: skip
        table.add_row(task["plan_number"], *map(str, figures))
    return table
