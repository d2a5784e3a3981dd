"""A draw as it stands, its family, and who may have a hand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
    Stage,
)
from domain.errors import DomainError
from domain.frame import entities_pool
from domain.lottery.assignment_input import AssignmentInput
from domain.lottery.pool import Pool
from domain.rules import china_date
from domain.task import Task

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class Draw:
    """A draw as it stands.

    `commits` and `revealed` map witnesses to what they brought. `pool` (draw of entities), `roster` (its frozen officers)
    and `input` (draw of officers) are what the registries said at the leaf of the commitment.
    """

    id: str
    task: str
    stage: Stage
    witnesses: tuple[str, ...]
    predecessors: tuple[str, ...]
    entities_draw: str | None
    prepared_by: str
    commits: Mapping[str, str]
    revealed: Mapping[str, Mapping[str, Any]]
    committed: DrawCommitted | AssignmentCommitted | None = None
    committed_leaf: int | None = None
    pool: Pool | None = None
    roster: tuple[Mapping[str, Any], ...] = ()
    input: AssignmentInput | None = None
    computed: DrawComputed | AssignmentComputed | None = None
    disclosed: bool = False
    void_requested_by: str | None = None
    void_reason: str | None = None
    voided: bool = False

    @property
    def entropy(self) -> tuple[Mapping[str, Any], ...]:
        """What the sources revealed so far, in the order of the commitment."""
        return tuple(self.revealed[who] for who in self.witnesses if who in self.revealed)

    @property
    def selected(self) -> tuple[str, ...]:
        """The entities that were drawn, by stratum and ticket; empty before."""
        if not isinstance(self.computed, DrawComputed):
            return ()
        return tuple(id_ for stratum in self.computed.strata for id_ in stratum["selected"])


def family(history: History, task: str, stage: Stage) -> tuple[Draw, ...]:
    """Every draw of a task and stage, voided ones too, in the order of their serials."""
    own = [one for one in history.all(Draw) if (one.task, one.stage) == (task, stage)]
    return tuple(sorted(own, key=lambda one: int(one.id.rpartition(".")[2])))


def drawn_entities(task: str, history: History) -> Draw:
    """Give the draw of entities that stands and is computed."""
    standing = [one for one in family(history, task, "entities") if not one.voided]
    if not standing or standing[0].computed is None:
        raise DomainError(
            "entities-not-drawn", "须先完成检查对象抽取 / the entities are drawn first"
        )
    return standing[0]


def task_of(task: str, history: History) -> Task:
    """Give the task of a draw that was prepared, so it exists."""
    found = history.get(Task, task)
    assert found is not None
    return found


def pool_now(task: Task, history: History) -> Pool:
    """Give the pool and exclusions of a task on this history.

    An entity counts as inspected with the draw that stands, whatever came of the visit, so that a cap holds between
    tasks that are drawn side by side.
    """
    drawn: dict[str, int] = {}
    year = task.row.window_from[:4]
    for one in history.all(Draw):
        if not one.voided and task_of(one.task, history).row.window_from.startswith(year):
            for entity in one.selected:
                drawn[entity] = drawn.get(entity, 0) + 1
    return entities_pool(task.row, drawn, history)


def require_in_time(task: Task, context: Context) -> None:
    """Refuse a draw for visits that could not be held any more."""
    if china_date(context.now) > task.row.window_to:
        detail = f"抽查时间已于 {task.row.window_to} 结束 / the window has ended"
        raise DomainError("outside-window", detail)


def require_disinterested(
    task: Task, context: Context, others: tuple[str, ...], *, apart_from: tuple[str, ...] = ()
) -> None:
    """Whoever runs or voids a draw is no officer who may be drawn, no witness, and not one of `apart_from`."""
    if context.actor.id in {*task.officers, *others, *apart_from}:
        detail = "办理人、见证人须为不同的人，且不得是可能被抽中的执法人员 / those who act and witness differ and cannot be drawn"
        raise DomainError("own-act", detail)
