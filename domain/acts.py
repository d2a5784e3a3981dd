"""Every act there is: the command behind its name, who may give it, and whether it is signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

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
from domain.errors import DomainError

if TYPE_CHECKING:
    from domain.facts import Command

SYSTEM = "system"  # the program itself: before anybody exists who could act, and for what it does by itself
# Who may type what a source revealed: it proves itself, or counts when two of them typed the same.
ENTERING = ("witness", "draw_operator", "clerk", "approver")
SIGNERS: tuple[str, ...] = get_args(organisation.Role)  # everybody


@dataclass(frozen=True)
class Act:
    """A command's public name, the roles that may give it, and whether it is refused unsigned once signing is mandatory."""

    name: str
    command: type
    roles: tuple[str, ...]
    signed: bool = False


ACTS: tuple[Act, ...] = (
    Act("department.add", organisation.AddDepartment, ("administrator", SYSTEM)),
    Act("staff.add", organisation.AddStaff, ("administrator", SYSTEM)),
    Act("staff.change-roles", organisation.ChangeStaffRoles, ("administrator",), signed=True),
    Act("staff.issue-password", organisation.IssuePassword, ("administrator", SYSTEM)),
    Act("staff.suspend", organisation.SuspendStaff, ("administrator",), signed=True),
    Act("calendar.record", holidays.RecordHolidays, ("administrator",)),
    Act("deadlines.set", deadlines.SetDeadlines, ("administrator",)),
    Act("item.add", items.AddItem, ("clerk",)),
    Act("item.claim", items.ClaimItem, ("clerk",)),
    Act("item.review", items.ReviewItem, ("reviewer",), signed=True),
    Act("item.publish", items.PublishItem, ("clerk",)),
    Act("item.release", item_versions.ReleaseItem, ("clerk",)),
    Act("item.map", item_versions.MapItem, ("clerk",)),
    Act("item.revise", item_versions.ReviseItem, ("clerk",)),
    Act("item.withdraw", item_versions.WithdrawItem, ("clerk",)),
    Act("item.review-proposal", item_versions.ReviewItemProposal, ("reviewer",), signed=True),
    Act("vocabulary.set", classification.SetVocabulary, ("clerk",)),
    Act("checklist.draft", checklists.DraftChecklist, ("clerk",)),
    Act("checklist.review", checklists.ReviewChecklist, ("reviewer",), signed=True),
    Act("standard.adopt", visit_standard.AdoptStandard, ("administrator",), signed=True),
    Act("entity.add", registry.AddEntity, ("registrar",)),
    Act("entity.change", registry.ChangeEntity, ("registrar",)),
    Act("entity.exempt", registry.ExemptEntity, ("registrar",)),
    Act("entity.record-visit", registry.RecordVisit, ("registrar",)),
    Act("entity.record-licence", entity_records.RecordLicence, ("registrar",)),
    Act("entity.withdraw-licence", entity_records.WithdrawLicence, ("registrar",)),
    Act("entity.rate-credit", entity_records.RateCredit, ("registrar",)),
    Act("entity.withdraw-rating", entity_records.WithdrawRating, ("registrar",)),
    Act("officer.add", registry.AddOfficer, ("registrar",)),
    Act("officer.change", registry.ChangeOfficer, ("registrar",)),
    Act("officer.declare-recusal", personnel.DeclareRecusal, ("officer",), signed=True),
    Act("officer.record-leave", personnel.RecordLeave, ("registrar",)),
    Act("officer.record-training", personnel.RecordTraining, ("registrar",)),
    Act("expert.add", registry.AddExpert, ("registrar",)),
    Act("expert.change", registry.ChangeExpert, ("registrar",)),
    Act("registry.tag", classification.TagEntry, ("registrar",)),
    Act("registry.record-relation", personnel.RecordRelation, ("registrar",)),
    Act("registry.end-relation", personnel.EndRelation, ("registrar",)),
    Act("registry.suspend", registry.Suspend, ("registrar",)),
    Act("registry.restore", registry.Restore, ("registrar",)),
    Act("registry.confirm", registry.ConfirmChange, ("registrar", "reviewer"), signed=True),
    Act("registry.reject", registry.RejectChange, ("registrar", "reviewer"), signed=True),
    Act("registry.confirm-batch", batches.ConfirmBatch, ("registrar", "reviewer"), signed=True),
    Act("registry.reject-batch", batches.RejectBatch, ("registrar", "reviewer"), signed=True),
    Act("registry.undo-batch", batches.UndoBatch, ("registrar",)),
    Act("reconciliation.open", reconciliation.OpenReconciliation, ("registrar",)),
    Act("reconciliation.decide", reconciliation.DecideDifference, ("registrar",)),
    Act("training.record", training.RecordTrainingSession, ("registrar", "clerk")),
    Act(
        "training.confirm", training.ConfirmTrainingSession, ("registrar", "reviewer"), signed=True
    ),
    Act("training.reject", training.RejectTrainingSession, ("registrar", "reviewer"), signed=True),
    Act("publicity.record", publicity.RecordPublicity, ("clerk",)),
    Act("publicity.withdraw", publicity.WithdrawPublicity, ("clerk",)),
    Act("plan-standards.set", plan_standards.SetPlanStandards, ("clerk", SYSTEM)),
    Act("plan.draft", plan.DraftPlan, ("clerk",)),
    Act("plan.amend", plan.AmendPlan, ("clerk",)),
    Act("plan.answer-warning", plan_answers.AnswerWarning, ("clerk",), signed=True),
    Act("plan.review", plan.ReviewPlan, ("reviewer",), signed=True),
    Act("plan.return-row", plan_answers.ReturnRow, ("clerk",)),
    Act("plan.collate", plan.CollatePlan, ("clerk",)),
    Act("plan.publish", plan.PublishPlan, ("clerk",)),
    Act("scheme.draft", schemes.DraftScheme, ("clerk",)),
    Act("scheme.review", schemes.ReviewScheme, ("reviewer",), signed=True),
    Act("scheme.publish", schemes.PublishScheme, ("clerk",)),
    Act("task.open", task.OpenTask, ("clerk",)),
    Act("task.demand-training", task_days.DemandTraining, ("clerk",)),
    Act("task.offer-days", task_days.OfferDays, ("clerk",)),
    Act("task.confirm", task.ConfirmTask, ("clerk",), signed=True),
    Act("task.complete", task.CompleteTask, ("clerk",)),
    Act("vrf-key.enrol", vrf_keys.EnrolVrfKey, ("administrator",)),
    Act("vrf-key.revoke", vrf_keys.RevokeVrfKey, ("administrator",)),
    Act("signing-key.enrol", signing_keys.EnrolSigningKey, SIGNERS),
    Act("signing-key.confirm", signing_keys.ConfirmSigningKey, ("administrator",), signed=True),
    Act("signing-key.revoke", signing_keys.RevokeSigningKey, SIGNERS, signed=True),
    Act(
        "signing.make-mandatory", signing_keys.MakeSigningMandatory, ("administrator",), signed=True
    ),
    Act("draw.prepare", draw.PrepareDraw, ("draw_operator",)),
    Act("draw.prepare-replacement", draw.PrepareReplacement, ("draw_operator",)),
    Act("draw.witness", draw.BringCommitment, ("witness",), signed=True),
    Act("draw.enter-paper", draw.EnterPaper, ENTERING, signed=True),
    Act("draw.commit", draw.CommitDraw, ("draw_operator",), signed=True),
    Act("draw.cover", draw.CoverDraw, (SYSTEM,)),
    Act("draw.reveal", draw.RevealSource, ENTERING),
    Act("draw.enter-beacon", draw.EnterBeacon, ENTERING),
    Act("draw.enter-lottery", draw.EnterLottery, ENTERING),
    Act("draw.disclose", draw.DiscloseDraw, ENTERING),
    Act("draw.look", draw.LookAtDraw, ("officer", "discipline", "approver", "draw_operator")),
    Act("draw.request-void", draw.RequestVoid, ("draw_operator",), signed=True),
    Act("draw.approve-void", draw.ApproveVoid, ("approver",), signed=True),
    Act("draw.decline-void", draw.DeclineVoid, ("approver",), signed=True),
    Act("appointment.propose", appointment.ProposeAppointment, ("clerk",)),
    Act("appointment.agree", appointment.AgreeAppointment, ("clerk",), signed=True),
    Act("appointment.decline", appointment.DeclineAppointment, ("clerk",)),
    Act("appointment.dissolve", appointment.DissolveAppointment, ("clerk",)),
    Act("other-check.record", other_checks.RecordOtherCheck, ("registrar", "clerk")),
    Act("inspection.write-notice", visit.WriteNotice, ("clerk", "officer")),
    Act("inspection.notify", inspection.Notify, ("clerk", "officer")),
    Act("inspection.declare", replacement.Declare, ("officer",), signed=True),
    Act(
        "inspection.request-replacement",
        replacement.RequestReplacement,
        ("officer", "clerk"),
        signed=True,
    ),
    Act(
        "inspection.approve-replacement", replacement.ApproveReplacement, ("approver",), signed=True
    ),
    Act(
        "inspection.decline-replacement", replacement.DeclineReplacement, ("approver",), signed=True
    ),
    Act("inspection.check-in", inspection.CheckIn, ("officer",)),
    Act("inspection.check-out", inspection.CheckOut, ("officer",)),
    Act("inspection.upload-visit", visit.UploadVisit, ("officer",), signed=True),
    Act("inspection.record-position", visit.RecordPosition, ("officer",)),
    Act("inspection.attach-evidence", visit.AttachEvidence, ("officer", "reviewer", "clerk")),
    Act("inspection.answer-checklist", visit.AnswerChecklist, ("officer",), signed=True),
    Act("inspection.record-outcome", visit.RecordOutcome, ("officer",), signed=True),
    Act("inspection.acknowledge", visit.Acknowledge, ("officer",), signed=True),
    Act("inspection.enter-findings", findings.EnterFindings, ("officer",), signed=True),
    Act("inspection.confirm-findings", findings.ConfirmFindings, ("officer",), signed=True),
    Act("inspection.enter-result", inspection.EnterResult, ("officer",), signed=True),
    Act("inspection.confirm-result", inspection.ConfirmResult, ("officer",), signed=True),
    Act("review.open", review_log.OpenReview, ("reviewer",)),
    Act("inspection.review-result", inspection.ReviewResult, ("reviewer",), signed=True),
    Act("inspection.request-closing", inspection.RequestClosing, ("clerk", "officer")),
    Act("inspection.approve-closing", inspection.ApproveClosing, ("approver",), signed=True),
    Act("inspection.publish-result", inspection.PublishResult, ("clerk",)),
    Act("inspection.request-amendment", amendments.RequestAmendment, ("clerk",), signed=True),
    Act("inspection.decline-amendment", amendments.DeclineAmendment, ("reviewer",), signed=True),
    Act("inspection.order-correction", follow_up.OrderCorrection, ("clerk",)),
    Act("inspection.request-extension", follow_up.RequestExtension, ("clerk", "officer")),
    Act("inspection.approve-extension", follow_up.ApproveExtension, ("approver",), signed=True),
    Act("inspection.decline-extension", follow_up.DeclineExtension, ("approver",), signed=True),
    Act(
        "inspection.verify-correction",
        follow_up.VerifyCorrection,
        ("officer", "reviewer"),
        signed=True,
    ),
    Act("inspection.hand-over", follow_up.HandOver, ("clerk",)),
    Act("inspection.record-receipt", follow_up.RecordReceipt, ("clerk",)),
    Act("inspection.close-follow-up", follow_up.CloseFollowUp, ("clerk",), signed=True),
    Act("inspection.escalate-follow-up", follow_up.EscalateFollowUp, (SYSTEM,)),
    Act("clock.note-jump", clock.NoteJump, (SYSTEM,)),
    Act("subject.hold", subject.HoldSubject, ("discipline",)),
    Act("subject.release", subject.ReleaseSubject, ("discipline",), signed=True),
    Act("subject.request-erasure", subject.RequestErasure, ("registrar", "administrator")),
    Act("subject.approve-erasure", subject.ApproveErasure, ("approver",), signed=True),
    Act("subject.decline-erasure", subject.DeclineErasure, ("approver",), signed=True),
)

OPENING = (draw.RevealSource, draw.EnterBeacon, draw.EnterLottery)
OF_SYSTEM = (
    organisation.IssuePassword,
    draw.CoverDraw,
    follow_up.EscalateFollowUp,
    clock.NoteJump,
)

_BY_COMMAND: dict[type, Act] = {act.command: act for act in ACTS}


def act_of(command: Command) -> Act:
    """The entry of a command in the table."""
    return _BY_COMMAND[type(command)]


def acting_role(command: type, roles: tuple[str, ...]) -> str:
    """The role in which a person with these roles gives a command, or the refusal that names what is needed."""
    allowed = _BY_COMMAND[command].roles
    role = next((role for role in allowed if role in roles), None)
    if role is None:
        wanted = ", ".join(allowed)
        raise DomainError(
            "role-not-allowed", f"此操作需要角色 {wanted} / this act needs one of these roles"
        )
    return role
