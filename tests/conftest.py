"""Fixtures of every room: one PostgreSQL server, one fresh database per test, fresh keys."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from ledger import keys as key_directory
from ledger import schema
from ledger.clock import FileClock
from ledger.embedded import embedded_server
from ledger.prover import HeldKeys
from ledger.store import Ledger
from ledger.vrf import keypair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.keys import Keys

RECURSION_LIMIT = sys.getrecursionlimit()
ROOT = Path(__file__).parent.parent
ORIGIN = "mingqian.example/qinghe"


@pytest.fixture(autouse=True)
def recursion_limit() -> None:
    """Undo what py_ecc does where it is imported: it lifts the limit, and a deep text then overruns the stack."""
    sys.setrecursionlimit(RECURSION_LIMIT)


@pytest.fixture(scope="session")
def server() -> str:
    """DSN of a server where databases can be created; MINGQIAN_TEST_DATABASE_URL names another."""
    given = os.environ.get("MINGQIAN_TEST_DATABASE_URL")
    if given:
        return given
    dsn = embedded_server(ROOT / ".mingqian" / "test-postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        # Tests end their databases, so nothing here has to outlive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return dsn


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """DSN of a fresh database without any table; it is dropped afterwards."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield make_conninfo(server, dbname=name)
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def dsn(database: str) -> str:
    """DSN of a fresh database with the empty tables of the ledger."""
    schema.migrate(database)
    return database


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Fresh keys of a service."""
    return key_directory.generate(tmp_path / "keys")


def vrf_key_of(keys: Keys) -> tuple[bytes, bytes]:
    """Secret and public half of the key that proves the first draws beside these."""
    return keypair(sha256(b"tests/vrf" + keys.token).digest())


def prover_of(keys: Keys) -> HeldKeys:
    """Prove draws with that key, in this process."""
    secret, public = vrf_key_of(keys)
    return HeldKeys({public: secret})


@pytest.fixture
def ledger(dsn: str, keys: Keys, tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger with nothing in it but its opening, which is earlier than what tests record."""
    (tmp_path / "opened").write_text("2024-01-01T00:00:00.000Z", encoding="utf-8")
    clock = FileClock(tmp_path / "opened")
    _, vrf_key = vrf_key_of(keys)
    with Ledger.create(
        dsn, keys, vrf_key, origin=ORIGIN, mode="development", clock=clock
    ) as opened:
        yield opened
