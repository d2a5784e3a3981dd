"""Erasing personal data: two people, never while it is needed, and on record before the key is destroyed.

The fields themselves are sealed beside other events (`facts.Fact.personal`); here it is decided whether their key may go.
An officer and the account of the same id are one person, so they go together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from domain.draw_state import Draw
from domain.errors import DomainError
from domain.facts import Fact
from domain.inspection_state import Inspection
from domain.organisation import Staff
from domain.registry_state import Entity, Expert, Officer
from domain.rules import require_other_person, require_reason, require_text
from domain.subject_commands import (
    AnySubjectCommand,
    ApproveErasure,
    DeclineErasure,
    ErasureDeclined,
    ErasureRequested,
    HoldSubject,
    ReleaseSubject,
    RequestErasure,
    SubjectErased,
    SubjectHeld,
    SubjectReleased,
)

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

_KINDS: dict[str, type[Staff | Entity | Officer | Expert]] = {
    "staff": Staff,
    "entity": Entity,
    "officer": Officer,
    "expert": Expert,
}
_ONE_PERSON = ("officer", "staff")
_PREFIX = "subject/"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A subject as it stands: `id` is its name in what is sealed, as `officer/QH001`; `holds` are references."""

    id: str
    holds: frozenset[str] = frozenset()
    requested_by: str | None = None
    basis: str = ""
    erased: bool = False


