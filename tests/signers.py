"""People with keys of their own, who sign what they do."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain import signing
from domain.decisions import act_of
from domain.signing import Signature
from domain.signing_keys import EnrolSigningKey, Suite, enrolment_statement

if TYPE_CHECKING:
    from domain.facts import Command

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
