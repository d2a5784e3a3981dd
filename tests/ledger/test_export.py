"""The export: complete or not there, the same bytes for the same history."""

from __future__ import annotations

import base64
import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from domain import merkle
from domain.errors import DomainError
from ledger import commits, entries, note
from ledger.clock import SystemClock
from ledger.commits import Commit
from ledger.export import export
from ledger.writer import Writer
from tests.conftest import ORIGIN, prover_of
from tests.ledger.examples import NOW, SYSTEM, department, new_id

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.keys import Keys
    from ledger.store import Ledger

BUNDLES = {
    "draws/联2024015.entities.1.json": {"alg": "mingqian-draw-v1"},
    "assignments/联2024015.officers.1.json": {"alg": "mingqian-assign-v1"},
}


def fill(ledger: Ledger, commits_of: tuple[int, ...]) -> None:
    """Record commits of these sizes, with a checkpoint after each but the last."""
    writer, number = Writer(ledger, SystemClock(), prover_of(ledger.keys)), 0
    for size in commits_of:
        commands = [department(number + each) for each in range(size)]
        writer.execute(commands, actor=SYSTEM, command_id=new_id())
        number += size
        if size != commits_of[-1]:
            ledger.publish_checkpoint()


def write(ledger: Ledger, folder: Path) -> None:
    """Export with the example bundles."""
    export(ledger, folder, bundles=BUNDLES, exported_by="示例审计员", now=NOW)


def files(folder: Path) -> dict[str, bytes]:
    """Read every file by its relative name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_stranger_can_check_an_export_with_the_log_key(
    ledger: Ledger, keys: Keys, tmp_path: Path
) -> None:
    """Leaves lead to the head, commits chain and are signed, older heads are there."""
    fill(ledger, (3, 1, 2))
    write(ledger, tmp_path / "export")
    content = files(tmp_path / "export")
    leaves = [merkle.leaf_hash(line) for line in content["events.jsonl"].split(b"\n")[:-1]]
    head = note.open_checkpoint(
        content["checkpoint"].decode(), note.log_key(ORIGIN, keys.log_public)
    )
    assert (head.size, head.root) == (7, merkle.root(leaves))
    link, size = commits.FIRST_LINK, 0
    for line in map(json.loads, content["commits.jsonl"].splitlines()):
        commit = Commit(
            first_leaf=line["first_leaf"],
            count=line["count"],
            link=bytes.fromhex(line["link"]),
            key=keys.service_public,
            sig=base64.b64decode(line["sig"]),
        )
        assert line["key"] == keys.service_public.hex()
        assert commit.first_leaf == size
        commits.verify(commit, link, leaves[size : commit.size])
        link, size = commit.link, commit.size
    assert size == head.size
    assert sorted(name for name in content if name.startswith("checkpoints/")) == [
        "checkpoints/1",
        "checkpoints/4",
        "checkpoints/5",
    ]


def test_the_manifest_counts_what_is_there(ledger: Ledger, tmp_path: Path) -> None:
    """Format, origin, counts, when and by whom."""
    fill(ledger, (2,))
    write(ledger, tmp_path / "export")
    assert json.loads((tmp_path / "export" / "manifest.json").read_bytes()) == {
        "format": "mingqian-ledger-v1",
        "origin": ORIGIN,
        "events": 3,
        "commits": 2,
        "checkpoints": 2,
        "bundles": 2,
        "exported_at": NOW,
        "exported_by": "示例审计员",
    }


def test_the_same_history_gives_the_same_bytes(ledger: Ledger, tmp_path: Path) -> None:
    """Twice the same folder."""
    fill(ledger, (2, 3))
    write(ledger, tmp_path / "one")
    write(ledger, tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert set(BUNDLES) < set(files(tmp_path / "one"))


def test_many_small_batches_give_the_same_export(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the rows are fetched."""
    fill(ledger, (2, 3, 1))
    write(ledger, tmp_path / "one")
    monkeypatch.setattr(entries, "BATCH", 2)
    write(ledger, tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_an_empty_target_is_used_and_another_is_not_touched(ledger: Ledger, tmp_path: Path) -> None:
    """Old files never mix with new ones."""
    (tmp_path / "empty").mkdir()
    write(ledger, tmp_path / "empty")
    before = files(tmp_path / "empty")
    with pytest.raises(DomainError, match="export-target-not-empty"):
        write(ledger, tmp_path / "empty")
    (tmp_path / "file").write_text("示例")
    with pytest.raises(DomainError, match="export-target-not-empty"):
        write(ledger, tmp_path / "file")
    assert files(tmp_path / "empty") == before


def test_nobody_but_the_owner_may_read_an_export(ledger: Ledger, tmp_path: Path) -> None:
    """Lists that are not disclosed yet are in it, whatever the umask is and whoever made the target."""
    (tmp_path / "export").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        write(ledger, tmp_path / "export")
    finally:
        os.umask(before)
    paths = [tmp_path / "export", *(tmp_path / "export").rglob("*")]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_an_export_that_fails_leaves_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """Neither a target nor a half-filled folder beside it."""
    with pytest.raises(DomainError, match="not-canonical"):
        export(ledger, tmp_path / "out", bundles={"draws/x.json": 0.5}, exported_by="", now=NOW)
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
