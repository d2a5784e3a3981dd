"""drand: published rounds hold, and nothing else does, whatever is thrown at it."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import GT, G1Point, G2Point
from py_ecc import optimized_bls12_381
from py_ecc.bls import g2_primitives, hash_to_curve

from domain.lottery.chains import by_name, chain_of
from domain.lottery.entropy import Drand
from ledger import drand

Round: TypeAlias = tuple[Drand, bytes, bytes | None]

# Of py_ecc, whose own types are narrower than what it takes.
curve: Any = optimized_bls12_381
encoding: Any = g2_primitives
hashing: Any = hash_to_curve

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/drand_rounds.json").read_text("utf-8")
)
FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
COMPRESSED = 1 << 383
# Both curves have more points than the prime order of their subgroup: times this cofactor.
COFACTOR_G2 = int(
    "5d543a95414e7f1091d50792876a202cd91de4547085abaa68a205b2e5a7ddfa628f1cb4d9e82ef21537e293a6691ae1"
    "616ec6e786f0c70cf1c38e31c7238e5",
    16,
)


def _round(row: dict[str, Any]) -> Round:
    previous = row["previous_signature"]
    source = Drand(chain=by_name(row["chain"]).hash, round=row["round"])
    return source, bytes.fromhex(row["signature"]), bytes.fromhex(previous) if previous else None


ROUNDS = {(row["chain"], row["round"]): _round(row) for row in VECTORS["rounds"]}
QUICKNET = ROUNDS["quicknet", 1000]
DEFAULT = ROUNDS["default", 2]
either_chain = pytest.mark.parametrize("example", [QUICKNET, DEFAULT], ids=["quicknet", "default"])


@pytest.mark.parametrize("row", VECTORS["rounds"], ids=lambda row: f"{row['chain']} {row['round']}")
def test_every_published_round_holds_and_gives_its_randomness(row: dict[str, Any]) -> None:
    """The randomness that drand publishes is the hash of the signature."""
    source, signature, previous = _round(row)
    assert drand.check(source, signature, previous)
    assert sha256(signature).hexdigest() == row["randomness"]


@either_chain
def test_a_signature_holds_for_its_round_alone(example: Round) -> None:
    """The rounds beside it, and numbers that are no round."""
    source, signature, previous = example
    for wrong in (source.round - 1, source.round + 1, 0, -1, 2**64 - 1, 2**64, 2**80):
        assert not drand.check(replace(source, round=wrong), signature, previous)


def test_a_round_of_one_chain_does_not_hold_on_another() -> None:
    """With and without the previous signature; a chain that is not pinned holds nothing."""
    for example, other in ((QUICKNET, DEFAULT), (DEFAULT, QUICKNET)):
        source, signature, previous = example
        for chain in (other[0].chain, VECTORS["chains"]["evmnet"]["chain_hash"], "", "00" * 32):
            swapped = replace(source, chain=chain)
            assert not drand.check(swapped, signature, previous)
            assert not drand.check(swapped, signature, None)
            assert not drand.check(swapped, signature, other[1])


def test_a_previous_signature_is_given_where_it_belongs_and_only_there() -> None:
    """The chained scheme signs it, the other knows none, not even an empty one."""
    source, signature, previous = DEFAULT
    assert previous is not None
    for wrong in (None, b"", previous[:-1], previous + b"\0", b"\0" + previous, signature):
        assert not drand.check(source, signature, wrong)
    source, signature, _ = QUICKNET
    for wrong in (b"", ROUNDS["quicknet", 1][1]):
        assert not drand.check(source, signature, wrong)


@either_chain
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_refused(example: Round, data: st.DataObject) -> None:
    """Of the signature, and of the previous one where there is one."""
    source, signature, previous = example
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(signature) - 1))
    assert not drand.check(source, _flipped(signature, bit), previous)
    if previous is not None:
        assert not drand.check(source, signature, _flipped(previous, bit))


def _flipped(octets: bytes, bit: int) -> bytes:
    return (int.from_bytes(octets, "big") ^ 1 << bit).to_bytes(len(octets), "big")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([QUICKNET, DEFAULT]),
    st.binary(max_size=100) | st.binary(min_size=48, max_size=48) | st.binary(min_size=96),
    st.none() | st.binary(max_size=200),
)
def test_any_bytes_are_no_more_than_refused(
    example: Round, signature: bytes, previous: bytes | None
) -> None:
    """Whatever somebody pastes in, on either chain."""
    assert not drand.check(example[0], signature, previous)


@either_chain
def test_a_signature_has_one_size(example: Round) -> None:
    """Longer, shorter, none, twice, or both coordinates of the same point."""
    source, signature, previous = example
    both = _point(signature).to_xy_bytes_be()
    for wrong in (b"", signature[:-1], signature + b"\0", b"\0" + signature, signature * 2, both):
        assert not drand.check(source, wrong, previous)


@either_chain
def test_other_points_of_the_subgroup_are_refused(example: Round) -> None:
    """The opposite point, and the generator: a point that parses proves nothing by itself."""
    source, signature, previous = example
    point = _point(signature)
    for other in (-point, type(point)()):
        assert other.is_in_subgroup()
        assert not drand.check(source, other.to_compressed_bytes(), previous)


def _point(encoded: bytes) -> G1Point | G2Point:
    if len(encoded) == 48:
        return G1Point.from_compressed_bytes(encoded)
    return G2Point.from_compressed_bytes(encoded)


@pytest.mark.parametrize("size", [48, 96])
def test_infinity_is_refused_in_every_encoding(size: int) -> None:
    """The library takes several, also with the sign set and with coordinates behind the flag."""
    for first, last in ((0xC0, 0), (0xE0, 0), (0xC0, 1)):
        encoded = bytes([first, *bytes(size - 2), last])
        point = _point(encoded)
        assert point == type(point).identity()
        assert drand._parse(G1Point, encoded) is None
        assert drand._parse(G2Point, encoded) is None


@pytest.mark.parametrize("key", [("quicknet", 8), ("default", 72785)])
def test_a_coordinate_not_below_the_field_is_refused(key: tuple[str, int]) -> None:
    """Where x is small, x + p fits beside the flags too, and would be a second encoding of the same point."""
    source, signature, previous = ROUNDS[key]
    size = len(signature)
    number = int.from_bytes(signature, "big") + (FIELD << 8 * (size - 48))
    second = number.to_bytes(size, "big")
    assert second[0] >> 5 == signature[0] >> 5
    assert not drand.check(source, second, previous)


def test_a_component_of_small_order_passes_the_pairing_in_g1_and_is_refused() -> None:
    """(0, 2) has order 3: the sum is another signature, of other randomness, that only the parsing stops."""
    source, signature, _ = QUICKNET
    torsion = (curve.FQ(0), curve.FQ(2), curve.FQ(1))
    assert curve.is_inf(curve.multiply(torsion, 3))
    mixed = encoding.G1_to_pubkey(curve.add(encoding.pubkey_to_G1(signature), torsion))
    assert not encoding.subgroup_check(encoding.pubkey_to_G1(mixed))

    message = sha256(source.round.to_bytes(8, "big")).digest()
    hashed = G1Point.hash_to_curve(message, VECTORS["chains"]["quicknet"]["dst"].encode())
    key = G2Point.from_compressed_bytes(by_name("quicknet").public_key)
    unchecked = G1Point.from_compressed_bytes_unchecked(mixed)
    assert GT.pairing_check([unchecked, hashed], [-G2Point(), key])

    assert not drand.check(source, mixed, None)


def test_a_component_outside_the_subgroup_of_g1_is_refused() -> None:
    """What a point of the curve has beside its part in the subgroup, added to a signature."""
    source, signature, _ = QUICKNET
    torsion = curve.multiply(_outside(encoding.pubkey_to_G1, 48), curve.curve_order)
    mixed = encoding.G1_to_pubkey(curve.add(encoding.pubkey_to_G1(signature), torsion))
    assert not encoding.subgroup_check(encoding.pubkey_to_G1(mixed))
    assert not drand.check(source, mixed, None)


@pytest.mark.parametrize("order", [13, COFACTOR_G2], ids=["order 13", "any order"])
def test_a_component_outside_the_subgroup_of_g2_is_refused(order: int) -> None:
    """On the curve, as both libraries say, and yet no signature."""
    source, signature, previous = DEFAULT
    beside = curve.multiply(_outside(encoding.signature_to_G2, 96), curve.curve_order)
    torsion = curve.multiply(beside, COFACTOR_G2 // 169) if order == 13 else beside
    assert not curve.is_inf(torsion)
    assert curve.is_inf(curve.multiply(torsion, order))
    mixed = encoding.G2_to_signature(curve.add(encoding.signature_to_G2(signature), torsion))
    assert not encoding.subgroup_check(encoding.signature_to_G2(mixed))
    assert not G2Point.from_compressed_bytes_unchecked(mixed).is_in_subgroup()
    assert not drand.check(source, mixed, previous)


def _outside(decode: Any, size: int) -> Any:  # noqa: ANN401 - points of a library without types
    """Give the point of the curve with the smallest x that has one and lies outside the subgroup."""
    for x in count(1):
        try:
            point = decode((x + (COMPRESSED << 8 * (size - 48))).to_bytes(size, "big"))
        except ValueError:
            continue
        if not encoding.subgroup_check(point):
            return point
    raise AssertionError


def test_an_independent_library_agrees() -> None:
    """py_ecc, written by others in plain Python, on a round of each chain and on the round beside it."""
    beside = replace(QUICKNET[0], round=QUICKNET[0].round + 1)
    for example in (QUICKNET, DEFAULT, (beside, *QUICKNET[1:])):
        assert drand.check(*example) == _py_ecc(*example) == (example[0] is not beside)


def _py_ecc(source: Drand, signature: bytes, previous: bytes | None) -> bool:
    chain = chain_of(source.chain)
    message = sha256((previous or b"") + source.round.to_bytes(8, "big")).digest()
    dst = VECTORS["chains"][chain.name]["dst"].encode()
    if chain.chained:
        key, point = encoding.pubkey_to_G1(chain.public_key), encoding.signature_to_G2(signature)
        hashed = hashing.hash_to_G2(message, dst, sha256)
        pairs = [(point, curve.neg(curve.G1)), (hashed, key)]
    else:
        key, point = encoding.signature_to_G2(chain.public_key), encoding.pubkey_to_G1(signature)
        hashed = hashing.hash_to_G1(message, dst, sha256)
        pairs = [(curve.neg(curve.G2), point), (key, hashed)]
    left, right = (curve.pairing(*pair, final_exponentiate=False) for pair in pairs)
    return bool(
        encoding.subgroup_check(point)
        and curve.final_exponentiate(left * right) == curve.FQ12.one()
    )
