"""The keys by which people sign for themselves: enrolled, confirmed, replaced and revoked in the open.

A key counts from the leaf at which it is confirmed to the leaf at which it is replaced or revoked, whatever any clock says.
The first key of a person is confirmed by an administrator, who has compared it with the person; the next is signed by the
one before it, and by itself. Nobody has two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from domain.canonical import canon
from domain.errors import DomainError
from domain.facts import Fact
from domain.genesis import Genesis
from domain.organisation import Staff
from domain.rules import require_other_person, require_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Context, Recorded
    from domain.history import History

Suite = Literal["ed25519-sha256", "sm2-sm3"]
# The algorithms that a key may be of, each with the bytes of its public key and of its longest signature. SM2: GB/T 32918
# with SM3 and the signer id 1234567812345678, an uncompressed point and a DER signature.
SUITES: Mapping[str, tuple[int, int]] = {"ed25519-sha256": (32, 64), "sm2-sm3": (65, 72)}
ADMINISTRATORS = 2  # with one alone, whoever lost that key could never be given another
State = Literal["pending", "standing", "replaced", "revoked"]


@dataclass(frozen=True, kw_only=True)
class SigningKeyCommand:
    """What commands to a key carry: its public half in hex."""

    public_key: str

    @property
    def stream(self) -> str:
        return f"signing-key/{self.public_key}"


@dataclass(frozen=True, kw_only=True)
class EnrolSigningKey(SigningKeyCommand):
    """Name one's own key; `proof` is its signature over `enrolment_statement` in hex. Signed by the key before, it replaces that."""

    suite: Suite
    proof: str


@dataclass(frozen=True, kw_only=True)
class ConfirmSigningKey(SigningKeyCommand):
    """Confirm that a key is its owner's, after comparing it with them. `bootstrap` says that no administrator can sign yet."""

    bootstrap: bool


@dataclass(frozen=True, kw_only=True)
class RevokeSigningKey(SigningKeyCommand):
    """Let a key sign nothing more: by its owner, signed with it; where it is lost, by an administrator."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MakeSigningMandatory:
    """From here on, acts that are to be signed are refused unsigned. It cannot be undone."""

    @property
    def stream(self) -> str:
        return "signing"


AnySigningKeyCommand = EnrolSigningKey | ConfirmSigningKey | RevokeSigningKey


@dataclass(frozen=True, kw_only=True)
class SigningKeyEnrolled:
    """The key was named by `staff`; `replaces` is the key that signed for it, which then ends here."""

    staff: str
    suite: Suite
    proof: str
    replaces: str | None


@dataclass(frozen=True, kw_only=True)
class SigningKeyReplaced:
    """The person signs with another key from here on."""

    by: str


@dataclass(frozen=True, kw_only=True)
class SigningKeyConfirmed:
    """The person signs with the key from here on; `bootstrap` if nobody could sign for that yet."""

    bootstrap: bool


@dataclass(frozen=True, kw_only=True)
class SigningKeyRevoked:
    """Nothing is signed with the key from here on."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SigningMadeMandatory:
    """Acts that are to be signed are signed from here on."""


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key as it stands."""

    public_key: str
    staff: str
    suite: str
    state: State


@dataclass(frozen=True, kw_only=True)
class Signing:
    """There is one once signing is mandatory; `leaf` is from where."""

    leaf: int


def enrolment_statement(origin: str, staff: str, suite: str, public_key: str) -> bytes:
    """What a new key signs: that it is this person's, on this ledger. `public_key` is in hex."""
    said = {"origin": origin, "public_key": public_key, "staff": staff, "suite": suite}
    return b"mingqian-ledger-v1/signing-key\x00" + canon(said)


def standing_key(history: History, staff: str) -> SigningKey | None:
    """The key by which a person signs now."""
    keys = history.all(SigningKey)
    return next((key for key in keys if key.staff == staff and key.state == "standing"), None)


def is_mandatory(history: History) -> bool:
    """Whether what is to be signed is refused unsigned."""
    return history.get(Signing, "") is not None


