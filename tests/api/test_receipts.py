"""Receipts over HTTP: a proof for everybody on the staff, the event for who did it, and nothing that is not theirs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import merkle
from domain.draw_commands import CommitDraw, RevealSource
from domain.organisation import AddDepartment
from ledger.note import VerifierKey, open_checkpoint
from ledger.tlog_proof import TlogProof
from tests import story
from tests.api.test_start_after_crash import DRAW, ready_to_commit

if TYPE_CHECKING:
    import pytest

    from tests.serving import Service


def proof_for(service: Service, who: str, leaf: int) -> TlogProof:
    """The receipt of a leaf; it must verify with the log's key, whoever asks."""
    answer = service.get(f"/receipts/{leaf}", who)
    assert answer.status_code == 200
    proof = TlogProof.parse(answer.text)
    vkey = VerifierKey.parse(service.parts.ledger.genesis.vkey)
    entry = service.parts.ledger.read(leaf, 1)[0]
    proof.verify(merkle.leaf_hash(entry.state), open_checkpoint(proof.note, vkey))
    assert proof.extra in {None, entry.state}
    return proof


def test_who_acted_gets_the_event_and_others_its_hash(service: Service) -> None:
    """And nobody a proof that no checkpoint gives, or of a leaf that is not there."""
    story.opened()
    added = service.act("admin", AddDepartment(id="fire", name="示例消防", collates=False))
    leaf = added.json()["events"][0]["leaf"]
    early = service.get(f"/receipts/{leaf}", "admin")
    assert (early.status_code, early.json()["code"]) == (409, "receipt-too-early")
    service.parts.ledger.publish_checkpoint()
    assert proof_for(service, "admin", leaf).extra is not None
    assert proof_for(service, "clerk-edu", leaf).extra is None
    assert proof_for(service, "discipline1", leaf).extra is None
    beyond = service.get(f"/receipts/{leaf + 1}", "admin")
    assert (beyond.status_code, beyond.json()["code"]) == (404, "unknown-leaf")
    assert service.get(f"/receipts/{leaf}").json()["code"] == "login-required"


def test_the_last_witness_does_not_learn_the_list_from_a_receipt(service: Service) -> None:
    """Their number is theirs; what it brings stands behind it in the same command."""
    ready_to_commit()
    assert service.act("operator", CommitDraw(draw_id=DRAW)).status_code == 200
    last: list[int] = []
    for who in ("witness1", "witness2"):
        reveal = RevealSource(draw_id=DRAW, nonce=story.nonce_of(DRAW, who).hex())
        answer = service.act(who, reveal)
        last = [event["leaf"] for event in answer.json()["events"]]
    assert len(last) > 1
    service.parts.ledger.publish_checkpoint()
    own, *brought = [proof_for(service, "witness2", leaf).extra for leaf in last]
    assert own is not None
    assert brought == [None] * len(brought)


def test_there_is_no_receipt_before_a_checkpoint_counts(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a policy that nobody has met yet."""
    story.opened()
    monkeypatch.setattr(service.parts.ledger, "counted", lambda: None)
    answer = service.get("/receipts/0", "admin")
    assert (answer.status_code, answer.json()["code"]) == (503, "checkpoint-not-witnessed")
