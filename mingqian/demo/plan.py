"""The county's plan of 2024, its three rows word for word, and what a draw needs besides (示例)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mingqian.demo.county import HIGH_RISK_SPORT, SCHOOLS, TRAINING, VENUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.plan_rows import Disclosure

YEAR = 2024
TITLE = "2024 年度“双随机、一公开”部门联合抽查工作计划"
DOCUMENT_NUMBER = "清教安〔2024〕9号"
ISSUER = "education"

Body = dict[str, Any]
"""A request body: plain JSON."""


def _items(**by_department: tuple[str, ...]) -> list[Body]:
    return [{"department": name, "items": list(codes)} for name, codes in by_department.items()]


def _ratios(*percent: int) -> list[Body]:
    """The higher the risk, the larger the share: of classes A to D."""
    return [
        {"kind": None, "credit_class": name, "ratio": [each, 100]}
        for name, each in zip("ABCD", percent, strict=True)
    ]


def _scope(text: str, *kinds: str) -> Body:
    return {"text": text, "kinds": list(kinds), "tags": [], "areas": [], "credit_classes": []}


def _terms(*lotteries: str, disclosure: Disclosure = "at-once") -> Body:
    """Two witnesses, and an issue of each lottery.

    No beacon: rounds of drand on the days of this story would have to be fetched from the network, and the
    demonstration runs without one. With `"beacons": ["quicknet"]` and a network, a plan of today has them.
    """
    return {
        "beacons": [],
        "lotteries": list(lotteries),
        "witnesses": 2,
        "margin_minutes": 60,
        "disclosure": disclosure,
    }


def _one(department: str, *skills: str) -> Body:
    """One officer of a department on each visit, who has these skills."""
    return {"department": department, "count": 1, "skills": list(skills)}


# What the law asks: two officers at the least, and one of each department that has items.
_ANYBODY: Body = {"needs": [], "experts": [], "max_visits": None, "area": "any", "told_on": None}
LOTTERY = "示例福彩双色球"
_COMMON: Body = {
    "type": "定向",
    "min_per_stratum": 0,
    "lead": "education",
    "visit_cap": 1,
}

SCHOOL_ROW: Body = {
    **_COMMON,
    "number": "联2024015",
    "name": "2024年清河县部门联合抽查015",
    "task_number": "联015",
    "task_name": "2024年度清河县学校部门联合随机抽查",
    "ratio": [5, 100],
    "at_least": True,
    # Every class of every kind is represented, however small it is; so more than 5 % are drawn.
    "stratify": ["kind", "credit_class"],
    "ratios": _ratios(5, 10, 20, 50),
    "items": _items(
        education=("JY-01", "JY-02", "JY-03", "JY-04", "JY-05", "JY-06"),
        market=("SC-01", "SC-02"),
        health=("WJ-01", "WJ-02", "WJ-03"),
    ),
    "scope": _scope("各类幼儿园、中小学各类民办学校", *(kind for kind, _ in SCHOOLS)),
    "joint": ["labour", "health", "market"],
    "window_from": "2024-09-01",
    "window_to": "2024-11-30",
    "entities_draw": _terms(LOTTERY),
    "officers_draw": _terms(),
    "training": "学校联合抽查业务培训（示例）",
    # Whoever looks into a canteen knows food; and nobody is sent on more visits than can be done well.
    "team": {
        **_ANYBODY,
        "needs": [_one("education"), _one("market", "食品安全"), _one("health")],
        "max_visits": 10,
    },
}

VENUE_ROW: Body = {
    **_COMMON,
    "number": "联2024025",
    "name": "2024年清河县部门联合抽查025",
    "task_number": "联025",
    "task_name": "2024年清河县对高危体育项目经营场所部门联合随机检查",
    "ratio": [50, 100],
    "at_least": False,
    "stratify": [],
    "ratios": [],
    "items": _items(education=("JY-07",), health=("WJ-04",), market=("SC-03", "SC-04")),
    "scope": _scope("高危体育项目经营场所", VENUE),
    "joint": ["health", "market"],
    "window_from": "2024-07-01",
    "window_to": "2024-09-30",
    # A venue that is warned has put things in order before anybody comes.
    "entities_draw": _terms(disclosure="with-inspection"),
    "officers_draw": _terms(disclosure="with-inspection"),
    "training": None,
    # An expert goes along on each visit; officers read where on the day before the visits begin.
    "team": {
        **_ANYBODY,
        "needs": [_one("education", "体育场所"), _one("health", "公共场所"), _one("market")],
        "experts": [{"speciality": HIGH_RISK_SPORT, "count": 1}],
        "told_on": "2024-07-22",
    },
}

TRAINING_ROW: Body = {
    **_COMMON,
    "number": "联2024026",
    "name": "2024年清河县部门联合抽查026",
    "task_number": "联026",
    "task_name": "2024年清河县校外培训机构部门联合随机抽查",
    "ratio": [10, 100],
    "at_least": True,
    "stratify": ["credit_class"],
    "ratios": _ratios(10, 15, 30, 60),
    "items": _items(education=("JY-08",), market=("SC-03", "SC-04", "SC-05"), culture=("WL-01",)),
    "scope": _scope("校外培训机构", TRAINING),
    "joint": ["market", "culture"],
    "window_from": "2024-06-01",
    "window_to": "2024-08-31",
    "entities_draw": _terms(),
    "officers_draw": _terms(),
    "training": "校外培训机构联合抽查业务培训（示例）",
    # 异地交叉: nobody inspects in their own township.
    "team": {**_ANYBODY, "area": "other"},
}

ROWS = (SCHOOL_ROW, VENUE_ROW, TRAINING_ROW)
# As published in March, before the amendment of May.
FIRST_ROWS = ({**SCHOOL_ROW, "team": {**SCHOOL_ROW["team"], "max_visits": 12}}, *ROWS[1:])


def draft(rows: Sequence[Body]) -> Body:
    """The body of `plan.draft`."""
    return {
        "year": YEAR,
        "title": TITLE,
        "document_number": DOCUMENT_NUMBER,
        "issuer": ISSUER,
        "rows": list(rows),
    }
