"""Commitment and proof bundle of an assignment: assign-v1, with entropy and seed as in draw-v1."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from domain.canonical import canon
from domain.lottery.assignment import assign
from domain.lottery.assignment_check import check_assignment
from domain.lottery.assignment_input import ALG, AssignmentInput, canonical_input
from domain.lottery.blocking import require_feasible
from domain.lottery.entropy import Source, all_randomness, sources_from_json
from domain.lottery.fairness import check_fairness
from domain.lottery.seed import alpha_of, seed_of
from domain.lottery.shapes import Shape
from domain.lottery.verification import (
    Check,
    Disclosure,
    Means,
    Verification,
    require_equal,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMITMENT = Shape("commitment-invalid")
_BUNDLE = Shape("bundle-invalid")


@dataclass(frozen=True, kw_only=True)
class AssignmentCommitment:
    """The input (its hash, 32 bytes) and the sources of one assignment."""

    draw_id: str
    input_hash: bytes
    sources: tuple[Source, ...]
    vrf_key: bytes

    def to_json(self) -> dict[str, Any]:
        """Give the object that is hashed."""
        return {
            "alg": ALG,
            "draw_id": self.draw_id,
            "input": self.input_hash.hex(),
            "sources": [source.to_json() for source in self.sources],
            "vrf_key": self.vrf_key.hex(),
        }

    def digest(self) -> bytes:
        """Give H(canon(commitment)), which is called the commitment."""
        return sha256(canon(self.to_json())).digest()


def commit_assignment(
    *, draw_id: str, roster: AssignmentInput, sources: tuple[Source, ...], vrf_key: bytes
) -> AssignmentCommitment:
    """Fix an assignment; what is impossible is refused now, as it cannot be later.

    Raises DomainError: "assignment-infeasible", "commitment-invalid", "source-invalid",
    "not-canonical".
    """
    require_feasible(roster)
    commitment = AssignmentCommitment(
        draw_id=draw_id, input_hash=roster.digest(), sources=sources, vrf_key=vrf_key
    )
    canon(commitment.to_json())
    return assignment_commitment_from_json(commitment.to_json())


def assignment_commitment_from_json(
    value: object, place: str = "$.commitment"
) -> AssignmentCommitment:
    """Read a commitment strictly."""
    fields = _COMMITMENT.obj(value, place, {"alg", "draw_id", "input", "sources", "vrf_key"})
    if fields["alg"] != ALG:
        raise _COMMITMENT.refusal(f"{place}.alg", f"应为 / must be {ALG}")
    return AssignmentCommitment(
        draw_id=_COMMITMENT.text(fields["draw_id"], f"{place}.draw_id"),
        input_hash=_COMMITMENT.octets(fields["input"], f"{place}.input", 32),
        sources=sources_from_json(fields["sources"], f"{place}.sources"),
        vrf_key=_COMMITMENT.octets(fields["vrf_key"], f"{place}.vrf_key", 32),
    )


def build_assignment_bundle(
    *,
    commitment: AssignmentCommitment,
    roster: AssignmentInput,
    entropy: Sequence[object],
    pi: bytes,
    beta: bytes,
) -> dict[str, Any]:
    """Carry out the assignment and give its proof bundle; arguments as for `build_bundle`."""
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, entropy))
    seed = seed_of(alpha, beta)
    return {
        "alg": ALG,
        "commitment": commitment.to_json(),
        "input": roster.to_json(),
        "entropy": list(entropy),
        "vrf_proof": pi.hex(),
        "seed": seed.hex(),
        "output": assign(roster, seed),
    }


def verify_assignment_bundle(bundle: object, means: Means) -> Verification:
    """Recompute every value of a bundle; anything may be handed in, nothing is raised.

    Steps: shape, commitment, input, entropy, vrf_proof, seed, rule, fairness, output.
    """
    return run(lambda: _checks(bundle, means))


def _checks(bundle: object, means: Means) -> list[Check]:
    canon(bundle)
    keys = {"alg", "commitment", "input", "entropy", "vrf_proof", "seed", "output"}
    fields = _BUNDLE.obj(bundle, "$", keys)
    if fields["alg"] != ALG:
        raise _BUNDLE.refusal("$.alg", f"应为 / must be {ALG}")
    commitment = assignment_commitment_from_json(fields["commitment"])
    roster = canonical_input(fields["input"])
    disclosure = Disclosure(
        sources=commitment.sources,
        commitment=commitment.digest(),
        vrf_key=commitment.vrf_key,
        entropy=_BUNDLE.array(fields["entropy"], "$.entropy"),
        pi=_BUNDLE.octets(fields["vrf_proof"], "$.vrf_proof", 80),
        seed=_BUNDLE.octets(fields["seed"], "$.seed", 32),
        means=means,
    )
    output = fields["output"]
    return [
        ("commitment", disclosure.check_commitment),
        ("input", lambda: require_equal("$.input", roster.digest(), commitment.input_hash)),
        ("entropy", disclosure.check_entropy),
        ("vrf_proof", disclosure.check_vrf_proof),
        ("seed", disclosure.check_seed),
        ("rule", lambda: check_assignment(roster, output)),
        ("fairness", lambda: check_fairness(roster, output)),
        ("output", lambda: _check_output(roster, disclosure.seed, output)),
    ]


def _check_output(roster: AssignmentInput, seed: bytes, output: object) -> None:
    require_equal("$.output", canon(output), canon(assign(roster, seed)))
