"""The checklist of an inspection item 检查要点: which points to look at. Drafted by who claimed the item, approved by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.errors import DomainError
from domain.facts import Fact
from domain.items import Item
from domain.organisation import require_own_department
from domain.rules import require_other_person, require_reason, require_slug, require_text

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Answer = Literal["yes", "no", "not-applicable"]
MAX_POINTS = 200


@dataclass(frozen=True, kw_only=True)
class Point:
    """One thing to look at: what is asked, so that "yes" means that nothing is wrong, and the clause it stands on."""

    id: str
    text: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class DraftChecklist:
    """Write the checklist of an item, or write it anew; it holds once somebody else has approved it."""

    item: str
    points: tuple[Point, ...]

    @property
    def stream(self) -> str:
        return f"checklist/{self.item}"


@dataclass(frozen=True, kw_only=True)
class ReviewChecklist:
    """Approve the draft of this `version` of the stream, or return it with a remark."""

    item: str
    version: int
    approve: bool
    remark: str

    @property
    def stream(self) -> str:
        return f"checklist/{self.item}"


ChecklistCommand = DraftChecklist | ReviewChecklist


@dataclass(frozen=True, kw_only=True)
class ChecklistDrafted:
    """A checklist was written and waits for approval."""

    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class ChecklistReviewed:
    """A second person approved or returned the draft of this `version`."""

    version: int
    approved: bool
    remark: str


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A checklist as it stands: `points` hold since the approval of draft `version` (0: none yet), `draft` waits."""

    item: str
    points: tuple[Point, ...] = ()
    version: int = 0
    draft: tuple[Point, ...] = ()
    draft_version: int = 0
    drafted_by: str | None = None


def decide(
    state: Checklist | None, command: ChecklistCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    item = history.get(Item, command.item)
    if item is None:
        detail = f"事项 {command.item} 不在清单中 / item is not on the list"
        raise DomainError("unknown-item", detail)
    if item.department is None:
        detail = f"事项 {command.item} 尚未认领 / nobody claimed the item yet"
        raise DomainError("wrong-stage", detail)
    require_own_department(context, history, item.department)
    event: object
    match command:
        case DraftChecklist():
            _require_points(command.points)
            event = ChecklistDrafted(points=command.points)
        case ReviewChecklist():
            event = _review(state, command, context)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _require_points(points: tuple[Point, ...]) -> None:
    if not 1 <= len(points) <= MAX_POINTS:
        detail = f"检查要点须有 1 至 {MAX_POINTS} 条 / a checklist has 1 to {MAX_POINTS} points"
        raise DomainError("checklist-invalid", detail)
    for point in points:
        require_slug(point.id, "points.id")
        require_text(point.text, f"{point.id}.text")
    if len({point.id for point in points}) < len(points):
        raise DomainError("duplicate-id", "points.id: 重复 / stands twice")


def _review(
    state: Checklist | None, command: ReviewChecklist, context: Context
) -> ChecklistReviewed:
    if state is None or state.drafted_by is None or state.draft_version != command.version:
        detail = (
            f"{command.item}: 没有待审核的第 {command.version} 版 / no draft of this version waits"
        )
        raise DomainError("nothing-to-confirm", detail)
    require_other_person(context, state.drafted_by, "检查要点审核 / review of a checklist")
    if not command.approve:
        require_reason(command.remark)
    return ChecklistReviewed(
        version=command.version, approved=command.approve, remark=command.remark
    )


def evolve(state: Checklist | None, recorded: Recorded, _history: History) -> Checklist:
    """Fold one fact."""
    checklist = state or Checklist(item=recorded.stream.partition("/")[2])
    match recorded.event:
        case ChecklistDrafted(points=points):
            return replace(
                checklist,
                draft=points,
                draft_version=recorded.version,
                drafted_by=recorded.actor.id,
            )
        case ChecklistReviewed(approved=True):
            return replace(
                checklist,
                points=checklist.draft,
                version=checklist.draft_version,
                draft=(),
                drafted_by=None,
            )
        case ChecklistReviewed():
            return replace(checklist, draft=(), drafted_by=None)
        case _:
            return checklist
