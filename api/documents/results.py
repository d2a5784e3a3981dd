"""The publication table 结果公示表: what was published of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.documents.content import Document, Facts, Paragraph, Table
from api.documents.sources import day, days, no_document, path
from api.pages import moment
from api.public_draws import EVERYTHING
from api.public_words import CATEGORIES, HANDLING, HANDLING_STAGES
from projections.queries import campaigns, inspections

if TYPE_CHECKING:
    from api.documents.sources import Sources
    from projections.reading import Row

HEAD = (
    "序号",
    "检查对象",
    "编号",
    "检查日期",
    "检查结果",
    "检查情况",
    "处理情况",
    "公示日期",
    "账本叶",
)
WIDTHS = (3, 15, 20, 12, 12, 25, 17, 12, 5)


def publication_table(sources: Sources, task: str) -> Document:
    """Every result that is public of a task, in the order of publication; officers do not stand in it."""
    found = campaigns.public_task(sources.read, task)
    if found is None:
        raise no_document("没有此任务 / no such task")
    results = inspections.public_results(sources.read, task=task, limit=EVERYTHING.limit)[::-1]
    opened = inspections.steps(sources.read, f"task/{task}", limit=1)[0]["leaf"]
    facts = (
        ("抽查任务", found["name"]),
        ("抽查时间", days(found["window_from"], found["window_to"])),
        ("参与部门", sources.departments_of(found["departments"])),
        ("公示进度", f"已公布的检查 {found['inspections']} 家，已公示结果 {found['published']} 家"),
    )
    rows = tuple(_row(sources, place, one) for place, one in enumerate(results, start=1))
    return Document(
        title="“双随机、一公开”抽查结果公示表",
        english="Published results of random inspections",
        issuer=sources.department(found["lead"]),
        number=task,
        blocks=(
            Facts(rows=facts),
            Table(head=HEAD, widths=WIDTHS, rows=rows),
            Paragraph(
                text="名称为公示时的名称；更正后的结果取代先前一版，各版均可查。", style="note"
            ),
        ),
        leaf=max((one["published_leaf"] for one in results), default=opened),
        proof=path("public", "tasks", task),
        as_of=sources.as_of,
        landscape=True,
    )


def _row(sources: Sources, place: int, one: Row) -> tuple[str, ...]:
    return (
        str(place),
        one["name"],
        one["entity"],
        day(one["first_visit_on"]),
        CATEGORIES[one["category"]],
        "\n".join(_found(sources, item) for item in one["items"]),
        "\n".join(_handled(each) for each in one["handling"]),
        day(moment(one["published_at"])[:10]),
        str(one["published_leaf"]),
    )


def _found(sources: Sources, item: Row) -> str:
    told = CATEGORIES[item["category"]] if item["checked"] else "未检查"
    return f"{sources.item(item['item'])}：{told}" + (
        f"，{item['finding']}" if item["finding"] else ""
    )


def _handled(one: Row) -> str:
    told = f"{HANDLING[one['kind']]}（{day(one['on'])}）"
    if one["requirement"]:
        told += f"：{one['requirement']}，期限 {day(one['due'])}"
    return f"{told}——{HANDLING_STAGES[one['stage']]}"
