"""What somebody does who may write every table, with whatever keys they have stolen.

All of it is put in order again as far as those keys reach: hashes, columns, commits, checkpoints, commands, projections.
"""

from __future__ import annotations

import json
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

from domain import merkle
from domain.canonical import canon
from domain.tiled_tree import tiles
from domain.tiles import WIDTH
from ledger import commits, note
from ledger.snapshot import Reader
from projections.runner import Projector
from tests.tamper import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from psycopg import Connection

    Event = dict[str, Any]
    Slots = list[list[Event]]
    Edit = Callable[[Slots], object]

INSERT_EVENT = """
INSERT INTO ledger.events (leaf, stream, version, type, leaf_hash, state)
VALUES (%s, %s, %s, %s, %s, %s)"""
INSERT_COMMIT = (
    "INSERT INTO ledger.commits (first_leaf, count, link, key, sig) VALUES (%s, %s, %s, %s, %s)"
)
INSERT_COMMAND = """
INSERT INTO ledger.commands (command_id, first_leaf, count) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING"""


def find(slots: Slots, type_: str, number: int = 0) -> int:
    """Give the leaf of the event of a type that has this number among them."""
    return [leaf for leaf, (event,) in enumerate(slots) if event["type"] == type_][number]


def rewrite(
    dsn: str,
    edit: Edit,
    *,
    service: Ed25519PrivateKey | None = None,
    log: Ed25519PrivateKey | None = None,
) -> None:
    """Edit the events, one slot for each leaf, and put right what the keys at hand can put right."""
    with unguarded(dsn) as connection:
        rows = connection.execute("SELECT state FROM ledger.events ORDER BY leaf").fetchall()
        slots: Slots = [[json.loads(state)] for (state,) in rows]
        edit(slots)
        left = [0, *accumulate(len(slot) for slot in slots)]
        states = _write_events(connection, [event for slot in slots for event in slot])
        hashes = [merkle.leaf_hash(state) for state in states]
        if service is not None:
            _seal_again(connection, hashes, left, service)
        if log is not None:
            _sign_again(connection, hashes, left, log)
    project_again(dsn)


def rewrite_export(folder: Path, edit: Edit) -> None:
    """Edit the events of an export, whose signatures nobody can make again who only has a copy."""
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    slots: Slots = [[json.loads(line)] for line in lines]
    edit(slots)
    states = [canon(event) for slot in slots for event in slot]
    (folder / "events.jsonl").write_bytes(b"".join(state + b"\n" for state in states))


def write_published(folder: Path, checkpoint: str, hashes: list[bytes]) -> None:
    """Write the static files that a log of these leaf hashes would have; the checkpoint stays as it is."""
    rows = [hashes]
    while len(rows[-1]) >= WIDTH:
        full = range(0, len(rows[-1]) - WIDTH + 1, WIDTH)
        rows.append([merkle.root(rows[-1][first : first + WIDTH]) for first in full])
    for tile in tiles(len(hashes)):
        path = folder / "tile" / str(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(rows[tile.level][tile.first : tile.first + tile.width]))
    (folder / "checkpoint").write_text(checkpoint, "utf-8")


def project_again(dsn: str) -> None:
    """Build the tables that pages read from what the ledger says now."""
    with Projector(dsn, Reader(dsn)) as projector:
        projector.rebuild()


def cut(dsn: str, size: int) -> None:
    """Take away every row beyond the first `size` leaves, as if nothing had come after."""
    with unguarded(dsn) as connection:
        connection.execute("DELETE FROM ledger.events WHERE leaf >= %s", [size])
        connection.execute("DELETE FROM ledger.commits WHERE first_leaf >= %s", [size])
        connection.execute("DELETE FROM ledger.commands WHERE first_leaf >= %s", [size])
        connection.execute("DELETE FROM ledger.checkpoints WHERE size > %s", [size])
    project_again(dsn)


def _write_events(connection: Connection, events: list[Event]) -> list[bytes]:
    connection.execute("DELETE FROM ledger.events")
    states = [canon(event) for event in events]
    for leaf, (event, state) in enumerate(zip(events, states, strict=True)):
        columns = [leaf, event["stream"], event["version"], event["type"]]
        connection.execute(INSERT_EVENT, [*columns, merkle.leaf_hash(state), state])
    connection.execute("DELETE FROM ledger.commands")
    numbered = list(enumerate(events))[1:]
    for command_id, group in groupby(numbered, key=lambda each: each[1]["command_id"]):
        leaves = [leaf for leaf, _ in group]
        connection.execute(INSERT_COMMAND, [command_id, leaves[0], len(leaves)])
    return states


def _seal_again(
    connection: Connection, hashes: list[bytes], left: list[int], key: Ed25519PrivateKey
) -> None:
    spans: list[tuple[int, int]] = connection.execute(
        "SELECT first_leaf, count FROM ledger.commits ORDER BY first_leaf"
    ).fetchall()
    covered = sum(count for _, count in spans)
    spans += [(covered, len(left) - 1 - covered)]  # what was put behind the end, if anything
    connection.execute("DELETE FROM ledger.commits")
    link = commits.FIRST_LINK
    for start, count in spans:
        first, end = left[start], left[start + count]
        if first < end:
            commit = commits.seal(link, first, hashes[first:end], key)
            link = commit.link
            connection.execute(INSERT_COMMIT, [*vars(commit).values()])


def _sign_again(
    connection: Connection, hashes: list[bytes], left: list[int], key: Ed25519PrivateKey
) -> None:
    published = connection.execute("SELECT size, note FROM ledger.checkpoints").fetchall()
    connection.execute("DELETE FROM ledger.checkpoints")
    origin = note.Checkpoint.parse(note.Note.parse(published[0][1]).text).origin
    for size in (*(size for size, _ in published), len(left) - 1):
        head = note.Checkpoint(
            origin=origin, size=left[size], root=merkle.root(hashes[: left[size]])
        )
        connection.execute(
            "INSERT INTO ledger.checkpoints (size, note) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [left[size], note.sign_checkpoint(head, key)],
        )
