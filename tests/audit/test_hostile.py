"""Files that were made to break the reader break nothing: each is reported, none raises."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.sources import Export
from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.report import Report
    from tests.audit.conftest import Told

    Check = Callable[[Path], Report]


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b"9" * 200_000,
        b'{"a":' * 5_000,
        b"\xff\xfe\x00",
        b"",
        b"null",
        b"[]",
        b'{"v":1}',
        b'"\\ud800"',
        b"1e999999",
    ],
    ids=[
        "deep-array",
        "long-integer",
        "deep-object",
        "binary",
        "empty",
        "null",
        "array",
        "short",
        "surrogate",
        "float",
    ],
)
@pytest.mark.parametrize("name", ["events.jsonl", "commits.jsonl", "manifest.json", "checkpoint"])
def test_hostile_lines_are_reported(folder: Path, check: Check, name: str, line: bytes) -> None:
    """In every kind of file, in front of what was there."""
    path = folder / name
    path.write_bytes(line + b"\n" + path.read_bytes())
    report = check(folder)
    assert not report.ok
    assert all(failure.reason.isprintable() for failure in report.failures)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_an_export_of_anything_is_reported(
    tmp_path: Path, check: Check, data: st.DataObject
) -> None:
    """Any bytes, or any JSON, in the four files."""
    shutil.rmtree(tmp_path / "any", ignore_errors=True)
    (tmp_path / "any").mkdir()
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
    json_line = values.map(lambda value: json.dumps(value).encode() + b"\n")
    for name in ("events.jsonl", "commits.jsonl", "manifest.json", "checkpoint"):
        (tmp_path / "any" / name).write_bytes(data.draw(st.binary() | json_line))
    assert not check(tmp_path / "any").ok


@pytest.mark.parametrize(
    "change",
    [
        {"first_leaf": 2**53 - 1},
        {"first_leaf": -1},
        {"first_leaf": True},
        {"count": 0},
        {"count": 2**53 - 1},
        {"count": "1"},
        {"link": "00"},
        {"link": 5},
        {"key": "ZZ" * 32},
        {"sig": "AAAA"},
        {"sig": None},
        {"more": 1},
    ],
)
def test_commits_with_impossible_fields_are_reported(
    folder: Path, check: Check, change: dict[str, object]
) -> None:
    """Numbers, types and lengths that no commit has."""
    path = folder / "commits.jsonl"
    lines = path.read_text("utf-8").splitlines()
    edited = {**json.loads(lines[3]), **change}
    lines[3] = json.dumps(edited, sort_keys=True, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert not check(folder).ok


def _zipped(told: Told, path: Path, top: str = "") -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    for file in sorted(told.folder.rglob("*")):
        if file.is_file():
            archive.write(file, top + str(file.relative_to(told.folder)))
    return archive


@pytest.mark.parametrize("top", ["", "清河/"])
def test_a_zip_of_the_folder_is_as_good(told: Told, tmp_path: Path, check: Check, top: str) -> None:
    """With the folder's name before the names, or without."""
    _zipped(told, tmp_path / "export.zip", top).close()
    report = check(tmp_path / "export.zip")
    assert report.failures == ()
    assert report.events > 0


class _WindowsInfo(zipfile.ZipInfo):
    """Names in GBK and not marked as UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def test_a_zip_made_by_windows_in_chinese_is_as_good(
    told: Told, tmp_path: Path, check: Check
) -> None:
    """Its names are in GBK, as Explorer writes them."""
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in sorted(told.folder.rglob("*.*")) + sorted(told.folder.rglob("checkpoint*/*")):
            archive.writestr(_WindowsInfo(str(file.relative_to(told.folder))), file.read_bytes())
        archive.write(told.folder / "checkpoint", "checkpoint")
    assert check(tmp_path / "export.zip").failures == ()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_odd_names_in_a_zip_are_reported_and_nothing_is_written(
    told: Told, tmp_path: Path, check: Check
) -> None:
    """A name twice, a path that climbs out, one from the root."""
    with _zipped(told, tmp_path / "export.zip") as archive:
        for name in ("checkpoint", "../outside", "/etc/outside", "draws/../../outside"):
            archive.writestr(name, b"x")
    report = check(tmp_path / "export.zip")
    assert sum(each.code == "export-file-unexpected" for each in report.failures) == 4
    assert not (tmp_path / "outside").exists()


def test_a_damaged_zip_member_is_reported(told: Told, tmp_path: Path, check: Check) -> None:
    """Its checksum tells."""
    path = tmp_path / "export.zip"
    _zipped(told, path).close()
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("events.jsonl").header_offset + 2000
    content = bytearray(path.read_bytes())
    content[place : place + 8] = bytes(8)
    path.write_bytes(content)
    report = check(path)
    assert "export-file-unreadable" in {failure.code for failure in report.failures}


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """Before anything of it is unpacked."""
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("events.jsonl", "w", force_zip64=True) as member,
    ):
        for _ in range(160):
            member.write(bytes(2**20))
    with pytest.raises(DomainError, match="export-unreadable"):
        Export(path)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no zip"])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Nothing was verified, and that is said."""
    path = tmp_path / "nothing"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DomainError, match="export-unreadable"):
        Export(path)


def test_files_beyond_their_bound_are_reported(folder: Path, check: Check) -> None:
    """A checkpoint of a megabyte; a line that never ends."""
    (folder / "checkpoint").write_bytes(b"x" * 2**20)
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b"x" * (17 * 2**20))
    codes = {failure.code for failure in check(folder).failures}
    assert {"export-file-unreadable", "line-malformed"} <= codes


def test_the_list_of_failures_is_bounded(folder: Path, check: Check) -> None:
    """What is not listed is counted."""
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b"x\n" * 3000)
    report = check(folder)
    assert len(report.failures) == 1000
    assert any("未列出" in each for each in report.not_checked)
