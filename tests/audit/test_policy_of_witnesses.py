"""An auditor who has a policy sees which checkpoints enough witnesses have signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.live import Live
from audit.sources import Export
from audit.verify import verify
from ledger import note
from ledger.note import Note
from ledger.policy import Policy
from ledger.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audit.conftest import Told

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = note.witness_key("witness.example/jw", KEY.public_key().public_bytes_raw())
POLICY = Policy.parse(f"witness jw {VKEY}\nquorum jw\n")


def cosigned(text: str, of: str | None = None) -> str:
    """A note with the witness's line under it, which may be of another note."""
    line = note.cosign(Note.parse(of or text).text, VKEY.name, KEY, 1_800_000_000)
    return text + str(line)


def test_an_export_must_meet_the_policy(told: Told, folder: Path) -> None:
    """Its newest checkpoint; earlier ones may be from before there were witnesses."""
    (failure,) = verify(Export(folder), vkey=told.vkey, policy=POLICY).failures
    assert (failure.code, failure.where) == ("checkpoint-not-witnessed", "checkpoint")
    newest = folder / "checkpoint"
    newest.write_text(cosigned(newest.read_text("utf-8")), "utf-8")
    report = verify(Export(folder), vkey=told.vkey, policy=POLICY)
    assert report.ok
    assert verify(Export(folder), vkey=told.vkey).ok


def test_a_line_of_a_witness_that_does_not_hold_is_a_failure(told: Told, folder: Path) -> None:
    """Wherever it stands: somebody put it there."""
    earlier = min((folder / "checkpoints").iterdir())
    newest = folder / "checkpoint"
    wrong = cosigned(earlier.read_text("utf-8"), newest.read_text("utf-8"))
    earlier.write_text(wrong, "utf-8")
    newest.write_text(cosigned(newest.read_text("utf-8")), "utf-8")
    (failure,) = verify(Export(folder), vkey=told.vkey, policy=POLICY).failures
    assert failure.code == "note-signature-invalid"
    assert failure.where == f"checkpoints/{earlier.name}"


def test_a_live_ledger_may_have_a_newer_checkpoint_that_is_about_to_be_signed(
    told: Told, live: str
) -> None:
    """It is said, and is no failure; without any that was signed, it is one."""

    def report() -> tuple[bool, str, list[str]]:
        with snapshot(live) as view:
            found = verify(Live(live, view), vkey=told.vkey, policy=POLICY)
        said = [each for each in found.not_checked if "policy of witnesses" in each]
        codes = [each.code for each in found.failures]
        return "checkpoint-not-witnessed" in codes, " ".join(said), codes

    assert report()[0]
    with psycopg.connect(live) as connection:
        rows = connection.execute("SELECT size, note FROM ledger.checkpoints ORDER BY size")
        for size, text in rows.fetchall()[:-1]:
            line = cosigned(text).removeprefix(text)
            connection.execute(
                "INSERT INTO ledger.cosignatures (size, key, line) VALUES (%s, %s, %s)",
                [size, VKEY.public, line],
            )
    refused, said, _ = report()
    assert not refused
    assert "meets the policy of witnesses yet" in said


def test_a_policy_for_another_log_is_not_for_this_one(told: Told, folder: Path) -> None:
    """The auditor took the wrong file, or somebody serves another ledger."""
    other = note.log_key("log.example", bytes(32))
    policy = Policy.parse(f"log {other}\nquorum none\n")
    (failure,) = verify(Export(folder), vkey=told.vkey, policy=policy).failures
    assert failure.code == "vkey-differs"
