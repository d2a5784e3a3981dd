"""What is fixed before any source can be known: draw-v1 section 3."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain.canonical import canon
from domain.lottery.entropy import Source, sources_from_json
from domain.lottery.quota import Rule, quotas, rule_from_json
from domain.lottery.shapes import Shape

if TYPE_CHECKING:
    from domain.lottery.pool import Pool

ALG = "mingqian-draw-v1"
_SHAPE = Shape("commitment-invalid")
_KEYS = {
    "alg", "draw_id", "excluded_root", "pool_root", "pool_size", "rule", "sources", "vrf_key",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """The list, the rule and the sources of one draw; roots and key are bytes of 32."""

    draw_id: str
    excluded_root: bytes
    pool_root: bytes
    pool_size: int
    rule: Rule
    sources: tuple[Source, ...]
    vrf_key: bytes

    def to_json(self) -> dict[str, Any]:
        """Give the object that is hashed."""
        return {
            "alg": ALG,
            "draw_id": self.draw_id,
            "excluded_root": self.excluded_root.hex(),
            "pool_root": self.pool_root.hex(),
            "pool_size": self.pool_size,
            "rule": self.rule.to_json(),
            "sources": [source.to_json() for source in self.sources],
            "vrf_key": self.vrf_key.hex(),
        }

    def digest(self) -> bytes:
        """Give H(canon(commitment)), which is called the commitment."""
        return sha256(canon(self.to_json())).digest()


def commit(
    *, draw_id: str, pool: Pool, rule: Rule, sources: tuple[Source, ...], vrf_key: bytes
) -> Commitment:
    """Fix a draw; what could not be carried out is refused now, as it cannot be later.

    Raises DomainError: "stratum-without-ratio", "rule-cannot-be-met", "commitment-invalid",
    "source-invalid", "not-canonical".
    """
    quotas(rule, pool.sizes())
    commitment = Commitment(
        draw_id=draw_id,
        excluded_root=pool.excluded_root(),
        pool_root=pool.root(),
        pool_size=len(pool.members),
        rule=rule,
        sources=sources,
        vrf_key=vrf_key,
    )
    canon(commitment.to_json())
    return commitment_from_json(commitment.to_json())


def commitment_from_json(value: object, place: str = "$.commitment") -> Commitment:
    """Read a commitment strictly."""
    fields = _SHAPE.obj(value, place, _KEYS)
    if fields["alg"] != ALG:
        raise _SHAPE.refusal(f"{place}.alg", f"应为 / must be {ALG}")
    return Commitment(
        draw_id=_SHAPE.text(fields["draw_id"], f"{place}.draw_id"),
        excluded_root=_SHAPE.octets(fields["excluded_root"], f"{place}.excluded_root", 32),
        pool_root=_SHAPE.octets(fields["pool_root"], f"{place}.pool_root", 32),
        pool_size=_SHAPE.integer(fields["pool_size"], f"{place}.pool_size", 0),
        rule=rule_from_json(fields["rule"], f"{place}.rule"),
        sources=sources_from_json(fields["sources"], f"{place}.sources"),
        vrf_key=_SHAPE.octets(fields["vrf_key"], f"{place}.vrf_key", 32),
    )
