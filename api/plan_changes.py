"""What people read of an amendment: the name of each field of a plan row, and its values as sentences have them."""

from __future__ import annotations

from typing import Any

from api.public_words import AREAS, DIMENSIONS, DISCLOSURES

FIELDS = {
    "": "新增一行",
    "name": "抽查计划名称",
    "task_number": "抽查任务编号",
    "task_name": "抽查任务名称",
    "type": "抽查类型",
    "ratio": "抽查比例",
    "at_least": "比例为下限",
    "stratify": "分层",
    "ratios": "各层比例",
    "min_per_stratum": "每层至少",
    "items": "抽查事项",
    "scope.text": "抽查对象范围",
    "scope.kinds": "范围：类别",
    "scope.tags": "范围：标签",
    "scope.areas": "范围：区域",
    "scope.credit_classes": "范围：信用风险等级",
    "lead": "发起部门",
    "joint": "联合部门",
    "window_from": "抽查时间起",
    "window_to": "抽查时间止",
    "visit_cap": "年度检查次数上限",
    "training": "须先参加的培训",
    "team.needs": "检查小组",
    "team.experts": "专家",
    "team.max_visits": "每人至多检查次数",
    "team.area": "人员片区",
    "team.told_on": "告知检查人员之日",
}
TERMS = {
    "beacons": "随机信标",
    "lotteries": "彩票",
    "witnesses": "见证人数",
    "margin_minutes": "间隔分钟数",
    "disclosure": "公布方式",
}
FIELDS |= {
    f"{stage}.{name}": f"{title}：{told}"
    for stage, title in (("entities_draw", "抽取对象"), ("officers_draw", "抽取人员"))
    for name, told in TERMS.items()
}
WORDS = {**AREAS, **DIMENSIONS, **DISCLOSURES, "any": "不限"}
PARTS = {
    "department": "部门",
    "items": "事项",
    "kind": "类别",
    "credit_class": "等级",
    "ratio": "比例",
    "count": "人数",
    "skills": "技能",
    "speciality": "专长",
}


def field_name(path: str) -> str:
    """The Chinese name of a field of a plan row, or of one within it."""
    return FIELDS[path]


def value_of(value: Any) -> str:  # noqa: ANN401 - whatever a field of a row holds, as JSON
    """A value as people read it; a new row by its number and task."""
    match value:
        case None | [] | "":
            return "—"
        case bool():
            return "是" if value else "否"
        case [int(p), int(q)]:
            return f"{p}/{q}"
        case {"number": str(number), "task_name": str(name)}:
            return f"{number} {name}"
        case dict():
            told = ((PARTS[name], own) for name, own in value.items() if own not in (None, []))
            return " ".join(f"{name} {value_of(own)}" for name, own in told)
        case list():
            return "、".join(value_of(one) for one in value)
        case _:
            return WORDS.get(str(value), str(value))
