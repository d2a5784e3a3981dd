"""Whatever is done to an export shows, and shows where."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.heads import Head
from audit.sources import Export
from audit.verify import verify
from domain.canonical import canon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

    Check = Callable[[Path], Report]

FILES = (
    "events.jsonl",
    "commits.jsonl",
    "checkpoint",
    "manifest.json",
    "checkpoints",
    "draws",
    "assignments",
)


def _manifest_says_freely(content: bytes, place: int) -> bool:
    """Who exported, and when, is a claim that nothing else in the export can confirm."""
    start = content.index(b'"exported_at"')
    return start <= place < content.index(b'"format"')


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flipped_byte_anywhere_fails(folder: Path, check: Check, data: st.DataObject) -> None:
    """Any byte of any file, but for the two claims of the manifest."""
    part = folder / data.draw(st.sampled_from(FILES))
    path = data.draw(st.sampled_from(sorted(part.iterdir()))) if part.is_dir() else part
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    if path.name == "manifest.json" and _manifest_says_freely(content, place):
        return
    damaged = bytearray(content)
    damaged[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    try:
        report = check(folder)
    finally:
        path.write_bytes(content)
    assert not report.ok
    if path.name == "events.jsonl":
        leaf = content.count(b"\n", 0, place)
        first = report.failures[0]
        assert first.leaf is not None
        assert first.leaf <= leaf


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_changed_word_is_named_by_leaf(folder: Path, check: Check) -> None:
    """A change that keeps the form is named with the leaves of its commit; nothing else is accused."""
    path = folder / "events.jsonl"
    lines = _lines(path)
    leaf = next(n for n, line in enumerate(lines) if "示例培训机构7".encode() in line)
    lines[leaf] = lines[leaf].replace("示例培训机构7".encode(), "示例培训机构8".encode())
    path.write_bytes(b"".join(lines))
    report = check(folder)
    assert (report.failures[0].leaf, report.failures[0].code) == (leaf, "commit-link-differs")
    codes = {failure.code for failure in report.failures}
    assert codes == {"commit-link-differs", "checkpoint-root-differs"}


@pytest.mark.parametrize("name", ["events.jsonl", "commits.jsonl"])
@pytest.mark.parametrize("act", ["delete", "duplicate", "swap"])
def test_a_row_deleted_duplicated_or_swapped_is_named_by_leaf(
    folder: Path, check: Check, name: str, act: str
) -> None:
    """The first failure is where the order breaks."""
    path = folder / name
    lines = _lines(path)
    leaf = row = 60
    if name == "commits.jsonl":
        leaf = json.loads(lines[row])["first_leaf"]
    if act == "delete":
        del lines[row]
    elif act == "duplicate":
        lines.insert(row, lines[row])
        leaf = json.loads(lines[row])["first_leaf"] + 1 if name == "commits.jsonl" else leaf + 1
    else:
        lines[row], lines[row + 1] = lines[row + 1], lines[row]
    path.write_bytes(b"".join(lines))
    report = check(folder)
    assert not report.ok
    assert report.failures[0].leaf == leaf


@pytest.mark.parametrize("line", [b"[]", b"{}", b'{"count":0}', b"\xff", b"null"])
def test_a_line_that_is_no_commit_is_named(folder: Path, check: Check, line: bytes) -> None:
    """With its own code, and without a crash."""
    path = folder / "commits.jsonl"
    path.write_bytes(b"\n".join([line, *_lines(path)[1:]]) + b"\n")
    codes = {failure.code for failure in check(folder).failures}
    assert codes & {"commit-malformed", "not-canonical"}
    assert ("commit-malformed" in codes) == (line != b"\xff")


def test_a_removed_bundle_is_named(folder: Path, check: Check) -> None:
    """Also that of a voided draw."""
    (folder / "draws" / "联2024026.entities.1.json").unlink()
    (folder / "assignments" / "联2024026.officers.1.json").unlink()
    codes = [(failure.code, failure.where) for failure in check(folder).failures]
    assert ("bundle-missing", "draws/联2024026.entities.1.json") in codes
    assert ("bundle-missing", "assignments/联2024026.officers.1.json") in codes


def test_a_bundle_without_a_draw_is_named(folder: Path, check: Check) -> None:
    """A draw that is not on the ledger did not happen."""
    source = folder / "draws" / "联2024026.entities.1.json"
    shutil.copy(source, folder / "draws" / "联2024026.entities.9.json")
    codes = {failure.code for failure in check(folder).failures}
    assert codes == {"bundle-unexpected", "manifest-differs"}


def test_an_edited_bundle_is_named_with_the_part_that_differs(folder: Path, check: Check) -> None:
    """Another seed, written canonically."""
    path = folder / "draws" / "联2024026.entities.2.json"
    bundle = json.loads(path.read_text("utf-8"))
    bundle["seed"] = "00" * 32
    path.write_bytes(canon(bundle) + b"\n")
    (failure,) = check(folder).failures
    assert failure.code == "bundle-differs"
    assert failure.where == "draws/联2024026.entities.2.json"
    assert "$.seed" in failure.reason


def test_missing_and_foreign_files_are_named(folder: Path, check: Check) -> None:
    """A file too few, a file too many, a link in the place of a file."""
    (folder / "manifest.json").unlink()
    (folder / "notes.txt").write_text("示例")
    (folder / "draws" / "deep").mkdir()
    checkpoint = (folder / "checkpoint").read_bytes()
    (folder / "elsewhere").write_bytes(checkpoint)
    (folder / "checkpoint").unlink()
    (folder / "checkpoint").symlink_to(folder / "elsewhere")
    found = {(failure.code, failure.where) for failure in check(folder).failures}
    assert ("export-file-missing", "manifest.json") in found
    assert ("export-file-unexpected", "notes.txt") in found
    assert ("export-file-unreadable", "draws/deep") in found
    assert ("export-file-unreadable", "checkpoint") in found


def test_a_shorter_history_passes_only_without_an_outside_reference(
    told: Told, tmp_path: Path
) -> None:
    """What was true earlier is consistent; only a kept checkpoint shows that it was cut."""
    kept = Head(where="kept", text=(told.folder / "checkpoint").read_text("utf-8"), size="any")
    assert verify(Export(told.earlier), vkey=told.vkey).ok
    report = verify(Export(told.earlier), vkey=told.vkey, kept=(kept,))
    assert [failure.code for failure in report.failures] == ["checkpoint-beyond-leaves"]
    older = Head(where="kept", text=(told.earlier / "checkpoint").read_text("utf-8"), size="any")
    assert verify(Export(told.folder), vkey=told.vkey, kept=(older,)).ok


def test_a_checkpoint_that_does_not_cover_every_event_is_named(
    told: Told, folder: Path, check: Check
) -> None:
    """A true one, but of an earlier day."""
    shutil.copy(told.earlier / "checkpoint", folder / "checkpoint")
    (failure,) = check(folder).failures
    assert (failure.code, failure.where) == ("checkpoint-size-differs", "checkpoint")


def test_without_a_key_from_elsewhere_the_report_says_what_it_does_not_prove(told: Told) -> None:
    """The key is the ledger's own."""
    report = verify(Export(told.folder))
    assert report.ok
    assert any("--vkey" in each for each in report.not_checked)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exported_by", {"x": [1]}),
        ("exported_by", ""),
        ("exported_at", 5),
        ("exported_at", "2024-01-05"),
        ("exported_at", "2024-01-05T01:00:00Z"),
        ("exported_at", "2024-01-05T01:00:00.000+08:00"),
        ("exported_at", "2024-13-05T01:00:00.000Z"),
        ("events", "1"),
        ("bundles", True),
        ("format", "mingqian-ledger-v1 "),
        ("origin", ""),
    ],
)
def test_a_manifest_of_another_form_is_named(
    folder: Path, check: Check, field: str, value: object
) -> None:
    """Texts are texts, counts are integers, and a time is a time."""
    path = folder / "manifest.json"
    path.write_bytes(canon({**json.loads(path.read_bytes()), field: value}) + b"\n")
    (failure,) = check(folder).failures
    assert (failure.code, failure.where) == ("manifest-differs", "manifest.json")
    assert field in failure.reason


def test_a_cut_file_fails(folder: Path, check: Check) -> None:
    """The last event is gone, and half of the one before."""
    path = folder / "events.jsonl"
    *whole, cut, _ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole) + cut[: len(cut) // 2])
    codes = {failure.code for failure in check(folder).failures}
    assert {"line-malformed", "not-canonical", "commits-not-partition"} <= codes
