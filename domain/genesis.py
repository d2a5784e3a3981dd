"""The first event: whose ledger this is, and under which keys its facts stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from domain.facts import Recorded
    from domain.history import History


@dataclass(frozen=True, kw_only=True)
class LedgerOpened:
    """Leaf 0. `vkey` is the log's C2SP verifier key, `service_key` and `vrf_key` are Ed25519 public keys in hex."""

    origin: str
    vkey: str
    service_key: str
    vrf_key: str
    mode: Literal["production", "development"]


@dataclass(frozen=True, kw_only=True)
class Genesis:
    """What leaf 0 says."""

    opened: LedgerOpened


def evolve(state: Genesis | None, recorded: Recorded, _history: History) -> Genesis:
    """Fold the opening. Any later event of this stream changes nothing yet."""
    if isinstance(recorded.event, LedgerOpened):
        return Genesis(opened=recorded.event)
    assert state is not None
    return state
