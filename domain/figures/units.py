"""What a figure is made of: the things that count, one by one, with the leaves that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from domain.figures.year import Year

Facet = Literal["department", "period", "kind", "credit_class"]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One thing that counts in the denominator, from the event at `leaf` on.

    `met` is the leaf of the event for which it counts in the numerator too, or None. `day` (in China) places it in a period;
    `departments`, `kind` and `credit_class` are those by which it can be told apart.
    """

    id: str
    leaf: int
    met: int | None
    day: str
    departments: tuple[str, ...] = ()
    kind: str | None = None
    credit_class: str | None = None


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """Which units are asked for: of a department, of days from `first` to `last`, of a kind, of a credit class; None is any."""

    department: str | None = None
    first: str | None = None
    last: str | None = None
    kind: str | None = None
    credit_class: str | None = None

    @property
    def facets(self) -> frozenset[Facet]:
        """By what it narrows."""
        asked: dict[Facet, bool] = {
            "department": self.department is not None,
            "period": (self.first or self.last) is not None,
            "kind": self.kind is not None,
            "credit_class": self.credit_class is not None,
        }
        return frozenset(facet for facet, given in asked.items() if given)

    def takes(self, unit: Unit) -> bool:
        """Whether a unit is among those asked for."""
        return (
            (self.department is None or self.department in unit.departments)
            and (self.first is None or self.first <= unit.day)
            and (self.last is None or unit.day <= self.last)
            and (self.kind is None or self.kind == unit.kind)
            and (self.credit_class is None or self.credit_class == unit.credit_class)
        )


ALL = Narrow()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A figure as it is defined: its `name` in addresses, its `title`, in what it can be narrowed, and its rule in words.

    `public`: what it counts is public as soon as it counts.
    """

    name: str
    title: str
    by: frozenset[Facet]
    public: bool
    text: str
    count: Callable[[Year], Iterable[Unit]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: integers, and the units behind them by id."""

    definition: Definition
    units: tuple[Unit, ...]

    @property
    def numerator(self) -> int:
        """How many units count as done."""
        return sum(unit.met is not None for unit in self.units)

    @property
    def denominator(self) -> int:
        """How many units count."""
        return len(self.units)


def figure_of(definition: Definition, year: Year, narrow: Narrow = ALL) -> Figure | None:
    """The figure of a year, or None where it cannot be narrowed in this way."""
    if not narrow.facets <= definition.by:
        return None
    units = (unit for unit in definition.count(year) if narrow.takes(unit))
    return Figure(
        definition=definition,
        units=tuple(sorted(units, key=lambda unit: (unit.id.encode(), unit.leaf))),
    )
