"""Before the visits: every officer says whether anything could bias them, and whoever cannot go is replaced by lot."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mingqian.demo.drawing import Event, draw
from mingqian.demo.people import APPROVER, PREFIX_OF, clerk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mingqian.demo.visit import Visit
    from mingqian.demo.year import Stage

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Falling:
    """Who falls out of a task's first visit: its officer of this department, and why.

    A recusal is declared by the officer, who alone knows of it; an illness is reported by the department's clerk.
    """

    department: str
    cause: Literal["recusal", "illness"]
    reason: str

    def seat(self, visit: Visit) -> Body:
        """The seat that falls vacant."""
        prefix = PREFIX_OF[self.department]
        (officer,) = (one for one in visit.officers if one.startswith(prefix))
        return {"inspection": visit.id, "officer": officer}


def declare_all(stage: Stage, visits: Sequence[Visit], falling: Falling) -> None:
    """Nothing biases anybody, but perhaps the one who falls out."""
    seat = falling.seat(visits[0])
    biased = {tuple(seat.values())} if falling.cause == "recusal" else set()
    _declare(stage, _seats(visits) - biased)
    if biased:
        declared = {"inspection": seat["inspection"], "conflict": True, "reason": falling.reason}
        stage.desk.act(seat["officer"], "inspection.declare", **declared)


def replace_by_lot(stage: Stage, visit: Visit, falling: Falling) -> None:
    """A declared conflict has asked for a substitute already; somebody else agrees, and the substitute is drawn."""
    desk, clock, seat = stage.desk, stage.clock, falling.seat(visit)
    if falling.cause == "illness":
        clock.pass_time(minutes=15)
        why = {"cause": falling.cause, "reason": falling.reason}
        desk.act(clerk(falling.department), "inspection.request-replacement", **seat, **why)
    clock.pass_time(minutes=15)
    read = desk.read(APPROVER, f"/inspections/{visit.id}")["version"]
    desk.act(APPROVER, "inspection.approve-replacement", **seat, version=read)
    clock.pass_time(minutes=15)
    draw(stage, Event(task=visit.task, of="replacement", seat=seat))


def declare_substitutes(stage: Stage, before: Sequence[Visit], now: Sequence[Visit]) -> None:
    """Whoever came in declares like everybody."""
    stage.clock.pass_time(minutes=15)
    _declare(stage, _seats(now) - _seats(before))


def _seats(visits: Iterable[Visit]) -> set[tuple[str, ...]]:
    return {(visit.id, officer) for visit in visits for officer in visit.officers}


def _declare(stage: Stage, seats: Iterable[tuple[str, ...]]) -> None:
    """Each officer for all of their visits at once."""
    visits_of = defaultdict(list)
    for inspection, officer in sorted(seats):
        visits_of[officer].append(inspection)
    for officer, own in visits_of.items():
        bodies = ({"inspection": one, "conflict": False, "reason": ""} for one in own)
        stage.desk.batch(officer, *(("inspection.declare", body) for body in bodies))
