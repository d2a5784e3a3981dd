"""People with keys of their own, who sign what they do."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain import signing
from domain.acts import act_of
from domain.organisation import AddStaff, Staff
from domain.signing import Signature
from domain.signing_keys import (
    ConfirmSigningKey,
    EnrolSigningKey,
    MakeSigningMandatory,
    Suite,
    enrolment_statement,
)

if TYPE_CHECKING:
    from domain.facts import Command
    from tests.story import Story

SUITE: Suite = "ed25519-sha256"
SALT = sha256(b"salt of a test").digest()


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A person's key; the same `seed` gives the same key."""

    staff: str
    origin: str
    seed: str = ""

    @property
    def secret(self) -> Ed25519PrivateKey:
        """The private half."""
        seed = sha256(f"signer/{self.staff}/{self.seed}".encode()).digest()
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> str:
        """The public half in hex."""
        return self.secret.public_key().public_bytes_raw().hex()

    def enrolment(self) -> EnrolSigningKey:
        """The command that names the key."""
        statement = enrolment_statement(self.origin, self.staff, SUITE, self.public_key)
        proof = self.secret.sign(statement).hex()
        return EnrolSigningKey(public_key=self.public_key, suite=SUITE, proof=proof)

    def form(self, command: Command, command_id: str) -> dict[str, Any]:
        """What is signed of a command."""
        return signing.form(
            command,
            name=act_of(command).name,
            command_id=command_id,
            origin=self.origin,
            suite=SUITE,
            salt=SALT if signing.has_personal(command) else None,
        )

    def sign(self, command: Command, command_id: str) -> Signature:
        """Sign a command."""
        sig = self.secret.sign(signing.message(self.form(command, command_id)))
        salt = SALT if signing.has_personal(command) else None
        return Signature(key=self.public_key, sig=sig, salt=salt)


def signed_as_stored(
    event: dict[str, Any], signer: Signer, command: Command, **changed: object
) -> dict[str, Any]:
    """What a person's key makes of a command, in the form of an event."""
    said = {**signer.form(command, event["command_id"]), **changed}
    return {
        "alg": "ed25519",
        "command": said,
        "key": signer.public_key,
        "sig": base64.b64encode(signer.secret.sign(signing.message(said))).decode(),
    }


def let_everybody_sign(told: Story, origin: str) -> None:
    """Add a second administrator, enrol a key of each person, and make signing mandatory."""
    second = AddStaff(
        id="admin2", department="edu", roles=("administrator",), personal={"name": "示例"}
    )
    told.act("admin", "administrator", second)
    # Who confirms the others is the first who can sign.
    for staff in sorted(told.history.all(Staff), key=lambda staff: staff.id != "admin"):
        if staff.active:
            signer, first = Signer(staff=staff.id, origin=origin), staff.id == "admin"
            told.act(staff.id, staff.roles[0], signer.enrolment())
            confirm = ConfirmSigningKey(public_key=signer.public_key, bootstrap=first)
            told.act("admin2" if first else "admin", "administrator", confirm)
    told.act("admin", "administrator", MakeSigningMandatory())
