"""The shapes that every part of the domain shares: who acts, in which moment, and what becomes a fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and in which role: stored in every event."""

    id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a decision may know besides history. All of it is handed in, so a replay can hand in the same.

    `now` is RFC 3339 UTC with milliseconds; `position` is the number of leaves before this decision, hence the leaf
    number of its first event; `checkpointed` is the size of the newest published checkpoint; `prove` is the VRF under
    the key that the ledger names: alpha (32 bytes) to (pi, beta), and it has exactly one answer for each alpha.
    """

    actor: Actor
    now: str
    position: int
    checkpointed: int
    prove: Callable[[bytes], tuple[bytes, bytes]]


class Command(Protocol):
    """An imperative: what somebody wants to happen to one stream."""

    @property
    def stream(self) -> str:
        """The stream whose state decides."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One outcome of a decision, not yet recorded.

    `personal` holds what must be sealed under the key of `subject` (for example `officer/QH001`); it never enters the
    event itself, so no state and no replay can depend on it.
    """

    stream: str
    event: object
    personal: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One event as the ledger holds it: the typed event and the envelope facts that replay needs."""

    leaf: int
    stream: str
    version: int
    recorded_at: str
    actor: Actor
    command_id: str
    event: object
