"""The county's registries, made up: the same every time, and every name says 示例.

Nothing here is random. Each choice is the SHA-256 of a fixed seed and of what is chosen, so that a reader can follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.identifiers import reg_check_digit, uscc_check_digit
from domain.registry_commands import CreditClass

if TYPE_CHECKING:
    from collections.abc import Sequence


SEED = "清河县 2024 示例"
AREA_CODE = "130534"  # GB/T 2260: Qinghe County
TOWNSHIPS = ("葛仙庄镇", "连庄镇", "油坊镇", "谢炉镇", "王官庄镇", "坝营镇")

SCHOOLS = (
    ("幼儿园", 60),
    ("小学", 48),
    ("初级中学", 16),
    ("高级中学", 6),
    ("九年一贯制学校", 6),
    ("民办学校", 14),
)
TRAINING = "校外培训机构"
VENUE = "高危体育项目经营场所"
SUBJECTS = ("英语", "美术", "舞蹈", "编程", "书法", "音乐")
SPORTS = ("游泳馆", "游泳馆", "游泳馆", "攀岩馆", "潜水馆", "滑雪场")
CREDIT: tuple[CreditClass | None, ...] = (
    *("A",) * 9, *("B",) * 6, *("C",) * 2, "D", None, None,
)  # fmt: skip
"""Of twenty entities: nine of class A, six B, two C, one D, and two that nobody has classed yet."""

DIGITS = "一二三四五六七八九"


@dataclass(frozen=True, kw_only=True)
class EntityLine:
    """One line of 检查对象名录库; `id` as the ledger writes it. `visited` is a day of an earlier inspection this year."""

    id: str
    name: str
    kind: str
    tags: tuple[str, ...]
    credit_class: CreditClass | None
    area: str
    address: str
    contact: str
    telephone: str
    suspended: bool = False
    visited: str | None = None


@dataclass(frozen=True, kw_only=True)
class OfficerLine:
    """One line of 执法检查人员名录库."""

    id: str
    department: str
    skills: tuple[str, ...]
    certificate_expires: str
    area: str
    name: str
    certificate_number: str
    telephone: str


@dataclass(frozen=True, kw_only=True)
class ExpertLine:
    """One line of 专家库."""

    id: str
    name: str
    specialities: tuple[str, ...]
    organisation: str
    telephone: str


@dataclass(frozen=True, kw_only=True)
class County:
    """All registries of the county."""

    entities: tuple[EntityLine, ...]
    officers: tuple[OfficerLine, ...]
    experts: tuple[ExpertLine, ...]


def lot(label: str, below: int) -> int:
    """Choose one of `below` possibilities for what the label names, the same one every time."""
    return int.from_bytes(sha256(f"{SEED}/{label}".encode()).digest()[:8]) % below


def county() -> County:
    """Make the county up."""
    return County(entities=_entities(), officers=_officers(), experts=_experts())


def chinese(number: int) -> str:
    """Write 1 to 99 as Chinese schools are numbered: 十, 二十一."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens - 1]) + "十" if tens else ""
    return head + (DIGITS[ones - 1] if ones else "")


def _entities() -> tuple[EntityLine, ...]:
    schools = [
        _entity(kind, f"示例第{chinese(number)}{kind}", number)
        for kind, count in SCHOOLS
        for number in range(1, count + 1)
    ]
    training = [
        _entity(TRAINING, f"示例{chinese(n)}号{_of(SUBJECTS, f'{TRAINING}/{n}')}培训学校", n)
        for n in range(1, 61)
    ]
    venues = [
        _entity(VENUE, f"示例{chinese(n)}号{_of(SPORTS, f'{VENUE}/{n}')}", n) for n in range(1, 13)
    ]
    return (*schools, *training, *venues)


def _of(choices: Sequence[str], label: str) -> str:
    return choices[lot(label, len(choices))]


