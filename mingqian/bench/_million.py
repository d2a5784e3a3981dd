"""A million leaves: how fast a stranger's copy of them is made, and proofs from it.

The events are of one plain type and are written by the database itself, ten to a signed commit; what is
measured reads them as it reads any others.
"""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psycopg

from domain import merkle
from domain.tiled_tree import TiledTree
from ledger import commits
from ledger.export import export
from ledger.hashes import leaf_hashes
from ledger.note import Checkpoint, Note, VerifierKey
from ledger.publication import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.tiles import Tile
    from ledger.commits import Commit
    from ledger.store import Ledger

LEAVES = 1_000_000
PER_COMMIT = 10
PROOFS = 20_000
NOW = "2024-03-01T01:00:00.000Z"
NAME = "示例部门" * 20
EVENTS = """
INSERT INTO ledger.events (leaf, version, stream, type, leaf_hash, state)
SELECT n, 1, 'department/d' || n, 'department.added.v1', sha256('\\x00'::bytea || state), state
FROM (SELECT n, convert_to(
    '{"actor":{"id":"system","role":"system"},"command_id":"00000000-0000-4000-8000-'
    || lpad((n / 10)::text, 12, '0') || '","data":{"collates":false,"name":"' || %s
    || '"},"nonce":"' || lpad(n::text, 32, '0') || '","recorded_at":"' || %s
    || '","stream":"department/d' || n || '","type":"department.added.v1","v":1,"version":1}',
    'UTF8') AS state FROM generate_series(1, %s) AS n) AS made"""
COPY_COMMITS = "COPY ledger.commits (first_leaf, count, link, key, sig) FROM STDIN"


def fill(ledger: Ledger, dsn: str) -> None:
    """Put so many leaves behind the opening of a ledger."""
    with psycopg.connect(dsn) as connection:
        connection.execute(EVENTS, [NAME, NOW, LEAVES - 1])
        connection.commit()
        connection.cursor().execute("ANALYZE ledger.events")
        with connection.cursor().copy(COPY_COMMITS) as copy:
            for commit in _commits(ledger):
                copy.write_row([*vars(commit).values()])


def _commits(ledger: Ledger) -> Iterator[Commit]:
    link, size = ledger.commits(0, 1)[0].link, merkle.HASH_SIZE
    for start in range(1, LEAVES, 1000 * PER_COMMIT):
        end = min(LEAVES, start + 1000 * PER_COMMIT)
        hashes = leaf_hashes(ledger.recorder, start, end)
        leaves = [hashes[at : at + size] for at in range(0, len(hashes), size)]
        for first in range(start, end, PER_COMMIT):
            part = leaves[first - start : first - start + PER_COMMIT]
            commit = commits.seal(link, first, part, ledger.keys.service)
            link = commit.link
            yield commit


def build(ledger: Ledger, folder: Path) -> dict[str, Any]:
    """Publish a checkpoint, export everything and publish all tiles; give seconds and leaves per second."""
    start = perf_counter()
    newest = ledger.publish_checkpoint()
    published = perf_counter()
    export(ledger, folder / "export", bundles={}, exported_by="bench", now=NOW)
    exported = perf_counter()
    publish(ledger.tiles, newest, VerifierKey.parse(ledger.genesis.vkey), folder / "log")
    end = perf_counter()
    rate = round(LEAVES / (end - start))
    print(f"{LEAVES} leaves: checkpoint, export and tiles in {end - start:.2f} s = {rate} leaves/s")
    return {
        "leaves": LEAVES,
        "checkpoint_seconds": round(published - start, 2),
        "export_seconds": round(exported - published, 2),
        "tiles_seconds": round(end - exported, 2),
        "leaves_per_second": rate,
    }


def prove(ledger: Ledger, folder: Path) -> float:
    """Make inclusion proofs of leaves here and there from the files alone, from cold; give them per second."""
    checkpoint = Checkpoint.parse(
        Note.parse((folder / "log" / "checkpoint").read_text("utf-8")).text
    )

    def read(tile: Tile) -> bytes:
        return (folder / "log" / "tile" / str(tile)).read_bytes()

    random = Random(1)  # noqa: S311 - any leaves will do
    chosen = [random.randrange(LEAVES) for _ in range(PROOFS)]
    start = perf_counter()
    tree = TiledTree(checkpoint.size, read)
    proofs = [tree.prove_inclusion(leaf) for leaf in chosen]
    rate = PROOFS / (perf_counter() - start)
    for index, proof in zip(chosen[:100], proofs, strict=False):
        leaf = leaf_hashes(ledger.recorder, index, index + 1)
        merkle.verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    return round(rate)
