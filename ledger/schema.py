"""The tables of the ledger, in schema `ledger`. The running service never creates or alters them."""

from __future__ import annotations

import psycopg

# Writers and migrations take this one transaction-level advisory lock of the database.
# The number is arbitrary; it spells "mingqian" in ASCII.
LOCK = int.from_bytes(b"mingqian", "big")
CHANNEL = "ledger_events"

# `stream` sorts by bytes ("C"): the same order on every machine. The primary key is also the index
# by stream. What an event says stands in `state` alone; the other columns only find it.
TABLES = """
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE TABLE IF NOT EXISTS ledger.events (
    leaf bigint NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    stream text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    leaf_hash bytea NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (stream, version),
    UNIQUE (leaf)
);
CREATE TABLE IF NOT EXISTS ledger.commits (
    first_leaf bigint PRIMARY KEY,
    count bigint NOT NULL CHECK (count > 0),
    link bytea NOT NULL,
    key bytea NOT NULL,
    sig bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.commands (
    command_id text COLLATE "C" PRIMARY KEY,
    digest bytea,
    first_leaf bigint NOT NULL,
    count bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.checkpoints (
    size bigint PRIMARY KEY,
    note text NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.cosignatures (
    size bigint NOT NULL,
    key bytea NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, key)
);
"""
NAMES = frozenset({"events", "commits", "commands", "checkpoints", "cosignatures"})


def migrate(dsn: str) -> None:
    """Create what is missing and leave the rest: running it again, or twice at once, is harmless."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute(TABLES)
