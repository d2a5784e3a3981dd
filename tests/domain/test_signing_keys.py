"""People's signing keys: who names one, who confirms it, and what may not be done unsigned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.acts import ACTS, SYSTEM
from domain.errors import DomainError
from domain.items import ReviewItem
from domain.organisation import AddStaff, ChangeStaffRoles, SuspendStaff
from domain.signing_keys import (
    ConfirmSigningKey,
    MakeSigningMandatory,
    RevokeSigningKey,
    Signing,
    SigningKey,
    SigningKeyConfirmed,
    SigningKeyEnrolled,
    SigningKeyReplaced,
    standing_key,
)
from domain.subject_commands import ReleaseSubject
from tests.signers import Signer
from tests.story import NOW, opened

if TYPE_CHECKING:
    from domain.facts import Command
    from tests.story import Story

ORIGIN = "example.test/story"
ADMIN, SECOND, OFFICER = (Signer(staff=who, origin=ORIGIN) for who in ("admin", "admin2", "E1"))
MANDATORY = MakeSigningMandatory()
ROLES = ChangeStaffRoles(id="E6", roles=("officer", "reviewer"), reason="示例")


def told() -> Story:
    """Give a story with two administrators, without keys."""
    story = opened()
    story.act(
        *by("admin"),
        AddStaff(id="admin2", department="edu", roles=("administrator",), personal={}),
    )
    return story


def with_keys() -> Story:
    """Give a story in which both administrators and an officer have standing keys."""
    story = told()
    story.act(*by("admin"), ADMIN.enrolment())
    story.act(*by("admin2"), confirm(ADMIN, bootstrap=True))
    for signer in (SECOND, OFFICER):
        story.act(*by(signer.staff), signer.enrolment())
        signed(story, ADMIN, confirm(signer))
    return story


def by(who: str) -> tuple[str, str]:
    """A person and the role in which they act here."""
    return who, "administrator" if who.startswith("admin") else "officer"


def confirm(signer: Signer, *, bootstrap: bool = False) -> ConfirmSigningKey:
    """Confirm somebody's key."""
    return ConfirmSigningKey(public_key=signer.public_key, bootstrap=bootstrap)


def revoke(signer: Signer) -> RevokeSigningKey:
    """Revoke somebody's key."""
    return RevokeSigningKey(public_key=signer.public_key, reason="示例：遗失")


def signed(story: Story, signer: Signer, command: Command) -> tuple[object, ...]:
    """Let somebody act with a signature that held."""
    story.signer = signer
    try:
        return story.act(*by(signer.staff), command)
    finally:
        story.signer = None


def refused(story: Story, who: str, command: Command, signer: Signer | None = None) -> str:
    """The code with which an act is refused."""
    story.signer = signer
    try:
        with pytest.raises(DomainError) as caught:
            story.decide(*by(who), command)
    finally:
        story.signer = None
    return caught.value.code


def test_a_first_key_stands_once_another_administrator_confirmed_it() -> None:
    """Until then it signs nothing; the very first confirmation says of itself that nobody could sign it."""
    story = told()
    (enrolled,) = story.act(*by("admin"), ADMIN.enrolment())
    assert isinstance(enrolled, SigningKeyEnrolled)
    assert (enrolled.staff, enrolled.replaces) == ("admin", None)
    assert refused(story, "admin", ROLES, ADMIN) == "signing-key-not-standing"
    assert refused(story, "admin", confirm(ADMIN, bootstrap=True)) == "own-act"
    assert refused(story, "admin2", confirm(ADMIN)) == "signature-required"
    (confirmed,) = story.act(*by("admin2"), confirm(ADMIN, bootstrap=True))
    assert confirmed == SigningKeyConfirmed(bootstrap=True)
    assert standing_key(story.history, "admin") is not None
    signed(story, ADMIN, ROLES)


def test_whoever_confirms_signs_as_soon_as_anybody_can() -> None:
    """Neither the bootstrap nor an unsigned confirmation is open any more, to nobody."""
    story = told()
    story.act(*by("admin"), ADMIN.enrolment())
    story.act(*by("admin2"), confirm(ADMIN, bootstrap=True))
    story.act(*by("E1"), OFFICER.enrolment())
    for who in ("admin", "admin2"):
        assert refused(story, who, confirm(OFFICER)) == "signature-required"
        assert refused(story, who, confirm(OFFICER, bootstrap=True)) == "signing-bootstrap-over"
    assert signed(story, ADMIN, confirm(OFFICER)) == (SigningKeyConfirmed(bootstrap=False),)
    assert refused(story, "admin", confirm(OFFICER), ADMIN) == "wrong-stage"


@pytest.mark.parametrize(
    "changed",
    [
        Signer(staff="E2", origin=ORIGIN),
        Signer(staff="E1", origin="example.test/other"),
    ],
)
def test_a_proof_for_another_person_or_ledger_enrols_nothing(changed: Signer) -> None:
    """The new key itself says whose it is, and on which ledger."""
    assert refused(told(), "E1", changed.enrolment()) == "signing-key-proof-invalid"


