"""Why somebody may be drawn or not, from the history that the draw was decided on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.public_words import reason
from domain.draw_state import family
from domain.eligibility import NOT_NAMED, roster
from domain.errors import DomainError
from domain.lottery.assignment_input import input_of
from domain.lottery.seats import seats_of
from domain.task import Task

if TYPE_CHECKING:
    from domain.history import History

Explained = dict[str, Any]


def people_of(number: str, history: History, only: str | None) -> Explained:
    """How everybody (or only one person) stands to a task: as frozen with the list of entities, or as of now.

    Raises "unknown-task".
    """
    task = history.get(Task, number)
    if task is None:
        raise DomainError("unknown-task", f"没有任务 {number} / no such task")
    fixed = [one for one in family(history, number, "entities") if one.roster and not one.voided]
    found = fixed[-1].roster if fixed else None
    found = found or roster(task, history)
    people = [
        *(_explained(one.id, one.department, "candidate", None) for one in found.candidates),
        *(_explained(one.id, one.department, "reserve", NOT_NAMED) for one in found.reserve),
        *(_explained(one.id, one.department, "left-out", one.reason) for one in found.left_out),
    ]
    return {
        "leaf": fixed[-1].committed_leaf if fixed else None,
        "people": sorted(
            (one for one in people if only in {None, one["id"]}), key=lambda one: str(one["id"])
        ),
    }


def _explained(id_: str, department: str, standing: str, why: str | None) -> Explained:
    words = reason(why) if why else ""
    return {
        "id": id_,
        "department": department,
        "standing": standing,
        "reason": why,
        "words": words,
    }


def seats_in(proof: str) -> Explained:
    """How many could take each seat, from the proof bundle of a draw of officers.

    Raises "unknown-proof" for the bundle of another draw.
    """
    bundle = json.loads(proof)
    if "input" not in bundle:
        detail = "不是执法检查人员抽取 / not a draw of officers"
        raise DomainError("unknown-proof", detail)
    inspections = seats_of(input_of(bundle["input"]))
    return {
        "inspections": [
            {"inspection": id_, "needs": [vars(seats) for seats in needs]}
            for id_, needs in inspections.items()
        ]
    }
