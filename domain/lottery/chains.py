"""The drand chains that a draw may rely on, pinned: key, rhythm and hash stand here and are asked from nobody.

A round is due at a known second, so which round a draw waits for follows from its commitment. All arithmetic is in integers.
Source: drand/drand-client lib/defaults.ts; a chain's hash is that of its key and rhythm (drand/drand common/chain, Info.Hash).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from domain.errors import DomainError

ChainName = Literal["default", "quicknet"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One chain: `hash` in hex, `period` in seconds, `genesis_time` in Unix seconds, `signature_size` in bytes.

    On a `chained` chain the signature of a round covers that of the round before, which is needed to verify it.
    """

    name: ChainName
    hash: str
    public_key: bytes
    scheme: Literal["pedersen-bls-chained", "bls-unchained-g1-rfc9380"]
    period: int
    genesis_time: int
    signature_size: int
    chained: bool


_DEFAULT = Chain(
    name="default",
    hash="8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce",
    public_key=bytes.fromhex(
        "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a5699"
        "37c529eeda66c7293784a9402801af31"
    ),
    scheme="pedersen-bls-chained",
    period=30,
    genesis_time=1595431050,
    signature_size=96,
    chained=True,
)
_QUICKNET = Chain(
    name="quicknet",
    hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
        "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
        "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    scheme="bls-unchained-g1-rfc9380",
    period=3,
    genesis_time=1692803367,
    signature_size=48,
    chained=False,
)
CHAINS: dict[str, Chain] = {chain.hash: chain for chain in (_DEFAULT, _QUICKNET)}
"""The pinned chains by the hash that a source names."""


def chain_of(chain_hash: str) -> Chain:
    """Find a pinned chain by its hash in hex; raises DomainError("chain-unknown")."""
    return _pinned(CHAINS, chain_hash)


def by_name(name: str) -> Chain:
    """Find a pinned chain by its name; raises DomainError("chain-unknown")."""
    return _pinned({chain.name: chain for chain in CHAINS.values()}, name)


def time_of(chain: Chain, round_: int) -> int:
    """Unix seconds at which a round, counted from 1, is due."""
    return chain.genesis_time + (round_ - 1) * chain.period


def first_round_at(chain: Chain, unix_seconds: int) -> int:
    """Give the first round that is due at that moment or after it, 1 or more."""
    return max(1, 1 - (chain.genesis_time - unix_seconds) // chain.period)


def unix_ms(text: str) -> int:
    """Read RFC 3339 UTC with milliseconds, `2024-09-02T01:30:00.000Z` and no other form, as Unix milliseconds.

    Raises DomainError("time-invalid").
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _EPOCH
    if f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z" != text:
        detail = (
            "时间应写作 2024-09-02T01:30:00.000Z / a time is written as 2024-09-02T01:30:00.000Z"
        )
        raise DomainError("time-invalid", detail)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _pinned(chains: dict[str, Chain], key: str) -> Chain:
    chain = chains.get(key)
    if chain is None:
        names = ", ".join(each.name for each in CHAINS.values())
        detail = f"没有内置该 drand 链，可用：{names} / this drand chain is not built in; there are: {names}"
        raise DomainError("chain-unknown", detail)
    return chain
