"""One ticket for each member, the smallest win: draw-v1 section 6."""

from __future__ import annotations

import hmac
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from math import isqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.lottery.pool import Member

TICKET_SIZE = 32


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
    """Give (ticket, id) of all in ticket order."""
    return [(lot[:TICKET_SIZE], _id_on(lot)) for lot in sorted(_lots(key, identifiers))]


def likely_bound(size: int, count: int) -> bytes:
    """Give 32 bytes that the cutoff of `count` out of `size` is almost never above.

    Tickets are spread evenly: `count + 8 * sqrt(count) + 8` are expected below it, and fewer than
    `count` would be eight standard deviations off.
    """
    expected = count + 8 * isqrt(count) + 8
    share = (expected << 8 * TICKET_SIZE) // max(size, 1)
    return min(share, (1 << 8 * TICKET_SIZE) - 1).to_bytes(TICKET_SIZE, "big")


def draw(seed: bytes, members: Iterable[Member], quotas: Mapping[str, int]) -> tuple[Drawn, ...]:
    """Draw from every stratum of `quotas`, in its order; a stratum without members yields none."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        groups[member.stratum].append(member.id)
    drawn = []
    for stratum, quota in quotas.items():
        identifiers = groups[stratum]
        winners = _smallest(stratum_key(seed, stratum), identifiers, quota)
        drawn.append(drawn_of(stratum, len(identifiers), quota, winners))
    return tuple(drawn)


def drawn_of(stratum: str, size: int, quota: int, winners: Sequence[bytes]) -> Drawn:
    """Say what was drawn, given ticket || utf8(id) of the winners in order."""
    return Drawn(
        stratum=stratum,
        size=size,
        quota=quota,
        cutoff=winners[-1][:TICKET_SIZE] if winners else None,
        selected=tuple(map(_id_on, winners)),
    )


def _smallest(key: bytes, identifiers: Sequence[str], count: int) -> list[bytes]:
    """Give the first `count` lots in order; those far above the cutoff need no sorting."""
    bound = likely_bound(len(identifiers), count)
    kept = [lot for lot in _lots(key, identifiers) if lot < bound]
    if len(kept) < min(count, len(identifiers)):
        kept = list(_lots(key, identifiers))
    return sorted(kept)[:count]


def _lots(key: bytes, identifiers: Iterable[str]) -> Iterator[bytes]:
    """Give ticket || utf8(id) of each, which sort as the law says: by ticket, then by id.

    The key fills one hash block, which is hashed once.
    """
    start = sha256(key + bytes(32)).copy
    for identifier in identifiers:
        state, name = start(), identifier.encode()
        state.update(name)
        yield state.digest() + name


def _id_on(lot: bytes) -> str:
    return lot[TICKET_SIZE:].decode()
