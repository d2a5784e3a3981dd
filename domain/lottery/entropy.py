"""Sources that nobody can know beforehand, and what each yields: draw-v1 section 4."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery import chains
from domain.lottery.shapes import Shape

_SOURCE = Shape("source-invalid")
_REVEAL = Shape("reveal-invalid")

DrandCheck: TypeAlias = Callable[["Drand", bytes, bytes | None], bool]
"""Says whether the BLS signature of a round holds: source, signature, previous signature."""


@dataclass(frozen=True, kw_only=True)
class Drand:
    """One round of a drand chain; `chain` is the chain hash in hex."""

    chain: str
    round: int

    def to_json(self) -> dict[str, Any]:
        """Give the entry of `sources`."""
        return {"type": "drand", "chain": self.chain, "round": self.round}


@dataclass(frozen=True, kw_only=True)
class Lottery:
    """One issue of a public lottery."""

    name: str
    issue: str

    def to_json(self) -> dict[str, Any]:
        """Give the entry of `sources`."""
        return {"type": "lottery", "name": self.name, "issue": self.issue}


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A person who keeps 32 secret bytes, fixed by `commit` (see `witness_commit`) in hex."""

    who: str
    commit: str

    def to_json(self) -> dict[str, Any]:
        """Give the entry of `sources`."""
        return {"type": "witness", "who": self.who, "commit": self.commit}


Source: TypeAlias = Drand | Lottery | Witness


def sources_from_json(value: object, place: str = "$.sources") -> tuple[Source, ...]:
    """Read the ordered list of one source or more; a type that is not known is refused."""
    rows = _SOURCE.array(value, place, 1)
    return tuple(_source(row, f"{place}[{index}]") for index, row in enumerate(rows))


def witness_commit(nonce: bytes) -> bytes:
    """Give what a witness hands over before the draw for the 32 bytes kept until after it."""
    return sha256(b"mingqian-draw-v1/witness\x00" + nonce).digest()


def randomness(source: Source, revealed: object, place: str = "$.entropy") -> bytes:
    """Give the 32 bytes that a source yields once `revealed` is known.

    The BLS signature of drand and the two-person entry of lottery numbers are checked elsewhere.
    Raises DomainError: "reveal-invalid", "witness-nonce-mismatch".
    """
    match source:
        case Drand():
            signature, _ = drand_signatures(source, revealed, place)
            return sha256(signature).digest()
        case Lottery():
            return _lottery(source, revealed, place)
        case Witness():
            nonce = _REVEAL.octets(_REVEAL.obj(revealed, place, {"nonce"})["nonce"], place, 32)
            if witness_commit(nonce).hex() != source.commit:
                detail = (
                    f"{place}: 随机数与见证人事先的承诺不符 / the nonce is not the one committed"
                )
                raise DomainError("witness-nonce-mismatch", detail)
            return nonce


def all_randomness(
    sources: Sequence[Source], revealed: object, place: str = "$.entropy"
) -> list[bytes]:
    """Give the bytes of every source, in order, from the list of what was revealed."""
    rows = _REVEAL.array(revealed, place)
    if len(rows) != len(sources):
        raise _REVEAL.refusal(place, f"应有 {len(sources)} 项 / must have {len(sources)} entries")
    return [
        randomness(source, row, f"{place}[{index}]")
        for index, (source, row) in enumerate(zip(sources, rows, strict=True))
    ]


def drand_signatures(
    source: Drand, revealed: object, place: str = "$.entropy"
) -> tuple[bytes, bytes | None]:
    """Read what drand revealed: the signature and, on the chained scheme and only there, the previous one.

    Raises DomainError: "reveal-invalid", "chain-unknown".
    """
    chain = chains.chain_of(source.chain)
    names = {"signature", "previous_signature"} if chain.chained else {"signature"}
    fields = _REVEAL.obj(revealed, place, names)
    size = chain.signature_size
    signature = _REVEAL.octets(fields["signature"], f"{place}.signature", size)
    if not chain.chained:
        return signature, None
    previous = f"{place}.previous_signature"
    return signature, _REVEAL.octets(fields["previous_signature"], previous, _before(source, size))


def _before(source: Drand, size: int) -> int:
    """The first round follows on the chain's 32-byte seed, every other on a signature."""
    return size if source.round > 1 else 32


def _lottery(source: Lottery, revealed: object, place: str) -> bytes:
    place += ".numbers"
    numbers = _REVEAL.obj(revealed, place, {"numbers"})["numbers"]
    groups = []
    for index, group in enumerate(_REVEAL.array(numbers, place, 1)):
        spot = f"{place}[{index}]"
        groups.append(sorted(_REVEAL.integer(n, spot) for n in _REVEAL.array(group, spot, 1)))
    facts = {"issue": source.issue, "name": source.name, "numbers": groups}
    return sha256(b"mingqian-draw-v1/lottery\x00" + canon(facts)).digest()


def _source(value: object, place: str) -> Source:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "drand":
        fields = _SOURCE.obj(value, place, {"type", "chain", "round"})
        chain = _SOURCE.octets(fields["chain"], f"{place}.chain", 32).hex()
        return Drand(chain=chain, round=_SOURCE.integer(fields["round"], f"{place}.round", 1))
    if kind == "lottery":
        fields = _SOURCE.obj(value, place, {"type", "name", "issue"})
        name = _SOURCE.text(fields["name"], f"{place}.name")
        return Lottery(name=name, issue=_SOURCE.text(fields["issue"], f"{place}.issue"))
    if kind == "witness":
        fields = _SOURCE.obj(value, place, {"type", "who", "commit"})
        commit = _SOURCE.octets(fields["commit"], f"{place}.commit", 32).hex()
        return Witness(who=_SOURCE.text(fields["who"], f"{place}.who"), commit=commit)
    raise _SOURCE.refusal(f"{place}.type", "来源类型未知 / unknown type of source")