def decide(
    state: Subject | None, command: AnySubjectCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    subject = state or Subject(id=command.stream.removeprefix(_PREFIX))
    _require_registered(subject.id, history)
    if subject.erased:
        raise _erased(subject.id)
    event: object
    match command:
        case HoldSubject():
            event = _hold(subject, command)
        case ReleaseSubject():
            event = _release(subject, command)
        case RequestErasure():
            event = _request(subject, command, history)
        case ApproveErasure():
            return _approve(subject, context, history)
        case DeclineErasure():
            _judge(subject, context)
            require_reason(command.reason)
            event = ErasureDeclined(reason=command.reason)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def require_not_erased(facts: tuple[Fact, ...], history: History) -> None:
    """Nothing more is recorded that stands under the key of whoever was erased; raises "subject-erased"."""
    for fact in facts:
        subject = fact.subject or ""
        for name in _names(subject) if subject else ():
            if _is_erased(name, history):
                raise _erased(subject)


def _hold(subject: Subject, command: HoldSubject) -> SubjectHeld:
    require_text(command.reference, "reference")
    require_reason(command.reason)
    if command.reference in subject.holds:
        detail = f"{command.reference}: 已依此保全 / holds already under this reference"
        raise DomainError("wrong-stage", detail)
    return SubjectHeld(reference=command.reference, reason=command.reason)


def _release(subject: Subject, command: ReleaseSubject) -> SubjectReleased:
    require_reason(command.reason)
    if command.reference not in subject.holds:
        detail = f"{command.reference}: 没有此项保全 / no such hold stands"
        raise DomainError("wrong-stage", detail)
    return SubjectReleased(reference=command.reference, reason=command.reason)


def _request(subject: Subject, command: RequestErasure, history: History) -> ErasureRequested:
    if subject.requested_by is not None:
        detail = f"{subject.id}: 已申请删除，待审批 / was asked for already and waits"
        raise DomainError("wrong-stage", detail)
    require_reason(command.basis)
    _require_erasable(_together(subject.id, history), history)
    return ErasureRequested(basis=command.basis)


def _approve(subject: Subject, context: Context, history: History) -> tuple[Fact, ...]:
    requested_by = _judge(subject, context)
    together = _together(subject.id, history)
    _require_erasable(together, history)
    event = SubjectErased(requested_by=requested_by, basis=subject.basis)
    return tuple(Fact(stream=_PREFIX + name, event=event) for name in together)


def _judge(subject: Subject, context: Context) -> str:
    """Somebody else decides; give who asked."""
    if subject.requested_by is None:
        detail = f"{subject.id}: 没有待审批的删除申请 / no erasure waits for approval"
        raise DomainError("nothing-to-confirm", detail)
    require_other_person(context, subject.requested_by, "个人信息删除审批 / approval of an erasure")
    return subject.requested_by


def _names(name: str) -> tuple[str, ...]:
    """The subject, and the other name under which the same person could stand."""
    kind, _, id_ = name.partition("/")
    if kind not in _ONE_PERSON:
        return (name,)
    return (name, *(f"{other}/{id_}" for other in _ONE_PERSON if other != kind))


def _together(name: str, history: History) -> tuple[str, ...]:
    """The names of the subject under which something is sealed and not erased yet, its own first."""
    own, *others = _names(name)
    standing = [one for one in others if _entry(one, history) and not _is_erased(one, history)]
    return (own, *standing)


def _is_erased(name: str, history: History) -> bool:
    subject = history.get(Subject, name)
    return subject is not None and subject.erased


def _entry(name: str, history: History) -> Staff | Entity | Officer | Expert | None:
    kind, _, id_ = name.partition("/")
    return history.get(_KINDS[kind], id_) if kind in _KINDS else None


def _require_registered(name: str, history: History) -> None:
    if _entry(name, history) is None:
        raise DomainError("unknown-entry", f"名录中没有 {name} / not in the registry")


def _require_erasable(together: tuple[str, ...], history: History) -> None:
    """Nobody's data goes while it is held, while they act, or while something that they have a hand in is open."""
    for name in together:
        held = history.get(Subject, name)
        if held is not None and held.holds:
            detail = f"{name}: 依法保全中，不得删除 / under a legal hold"
            raise DomainError("legal-hold", detail)
        _require_resting(name, history)
    kind, _, id_ = together[0].partition("/")
    if _is_involved(id_, kind, history):
        detail = f"{together[0]}: 尚有未结的检查、抽取或作废 / visits, draws or voids of it are open still"
        raise DomainError("subject-involved", detail)


def _require_resting(name: str, history: History) -> None:
    entry = _entry(name, history)
    if isinstance(entry, Entity | Officer | Expert) and entry.pending is not None:
        detail = f"{name}: 尚有待复核的变更 / a change still waits for its second person"
        raise DomainError("change-pending", detail)
    if entry is not None and entry.active:
        detail = f"{name}: 在用，须先停用或暂停 / is active: suspend it first"
        raise DomainError("subject-active", detail)


def _is_involved(id_: str, kind: str, history: History) -> bool:
    """Whether a visit, a draw or a void is open in which the subject has a part."""
    visits = history.all(Inspection)
    open_visits = [one for one in visits if _is_open(one)]
    if kind == "entity":
        sent = {(one.task, one.entity) for one in visits}
        return any(one.entity == id_ for one in open_visits) or any(
            _waits(id_, draw, sent) for draw in history.all(Draw)
        )
    return any(id_ in _people_of(one) for one in open_visits) or any(
        id_ in _people_of_draw(draw) for draw in history.all(Draw)
    )


def _is_open(visit: Inspection) -> bool:
    if visit.status not in {"published", "closed"}:
        return True
    return any(not one.settled for one in visit.follow_ups)


def _people_of(visit: Inspection) -> set[str | None]:
    """Whoever is or was on the team, and whoever entered, reviewed or asked."""
    team = {one.id for one in visit.team}
    asking = {one.by for one in visit.asked.values()}
    judged = {visit.entered_by, visit.reviewed_by, visit.closing_requested_by}
    return {*team, *visit.asked, *visit.vacant, *visit.fell_out, *asking, *judged}


def _waits(entity: str, draw: Draw, sent: set[tuple[str, str]]) -> bool:
    """Whether the entity could still be drawn, or was drawn and nobody was sent yet."""
    if draw.voided or draw.stage != "entities":
        return False
    if draw.computed is not None:
        return entity in draw.selected and (draw.task, entity) not in sent
    return draw.pool is not None and any(one.id == entity for one in draw.pool.members)


def _people_of_draw(draw: Draw) -> set[str | None]:
    """Whoever has a hand in a draw that is open, or could still be drawn by it."""
    if draw.voided or (draw.computed is not None and draw.void_requested_by is None):
        return set()
    drawn = {one.id for one in draw.input.officers} if draw.input else set()
    pool = {one.id for one in draw.pool.members} if draw.pool and draw.seat else set()
    return {draw.prepared_by, draw.void_requested_by, *draw.witnesses, *drawn, *pool}


def _erased(name: str) -> DomainError:
    detail = f"{name}: 个人信息已依法删除，不再登记 / its personal data was erased: nothing more is recorded"
    return DomainError("subject-erased", detail)


def evolve(state: Subject | None, recorded: Recorded, _history: History) -> Subject:
    """Fold one fact."""
    subject = state or Subject(id=recorded.stream.removeprefix(_PREFIX))
    match recorded.event:
        case SubjectHeld(reference=reference):
            return replace(subject, holds=subject.holds | {reference})
        case SubjectReleased(reference=reference):
            return replace(subject, holds=subject.holds - {reference})
        case ErasureRequested(basis=basis):
            return replace(subject, requested_by=recorded.actor.id, basis=basis)
        case ErasureDeclined():
            return replace(subject, requested_by=None, basis="")
        case SubjectErased(requested_by=by, basis=basis):
            return replace(subject, requested_by=by, basis=basis, erased=True)
        case _:
            return subject
