"""What a keeper of the keys could do: write another history and sign it all again."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from domain import merkle
from domain.canonical import canon
from ledger import commits, note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ledger.keys import Keys

    Event = dict[str, Any]
    Edit = Callable[[list[Event | None]], object]


def read(folder: Path) -> list[Event]:
    """Give the events of an export as objects."""
    return [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def find(events: list[dict[str, Any]], type_: str, number: int = 0) -> int:
    """Give the leaf of the event of a type that has this number among them."""
    return [leaf for leaf, event in enumerate(events) if event["type"] == type_][number]


def forge(
    folder: Path,
    keys: Keys,
    edit: Edit,
    *,
    service: Ed25519PrivateKey | None = None,
    together: int = 1,
) -> None:
    """Edit the events of an export and sign commits and heads anew; what became None is left out.

    `together` is how many commits as they stand are made one, as when their commands came at once.
    """
    events: list[Event | None] = [*read(folder)]
    edit(events)
    states = [canon(event) for event in events if event is not None]
    left = [sum(event is not None for event in events[:size]) for size in range(len(events) + 1)]
    hashes = [merkle.leaf_hash(state) for state in states]
    (folder / "events.jsonl").write_bytes(b"".join(state + b"\n" for state in states))
    link, lines = commits.FIRST_LINK, []
    old = (folder / "commits.jsonl").read_text("utf-8").splitlines()
    starts = [*(json.loads(line)["first_leaf"] for line in old[::together]), len(events)]
    for start, end in pairwise(starts):
        commit = commits.seal(
            link, left[start], hashes[left[start] : left[end]], service or keys.service
        )
        link = commit.link
        lines.append(canon(commit.as_object()) + b"\n")
    (folder / "commits.jsonl").write_bytes(b"".join(lines))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["commits"] = len(lines)
    (folder / "manifest.json").write_bytes(canon(manifest) + b"\n")
    _sign_heads(folder, keys, hashes, left)


def _sign_heads(folder: Path, keys: Keys, hashes: list[bytes], left: list[int]) -> None:
    for path in [folder / "checkpoint", *(folder / "checkpoints").iterdir()]:
        old = note.Checkpoint.parse(note.Note.parse(path.read_text("utf-8")).text)
        size = left[old.size]
        head = note.Checkpoint(origin=old.origin, size=size, root=merkle.root(hashes[:size]))
        path.unlink()
        name = path.name if path.name == "checkpoint" else f"checkpoints/{size}"
        (folder / name).write_text(note.sign_checkpoint(head, keys.log), "utf-8")
