"""What the public gets as the checkpoint where a policy asks for witnesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.draw_commands import CommitDraw, RevealSource
from domain.draw_state import Draw
from ledger import note
from ledger.note import Note
from tests import story
from tests.api.test_start_after_crash import DRAW, ready_to_commit
from tests.serving import HttpStory, serving

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.serving import Service

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = note.witness_key("witness.example/jw", KEY.public_key().public_bytes_raw())


def cosign(service: Service) -> int:
    """Sign the newest checkpoint, as a witness does that nobody has to wait for, and give its size."""
    newest = service.parts.ledger.newest()
    assert newest is not None
    line = note.cosign(Note.parse(newest[1]).text, VKEY.name, KEY, 1_700_000_000)
    service.parts.ledger.cosignatures.keep(newest[0], VKEY, line)
    return newest[0]


def test_a_checkpoint_counts_once_the_policy_is_met_and_only_then_covers_a_draw(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published before, served and relied on after; whoever reads it finds the cosignature."""
    policy = tmp_path / "policy"
    policy.write_text(f"witness jw {VKEY}\nquorum jw\n", "utf-8")
    with serving(dsn, tmp_path, witness_policy_file=policy) as service:
        answer = service.get("/checkpoint")
        assert (answer.status_code, answer.json()["code"]) == (503, "checkpoint-not-witnessed")
        first = cosign(service)
        served = Note.parse(service.get("/checkpoint").text)
        assert [each.name for each in served.signatures] == [
            service.parts.ledger.origin,
            VKEY.name,
        ]
        note.verify(served, VKEY)
        monkeypatch.setattr(story, "Story", lambda now: HttpStory(service, now))
        ready_to_commit()
        assert service.act("operator", CommitDraw(draw_id=DRAW)).status_code == 200
        reveal = RevealSource(draw_id=DRAW, nonce=story.nonce_of(DRAW, "witness1").hex())
        assert service.act("witness1", reveal).json()["code"] == "not-checkpointed"
        assert service.get("/checkpoint").text == str(served)
        size = cosign(service)
        assert size > first
        service.parts.writer.cover_draws()
        assert service.act("witness1", reveal).status_code == 200
        assert service.get("/checkpoint").text.splitlines()[1] == str(size)
        draw = service.parts.writer.history().get(Draw, DRAW)
        assert draw is not None
        assert draw.covered_at is not None
        events = [entry.recorded().event for entry in service.parts.ledger.read(size)]
        assert [getattr(event, "witnesses", None) for event in events][:1] == [(VKEY.name,)]
