"""The shapes that every part of the domain shares: who acts, in which moment, and what becomes a fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.lottery.entropy import DrandCheck
from domain.lottery.seed import VrfCheck


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and in which role: stored in every event."""

    id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the holder of a draw's key is asked: the proof over `alpha`, which follows from everything that is named here.

    `vrf_key` and `alpha` are 32 bytes, `entropy` is what the sources revealed, in the order of the commitment. So the
    holder can see on the ledger whether it is a draw whose sources have all arrived, and need not take anybody's word.
    """

    draw_id: str
    vrf_key: bytes
    alpha: bytes
    entropy: tuple[Mapping[str, Any], ...]


Prove = Callable[[Asked], tuple[bytes, bytes]]
"""Answers (pi, beta): there is exactly one answer to each question."""


SignatureCheck = Callable[[str, bytes, bytes, bytes], bool]
"""Of a suite, a public key, a signature and the signed bytes: whether it holds. Raises DomainError("suite-unavailable")."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Checks that need more than the standard library: the VRF, drand, and people's signatures."""

    vrf: VrfCheck
    drand: DrandCheck
    signature: SignatureCheck


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a decision may know besides history. All of it is handed in, so a replay can hand in the same.

    `now` is RFC 3339 UTC with milliseconds; `position` is the number of leaves before this decision, hence the leaf
    number of its first event; `checkpointed` is the size of the newest published checkpoint; `prove` asks the holder of
    a draw's key; `checks` judge proofs and signatures; `signed_by` is the key in hex whose signature over this command
    holds, None for a command that is not signed.
    """

    actor: Actor
    now: str
    position: int
    checkpointed: int
    prove: Prove
    checks: Checks
    signed_by: str | None = None


class Command(Protocol):
    """An imperative: what somebody wants to happen to one stream."""

    @property
    def stream(self) -> str:
        """The stream whose state decides."""
        ...


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a command carries that confirms, reviews, approves, declines or releases: the `version` of the stream that its person saw."""

    version: int


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
