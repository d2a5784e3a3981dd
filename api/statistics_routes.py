"""The figures that authorities ask for: for staff, and for everybody as far as what they count is public.

They are counted anew from the events of the plan year up to a size of the ledger, so the same size gives the same figures. A
list that is kept back counts nowhere before it is public or, for staff, before a visit of it has begun.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.access import PartsNow, person_of
from api.answers import PUBLIC, STAFF
from api.shapes.statistics import FigureUnits, Statistics
from api.text import Leaf, Word
from domain.errors import DomainError
from domain.figures.definitions import DEFINITIONS
from domain.figures.units import ALL, Definition, Figure, Narrow, Unit, figure_of
from domain.figures.year import Year
from domain.rules import parse_date
from projections.queries import campaigns
from projections.queries.figures import year_of
from projections.reading import LIMIT, Read, position

router = APIRouter(tags=["统计 / statistics"], responses=STAFF, dependencies=[Depends(person_of)])
public = APIRouter(tags=["公开 / public"], responses=PUBLIC)
AsOf = Annotated[
    Leaf | None,
    Query(description="按账本前多少条记录 / as this many leaves of the ledger tell it"),
]
PlanYear = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{4}$", description="计划年度，缺省为最近公布的 / the newest published one"
    ),
]
Day = Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="上一页的 next_offset")]
Limit = Annotated[int, Query(ge=1, le=LIMIT)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The year, the size of the ledger and what is narrowed to, as a request names them."""

    year: str | None = None
    as_of: int | None = None
    narrow: Narrow = ALL


def asked_of(  # noqa: PLR0913, PLR0917 - each is a parameter of the request
    year: PlanYear = None,
    as_of: AsOf = None,
    department: Annotated[Word | None, Query(description="部门编号 / a department")] = None,
    first: Annotated[Day, Query(description="时段第一天 / first day of the period")] = None,
    last: Annotated[Day, Query(description="时段最后一天 / last day of it")] = None,
    kind: Annotated[Word | None, Query(description="检查对象类型 / kind of entity")] = None,
    credit_class: Annotated[
        Word | None, Query(description="信用风险等级 A–D 或“未分级” / credit class")
    ] = None,
) -> Asked:
    """What a request asks; raises "date-invalid"."""
    for name, day in (("first", first), ("last", last)):
        if day is not None:
            parse_date(day, name)
    narrow = Narrow(
        department=department, first=first, last=last, kind=kind, credit_class=credit_class
    )
    return Asked(year=year, as_of=as_of, narrow=narrow)


AskedNow = Annotated[Asked, Depends(asked_of)]


@router.get("/statistics", response_model=Statistics, summary="年度指标 / the figures of a year")
def statistics(parts: PartsNow, asked: AskedNow) -> dict[str, Any]:
    """Every figure that can be narrowed as asked; what cannot is left out."""
    with parts.reader.snapshot() as read:
        return told(read, asked, public=False)


@router.get(
    "/statistics/{figure}", response_model=FigureUnits, summary="指标的依据 / what a figure counts"
)
def statistic(
    figure: Word, parts: PartsNow, asked: AskedNow, offset: Offset = 0, limit: Limit = 50
) -> dict[str, Any]:
    """One figure with the ids and leaves behind it."""
    with parts.reader.snapshot() as read:
        shown, units = evidence(read, figure, asked, public=False)
    return _page(shown, units, offset, limit)


@public.get("/public/statistics", response_model=Statistics, summary="年度指标 / figures of a year")
def public_statistics(parts: PartsNow, asked: AskedNow) -> dict[str, Any]:
    """The same, counting only what was published or disclosed by then; figures over what is not public are left out."""
    with parts.reader.snapshot() as read:
        return told(read, asked, public=True)


@public.get(
    "/public/statistics/{figure}",
    response_model=FigureUnits,
    summary="指标的依据 / what a figure counts",
)
def public_statistic(
    figure: Word, parts: PartsNow, asked: AskedNow, offset: Offset = 0, limit: Limit = 50
) -> dict[str, Any]:
    """One figure with the ids and leaves behind it, of what is public."""
    with parts.reader.snapshot() as read:
        shown, units = evidence(read, figure, asked, public=True)
    return _page(shown, units, offset, limit)


def told(read: Read, asked: Asked, *, public: bool, units: bool = False) -> dict[str, Any]:
    """The figures as an answer, with what each counts where `units` are asked for; raises "unknown-plan" or "position-unknown"."""
    head, facts = _facts(read, asked, public=public)
    counted = (figure_of(each, facts, asked.narrow) for each in _defined(public=public).values())
    shown = [
        {**_shown(one), **({"units": [asdict(unit) for unit in one.units]} if units else {})}
        for one in counted
        if one is not None
    ]
    return {**head, "day": facts.beside.today, "figures": shown}


def evidence(
    read: Read, name: str, asked: Asked, *, public: bool
) -> tuple[dict[str, Any], tuple[Unit, ...]]:
    """A figure and what it counts; raises "unknown-figure", "unknown-plan" or "position-unknown"."""
    defined = _defined(public=public).get(name)
    if defined is None:
        raise DomainError("unknown-figure", f"没有指标 {name} / no such figure")
    head, facts = _facts(read, asked, public=public)
    found = figure_of(defined, facts, asked.narrow)
    if found is None:
        detail = f"{name}: 不能按所给条件细分 / cannot be narrowed in this way"
        raise DomainError("figure-not-narrowed", detail)
    return {**_shown(found), **head}, found.units


def _page(
    shown: dict[str, Any], units: tuple[Unit, ...], offset: int, limit: int
) -> dict[str, Any]:
    after = offset + limit
    page = [asdict(unit) for unit in units[offset:after]]
    return {**shown, "units": page, "next_offset": after if after < len(units) else None}


def _defined(*, public: bool) -> dict[str, Definition]:
    return {name: one for name, one in DEFINITIONS.items() if one.public or not public}


def _shown(figure: Figure) -> dict[str, Any]:
    own = figure.definition
    return {
        "name": own.name,
        "title": own.title,
        "definition": own.text,
        "by": sorted(own.by),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }


def _facts(read: Read, asked: Asked, *, public: bool) -> tuple[dict[str, Any], Year]:
    size = position(read)
    as_of = size if asked.as_of is None else asked.as_of
    if as_of > size:
        raise DomainError("position-unknown", f"账本尚无 {as_of} 条 / the ledger has fewer leaves")
    plans = campaigns.public_plans(read)
    year = asked.year or (plans[-1]["id"] if plans else "")
    found = year_of(read, year, as_of=as_of, public=public)
    if found is None:
        raise DomainError(
            "unknown-plan", f"当时没有已公布的年度计划 {year} / no published plan by then"
        )
    return {"year": year, "as_of": as_of}, found
