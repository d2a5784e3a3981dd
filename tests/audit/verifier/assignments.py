"""Proof bundles of officers' draws by the hundred, for comparing independent verifiers with the program.

As in `tests.audit.verifier.bundles`: all is made by the program's own code, and is the same for the same seed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from domain.errors import DomainError
from domain.lottery.assignment_bundle import (
    build_assignment_bundle,
    commit_assignment,
    verify_assignment_bundle,
)
from domain.lottery.assignment_input import ALG, AssignmentInput, input_of
from domain.lottery.entropy import all_randomness
from domain.lottery.seed import alpha_of
from domain.lottery.verification import Means
from ledger import vrf
from tests.audit.verifier import mutations, mutations_of_assignments
from tests.audit.verifier.bundles import (
    json_without_repeats,
    random_sources,
    rng_for,
    text,
    written,
)

if TYPE_CHECKING:
    from random import Random

_DEPARTMENTS = ["市监局", "教育局", "experts", "𠀀局"]
_SKILLS = ["食品", "消防", "～", "𠀀", "a"]


def random_assignment(rng: Random) -> dict[str, Any]:
    """Make one valid bundle; an input that is impossible is given up."""
    while True:
        try:
            return bundle_of(_random_input(rng), rng)
        except DomainError as error:
            assert error.code == "assignment-infeasible"  # noqa: PT017 - not a test


def bundle_of(roster: AssignmentInput, rng: Random) -> dict[str, Any]:
    """Commit, prove and assign, as the program does, with some key and sources."""
    secret = rng.randbytes(32)
    sources, revealed = random_sources(rng)
    commitment = commit_assignment(
        draw_id=f"{secret.hex()[:6]}/officers/1",
        roster=roster,
        sources=sources,
        vrf_key=vrf.keypair(secret)[1],
    )
    alpha = alpha_of(commitment.digest(), all_randomness(sources, revealed))
    pi, beta = vrf.prove(secret, alpha)
    return build_assignment_bundle(
        commitment=commitment, roster=roster, entropy=revealed, pi=pi, beta=beta
    )


def _random_input(rng: Random) -> AssignmentInput:
    """Choose few officers for many seats, so that visits must be handed on along chains."""
    skills = rng.sample(_SKILLS, k=rng.randint(0, 3))
    departments = rng.sample(_DEPARTMENTS[:2], k=rng.randint(1, 2))
    officers = [
        _officer(rng, number, department, skills)
        for department in [*departments, *rng.sample(_DEPARTMENTS[2:], k=rng.randint(0, 1))]
        for number in range(rng.choice([3, 4, 5, 7, 12]))
    ]
    staffed = sorted({each["department"] for each in officers} - set(departments))
    inspections = [
        {
            "id": f"{text(rng)}{number}",
            "needs": [
                *_needs(rng, departments, skills),
                *[_need(rng, each, skills, 1) for each in staffed if rng.random() < 0.3],
            ],
        }
        for number in range(rng.choice([1, 2, 4, 8, 12]))
    ]
    often = rng.choice([0, 0.05, 0.15, 0.3])
    recusals = [
        [officer["id"], inspection["id"]]
        for officer in officers
        for inspection in inspections
        if rng.random() < often
    ]
    rng.shuffle(officers)
    rows = {"inspections": inspections, "officers": officers, "recusals": recusals}
    return input_of({"alg": ALG, **rows})


def _officer(rng: Random, number: int, department: str, skills: list[str]) -> dict[str, Any]:
    return {
        "id": f"{rng.choice(['o', 'O', '0', 'z'])}{_DEPARTMENTS.index(department)}-{number}",
        "department": department,
        "skills": [each for each in skills if rng.random() < 0.6],
        "capacity": rng.choice([None, None, None, 0, 1, 3, 5]),
    }


def _needs(rng: Random, departments: list[str], skills: list[str]) -> list[dict[str, Any]]:
    """Choose one need of two officers, or two needs, of one department or of two."""
    if rng.random() < 0.3:
        return [_need(rng, rng.choice(departments), skills, 2)]
    return [_need(rng, rng.choice(departments), skills, 1) for _ in range(2)]


def _need(rng: Random, department: str, skills: list[str], count: int) -> dict[str, Any]:
    wanted = [each for each in skills if rng.random() < 0.3]
    return {"department": department, "count": count, "skills": wanted}


def random_assignments(count: int, seed: int) -> list[bytes]:
    """Give the files of `count` valid draws of officers."""
    rngs = [rng_for("valid assignment", seed, number) for number in range(count)]
    return [written(random_assignment(rng), rng) for rng in rngs]


def mutated_assignments(count: int, seed: int) -> list[tuple[str, bytes]]:
    """Give `count` files that no verifier may take, each with the kind of its one change."""
    changes = {**mutations_of_assignments.TREE, **mutations.COMMON}
    names = sorted(changes)
    rows = []
    for number in range(count):
        rng, kind = rng_for("broken assignment", seed, number), names[number % len(names)]
        bundle = random_assignment(rng)
        while not changes[kind](bundle, rng):
            bundle = random_assignment(rng)
        escaped = kind == "text-with-lone-surrogate" or rng.random() < 0.5
        rows.append((kind, json.dumps(bundle, ensure_ascii=escaped).encode()))
    return rows


def program_verdict(data: bytes) -> str | None:
    """Give the first step that fails in the program without pairings, None where none does."""
    try:
        bundle = json_without_repeats(data)
    except (ValueError, RecursionError):
        return "shape"
    failure = verify_assignment_bundle(bundle, Means(vrf=vrf.verify)).first_failure
    return None if failure is None else failure.name
