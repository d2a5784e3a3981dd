"""Tokens of a real authority (`openssl ts`), and everything that makes one worth nothing."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from ledger import der, note
from ledger.timestamps import read_certificates, request, stamped_at, stamped_bytes
from tests.ledger.authority import LONG_AGO, Authority

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"mingqian.example/qinghe\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One that is trusted."""
    return Authority(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    """A token of its over TEXT."""
    return authority.stamp(request(TEXT).as_bytes())


def refused(
    token: bytes, authority: Authority, text: bytes = TEXT, nonce: int | None = None
) -> str:
    """Why a token does not hold."""
    with pytest.raises(DomainError, match="timestamp-invalid") as caught:
        stamped_at(token, text, read_certificates(authority.root), nonce)
    return caught.value.detail


def test_a_token_gives_the_moment_by_which_the_text_was_there(authority: Authority) -> None:
    """The authority's, which tells whole seconds, and the second by which it may be off."""
    before = datetime.now(UTC)
    query = request(TEXT)
    token = authority.stamp(query.as_bytes())
    at = stamped_at(token, TEXT, read_certificates(authority.root), query.nonce)
    assert before <= at <= datetime.now(UTC) + timedelta(seconds=1)


def test_openssl_verifies_what_is_kept(authority: Authority, token: bytes, tmp_path: Path) -> None:
    """An auditor without this program takes the three lines, the token and a root."""
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "token.tsr").write_bytes(token)
    untrusted = str(authority.folder / "chain.pem")
    files = ["-data", str(tmp_path / "text"), "-in", str(tmp_path / "token.tsr")]
    command = ["openssl", "ts", "-verify", *files, "-CAfile", str(authority.root)]
    told = subprocess.run([*command, "-untrusted", untrusted], check=True, capture_output=True)
    assert b"Verification: OK" in told.stdout


def test_a_request_asks_for_certificates_and_never_twice_with_one_nonce() -> None:
    """So an old answer is not taken for a new one."""
    one, other = request(TEXT), request(TEXT)
    assert one.cert_req
    assert one.nonce != other.nonce


def test_a_token_over_another_text_is_refused(token: bytes, authority: Authority) -> None:
    """The imprint tells."""
    assert "messages" in refused(token, authority, text=TEXT.replace(b"1", b"2"))


def test_a_token_over_another_kind_of_hash_is_refused(authority: Authority, tmp_path: Path) -> None:
    """The same 32 bytes said to be of SHA-3 are the hash of something else."""
    digest = sha256(TEXT).hexdigest()
    query = ["-digest", digest, "-sha3-256", "-cert", "-out", str(tmp_path / "query")]
    subprocess.run(["openssl", "ts", "-query", *query], check=True, capture_output=True)
    assert "SHA-256" in refused(authority.stamp((tmp_path / "query").read_bytes()), authority)


def test_an_answer_to_another_request_is_refused(token: bytes, authority: Authority) -> None:
    """The nonce tells."""
    assert "Nonce" in refused(token, authority, nonce=request(TEXT).nonce)


def test_a_token_of_an_authority_that_is_not_trusted_is_refused(
    token: bytes, tmp_path: Path
) -> None:
    """Of the same name, with another key."""
    assert "certificates" in refused(token, Authority(tmp_path / "other"))


def test_a_token_by_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    """It must be valid at the token's own moment."""
    expired = Authority(tmp_path / "expired", until=LONG_AGO + timedelta(days=365))
    assert "certificates" in refused(expired.stamp(request(TEXT).as_bytes()), expired)


def test_a_refusal_of_the_authority_is_no_token(authority: Authority) -> None:
    """It answers, and stamps nothing."""
    refused(authority.stamp(b"no request"), authority)


def test_a_token_that_was_changed_never_gives_another_moment(
    token: bytes, authority: Authority
) -> None:
    """Each byte in turn: refused, or of no matter."""
    trusted = read_certificates(authority.root)
    at = stamped_at(token, TEXT, trusted)
    taken = 0
    for place in range(len(token)):
        bent = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            assert stamped_at(bent, TEXT, trusted) == at
        except DomainError:
            continue
        taken += 1
    assert taken < len(token) // 20  # those that no signature covers


@pytest.mark.parametrize("cut", [0, 1, 5, 100, -1])
def test_a_token_that_was_cut_is_refused(token: bytes, authority: Authority, cut: int) -> None:
    """Also to nothing."""
    refused(token[:cut], authority)


def test_the_certificates_of_an_openssl_authority_are_sorted_before_they_are_read(
    token: bytes,
) -> None:
    """It writes them from the signer up; sorted once, they stay as they are."""
    once = der.with_sorted_certificates(token)
    assert once != token
    assert sorted(once) == sorted(token)
    assert der.with_sorted_certificates(once) == once


@given(st.binary(max_size=60))
def test_what_is_no_token_is_given_back_as_it_is(data: bytes) -> None:
    """And refused by whoever reads it next."""
    assert der.with_sorted_certificates(data) == data


def test_what_is_stamped_are_the_three_lines_with_their_newlines() -> None:
    """Those that the log's own signature covers; no signature is in it, so cosignatures change nothing."""
    signed = "mingqian.example/qinghe\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— a.example AAAAAAAAAA==\n"
    assert stamped_bytes(signed) == TEXT
    assert stamped_bytes(signed + signed.splitlines(keepends=True)[-1]) == TEXT
    assert note.Note.parse(signed).text.encode() == TEXT


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_certificates_that_cannot_be_read_are_refused(
    tmp_path: Path, content: bytes | None
) -> None:
    """With the name of the file."""
    if content is not None:
        (tmp_path / "roots.pem").write_bytes(content)
    with pytest.raises(DomainError, match=r"certificates-unreadable.*roots\.pem"):
        read_certificates(tmp_path / "roots.pem")
