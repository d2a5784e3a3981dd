"""Who holds the keys that prove draws, and answers what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.errors import DomainError
from domain.facts import Checks
from ledger import drand, vrf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.facts import Asked

CHECKS = Checks(vrf=vrf.verify, drand=drand.check)


class Prover(Protocol):
    """Anything that can prove draws."""

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Give (pi, beta) for a draw whose sources have all arrived; raises DomainError("vrf-key-missing")."""


class HeldKeys:
    """Keys in the memory of this process, by their public halves."""

    def __init__(self, secrets: Mapping[bytes, bytes]) -> None:
        self._secrets = dict(secrets)

    def prove(self, asked: Asked) -> tuple[bytes, bytes]:
        """Answer with the key that the commitment names."""
        secret = self._secrets.get(asked.vrf_key)
        if secret is None:
            detail = f"没有抽取密钥 {asked.vrf_key.hex()} / the secret of this key is not here"
            raise DomainError("vrf-key-missing", detail)
        return vrf.prove(secret, asked.alpha)
