"""宣传: what was told to the public about the inspections, where, and with what evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.facts import Fact
from domain.organisation import require_own_department
from domain.rules import (
    parse_past_date,
    require_reason,
    require_sha256,
    require_slug,
    require_text,
)

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

Channel = Literal[
    "news-media",  # 新闻媒体
    "broadcast",  # 广播电视
    "official-website",  # 官方网站
    "on-site",  # 现场宣讲: policy is explained in the course of a visit
]


@dataclass(frozen=True, kw_only=True)
class RecordPublicity:
    """Record a report, a broadcast or a talk. `link` is its address, or empty; `evidence` the SHA-256 of a copy, in hex."""

    id: str
    department: str
    on: str
    channel: Channel
    title: str
    link: str
    evidence: str

    @property
    def stream(self) -> str:
        return f"publicity/{self.id}"


@dataclass(frozen=True, kw_only=True)
class WithdrawPublicity:
    """Say that a record was made in error; it stays readable and counts no more."""

    id: str
    reason: str

    @property
    def stream(self) -> str:
        return f"publicity/{self.id}"


@dataclass(frozen=True, kw_only=True)
class PublicityRecorded:
    """The public was told."""

    department: str
    on: str
    channel: Channel
    title: str
    link: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class PublicityWithdrawn:
    """The record counts no more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Publicity:
    """A record as it stands."""

    id: str
    told: PublicityRecorded
    withdrawn: bool = False


def decide(
    state: Publicity | None,
    command: RecordPublicity | WithdrawPublicity,
    context: Context,
    history: History,
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    if isinstance(command, RecordPublicity):
        event = _record(state, command, context, history)
    else:
        if state is None:
            raise DomainError("unknown-publicity", f"没有记录 {command.id} / no such record")
        require_own_department(context, history, state.told.department)
        if state.withdrawn:
            raise DomainError("wrong-stage", f"{command.id} 已撤销 / is withdrawn already")
        require_reason(command.reason)
        event = PublicityWithdrawn(reason=command.reason)
    return (Fact(stream=command.stream, event=event),)


def _record(
    state: Publicity | None, command: RecordPublicity, context: Context, history: History
) -> PublicityRecorded:
    require_slug(command.id, "id")
    if state is not None:
        raise DomainError("already-registered", f"宣传 {command.id} 已登记 / is on record already")
    require_own_department(context, history, command.department)
    parse_past_date(command.on, "on", context.now)
    require_text(command.title, "title")
    if command.link and not command.link.startswith(("https://", "http://")):
        detail = "link: 网址以 https:// 或 http:// 开头 / an address begins so"
        raise DomainError("link-invalid", detail)
    require_sha256(command.evidence, "evidence")
    return PublicityRecorded(
        department=command.department,
        on=command.on,
        channel=command.channel,
        title=command.title,
        link=command.link,
        evidence=command.evidence,
    )


def evolve(state: Publicity | None, recorded: Recorded, _history: History) -> Publicity:
    """Fold one fact."""
    event = recorded.event
    if isinstance(event, PublicityRecorded):
        return Publicity(id=recorded.stream.partition("/")[2], told=event)
    assert state is not None
    return replace(state, withdrawn=True) if isinstance(event, PublicityWithdrawn) else state
