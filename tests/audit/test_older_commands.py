"""What people signed in an older shape is read for ever, where it could have meant nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from audit.older_commands import JUDGED, MEANT, OlderCommands
from audit.sources import Export
from audit.verify import verify
from domain import draw_commands as draw
from domain import follow_up_commands as follow_up
from domain import inspection_commands as inspection
from domain import items
from domain import replacement_commands as replacement
from domain import subject_commands as subject
from domain.acts import ACTS
from domain.errors import DomainError
from domain.facts import Actor, Recorded
from domain.history import History
from domain.inspection_state import Inspection
from tests import chronicle, story
from tests.audit import forge
from tests.chronicle import Chronicle
from tests.signers import Signer, let_everybody_sign, signed_as_stored
from tests.story import NOW

if TYPE_CHECKING:
    from audit.report import Report

OLD = Path(__file__).parents[1] / "vectors" / "signed_judgements"
JUDGEMENTS = {act.name: act.command for act in ACTS if act.command in JUDGED}
UNBOUND = "signed-command-unbound"


def check(folder: Path) -> Report:
    """Verify an export of a story."""
    return verify(Export(folder), vkey=chronicle.VKEY)


def test_every_judgement_that_was_signed_without_a_version_reads_and_is_accepted() -> None:
    """One of each, as the program signed them before versions were named."""
    said = [one["signed"]["command"] for one in forge.read(OLD) if "signed" in one]
    old = {one["name"] for one in said if one["name"] in JUDGEMENTS}
    assert old == JUDGEMENTS.keys()
    assert not any("version" in one["data"] for one in said if one["name"] in JUDGEMENTS)
    report = check(OLD)
    assert report.ok, report.failures
    assert report.not_checked == ()


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result is entered, confirmed, returned, entered anew, confirmed and approved, all of it signed."""
    told = Chronicle()
    with patch.object(story, "Story", lambda now: _at(told, now)):
        story.with_task(entities=range(1, 5))
    story.draw_both(told)
    let_everybody_sign(told, chronicle.ORIGIN)
    visit = told.history.all(Inspection)[0]
    id_, (one, other) = visit.id, visit.officers
    story.visit(told, id_, visit.officers)
    for approve, remark in ((False, "示例：请补充"), (True, "")):
        told.act(one, "officer", story.clean_result(id_))
        told.act(other, "officer", inspection.ConfirmResult(inspection=id_, version=NOW))
        review = inspection.ReviewResult(
            inspection=id_, version=NOW, approve=approve, remark=remark
        )
        told.act("reviewer1", "reviewer", review)
    folder = tmp_path_factory.mktemp("returned") / "export"
    folder.mkdir()
    chronicle.write(told, folder)
    return folder


def _at(told: Chronicle, now: str) -> Chronicle:
    told.now = now
    return told


def _without_version(event: dict[str, Any]) -> None:
    """Let the same person sign the same in the older shape."""
    said = event["signed"]["command"]
    shape: Any = JUDGEMENTS[said["name"]]
    signer = Signer(staff=event["actor"]["id"], origin=chronicle.ORIGIN)
    data = {name: value for name, value in said["data"].items() if name != "version"}
    event["signed"] = signed_as_stored(event, signer, shape(**said["data"]), data=data)


@pytest.mark.parametrize(("older", "refused"), [((0, 1, 2, 3), (2, 3)), ((1,), (1,)), ((0,), ())])
def test_an_older_judgement_counts_only_where_it_could_have_meant_nothing_else(
    returned: Path, tmp_path: Path, older: tuple[int, ...], refused: tuple[int, ...]
) -> None:
    """Not after the result was returned, nor after anybody signed for a version: the operator may have kept it back."""
    folder = _copied(returned, tmp_path)
    judged = [
        leaf
        for leaf, one in enumerate(forge.read(folder))
        if one.get("signed", {}).get("command", {}).get("name") in JUDGEMENTS
    ]
    assert len(judged) == 4

    def edit(events: list[dict[str, Any] | None]) -> None:
        for number in older:
            event = events[judged[number]]
            assert event is not None
            _without_version(event)

    forge.forge(folder, chronicle.keys(), edit)
    found = [(one.leaf, one.code) for one in check(folder).failures]
    assert found == [(judged[number], UNBOUND) for number in refused]


def _copied(folder: Path, to: Path) -> Path:
    return shutil.copytree(folder, to / "export")


TURNED_DOWN: tuple[tuple[object, type, dict[str, object]], ...] = (
    (items.ItemReviewed(approved=False, remark="示例"), items.ReviewItem, {}),
    (draw.VoidDeclined(reason="示例"), draw.ApproveVoid, {}),
    (draw.VoidDeclined(reason="示例"), draw.DeclineVoid, {}),
    (inspection.ResultReviewed(approved=False, remark="示例"), inspection.ConfirmResult, {}),
    (inspection.ResultReviewed(approved=False, remark="示例"), inspection.ReviewResult, {}),
    (
        follow_up.CorrectionVerified(number=1, corrected=False, evidence="示例", files=()),
        follow_up.VerifyCorrection,
        {},
    ),
    (
        replacement.ReplacementDeclined(officer="E1", reason="示例"),
        replacement.ApproveReplacement,
        {"officer": "E1"},
    ),
    (
        replacement.ReplacementDeclined(officer="E1", reason="示例"),
        replacement.DeclineReplacement,
        {"officer": "E1"},
    ),
    (
        subject.SubjectReleased(reference="1", reason="示例"),
        subject.ReleaseSubject,
        {"reference": "1"},
    ),
    (subject.ErasureDeclined(reason="示例"), subject.ApproveErasure, {}),
    (subject.ErasureDeclined(reason="示例"), subject.DeclineErasure, {}),
)


@pytest.mark.parametrize(("event", "shape", "data"), TURNED_DOWN)
def test_what_was_turned_down_once_is_not_judged_without_a_version(
    event: object, shape: type, data: dict[str, object]
) -> None:
    """In that stream, and of that officer; elsewhere nothing changed."""
    older, history = OlderCommands(), History()
    meant = {**MEANT.get(shape, {}), **data, "version": 0}
    assert older.read(shape, data, "here", history) == meant
    older.take(_recorded(event), history)
    with pytest.raises(DomainError, match=UNBOUND):
        older.read(shape, data, "here", history)
    assert older.read(shape, data, "elsewhere", history)
    if data:
        assert older.read(shape, dict.fromkeys(data, "2"), "here", history)


def test_a_closing_that_lapsed_with_a_result_is_not_approved_without_a_version() -> None:
    """The visit was carried out after all; what was signed before was of the request that is void now."""
    told = story.with_inspections()
    visit = told.history.all(Inspection)[0]
    older, data = OlderCommands(), {"inspection": visit.id}
    fact = inspection.ResultEntered(category="no-problem-found", items=())
    entered = _recorded(fact, f"inspection/{visit.id}")
    older.take(entered, told.history)
    assert older.read(inspection.ApproveClosing, data, entered.stream, told.history)
    closing = inspection.RequestClosing(inspection=visit.id, reason="示例：已停办")
    told.act(visit.officers[0], "officer", closing)
    older.take(entered, told.history)
    with pytest.raises(DomainError, match=UNBOUND):
        older.read(inspection.ApproveClosing, data, entered.stream, told.history)


def _recorded(event: object, stream: str = "here") -> Recorded:
    return Recorded(
        leaf=0,
        stream=stream,
        version=1,
        recorded_at="2024-06-03T01:00:00.000Z",
        actor=Actor(id="reviewer1", role="reviewer"),
        command_id="00000000-0000-4000-8000-000000000000",
        event=event,
    )
