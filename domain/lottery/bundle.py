"""The proof bundle of a draw, built and verified: draw-v1 section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.canonical import canon
from domain.lottery.commitment import ALG, Commitment, commitment_from_json
from domain.lottery.entropy import all_randomness
from domain.lottery.pool import pool_from_json
from domain.lottery.quota import quotas
from domain.lottery.seed import alpha_of, seed_of
from domain.lottery.shapes import Shape
from domain.lottery.tickets import draw
from domain.lottery.verification import Check, Disclosure, Means, Verification, require_equal, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.lottery.pool import Pool

_SHAPE = Shape("bundle-invalid")
_KEYS = {"alg", "commitment", "pool", "excluded", "entropy", "vrf_proof", "seed", "strata"}


def build_bundle(
    *, commitment: Commitment, pool: Pool, entropy: Sequence[object], pi: bytes, beta: bytes
) -> dict[str, Any]:
    """Carry out the draw and give its proof bundle.

    `entropy` is what the sources revealed, in order; `(pi, beta)` the VRF proof and output over
    `alpha_of(commitment.digest(), all_randomness(commitment.sources, entropy))`.
    """
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, entropy))
    seed = seed_of(alpha, beta)
    drawn = draw(seed, pool.members, quotas(commitment.rule, pool.sizes()))
    return {
        "alg": ALG,
        "commitment": commitment.to_json(),
        **pool.to_json(),
        "entropy": list(entropy),
        "vrf_proof": pi.hex(),
        "seed": seed.hex(),
        "strata": [each.to_json() for each in drawn],
    }


def verify_bundle(bundle: object, means: Means) -> Verification:
    """Recompute every value of a bundle; anything may be handed in, nothing is raised.

    Steps: shape, commitment, pool, rule, entropy, vrf_proof, seed, strata.
    """
    return run(lambda: _checks(bundle, means))


def _checks(bundle: object, means: Means) -> list[Check]:
    canon(bundle)
    fields = _SHAPE.obj(bundle, "$", _KEYS)
    if fields["alg"] != ALG:
        raise _SHAPE.refusal("$.alg", f"应为 / must be {ALG}")
    commitment = commitment_from_json(fields["commitment"])
    pool = pool_from_json(fields["pool"], fields["excluded"])
    strata = _SHAPE.array(fields["strata"], "$.strata")
    disclosure = Disclosure(
        sources=commitment.sources,
        commitment=commitment.digest(),
        vrf_key=commitment.vrf_key,
        entropy=_SHAPE.array(fields["entropy"], "$.entropy"),
        pi=_SHAPE.octets(fields["vrf_proof"], "$.vrf_proof", 80),
        seed=_SHAPE.octets(fields["seed"], "$.seed", 32),
        means=means,
    )
    return [
        ("commitment", disclosure.check_commitment),
        ("pool", lambda: _check_pool(commitment, pool)),
        ("rule", lambda: _check_rule(commitment, pool)),
        ("entropy", disclosure.check_entropy),
        ("vrf_proof", disclosure.check_vrf_proof),
        ("seed", disclosure.check_seed),
        ("strata", lambda: _check_strata(commitment, pool, disclosure.seed, strata)),
    ]


def _check_pool(commitment: Commitment, pool: Pool) -> None:
    require_equal("$.commitment.pool_size", commitment.pool_size, len(pool.members))
    require_equal("$.commitment.pool_root", commitment.pool_root, pool.root())
    require_equal("$.commitment.excluded_root", commitment.excluded_root, pool.excluded_root())


def _check_rule(commitment: Commitment, pool: Pool) -> None:
    quotas(commitment.rule, pool.sizes())


def _check_strata(commitment: Commitment, pool: Pool, seed: bytes, rows: list[Any]) -> None:
    expected = [
        each.to_json() for each in draw(seed, pool.members, quotas(commitment.rule, pool.sizes()))
    ]
    for index, (row, right) in enumerate(zip(rows, expected, strict=False)):
        # Compared as bytes: in Python 1 equals True.
        require_equal(f"$.strata[{index}]", canon(row), canon(right))
    require_equal("$.strata", len(rows), len(expected))
