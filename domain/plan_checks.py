"""What a plan row must keep to before anybody reviews it, and what a person must look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.items import Item
from domain.organisation import Department
from domain.rules import parse_date, require_text
from domain.team_terms import check_team

if TYPE_CHECKING:
    from domain.history import History
    from domain.plan_rows import DrawTerms, PlanRow, Ratio

_NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{1,32}")  # it stands in ids and file names
USUAL_MARGIN_MINUTES = 60
MAX_MARGIN_MINUTES = 30 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class PlanWarning:
    """Something in a plan that is allowed and that a person must look at: the code, the row and what it concerns."""

    code: str
    row: str
    about: str


def check_rows(rows: tuple[PlanRow, ...], year: int, history: History) -> tuple[PlanWarning, ...]:
    """Refuse rows that cannot be meant; answer what a person must look at."""
    if not rows:
        raise DomainError("plan-invalid", "计划至少要有一行 / a plan has at least one row")
    numbers = [row.number for row in rows]
    if len(set(numbers)) < len(numbers):
        raise DomainError("duplicate-id", "抽查计划编号重复 / a plan number stands twice")
    return tuple(warning for row in rows for warning in _check_row(row, year, history))


def _check_row(row: PlanRow, year: int, history: History) -> tuple[PlanWarning, ...]:
    if not _NUMBER.fullmatch(row.number):
        detail = "number: 抽查计划编号只用汉字、字母和数字，至多 32 个 / Chinese characters, letters and digits, 32 at most"
        raise DomainError("id-invalid", detail)
    for place, text in (
        ("name", row.name),
        ("task_name", row.task_name),
        ("scope", row.scope.text),
    ):
        require_text(text, f"{row.number}.{place}")
    for ratio in (row.ratio, *(own.ratio for own in row.ratios)):
        _check_ratio(ratio, row.number)
    _check_strata(row)
    for stage in ("entities", "officers"):
        _check_terms(row.terms(stage), f"{row.number}.{stage}_draw")
    _check_disclosure(row)
    start, end = (
        parse_date(text, f"{row.number}.window") for text in (row.window_from, row.window_to)
    )
    if end < start:
        raise DomainError(
            "date-invalid",
            f"{row.number}: 抽查时间的终点早于起点 / the window ends before it starts",
        )
    _check_departments(row, history)
    check_team(row)
    return _warnings(row, year, history)


def _check_ratio(ratio: Ratio, place: str) -> None:
    p, q = ratio
    if not 0 <= p <= q or q == 0:
        raise DomainError(
            "ratio-invalid", f"{place}: 比例须在 0 与 1 之间 / a ratio lies between 0 and 1"
        )


def _check_strata(row: PlanRow) -> None:
    if row.min_per_stratum < 0 or row.visit_cap < 1:
        detail = "层内下限不得为负，检查次数上限至少为 1 / minimum ≥ 0, visit cap ≥ 1"
        raise DomainError("plan-invalid", f"{row.number}: {detail}")
    if len(set(row.stratify)) < len(row.stratify):
        raise DomainError("duplicate-id", f"{row.number}.stratify: 重复 / stands twice")
    if "kind" in row.stratify and not row.scope.kinds:
        detail = "按类别分层须在范围中列明各类别 / to stratify by kind, the scope lists the kinds"
        raise DomainError("plan-invalid", f"{row.number}.stratify: {detail}")
    named = [(own.kind, own.credit_class) for own in row.ratios]
    if len(set(named)) < len(named):
        raise DomainError(
            "duplicate-id", f"{row.number}.ratios: 同一层有两个比例 / a stratum has two ratios"
        )
    for kind, credit_class in named:
        unknown = kind is not None and row.scope.kinds and kind not in row.scope.kinds
        by = {"kind"} if kind is not None else set()
        by |= {"credit_class"} if credit_class is not None else set()
        if unknown or not by or not by <= set(row.stratify):
            detail = "比例须对应范围内的类别或等级，且已按其分层 / a ratio names a kind of the scope or a class that the row stratifies by"
            raise DomainError("plan-invalid", f"{row.number}.ratios: {detail}")
    for text in row.scope.kinds:
        require_text(text, f"{row.number}.scope.kinds")


def _check_terms(terms: DrawTerms, place: str) -> None:
    for name, each in (("beacons", terms.beacons), ("lotteries", terms.lotteries)):
        if len(set(each)) < len(each):
            raise DomainError("duplicate-id", f"{place}.{name}: 重复 / stands twice")
    for lottery in terms.lotteries:
        require_text(lottery, f"{place}.lotteries")
    if terms.witnesses < 0 or not (terms.beacons or terms.lotteries or terms.witnesses):
        detail = "至少需要一个随机源，见证人数不得为负 / at least one source, and no negative count"
        raise DomainError("plan-invalid", f"{place}: {detail}")
    if not 1 <= terms.margin_minutes <= MAX_MARGIN_MINUTES:
        detail = f"间隔须为 1 至 {MAX_MARGIN_MINUTES} 分钟 / a margin of so many minutes"
        raise DomainError("plan-invalid", f"{place}.margin_minutes: {detail}")


def _check_disclosure(row: PlanRow) -> None:
    """The proof of the officers' draw names the entities."""
    if row.entities_draw.disclosure != "at-once" and row.officers_draw.disclosure == "at-once":
        detail = "人员名单载有检查对象，不得先于其公布 / the officers' list names the entities: it cannot be disclosed before theirs"
        raise DomainError("plan-invalid", f"{row.number}.officers_draw.disclosure: {detail}")


