"""Every command there is, who may give it, and the one door through which all of them are decided."""

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
from domain.aggregates import AGGREGATES
from domain.errors import DomainError
from domain.judgements import require_seen
from domain.organisation import Staff
from domain.signing import not_standing
from domain.subjects import require_not_erased

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.facts import Actor, Command, Context, Fact
    from domain.history import History

SYSTEM = "system"  # the program itself: before anybody exists who could act, and for what it does by itself
# Who may type what a source revealed: it proves itself, or counts when two of them typed the same.
ENTERING = ("witness", "draw_operator", "clerk", "approver")
SIGNERS: tuple[str, ...] = get_args(organisation.Role)  # everybody


@dataclass(frozen=True, kw_only=True)
class Act:
    """A command's public name, the roles that may give it, and whether it is refused unsigned once signing is mandatory."""

    name: str
    command: type
    roles: tuple[str, ...]
    signed: bool = False


ACTS: tuple[Act, ...] = (
    Act(name="department.add", command=organisation.AddDepartment, roles=("administrator", SYSTEM)),
    Act(name="staff.add", command=organisation.AddStaff, roles=("administrator", SYSTEM)),
    Act(
        name="staff.change-roles",
        command=organisation.ChangeStaffRoles,
        roles=("administrator",),
        signed=True,
    ),
    Act(
        name="staff.issue-password",
        command=organisation.IssuePassword,
        roles=("administrator", SYSTEM),
    ),
    Act(
        name="staff.suspend",
        command=organisation.SuspendStaff,
        roles=("administrator",),
        signed=True,
    ),
    Act(name="calendar.record", command=holidays.RecordHolidays, roles=("administrator",)),
    Act(name="deadlines.set", command=deadlines.SetDeadlines, roles=("administrator",)),
    Act(name="item.add", command=items.AddItem, roles=("clerk",)),
    Act(name="item.claim", command=items.ClaimItem, roles=("clerk",)),
    Act(name="item.review", command=items.ReviewItem, roles=("reviewer",), signed=True),
    Act(name="item.publish", command=items.PublishItem, roles=("clerk",)),
    Act(name="item.release", command=item_versions.ReleaseItem, roles=("clerk",)),
    Act(name="item.map", command=item_versions.MapItem, roles=("clerk",)),
    Act(name="item.revise", command=item_versions.ReviseItem, roles=("clerk",)),
    Act(name="item.withdraw", command=item_versions.WithdrawItem, roles=("clerk",)),
    Act(
        name="item.review-proposal",
        command=item_versions.ReviewItemProposal,
        roles=("reviewer",),
        signed=True,
    ),
    Act(name="vocabulary.set", command=classification.SetVocabulary, roles=("clerk",)),
    Act(name="checklist.draft", command=checklists.DraftChecklist, roles=("clerk",)),
    Act(
        name="checklist.review",
        command=checklists.ReviewChecklist,
        roles=("reviewer",),
        signed=True,
    ),
    Act(
        name="standard.adopt",
        command=visit_standard.AdoptStandard,
        roles=("administrator",),
        signed=True,
    ),
    Act(name="entity.add", command=registry.AddEntity, roles=("registrar",)),
    Act(name="entity.change", command=registry.ChangeEntity, roles=("registrar",)),
    Act(name="entity.exempt", command=registry.ExemptEntity, roles=("registrar",)),
    Act(name="entity.record-visit", command=registry.RecordVisit, roles=("registrar",)),
    Act(name="entity.record-licence", command=entity_records.RecordLicence, roles=("registrar",)),
    Act(
        name="entity.withdraw-licence", command=entity_records.WithdrawLicence, roles=("registrar",)
    ),
    Act(name="entity.rate-credit", command=entity_records.RateCredit, roles=("registrar",)),
    Act(name="entity.withdraw-rating", command=entity_records.WithdrawRating, roles=("registrar",)),
    Act(name="officer.add", command=registry.AddOfficer, roles=("registrar",)),
    Act(name="officer.change", command=registry.ChangeOfficer, roles=("registrar",)),
    Act(
        name="officer.declare-recusal",
        command=personnel.DeclareRecusal,
        roles=("officer",),
        signed=True,
    ),
    Act(name="officer.record-leave", command=personnel.RecordLeave, roles=("registrar",)),
    Act(name="officer.record-training", command=personnel.RecordTraining, roles=("registrar",)),
    Act(name="expert.add", command=registry.AddExpert, roles=("registrar",)),
    Act(name="expert.change", command=registry.ChangeExpert, roles=("registrar",)),
    Act(name="registry.tag", command=classification.TagEntry, roles=("registrar",)),
    Act(name="registry.record-relation", command=personnel.RecordRelation, roles=("registrar",)),
    Act(name="registry.end-relation", command=personnel.EndRelation, roles=("registrar",)),
    Act(name="registry.suspend", command=registry.Suspend, roles=("registrar",)),
    Act(name="registry.restore", command=registry.Restore, roles=("registrar",)),
    Act(
        name="registry.confirm",
        command=registry.ConfirmChange,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(
        name="registry.reject",
        command=registry.RejectChange,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(
        name="registry.confirm-batch",
        command=batches.ConfirmBatch,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(
        name="registry.reject-batch",
        command=batches.RejectBatch,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(name="registry.undo-batch", command=batches.UndoBatch, roles=("registrar",)),
    Act(
        name="reconciliation.open", command=reconciliation.OpenReconciliation, roles=("registrar",)
    ),
    Act(
        name="reconciliation.decide", command=reconciliation.DecideDifference, roles=("registrar",)
    ),
    Act(
        name="training.record", command=training.RecordTrainingSession, roles=("registrar", "clerk")
    ),
    Act(
        name="training.confirm",
        command=training.ConfirmTrainingSession,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(
        name="training.reject",
        command=training.RejectTrainingSession,
        roles=("registrar", "reviewer"),
        signed=True,
    ),
    Act(name="publicity.record", command=publicity.RecordPublicity, roles=("clerk",)),
    Act(name="publicity.withdraw", command=publicity.WithdrawPublicity, roles=("clerk",)),
    Act(
        name="plan-standards.set", command=plan_standards.SetPlanStandards, roles=("clerk", SYSTEM)
    ),
    Act(name="plan.draft", command=plan.DraftPlan, roles=("clerk",)),
    Act(name="plan.amend", command=plan.AmendPlan, roles=("clerk",)),
    Act(
        name="plan.answer-warning",
        command=plan_answers.AnswerWarning,
        roles=("clerk",),
        signed=True,
    ),
    Act(name="plan.review", command=plan.ReviewPlan, roles=("reviewer",), signed=True),
    Act(name="plan.return-row", command=plan_answers.ReturnRow, roles=("clerk",)),
    Act(name="plan.collate", command=plan.CollatePlan, roles=("clerk",)),
    Act(name="plan.publish", command=plan.PublishPlan, roles=("clerk",)),
    Act(name="scheme.draft", command=schemes.DraftScheme, roles=("clerk",)),
    Act(name="scheme.review", command=schemes.ReviewScheme, roles=("reviewer",), signed=True),
    Act(name="scheme.publish", command=schemes.PublishScheme, roles=("clerk",)),
    Act(name="task.open", command=task.OpenTask, roles=("clerk",)),
    Act(name="task.demand-training", command=task_days.DemandTraining, roles=("clerk",)),
    Act(name="task.offer-days", command=task_days.OfferDays, roles=("clerk",)),
    Act(name="task.confirm", command=task.ConfirmTask, roles=("clerk",), signed=True),
    Act(name="task.complete", command=task.CompleteTask, roles=("clerk",)),
    Act(name="vrf-key.enrol", command=vrf_keys.EnrolVrfKey, roles=("administrator",)),
    Act(name="vrf-key.revoke", command=vrf_keys.RevokeVrfKey, roles=("administrator",)),
    Act(name="signing-key.enrol", command=signing_keys.EnrolSigningKey, roles=SIGNERS),
    Act(
        name="signing-key.confirm",
        command=signing_keys.ConfirmSigningKey,
        roles=("administrator",),
        signed=True,
    ),
    Act(
        name="signing-key.revoke", command=signing_keys.RevokeSigningKey, roles=SIGNERS, signed=True
    ),
    Act(
        name="signing.make-mandatory",
        command=signing_keys.MakeSigningMandatory,
        roles=("administrator",),
        signed=True,
    ),
    Act(name="draw.prepare", command=draw.PrepareDraw, roles=("draw_operator",)),
    Act(name="draw.prepare-replacement", command=draw.PrepareReplacement, roles=("draw_operator",)),
    Act(name="draw.witness", command=draw.BringCommitment, roles=("witness",), signed=True),
    Act(name="draw.enter-paper", command=draw.EnterPaper, roles=ENTERING, signed=True),
    Act(name="draw.commit", command=draw.CommitDraw, roles=("draw_operator",), signed=True),
    Act(name="draw.cover", command=draw.CoverDraw, roles=(SYSTEM,)),
    Act(name="draw.reveal", command=draw.RevealSource, roles=ENTERING),
    Act(name="draw.enter-beacon", command=draw.EnterBeacon, roles=ENTERING),
    Act(name="draw.enter-lottery", command=draw.EnterLottery, roles=ENTERING),
    Act(name="draw.disclose", command=draw.DiscloseDraw, roles=ENTERING),
    Act(
        name="draw.look",
        command=draw.LookAtDraw,
        roles=("officer", "discipline", "approver", "draw_operator"),
    ),
    Act(name="draw.request-void", command=draw.RequestVoid, roles=("draw_operator",), signed=True),
    Act(name="draw.approve-void", command=draw.ApproveVoid, roles=("approver",), signed=True),
    Act(name="draw.decline-void", command=draw.DeclineVoid, roles=("approver",), signed=True),
    Act(name="appointment.propose", command=appointment.ProposeAppointment, roles=("clerk",)),
    Act(
        name="appointment.agree",
        command=appointment.AgreeAppointment,
        roles=("clerk",),
        signed=True,
    ),
    Act(name="appointment.decline", command=appointment.DeclineAppointment, roles=("clerk",)),
    Act(name="appointment.dissolve", command=appointment.DissolveAppointment, roles=("clerk",)),
    Act(
        name="other-check.record",
        command=other_checks.RecordOtherCheck,
        roles=("registrar", "clerk"),
    ),
    Act(name="inspection.write-notice", command=visit.WriteNotice, roles=("clerk", "officer")),
    Act(name="inspection.notify", command=inspection.Notify, roles=("clerk", "officer")),
    Act(name="inspection.declare", command=replacement.Declare, roles=("officer",), signed=True),
    Act(
        name="inspection.request-replacement",
        command=replacement.RequestReplacement,
        roles=("officer", "clerk"),
        signed=True,
    ),
    Act(
        name="inspection.approve-replacement",
        command=replacement.ApproveReplacement,
        roles=("approver",),
        signed=True,
    ),
    Act(
        name="inspection.decline-replacement",
        command=replacement.DeclineReplacement,
        roles=("approver",),
        signed=True,
    ),
    Act(name="inspection.check-in", command=inspection.CheckIn, roles=("officer",)),
    Act(name="inspection.check-out", command=inspection.CheckOut, roles=("officer",)),
    Act(name="inspection.upload-visit", command=visit.UploadVisit, roles=("officer",), signed=True),
    Act(name="inspection.record-position", command=visit.RecordPosition, roles=("officer",)),
    Act(
        name="inspection.attach-evidence",
        command=visit.AttachEvidence,
        roles=("officer", "reviewer", "clerk"),
    ),
    Act(
        name="inspection.answer-checklist",
        command=visit.AnswerChecklist,
        roles=("officer",),
        signed=True,
    ),
    Act(
        name="inspection.record-outcome",
        command=visit.RecordOutcome,
        roles=("officer",),
        signed=True,
    ),
    Act(name="inspection.acknowledge", command=visit.Acknowledge, roles=("officer",), signed=True),
    Act(
        name="inspection.enter-findings",
        command=findings.EnterFindings,
        roles=("officer",),
        signed=True,
    ),
    Act(
        name="inspection.confirm-findings",
        command=findings.ConfirmFindings,
        roles=("officer",),
        signed=True,
    ),
    Act(
        name="inspection.enter-result",
        command=inspection.EnterResult,
        roles=("officer",),
        signed=True,
    ),
    Act(
        name="inspection.confirm-result",
        command=inspection.ConfirmResult,
        roles=("officer",),
        signed=True,
    ),
    Act(name="review.open", command=review_log.OpenReview, roles=("reviewer",)),
    Act(
        name="inspection.review-result",
        command=inspection.ReviewResult,
        roles=("reviewer",),
        signed=True,
    ),
    Act(
        name="inspection.request-closing",
        command=inspection.RequestClosing,
        roles=("clerk", "officer"),
    ),
    Act(
        name="inspection.approve-closing",
        command=inspection.ApproveClosing,
        roles=("approver",),
        signed=True,
    ),
    Act(name="inspection.publish-result", command=inspection.PublishResult, roles=("clerk",)),
    Act(
        name="inspection.request-amendment",
        command=amendments.RequestAmendment,
        roles=("clerk",),
        signed=True,
    ),
    Act(
        name="inspection.decline-amendment",
        command=amendments.DeclineAmendment,
        roles=("reviewer",),
        signed=True,
    ),
    Act(name="inspection.order-correction", command=follow_up.OrderCorrection, roles=("clerk",)),
    Act(
        name="inspection.request-extension",
        command=follow_up.RequestExtension,
        roles=("clerk", "officer"),
    ),
    Act(
        name="inspection.approve-extension",
        command=follow_up.ApproveExtension,
        roles=("approver",),
        signed=True,
    ),
    Act(
        name="inspection.decline-extension",
        command=follow_up.DeclineExtension,
        roles=("approver",),
        signed=True,
    ),
    Act(
        name="inspection.verify-correction",
        command=follow_up.VerifyCorrection,
        roles=("officer", "reviewer"),
        signed=True,
    ),
    Act(name="inspection.hand-over", command=follow_up.HandOver, roles=("clerk",)),
    Act(name="inspection.record-receipt", command=follow_up.RecordReceipt, roles=("clerk",)),
    Act(
        name="inspection.close-follow-up",
        command=follow_up.CloseFollowUp,
        roles=("clerk",),
        signed=True,
    ),
    Act(name="inspection.escalate-follow-up", command=follow_up.EscalateFollowUp, roles=(SYSTEM,)),
    Act(name="clock.note-jump", command=clock.NoteJump, roles=(SYSTEM,)),
    Act(name="subject.hold", command=subject.HoldSubject, roles=("discipline",)),
    Act(name="subject.release", command=subject.ReleaseSubject, roles=("discipline",), signed=True),
    Act(
        name="subject.request-erasure",
        command=subject.RequestErasure,
        roles=("registrar", "administrator"),
    ),
    Act(
        name="subject.approve-erasure",
        command=subject.ApproveErasure,
        roles=("approver",),
        signed=True,
    ),
    Act(
        name="subject.decline-erasure",
        command=subject.DeclineErasure,
        roles=("approver",),
        signed=True,
    ),
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


def require_alone(commands: Sequence[Command]) -> None:
    """Refuse a batch around a source: with the last one comes the list, and a later refusal would show and undo it."""
    if len(commands) > 1 and any(isinstance(one, OPENING) for one in commands):
        detail = "随机源须单独录入，不得与其他操作同批 / a source is entered by itself, not among other acts"
        raise DomainError("act-alone", detail)


def decide(history: History, command: Command, context: Context) -> tuple[Fact, ...]:
    """Say what follows from a command on this history, or refuse it with a DomainError. Changes nothing."""
    if context.now < history.recorded_at and not isinstance(command, clock.NoteJump):
        detail = f"时钟早于账本最后一条 {history.recorded_at} / the clock is behind the ledger's last event"
        raise DomainError("clock-behind", detail)
    act = act_of(command)
    _authorise(history, command, act, context.actor)
    _require_signature(history, act, context)
    prefix, _, id_ = command.stream.partition("/")
    aggregate = AGGREGATES[prefix]
    assert aggregate.decide is not None, "the ledger's own stream takes no commands"
    facts: tuple[Fact, ...] = aggregate.decide(
        history.get(aggregate.state, id_), command, context, history
    )
    require_seen(command, history)  # last, so that nobody learns of what is kept from them
    require_not_erased(facts, history)
    return facts


def _require_signature(history: History, act: Act, context: Context) -> None:
    """Whoever signs does it with the key that is theirs at this leaf; once signing is mandatory, many acts need it."""
    if context.signed_by is None:
        if act.signed and signing_keys.is_mandatory(history):
            raise signing_keys.signature_required()
        return
    key = history.get(signing_keys.SigningKey, context.signed_by)
    if key is None or key.staff != context.actor.id or key.state != "standing":
        raise not_standing()


def _require_set_up(history: History, command: Command, actor: Actor) -> None:
    """The program acts until there is an administrator; later it does by itself what is in `OF_SYSTEM`."""
    administered = any("administrator" in one.roles and one.active for one in history.all(Staff))
    if actor.id != SYSTEM or (administered and not isinstance(command, OF_SYSTEM)):
        detail = "已有系统管理员，由其办理 / there is an administrator: they do it"
        raise DomainError("role-not-allowed", detail)


def _authorise(history: History, command: Command, act: Act, actor: Actor) -> None:
    """The role must be one the act allows, and the person must hold it now."""
    if actor.role not in act.roles:
        acting_role(type(command), (actor.role,))
    if actor.role == SYSTEM:
        _require_set_up(history, command, actor)
        return
    staff = history.get(Staff, actor.id)
    if staff is None or not staff.active or actor.role not in staff.roles:
        raise DomainError(
            "role-not-allowed", f"{actor.id} 没有角色 {actor.role} / does not hold this role"
        )
