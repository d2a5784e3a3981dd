"""The stored form of an event: one canonical JSON object, kept verbatim (mingqian-ledger-v1, Event).

One type, one strict parser: bytes that this class would not have written itself are refused, so
a field that is unknown, missing, or written another way can never enter or leave the ledger.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from domain import canonical
from domain.errors import DomainError
from domain.facts import Actor
from ledger.clock import is_rfc3339
from ledger.suites import WIRE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.signing import SignedCommand

UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"

Name = Annotated[str, msgspec.Meta(min_length=1)]
TypeName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.v[1-9][0-9]*\Z")]
Hex16 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
HexKey = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2}){32,128}\Z")]
Base64 = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}\Z")]


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """Personal fields, each encrypted under the key of their subject."""

    fields: dict[str, Base64]
    subject: Name


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The actor's own signature over the command that led to the event; `alg` goes with the suite that `command` names."""

    alg: Literal["ed25519", "sm2"]
    command: dict[str, object]
    key: HexKey
    sig: Base64

    def __post_init__(self) -> None:
        suite = self.command.get("alg")
        if not isinstance(suite, str) or WIRE.get(suite) != self.alg:
            raise ValueError("alg")

    @classmethod
    def of(cls, signed: SignedCommand) -> Signed:
        """Give the stored form of a signed command."""
        sig = base64.b64encode(signed.sig).decode()
        command = dict(signed.command)
        return cls(alg=WIRE[signed.suite], command=command, key=signed.key, sig=sig)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Everything that is stored, hashed and signed of one event; `data` is its typed content."""

    type: TypeName
    stream: Name
    version: Annotated[int, msgspec.Meta(ge=1)]
    recorded_at: str
    actor: Actor
    command_id: Annotated[str, msgspec.Meta(pattern=UUID_PATTERN)]
    nonce: Hex16 = field(repr=False)
    data: dict[str, object]
    v: Literal[1] = 1
    sealed: Sealed | None = None
    signed: Signed | None = None

    @property
    def originator_id(self) -> str:
        """The stream, as eventsourcing calls it."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, as eventsourcing calls it."""
        return self.version

    def as_object(self) -> dict[str, object]:
        """Give the object whose canonical bytes are stored; what is absent is left out."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        content["actor"] = {"id": self.actor.id, "role": self.actor.role}
        for name in ("sealed", "signed"):
            part = content.pop(name)
            if part is not None:
                content[name] = msgspec.to_builtins(part)
        return content

    def to_bytes(self) -> bytes:
        """Give the bytes to store; raises DomainError("not-canonical")."""
        return canonical.canon(self.as_object())

    @classmethod
    def from_bytes(cls, state: bytes) -> Envelope:
        """Read stored bytes.

        Raises DomainError: "not-canonical", or "envelope-malformed" naming the field.
        """
        return cls.from_object(canonical.parse(state))

    @classmethod
    def from_object(cls, content: object) -> Envelope:
        """Read the parsed object; raises DomainError("envelope-malformed")."""
        try:
            envelope = msgspec.convert(content, cls, strict=True)
        except msgspec.ValidationError as error:
            raise _malformed(str(error)) from None
        if not is_rfc3339(envelope.recorded_at):
            raise _malformed(f"`$.recorded_at`: {envelope.recorded_at!r}")
        if envelope.as_object() != content:
            raise _malformed(_surplus(envelope.as_object(), content))
        return envelope


def _malformed(detail: str) -> DomainError:
    return DomainError("envelope-malformed", f"事件封装格式不符 / malformed envelope: {detail}")


def _surplus(expected: Mapping[str, object], content: object) -> str:
    """Name the first field that the format does not have, or has another way."""
    given = content if isinstance(content, dict) else {}
    odd = sorted(key for key in given if key not in expected or given[key] != expected[key])
    return f"`$.{odd[0]}`" if odd else "`$`"
