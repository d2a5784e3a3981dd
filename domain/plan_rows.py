"""One row of the annual plan, as in the published table, plus what a draw needs to be fixed beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.items import Item
from domain.organisation import Department
from domain.registry_commands import CreditClass, EntityDetails
from domain.rules import parse_date, require_text

if TYPE_CHECKING:
    from domain.history import History

Ratio = tuple[int, int]
_NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{1,32}")  # it stands in ids and file names
UNSTRATIFIED = "全部"
UNCLASSED = "未分级"


@dataclass(frozen=True, kw_only=True)
class DepartmentItems:
    """The item codes that one department inspects."""

    department: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """抽查对象范围: the words of the plan, and the kinds and tags that make them exact.

    An entity fits when its kind is one of `kinds` (any, where empty) and it carries every tag of `tags`.
    """

    text: str
    kinds: tuple[str, ...]
    tags: tuple[str, ...]

    def fits(self, entity: EntityDetails) -> bool:
        """Whether an entity belongs to the scope."""
        return (not self.kinds or entity.kind in self.kinds) and set(self.tags) <= set(entity.tags)


@dataclass(frozen=True, kw_only=True)
class ClassRatio:
    """The ratio of one credit-risk class, where the plan differentiates."""

    credit_class: CreditClass
    ratio: Ratio


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One planned campaign.

    `ratio` is the floor over the whole pool; `class_ratios` differentiate by credit class where given, and a class
    without its own has `ratio`. `visit_cap` is the most inspections of one entity in a year, this one included.
    `witnesses` is how many people must each bring a secret number to a draw. `training` names the course that officers
    must have attended, or is None. Windows are days in China, both ends included.
    """

    number: str
    name: str
    task_number: str
    task_name: str
    type: Literal["定向", "不定向"]
    ratio: Ratio
    at_least: bool
    class_ratios: tuple[ClassRatio, ...]
    min_per_stratum: int
    items: tuple[DepartmentItems, ...]
    scope: Scope
    lead: str
    joint: tuple[str, ...]
    window_from: str
    window_to: str
    visit_cap: int
    witnesses: int
    training: str | None

    @property
    def departments(self) -> tuple[str, ...]:
        """Lead first, then the joint departments."""
        return (self.lead, *self.joint)

    def items_of(self, department: str) -> tuple[str, ...]:
        """The items that a department inspects, none where the plan names it without one."""
        return next((own.items for own in self.items if own.department == department), ())

    def stratum_of(self, entity: EntityDetails) -> str:
        """The stratum an entity is drawn in."""
        if not self.class_ratios:
            return UNSTRATIFIED
        return entity.credit_class or UNCLASSED

    def strata(self) -> dict[str, Ratio]:
        """Every stratum that the rule can know, with its ratio."""
        if not self.class_ratios:
            return {UNSTRATIFIED: self.ratio}
        own = {known.credit_class: known.ratio for known in self.class_ratios}
        return {name: own.get(name, self.ratio) for name in ("A", "B", "C", "D")} | {
            UNCLASSED: self.ratio
        }


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
    for ratio in (row.ratio, *(own.ratio for own in row.class_ratios)):
        _check_ratio(ratio, row.number)
    _check_counts(row)
    start, end = (
        parse_date(text, f"{row.number}.window") for text in (row.window_from, row.window_to)
    )
    if end < start:
        raise DomainError(
            "date-invalid",
            f"{row.number}: 抽查时间的终点早于起点 / the window ends before it starts",
        )
    _check_departments(row, history)
    return _warnings(row, year, history)


def _check_ratio(ratio: Ratio, place: str) -> None:
    p, q = ratio
    if not 0 <= p <= q or q == 0:
        raise DomainError(
            "ratio-invalid", f"{place}: 比例须在 0 与 1 之间 / a ratio lies between 0 and 1"
        )


def _check_counts(row: PlanRow) -> None:
    if row.min_per_stratum < 0 or row.visit_cap < 1 or row.witnesses < 1:
        detail = "层内下限不得为负，检查次数上限和见证人数至少为 1 / minimum ≥ 0, visit cap and witnesses ≥ 1"
        raise DomainError("plan-invalid", f"{row.number}: {detail}")
    classes = [own.credit_class for own in row.class_ratios]
    if len(set(classes)) < len(classes):
        raise DomainError(
            "duplicate-id", f"{row.number}: 信用等级比例重复 / a class has two ratios"
        )


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
        if not is_published_for(code, own.department, history)
    ]
    if not row.window_from[:4] == row.window_to[:4] == str(year):
        found.append(PlanWarning(code="window-outside-year", row=row.number, about=row.window_to))
    return tuple(found)


def is_published_for(code: str, department: str, history: History) -> bool:
    """Whether an item is on the published list of this department."""
    item = history.get(Item, code)
    return item is not None and item.status == "published" and item.department == department
