"""Which kinds of streams there are: the part of a stream's name before the slash, its state and its two functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain import draws, genesis, inspection, items, organisation, plan, registry, task


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """A kind of stream. `decide` is None where only the ledger itself writes."""

    state: type
    evolve: Callable[..., Any]
    decide: Callable[..., Any] | None


AGGREGATES: dict[str, Aggregate] = {
    "ledger": Aggregate(state=genesis.Genesis, evolve=genesis.evolve, decide=None),
    "department": Aggregate(
        state=organisation.Department,
        evolve=organisation.evolve_department,
        decide=organisation.decide_department,
    ),
    "staff": Aggregate(
        state=organisation.Staff, evolve=organisation.evolve_staff, decide=organisation.decide_staff
    ),
    "item": Aggregate(state=items.Item, evolve=items.evolve, decide=items.decide),
    "entity": Aggregate(
        state=registry.Entity, evolve=registry.evolve_entity, decide=registry.decide
    ),
    "officer": Aggregate(
        state=registry.Officer, evolve=registry.evolve_officer, decide=registry.decide
    ),
    "expert": Aggregate(
        state=registry.Expert, evolve=registry.evolve_expert, decide=registry.decide
    ),
    "plan": Aggregate(state=plan.Plan, evolve=plan.evolve, decide=plan.decide),
    "task": Aggregate(state=task.Task, evolve=task.evolve, decide=task.decide),
    "draw": Aggregate(state=draws.Draw, evolve=draws.evolve, decide=draws.decide),
    "inspection": Aggregate(
        state=inspection.Inspection, evolve=inspection.evolve, decide=inspection.decide
    ),
}

PREFIXES: dict[type, str] = {aggregate.state: prefix for prefix, aggregate in AGGREGATES.items()}
