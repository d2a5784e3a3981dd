"""January: what the year goes by. Working days, what every visit must have, and what is looked at on four of the items."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from domain.visit_standard import EVERYTHING
from mingqian.calendar import proposed
from mingqian.demo.items import ITEMS
from mingqian.demo.people import ADMINISTRATOR, clerk, reviewer
from mingqian.demo.plan import YEAR

if TYPE_CHECKING:
    from mingqian.demo.year import Stage

Body = dict[str, Any]
# Points to look at 检查要点: "yes" says that nothing is wrong.
CHECKLISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "JY-01": (
        ("门卫对来访人员逐一登记", "《中小学幼儿园安全管理办法》（示例条款）"),
        ("本学期应急演练有方案、有记录", "《中小学幼儿园应急疏散演练指南》（示例条款）"),
    ),
    "JY-07": (
        ("救生器材齐全且在检验有效期内", "《经营高危险性体育项目许可管理办法》（示例条款）"),
    ),
    "JY-08": (("培训合同使用示范文本", "《中小学生校外培训服务合同（示范文本）》（示例条款）"),),
    "SC-01": (("餐饮具逐次消毒并有记录", "《餐饮服务食品安全操作规范》（示例条款）"),),
}


def adopt(stage: Stage) -> None:
    """The county's calendar of working days, and its standard for visits."""
    stage.clock.pass_time(minutes=30)
    stage.desk.act(ADMINISTRATOR, "calendar.record", **proposed(YEAR))
    reason = "按《随机抽查工作规范》执行（示例）"
    stage.desk.act(ADMINISTRATOR, "standard.adopt", terms=asdict(EVERYTHING), reason=reason)


def approve_checklists(stage: Stage) -> None:
    """Who claimed an item writes what is looked at; a reviewer of the department approves it."""
    department_of = {item.code: item.department for item in ITEMS}
    for code, points in CHECKLISTS.items():
        department = department_of[code]
        stage.clock.pass_time(minutes=20)
        drafted = [
            {"id": f"{number}", "text": text, "basis": basis}
            for number, (text, basis) in enumerate(points, start=1)
        ]
        (event,) = stage.desk.act(clerk(department), "checklist.draft", item=code, points=drafted)
        stage.clock.pass_time(minutes=20)
        stage.desk.act(
            reviewer(department),
            "checklist.review",
            item=code,
            version=event["version"],
            approve=True,
            remark="",
        )


def answers(item: Body) -> list[Body]:
    """How the points of an item's checklist are answered, so that they agree with what was found."""
    bad = item["disposal"] != "none"
    return [
        {
            "point": str(number),
            "answer": "no" if bad and number == 1 else "yes",
            "method": "on-site",
            "finding": item["finding"] if bad and number == 1 else "",
        }
        for number, _ in enumerate(CHECKLISTS[item["item"]], start=1)
    ]
