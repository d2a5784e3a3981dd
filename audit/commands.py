"""The command behind an event: what must have been asked for this to be recorded.

With it an audit asks the domain again, on the replayed history, whether the asked may be and what
follows. Personal data is left out: it is sealed, and no decision depends on it. Events that only
follow from another one (a computed list, an assigned inspection) have no command of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain import draw_commands as draw
from domain import inspection_commands as inspection
from domain import items, organisation, plan, task
from domain import registry_commands as registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.facts import Command

_NOTHING: dict[str, str] = {}


def command_behind(stream: str, event: object) -> Command | None:
    """Give the command of the first event of a decision, or None where no command leads to it.

    Raises whatever an impossible stream or event raises (ValueError, KeyError, …).
    """
    prefix, _, id_ = stream.partition("/")
    command: Command | None = None
    if (build := _BY_EVENT.get(type(event))) is not None:
        command = build(id_, event)
    elif (build_for := _BY_REGISTRY_EVENT.get(type(event))) is not None:
        command = build_for(prefix, id_, event)
    return command


_BY_EVENT: dict[type, Callable[[str, Any], Any]] = {
    organisation.DepartmentAdded: lambda id_, e: organisation.AddDepartment(
        id=id_, name=e.name, collates=e.collates
    ),
    organisation.StaffAdded: lambda id_, e: organisation.AddStaff(
        id=id_, department=e.department, roles=e.roles, personal=_NOTHING
    ),
    organisation.StaffRolesChanged: lambda id_, e: organisation.ChangeStaffRoles(
        id=id_, roles=e.roles, reason=e.reason
    ),
    organisation.PasswordIssued: lambda id_, _: organisation.IssuePassword(id=id_),
    organisation.StaffSuspended: lambda id_, e: organisation.SuspendStaff(id=id_, reason=e.reason),
    items.ItemAdded: lambda id_, e: items.AddItem(code=id_, details=e.details, source=e.source),
    items.ItemClaimed: lambda id_, e: items.ClaimItem(
        code=id_,
        department=e.department,
        mandate=e.mandate,
        supervision_code=e.supervision_code,
    ),
    items.ItemReviewed: lambda id_, e: items.ReviewItem(
        code=id_, approve=e.approved, remark=e.remark
    ),
    items.ItemPublished: lambda id_, _: items.PublishItem(code=id_),
    registry.EntityAdded: lambda id_, e: registry.AddEntity(
        id=id_,
        details=e.details,
        source=e.source,
        override_reason=e.override_reason,
        personal=_NOTHING,
    ),
    registry.OfficerAdded: lambda id_, e: registry.AddOfficer(
        id=id_, details=e.details, source=e.source, personal=_NOTHING
    ),
    registry.ExpertAdded: lambda id_, e: registry.AddExpert(
        id=id_, details=e.details, source=e.source, personal=_NOTHING
    ),
    registry.EntityChanged: lambda id_, e: registry.ChangeEntity(
        id=id_, details=e.details, reason=e.reason, personal=_NOTHING
    ),
    registry.OfficerChanged: lambda id_, e: registry.ChangeOfficer(
        id=id_, details=e.details, reason=e.reason, personal=_NOTHING
    ),
    registry.ExpertChanged: lambda id_, e: registry.ChangeExpert(
        id=id_, details=e.details, reason=e.reason, personal=_NOTHING
    ),
    registry.VisitRecorded: lambda id_, e: registry.RecordVisit(
        id=id_, on=e.on, reference=e.reference
    ),
    registry.RecusalDeclared: lambda id_, e: registry.DeclareRecusal(
        id=id_, entity=e.entity, reason=""
    ),
    registry.OfficerTrained: lambda id_, e: registry.RecordTraining(
        id=id_, course=e.course, on=e.on
    ),
    plan.PlanDrafted: lambda id_, e: plan.DraftPlan(
        year=int(id_),
        title=e.title,
        document_number=e.document_number,
        issuer=e.issuer,
        rows=e.rows,
    ),
    plan.PlanAmended: lambda id_, e: plan.AmendPlan(year=int(id_), rows=e.rows, reason=e.reason),
    plan.PlanReviewed: lambda id_, e: plan.ReviewPlan(
        year=int(id_), version=e.version, approve=e.approved, remark=e.remark
    ),
    plan.PlanCollated: lambda id_, _: plan.CollatePlan(year=int(id_)),
    plan.PlanPublished: lambda id_, _: plan.PublishPlan(year=int(id_)),
    task.TaskOpened: lambda id_, e: task.OpenTask(
        plan_number=id_, plan_year=e.plan_year, scheme=e.scheme
    ),
    task.TaskConfirmed: lambda id_, e: task.ConfirmTask(
        plan_number=id_,
        department=e.department,
        items=e.items,
        officers=e.officers,
        statement=e.statement,
    ),
    task.TaskCompleted: lambda id_, _: task.CompleteTask(plan_number=id_),
    draw.DrawPrepared: lambda id_, e: draw.PrepareDraw(
        draw_id=id_, task=e.task, stage=e.stage, witnesses=e.witnesses
    ),
    draw.WitnessCommitted: lambda id_, e: draw.BringCommitment(draw_id=id_, commit=e.commit),
    draw.DrawCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.AssignmentCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.SourceRevealed: lambda id_, e: draw.RevealSource(draw_id=id_, nonce=e.revealed["nonce"]),
    draw.DrawDisclosed: lambda id_, _: draw.DiscloseDraw(draw_id=id_),
    draw.VoidRequested: lambda id_, e: draw.RequestVoid(draw_id=id_, reason=e.reason),
    draw.DrawVoided: lambda id_, _: draw.ApproveVoid(draw_id=id_),
    inspection.InspectionNotified: lambda id_, e: inspection.Notify(
        inspection=id_, notice_number=e.notice_number
    ),
    inspection.OfficerCheckedIn: lambda id_, _: inspection.CheckIn(inspection=id_),
    inspection.OfficerCheckedOut: lambda id_, _: inspection.CheckOut(inspection=id_),
    inspection.ResultEntered: lambda id_, e: inspection.EnterResult(
        inspection=id_, category=e.category, items=e.items
    ),
    inspection.ResultConfirmed: lambda id_, _: inspection.ConfirmResult(inspection=id_),
    inspection.ResultReviewed: lambda id_, e: inspection.ReviewResult(
        inspection=id_, approve=e.approved, remark=e.remark
    ),
    inspection.CorrectionOrdered: lambda id_, e: inspection.OrderCorrection(
        inspection=id_, requirement=e.requirement, due=e.due
    ),
    inspection.CorrectionVerified: lambda id_, e: inspection.VerifyCorrection(
        inspection=id_, corrected=e.corrected, evidence=e.evidence
    ),
    inspection.ResultPublished: lambda id_, _: inspection.PublishResult(inspection=id_),
}

_BY_REGISTRY_EVENT: dict[type, Callable[[Any, str, Any], Any]] = {
    registry.Suspended: lambda kind, id_, e: registry.Suspend(
        registry=kind, id=id_, reason=e.reason
    ),
    registry.Restored: lambda kind, id_, e: registry.Restore(
        registry=kind, id=id_, reason=e.reason
    ),
    registry.ChangeConfirmed: lambda kind, id_, e: registry.ConfirmChange(
        registry=kind, id=id_, version=e.version
    ),
    registry.ChangeRejected: lambda kind, id_, e: registry.RejectChange(
        registry=kind, id=id_, version=e.version, reason=e.reason
    ),
}
