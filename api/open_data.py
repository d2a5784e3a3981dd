"""What is public, as tables for spreadsheet programs: CSV in UTF-8 with the mark that Excel needs to read it as such.

A cell that a program would calculate (it begins with `=`, `+`, `-` or `@`) gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from api.public_words import CATEGORIES, DISPOSALS, DRAW_STATUS, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projections.reading import Row

_CALCULATED = ("=", "+", "-", "@", "\t", "\r")


def written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as bytes."""
    buffer = io.StringIO(newline="")
    lines = csv.writer(buffer)
    lines.writerow(header)
    lines.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_CALCULATED) else text


def tables(common: Mapping[str, Any]) -> dict[str, bytes]:
    """Every table by its name, of the values of which the pages are made."""
    tasks, names, items = common["tasks"], common["departments"], common["items"]
    return {
        "items": _items(common["listed"], names),
        "plan": _plan(tasks, names, items),
        "draws": _draws(tasks),
        "results": _results(tasks, items),
        "handling": _handling(tasks),
        "statistics": written(
            ("指标代码", "指标", "分子", "分母", "定义"),
            (
                [one[name] for name in ("name", "title", "numerator", "denominator", "definition")]
                for one in common["figures"]
            ),
        ),
    }


def _items(listed: Iterable[Row], names: Mapping[str, str]) -> bytes:
    header = (
        "事项编码",
        "事项名称",
        "抽查类别",
        "检查对象",
        "检查方式",
        "检查主体",
        "法律依据",
        "认领部门",
        "公布时间",
    )
    fields = ("code", "name", "category", "subject", "method", "body", "legal_basis")
    return written(
        header,
        (
            [*(row[name] for name in fields), names[row["department"]], row["published_at"]]
            for row in listed
        ),
    )


def _plan(tasks: Iterable[Row], names: Mapping[str, str], items: Mapping[str, str]) -> bytes:
    """In the columns of the published table."""
    header = (
        "抽查计划编号",
        "抽查计划名称",
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
    return written(header, (_plan_row(task["row"], names, items) for task in tasks))


def _plan_row(row: Row, names: Mapping[str, str], items: Mapping[str, str]) -> list[object]:
    p, q = row["ratio"]
    inspected = (
        f"{names[own['department']]}：{'、'.join(items[code] for code in own['items'])}"
        for own in row["items"]
    )
    return [
        *(row[name] for name in ("number", "name", "task_number", "task_name", "type")),
        f"{'不低于' if row['at_least'] else ''}{p}/{q}",
        "；".join(inspected),
        row["scope"]["text"],
        names[row["lead"]],
        "、".join(names[one] for one in row["joint"]),
        f"{row['window_from']} 至 {row['window_to']}",
    ]


def _draws(tasks: Iterable[Row]) -> bytes:
    header = (
        "抽查计划编号",
        "抽取编号",
        "抽取",
        "状态",
        "在库",
        "不参加",
        "抽中",
        "固定名单",
        "公布",
        "作废理由",
    )
    fields = ("pool", "excluded", "drawn", "committed_at", "disclosed_at", "void_reason")
    rows = (
        [
            task["row"]["number"],
            draw["id"],
            STAGES[draw["stage"]],
            DRAW_STATUS[draw["status"]],
            *(draw[name] for name in fields),
        ]
        for task in tasks
        for draw in task["draws"]
    )
    return written(header, rows)


def _results(tasks: Iterable[Row], items: Mapping[str, str]) -> bytes:
    header = (
        "抽查计划编号",
        "检查对象",
        "名称",
        "检查结果",
        "抽查事项",
        "事项结果",
        "情况",
        "处置",
        "检查日",
        "公示时间",
        "账本位置",
    )
    rows = (
        [
            result["task"],
            result["entity"],
            result["name"],
            CATEGORIES[result["category"]],
            items[one["item"]],
            CATEGORIES[one["category"]] if one["checked"] else "未检查",
            one["finding"],
            DISPOSALS[one["disposal"]],
            *(result[name] for name in ("first_visit_on", "published_at", "published_leaf")),
        ]
        for task in tasks
        for result in task["results"]
        for one in result["items"]
    )
    return written(header, rows)


def _handling(tasks: Iterable[Row]) -> bytes:
    header = (
        "抽查计划编号",
        "检查对象",
        "名称",
        "序号",
        "处理",
        "要求",
        "文书日",
        "期限",
        "办结",
        "结案日",
    )
    kinds = {"correction": "责令改正", "transfer": "移送", "notification": "抄告"}
    rows = (
        [
            *(result[name] for name in ("task", "entity", "name")),
            one["number"],
            kinds.get(one["kind"], one["kind"]),
            *(one[name] for name in ("requirement", "on", "due", "settled_on", "closed_on")),
        ]
        for task in tasks
        for result in task["results"]
        for one in result["handling"]
    )
    return written(header, rows)
