"""Evidence files against the ledger: which are not in their folder, and which are not what was attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.inspection_state import Inspection

if TYPE_CHECKING:
    from audit.report import Findings
    from domain.history import History
    from ledger.evidence import EvidenceFolder


def look_for_evidence(folder: EvidenceFolder | None, history: History, findings: Findings) -> None:
    """Note each file that was attached to a visit and is missing or changed; files are no part of the ledger itself."""
    wanted = {
        (file.sha256, file.size): visit.id
        for visit in reversed(history.all(Inspection))
        for file in visit.visit.evidence
    }
    if not wanted:
        return
    if folder is None or not folder.path.is_dir():
        findings.skip("证据文件：未读其文件夹 / evidence files: their folder was not read")
        return
    for (digest, size), visit in sorted(wanted.items()):
        try:
            folder.open(digest, size).close()
        except DomainError as error:
            findings.note(f"检查 {visit}: {error.detail} ({error.code})")
