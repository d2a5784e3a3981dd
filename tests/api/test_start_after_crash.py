"""What a process that died half way leaves behind, and the next one puts right when it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.parts import open_parts
from domain.draw_commands import BringCommitment, CommitDraw, PrepareDraw, RevealSource
from domain.lottery.entropy import witness_commit
from tests import story

if TYPE_CHECKING:
    import pytest

    from tests.serving import Service
    from tests.story import Story

DRAW, WITNESSES = "联2024026.entities.1", ("witness1", "witness2")


def ready_to_commit() -> Story:
    """Tell everything up to the witnesses' commitments."""
    told = story.with_task(entities=range(1, 9))
    prepare = PrepareDraw(
        draw_id=DRAW, task="联2024026", stage="entities", witnesses=WITNESSES, lotteries=()
    )
    told.act("operator", "draw_operator", prepare)
    for who in WITNESSES:
        commit = witness_commit(story.nonce_of(DRAW, who)).hex()
        told.act(who, "witness", BringCommitment(draw_id=DRAW, commit=commit))
    return told


def test_a_commitment_without_its_checkpoint_is_covered_at_the_next_start(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between the two; witnesses could wait for ever."""
    told = ready_to_commit()

    def die() -> str:
        raise SystemError

    with monkeypatch.context() as dying:
        dying.setattr(service.parts.ledger, "publish_checkpoint", die)
        died = service.act("operator", CommitDraw(draw_id=DRAW))
    assert died.json()["code"] == "internal-error"
    reveal = RevealSource(draw_id=DRAW, nonce=story.nonce_of(DRAW, "witness1").hex())
    assert service.act("witness1", reveal).json()["code"] == "not-checkpointed"
    with open_parts(service.parts.settings):
        told.act("witness1", "witness", reveal)


def test_a_start_without_new_leaves_publishes_nothing(service: Service) -> None:
    """A head is published when there is something to cover."""
    service.parts.ledger.publish_checkpoint()
    before = service.parts.ledger.checkpoints()
    with open_parts(service.parts.settings):
        assert service.parts.ledger.checkpoints() == before
