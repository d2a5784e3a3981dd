"""Every event type there is: its stored name and its class. A stored name never changes; a new shape is a new version.

The shapes before it stay readable: `domain.upcasting`.
"""

from __future__ import annotations

from domain import (
    clock,
    deadlines,
    holidays,
    items,
    organisation,
    plan,
    signing_keys,
    task,
    vrf_keys,
)
from domain import draw_commands as draw
from domain import inspection_commands as inspection
from domain import personnel_commands as personnel
from domain import registry_commands as registry
from domain import replacement_commands as replacement
from domain import subject_commands as subject
from domain.genesis import LedgerOpened

NAMES: dict[str, type] = {
    "ledger.opened.v1": LedgerOpened,
    "department.added.v1": organisation.DepartmentAdded,
    "staff.added.v1": organisation.StaffAdded,
    "staff.roles_changed.v1": organisation.StaffRolesChanged,
    "staff.password_issued.v1": organisation.PasswordIssued,
    "staff.suspended.v1": organisation.StaffSuspended,
    "calendar.recorded.v1": holidays.HolidaysRecorded,
    "deadlines.set.v1": deadlines.DeadlinesSet,
    "item.added.v1": items.ItemAdded,
    "item.claimed.v1": items.ItemClaimed,
    "item.reviewed.v1": items.ItemReviewed,
    "item.published.v1": items.ItemPublished,
    "entity.added.v1": registry.EntityAdded,
    "entity.changed.v1": registry.EntityChanged,
    "entity.exempted.v1": registry.Exempted,
    "entity.visit_recorded.v1": registry.VisitRecorded,
    "officer.added.v1": registry.OfficerAdded,
    "officer.changed.v1": registry.OfficerChanged,
    "officer.recusal_declared.v1": personnel.RecusalDeclared,
    "officer.trained.v1": personnel.OfficerTrained,
    "officer.leave_recorded.v1": personnel.LeaveRecorded,
    "registry.relation_recorded.v1": personnel.RelationRecorded,
    "registry.relation_ended.v2": personnel.RelationEnded,
    "expert.added.v1": registry.ExpertAdded,
    "expert.changed.v1": registry.ExpertChanged,
    "registry.suspended.v1": registry.Suspended,
    "registry.restored.v1": registry.Restored,
    "registry.change_confirmed.v1": registry.ChangeConfirmed,
    "registry.change_rejected.v1": registry.ChangeRejected,
    "plan.drafted.v1": plan.PlanDrafted,
    "plan.amended.v1": plan.PlanAmended,
    "plan.reviewed.v1": plan.PlanReviewed,
    "plan.collated.v1": plan.PlanCollated,
    "plan.published.v1": plan.PlanPublished,
    "task.opened.v1": task.TaskOpened,
    "task.confirmed.v1": task.TaskConfirmed,
    "task.completed.v1": task.TaskCompleted,
    "vrf_key.enrolled.v1": vrf_keys.VrfKeyEnrolled,
    "vrf_key.revoked.v1": vrf_keys.VrfKeyRevoked,
    "signing_key.enrolled.v1": signing_keys.SigningKeyEnrolled,
    "signing_key.confirmed.v1": signing_keys.SigningKeyConfirmed,
    "signing_key.replaced.v1": signing_keys.SigningKeyReplaced,
    "signing_key.revoked.v1": signing_keys.SigningKeyRevoked,
    "signing.made_mandatory.v1": signing_keys.SigningMadeMandatory,
    "draw.prepared.v1": draw.DrawPrepared,
    "draw.paper_entered.v1": draw.PaperEntered,
    "draw.witness_committed.v1": draw.WitnessCommitted,
    "draw.committed.v1": draw.DrawCommitted,
    "draw.covered.v2": draw.DrawCovered,
    "draw.lottery_entered.v1": draw.LotteryEntered,
    "draw.source_revealed.v1": draw.SourceRevealed,
    "draw.computed.v1": draw.DrawComputed,
    "draw.disclosed.v1": draw.DrawDisclosed,
    "draw.looked_at.v1": draw.DrawLookedAt,
    "draw.void_requested.v1": draw.VoidRequested,
    "draw.voided.v1": draw.DrawVoided,
    "draw.void_declined.v1": draw.VoidDeclined,
    "assignment.committed.v1": draw.AssignmentCommitted,
    "assignment.computed.v1": draw.AssignmentComputed,
    "inspection.assigned.v1": inspection.InspectionAssigned,
    "inspection.notified.v1": inspection.InspectionNotified,
    "inspection.conflict_declared.v1": replacement.ConflictDeclared,
    "inspection.replacement_requested.v1": replacement.ReplacementRequested,
    "inspection.replacement_declined.v1": replacement.ReplacementDeclined,
    "inspection.seat_vacated.v1": replacement.SeatVacated,
    "inspection.seat_filled.v1": replacement.SeatFilled,
    "inspection.checked_in.v1": inspection.OfficerCheckedIn,
    "inspection.checked_out.v1": inspection.OfficerCheckedOut,
    "inspection.result_entered.v1": inspection.ResultEntered,
    "inspection.result_confirmed.v1": inspection.ResultConfirmed,
    "inspection.result_reviewed.v1": inspection.ResultReviewed,
    "inspection.correction_ordered.v1": inspection.CorrectionOrdered,
    "inspection.correction_verified.v1": inspection.CorrectionVerified,
    "inspection.closing_requested.v1": inspection.ClosingRequested,
    "inspection.closed.v1": inspection.InspectionClosed,
    "inspection.result_published.v1": inspection.ResultPublished,
    "clock.jumped.v1": clock.ClockJumped,
    "subject.held.v1": subject.SubjectHeld,
    "subject.released.v1": subject.SubjectReleased,
    "subject.erasure_requested.v1": subject.ErasureRequested,
    "subject.erasure_declined.v1": subject.ErasureDeclined,
    "subject.erased.v1": subject.SubjectErased,
}

_BY_CLASS: dict[type, str] = {event: name for name, event in NAMES.items()}


def name_of(event: object) -> str:
    """The stored name of an event."""
    return _BY_CLASS[type(event)]
