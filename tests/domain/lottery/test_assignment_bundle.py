"""The proof of an assignment, from its commitment to every step of its check."""

from __future__ import annotations

from typing import Any

import pytest

from domain.lottery.assignment_bundle import (
    build_assignment_bundle,
    commit_assignment,
    verify_assignment_bundle,
)
from domain.lottery.assignment_input import input_of
from domain.lottery.entropy import Witness, all_randomness, witness_commit
from domain.lottery.seed import alpha_of
from domain.lottery.verification import Means
from ledger import drand, vrf
from tests import beacons
from tests.domain.lottery.assignments import PLAIN, change_in

NONCE = b"\x05" * 32


def _bundle() -> dict[str, Any]:
    secret, public = vrf.keypair(b"\x09" * 32)
    sources = (
        Witness(who="示例", commit=witness_commit(NONCE).hex()),
        beacons.drand("quicknet", 1),
    )
    roster = input_of(PLAIN)
    commitment = commit_assignment(
        draw_id="示例.officers.1", roster=roster, sources=sources, vrf_key=public
    )
    entropy = [{"nonce": NONCE.hex()}, beacons.revealed("quicknet", 1)]
    alpha = alpha_of(commitment.digest(), all_randomness(sources, entropy))
    pi, beta = vrf.prove(secret, alpha)
    return build_assignment_bundle(
        commitment=commitment, roster=roster, entropy=entropy, pi=pi, beta=beta
    )


BUNDLE = _bundle()
MEANS = Means(vrf=vrf.verify, drand=drand.check)


def test_a_bundle_of_an_assignment_passes_every_step() -> None:
    """Only the record of the commitment is not part of the bundle."""
    verification = verify_assignment_bundle(BUNDLE, MEANS)
    assert [s.name for s in verification.steps if s.result != "passed"] == ["commitment"]


@pytest.mark.parametrize(
    ("path", "value", "step"),
    [
        (["alg"], "other", "shape"),
        (["commitment", "alg"], "other", "shape"),
        (["input", "officers"], BUNDLE["input"]["officers"][::-1], "shape"),
        (["input", "officers", 0, "skills"], [], "input"),
        (["entropy", 0, "nonce"], "00" * 32, "entropy"),
        (["vrf_proof"], "00" * 80, "vrf_proof"),
        (["commitment", "draw_id"], "other", "vrf_proof"),
        (["seed"], "00" * 32, "seed"),
        (["output", "loads", "o1"], 9, "rule"),
        (["output", "certificate"], {}, "fairness"),
        (["output", "certificate", "levels", "o1"], 9, "fairness"),
        (["output", "assignments", 0, "officers"], BUNDLE["output"]["assignments"][0]["officers"][::-1], "output"),
    ],
)  # fmt: skip
def test_a_changed_assignment_bundle_names_its_step(
    path: list[Any], value: object, step: str
) -> None:
    """The first step that differs."""
    failure = verify_assignment_bundle(change_in(BUNDLE, path, value), MEANS).first_failure
    assert failure is not None
    assert failure.name == step
