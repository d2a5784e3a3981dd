"""How long each step may take. What holds unless somebody sets it otherwise has its source beside it.

A term holds for what happens from its day on: nobody can set a deadline that has run already, nor make late work timely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.holidays import tables_of
from domain.rules import china_date, parse_date, require_text
from domain.working_days import Due, YearTable, on_working_day, working_days_after

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

STREAM = "deadlines"
MOST = 250  # working days, about a year


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Terms for what happens on `valid_from` or later.

    `result_days` and `publication_days` are working days after the visit; `plan_by` (MM-DD) is the day by which a year's plan is public.
    """

    valid_from: str
    result_days: int
    publication_days: int
    plan_by: str
    source: str


# 20 working days are a public requirement as far as we know it, the end of March is practice, 5 working days are ours.
DEFAULT = Terms(
    valid_from="2000-01-01",
    result_days=5,
    publication_days=20,
    plan_by="03-31",
    source="程序缺省，请以本地文件核定 / the program's default: set it by your own document",
)


@dataclass(frozen=True, kw_only=True)
class SetDeadlines:
    """Set the terms from a day on that is not past, and name the document that says so."""

    terms: Terms

    @property
    def stream(self) -> str:
        return STREAM


@dataclass(frozen=True, kw_only=True)
class DeadlinesSet:
    """These terms hold from their day on."""

    terms: Terms


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """All terms that were ever set, the newest of a day last."""

    terms: tuple[Terms, ...] = (DEFAULT,)

    def on(self, day: str) -> Terms:
        """The terms for what happens on a day."""
        holding = [one for one in self.terms if one.valid_from <= day]
        return max(holding, key=lambda one: one.valid_from, default=DEFAULT)

    def taking(self, terms: Terms) -> Deadlines:
        """These and new ones; of two for the same day the later ones hold."""
        others = (one for one in self.terms if one.valid_from != terms.valid_from)
        return Deadlines(terms=(*others, terms))


def decide(
    state: Deadlines | None, command: SetDeadlines, context: Context, _history: History
) -> tuple[Fact, ...]:
    """Take terms in; raises "deadline-invalid", "date-invalid" or "field-missing"."""
    terms = command.terms
    require_text(terms.source, "source")
    if not 1 <= terms.result_days <= terms.publication_days <= MOST:
        detail = f"录入、公示期限须为 1 至 {MOST} 个工作日，且公示不早于录入 / 1 to {MOST} days, publication not before entry"
        raise DomainError("deadline-invalid", detail)
    parse_date(f"2001-{terms.plan_by}", "plan_by")
    if parse_date(terms.valid_from, "valid_from").isoformat() < china_date(context.now):
        detail = "valid_from: 不得早于今天，已开始的期限不变 / not before today: what runs keeps its term"
        raise DomainError("date-invalid", detail)
    if state is not None and state.terms[-1] == terms:
        return ()
    return (Fact(stream=STREAM, event=DeadlinesSet(terms=terms)),)


def evolve(state: Deadlines | None, recorded: Recorded, _history: History) -> Deadlines:
    """Fold one setting."""
    event = recorded.event
    assert isinstance(event, DeadlinesSet)
    return (state or Deadlines()).taking(event.terms)


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """Terms and tables of holidays, with which every deadline is computed. Days are ISO 8601, in China."""

    deadlines: Deadlines
    tables: Mapping[int, YearTable]

    def result(self, visited: str) -> Due:
        """By when a result is entered of a visit that ended on a day."""
        return working_days_after(visited, self.deadlines.on(visited).result_days, self.tables)

    def publication(self, visited: str) -> Due:
        """By when a result is public of a visit that ended on a day."""
        return working_days_after(visited, self.deadlines.on(visited).publication_days, self.tables)

    def plan(self, year: int) -> Due:
        """By when the plan of a year is public; what holds on the first day of the year decides."""
        plan_by = self.deadlines.on(f"{year}-01-01").plan_by
        return on_working_day(f"{year}-{plan_by}", self.tables)

    def named(self, last: str) -> Due:
        """The last day of a term that an order or a plan names as a date."""
        return on_working_day(last, self.tables)


def reckoning_of(history: History) -> Reckoning:
    """What holds now; the default terms where none were set."""
    return Reckoning(deadlines=history.get(Deadlines, "") or Deadlines(), tables=tables_of(history))
