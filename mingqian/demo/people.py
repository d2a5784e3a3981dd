"""Who acts in the county's year: departments and staff besides the officers. Names are 示例人员 and stand nowhere public."""

from __future__ import annotations

from dataclasses import dataclass

ADMINISTRATOR = "GLY001"
SECOND_ADMINISTRATOR = "GLY002"  # confirms the first one's signing key

DEPARTMENTS = {
    "education": "教育局（体育局）",
    "market": "市场监督管理局",
    "health": "卫生健康局",
    "labour": "人力资源和社会保障局",
    "culture": "文化广电和旅游局",
    "discipline": "纪检监察组",
}
COLLATES = "market"
TEAM_OF = {"JY": "education", "SC": "market", "WJ": "health", "RS": "labour", "WL": "culture"}
PREFIX_OF = {department: prefix for prefix, department in TEAM_OF.items()}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of staff."""

    id: str
    department: str
    roles: tuple[str, ...]


def clerk(department: str) -> str:
    """The id of a department's clerk 经办人."""
    return f"{PREFIX_OF[department]}-JB"


def reviewer(department: str) -> str:
    """The id of a department's reviewer 审核人."""
    return f"{PREFIX_OF[department]}-SH"


REGISTRAR = "JY-ML"  # 名录管理员
OPERATOR = "JY-CQ"  # 抽取操作员
APPROVER = "SC-SP"  # 审批人
WITNESSES = (
    "RS-JZ",
    "JJ-JZ",
)  # 见证人: from a department without items, and from the discipline office
DISCIPLINE = "JJ-JD"  # 纪检监察

STAFF = (
    *(
        Person(id=make(department), department=department, roles=(role,))
        for department in PREFIX_OF
        for make, role in ((clerk, "clerk"), (reviewer, "reviewer"))
    ),
    Person(id=REGISTRAR, department="education", roles=("registrar",)),
    Person(id=OPERATOR, department="education", roles=("draw_operator",)),
    Person(id=APPROVER, department="market", roles=("approver",)),
    Person(id=WITNESSES[0], department="labour", roles=("witness",)),
    Person(id=WITNESSES[1], department="discipline", roles=("witness",)),
    Person(id=SECOND_ADMINISTRATOR, department="market", roles=("administrator",)),
    Person(id=DISCIPLINE, department="discipline", roles=("discipline",)),
)
