"""The algorithms of people's keys: what others published, keys in files, and a suite that is not installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.signing_keys import SUITES
from ledger import suites

VECTORS = Path(__file__).parents[1] / "vectors"
SM2: dict[str, str] = json.loads((VECTORS / "sm2.json").read_text("utf-8"))
PASSPHRASE = b"example passphrase"
# RFC 8032, section 7.1, TEST 2.
ED25519 = (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "72",
)
installed = pytest.mark.skipif(
    not suites.is_available(suites.SM2), reason="tongsuopy is not installed: mingqian[sm]"
)
EVERY = [suites.ED25519, pytest.param(suites.SM2, marks=installed)]


def der(r: str, s: str) -> bytes:
    """A signature of two positive integers in DER."""

    def integer(text: str) -> bytes:
        octets = bytes.fromhex(text)
        octets = b"\x00" + octets if octets[0] & 0x80 else octets
        return b"\x02" + bytes([len(octets)]) + octets

    content = integer(r) + integer(s)
    return b"\x30" + bytes([len(content)]) + content


def test_the_published_signature_of_ed25519_holds() -> None:
    """RFC 8032, and not with another message."""
    public, signature, message = map(bytes.fromhex, ED25519)
    assert suites.holds(suites.ED25519, public, signature, message)
    assert not suites.holds(suites.ED25519, public, signature, b"")


@installed
def test_the_published_signature_of_sm2_holds() -> None:
    """GM/T 0003.5, with SM3 and the signer id of the standard, and not with another message."""
    public, signature = bytes.fromhex(SM2["public_key"]), der(SM2["r"], SM2["s"])
    assert suites.holds(suites.SM2, public, signature, SM2["message"].encode())
    assert not suites.holds(suites.SM2, public, signature, b"message digesT")
    assert not suites.holds(suites.ED25519, public, signature, SM2["message"].encode())


@pytest.mark.parametrize("suite", EVERY)
def test_a_key_from_its_file_signs_as_before(suite: str) -> None:
    """Encrypted, of the sizes that the domain knows; a wrong passphrase opens nothing."""
    made = suites.generate(suite)
    pem = made.to_pem(PASSPHRASE)
    opened = suites.load(pem, PASSPHRASE)
    assert (opened.suite, opened.public_key) == (suite, made.public_key)
    public, signature = bytes.fromhex(opened.public_key), opened.sign(b"example")
    assert suites.holds(suite, public, signature, b"example")
    public_size, longest = SUITES[suite]
    assert len(public) == public_size
    assert len(signature) <= longest
    with pytest.raises(DomainError, match="signing-key-unreadable"):
        suites.load(pem, b"another passphrase")


@pytest.mark.parametrize("suite", EVERY)
@given(public=st.binary(max_size=80), signature=st.binary(max_size=80))
def test_nothing_that_is_no_key_or_signature_holds(
    suite: str, public: bytes, signature: bytes
) -> None:
    """And nothing raises."""
    assert not suites.holds(suite, public, signature, b"example")


# Canonical encodings of points of order 1, 2, 4 and 8.
SMALL = (
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "00" * 32,
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)


@pytest.mark.parametrize("public", SMALL)
def test_a_point_of_small_order_signs_nothing(public: str) -> None:
    """Its owner could disown whatever they signed, since anybody can sign under it."""
    for first in SMALL:
        signature = bytes.fromhex(first) + bytes(32)
        for message in (b"", b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"):
            assert not suites.holds(suites.ED25519, bytes.fromhex(public), signature, message)


def test_a_key_in_the_clear_is_not_opened() -> None:
    """A key file that needs no passphrase is a mistake."""
    for pem in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(DomainError, match="signing-key-unreadable"):
            suites.load(pem, PASSPHRASE)


def test_the_suites_of_the_domain_are_those_of_the_ledger() -> None:
    """One list, and what stands on the wire for each."""
    assert suites.WIRE == {"ed25519-sha256": "ed25519", "sm2-sm3": "sm2"}
    assert SUITES.keys() == suites.WIRE.keys()


def test_a_suite_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It verifies nothing and refutes nothing."""

    def missing(_name: str) -> Any:  # noqa: ANN401 - as `find_spec`
        return None

    monkeypatch.setattr(suites, "find_spec", missing)
    for attempt in (
        lambda: suites.holds(suites.SM2, b"", b"", b""),
        lambda: suites.generate(suites.SM2),
        lambda: suites.holds("rsa", b"", b"", b""),
    ):
        with pytest.raises(DomainError, match="suite-unavailable"):
            attempt()
