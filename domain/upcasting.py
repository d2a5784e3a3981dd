"""Event types as they were stored once, and how each is read today.

What stands on the ledger never changes, so every shape that was ever released is kept here, exactly. Its data is judged in
that shape (an old event with a field too many is as wrong as it was then) and lifted into the next one, step by step, until
it has the shape that decisions and states know. A lift is total: whatever the old shape allowed has a reading. New events
are only ever written in the present shape.

A lifted event must be one that a command leads to today, since the audit decides it again: what the old shape did not say
is told by a value of the new one that says so, not by a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.draw_commands import DrawCovered
from domain.follow_up_commands import CorrectionOrdered, CorrectionVerified
from domain.personnel_commands import RelationEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class DrawCoveredV1:
    """Before a policy of witnesses could be set, a checkpoint counted by the log's own signature."""

    checkpoint: int


def _covered_by_no_witness(old: DrawCoveredV1) -> DrawCovered:
    return DrawCovered(checkpoint=old.checkpoint, witnesses=())


@dataclass(frozen=True, kw_only=True)
class RelationEndedV1:
    """Before the reason was sealed: it is kinship or the like."""

    entity: str
    reason: str


def _ended(old: RelationEndedV1) -> RelationEnded:
    return RelationEnded(entity=old.entity)


@dataclass(frozen=True, kw_only=True)
class CorrectionOrderedV1:
    """Before an inspection could have several follow-ups: the one order was of the whole result."""

    requirement: str
    due: str


def _ordered(old: CorrectionOrderedV1) -> CorrectionOrdered:
    return CorrectionOrdered(number=1, items=(), requirement=old.requirement, due=old.due)


@dataclass(frozen=True, kw_only=True)
class CorrectionVerifiedV1:
    """Before evidence could be named by the hashes of its files."""

    corrected: bool
    evidence: str


def _verified(old: CorrectionVerifiedV1) -> CorrectionVerified:
    return CorrectionVerified(number=1, corrected=old.corrected, evidence=old.evidence, files=())


OLDER: Mapping[str, type] = {
    "draw.covered.v1": DrawCoveredV1,
    "registry.relation_ended.v1": RelationEndedV1,
    "inspection.correction_ordered.v1": CorrectionOrderedV1,
    "inspection.correction_verified.v1": CorrectionVerifiedV1,
}
"""Stored names that are read and no longer written, and the shapes of their data."""

LIFTS: Mapping[type, Callable[[Any], object]] = {
    DrawCoveredV1: _covered_by_no_witness,
    RelationEndedV1: _ended,
    CorrectionOrderedV1: _ordered,
    CorrectionVerifiedV1: _verified,
}
"""From each older shape to the one after it."""


def lifted(event: object) -> object:
    """Give an event in its present shape; one that has it already is given back as it is."""
    while (lift := LIFTS.get(type(event))) is not None:
        event = lift(event)
    return event
