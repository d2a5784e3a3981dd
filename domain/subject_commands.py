"""Erasing personal data 个人信息删除: what can be asked of one subject, and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.facts import Judgement

SubjectKind = Literal["staff", "entity", "officer", "expert"]


@dataclass(frozen=True, kw_only=True)
class SubjectCommand:
    """What all commands carry: the registry in which the subject stands, and its id there."""

    registry: SubjectKind
    id: str

    @property
    def stream(self) -> str:
        return f"subject/{self.registry}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class HoldSubject(SubjectCommand):
    """依法保全: nothing of this subject is erased while the matter that `reference` names is open."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReleaseSubject(Judgement, SubjectCommand):
    """End a hold, by the reference under which it was made."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestErasure(SubjectCommand):
    """Ask that the personal data of a subject is erased for good; `basis` names the law, rule or request."""

    basis: str


@dataclass(frozen=True, kw_only=True)
class ApproveErasure(Judgement, SubjectCommand):
    """Somebody else agrees: the key is destroyed, and the personal fields can never be read again."""


@dataclass(frozen=True, kw_only=True)
class DeclineErasure(Judgement, SubjectCommand):
    """Somebody else finds that the data stays, and says why."""

    reason: str


AnySubjectCommand = HoldSubject | ReleaseSubject | RequestErasure | ApproveErasure | DeclineErasure


@dataclass(frozen=True, kw_only=True)
class SubjectHeld:
    """Nothing of the subject is erased from here on."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubjectReleased:
    """The hold of this reference stands no more."""

    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ErasureRequested:
    """Somebody asked for the erasure. The discipline office is told by this event."""

    basis: str


@dataclass(frozen=True, kw_only=True)
class ErasureDeclined:
    """The data stays."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SubjectErased:
    """From here on there is no key. The discipline office is told by this event."""

    requested_by: str
    basis: str