def _entity(kind: str, name: str, number: int) -> EntityLine:
    area = _of(TOWNSHIPS, f"{name}/area")
    return EntityLine(
        id=_identifier(kind, name, number),
        name=name,
        kind=kind,
        tags=_tags(kind, name),
        credit_class=CREDIT[lot(f"{name}/credit", len(CREDIT))],
        area=area,
        address=f"{area}示例路{1 + lot(f'{name}/street', 300)}号",
        contact="示例负责人",
        telephone=f"1380000{lot(f'{name}/telephone', 10_000):04}",
        suspended=number % 23 == 0,
        visited=f"2024-0{1 + lot(f'{name}/visit', 4)}-15" if number % 17 == 0 else None,
    )


def _tags(kind: str, name: str) -> tuple[str, ...]:
    if kind in {"民办学校", TRAINING}:
        return ("民办",)
    return ("寄宿",) if kind.endswith("中学") and lot(f"{name}/boarding", 2) else ()


def _identifier(kind: str, name: str, number: int) -> str:
    """Most have a 统一社会信用代码; some schools are known by 学校标识码, some venues by the old 注册号."""
    serial = lot(f"{name}/serial", 10**8)
    if kind in {"小学", "幼儿园"} and number % 12 == 0:
        return f"school:99{serial:08}"
    if kind == VENUE and number % 4 == 0:
        first14 = f"{AREA_CODE}{serial:08}"
        return f"reg:{first14}{reg_check_digit(first14)}"
    body = {TRAINING: "52", "民办学校": "52", VENUE: "91"}.get(kind, "12")
    first17 = f"{body}{AREA_CODE}D{serial:08}"
    return f"uscc:{first17}{uscc_check_digit(first17)}"


@dataclass(frozen=True, kw_only=True)
class Team:
    """How many officers a department has, and what they can do."""

    prefix: str
    department: str
    count: int
    skills: tuple[str, ...]


TEAMS = (
    Team(
        prefix="JY",
        department="教育局（体育局）",
        count=20,
        skills=("校园安全", "课程教材", "体育场所"),
    ),
    Team(
        prefix="SC", department="市场监督管理局", count=16, skills=("食品安全", "登记公示", "广告")
    ),
    Team(prefix="WJ", department="卫生健康局", count=12, skills=("学校卫生", "饮用水", "公共场所")),
    Team(prefix="WL", department="文化广电和旅游局", count=7, skills=("艺术考级", "文化市场")),
    Team(prefix="RS", department="人力资源和社会保障局", count=5, skills=("劳动用工", "社会保险")),
)


def _officers() -> tuple[OfficerLine, ...]:
    return tuple(
        _officer(team, f"{team.prefix}{number:03}", number)
        for team in TEAMS
        for number in range(1, team.count + 1)
    )


def _officer(team: Team, id_: str, number: int) -> OfficerLine:
    year = 2025 + lot(f"{id_}/certificate", 4)
    return OfficerLine(
        id=id_,
        department=team.department,
        skills=_skills(team, id_),
        # The last one of the larger departments lets the certificate run out: nobody may send this officer.
        certificate_expires="2024-05-31" if number == team.count > 10 else f"{year}-12-31",  # noqa: PLR2004
        area=_of(TOWNSHIPS, f"{id_}/area"),
        name=f"示例人员{id_}",
        certificate_number=f"示例证{id_}",
        telephone=f"1390000{lot(f'{id_}/telephone', 10_000):04}",
    )


def _skills(team: Team, id_: str) -> tuple[str, ...]:
    """One of those of the department, and one officer in three can do two things."""
    first = lot(f"{id_}/skill", len(team.skills))
    own = {first, (first + 1) % len(team.skills)} if lot(f"{id_}/second", 3) == 0 else {first}
    return tuple(team.skills[each] for each in sorted(own))


HIGH_RISK_SPORT = "高危险性体育项目"
SPECIALITIES = (
    (HIGH_RISK_SPORT, "游泳救生"),
    (HIGH_RISK_SPORT, "攀岩"),
    (HIGH_RISK_SPORT, "潜水"),
    ("食品安全",),
    ("水质检测",),
    ("建筑消防",),
)


def _experts() -> tuple[ExpertLine, ...]:
    return tuple(
        ExpertLine(
            id=f"ZJ{number:03}",
            name=f"示例专家{number}",
            specialities=specialities,
            organisation="示例学院",
            telephone=f"1370000000{number}",
        )
        for number, specialities in enumerate(SPECIALITIES, start=1)
    )
