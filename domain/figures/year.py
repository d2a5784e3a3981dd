"""The facts of one plan year on which its figures rest, folded from the ledger's events up to a leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.deadlines import Deadlines, DeadlinesSet, Reckoning
from domain.draw_commands import (
    AssignmentCommitted,
    AssignmentComputed,
    DrawCommitted,
    DrawComputed,
    DrawDisclosed,
    DrawPrepared,
    DrawVoided,
)
from domain.figures.facts import Beside, Campaign, Drawing, FollowUp, Mark, Visit
from domain.follow_up_commands import (
    CorrectionOrdered,
    CorrectionVerified,
    ExtensionApproved,
    FollowUpClosed,
    HandedOver,
    ReceiptRecorded,
)
from domain.holidays import HolidaysRecorded
from domain.inspection_commands import (
    InspectionAssigned,
    InspectionClosed,
    OfficerCheckedIn,
    OfficerCheckedOut,
    ResultEntered,
    ResultPublished,
)
from domain.plan import PlanAmended, PlanDrafted, PlanPublished
from domain.replacement_commands import SeatVacated
from domain.rules import china_date
from domain.task import TaskCompleted, TaskConfirmed, TaskOpened
from domain.visit_commands import CapturedOffline
from domain.working_days import YearTable

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.plan_rows import PlanRow


class Year:
    """What the events said, in their order; `beside` is set by whoever folds. `public` narrows to what everybody may know."""

    def __init__(self, *, public: bool = False) -> None:
        self.public = public
        self.campaigns: dict[str, Campaign] = {}
        self.draws: dict[str, Drawing] = {}
        self._visits: dict[str, Visit] = {}
        self._rows: tuple[PlanRow, ...] = ()
        self._deadlines = Deadlines()
        self._tables: dict[int, YearTable] = {}
        self.beside: Beside

    def apply(self, recorded: Recorded) -> None:
        """Fold the next event of the plan, its tasks, draws and inspections; and what deadlines are computed with."""
        kind, _, id_ = recorded.stream.partition("/")
        mark = Mark(leaf=recorded.leaf, day=china_date(recorded.recorded_at))
        match kind:
            case "plan":
                self._plan(recorded.event, mark)
            case "task" if id_ in self.campaigns:
                _went_on(self.campaigns[id_], recorded.event, mark)
            case "draw":
                self._draw(id_, recorded.event, mark)
            case "inspection":
                self._visit(id_, recorded, mark)
            case "deadlines" if isinstance(recorded.event, DeadlinesSet):
                self._deadlines = self._deadlines.taking(recorded.event.terms)
            case "calendar" if isinstance(recorded.event, HolidaysRecorded):
                off, working = (
                    frozenset(days) for days in (recorded.event.off, recorded.event.working)
                )
                self._tables[int(id_)] = YearTable(off=off, working=working)
            case _:
                pass

    @property
    def reckoning(self) -> Reckoning:
        """What deadlines are computed with."""
        return Reckoning(deadlines=self._deadlines, tables=self._tables)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The inspections that are no secret: begun, or of lists that are public. Of the public, begun is not enough."""
        return tuple(own for own in self._visits.values() if self._known(own))

    def disclosed(self, draw: str) -> bool:
        """Whether a draw is public."""
        own = self.draws.get(draw)
        return own is not None and own.disclosed is not None

    def _known(self, visit: Visit) -> bool:
        if visit.editions or (visit.begun is not None and not self.public):
            return True
        return self.disclosed(visit.assigned.entities_draw) and self.disclosed(
            visit.assigned.officers_draw
        )

    def _plan(self, event: object, mark: Mark) -> None:
        if isinstance(event, PlanDrafted | PlanAmended):
            self._rows = event.rows
        elif isinstance(event, PlanPublished):
            for row in self._rows:
                own = self.campaigns.setdefault(row.number, Campaign(row=row, published=mark))
                own.row = row

    def _draw(self, id_: str, event: object, mark: Mark) -> None:
        if isinstance(event, DrawPrepared):
            self.draws[id_] = Drawing(
                id=id_, task=event.task, stage=event.stage, again=bool(event.predecessors)
            )
            return
        own = self.draws[id_]
        match event:
            case DrawCommitted() | AssignmentCommitted():
                own.committed = mark
            case DrawComputed() | AssignmentComputed():
                own.computed = mark
            case DrawDisclosed():
                own.disclosed = mark
            case DrawVoided():
                own.voided = mark
            case _:
                pass

    def _visit(self, id_: str, recorded: Recorded, mark: Mark) -> None:
        event = recorded.event
        if isinstance(event, InspectionAssigned):
            self._visits[id_] = Visit(id=id_, assigned=event, at=mark)
            return
        own = self._visits[id_]
        match event:
            case OfficerCheckedIn():
                own.begun = own.begun or mark
            case OfficerCheckedOut():
                own.left_on = max(own.left_on or "", mark.day)
            case CapturedOffline(left_at=left_at):
                own.begun = own.begun or mark
                own.left_on = max(own.left_on or "", china_date(left_at))
            case ResultEntered():
                own.entered = event
            case ResultPublished() if own.entered is not None:
                own.editions.append((mark, own.entered))
            case InspectionClosed():
                own.closed = mark
            case SeatVacated(officer=officer):
                own.vacated[officer] = mark
            case _:
                _followed(own.follow_ups, event, mark)


def _went_on(campaign: Campaign, event: object, mark: Mark) -> None:
    match event:
        case TaskOpened():
            campaign.opened = mark
        case TaskConfirmed(department=department):
            campaign.confirmed[department] = mark
        case TaskCompleted():
            campaign.completed = mark
        case _:
            pass


def _followed(follow_ups: dict[int, FollowUp], event: object, mark: Mark) -> None:
    match event:
        case CorrectionOrdered(number=number, due=due):
            follow_ups[number] = FollowUp(begun=mark, due=due)
        case HandedOver(number=number, on=on):
            follow_ups[number] = FollowUp(begun=mark, due=on)
        case ExtensionApproved(number=number, due=due):
            follow_ups[number].due = due
        case CorrectionVerified(corrected=False):
            pass
        case CorrectionVerified() | ReceiptRecorded() | FollowUpClosed():
            own = follow_ups[event.number]
            own.settled = own.settled or mark
        case _:
            pass


FOLDED = (
    DeadlinesSet,
    HolidaysRecorded,
    PlanDrafted,
    PlanAmended,
    PlanPublished,
    TaskOpened,
    TaskConfirmed,
    TaskCompleted,
    DrawPrepared,
    DrawCommitted,
    AssignmentCommitted,
    DrawComputed,
    AssignmentComputed,
    DrawDisclosed,
    DrawVoided,
    InspectionAssigned,
    OfficerCheckedIn,
    OfficerCheckedOut,
    CapturedOffline,
    ResultEntered,
    ResultPublished,
    InspectionClosed,
    SeatVacated,
    CorrectionOrdered,
    HandedOver,
    ExtensionApproved,
    CorrectionVerified,
    ReceiptRecorded,
    FollowUpClosed,
)