@pytest.mark.parametrize(
    ("field", "value"),
    [("public_key", "00"), ("public_key", "ZZ" * 32), ("proof", ""), ("suite", "rsa")],
)
def test_a_malformed_enrolment_is_refused(field: str, value: str) -> None:
    """The suites and their sizes are a short list."""
    changed: dict[str, Any] = {field: value}
    command = replace(OFFICER.enrolment(), **changed)
    assert refused(told(), "E1", command) == "signing-key-invalid"


def test_a_key_signed_for_by_the_one_before_replaces_it_without_confirmation() -> None:
    """Both signatures are there; unsigned it is refused, and the old key ends at that leaf."""
    story = with_keys()
    new = Signer(staff="E1", origin=ORIGIN, seed="new")
    assert refused(story, "E1", new.enrolment()) == "signature-required"
    enrolled, replaced = signed(story, OFFICER, new.enrolment())
    assert isinstance(enrolled, SigningKeyEnrolled)
    assert enrolled.replaces == OFFICER.public_key
    assert replaced == SigningKeyReplaced(by=new.public_key)
    assert refused(story, "E1", revoke(new), OFFICER) == "signing-key-not-standing"
    assert refused(story, "E1", OFFICER.enrolment(), new) == "signing-key-exists"
    signed(story, new, revoke(new))


def test_nobody_signs_with_the_key_of_somebody_else() -> None:
    """Mandatory or not: the key must be the actor's own."""
    story = with_keys()
    assert refused(story, "admin2", ROLES, ADMIN) == "signing-key-not-standing"
    assert refused(story, "admin2", ROLES, Signer(staff="x", origin="")) == (
        "signing-key-not-standing"
    )


def test_a_lost_key_is_revoked_by_an_administrator_and_its_owner_starts_anew() -> None:
    """The owner could only revoke it with it."""
    story = with_keys()
    assert refused(story, "E1", revoke(OFFICER)) == "signature-required"
    assert refused(story, "E2", revoke(OFFICER)) == "not-yourself"
    assert refused(story, "admin2", revoke(OFFICER)) == "signature-required"
    blank = replace(revoke(OFFICER), reason=" ")
    assert refused(story, "admin", blank, ADMIN) == "reason-missing"
    signed(story, ADMIN, revoke(OFFICER))
    assert refused(story, "admin", revoke(OFFICER), ADMIN) == "wrong-stage"
    new = Signer(staff="E1", origin=ORIGIN, seed="new")
    story.act(*by("E1"), new.enrolment())
    assert standing_key(story.history, "E1") is None
    signed(story, SECOND, confirm(new))
    assert standing_key(story.history, "E1") is not None


def test_signing_is_made_mandatory_once_by_a_signed_act_when_two_administrators_can_sign() -> None:
    """With one alone, nobody could confirm the next key of that one."""
    story = told()
    assert refused(story, "admin", MANDATORY) == "signing-keys-too-few"
    story = with_keys()
    assert refused(story, "admin", MANDATORY) == "signature-required"
    leaf = story.history.size
    signed(story, ADMIN, MANDATORY)
    assert story.history.get(Signing, "") == Signing(leaf=leaf)
    assert refused(story, "admin2", MANDATORY, SECOND) == "wrong-stage"


def test_every_act_of_the_table_that_is_to_be_signed_is_refused_unsigned_from_then_on() -> None:
    """Not before: until then signing is voluntary. What needs no signature goes on without."""
    story = with_keys()
    story.act(*by("admin"), ROLES)
    signed(story, ADMIN, MANDATORY)
    assert refused(story, "admin", ROLES) == "signature-required"
    assert refused(story, "admin", revoke(OFFICER)) == "signature-required"
    review = ReviewItem(code="I-EDU", approve=True, remark="", version=NOW)
    with pytest.raises(DomainError, match="signature-required"):
        story.decide("reviewer1", "reviewer", review)
    release = ReleaseSubject(version=NOW, registry="staff", id="E1", reference="1", reason="示例")
    with pytest.raises(DomainError, match="signature-required"):  # else anybody's data could go
        story.decide("discipline1", "discipline", release)
    new = AddStaff(id="E9", department="edu", roles=("officer",), personal={})
    story.act(*by("admin"), new)
    signed(story, ADMIN, ROLES)
    assert not [act.name for act in ACTS if act.signed and SYSTEM in act.roles]


def test_the_last_key_of_an_administrator_is_not_revoked_once_signing_is_mandatory() -> None:
    """Nobody could confirm another; it can be replaced, and a suspended person's key counts no more."""
    story = with_keys()
    signed(story, ADMIN, MANDATORY)
    signed(story, ADMIN, SuspendStaff(id="admin2", reason="示例：离职"))
    assert refused(story, "admin", revoke(ADMIN), ADMIN) == "signing-key-last"
    new = Signer(staff="admin", origin=ORIGIN, seed="new")
    signed(story, ADMIN, new.enrolment())
    assert refused(story, "admin", revoke(new), new) == "signing-key-last"


def test_an_unknown_key_can_neither_be_confirmed_nor_revoked() -> None:
    """Somebody must have enrolled it."""
    story = told()
    for command in (confirm(OFFICER, bootstrap=True), revoke(OFFICER)):
        assert refused(story, "admin", command) == "unknown-signing-key"
    assert story.history.all(SigningKey) == ()
