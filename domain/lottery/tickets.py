"""One ticket for each member, the smallest win: draw-v1 section 6."""

from __future__ import annotations

import hmac
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.lottery.pool import Member


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was drawn from one stratum: `selected` in ticket order, `cutoff` the largest drawn."""

    stratum: str
    size: int
    quota: int
    cutoff: bytes | None
    selected: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the entry of `strata` of the proof bundle."""
        return {
            "stratum": self.stratum,
            "size": self.size,
            "quota": self.quota,
            "cutoff": None if self.cutoff is None else self.cutoff.hex(),
            "selected": list(self.selected),
        }


def key_of(seed: bytes, label: bytes, name: str) -> bytes:
    """Give HMAC-SHA256(seed, label || 0x00 || name): the key of a set of tickets."""
    return hmac.digest(seed, label + b"\x00" + name.encode(), "sha256")


def stratum_key(seed: bytes, stratum: str) -> bytes:
    """Give the key of a stratum's tickets."""
    return key_of(seed, b"stratum", stratum)


def ticket(key: bytes, identifier: str) -> bytes:
    """Give H(key || 32 zero bytes || id): drawn if and only if not above the stratum's cutoff."""
    return sha256(key + bytes(32) + identifier.encode()).digest()


def by_ticket(key: bytes, identifiers: Iterable[str]) -> list[tuple[bytes, str]]:
    """Give (ticket, id) in ticket order; the key fills one hash block, which is hashed once."""
    block = sha256(key + bytes(32))
    pairs = []
    for identifier in identifiers:
        name, state = identifier.encode(), block.copy()
        state.update(name)
        pairs.append((state.digest(), name))
    return [(each, name.decode()) for each, name in sorted(pairs)]


def draw(seed: bytes, members: Sequence[Member], quotas: Mapping[str, int]) -> tuple[Drawn, ...]:
    """Draw from every stratum of `quotas`, in its order; a stratum without members yields none."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        groups[member.stratum].append(member.id)
    drawn = []
    for stratum, quota in quotas.items():
        winners = by_ticket(stratum_key(seed, stratum), groups[stratum])[:quota]
        drawn.append(
            Drawn(
                stratum=stratum,
                size=len(groups[stratum]),
                quota=quota,
                cutoff=winners[-1][0] if winners else None,
                selected=tuple(identifier for _, identifier in winners),
            )
        )
    return tuple(drawn)
