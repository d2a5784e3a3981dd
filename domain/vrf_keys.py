"""The keys that prove draws: enrolled in the open, each before the plans it serves, and revoked in the open.

A plan is published together with the key that will prove its draws, so a key cannot be chosen with the sources in sight.
Enrolling another one is a rotation: it serves the plans that are published from then on. A revoked key proves nothing
that is committed later; what was committed before is still computed, since its result cannot be changed any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from domain.errors import DomainError
from domain.facts import Fact
from domain.genesis import Genesis
from domain.lottery.shapes import Shape
from domain.rules import require_reason

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

_SHAPE = Shape("vrf-key-invalid")


@dataclass(frozen=True, kw_only=True)
class EnrolVrfKey:
    """Make a key known: 32 bytes in hex, with the proof (80 bytes in hex) that its secret is held (`enrolment_alpha`)."""

    public_key: str
    proof: str

    @property
    def stream(self) -> str:
        return f"vrf-key/{self.public_key}"


@dataclass(frozen=True, kw_only=True)
class RevokeVrfKey:
    """Say that a key proves nothing new any more, and why."""

    public_key: str
    reason: str

    @property
    def stream(self) -> str:
        return f"vrf-key/{self.public_key}"


VrfKeyCommand = EnrolVrfKey | RevokeVrfKey


@dataclass(frozen=True, kw_only=True)
class VrfKeyEnrolled:
    """A key serves the plans that are published from here on; `proof` is the VRF proof over `enrolment_alpha`."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class VrfKeyRevoked:
    """No draw is committed under the key from here on."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class VrfKey:
    """A key as it stands; `leaf` is where it was enrolled."""

    public_key: str
    leaf: int
    revoked: bool = False


def enrolment_alpha(origin: str, public_key: bytes) -> bytes:
    """What the holder of a key proves when it is enrolled: bound to this ledger and this key."""
    return b"mingqian-vrf-key-v1/enrol\x00" + origin.encode() + b"\x00" + public_key


def serving_key(history: History) -> str:
    """The key that serves a plan published now: the newest that is not revoked, the first one being that of leaf 0.

    Raises DomainError("vrf-key-revoked") where none is left.
    """
    standing = [one for one in history.all(VrfKey) if not one.revoked]
    newest = max(standing, key=lambda one: one.leaf, default=None)
    if newest is not None:
        return newest.public_key
    first = _first_key(history)
    require_standing(first, history)
    return first


def require_standing(public_key: str, history: History) -> None:
    """Refuse a key that was revoked."""
    known = history.get(VrfKey, public_key)
    if known is not None and known.revoked:
        detail = "抽取密钥已吊销，请登记新密钥并重新公布计划 / the key is revoked: enrol another and publish the plan again"
        raise DomainError("vrf-key-revoked", detail)


def decide(
    state: VrfKey | None, command: VrfKeyCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command, or refuse it. Changes nothing."""
    event: object
    match command:
        case EnrolVrfKey():
            event = _enrol(state, command, context, history)
        case RevokeVrfKey():
            event = _revoke(state, command, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def _enrol(
    state: VrfKey | None, command: EnrolVrfKey, context: Context, history: History
) -> VrfKeyEnrolled:
    public_key = _SHAPE.octets(command.public_key, "public_key", 32)
    proof = _SHAPE.octets(command.proof, "proof", 80)
    if state is not None or command.public_key == _first_key(history):
        raise DomainError("vrf-key-exists", "该密钥已登记过 / the key is on record already")
    genesis = history.get(Genesis, "")
    assert genesis is not None
    alpha = enrolment_alpha(genesis.opened.origin, public_key)
    if context.checks.vrf(public_key, alpha, proof) is None:
        raise DomainError(
            "vrf-proof-invalid", "proof: 不能证明持有私钥 / does not prove that the secret is held"
        )
    return VrfKeyEnrolled(proof=command.proof)


def _revoke(state: VrfKey | None, command: RevokeVrfKey, history: History) -> VrfKeyRevoked:
    if state is None and command.public_key != _first_key(history):
        raise DomainError("unknown-vrf-key", "没有登记过该密钥 / no such key was enrolled")
    require_standing(command.public_key, history)
    require_reason(command.reason)
    return VrfKeyRevoked(reason=command.reason)


def _first_key(history: History) -> str:
    genesis = history.get(Genesis, "")
    assert genesis is not None
    return genesis.opened.vrf_key


def evolve(state: VrfKey | None, recorded: Recorded, _history: History) -> VrfKey:
    """Fold one fact; the key of leaf 0 has no state until it is revoked."""
    key = state or VrfKey(public_key=recorded.stream.partition("/")[2], leaf=recorded.leaf)
    return replace(key, revoked=True) if isinstance(recorded.event, VrfKeyRevoked) else key
