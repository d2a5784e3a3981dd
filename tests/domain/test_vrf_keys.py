"""The keys that prove draws: known before the plans they serve, rotated and revoked in the open."""

from __future__ import annotations

from hashlib import sha256

import pytest

from domain.draw_commands import CommitDraw
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.plan import AmendPlan, CollatePlan, Plan, PublishPlan
from domain.vrf_keys import EnrolVrfKey, RevokeVrfKey, VrfKeyEnrolled, enrolment_alpha, serving_key
from ledger.vrf import keypair, prove
from tests.domain.test_draws import FIRST, OPERATOR, preparing
from tests.story import (
    VRF_PUBLIC,
    Story,
    commit_draw,
    opened,
    plan_row,
    reveal_draw,
    review_plan,
    with_plan,
    with_task,
)

SECRET, PUBLIC = keypair(sha256(b"second").digest())
ADMIN = ("admin", "administrator")


def enrolment(origin: str = "example.test/story", secret: bytes = SECRET) -> EnrolVrfKey:
    """The enrolment of the second key."""
    proof, _ = prove(secret, enrolment_alpha(origin, PUBLIC))
    return EnrolVrfKey(public_key=PUBLIC.hex(), proof=proof.hex())


def republish(story: Story) -> None:
    """Publish the plan of the year once more."""
    story.act("clerk-edu", "clerk", AmendPlan(year=2024, rows=(plan_row(),), reason="换用密钥"))
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))


def key_of(story: Story) -> str:
    """The key that the plan was published with."""
    plan = story.history.get(Plan, "2024")
    assert plan is not None
    return plan.vrf_key


def test_a_plan_is_published_with_the_key_that_will_prove_its_draws() -> None:
    """So the key cannot be chosen with the sources in sight; a later one serves later plans."""
    story = with_task()
    assert key_of(story) == VRF_PUBLIC.hex()
    (event,) = story.act(*ADMIN, enrolment())
    assert isinstance(event, VrfKeyEnrolled)
    assert key_of(story) == VRF_PUBLIC.hex()
    commit_draw(story, "entities")
    draw = story.history.get(Draw, FIRST)
    assert draw is not None
    assert draw.committed is not None
    assert draw.committed.commitment["vrf_key"] == VRF_PUBLIC.hex()
    republish(story)
    assert key_of(story) == PUBLIC.hex()


def test_a_key_is_enrolled_by_who_can_prove_to_hold_it() -> None:
    """For this ledger and this key, once."""
    story = opened()
    for command, code in (
        (enrolment(origin="another"), "vrf-proof-invalid"),
        (enrolment(secret=sha256(b"third").digest()), "vrf-proof-invalid"),
        (EnrolVrfKey(public_key="00", proof="00" * 80), "vrf-key-invalid"),
        (EnrolVrfKey(public_key=PUBLIC.hex(), proof="00"), "vrf-key-invalid"),
        (EnrolVrfKey(public_key=VRF_PUBLIC.hex(), proof="00" * 80), "vrf-key-exists"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(*ADMIN, command)
    story.act(*ADMIN, enrolment())
    with pytest.raises(DomainError, match="vrf-key-exists"):
        story.decide(*ADMIN, enrolment())


def test_nothing_is_committed_under_a_revoked_key_until_the_plan_is_published_with_another() -> (
    None
):
    """The plan says again, in the open, by what its draws will be proved."""
    story = with_task()
    revoke = RevokeVrfKey(public_key=VRF_PUBLIC.hex(), reason="密钥泄露")
    story.act(*ADMIN, revoke)
    with pytest.raises(DomainError, match="vrf-key-revoked"):
        commit_draw(story, "entities")
    with pytest.raises(DomainError, match="vrf-key-revoked"):
        serving_key(story.history)
    with pytest.raises(DomainError, match="vrf-key-revoked"):
        republish(story)
    story.act(*ADMIN, enrolment())
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    story.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    draw = story.history.get(Draw, FIRST)
    assert draw is not None
    assert draw.committed is not None
    assert draw.committed.commitment["vrf_key"] == PUBLIC.hex()


def test_what_was_committed_before_the_revocation_is_still_computed() -> None:
    """Its result is fixed already: to withhold it would be a choice."""
    story = with_task()
    draw_id = commit_draw(story, "entities")
    story.act(*ADMIN, RevokeVrfKey(public_key=VRF_PUBLIC.hex(), reason="密钥泄露"))
    reveal_draw(story, draw_id)
    draw = story.history.get(Draw, draw_id)
    assert draw is not None
    assert draw.disclosed


def test_a_revocation_has_a_reason_and_a_known_key_and_happens_once() -> None:
    """The newest key that stands serves next."""
    story = with_plan()
    for command, code in (
        (RevokeVrfKey(public_key=PUBLIC.hex(), reason="示例"), "unknown-vrf-key"),
        (RevokeVrfKey(public_key=VRF_PUBLIC.hex(), reason=" "), "reason-missing"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(*ADMIN, command)
    story.act(*ADMIN, enrolment())
    assert serving_key(story.history) == PUBLIC.hex()
    revoke = RevokeVrfKey(public_key=PUBLIC.hex(), reason="误登记")
    story.act(*ADMIN, revoke)
    assert serving_key(story.history) == VRF_PUBLIC.hex()
    with pytest.raises(DomainError, match="vrf-key-revoked"):
        story.decide(*ADMIN, revoke)


def test_a_key_is_not_enrolled_by_who_runs_draws() -> None:
    """Keys are the administrator's, draws the operator's."""
    story = with_task()
    with pytest.raises(DomainError, match="role-not-allowed"):
        story.decide(*OPERATOR, enrolment())
    assert story.decide(*OPERATOR, preparing())
