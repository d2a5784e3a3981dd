"""Pools, sources, tickets and bundles: properties, and what is refused or named."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import merkle
from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.bundle import build_bundle, verify_bundle
from domain.lottery.commitment import Commitment, commit, commitment_from_json
from domain.lottery.entropy import (
    Drand,
    Lottery,
    Source,
    Witness,
    all_randomness,
    randomness,
    sources_from_json,
    witness_commit,
)
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule
from domain.lottery.seed import alpha_of
from domain.lottery.tickets import draw, stratum_key, ticket
from domain.lottery.verification import Means
from ledger import drand, vrf
from tests import beacons

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET, PUBLIC = vrf.keypair(b"\x07" * 32)
NONCE = bytes(range(32))
SOURCES: tuple[Source, ...] = (
    beacons.drand("quicknet", 1000),
    Lottery(name="ssq", issue="2024075"),
    Witness(who="纪检监察组(示例)", commit=witness_commit(NONCE).hex()),
)
ROUND = beacons.revealed("quicknet", 1000)
ENTROPY = [ROUND, {"numbers": [[3, 1, 2], [5]]}, {"nonce": NONCE.hex()}]


def _pool() -> Pool:
    members = [Member(id=f"uscc:{n:02}", stratum="小学" if n % 3 else "中学") for n in range(12)]
    return pool_of(members, [Excluded(id="uscc:99", stratum="小学", reason="停业(示例)")])


def _commitment() -> Commitment:
    half = Ratio(p=1, q=4)
    rule = Rule(
        floor=half, min_per_stratum=1, strata=(("中学", half), ("小学", half), ("无", half))
    )
    return commit(draw_id="示例.1", pool=_pool(), rule=rule, sources=SOURCES, vrf_key=PUBLIC)


def _bundle() -> dict[str, Any]:
    commitment = _commitment()
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, ENTROPY))
    pi, beta = vrf.prove(SECRET, alpha)
    return build_bundle(commitment=commitment, pool=_pool(), entropy=ENTROPY, pi=pi, beta=beta)


BUNDLE = _bundle()
MEANS = Means(vrf=vrf.verify, drand=drand.check, recorded=_commitment().digest())


def _results(bundle: object, means: Means = MEANS) -> dict[str, str]:
    return {step.name: step.result for step in verify_bundle(bundle, means).steps}


def test_a_stratum_without_members_is_listed_with_nothing_drawn() -> None:
    """Each stratum of the rule has its entry, so a reader sees that none was forgotten."""
    empty = {"stratum": "无", "size": 0, "quota": 0, "cutoff": None, "selected": []}
    assert [row["stratum"] for row in BUNDLE["strata"]] == ["中学", "小学", "无"]
    assert BUNDLE["strata"][2] == empty


def test_an_empty_pool_has_the_empty_root() -> None:
    """Nothing to draw is a pool, too."""
    assert pool_of([]).root() == pool_of([]).excluded_root() == merkle.EMPTY_ROOT


@pytest.mark.parametrize(
    ("members", "excluded", "code"),
    [
        ([("a", "x"), ("a", "y")], [], "duplicate-id"),
        ([("a", "x")], [("a", "x", "r")], "duplicate-id"),
        ([("", "x")], [], "pool-invalid"),
        ([], [("a", "x", "")], "pool-invalid"),
        ([("e\u0301", "x")], [], "not-canonical"),
        ([("\ud800", "x")], [], "not-canonical"),
    ],
)
def test_a_wrong_pool_is_refused(
    members: list[tuple[str, str]], excluded: list[tuple[str, str, str]], code: str
) -> None:
    """Ids are unique over both lists; no text is empty or in a second spelling."""
    with pytest.raises(DomainError) as caught:
        pool_of(
            [Member(id=i, stratum=s) for i, s in members],
            [Excluded(id=i, stratum=s, reason=r) for i, s, r in excluded],
        )
    assert caught.value.code == code


@given(
    st.binary(min_size=32, max_size=32),
    st.dictionaries(st.text("ab甲乙0123", min_size=1), st.sampled_from("AB"), max_size=20),
    st.integers(0, 20),
)
def test_drawn_if_and_only_if_the_ticket_is_not_above_the_cutoff(
    seed: bytes, strata: dict[str, str], quota: int
) -> None:
    """Any pool and any quota; the selected stand in ticket order."""
    members = [Member(id=each, stratum=stratum) for each, stratum in strata.items()]
    for drawn in draw(seed, members, {"A": quota, "B": 0}):
        key = stratum_key(seed, drawn.stratum)
        names = [each.id for each in members if each.stratum == drawn.stratum]
        cutoff = drawn.cutoff or b""
        assert {each for each in names if ticket(key, each) <= cutoff} == set(drawn.selected)
        assert list(drawn.selected) == sorted(drawn.selected, key=lambda each: ticket(key, each))
        assert (drawn.size, len(drawn.selected)) == (len(names), min(drawn.quota, len(names)))


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_survives_its_json(source: Source) -> None:
    """Reading what was written gives the same source."""
    assert sources_from_json([source.to_json()]) == (source,)


def test_lottery_numbers_count_in_any_order_within_their_group() -> None:
    """The official order of the groups stays."""
    source = SOURCES[1]
    assert randomness(source, {"numbers": [[1, 2, 3], [5]]}) == randomness(source, ENTROPY[1])
    assert randomness(source, {"numbers": [[5], [1, 2, 3]]}) != randomness(source, ENTROPY[1])


@pytest.mark.parametrize(
    "sources",
    [
        [],
        "drand",
        [None],
        [{"type": "coin"}],
        [{"type": ["drand"]}],
        [{"type": "drand", "chain": "52" * 32}],
        [{"type": "drand", "chain": "52" * 31, "round": 1}],
        [{"type": "drand", "chain": "AB" * 32, "round": 1}],
        [{"type": "drand", "chain": "52" * 32, "round": 0}],
        [{"type": "drand", "chain": "52" * 32, "round": True}],
        [{"type": "lottery", "name": "", "issue": "1"}],
        [{"type": "lottery", "name": "ssq", "issue": 2024075}],
        [{"type": "witness", "who": "w", "commit": "zz" * 32}],
        [{"type": "witness", "who": "w", "commit": "00" * 32, "extra": 1}],
    ],
)
def test_a_wrong_source_is_refused(sources: object) -> None:
    """An unknown type above all: no one could say later what it yields."""
    with pytest.raises(DomainError, match="source-invalid"):
        sources_from_json(sources)


@pytest.mark.parametrize(
    ("index", "revealed", "code"),
    [
        (0, {}, "reveal-invalid"),
        (0, {"signature": ""}, "reveal-invalid"),
        (0, {"signature": "ab", "previous_signature": None}, "reveal-invalid"),
        (0, {"signature": "a b"}, "reveal-invalid"),
        (1, {"numbers": []}, "reveal-invalid"),
        (1, {"numbers": [[]]}, "reveal-invalid"),
        (1, {"numbers": [[1.5]]}, "reveal-invalid"),
        (1, {"numbers": [[True]]}, "reveal-invalid"),
        (2, {"nonce": "00" * 31}, "reveal-invalid"),
        (2, {"nonce": "00" * 32}, "witness-nonce-mismatch"),
        (2, None, "reveal-invalid"),
    ],
)
def test_a_wrong_disclosure_is_refused(index: int, revealed: object, code: str) -> None:
    """Shape first; then a witness must keep to the committed number."""
    entropy = [*ENTROPY[:index], revealed, *ENTROPY[index + 1 :]]
    with pytest.raises(DomainError) as caught:
        all_randomness(SOURCES, entropy)
    assert caught.value.code == code
    assert caught.value.detail.startswith(f"$.entropy[{index}]")
    with pytest.raises(DomainError, match="reveal-invalid"):
        all_randomness(SOURCES, ENTROPY[:2])


def test_a_drand_signature_is_hashed() -> None:
    """Of the chained scheme the previous one is needed, and hashed by nobody but the check."""
    expected = sha256(bytes.fromhex(ROUND["signature"])).digest()
    assert randomness(SOURCES[0], ROUND) == expected
    chained = beacons.revealed("default", 72785)
    expected = sha256(bytes.fromhex(chained["signature"])).digest()
    assert randomness(beacons.drand("default", 72785), chained) == expected


@pytest.mark.parametrize(
    ("source", "revealed", "code"),
    [
        (beacons.drand("quicknet", 1000), {**ROUND, "previous_signature": "00"}, "reveal-invalid"),
        (
            beacons.drand("default", 72785),
            {"signature": beacons.revealed("default", 72785)["signature"]},
            "reveal-invalid",
        ),
        (beacons.drand("quicknet", 1000), {"signature": "ab"}, "reveal-invalid"),
        (beacons.drand("default", 1000), ROUND, "reveal-invalid"),
        (Drand(chain="52" * 32, round=1), ROUND, "chain-unknown"),
    ],
)
def test_a_round_has_what_its_chain_asks_for_and_nothing_else(
    source: Drand, revealed: dict[str, str], code: str
) -> None:
    """An unknown chain is one that nobody could check."""
    with pytest.raises(DomainError, match=code):
        randomness(source, revealed)


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "other"},
        {"draw_id": ""},
        {"pool_size": -1},
        {"pool_root": "00"},
        {"vrf_key": "00"},
        {"extra": 1},
    ],
)
def test_a_malformed_commitment_is_refused(change: dict[str, Any]) -> None:
    """Exactly the eight fields, each in its form."""
    with pytest.raises(DomainError, match="commitment-invalid"):
        commitment_from_json({**_commitment().to_json(), **change})


def test_a_draw_that_cannot_be_carried_out_is_not_committed() -> None:
    """The floor is checked before the commitment, as it could not be met after it."""
    nothing = Rule(
        floor=Ratio(p=1, q=1),
        min_per_stratum=0,
        strata=(("中学", Ratio(p=0, q=1)), ("小学", Ratio(p=1, q=2))),
    )
    with pytest.raises(DomainError, match="rule-cannot-be-met"):
        commit(draw_id="1", pool=_pool(), rule=nothing, sources=SOURCES, vrf_key=PUBLIC)


def test_a_sound_bundle_passes_every_step() -> None:
    """With all means at hand the verification is complete."""
    assert verify_bundle(BUNDLE, MEANS).complete
    assert verify_bundle(BUNDLE, MEANS).first_failure is None


def test_what_cannot_be_checked_is_said_not_to_be() -> None:
    """Without means a step is not passed; what it does not carry is checked all the same."""
    results = _results(BUNDLE, Means())
    unchecked = {name for name, result in results.items() if result == "not-checked"}
    assert unchecked == {"commitment", "entropy", "vrf_proof", "seed"}
    assert results["strata"] == "passed"
    assert not verify_bundle(BUNDLE, Means()).complete


def _leaves(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from _leaves(item, (*path, key))
    else:
        yield path


PATHS = list(_leaves(BUNDLE))


@settings(deadline=None)
@given(
    st.sampled_from(PATHS),
    st.none() | st.integers(-3, 200) | st.text(max_size=3) | st.just([]) | st.just("00" * 32),
)
def test_a_changed_value_anywhere_fails_a_step(path: tuple[Any, ...], value: object) -> None:
    """Nothing in a bundle is left unbound, given the recorded commitment."""
    bundle = copy.deepcopy(BUNDLE)
    holder = bundle
    for key in path[:-1]:
        holder = holder[key]
    if type(holder[path[-1]]) is type(value) and holder[path[-1]] == value:
        return
    holder[path[-1]] = value
    failure = verify_bundle(bundle, MEANS).first_failure
    assert failure is not None, path
    steps = [step.result for step in verify_bundle(bundle, MEANS).steps]
    assert all(result == "not-checked" for result in steps[steps.index("failed") + 1 :])


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"alg": "other"}, "shape"),
        ({"pool": BUNDLE["pool"][::-1]}, "shape"),
        ({"entropy": {}}, "shape"),
        ({"pool": BUNDLE["pool"][1:]}, "pool"),
        ({"excluded": []}, "pool"),
        ({"entropy": ENTROPY[:1]}, "entropy"),
        ({"vrf_proof": "00" * 80}, "vrf_proof"),
        ({"seed": "00" * 32}, "seed"),
        ({"strata": BUNDLE["strata"][:2]}, "strata"),
        ({"strata": [*BUNDLE["strata"][:2], {}]}, "strata"),
    ],
)
def test_the_first_step_that_differs_is_named(changes: dict[str, Any], step: str) -> None:
    """A reader learns where to look."""
    failure = verify_bundle({**BUNDLE, **changes}, MEANS).first_failure
    assert failure is not None
    assert failure.name == step
    assert failure.detail


def test_another_commitment_than_the_recorded_is_named() -> None:
    """A bundle that is sound in itself is not the draw that was announced."""
    means = Means(vrf=vrf.verify, drand=drand.check, recorded=bytes(32))
    assert _results(BUNDLE, means)["commitment"] == "failed"


def test_a_wrong_drand_signature_is_named() -> None:
    """It is a point of the right group, of another round."""
    other = {**BUNDLE, "entropy": [beacons.revealed("quicknet", 123), *ENTROPY[1:]]}
    failure = verify_bundle(other, MEANS).first_failure
    assert failure is not None
    assert (failure.name, failure.detail.partition(":")[0]) == (
        "entropy",
        "drand-signature-invalid",
    )


@pytest.mark.parametrize("bundle", [None, [], {}, {**BUNDLE, "more": 1}, {**BUNDLE, "alg": "x"}])
def test_what_is_no_bundle_fails_at_its_shape(bundle: object) -> None:
    """Named before anything is computed from it."""
    failure = verify_bundle(bundle, MEANS).first_failure
    assert failure is not None
    assert (failure.name, failure.detail.partition(":")[0]) == ("shape", "bundle-invalid")


def test_a_rule_that_cannot_be_met_is_named() -> None:
    """Such a commitment should never have been recorded."""
    bundle = copy.deepcopy(BUNDLE)
    bundle["commitment"]["rule"]["strata"] = bundle["commitment"]["rule"]["strata"][:1]
    assert _results(bundle, Means())["rule"] == "failed"


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_nothing_handed_in_makes_verification_raise(value: object) -> None:
    """Whatever was uploaded, the answer is a verification."""
    assert _results(value) == {"shape": "failed"}
    assert _results({**BUNDLE, "commitment": value}) == {"shape": "failed"}


def test_equal_in_python_is_not_equal_in_bytes() -> None:
    """True equals 1 in Python; in a bundle it differs."""
    bundle = copy.deepcopy(BUNDLE)
    assert bundle["strata"][0]["quota"] == 1
    bundle["strata"][0]["quota"] = True
    assert canon(bundle) != canon(BUNDLE)
    assert _results(bundle)["strata"] == "failed"
