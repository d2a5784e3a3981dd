"""The figures of a plan year, as they are read."""

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Day
from domain.figures.units import Facet


class FigureShown(Answer):
    """指标 / one figure: two integers; their quotient is the rate, and there is none where the denominator is 0."""

    name: str = Field(description="指标代码 / its name in addresses")
    title: str
    definition: str = Field(description="分子、分母和时段的定义 / what counts")
    by: list[Facet] = Field(description="可按哪些条件细分 / by what it can be narrowed")
    numerator: Count
    denominator: Count


class Statistics(Answer):
    """年度指标 / the figures of a plan year as so many leaves of the ledger tell it."""

    year: str
    as_of: Count = Field(
        description="依据账本前多少条记录；同一数目总得同样的指标 / the leaves that were counted: the same number, the same figures"
    )
    day: Day = Field(description="其中最后一条记录之日 / the day of the last of them")
    figures: list[FigureShown]


class UnitShown(Answer):
    """计入的一项 / one thing that counts."""

    id: str
    leaf: Count = Field(description="使其计入分母的记录 / the event for which it counts")
    met: Count | None = Field(
        description="使其计入分子的记录；未计入为 null / the event for which it counts as done, or null"
    )
    day: Day
    departments: list[str]
    kind: str | None
    credit_class: str | None


class FigureUnits(FigureShown):
    """指标及其依据 / a figure and what it counts, by id, with the leaves of the events behind it."""

    year: str
    as_of: Count
    units: list[UnitShown]
    next_offset: int | None = Field(description="下一页的 offset / where the next page begins")
