"""Every case of the published worked examples, forwards, shuffled and verified."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from domain.canonical import canon
from domain.lottery.bundle import build_bundle, verify_bundle
from domain.lottery.commitment import commit, commitment_from_json
from domain.lottery.entropy import all_randomness
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.seed import alpha_of
from domain.lottery.tickets import stratum_key, ticket
from domain.lottery.verification import Means
from ledger import drand, vrf

VECTORS = Path(__file__).parents[2] / "vectors/draw_v1.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])


def pool_in_order(case: dict[str, Any], order: list[str]) -> Pool:
    """Give the pool of a case from its members in the order given."""
    strata = {row["id"]: row["stratum"] for row in case["bundle"]["pool"]}
    members = [Member(id=each, stratum=strata[each]) for each in order]
    return pool_of(members, [Excluded(**row) for row in case["bundle"]["excluded"]])


@every_case
def test_the_whole_draw_is_recomputed(case: dict[str, Any]) -> None:
    """Commitment, alpha, proof, seed and list, byte for byte, from the input as it came."""
    given = case["bundle"]
    pool = pool_in_order(case, case["input_order"])
    known = commitment_from_json(given["commitment"])
    commitment = commit(
        draw_id=known.draw_id,
        pool=pool,
        rule=known.rule,
        sources=known.sources,
        vrf_key=vrf.keypair(bytes.fromhex(case["vrf_secret"]))[1],
    )
    assert canon(commitment.to_json()) == canon(given["commitment"])
    assert commitment.digest().hex() == case["commitment_hash"]
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, given["entropy"]))
    assert alpha.hex() == case["alpha"]
    pi, beta = vrf.prove(bytes.fromhex(case["vrf_secret"]), alpha)
    bundle = build_bundle(
        commitment=commitment, pool=pool, entropy=given["entropy"], pi=pi, beta=beta
    )
    assert canon(bundle) == canon(given)


@every_case
def test_the_published_bundle_verifies(case: dict[str, Any]) -> None:
    """All steps pass, the BLS signatures too."""
    means = Means(
        vrf=vrf.verify,
        drand=drand.check,
        recorded=bytes.fromhex(case["commitment_hash"]),
    )
    verification = verify_bundle(case["bundle"], means)
    assert verification.complete, verification.first_failure


@every_case
def test_a_shuffled_input_gives_the_same_draw(case: dict[str, Any]) -> None:
    """The order in which members were read plays no part."""
    order = list(case["input_order"])
    random.Random(7).shuffle(order)  # noqa: S311 - any other order will do
    assert pool_in_order(case, order) == pool_in_order(case, case["input_order"])


@every_case
def test_an_entity_can_check_itself(case: dict[str, Any]) -> None:
    """Drawn if and only if its ticket is not above the cutoff."""
    seed = bytes.fromhex(case["bundle"]["seed"])
    for stratum in case["bundle"]["strata"]:
        key = stratum_key(seed, stratum["stratum"])
        names = [m["id"] for m in case["bundle"]["pool"] if m["stratum"] == stratum["stratum"]]
        below = {name for name in names if ticket(key, name).hex() <= (stratum["cutoff"] or "")}
        assert below == set(stratum["selected"])
