"""Checks that no plan sent out: after a complaint, to follow something up, in a special campaign. Visit caps do not count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import require_own_department
from domain.registry_state import Entity
from domain.rules import parse_past_date, require_slug, require_text

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

CheckKind = Literal[
    "complaint",  # 投诉举报核查
    "follow-up",  # 整改复查、后续跟踪
    "special-campaign",  # 上级部署的专项检查
]


@dataclass(frozen=True, kw_only=True)
class RecordOtherCheck:
    """Record a check of an entity that visit caps leave out, with the number of what it followed from."""

    id: str
    department: str
    entity: str
    kind: CheckKind
    on: str
    reference: str

    @property
    def stream(self) -> str:
        return f"other-check/{self.id}"


@dataclass(frozen=True, kw_only=True)
class OtherCheckRecorded:
    """A check was held that counts towards no cap. The discipline office is told by this event."""

    department: str
    entity: str
    kind: CheckKind
    on: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class OtherCheck:
    """A check as it was recorded."""

    id: str
    held: OtherCheckRecorded


def decide(
    state: OtherCheck | None, command: RecordOtherCheck, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    require_slug(command.id, "id")
    event = OtherCheckRecorded(
        department=command.department,
        entity=command.entity,
        kind=command.kind,
        on=command.on,
        reference=command.reference,
    )
    if state is not None:
        if state.held == event:
            return ()
        raise DomainError("already-registered", f"检查 {command.id} 已登记 / is on record already")
    require_own_department(context, history, command.department)
    entity = history.get(Entity, command.entity)
    if entity is None or entity.details is None:
        detail = f"{command.entity}: 不在检查对象名录 / not in the registry of entities"
        raise DomainError("unknown-entry", detail)
    parse_past_date(command.on, "on", context.now)
    require_text(command.reference, "reference")
    return (Fact(stream=command.stream, event=event),)


def evolve(state: OtherCheck | None, recorded: Recorded, _history: History) -> OtherCheck:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, OtherCheckRecorded):
        return OtherCheck(id=recorded.stream.partition("/")[2], held=event)
    assert state is not None
    return state