def decide(
    state: SigningKey | None, command: AnySigningKeyCommand, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what follows from a command to a key, or refuse it. Changes nothing."""
    if isinstance(command, EnrolSigningKey):
        return _enrol(state, command, context, history)
    if state is None:
        raise DomainError("unknown-signing-key", "没有登记过该密钥 / no such key was enrolled")
    event: object
    match command:
        case ConfirmSigningKey():
            event = _confirm(state, command, context, history)
        case RevokeSigningKey():
            event = _revoke(state, command, context, history)
        case _:
            assert_never(command)
    return (Fact(stream=command.stream, event=event),)


def decide_mandatory(
    state: Signing | None, command: MakeSigningMandatory, context: Context, history: History
) -> tuple[Fact, ...]:
    """Signing is made mandatory once, by a signed act, when those who confirm keys can replace each other."""
    if state is not None:
        raise DomainError("wrong-stage", "签名已是强制 / signing is mandatory already")
    if len(_administrators(history)) < ADMINISTRATORS:
        detail = (
            "至少两名系统管理员须先有现行密钥 / two administrators must have standing keys first"
        )
        raise DomainError("signing-keys-too-few", detail)
    _require_signed(context)
    return (Fact(stream=command.stream, event=SigningMadeMandatory()),)


def _enrol(
    state: SigningKey | None, command: EnrolSigningKey, context: Context, history: History
) -> tuple[Fact, ...]:
    if state is not None:
        raise DomainError("signing-key-exists", "该密钥已登记过 / the key is on record already")
    _require_proof(command, context, history)
    old = standing_key(history, context.actor.id)
    if old is not None:
        _require_signed(context)
    enrolled = SigningKeyEnrolled(
        staff=context.actor.id,
        suite=command.suite,
        proof=command.proof,
        replaces=old.public_key if old else None,
    )
    facts = (Fact(stream=command.stream, event=enrolled),)
    if old is None:
        return facts
    replaced = SigningKeyReplaced(by=command.public_key)
    return (*facts, Fact(stream=f"signing-key/{old.public_key}", event=replaced))


def _require_proof(command: EnrolSigningKey, context: Context, history: History) -> None:
    """The holder of the new key says that it is theirs, so nobody enrols a key of somebody else."""
    public_size, longest = SUITES.get(command.suite, (0, 0))
    public, proof = _octets(command.public_key), _octets(command.proof)
    if len(public) != public_size or not 0 < len(proof) <= longest:
        detail = "suite, public_key, proof: 算法或写法不对 / no such algorithm, or malformed"
        raise DomainError("signing-key-invalid", detail)
    genesis = history.get(Genesis, "")
    assert genesis is not None
    statement = enrolment_statement(
        genesis.opened.origin, context.actor.id, command.suite, command.public_key
    )
    if not context.checks.signature(command.suite, public, proof, statement):
        detail = "proof: 不能证明本人持有私钥 / does not prove that the person holds the secret"
        raise DomainError("signing-key-proof-invalid", detail)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text) if re.fullmatch("([0-9a-f]{2})+", text) else b""


def _confirm(
    state: SigningKey, command: ConfirmSigningKey, context: Context, history: History
) -> SigningKeyConfirmed:
    require_other_person(context, state.staff, "signing-key.confirm")
    if state.state != "pending" or standing_key(history, state.staff) is not None:
        detail = (
            "该密钥不待确认，或其人已有现行密钥 / it does not wait, or its owner has a standing key"
        )
        raise DomainError("wrong-stage", detail)
    first = not _administrators(history, but=state.staff)
    if command.bootstrap and not first:
        detail = "已有管理员可签名确认，bootstrap 须为 false / an administrator can sign this: bootstrap is false"
        raise DomainError("signing-bootstrap-over", detail)
    if not command.bootstrap:
        _require_signed(context)
    return SigningKeyConfirmed(bootstrap=command.bootstrap)


def _revoke(
    state: SigningKey, command: RevokeSigningKey, context: Context, history: History
) -> SigningKeyRevoked:
    own = context.actor.id == state.staff
    if not own and context.actor.role != "administrator":
        detail = "由本人或系统管理员吊销 / revoked by its owner or an administrator"
        raise DomainError("not-yourself", detail)
    if state.state not in {"pending", "standing"}:
        detail = "该密钥已吊销或已被替换 / it is revoked or replaced already"
        raise DomainError("wrong-stage", detail)
    require_reason(command.reason)
    if state.state == "standing" if own else _administrators(history, but=state.staff):
        _require_signed(context)
    if is_mandatory(history) and _administrators(history) == {state.staff}:
        detail = "这是管理员中最后一把现行密钥，请先轮换或另行登记 / the last key of an administrator: replace it instead"
        raise DomainError("signing-key-last", detail)
    return SigningKeyRevoked(reason=command.reason)


def _administrators(history: History, but: str = "") -> set[str]:
    """Who could confirm a key, and sign for it."""
    signers = {key.staff for key in history.all(SigningKey) if key.state == "standing"} - {but}
    staff = (history.get(Staff, who) for who in signers)
    return {one.id for one in staff if one and one.active and "administrator" in one.roles}


def _require_signed(context: Context) -> None:
    if context.signed_by is None:
        raise signature_required()


def signature_required() -> DomainError:
    """The refusal of an unsigned act that is to be signed."""
    detail = "须以本人现行密钥签名 / to be signed with one's own standing key"
    return DomainError("signature-required", detail)


def evolve(state: SigningKey | None, recorded: Recorded, _history: History) -> SigningKey:
    """Fold one fact of a key."""
    event = recorded.event
    if isinstance(event, SigningKeyEnrolled):
        return SigningKey(
            public_key=recorded.stream.partition("/")[2],
            staff=event.staff,
            suite=event.suite,
            state="standing" if event.replaces else "pending",
        )
    assert state is not None
    match event:
        case SigningKeyConfirmed():
            return replace(state, state="standing")
        case SigningKeyReplaced():
            return replace(state, state="replaced")
        case SigningKeyRevoked():
            return replace(state, state="revoked")
        case _:
            return state


def evolve_mandatory(state: Signing | None, recorded: Recorded, _history: History) -> Signing:
    """Signing is mandatory from the first such fact on."""
    return state or Signing(leaf=recorded.leaf)
