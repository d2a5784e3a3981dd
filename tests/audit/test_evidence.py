"""Files that are missing or changed are noted; the ledger itself is whole without them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from audit.evidence import look_for_evidence
from audit.report import Findings
from domain.inspection_commands import CheckIn
from domain.inspection_state import Inspection
from domain.visit_commands import AttachEvidence
from ledger.evidence import EvidenceFolder
from tests.story import Story, declare, with_inspections

if TYPE_CHECKING:
    from pathlib import Path


def with_files(folder: EvidenceFolder) -> tuple[Story, list[str]]:
    """A story in which two files were attached to a visit, and their hashes."""
    told = with_inspections()
    visit = told.history.all(Inspection)[0]
    who = visit.officers[0]
    declare(told, visit.id, (who,))
    told.act(who, "officer", CheckIn(inspection=visit.id))
    kept = [folder.keep(BytesIO(b"%PDF-1.7 made up " + each)) for each in (b"1", b"2")]
    for one in kept:
        file = AttachEvidence(inspection=visit.id, item="", taken_at="", caption="", **vars(one))
        told.act(who, "officer", file)
    return told, [one.sha256 for one in kept]


def notes(told: Story, folder: EvidenceFolder | None) -> Findings:
    """What is found."""
    findings = Findings()
    look_for_evidence(folder, told.history, findings)
    assert findings.clean
    return findings


def test_a_file_that_is_missing_or_changed_is_noted(tmp_path: Path) -> None:
    """Each by its hash and what is wrong; a folder that nobody may read is said not to have been read."""
    folder = EvidenceFolder(tmp_path / "evidence", 1000)
    told, (one, other) = with_files(folder)
    assert notes(told, folder).notes == []
    changed = folder.path / one[:2] / one
    changed.chmod(0o600)
    changed.write_bytes(b"%PDF-1.7 something else")
    (folder.path / other[:2] / other).unlink()
    found = sorted(notes(told, folder).notes)
    assert len(found) == 2
    assert any(one in each and "evidence-damaged" in each for each in found)
    assert any(other in each and "evidence-missing" in each for each in found)
    for unread in (None, EvidenceFolder(tmp_path / "nowhere", 1000)):
        assert len(notes(told, unread).not_checked) == 1
    assert notes(with_inspections(), None).not_checked == []
