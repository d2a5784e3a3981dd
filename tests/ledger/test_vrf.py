"""The VRF: the examples of RFC 9381, and proofs that must not pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add

from ledger import vrf

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/rfc9381_tai.json").read_text("utf-8"))
EXAMPLES = VECTORS["suites"]["ECVRF-EDWARDS25519-SHA512-TAI"]["examples"]
SECRET, PUBLIC = vrf.keypair(bytes(range(32)))
P = 2**255 - 19
# A point of order 8, from libsodium's list of small-order points.
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["example"])
def test_the_examples_of_the_rfc(example: dict[str, str]) -> None:
    """Key, point on the curve, proof and output, byte for byte."""
    secret, alpha = bytes.fromhex(example["sk"]), bytes.fromhex(example["alpha"])
    _, public = vrf.keypair(secret)
    pi, beta = vrf.prove(secret, alpha)
    assert public.hex() == example["pk"]
    assert vrf._encode_to_curve(public, alpha).hex() == example["H"]
    assert vrf._expand(secret)[0].hex() == example["x"]
    assert pi.hex() == example["pi"]
    assert beta.hex() == example["beta"]
    assert vrf.verify(public, alpha, pi) == beta


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary())
def test_what_is_proved_verifies_and_only_for_its_input(secret: bytes, alpha: bytes) -> None:
    """Any key, any input; another input is refused."""
    _, public = vrf.keypair(secret)
    pi, beta = vrf.prove(secret, alpha)
    assert vrf.verify(public, alpha, pi) == beta
    assert vrf.verify(public, alpha + b"\0", pi) is None
    assert vrf.verify(PUBLIC, alpha, pi) is None or public == PUBLIC


def test_any_flipped_byte_of_a_proof_is_refused() -> None:
    """All 80 bytes count, in each bit position that a byte has somewhere."""
    pi, _ = vrf.prove(SECRET, b"alpha")
    for index in range(len(pi)):
        changed = bytearray(pi)
        changed[index] ^= 1 << index % 8
        assert vrf.verify(PUBLIC, b"alpha", bytes(changed)) is None


def test_a_second_encoding_of_the_same_proof_is_refused() -> None:
    """The number s + L stands for the same number as s; wrong lengths stand for nothing."""
    pi, _ = vrf.prove(SECRET, b"alpha")
    order = 2**252 + 27742317777372353535851937790883648493
    again = (int.from_bytes(pi[48:], "little") + order).to_bytes(32, "little")
    assert vrf.verify(PUBLIC, b"alpha", pi[:48] + again) is None
    assert vrf.verify(PUBLIC, b"alpha", pi + b"\0") is None
    assert vrf.verify(PUBLIC[:-1], b"alpha", pi) is None


@pytest.mark.parametrize(
    "encoded",
    [
        (1).to_bytes(32, "little"),
        (P - 1).to_bytes(32, "little"),
        (0).to_bytes(32, "little"),
        ORDER_8,
        (1 | 1 << 255).to_bytes(32, "little"),
        (P - 1 | 1 << 255).to_bytes(32, "little"),
        (P + 3).to_bytes(32, "little"),
        (2).to_bytes(32, "little"),
    ],
    ids=[
        "identity",
        "order 2",
        "order 4",
        "order 8",
        "x=0 signed",
        "-1 signed",
        "y>=p",
        "no point",
    ],
)
def test_points_of_small_order_or_in_no_strict_encoding_are_refused(encoded: bytes) -> None:
    """As a key and as the proof's point: RFC 8032 5.1.3, RFC 9381 5.4.5."""
    pi, _ = vrf.prove(SECRET, b"alpha")
    assert vrf.verify(encoded, b"alpha", pi) is None
    assert vrf.verify(PUBLIC, b"alpha", encoded + pi[32:]) is None


def test_a_point_outside_the_subgroup_is_multiplied_right() -> None:
    """RFC 9381 does not refuse such points; only its equations decide."""
    mixed = crypto_core_ed25519_add(PUBLIC, ORDER_8)
    product = vrf._times_challenge((13).to_bytes(16, "little"), mixed)
    expected = mixed
    for _ in range(12):
        expected = crypto_core_ed25519_add(expected, mixed)
    assert product == expected


def test_a_secret_has_32_bytes() -> None:
    """A shorter one would be a weaker one."""
    with pytest.raises(ValueError, match="32 bytes"):
        vrf.keypair(b"short")
