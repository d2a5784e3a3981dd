"""The pinned drand chains: key bound to hash, rounds and seconds, and time read exactly."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.lottery.chains import (
    CHAINS,
    Chain,
    by_name,
    chain_of,
    first_round_at,
    time_of,
    unix_ms,
)
from ledger.clock import is_rfc3339, rfc3339

VECTORS = Path(__file__).parents[2] / "vectors/drand_rounds.json"
PUBLISHED: dict[str, dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["chains"]
every_chain = pytest.mark.parametrize("chain", CHAINS.values(), ids=lambda chain: chain.name)
seconds = st.integers(min_value=-(2**40), max_value=2**40)


def refusal(code: str) -> pytest.RaisesExc[DomainError]:
    """Expect this refusal."""
    return pytest.raises(DomainError, check=lambda error: error.code == code)


@every_chain
def test_the_key_is_bound_to_the_hash(chain: Chain) -> None:
    """The hash of a chain covers key and rhythm, so a source that names the hash names the key (drand Info.Hash)."""
    rhythm = chain.period.to_bytes(4, "big") + chain.genesis_time.to_bytes(8, "big", signed=True)
    seed = bytes.fromhex(PUBLISHED[chain.name]["group_hash"])
    name = b"" if chain.name == "default" else chain.name.encode()
    assert sha256(rhythm + chain.public_key + seed + name).hexdigest() == chain.hash


@every_chain
def test_the_chains_are_those_that_drand_publishes(chain: Chain) -> None:
    """Every pinned value; only `default` is chained, and only its signatures lie in G2, of 96 bytes."""
    published = PUBLISHED[chain.name]
    assert chain.hash == published["chain_hash"]
    assert chain.public_key.hex() == published["public_key"]
    assert chain.scheme == published["scheme"]
    assert (chain.period, chain.genesis_time) == (published["period"], published["genesis_time"])
    assert chain.signature_size == {"G1": 48, "G2": 96}[published["sig_group"]]
    assert chain.chained == ("previous_signature" in published["message"])


@every_chain
def test_a_chain_is_found_by_hash_and_by_name(chain: Chain) -> None:
    """Both ways give the same pinned chain."""
    assert chain_of(chain.hash) is by_name(chain.name) is chain


@pytest.mark.parametrize("wanted", ["", "00" * 32, "evmnet", "quicknet "])
def test_a_chain_that_is_not_pinned_is_refused(wanted: str) -> None:
    """A key that is not built in could be anybody's."""
    with refusal("chain-unknown"):
        chain_of(wanted)
    with refusal("chain-unknown"):
        by_name(wanted)


def test_rounds_are_due_at_known_seconds() -> None:
    """Round 1 at the genesis, round 1000 of quicknet 2,997 seconds later."""
    assert time_of(by_name("default"), 1) * 1000 == unix_ms("2020-07-22T15:17:30.000Z")
    assert time_of(by_name("quicknet"), 1000) * 1000 == unix_ms("2023-08-23T15:59:24.000Z")


@every_chain
@given(moment=seconds)
def test_the_first_round_at_a_moment_is_due_then_and_the_one_before_is_not(
    chain: Chain, moment: int
) -> None:
    """No round between is skipped, and none before the moment is taken."""
    first = first_round_at(chain, moment)
    assert first >= 1
    assert time_of(chain, first) >= moment
    assert first == 1 or time_of(chain, first - 1) < moment


@every_chain
@given(round_=st.integers(min_value=1, max_value=2**53 - 1))
def test_the_first_round_at_the_second_of_a_round_is_that_round(chain: Chain, round_: int) -> None:
    """And a second later the next one, far beyond where a float would lose count."""
    assert first_round_at(chain, time_of(chain, round_)) == round_
    assert first_round_at(chain, time_of(chain, round_) + 1) == round_ + 1


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_of_the_ledger_is_read_to_the_millisecond(moment: datetime) -> None:
    """Days and seconds and milliseconds, counted apart."""
    text = rfc3339(moment)
    days = moment.date().toordinal() - 719163
    minutes = (days * 24 + moment.hour) * 60 + moment.minute
    assert unix_ms(text) == (minutes * 60 + moment.second) * 1000 + moment.microsecond // 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-09-02",
        "2024-09-02T01:30:00Z",
        "2024-09-02T01:30:00.000",
        "2024-09-02T01:30:00.000+00:00",
        "2024-09-02T09:30:00.000+08:00",
        "2024-09-02 01:30:00.000Z",
        "2024-09-02T01:30:00.0005Z",
        "2024-09-02T01:30:60.000Z",
        "2024-13-02T01:30:00.000Z",
        "2024-09-02T01:30:00.000Z\n",
        "２024-09-02T01:30:00.000Z",
    ],
)
def test_a_time_in_any_other_form_is_refused(text: str) -> None:
    """One moment has one text, as in the ledger."""
    assert not is_rfc3339(text)
    with refusal("time-invalid"):
        unix_ms(text)


@given(st.text())
def test_no_text_is_more_than_refused(text: str) -> None:
    """Whatever a file holds in the place of a time."""
    with refusal("time-invalid"):
        unix_ms(text)
