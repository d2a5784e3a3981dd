"""审查标准: what the drafts of plans are measured by. They stand on the ledger, so that each warning can be computed again.

A ledger is opened with those of `DEFAULT`. One that is older has none until somebody sets them: its plans were drafted and
reviewed without, and from then on theirs are measured too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import require_collator
from domain.registry_commands import CreditClass
from domain.rules import require_text

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Ratio = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The least ratio of a kind, of a credit class, or of one class of one kind; None stands for all. `source` says where it is written."""

    kind: str | None
    credit_class: CreditClass | None
    ratio: Ratio
    source: str


@dataclass(frozen=True, kw_only=True)
class SetPlanStandards:
    """Say by what drafts are measured from here on: the least ratios, and below how many entities a scope needs a look."""

    floors: tuple[Floor, ...]
    min_entities: int
    basis: str

    @property
    def stream(self) -> str:
        return "plan-standards"


@dataclass(frozen=True, kw_only=True)
class PlanStandardsSet:
    """Drafts are measured by these from here on."""

    floors: tuple[Floor, ...]
    min_entities: int
    basis: str


# The plan of which this program is made says 不低于5% of its widest row; the others ask for more.
DEFAULT = SetPlanStandards(
    floors=(
        Floor(
            kind=None,
            credit_class=None,
            ratio=(5, 100),
            source="清教安〔2024〕9号附件：抽查比例“不低于5%”",
        ),
    ),
    min_entities=5,
    basis="程序自带的默认标准，由市场监管部门按本地文件调整 / the program's defaults; the collating bureau sets the local ones",
)


def floor_of(
    standards: PlanStandardsSet, kind: str | None, credit_class: CreditClass | None
) -> Floor | None:
    """The most exact floor that holds: class of a kind, then class, then kind, then everything."""
    known = {(own.kind, own.credit_class): own for own in standards.floors}
    places = ((kind, credit_class), (None, credit_class), (kind, None), (None, None))
    return next((known[place] for place in places if place in known), None)


def decide(
    state: PlanStandardsSet | None, command: SetPlanStandards, context: Context, history: History
) -> tuple[Fact, ...]:
    """Take new standards from the collating bureau, or from the program while it sets a ledger up."""
    if context.actor.role == "clerk":
        require_collator(context, history)
    require_text(command.basis, "basis")
    named = [(own.kind, own.credit_class) for own in command.floors]
    if len(set(named)) < len(named):
        raise DomainError("duplicate-id", "floors: 同一类有两个下限 / a class has two floors")
    for own in command.floors:
        p, q = own.ratio
        if not 0 <= p <= q or q == 0:
            detail = "floors: 比例须在 0 与 1 之间 / a ratio lies between 0 and 1"
            raise DomainError("ratio-invalid", detail)
        require_text(own.source, "floors.source")
    if command.min_entities < 1:
        detail = "min_entities: 至少为 1 / 1 at least"
        raise DomainError("plan-invalid", detail)
    event = PlanStandardsSet(
        floors=command.floors, min_entities=command.min_entities, basis=command.basis
    )
    return () if event == state else (Fact(stream=command.stream, event=event),)


def evolve(
    state: PlanStandardsSet | None, recorded: Recorded, _history: History
) -> PlanStandardsSet:
    """Fold one fact: the newest standards hold."""
    event = recorded.event
    if isinstance(event, PlanStandardsSet):
        return event
    assert state is not None
    return state
