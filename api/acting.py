"""From a request to the writer: who acts in which role, and under which name of their own for the command."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4, uuid5

from domain.acts import act_of
from domain.canonical import canon
from domain.errors import DomainError
from domain.facts import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.facts import Command
    from domain.signing import Signature
    from ledger.group import Receipt
    from ledger.keys import Keys
    from ledger.writer import Writer

# The namespace of command ids (RFC 9562 version 5), itself drawn once at random.
NAMESPACE = UUID("5b0f6a0e-6a53-4d4e-9d0a-3c1b8a6f2e71")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is behind a request; `one_time` says that the password must be changed before anything else."""

    id: str
    department: str
    roles: tuple[str, ...]
    one_time: bool

    def has(self, *roles: str) -> bool:
        """Whether the person holds one of these roles."""
        return bool(set(roles) & set(self.roles))


def role_for(commands: Sequence[Command], roles: tuple[str, ...]) -> str:
    """The one role in which all commands are given; raises "role-not-allowed"."""
    allowed = list(dict.fromkeys(act_of(command).roles for command in commands))
    common = [role for role in allowed[0] if all(role in other for other in allowed)]
    role = next((role for role in common if role in roles), None)
    if role is None:
        wanted = "; ".join(sorted({", ".join(each) for each in allowed}))
        detail = f"需要角色 {wanted}，一批操作须能以同一角色办理 / these roles are needed, one for the whole batch"
        raise DomainError("role-not-allowed", detail)
    return role


def give(  # noqa: PLR0913 - who, where, and what came with the request
    writer: Writer,
    keys: Keys,
    person: Person,
    commands: Sequence[Command],
    key: str | None,
    *,
    signatures: Sequence[Signature | None] = (),
) -> Receipt:
    """Have commands decided and recorded as one commit.

    `key` is the caller's Idempotency-Key: once something was recorded under it, the same key of the same person names
    that command for ever. A command that was refused, or changed nothing, leaves no record, and its key stays free.
    The same command signed with another key, or by nobody, is another request.
    """
    actor = Actor(id=person.id, role=role_for(commands, person.roles))
    signers = [signature.key for signature in signatures if signature]
    asked = [[act_of(command).name, asdict(command)] for command in commands]  # type: ignore[call-overload]
    return writer.execute(
        commands,
        actor=actor,
        command_id=command_id(person.id, key),
        digest=keyed(keys, canon([*asked, signers] if signers else asked)),
        signatures=signatures,
    )


def command_id(person: str, key: str | None) -> str:
    """The id of a command: from the key that the person chose, or random without one."""
    return str(uuid5(NAMESPACE, f"{person}\n{key}") if key else uuid4())


def keyed(keys: Keys, content: bytes) -> bytes:
    """What tells two requests apart. Keyed, since a bare hash of a telephone number can be guessed."""
    return hmac.digest(keys.master, b"mingqian-api/command\x00" + content, hashlib.sha256)
