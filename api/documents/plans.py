"""The plan table 计划表 and the implementing scheme 实施方案, as they were published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.documents.content import Block, Document, Paragraph, Seal, Table
from api.documents.sources import day, days, no_document, order, path
from api.pages import moment, percent
from projections.queries import campaigns, inspections, planning

if TYPE_CHECKING:
    from api.documents.sources import Sources
    from projections.reading import Row

PLAN_HEAD = (
    "抽查计划编号",
    "抽查任务编号",
    "抽查任务名称",
    "抽查类型",
    "抽查比例",
    "抽查事项",
    "抽查对象范围",
    "发起部门",
    "联合部门",
    "抽查时间",
)
PLAN_WIDTHS = (10, 7, 15, 6, 8, 30, 13, 9, 12, 14)


def plan_table(sources: Sources, year: str) -> Document:
    """The published rows, with the columns that the table of a plan has; raises "unknown-document"."""
    found = campaigns.public_plan(sources.read, year)
    if found is None:
        raise no_document(f"没有已公布的 {year} 年度计划 / no published plan of that year")
    newest = planning.public_revisions(sources.read, year)[-1]
    published = day(moment(found["published_at"])[:10])
    told = f"第 {found['revision']} 次公布，{published}。"
    if newest["reason"]:
        told += f"本次调整原因：{newest['reason']}"
    rows = [each["row"] for each in found["rows"]]
    seal = Seal(issuer=sources.department(found["issuer"]), day=published)
    return _table(sources, found, found["title"], rows, told, seal, newest["leaf"])


def plan_draft(sources: Sources, year: str) -> Document:
    """The rows as last written, for who works on the plan; raises "unknown-document"."""
    found = campaigns.plan(sources.read, year)
    if found is None:
        raise no_document(f"没有 {year} 年度计划 / no plan of that year")
    drafted = day(moment(found["drafted_at"])[:10])
    stream, version = f"plan/{year}", found["drafted_version"]
    (step,) = inspections.steps(sources.read, stream, after=version - 1, limit=1)
    title = found["title"] + ("" if found["status"] == "published" else "（草案）")
    rows = [each["newest"] for each in found["rows"]]
    seal = Seal(issuer=sources.department(found["issuer"]), day=drafted)
    return _table(
        sources, found, title, rows, f"{drafted}拟写，第 {version} 版。", seal, step["leaf"]
    )


def _table(  # noqa: PLR0913, PLR0917 - both kinds of table differ in all of these
    sources: Sources, plan: Row, title: str, rows: list[Row], told: str, seal: Seal, leaf: int
) -> Document:
    cells = tuple(_plan_row(sources, row) for row in rows)
    return Document(
        title=title,
        english=f"Plan of random inspections {plan['id']}",
        issuer=seal.issuer,
        number=plan["document_number"],
        blocks=(
            Paragraph(text=f"共 {len(rows)} 项任务。{told}", style="note"),
            Table(head=PLAN_HEAD, widths=PLAN_WIDTHS, rows=cells),
            seal,
        ),
        leaf=leaf,
        proof=path("public", "plans", plan["id"]),
        as_of=sources.as_of,
        landscape=True,
    )


def _plan_row(sources: Sources, row: Row) -> tuple[str, ...]:
    items = (
        f"{sources.department(own['department'])}：{sources.items_of(own['items'])}。"
        for own in row["items"]
    )
    return (
        row["number"],
        row["task_number"],
        row["task_name"],
        row["type"],
        _ratio(row),
        "\n".join(items),
        row["scope"]["text"],
        sources.department(row["lead"]),
        sources.departments_of(row["joint"]),
        days(row["window_from"], row["window_to"]),
    )


def _ratio(row: Row) -> str:
    return ("不低于" if row["at_least"] else "") + percent(row["ratio"])


def scheme(sources: Sources, number: str) -> Document:
    """The scheme of a plan row: what for, who, when, with which demands, and whom to ask."""
    found = planning.public_scheme(sources.read, number)
    if found is None:
        raise no_document("没有已公布的实施方案 / no published scheme")
    content = found["content"]
    lead = sources.department(content["scheme"]["organisation"][0]["department"])
    task = campaigns.public_task(sources.read, number)
    if task is not None:
        lead = sources.department(task["lead"])
    return Document(
        title=content["title"],
        english="Implementing scheme",
        issuer=lead,
        number=content["document_number"],
        blocks=(
            *_scheme_blocks(sources, content["scheme"]),
            Seal(issuer=lead, day=day(moment(found["published_at"])[:10])),
        ),
        leaf=found["leaf"],
        proof=path("public", "schemes", number),
        as_of=sources.as_of,
    )


def _scheme_blocks(sources: Sources, told: Row) -> tuple[Block, ...]:
    duties = tuple(
        (sources.department(one["department"]), one["duty"]) for one in told["organisation"]
    )
    steps = tuple(
        (one["name"], days(one["first"], one["last"]), one["work"]) for one in told["steps"]
    )
    contacts = tuple(
        (sources.department(one["department"]), one["post"]) for one in told["contacts"]
    )
    return (
        Paragraph(text="一、工作目标", style="heading"),
        *_numbered(told["goals"]),
        Paragraph(text="二、组织分工", style="heading"),
        Table(head=("部门", "职责"), widths=(2, 7), rows=duties),
        Paragraph(text="三、实施步骤", style="heading"),
        Table(head=("步骤", "时间", "工作"), widths=(2, 3, 6), rows=steps),
        Paragraph(text="四、工作要求", style="heading"),
        *_numbered(told["requirements"]),
        Paragraph(text="五、联系岗位", style="heading"),
        Table(head=("部门", "岗位"), widths=(2, 7), rows=contacts),
    )


def _numbered(texts: list[str]) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(text=f"（{order(place)}）{text}") for place, text in enumerate(texts, start=1)
    )
