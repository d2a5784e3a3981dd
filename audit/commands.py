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
    holidays.HolidaysRecorded: lambda id_, e: holidays.RecordHolidays(
        year=int(id_), off=e.off, working=e.working, source=e.source
    ),
    deadlines.DeadlinesSet: lambda _, e: deadlines.SetDeadlines(terms=e.terms),
    items.ItemAdded: lambda id_, e: items.AddItem(code=id_, details=e.details, source=e.source),
    items.ItemClaimed: lambda id_, e: items.ClaimItem(
        code=id_,
        department=e.department,
        mandate=e.mandate,
        supervision_code=e.supervision_code,
    ),
    items.ItemPublished: lambda id_, _: items.PublishItem(code=id_),
    item_versions.ItemReleased: lambda id_, e: item_versions.ReleaseItem(code=id_, reason=e.reason),
    item_versions.ItemMapped: lambda id_, e: item_versions.MapItem(
        code=id_, supervision_code=e.supervision_code, reason=e.reason
    ),
    item_versions.ItemRevisionProposed: lambda id_, e: item_versions.ReviseItem(
        code=id_, details=e.details, valid_from=e.valid_from, reason=e.reason
    ),
    item_versions.ItemWithdrawalProposed: lambda id_, e: item_versions.WithdrawItem(
        code=id_, on=e.on, reason=e.reason
    ),
    item_versions.ItemProposalReviewed: lambda id_, e: item_versions.ReviewItemProposal(
        code=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    classification.VocabularySet: _vocabulary,
    checklists.ChecklistDrafted: lambda id_, e: checklists.DraftChecklist(
        item=id_, points=e.points
    ),
    checklists.ChecklistReviewed: lambda id_, e: checklists.ReviewChecklist(
        item=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    visit_standard.StandardAdopted: lambda _, e: visit_standard.AdoptStandard(
        terms=e.terms, reason=e.reason
    ),
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
    registry.Exempted: lambda id_, e: registry.ExemptEntity(
        id=id_, decision=e.decision, valid_from=e.valid_from, valid_to=e.valid_to
    ),
    registry.VisitRecorded: lambda id_, e: registry.RecordVisit(
        id=id_, on=e.on, reference=e.reference
    ),
    entity_records.EntityLicensed: lambda id_, e: entity_records.RecordLicence(
        id=id_,
        kind=e.kind,
        number=e.number,
        issuer=e.issuer,
        valid_from=e.valid_from,
        expires=e.expires,
    ),
    entity_records.LicenceWithdrawn: lambda id_, e: entity_records.WithdrawLicence(
        id=id_, number=e.number, reason=e.reason
    ),
    entity_records.CreditRated: lambda id_, e: entity_records.RateCredit(
        id=id_,
        credit_class=e.credit_class,
        on=e.on,
        source=e.source,
        document=e.document,
    ),
    entity_records.RatingWithdrawn: lambda id_, e: entity_records.WithdrawRating(
        id=id_, on=e.on, reason=e.reason
    ),
    batches.BatchConfirmed: lambda id_, e: batches.ConfirmBatch(id=id_, proposals=e.proposals),
    batches.BatchRejected: lambda id_, e: batches.RejectBatch(
        id=id_, proposals=e.proposals, reason=e.reason
    ),
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
    reconciliation.DifferenceDecided: lambda id_, e: reconciliation.DecideDifference(
        id=id_, entry=e.entry, decision=e.decision, reason=e.reason
    ),
    personnel.RecusalDeclared: lambda id_, e: personnel.DeclareRecusal(
        id=id_, entity=e.entity, reason=_SEALED
    ),
    personnel.OfficerTrained: lambda id_, e: personnel.RecordTraining(
        id=id_, course=e.course, on=e.on
    ),
    personnel.LeaveRecorded: lambda id_, e: personnel.RecordLeave(
        id=id_, first=e.first, last=e.last, reason=_SEALED
    ),
    training.TrainingSessionRecorded: lambda id_, e: training.RecordTrainingSession(
        id=id_,
        department=e.department,
        course=e.course,
        on=e.on,
        place=e.place,
        trainer=e.trainer,
        officers=e.officers,
        evidence=e.evidence,
    ),
    training.TrainingSessionConfirmed: lambda id_, e: training.ConfirmTrainingSession(
        id=id_, version=e.version
    ),
    training.TrainingSessionRejected: lambda id_, e: training.RejectTrainingSession(
        id=id_, version=e.version, reason=e.reason
    ),
    publicity.PublicityRecorded: lambda id_, e: publicity.RecordPublicity(
        id=id_,
        department=e.department,
        on=e.on,
        channel=e.channel,
        title=e.title,
        link=e.link,
        evidence=e.evidence,
    ),
    publicity.PublicityWithdrawn: lambda id_, e: publicity.WithdrawPublicity(
        id=id_, reason=e.reason
    ),
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
    schemes.SchemeDrafted: lambda id_, e: schemes.DraftScheme(
        plan_number=id_, title=e.title, document_number=e.document_number, scheme=e.scheme
    ),
    schemes.SchemeReviewed: lambda id_, e: schemes.ReviewScheme(
        plan_number=id_, version=e.version, approve=e.approved, remark=e.remark
    ),
    schemes.SchemePublished: lambda id_, _: schemes.PublishScheme(plan_number=id_),
    task.TaskOpened: lambda id_, e: task.OpenTask(
        plan_number=id_, plan_year=e.plan_year, scheme=e.scheme
    ),
    task_days.TrainingDemanded: lambda id_, e: task_days.DemandTraining(
        plan_number=id_, course=e.course, since=e.since
    ),
    task_days.DaysOffered: lambda id_, e: task_days.OfferDays(
        plan_number=id_, department=e.department, days=e.days
    ),
    task.TaskConfirmed: lambda id_, e: task.ConfirmTask(
        plan_number=id_,
        department=e.department,
        items=e.items,
        officers=e.officers,
        statement=e.statement,
    ),
    task.TaskCompleted: lambda id_, _: task.CompleteTask(plan_number=id_),
    draw.DrawPrepared: _prepared,
    draw.PaperEntered: lambda id_, e: draw.EnterPaper(draw_id=id_, who=e.who, commit=e.commit),
    draw.DrawCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.AssignmentCommitted: lambda id_, _: draw.CommitDraw(draw_id=id_),
    draw.DrawCovered: lambda id_, e: draw.CoverDraw(
        draw_id=id_, checkpoint=e.checkpoint, witnesses=e.witnesses
    ),
    draw.DrawLookedAt: lambda id_, e: draw.LookAtDraw(draw_id=id_, part=e.part),
    draw.DrawDisclosed: lambda id_, _: draw.DiscloseDraw(draw_id=id_),
    draw.VoidRequested: lambda id_, e: draw.RequestVoid(draw_id=id_, reason=e.reason),
    vrf_keys.VrfKeyEnrolled: lambda id_, e: vrf_keys.EnrolVrfKey(public_key=id_, proof=e.proof),
    vrf_keys.VrfKeyRevoked: lambda id_, e: vrf_keys.RevokeVrfKey(public_key=id_, reason=e.reason),
    signing_keys.SigningKeyEnrolled: lambda id_, e: signing_keys.EnrolSigningKey(
        public_key=id_, suite=e.suite, proof=e.proof
    ),
    signing_keys.SigningKeyConfirmed: lambda id_, e: signing_keys.ConfirmSigningKey(
        public_key=id_, bootstrap=e.bootstrap
    ),
    signing_keys.SigningKeyRevoked: lambda id_, e: signing_keys.RevokeSigningKey(
        public_key=id_, reason=e.reason
    ),
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
    other_checks.OtherCheckRecorded: lambda id_, e: other_checks.RecordOtherCheck(
        id=id_,
        department=e.department,
        entity=e.entity,
        kind=e.kind,
        on=e.on,
        reference=e.reference,
    ),
    inspection.InspectionNotified: lambda id_, e: inspection.Notify(
        inspection=id_, notice_number=e.notice_number
    ),
    replacement.ConflictDeclared: lambda id_, e: replacement.Declare(
        inspection=id_, conflict=e.conflict, reason=_SEALED
    ),
    replacement.ReplacementRequested: lambda id_, e: replacement.RequestReplacement(
        inspection=id_, officer=e.officer, cause=e.cause, reason=_SEALED
    ),
    inspection.OfficerCheckedIn: lambda id_, _: inspection.CheckIn(inspection=id_),
    inspection.OfficerCheckedOut: lambda id_, _: inspection.CheckOut(inspection=id_),
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
    visit.Acknowledged: lambda id_, e: visit.Acknowledge(
        inspection=id_, answer=e.answer, statement=_SEALED
    ),
    findings.FindingsEntered: lambda id_, e: findings.EnterFindings(inspection=id_, items=e.items),
    findings.FindingsConfirmed: lambda id_, e: findings.ConfirmFindings(inspection=id_, **vars(e)),
    review_log.ReviewOpened: lambda id_, e: review_log.OpenReview(inspection=id_, **vars(e)),
    amendments.AmendmentRequested: lambda id_, e: amendments.RequestAmendment(
        inspection=id_, **vars(e)
    ),
    inspection.ResultEntered: lambda id_, e: inspection.EnterResult(
        inspection=id_, category=e.category, items=e.items
    ),
    inspection.ClosingRequested: lambda id_, e: inspection.RequestClosing(
        inspection=id_, reason=e.reason
    ),
    inspection.ResultPublished: lambda id_, _: inspection.PublishResult(inspection=id_),
    follow_up.CorrectionOrdered: lambda id_, e: follow_up.OrderCorrection(
        inspection=id_, items=e.items, requirement=e.requirement, due=e.due
    ),
    follow_up.ExtensionRequested: lambda id_, e: follow_up.RequestExtension(
        inspection=id_, number=e.number, due=e.due, reason=e.reason
    ),
    follow_up.HandedOver: lambda id_, e: follow_up.HandOver(
        inspection=id_,
        kind=e.kind,
        items=e.items,
        matter=e.matter,
        body=e.body,
        document_number=e.document_number,
        on=e.on,
    ),
    follow_up.ReceiptRecorded: lambda id_, e: follow_up.RecordReceipt(
        inspection=id_, number=e.number, on=e.on, reference=e.reference
    ),
    follow_up.FollowUpClosed: lambda id_, e: follow_up.CloseFollowUp(
        inspection=id_, number=e.number, outcome=e.outcome, evidence=e.evidence, files=e.files
    ),
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
    draw.VoidDeclined: lambda id_, e, version: draw.DeclineVoid(
        draw_id=id_, version=version, reason=e.reason
    ),
    replacement.SeatVacated: lambda id_, e, version: replacement.ApproveReplacement(
        inspection=id_, version=version, officer=e.officer
    ),
    replacement.ReplacementDeclined: lambda id_, e, version: replacement.DeclineReplacement(
        inspection=id_, version=version, officer=e.officer, reason=e.reason
    ),
    inspection.ResultConfirmed: lambda id_, _, version: inspection.ConfirmResult(
        inspection=id_, version=version
    ),
    inspection.ResultReviewed: lambda id_, e, version: inspection.ReviewResult(
        inspection=id_, version=version, approve=e.approved, remark=e.remark
    ),
    follow_up.ExtensionApproved: lambda id_, e, version: follow_up.ApproveExtension(
        inspection=id_, version=version, number=e.number
    ),
    follow_up.ExtensionDeclined: lambda id_, e, version: follow_up.DeclineExtension(
        inspection=id_, version=version, number=e.number, reason=e.reason
    ),
    follow_up.CorrectionVerified: lambda id_, e, version: follow_up.VerifyCorrection(
        inspection=id_, version=version, **vars(e)
    ),
    amendments.AmendmentDeclined: lambda id_, e, version: amendments.DeclineAmendment(
        inspection=id_, version=version, reason=e.reason
    ),
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
