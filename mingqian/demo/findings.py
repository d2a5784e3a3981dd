"""What the officers found, made up: mostly nothing, sometimes something to put right, now and then a closed door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mingqian.demo.county import lot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.inspection_commands import ResultCategory
    from domain.visit_commands import Outcome
    from mingqian.demo.county import EntityLine

Body = dict[str, Any]

FOUND: dict[str, dict[int, ResultCategory]] = {
    "联2024015": {
        0: "ordered-to-correct",
        3: "ordered-to-correct",
        5: "pending-follow-up",
        7: "closed-or-liquidating",
        10: "obstructed",
    },
    "联2024025": {0: "ordered-to-correct", 3: "activity-not-found"},
    "联2024026": {
        0: "ordered-to-correct",
        3: "disclosure-missing",
        5: "unreachable",
        8: "obstructed",
    },
}
"""The category of a task's visits by their number; at all others no problem is found."""

PROBLEMS = {
    "JY-01": "门卫来访登记缺 {n} 天，应急演练记录未归档",
    "JY-02": "教师培训档案缺 {n} 人次学时证明",
    "JY-03": "{n} 名特岗教师的津贴晚发一个月",
    "JY-04": "体育器材检查记录缺 {n} 周",
    "JY-05": "{n} 个班级另有未经审核的教辅材料",
    "JY-07": "救生器材有 {n} 件超过检验期",
    "JY-08": "{n} 份培训合同未使用示范文本",
    "SC-01": "餐具消毒记录缺 {n} 天",
    "SC-02": "校内食品销售点有 {n} 种商品进货票据不全",
    "SC-03": "登记的经营场所面积与实际不符，相差 {n} 平方米",
    "SC-04": "上年度报告中有 {n} 项信息未按规定公示",
    "SC-05": "宣传栏有 {n} 处培训效果的保证性表述",
    "WJ-01": "{n} 间教室的照明账本未更新",
    "WJ-02": "晨检记录缺 {n} 天",
    "WJ-03": "二次供水水箱清洗记录缺 {n} 次",
    "WJ-04": "{n} 名从业人员健康证明到期未换",
    "WL-01": "{n} 名考官的资格材料未备查",
}
_REGULAR_SCHOOLS = frozenset({"小学", "初级中学", "九年一贯制学校"})
_ARTS = ("美术", "舞蹈", "书法", "音乐")
NOT_APPLICABLE: dict[str, tuple[Callable[[EntityLine], bool], str]] = {
    "JY-03": (lambda entity: entity.kind not in _REGULAR_SCHOOLS, "该校没有特岗教师"),
    "JY-05": (lambda entity: entity.kind == "幼儿园", "幼儿园不使用中小学教材"),
    "JY-06": (lambda _entity: True, "不属于文艺、体育等专业训练的社会组织"),
    "WJ-02": (lambda entity: entity.kind != "幼儿园", "不是托育（幼）机构"),
    "WL-01": (lambda entity: not any(art in entity.name for art in _ARTS), "不承办艺术考级"),
}
DISPOSALS = {
    "ordered-to-correct": "order-to-correct",
    "pending-follow-up": "order-to-correct",
    "disclosure-missing": "other",
}
TO_CORRECT = frozenset({"ordered-to-correct", "pending-follow-up"})
PLACE_IS_EMPTY: dict[ResultCategory, str] = {
    "unreachable": "按登记的住所两次前往均无法联系",
    "activity-not-found": "现场停业装修，未发现本次抽查涉及的经营活动",
    "closed-or-liquidating": "已停止办学，校舍移交所在镇",
    "obstructed": "负责人拒绝检查人员进入，经告知法律后果仍不配合",
}
OUTCOMES: dict[ResultCategory, Outcome] = {
    "unreachable": "closed-door",
    "closed-or-liquidating": "ceased",
    "obstructed": "refused",
}
"""Where nothing could be looked at: why not."""


def result(entity: EntityLine, category: ResultCategory, items: Sequence[str]) -> Body:
    """The body of `inspection.enter-result`, without the inspection's id."""
    applicable = [code for code in items if not _why_not(entity, code)]
    bad = None
    if category in DISPOSALS:
        asked = [code for code in applicable if category != "disclosure-missing" or code == "SC-04"]
        bad = asked[lot(f"{entity.id}/bad", len(asked))]
    return {
        "category": category,
        "items": [_item_result(entity, category, code, is_bad=code == bad) for code in items],
    }


def category_of(task: str, number: int) -> ResultCategory:
    """What a task's visit of this number ends in."""
    return FOUND[task].get(number, "no-problem-found")


def problem_of(body: Body) -> str:
    """The first problem that a result states."""
    found: str = next(item["finding"] for item in body["items"] if item["disposal"] != "none")
    return found


def more_exact(body: Body) -> Body:
    """The same result with the words that a reviewer asked for."""
    items = [
        {**item, "finding": f"{item['finding']}（检查当日核对近三个月记录）"}
        if item["disposal"] != "none"
        else item
        for item in body["items"]
    ]
    return {**body, "items": items}


def _why_not(entity: EntityLine, code: str) -> str | None:
    applies, reason = NOT_APPLICABLE.get(code, (None, ""))
    return reason if applies is not None and applies(entity) else None


def _item_result(entity: EntityLine, category: ResultCategory, code: str, *, is_bad: bool) -> Body:
    number = 2 + lot(f"{entity.id}/{code}", 7)
    empty, why_not = PLACE_IS_EMPTY.get(category), _why_not(entity, code)
    line: Body = {"item": code, "checked": True, "disposal": "none", "method": "on-site"}
    if empty is not None:
        checked = category == "activity-not-found"
        return {
            **line,
            "checked": checked,
            "category": category if checked else None,
            "finding": empty,
        }
    if why_not is not None:
        return {**line, "checked": False, "category": None, "finding": why_not}
    if is_bad:
        finding = PROBLEMS[code].format(n=number)
        return {**line, "category": category, "finding": finding, "disposal": DISPOSALS[category]}
    finding = f"查阅记录 {number * 3} 份、现场查看 {number} 处，未发现问题"
    return {**line, "category": "no-problem-found", "finding": finding}
