"""What is noted of officers and experts. It decides whom a draw can send where, so it waits for a second person.

Only a recusal that an officer declares holds at once: nobody should have to wait to be allowed not to act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from domain.errors import DomainError
from domain.identifiers import require_entity_id
from domain.personnel_commands import (
    DeclareRecusal,
    EndRelation,
    LeaveRecorded,
    OfficerTrained,
    PersonnelCommand,
    RecordLeave,
    RecordRelation,
    RecordTraining,
    RecusalDeclared,
    RelationEnded,
    RelationRecorded,
)
from domain.registry_state import Expert, Officer
from domain.rules import parse_date, parse_past_date, require_reason, require_text

if TYPE_CHECKING:
    from domain.facts import Context
    from domain.registry_state import Entry


def note(state: Entry, command: PersonnelCommand, context: Context) -> object:
    """Give the event that follows from a command about a registered person, or refuse it."""
    kinds = (Officer, Expert) if isinstance(command, RecordRelation | EndRelation) else (Officer,)
    if not isinstance(state, kinds):
        detail = f"{command.stream} 不属于该名录 / is not of that registry"
        raise DomainError("unknown-entry", detail)
    match command:
        case DeclareRecusal():
            return _recuse(command, context)
        case RecordTraining():
            parse_past_date(command.on, "on", context.now)
            require_text(command.course, "course")
            return OfficerTrained(course=command.course, on=command.on)
        case RecordLeave():
            return _leave(command)
        case RecordRelation():
            require_entity_id(command.entity, override_reason="recorded as it stands")
            require_text(command.detail, "detail")
            return RelationRecorded(entity=command.entity, relation=command.relation)
        case EndRelation():
            return _end(state, command)
        case _:
            assert_never(command)


def _recuse(command: DeclareRecusal, context: Context) -> RecusalDeclared:
    if context.actor.id != command.id:
        raise DomainError("not-yourself", "回避由本人申报 / an officer declares their own recusals")
    require_entity_id(command.entity, override_reason="declared as it stands")
    require_reason(command.reason)
    return RecusalDeclared(entity=command.entity)


def _leave(command: RecordLeave) -> LeaveRecorded:
    first = parse_date(command.first, "first")
    if parse_date(command.last, "last") < first:
        raise DomainError("date-invalid", "last: 终点早于起点 / the last day is before the first")
    require_reason(command.reason)
    return LeaveRecorded(first=command.first, last=command.last)


def _end(state: Entry, command: EndRelation) -> RelationEnded:
    assert isinstance(state, Officer | Expert)
    require_reason(command.reason)
    if command.entity not in state.barred:
        detail = f"{state.id} 与 {command.entity} 没有登记的关系或回避 / no relation or recusal is recorded"
        raise DomainError("unknown-entry", detail)
    return RelationEnded(entity=command.entity)
