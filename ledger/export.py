"""The export folder: everything that a stranger with one public key needs to check the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.canonical import canon
from ledger.cosignatures import not_witnessed
from ledger.folder import FOLDER_MODE, private_file, whole_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ledger.commits import Commit
    from ledger.store import Ledger


def export(
    ledger: Ledger, directory: Path, *, bundles: Mapping[str, object], exported_by: str, now: str
) -> None:
    """Write the whole history up to the newest checkpoint that counts into `directory`.

    `bundles` are the proof bundles of draws by relative file name (`draws/….json`). The folder
    appears complete or not at all, and the same history gives the same bytes but for the
    manifest's `exported_at` and `exported_by`. A checkpoint is published first if leaves came
    after the last one; under a policy of witnesses an earlier one may be the newest that counts.
    The owner alone may read it: lists that are not disclosed yet and findings are in it.
    Raises DomainError: "export-target-not-empty", "checkpoint-not-witnessed".
    """
    with whole_folder(directory, "export-target-not-empty") as folder:
        _fill(ledger, folder, bundles, {"exported_at": now, "exported_by": exported_by})


def _fill(
    ledger: Ledger, folder: Path, bundles: Mapping[str, object], who_and_when: Mapping[str, str]
) -> None:
    counted = ledger.cover(ledger.size())
    if counted is None:
        raise not_witnessed()
    newest, size = counted.note, counted.size
    earlier = {each: text for each, text in ledger.checkpoints().items() if each < size}
    with private_file(folder / "events.jsonl") as lines:
        lines.writelines(state + b"\n" for state in ledger.states(size))
    with private_file(folder / "commits.jsonl") as lines:
        commits = sum(lines.write(commit.line()) > 0 for commit in _commits(ledger, size))
    _write(folder / "checkpoint", newest.encode())
    for each, text in earlier.items():
        _write(folder / "checkpoints" / str(each), text.encode())
    for stamp in ledger.timestamps.all():
        if stamp.size <= size:
            _write(folder / "timestamps" / f"{stamp.size}-{stamp.authority}.tsr", stamp.token)
    for name in sorted(bundles):
        _write(folder / name, canon(bundles[name]) + b"\n")
    manifest = {
        "format": "mingqian-ledger-v1",
        "origin": ledger.origin,
        "events": size,
        "commits": commits,
        "checkpoints": 1 + len(earlier),
        "bundles": len(bundles),
        **who_and_when,
    }
    _write(folder / "manifest.json", canon(manifest) + b"\n")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    with private_file(path) as file:
        file.write(content)


def _commits(ledger: Ledger, size: int) -> Iterator[Commit]:
    """Give the commits of the first `size` leaves; a checkpoint never ends inside a commit."""
    leaf = 0
    while leaf < size:
        for commit in ledger.commits(leaf):
            if commit.size > size:
                return
            leaf = commit.size
            yield commit
