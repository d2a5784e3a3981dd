"""A draw that names witnesses had them: the audit looks for their cosignatures, and when they were made."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.heads import Head
from audit.sources import Export
from audit.verify import verify
from ledger import note
from ledger.note import Note
from ledger.policy import Policy
from tests import chronicle
from tests.audit.forge import find, forge, read
from tests.event_history import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report import Report

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = note.witness_key("witness.example/jw", KEY.public_key().public_bytes_raw())
POLICY = Policy.parse(f"witness jw {VKEY}\nquorum none\n")
LEAF = find(read(FOLDER), "draw.covered.v2")
EVENT = read(FOLDER)[LEAF]
NOTED = int(datetime.fromisoformat(EVENT["recorded_at"]).timestamp())


@pytest.fixture
def witnessed(tmp_path: Path) -> Path:
    """The history of every event type, in which the first cover of a draw names a witness."""
    folder = shutil.copytree(FOLDER, tmp_path / "export")

    def edit(events: list[dict[str, Any] | None]) -> None:
        event = events[LEAF]
        assert event is not None
        event["data"] = {**event["data"], "witnesses": [VKEY.name]}

    forge(folder, chronicle.keys(), edit)
    return folder


def cosign(folder: Path, time: int) -> None:
    """Let the witness sign the checkpoint that the draw names, at this time."""
    path = folder / "checkpoints" / str(EVENT["data"]["checkpoint"])
    text = path.read_text("utf-8")
    path.write_text(text + str(note.cosign(Note.parse(text).text, VKEY.name, KEY, time)), "utf-8")


def audit(folder: Path, policy: Policy | None = POLICY) -> Report:
    """Verify under a policy or none."""
    return verify(Export(folder), vkey=chronicle.VKEY, policy=policy)


@pytest.mark.parametrize("late", [-60, 0, 60])
def test_a_witness_that_had_signed_by_then_is_as_the_draw_says(witnessed: Path, late: int) -> None:
    """Clocks may differ by a minute."""
    cosign(witnessed, NOTED + late)
    assert audit(witnessed).failures == ()


def test_a_witness_that_signed_only_later_had_not_made_it_count(witnessed: Path) -> None:
    """By then the sources may have been known."""
    cosign(witnessed, NOTED + 61)
    assert [(one.leaf, one.code) for one in audit(witnessed).failures] == [
        (LEAF, "cover-not-witnessed")
    ]


def test_the_earliest_of_its_cosignatures_counts(witnessed: Path) -> None:
    """An auditor may have kept one that the export lacks."""
    path = witnessed / "checkpoints" / str(EVENT["data"]["checkpoint"])
    bare = path.read_text("utf-8")
    for first, then in ((NOTED + 61, NOTED), (NOTED, NOTED + 61)):
        path.write_text(bare, "utf-8")
        cosign(witnessed, first)
        line = note.cosign(Note.parse(bare).text, VKEY.name, KEY, then)
        kept = Head(where="kept", text=bare + str(line), size="any")
        assert verify(Export(witnessed), vkey=chronicle.VKEY, policy=POLICY, kept=(kept,)).ok


def test_a_witness_that_never_signed_is_found(witnessed: Path) -> None:
    """Whoever has all keys but that one can write its name and no more."""
    assert [(one.leaf, one.code) for one in audit(witnessed).failures] == [
        (LEAF, "cover-not-witnessed")
    ]


def test_without_a_policy_it_says_that_witnesses_were_not_checked(witnessed: Path) -> None:
    """The names alone prove nothing."""
    report = audit(witnessed, None)
    assert report.ok
    assert any("--policy" in each for each in report.not_checked)


def test_a_witness_that_the_policy_does_not_have_is_not_checked(witnessed: Path) -> None:
    """One that has retired since."""
    other = note.witness_key("other.example", KEY.public_key().public_bytes_raw())
    report = audit(witnessed, Policy.parse(f"witness other {other}\nquorum none\n"))
    assert report.ok
    assert any(VKEY.name in each for each in report.not_checked)


def test_draws_without_witnesses_are_noted_to_who_has_a_policy() -> None:
    """They may be from before there was one."""
    report = audit(FOLDER)
    assert report.ok
    assert any(f"leaf {LEAF}: covered by a checkpoint without" in each for each in report.notes)
    assert not any("without witnesses" in each for each in audit(FOLDER, None).notes)


def test_a_draw_that_names_too_few_witnesses_is_noted(witnessed: Path) -> None:
    """One that had signed, where the auditor's policy asks for two."""
    cosign(witnessed, NOTED)
    other = note.witness_key("other.example", bytes(32))
    both = f"witness jw {VKEY}\nwitness other {other}\ngroup both all jw other\n"
    meant = {"none": False, "both": True, "jw": False}
    for quorum, noted in meant.items():
        report = audit(witnessed, Policy.parse(f"{both}quorum {quorum}\n"))
        assert any(f"leaf {LEAF}: the witnesses" in each for each in report.notes) == noted, quorum
