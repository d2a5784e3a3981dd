"""What a process that died half way leaves behind, and the next one puts right when it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.parts import open_parts
from domain.draw_commands import BringCommitment, CommitDraw, PrepareDraw, RevealSource
from domain.lottery.entropy import witness_commit
from domain.organisation import SuspendStaff
from domain.subject_commands import ApproveErasure, RequestErasure
from ledger.subject_keys import names
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


def test_an_erasure_that_could_not_destroy_the_key_does_so_when_it_is_sent_again(
    service: Service,
) -> None:
    """The event came first, and the store could not be used: the answer says so, and the same request ends it."""
    told = story.with_registries(range(1, 2))
    told.act("admin", "administrator", SuspendStaff(id="clerk-labour", reason="示例：调离"))
    whose: dict[str, Any] = {"registry": "staff", "id": "clerk-labour"}
    told.act("admin", "administrator", RequestErasure(**whose, basis="示例：本人申请"))
    store = service.parts.settings.subject_keys
    (seen,) = service.get("/subjects", "approver1").json()["entries"]
    approve, once = ApproveErasure(**whose, version=seen["version"]), {"Idempotency-Key": "once"}
    store.chmod(0o644)
    failed = service.act("approver1", approve, **once)
    assert (failed.status_code, failed.json()["code"]) == (503, "key-file-permissions")
    store.chmod(0o600)
    assert "staff/clerk-labour" in names(store)
    again = service.act("approver1", approve, **once)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert "staff/clerk-labour" not in names(store)
