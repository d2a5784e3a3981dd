"""The registries 名录库: entities, officers and experts.

A registrar proposes (add, change, suspend, restore), a second person confirms; until then the change waits beside the
confirmed state. Nothing is ever removed. The three registries share everything but their details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import classification, entity_records, personnel
from domain.classification import TagEntry, require_known_tags
from domain.entity_records import (
    RateCredit,
    RecordCommand,
    RecordLicence,
    WithdrawLicence,
    WithdrawRating,
)
from domain.errors import DomainError
from domain.facts import Fact
from domain.identifiers import require_entity_id
from domain.organisation import Department, Staff
from domain.personnel_commands import DeclareRecusal, PersonnelCommand, personal_of
from domain.registry_commands import (
    AddEntity,
    AddExpert,
    AddOfficer,
    ChangeConfirmed,
    ChangeEntity,
    ChangeExpert,
    ChangeOfficer,
    ChangeRejected,
    ConfirmChange,
    Details,
    EntityAdded,
    EntityChanged,
    EntityDetails,
    Exempted,
    ExemptEntity,
    ExpertAdded,
    ExpertChanged,
    ExpertDetails,
    OfficerAdded,
    OfficerChanged,
    OfficerDetails,
    RecordVisit,
    RegistryCommand,
    RejectChange,
    Restore,
    Restored,
    Suspend,
    Suspended,
    VisitRecorded,
)
from domain.registry_state import Entity, Entry, Expert, Officer
from domain.rules import (
    parse_date,
    parse_past_date,
    require_other_person,
    require_reason,
    require_skills,
    require_slug,
    require_text,
)
from domain.values import made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Context
    from domain.history import History


ADDING = (AddEntity, AddOfficer, AddExpert)


def decide(
    state: Entry | None,
    command: RegistryCommand | PersonnelCommand | TagEntry | RecordCommand,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    if isinstance(command, ADDING):
        return _add(state, command, history)
    if state is None:
        raise DomainError("unknown-entry", f"名录中没有 {command.stream} / not in the registry")
    personal: Mapping[str, str] = {}
    event: object
    match command:
        case ConfirmChange() | RejectChange():
            event = settle(state, command, context)
        case ChangeEntity() | ChangeOfficer() | ChangeExpert():
            event, personal = _change(state, command, history), command.personal
        case Suspend() | Restore():
            event = _suspend_or_restore(state, command)
        case RecordVisit():
            event = _note_visit(state, command, context)
        case ExemptEntity():
            event = _exempt(state, command)
        case TagEntry() | RecordLicence() | WithdrawLicence() | RateCredit() | WithdrawRating():
            event = _note(state, command, context, history)
            if event is None:
                return ()
        case _:
            if not isinstance(command, DeclareRecusal):
                _require_settled(state)
            event, personal = personnel.note(state, command, context), personal_of(command)
    stream = command.stream
    return (made(Fact, stream=stream, event=event, personal=personal, subject=stream),)


def _add(
    state: Entry | None, command: AddEntity | AddOfficer | AddExpert, history: History
) -> tuple[Fact, ...]:
    if isinstance(command, AddEntity):
        require_entity_id(command.id, override_reason=command.override_reason)
    else:
        require_slug(command.id, "id")
    known = state and (state.details or (state.pending.details if state.pending else None))
    if known is not None:  # a rejected addition may be proposed anew
        if known == command.details:
            return ()
        raise DomainError(
            "already-registered",
            f"{command.stream} 已登记且内容不同 / registered with other content",
        )
    _require_one_person(command, history)
    _check_details(command.id, command.details, history)
    if isinstance(command, AddEntity):
        require_known_tags("entity", command.details.tags, history)
    event: object
    match command:
        case AddEntity():
            event = EntityAdded(
                details=command.details,
                source=command.source,
                override_reason=command.override_reason,
            )
        case AddOfficer():
            event = OfficerAdded(details=command.details, source=command.source)
        case AddExpert():
            event = ExpertAdded(details=command.details, source=command.source)
    fact = Fact(
        stream=command.stream, event=event, personal=command.personal, subject=command.stream
    )
    return (fact,)


def _require_one_person(command: AddEntity | AddOfficer | AddExpert, history: History) -> None:
    """Officers and experts are drawn in one draw, so that one id never names two people there."""
    other = {AddOfficer: Expert, AddExpert: Officer}.get(type(command))
    if other is not None and history.get(other, command.id) is not None:
        detail = f"{command.id} 已在另一名录中 / stands in the other registry of people"
        raise DomainError("duplicate-id", detail)


def _change(
    state: Entry, command: ChangeEntity | ChangeOfficer | ChangeExpert, history: History
) -> object:
    _require_settled(state)
    require_reason(command.reason)
    _check_details(command.id, command.details, history)
    match command:
        case ChangeEntity():
            _check_dated(state, command, history)
            return EntityChanged(details=command.details, reason=command.reason)
        case ChangeOfficer():
            return OfficerChanged(details=command.details, reason=command.reason)
        case ChangeExpert():
            return ExpertChanged(details=command.details, reason=command.reason)


def _check_dated(state: Entry, command: ChangeEntity, history: History) -> None:
    """What has a way of its own: the class, once it is rated by date, and words that are new."""
    assert isinstance(state, Entity)
    new = [tag for tag in command.details.tags if tag not in state.tags]
    require_known_tags("entity", new, history)
    held = state.details
    if state.ratings and held and command.details.credit_class != held.credit_class:
        detail = (
            f"{state.id}: 信用等级按日期登记（entity.rate-credit） / the class is rated by date"
        )
        raise DomainError("credit-class-dated", detail)


def _check_details(id_: str, details: Details, history: History) -> None:
    match details:
        case EntityDetails():
            require_text(details.name, "name")
            require_text(details.kind, "kind")
        case OfficerDetails():
            if history.get(Department, details.department) is None:
                raise DomainError(
                    "unknown-department", f"部门 {details.department} 未登记 / not registered"
                )
            staff = history.get(Staff, id_)
            if staff is not None and staff.department != details.department:
                raise DomainError(
                    "other-department",
                    f"{id_}: 该工号属于其他部门的人员 / this id is staff of another department",
                )
            parse_date(details.certificate_expires, "certificate_expires")
            require_skills(details.skills, "skills")
        case ExpertDetails():
            require_text(details.organisation, "organisation")
            require_skills(details.specialities, "specialities")


def _suspend_or_restore(state: Entry, command: Suspend | Restore) -> Suspended | Restored:
    _require_settled(state)
    require_reason(command.reason)
    if state.suspended == isinstance(command, Suspend):
        raise DomainError("wrong-stage", f"{state.id} 已处于该状态 / is in that state already")
    if isinstance(command, Suspend):
        return Suspended(reason=command.reason)
    return Restored(reason=command.reason)


def _require_settled(state: Entry) -> None:
    if state.pending is not None:
        raise DomainError(
            "change-pending",
            f"{state.id} 尚有待复核的变更 / a change still waits for its second person",
        )


def _note(
    state: Entry, command: TagEntry | RecordCommand, context: Context, history: History
) -> object:
    """What is noted beside the details of a confirmed entry."""
    _require_settled(state)
    if state.details is None:
        raise DomainError("unknown-entry", f"名录中没有 {command.stream} / not in the registry")
    if isinstance(command, TagEntry):
        assert isinstance(state, Entity | Officer | Expert)
        return classification.tag(state.tags, command, history)
    assert isinstance(state, Entity)
    return entity_records.record(state, command, context)


def settle(
    state: Entry, command: ConfirmChange | RejectChange, context: Context
) -> ChangeConfirmed | ChangeRejected:
    """The judgement of somebody else on what waits in an entry, or its refusal."""
    if state.pending is None or state.pending.version != command.version:
        raise DomainError(
            "nothing-to-confirm",
            f"{state.id}: 没有版本 {command.version} 的待复核变更 / no such change waits",
        )
    require_other_person(context, state.pending.by, "名录复核 / registry confirmation")
    require_other_person(context, state.id, "本人名录信息的复核 / confirmation of one's own entry")
    if isinstance(command, ConfirmChange):
        return ChangeConfirmed(version=command.version)
    require_reason(command.reason)
    return ChangeRejected(version=command.version, reason=command.reason)


def _require_entity(state: Entry, command: RecordVisit | ExemptEntity) -> None:
    if not isinstance(state, Entity):
        raise DomainError(
            "unknown-entry", f"{command.stream} 不属于该名录 / is not of that registry"
        )


def _note_visit(state: Entry, command: RecordVisit, context: Context) -> VisitRecorded:
    """What lets an entity out of a pool waits for a second person like any change."""
    _require_entity(state, command)
    _require_settled(state)
    parse_past_date(command.on, "on", context.now)
    require_text(command.reference, "reference")
    return VisitRecorded(on=command.on, reference=command.reference)


def _exempt(state: Entry, command: ExemptEntity) -> Exempted:
    """A later proposal with the same number sets other days, so an exemption can be cut short in the open."""
    _require_entity(state, command)
    _require_settled(state)
    require_text(command.decision, "decision")
    first = parse_date(command.valid_from, "valid_from")
    if parse_date(command.valid_to, "valid_to") < first:
        raise DomainError(
            "date-invalid", "valid_to: 终点早于起点 / the last day is before the first"
        )
    return Exempted(
        decision=command.decision, valid_from=command.valid_from, valid_to=command.valid_to
    )
