"""The command behind an event: what must have been asked for this to be recorded.

With it an audit asks the domain again, on the replayed history, whether the asked may be and what
follows. Personal data is left out: it is sealed, and no decision depends on it. Events that only
follow from another one (a computed list, an assigned inspection) have no command of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain import (
    amendments,
    batches,
    checklists,
    classification,
    clock,
    deadlines,
    entity_records,
    findings,
    holidays,
    item_versions,
    items,
    organisation,
    other_checks,
    plan,
    plan_answers,
    plan_standards,
    publicity,
    reconciliation,
    review_log,
    schemes,
    signing_keys,
    task,
    task_days,
    training,
    visit_standard,
    vrf_keys,
)
from domain import appointment_state as appointment
from domain import draw_commands as draw
from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import personnel_commands as personnel
from domain import registry_commands as registry
from domain import replacement_commands as replacement
from domain import subject_commands as subject
from domain import visit_commands as visit
from domain.draw_state import Draw
from domain.judgements import standing
from domain.lottery import chains
from domain.lottery.entropy import Drand, Lottery, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.facts import Command, Recorded
    from domain.history import History

_NOTHING: dict[str, str] = {}
_SEALED = "sealed"  # where a decision asks only that something is said


def command_behind(recorded: Recorded, history: History) -> Command | None:
    """Give the command of the first event of a decision, or None where no command leads to it.

    `history` is that before the event. Raises whatever an impossible stream or event raises (ValueError, KeyError, …).
    """
    event = recorded.event
    prefix, _, id_ = recorded.stream.partition("/")
    command: Command | None = None
    if (build := _BY_EVENT.get(type(event))) is not None:
        command = build(id_, event)
    elif (build_for := _BY_REGISTRY_EVENT.get(type(event))) is not None:
        kind, _, entry = id_.partition("/") if prefix == "subject" else (prefix, "", id_)
        command = build_for(kind, entry, event)
    elif (build_judgement := _BY_JUDGEMENT.get(type(event))) is not None:
        command = build_judgement(id_, event, standing(recorded.stream, history))
    elif isinstance(event, draw.WitnessCommitted):
        command = _handed_in(id_, event, recorded.actor.id)
    elif isinstance(event, draw.LotteryEntered):
        command = _opened(id_, event.index, {"numbers": event.numbers}, history)
    elif isinstance(event, draw.SourceRevealed):
        command = _opened(id_, event.index, event.revealed, history)
    return command


def _handed_in(draw_id: str, event: draw.WitnessCommitted, by: str) -> Command:
    if by == event.who:
        return draw.BringCommitment(draw_id=draw_id, commit=event.commit)
    return draw.EnterPaper(draw_id=draw_id, who=event.who, commit=event.commit)


def _prepared(draw_id: str, event: draw.DrawPrepared) -> Command:
    if event.seat is not None:
        return draw.PrepareReplacement(
            draw_id=draw_id,
            seat=event.seat,
            witnesses=event.witnesses,
            lotteries=event.lotteries,
        )
    stage: Any = (
        event.stage
    )  # one without a seat is of entities or officers; decided again, it is refused otherwise
    return draw.PrepareDraw(
        draw_id=draw_id,
        task=event.task,
        stage=stage,
        witnesses=event.witnesses,
        lotteries=event.lotteries,
    )


def _vocabulary(id_: str, event: classification.VocabularySet) -> Command:
    registry: Any = id_  # decided again, a stream of another name is refused
    return classification.SetVocabulary(registry=registry, tags=event.tags, basis=event.basis)


def _opened(
    draw_id: str, index: int, revealed: Mapping[str, Any], history: History
) -> Command | None:
    """What was opened is told by the source that stands in this place of the commitment."""
    known = history.get(Draw, draw_id)
    match known.sources[index] if known else None:
        case Drand(chain=chain, round=round_):
            return draw.EnterBeacon(
                draw_id=draw_id,
                chain=chains.chain_of(chain).name,
                round=round_,
                signature=revealed["signature"],
                previous_signature=revealed.get("previous_signature"),
            )
        case Lottery(name=name, issue=issue):
            numbers = tuple(tuple(group) for group in revealed["numbers"])
            return draw.EnterLottery(draw_id=draw_id, name=name, issue=issue, numbers=numbers)
        case Witness():
            return draw.RevealSource(draw_id=draw_id, nonce=revealed["nonce"])
        case None:
            return None


def _together(id_: str) -> dict[str, str]:
    """The entity and the two tasks of an appointment."""
    entity, task, other = id_.rsplit(":", 2)
    return {"entity": entity, "task": task, "other": other}


def _same(command: type, id_field: str, **besides: object) -> Callable[[str, Any], Any]:
    """The stream names what is acted on, and the event says the rest in the same words, but for what is sealed."""
    return lambda id_, event: command(**{id_field: id_}, **besides, **vars(event))


def _judged(command: type, id_field: str) -> Callable[[str, Any, int], Any]:
    """The same for what was judged at the version that stood."""
    return lambda id_, event, version: command(**{id_field: id_}, version=version, **vars(event))


_BY_EVENT: dict[type, Callable[[str, Any], Any]] = {
    organisation.DepartmentAdded: _same(organisation.AddDepartment, "id"),
    organisation.StaffAdded: _same(organisation.AddStaff, "id", personal=_NOTHING),
    organisation.StaffRolesChanged: _same(organisation.ChangeStaffRoles, "id"),
    organisation.PasswordIssued: _same(organisation.IssuePassword, "id"),
    organisation.StaffSuspended: _same(organisation.SuspendStaff, "id"),
    holidays.HolidaysRecorded: lambda id_, e: holidays.RecordHolidays(
        year=int(id_), off=e.off, working=e.working, source=e.source
    ),
    deadlines.DeadlinesSet: lambda _, e: deadlines.SetDeadlines(terms=e.terms),
    items.ItemAdded: _same(items.AddItem, "code"),
    items.ItemClaimed: _same(items.ClaimItem, "code"),
    items.ItemPublished: _same(items.PublishItem, "code"),
    item_versions.ItemReleased: _same(item_versions.ReleaseItem, "code"),
    item_versions.ItemMapped: _same(item_versions.MapItem, "code"),
    item_versions.ItemRevisionProposed: _same(item_versions.ReviseItem, "code"),
    item_versions.ItemWithdrawalProposed: _same(item_versions.WithdrawItem, "code"),
    item_versions.ItemProposalReviewed: lambda id_, e: item_versions.ReviewItemProposal(
        code=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    classification.VocabularySet: _vocabulary,
    checklists.ChecklistDrafted: _same(checklists.DraftChecklist, "item"),
    checklists.ChecklistReviewed: lambda id_, e: checklists.ReviewChecklist(
        item=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    visit_standard.StandardAdopted: lambda _, e: visit_standard.AdoptStandard(
        terms=e.terms, reason=e.reason
    ),
    registry.EntityAdded: _same(registry.AddEntity, "id", personal=_NOTHING),
    registry.OfficerAdded: _same(registry.AddOfficer, "id", personal=_NOTHING),
    registry.ExpertAdded: _same(registry.AddExpert, "id", personal=_NOTHING),
    registry.EntityChanged: _same(registry.ChangeEntity, "id", personal=_NOTHING),
    registry.OfficerChanged: _same(registry.ChangeOfficer, "id", personal=_NOTHING),
    registry.ExpertChanged: _same(registry.ChangeExpert, "id", personal=_NOTHING),
    registry.Exempted: _same(registry.ExemptEntity, "id"),
    registry.VisitRecorded: _same(registry.RecordVisit, "id"),
    entity_records.EntityLicensed: _same(entity_records.RecordLicence, "id"),
    entity_records.LicenceWithdrawn: _same(entity_records.WithdrawLicence, "id"),
    entity_records.CreditRated: _same(entity_records.RateCredit, "id"),
    entity_records.RatingWithdrawn: _same(entity_records.WithdrawRating, "id"),
    batches.BatchConfirmed: _same(batches.ConfirmBatch, "id"),
    batches.BatchRejected: _same(batches.RejectBatch, "id"),
    batches.BatchUndoProposed: lambda id_, e: batches.UndoBatch(
        id=id_, batch=e.batch, reason=e.reason
    ),
    reconciliation.ReconciliationOpened: lambda id_, e: reconciliation.OpenReconciliation(
        id=id_,
        registry=e.registry,
        kinds=e.kinds,
        source=e.source,
        document=e.document,
        listed=e.listed,
    ),
    reconciliation.DifferenceDecided: _same(reconciliation.DecideDifference, "id"),
    personnel.RecusalDeclared: _same(personnel.DeclareRecusal, "id", reason=_SEALED),
    personnel.OfficerTrained: _same(personnel.RecordTraining, "id"),
    personnel.LeaveRecorded: _same(personnel.RecordLeave, "id", reason=_SEALED),
    training.TrainingSessionRecorded: _same(training.RecordTrainingSession, "id"),
    training.TrainingSessionConfirmed: _same(training.ConfirmTrainingSession, "id"),
    training.TrainingSessionRejected: _same(training.RejectTrainingSession, "id"),
    publicity.PublicityRecorded: _same(publicity.RecordPublicity, "id"),
    publicity.PublicityWithdrawn: _same(publicity.WithdrawPublicity, "id"),
    plan_standards.PlanStandardsSet: lambda _, e: plan_standards.SetPlanStandards(
        floors=e.floors, min_entities=e.min_entities, basis=e.basis
    ),
    plan.PlanDrafted: lambda id_, e: plan.DraftPlan(
        year=int(id_),
        title=e.title,
        document_number=e.document_number,
        issuer=e.issuer,
        rows=e.rows,
    ),
    plan.PlanAmended: lambda id_, e: plan.AmendPlan(year=int(id_), rows=e.rows, reason=e.reason),
    plan_answers.WarningAnswered: lambda id_, e: plan_answers.AnswerWarning(
        year=int(id_), version=e.version, warning=e.warning, reason=e.reason
    ),
    plan_answers.RowReturned: lambda id_, e: plan_answers.ReturnRow(
        year=int(id_), row=e.row, remark=e.remark
    ),
    plan.PlanReviewed: lambda id_, e: plan.ReviewPlan(
        year=int(id_), version=e.version, approve=e.approved, remark=e.remark
    ),
    plan.PlanCollated: lambda id_, _: plan.CollatePlan(year=int(id_)),
    plan.PlanPublished: lambda id_, _: plan.PublishPlan(year=int(id_)),
    schemes.SchemeDrafted: _same(schemes.DraftScheme, "plan_number"),
    schemes.SchemeReviewed: lambda id_, e: schemes.ReviewScheme(
        plan_number=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    schemes.SchemePublished: lambda id_, _: schemes.PublishScheme(plan_number=id_),
    task.TaskOpened: lambda id_, e: task.OpenTask(
        plan_number=id_, plan_year=e.plan_year, scheme=e.scheme
    ),
    task_days.TrainingDemanded: _same(task_days.DemandTraining, "plan_number"),
    task_days.DaysOffered: _same(task_days.OfferDays, "plan_number"),
    task.TaskConfirmed: _same(task.ConfirmTask, "plan_number"),
    task.TaskCompleted: lambda id_, _: task.CompleteTask(plan_number=id_),
    draw.DrawPrepared: _prepared,
    draw.PaperEntered: _same(draw.EnterPaper, "draw_id"),
    draw.DrawCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.AssignmentCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.DrawCovered: _same(draw.CoverDraw, "draw_id"),
    draw.DrawLookedAt: _same(draw.LookAtDraw, "draw_id"),
    draw.DrawDisclosed: _same(draw.DiscloseDraw, "draw_id"),
    draw.VoidRequested: _same(draw.RequestVoid, "draw_id"),
    vrf_keys.VrfKeyEnrolled: _same(vrf_keys.EnrolVrfKey, "public_key"),
    vrf_keys.VrfKeyRevoked: _same(vrf_keys.RevokeVrfKey, "public_key"),
    signing_keys.SigningKeyEnrolled: lambda id_, e: signing_keys.EnrolSigningKey(
        public_key=id_, suite=e.suite, proof=e.proof
    ),
    signing_keys.SigningKeyConfirmed: _same(signing_keys.ConfirmSigningKey, "public_key"),
    signing_keys.SigningKeyRevoked: _same(signing_keys.RevokeSigningKey, "public_key"),
    signing_keys.SigningMadeMandatory: lambda _id, _e: signing_keys.MakeSigningMandatory(),
    appointment.AppointmentProposed: lambda id_, e: appointment.ProposeAppointment(
        **_together(id_), on=e.on
    ),
    appointment.AppointmentAgreed: lambda id_, _: appointment.AgreeAppointment(**_together(id_)),
    appointment.AppointmentDeclined: lambda id_, e: appointment.DeclineAppointment(
        **_together(id_), reason=e.reason
    ),
    appointment.AppointmentDissolved: lambda id_, e: appointment.DissolveAppointment(
        **_together(id_), reason=e.reason
    ),
    other_checks.OtherCheckRecorded: _same(other_checks.RecordOtherCheck, "id"),
    inspection.InspectionNotified: _same(inspection.Notify, "inspection"),
    replacement.ConflictDeclared: _same(replacement.Declare, "inspection", reason=_SEALED),
    replacement.ReplacementRequested: _same(
        replacement.RequestReplacement, "inspection", reason=_SEALED
    ),
    inspection.OfficerCheckedIn: _same(inspection.CheckIn, "inspection"),
    inspection.OfficerCheckedOut: _same(inspection.CheckOut, "inspection"),
    visit.NoticeWritten: lambda id_, e: visit.WriteNotice(inspection=id_, **vars(e)),
    visit.CapturedOffline: lambda id_, e: visit.UploadVisit(inspection=id_, **vars(e)),
    visit.PositionRecorded: lambda id_, e: visit.RecordPosition(inspection=id_, **vars(e)),
    visit.EvidenceAttached: lambda id_, e: visit.AttachEvidence(
        inspection=id_, caption=_SEALED, **vars(e)
    ),
    visit.ChecklistAnswered: lambda id_, e: visit.AnswerChecklist(inspection=id_, **vars(e)),
    visit.OutcomeRecorded: lambda id_, e: visit.RecordOutcome(
        inspection=id_, account=_SEALED, **vars(e)
    ),
    visit.Acknowledged: _same(visit.Acknowledge, "inspection", statement=_SEALED),
    findings.FindingsEntered: lambda id_, e: findings.EnterFindings(inspection=id_, items=e.items),
    findings.FindingsConfirmed: lambda id_, e: findings.ConfirmFindings(inspection=id_, **vars(e)),
    review_log.ReviewOpened: lambda id_, e: review_log.OpenReview(inspection=id_, **vars(e)),
    amendments.AmendmentRequested: lambda id_, e: amendments.RequestAmendment(
        inspection=id_, **vars(e)
    ),
    inspection.ResultEntered: _same(inspection.EnterResult, "inspection"),
    inspection.ClosingRequested: _same(inspection.RequestClosing, "inspection"),
    inspection.ResultPublished: _same(inspection.PublishResult, "inspection"),
    follow_up.CorrectionOrdered: lambda id_, e: follow_up.OrderCorrection(
        inspection=id_, items=e.items, requirement=e.requirement, due=e.due
    ),
    follow_up.ExtensionRequested: _same(follow_up.RequestExtension, "inspection"),
    follow_up.HandedOver: lambda id_, e: follow_up.HandOver(
        inspection=id_,
        kind=e.kind,
        items=e.items,
        matter=e.matter,
        body=e.body,
        document_number=e.document_number,
        on=e.on,
    ),
    follow_up.ReceiptRecorded: _same(follow_up.RecordReceipt, "inspection"),
    follow_up.FollowUpClosed: _same(follow_up.CloseFollowUp, "inspection"),
    follow_up.FollowUpEscalated: lambda id_, e: follow_up.EscalateFollowUp(
        inspection=id_, number=e.number
    ),
    clock.ClockJumped: lambda _, e: clock.NoteJump(
        jump_ms=None if e.against == "ledger" else e.wall_ms - e.expected_ms
    ),
}

_BY_REGISTRY_EVENT: dict[type, Callable[[Any, str, Any], Any]] = {
    personnel.RelationRecorded: lambda kind, id_, e: personnel.RecordRelation(
        registry=kind, id=id_, entity=e.entity, relation=e.relation, detail=_SEALED
    ),
    personnel.RelationEnded: lambda kind, id_, e: personnel.EndRelation(
        registry=kind, id=id_, entity=e.entity, reason=_SEALED
    ),
    classification.EntryTagged: lambda kind, id_, e: classification.TagEntry(
        registry=kind, id=id_, add=e.add, remove=e.remove, reason=e.reason
    ),
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
    subject.SubjectHeld: lambda kind, id_, e: subject.HoldSubject(
        registry=kind, id=id_, reference=e.reference, reason=e.reason
    ),
    subject.ErasureRequested: lambda kind, id_, e: subject.RequestErasure(
        registry=kind, id=id_, basis=e.basis
    ),
}

# Where nobody signed, what was seen is what there was.
_BY_JUDGEMENT: dict[type, Callable[[str, Any, int], Any]] = {
    items.ItemReviewed: lambda id_, e, version: items.ReviewItem(
        code=id_, version=version, approve=e.approved, remark=e.remark
    ),
    draw.DrawVoided: lambda id_, _, version: draw.ApproveVoid(draw_id=id_, version=version),
    draw.VoidDeclined: _judged(draw.DeclineVoid, "draw_id"),
    replacement.SeatVacated: lambda id_, e, version: replacement.ApproveReplacement(
        inspection=id_, version=version, officer=e.officer
    ),
    replacement.ReplacementDeclined: _judged(replacement.DeclineReplacement, "inspection"),
    inspection.ResultConfirmed: _judged(inspection.ConfirmResult, "inspection"),
    inspection.ResultReviewed: lambda id_, e, version: inspection.ReviewResult(
        inspection=id_, version=version, approve=e.approved, remark=e.remark
    ),
    follow_up.ExtensionApproved: lambda id_, e, version: follow_up.ApproveExtension(
        inspection=id_, version=version, number=e.number
    ),
    follow_up.ExtensionDeclined: _judged(follow_up.DeclineExtension, "inspection"),
    follow_up.CorrectionVerified: lambda id_, e, version: follow_up.VerifyCorrection(
        inspection=id_, version=version, **vars(e)
    ),
    amendments.AmendmentDeclined: _judged(amendments.DeclineAmendment, "inspection"),
    inspection.InspectionClosed: lambda id_, _, version: inspection.ApproveClosing(
        inspection=id_, version=version
    ),
    subject.SubjectReleased: lambda id_, e, version: subject.ReleaseSubject(
        **_whose(id_), version=version, reference=e.reference, reason=e.reason
    ),
    subject.ErasureDeclined: lambda id_, e, version: subject.DeclineErasure(
        **_whose(id_), version=version, reason=e.reason
    ),
    subject.SubjectErased: lambda id_, _, version: subject.ApproveErasure(
        **_whose(id_), version=version
    ),
}


def _whose(id_: str) -> dict[str, Any]:
    registry_, _, entry = id_.partition("/")
    return {"registry": registry_, "id": entry}
