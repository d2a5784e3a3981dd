"""Links and signatures of commits, by hand from the specification and strictly."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canon
from domain.errors import DomainError
from ledger import commits

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LEAVES = [sha256(b"\x00" + bytes([n])).digest() for n in range(2)]


def test_a_link_is_the_hash_that_the_specification_writes() -> None:
    """Computed here from its parts, once more."""
    head = sha256(b"\x01" + LEAVES[0] + LEAVES[1]).digest()
    expected = sha256(
        b"mingqian-ledger-v1/link\x00" + bytes(32) + bytes(7) + b"\x05" + bytes(7) + b"\x02" + head
    ).digest()
    commit = commits.seal(commits.FIRST_LINK, 5, LEAVES, KEY)
    assert commit.link == expected
    KEY.public_key().verify(commit.sig, b"mingqian-ledger-v1/commit" + b"\x00" + expected)
    assert commit.as_object() == {
        "first_leaf": 5,
        "count": 2,
        "link": expected.hex(),
        "key": KEY.public_key().public_bytes_raw().hex(),
        "sig": commit.as_object()["sig"],
    }


@given(
    first=st.integers(0, 2**40), count=st.integers(1, 9), signed=st.binary(min_size=64, max_size=64)
)
def test_the_line_of_an_export_is_canonical(first: int, count: int, signed: bytes) -> None:
    """As the one encoder writes it."""
    commit = replace(commits.seal(signed[:32], first, LEAVES * count, KEY), sig=signed)
    assert commit.line() == canon(commit.as_object()) + b"\n"


def test_a_commit_of_known_leaves_has_a_known_link() -> None:
    """The value stands still: whatever changes it changes every ledger."""
    commit = commits.seal(commits.FIRST_LINK, 0, LEAVES, KEY)
    assert commit.link.hex() == "3c97a903bf1ad8f87fa0988ac1282401c4a1522ecd9cc656beab89ff289ac586"


def test_a_sealed_commit_verifies() -> None:
    """Against the link before it and its own leaves."""
    commit = commits.seal(bytes(range(32)), 5, LEAVES, KEY)
    commits.verify(commit, bytes(range(32)), LEAVES)
    assert commit.size == 7


@pytest.mark.parametrize(
    "change",
    [{"first_leaf": 6}, {"count": 3}, {"link": bytes(32)}],
)
def test_a_commit_that_says_something_else_is_refused(change: dict[str, object]) -> None:
    """Every part of it goes into the link."""
    commit = commits.seal(bytes(32), 5, LEAVES, KEY)
    with pytest.raises(DomainError, match="commit-link-differs"):
        commits.verify(replace(commit, **change), bytes(32), LEAVES)  # type: ignore[arg-type]


def test_a_commit_of_other_leaves_is_refused() -> None:
    """Changed, swapped or left out."""
    commit = commits.seal(bytes(32), 5, LEAVES, KEY)
    for leaves in (LEAVES[::-1], LEAVES[:1], [*LEAVES, bytes(32)]):
        with pytest.raises(DomainError, match="commit-link-differs"):
            commits.verify(commit, bytes(32), leaves)


@pytest.mark.parametrize(
    "change", [{"sig": bytes(64)}, {"key": bytes(31)}, {"key": bytes(range(32))}]
)
def test_a_commit_with_another_signature_or_key_is_refused(change: dict[str, bytes]) -> None:
    """Signed by nobody is not signed."""
    commit = commits.seal(bytes(32), 5, LEAVES, KEY)
    with pytest.raises(DomainError, match="commit-signature-invalid"):
        commits.verify(replace(commit, **change), bytes(32), LEAVES)  # type: ignore[arg-type]