def _check_departments(row: PlanRow, history: History) -> None:
    if len(set(row.departments)) < len(row.departments):
        raise DomainError("duplicate-id", f"{row.number}: 部门重复 / a department stands twice")
    for department in row.departments:
        if history.get(Department, department) is None:
            raise DomainError(
                "unknown-department", f"{row.number}: 部门 {department} 未登记 / not registered"
            )
    owners = [own.department for own in row.items]
    if len(set(owners)) < len(owners) or not set(owners) <= set(row.departments):
        raise DomainError(
            "plan-invalid",
            f"{row.number}: 抽查事项所属部门不符 / items of a department that takes no part",
        )
    codes = [code for own in row.items for code in own.items]
    if len(set(codes)) < len(codes):
        raise DomainError("duplicate-id", f"{row.number}: 抽查事项重复 / an item stands twice")
    if not codes:
        raise DomainError("plan-invalid", f"{row.number}: 没有抽查事项 / no item at all")
    for own in row.items:
        for code in own.items:
            if history.get(Item, code) is None:
                raise DomainError(
                    "unknown-item", f"{row.number}: 事项 {code} 不在清单中 / not on the list"
                )


def _warnings(row: PlanRow, year: int, history: History) -> tuple[PlanWarning, ...]:
    found = [
        PlanWarning(code="department-without-item", row=row.number, about=department)
        for department in row.joint
        if not row.items_of(department)
    ]
    found += [
        PlanWarning(code="item-not-published", row=row.number, about=code)
        for own in row.items
        for code in own.items
        if not is_published_for(code, own.department, row.window_to, history)
    ]
    found += [
        PlanWarning(code="margin-short", row=row.number, about=str(terms.margin_minutes))
        for terms in (row.entities_draw, row.officers_draw)
        if (terms.beacons or terms.lotteries) and terms.margin_minutes < USUAL_MARGIN_MINUTES
    ]
    found += [
        PlanWarning(code="single-source", row=row.number, about=stage)
        for stage, terms in (("entities", row.entities_draw), ("officers", row.officers_draw))
        if len(terms.beacons) + len(terms.lotteries) + terms.witnesses == 1
    ]
    if not row.window_from[:4] == row.window_to[:4] == str(year):
        found.append(PlanWarning(code="window-outside-year", row=row.number, about=row.window_to))
    return tuple(found)


def is_published_for(code: str, department: str, until: str, history: History) -> bool:
    """Whether an item is on the published list of this department, and stays there until the end of this day."""
    item = history.get(Item, code)
    return item is not None and item.is_listed_on(until) and item.department == department
