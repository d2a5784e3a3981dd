"""Who holds the keys that prove draws, and answers what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.errors import DomainError
from domain.facts import Checks
from ledger import drand, suites, vrf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Asked

CHECKS = Checks(vrf=vrf.verify, drand=drand.check, signature=suites.holds)


class Prover(Protocol):
    """Anything that can prove draws."""

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Give (pi, beta) for a draw whose sources have all arrived; raises DomainError, such as "vrf-key-missing"."""

    def public_keys(self) -> tuple[bytes, ...]:
        """The public halves of the keys that are held, ascending."""


def missing_key(public: bytes) -> DomainError:
    """Say that the secret of a key is not where it is needed."""
    detail = f"没有抽取密钥 {public.hex()} / the secret of this key is not here"
    return DomainError("vrf-key-missing", detail)


class HeldKeys:
    """Keys that this process can read, by their public halves. Asks nobody whether it may."""

    def __init__(self, secrets: Mapping[bytes, bytes]) -> None:
        self._secrets = secrets

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Answer with the key that the commitment names."""
        secret = self._secrets.get(asked.vrf_key)
        if secret is None:
            raise missing_key(asked.vrf_key)
        return vrf.prove(secret, asked.alpha)

    def public_keys(self) -> tuple[bytes, ...]:
        """All that there are."""
        return tuple(sorted(self._secrets))
