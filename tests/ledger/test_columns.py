"""Columns are what PostgreSQL takes them for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.columns import Byteas, Int8s, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def connection(server: str) -> Iterator[psycopg.Connection]:
    """Give a connection to any database."""
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.none() | st.binary()),
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
)
def test_the_server_reads_the_values_that_were_sent(
    connection: psycopg.Connection,
    integers: list[int],
    binaries: list[bytes | None],
    texts: list[str],
) -> None:
    """Any number of any values, also none, and nulls among bytes."""
    sent = [Int8s(integers), Byteas(binaries), Texts(texts)]
    read = connection.execute("SELECT %b, %b, %b", sent, binary=True).fetchone()
    assert read == (integers, binaries, texts)
