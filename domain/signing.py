"""What a person signs: the command itself, in the one form that signer, service and audit arrive at by themselves.

Personal texts are not in it, since what is signed can never be erased. In their place stands a commitment with a random
salt, which is sealed beside the text: without the subject's key the commitment says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain import personnel_commands as personnel
from domain import replacement_commands as replacement
from domain import visit_commands as visit
from domain.canonical import canon
from domain.errors import DomainError
from domain.genesis import Genesis
from domain.signing_keys import SigningKey

if TYPE_CHECKING:
    from domain.facts import Checks, Command, Fact
    from domain.history import History

COMMAND_TAG = b"mingqian-ledger-v1/command\x00"
PERSONAL_TAG = b"mingqian-ledger-v1/personal\x00"
SALT_SIZE = 32
SALT = "salt"  # the sealed field beside the texts that it belongs to
# Texts that are sealed, by command; the mapping `personal` of any command is, too.
_PERSONAL: Mapping[type, str] = {
    personnel.DeclareRecusal: "reason",
    personnel.RecordLeave: "reason",
    personnel.RecordRelation: "detail",
    personnel.EndRelation: "reason",
    replacement.Declare: "reason",
    replacement.RequestReplacement: "reason",
    visit.AttachEvidence: "caption",
    visit.RecordOutcome: "account",
    visit.Acknowledge: "statement",
}


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a person hands in with a command: their key in hex, the signature, and the salt of the personal texts in it."""

    key: str
    sig: bytes = field(repr=False)
    salt: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SignedCommand:
    """What stands beside the first event of a signed command: `command` is what was signed, under `suite`."""

    suite: str
    key: str
    sig: bytes
    command: Mapping[str, object]


def has_personal(command: Command) -> bool:
    """Whether a command holds a text that only its commitment may stand for, so that its signer chooses a salt."""
    return any(_personal_texts(command).values())


def form(  # noqa: PLR0913 - all that is signed
    command: Command,
    *,
    name: str,
    command_id: str,
    origin: str,
    suite: str,
    salt: bytes | None = None,
) -> dict[str, Any]:
    """The object that is signed; an empty personal text stays empty.

    Raises DomainError("signature-salt-missing") where there is something personal and no salt of 32 bytes.
    """
    return {
        "alg": suite,
        "command_id": command_id,
        "data": _data(command, salt),
        "name": name,
        "origin": origin,
        "stream": command.stream,
    }


def message(signed: Mapping[str, object]) -> bytes:
    """The bytes under the signature; raises DomainError("not-canonical")."""
    return COMMAND_TAG + canon(signed)


def commitment(salt: bytes, text: str) -> str:
    """What stands for a personal text, in hex."""
    return sha256(PERSONAL_TAG + salt + text.encode()).hexdigest()


def verified(  # noqa: PLR0913 - all that is signed, and by what it is judged
    command: Command,
    signature: Signature,
    *,
    name: str,
    command_id: str,
    history: History,
    checks: Checks,
) -> SignedCommand:
    """Give what was signed. That the key is the actor's own is for `decisions.decide`.

    Raises DomainError: "signing-key-not-standing" for a key that nobody enrolled, "signature-salt-missing",
    "command-signature-invalid", "suite-unavailable".
    """
    key, genesis = history.get(SigningKey, signature.key), history.get(Genesis, "")
    if key is None or genesis is None:
        raise not_standing()
    signed = form(
        command,
        name=name,
        command_id=command_id,
        origin=genesis.opened.origin,
        suite=key.suite,
        salt=signature.salt,
    )
    public = bytes.fromhex(key.public_key)
    if not checks.signature(key.suite, public, signature.sig, message(signed)):
        detail = "签名与命令不符 / the signature does not fit the command"
        raise DomainError("command-signature-invalid", detail)
    return SignedCommand(suite=key.suite, key=key.public_key, sig=signature.sig, command=signed)


def with_salt(fact: Fact, salt: bytes) -> Fact:
    """The fact with the salt among what is sealed of it."""
    return replace(fact, personal={**fact.personal, SALT: salt.hex()})


def not_standing() -> DomainError:
    """The refusal of a key that is not the actor's own at this leaf."""
    detail = "不是办理人现行的签名密钥 / not the key by which this person signs now"
    return DomainError("signing-key-not-standing", detail)


def _personal_texts(command: Command) -> dict[str, str]:
    """The sealed texts of a command by field, those of its mapping `personal` by their names."""
    one = _PERSONAL.get(type(command))
    texts = {one: str(getattr(command, one))} if one else {}
    return {**texts, **getattr(command, "personal", {})}


def _data(command: Command, salt: bytes | None) -> dict[str, Any]:
    texts = _personal_texts(command)
    if any(texts.values()) and (salt is None or len(salt) != SALT_SIZE):
        detail = "含个人信息的命令须附 32 字节随机盐 / a command with personal texts needs a salt of 32 random bytes"
        raise DomainError("signature-salt-missing", detail)
    hidden = {name: commitment(salt or b"", text) if text else "" for name, text in texts.items()}
    data: dict[str, Any] = asdict(command)  # type: ignore[call-overload]
    if "personal" in data:
        return {**data, "personal": hidden}
    return {**data, **hidden}
