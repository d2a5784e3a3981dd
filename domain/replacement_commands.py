"""Before the visit: what an officer declares, and how a seat falls vacant and is filled again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.facts import Judgement
from domain.inspection_commands import AssignedOfficer, InspectionCommand

Cause = Literal[
    "recusal",  # 回避
    "illness",  # 伤病
    "unavailable",  # 离岗、停职、执法证失效等
]


@dataclass(frozen=True, kw_only=True)
class Declare(InspectionCommand):
    """An officer of the visit says whether anything could bias them: without this they do not begin it.

    Where it does (`conflict`), the reason is sealed, the recusal holds at once, and a substitute is asked for.
    """

    conflict: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestReplacement(InspectionCommand):
    """Ask that somebody else is drawn for the seat of `officer` (or of an expert). The reason is sealed."""

    officer: str
    cause: Cause
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveReplacement(Judgement, InspectionCommand):
    """Somebody who has no hand in it agrees: the seat is vacant."""

    officer: str


@dataclass(frozen=True, kw_only=True)
class DeclineReplacement(Judgement, InspectionCommand):
    """Somebody who has no hand in it finds that `officer` keeps the seat, and says why."""

    officer: str
    reason: str


ReplacementCommand = Declare | RequestReplacement | ApproveReplacement | DeclineReplacement


@dataclass(frozen=True, kw_only=True)
class ConflictDeclared:
    """The acting officer declared that something could bias them, or (`conflict` false) that nothing does."""

    conflict: bool


@dataclass(frozen=True, kw_only=True)
class ReplacementRequested:
    """A substitute for this officer was asked for."""

    officer: str
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class SeatVacated:
    """The officer is of this inspection no more. The discipline office is told by this event."""

    officer: str
    cause: Cause
    requested_by: str


@dataclass(frozen=True, kw_only=True)
class ReplacementDeclined:
    """The officer keeps the seat."""

    officer: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SeatFilled:
    """`officer` was drawn to the seat that `left` had; `team` is everybody from here on, by the tickets of the draw of officers."""

    left: str
    officer: str
    draw: str
    team: tuple[AssignedOfficer, ...]
