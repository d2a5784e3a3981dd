"""What is noted of officers and experts beside their details: training, leave, relations and recusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.registry_commands import OfficerCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

# Grounds for 回避: Administrative Penalty Law, article 43, and what offices write down of it.
Relation = Literal[
    "close-relative",  # 与检查对象有近亲属关系
    "worked-there",  # 曾在检查对象任职
    "interest",  # 与检查对象有经济利益关系
    "other",  # 其他可能影响公正的关系
]
People = Literal["officer", "expert"]


@dataclass(frozen=True, kw_only=True)
class DeclareRecusal(OfficerCommand):
    """回避: an officer must not inspect this entity. The reason is personal and sealed; it takes effect at once."""

    entity: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordTraining(OfficerCommand):
    """业务培训: propose to record that an officer attended a course."""

    course: str
    on: str


@dataclass(frozen=True, kw_only=True)
class RecordLeave(OfficerCommand):
    """请假: propose to record that an officer is away from `first` to `last`, both days included. The reason is sealed.

    A later proposal with the same first day sets another last day.
    """

    first: str
    last: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonCommand:
    """What commands to an officer or an expert carry."""

    registry: People
    id: str

    @property
    def stream(self) -> str:
        return f"{self.registry}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class RecordRelation(PersonCommand):
    """Propose to record a relation to an entity, which this person then must not inspect. `detail` is sealed."""

    entity: str
    relation: Relation
    detail: str


@dataclass(frozen=True, kw_only=True)
class EndRelation(PersonCommand):
    """Propose to record that a relation ended, or that a recusal was declared in error. Why it counts no more is sealed."""

    entity: str
    reason: str


PersonnelCommand = DeclareRecusal | RecordTraining | RecordLeave | RecordRelation | EndRelation


@dataclass(frozen=True, kw_only=True)
class RecusalDeclared:
    """The officer must not inspect the entity."""

    entity: str


@dataclass(frozen=True, kw_only=True)
class OfficerTrained:
    """It was proposed to record that the officer attended the course."""

    course: str
    on: str


@dataclass(frozen=True, kw_only=True)
class LeaveRecorded:
    """It was proposed to record that the officer is away on these days."""

    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class RelationRecorded:
    """It was proposed to record that the person has such a relation to the entity."""

    entity: str
    relation: Relation


@dataclass(frozen=True, kw_only=True)
class RelationEnded:
    """It was proposed to record that the relation to the entity counts no more."""

    entity: str


def personal_of(command: PersonnelCommand) -> Mapping[str, str]:
    """What of a command is sealed."""
    match command:
        case DeclareRecusal() | RecordLeave():
            return {"reason": command.reason}
        case RecordRelation():
            return {"detail": command.detail}
        case EndRelation():
            return {"detail": command.reason}
        case _:
            return {}
