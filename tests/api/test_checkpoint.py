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

KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number, name in enumerate(("jw", "sj"))
}
VKEYS = {
    name: note.witness_key(f"witness.example/{name}", key.public_key().public_bytes_raw())
    for name, key in KEYS.items()
}


def cosign(service: Service, *names: str) -> int:
    """Sign the newest checkpoint, as witnesses do for whom nobody has to wait, and give its size."""
    newest = service.parts.ledger.newest()
    assert newest is not None
    for name in names:
        vkey = VKEYS[name]
        line = note.cosign(Note.parse(newest[1]).text, vkey.name, KEYS[name], 1_700_000_000)
        service.parts.ledger.cosignatures.keep(newest[0], vkey, line)
    return newest[0]


def test_a_checkpoint_counts_once_the_policy_is_met_and_only_then_covers_a_draw(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published before, served and relied on after; whoever reads it finds the cosignature."""
    policy = tmp_path / "policy"
    lines = [f"witness {name} {vkey}\n" for name, vkey in VKEYS.items()]
    policy.write_text("".join(lines) + "group both all jw sj\nquorum both\n", "utf-8")
    with serving(dsn, tmp_path, witness_policy_file=policy) as service:
        answer = service.get("/checkpoint")
        assert (answer.status_code, answer.json()["code"]) == (503, "checkpoint-not-witnessed")
        cosign(service, "jw")
        assert service.get("/checkpoint").status_code == 503
        first = cosign(service, "sj")
        served = Note.parse(service.get("/checkpoint").text)
        assert [each.name for each in served.signatures] == [
            service.parts.ledger.origin,
            *(vkey.name for vkey in sorted(VKEYS.values(), key=lambda vkey: vkey.public)),
        ]
        for vkey in VKEYS.values():
            note.verify(served, vkey)
        monkeypatch.setattr(story, "Story", lambda now: HttpStory(service, now))
        ready_to_commit()
        assert service.act("operator", CommitDraw(draw_id=DRAW)).status_code == 200
        reveal = RevealSource(draw_id=DRAW, nonce=story.nonce_of(DRAW, "witness1").hex())
        assert service.act("witness1", reveal).json()["code"] == "not-checkpointed"
        assert service.get("/checkpoint").text == str(served)
        size = cosign(service, "jw", "sj")
        assert size > first
        service.parts.writer.cover_draws()
        assert service.act("witness1", reveal).status_code == 200
        assert service.get("/checkpoint").text.splitlines()[1] == str(size)
        draw = service.parts.writer.history().get(Draw, DRAW)
        assert draw is not None
        assert draw.covered_at is not None
        events = [entry.recorded().event for entry in service.parts.ledger.read(size)]
        assert [getattr(event, "witnesses", None) for event in events][:1] == [
            tuple(sorted(vkey.name for vkey in VKEYS.values()))
        ]
