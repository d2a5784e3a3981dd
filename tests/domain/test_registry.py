"""The registries: proposals, second persons and what never disappears."""

from __future__ import annotations

import pytest

from domain.errors import DomainError
from domain.organisation import ChangeStaffRoles
from domain.personnel_commands import DeclareRecusal, RecordTraining
from domain.registry_commands import (
    AddEntity,
    AddExpert,
    AddOfficer,
    ChangeConfirmed,
    ChangeEntity,
    ChangeExpert,
    ChangeOfficer,
    ConfirmChange,
    EntityAdded,
    ExpertDetails,
    OfficerDetails,
    RecordVisit,
    RejectChange,
    Restore,
    Suspend,
)
from domain.registry_state import Entity, Officer
from tests.story import (
    add_entity,
    confirm_last,
    details_of,
    entity_id,
    opened,
    with_registries,
)

ID = entity_id(1)


def adding(number: int = 1, override: str | None = None) -> AddEntity:
    """An addition of a made-up entity."""
    return AddEntity(
        id=entity_id(number),
        details=details_of(number),
        source="示例名录",
        override_reason=override,
        personal={"contact": "示例联系人"},
    )


def confirm(version: int, id_: str = ID) -> ConfirmChange:
    """A confirmation of an entity's change."""
    return ConfirmChange(registry="entity", id=id_, version=version)


def test_an_addition_counts_only_when_a_second_person_confirmed_it() -> None:
    """Until then the details wait beside an empty entry."""
    story = opened()
    events = story.act("registrar1", "registrar", adding())
    assert isinstance(events[0], EntityAdded)
    entity = story.history.get(Entity, ID)
    assert entity is not None
    assert entity.details is None
    assert entity.proposed == details_of(1)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("registrar1", "registrar", confirm(1))
    assert story.act("registrar2", "registrar", confirm(1)) == (ChangeConfirmed(version=1),)
    entity = story.history.get(Entity, ID)
    assert entity is not None
    assert entity.active
    assert entity.details == details_of(1)


def test_personal_fields_leave_the_event_and_travel_beside_it() -> None:
    """What must be sealed is never part of a fact that replay depends on."""
    (fact,) = opened().decide("registrar1", "registrar", adding())
    assert fact.personal == {"contact": "示例联系人"}
    assert fact.subject == f"entity/{ID}"
    assert "示例联系人" not in repr(fact.event)


def test_the_same_addition_twice_adds_nothing_and_another_one_is_refused() -> None:
    """Importing a file twice must not double the registry."""
    story = opened()
    story.act("registrar1", "registrar", adding())
    assert story.act("registrar1", "registrar", adding()) == ()
    story.act("registrar2", "registrar", confirm(1))
    assert story.act("registrar1", "registrar", adding()) == ()
    other = AddEntity(id=ID, details=details_of(2), source="", override_reason=None, personal={})
    with pytest.raises(DomainError, match="already-registered"):
        story.decide("registrar1", "registrar", other)


def test_a_change_waits_and_only_one_change_waits_at_a_time() -> None:
    """The confirmed details hold until the second person agreed."""
    story = opened()
    add_entity(story, 1)
    change = ChangeEntity(id=ID, details=details_of(5), reason="更名", personal={})
    story.act("registrar1", "registrar", change)
    entity = story.history.get(Entity, ID)
    assert entity is not None
    assert entity.details == details_of(1)
    with pytest.raises(DomainError, match="change-pending"):
        story.decide("registrar1", "registrar", change)
    story.act("registrar2", "registrar", confirm(3))
    entity = story.history.get(Entity, ID)
    assert entity is not None
    assert entity.details == details_of(5)


def test_a_rejected_change_leaves_everything_as_it_was() -> None:
    """A rejection says why and is kept."""
    story = opened()
    add_entity(story, 1)
    story.act("registrar1", "registrar", Suspend(registry="entity", id=ID, reason="停业"))
    blank = RejectChange(registry="entity", id=ID, version=3, reason=" ")
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("registrar2", "registrar", blank)
    reject = RejectChange(registry="entity", id=ID, version=3, reason="未停业")
    story.act("registrar2", "registrar", reject)
    entity = story.history.get(Entity, ID)
    assert entity is not None
    assert entity.active
    assert entity.pending is None


def test_suspending_and_restoring_need_a_second_person_each() -> None:
    """Taking an entity out of reach of draws is nobody's single act."""
    story = opened()
    add_entity(story, 1)
    for version, command, suspended in (
        (3, Suspend(registry="entity", id=ID, reason="停业"), True),
        (5, Restore(registry="entity", id=ID, reason="复业"), False),
    ):
        story.act("registrar1", "registrar", command)
        story.act("registrar2", "registrar", confirm(version))
        entity = story.history.get(Entity, ID)
        assert entity is not None
        assert entity.suspended is suspended
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("registrar1", "registrar", Restore(registry="entity", id=ID, reason="再次"))


def test_a_confirmation_must_name_the_change_that_waits() -> None:
    """Confirming something else than what one saw is refused."""
    story = opened()
    story.act("registrar1", "registrar", adding())
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("registrar2", "registrar", confirm(2))
    with pytest.raises(DomainError, match="unknown-entry"):
        story.decide("registrar2", "registrar", confirm(1, entity_id(99)))


def test_a_wrong_check_digit_needs_a_named_reason() -> None:
    """A typing error must not become an entity that nobody finds again."""
    story = opened()
    wrong = AddEntity(
        id="uscc:91350100M000100Y44",
        details=details_of(1),
        source="",
        override_reason=None,
        personal={},
    )
    with pytest.raises(DomainError, match="check-digit-wrong"):
        story.decide("registrar1", "registrar", wrong)
    accepted = AddEntity(
        id=wrong.id,
        details=wrong.details,
        source="",
        override_reason="证照原件如此",
        personal={},
    )
    assert len(story.decide("registrar1", "registrar", accepted)) == 1


def test_visits_recusals_and_training_are_noted_in_the_right_registry() -> None:
    """An officer's note does not fit an entity."""
    story = with_registries(range(1, 2))
    story.act("registrar1", "registrar", RecordVisit(id=ID, on="2024-01-04", reference="旧平台"))
    confirm_last(story, "entity", ID)
    story.act("E1", "officer", DeclareRecusal(id="E1", entity=ID, reason="亲属"))
    training = RecordTraining(id="E1", course="业务培训", on="2024-01-05")
    story.act("registrar1", "registrar", training)
    confirm_last(story, "officer", "E1")
    entity, officer = story.history.get(Entity, ID), story.history.get(Officer, "E1")
    assert entity is not None
    assert officer is not None
    assert entity.visits == ("2024-01-04",)
    assert officer.recusals == {ID}
    assert officer.trained == {"业务培训": "2024-01-05"}
    for on, reference, code in (
        ("2024-1-1", "旧平台", "date-invalid"),
        ("2024-01-06", "旧平台", "date-invalid"),  # tomorrow
        ("2024-01-04", " ", "field-missing"),
    ):
        note = RecordVisit(id=ID, on=on, reference=reference)
        with pytest.raises(DomainError, match=code):
            story.decide("registrar1", "registrar", note)


def test_the_reason_of_a_recusal_is_personal() -> None:
    """Kinship is nobody's business but the discipline office's."""
    story = with_registries(range(1, 2))
    (fact,) = story.decide("E1", "officer", DeclareRecusal(id="E1", entity=ID, reason="亲属"))
    assert fact.personal == {"reason": "亲属"}
    assert "亲属" not in repr(fact.event)


def test_an_officer_declares_recusals_for_nobody_else() -> None:
    """Otherwise an officer could keep a colleague away from an entity."""
    story = with_registries(range(1, 2))
    with pytest.raises(DomainError, match="not-yourself"):
        story.decide("E2", "officer", DeclareRecusal(id="E1", entity=ID, reason="亲属"))


def test_officers_and_experts_change_like_entities() -> None:
    """The three registries share their rules."""
    story = with_registries(range(1, 2))
    details = OfficerDetails(
        department="nowhere", skills=(), certificate_expires="2026-12-31", area=""
    )
    change = ChangeOfficer(id="E1", details=details, reason="调动", personal={})
    with pytest.raises(DomainError, match="unknown-department"):
        story.decide("registrar1", "registrar", change)
    expert = ExpertDetails(organisation="示例大学", specialities=("消防",))
    story.act("registrar1", "registrar", AddExpert(id="X1", details=expert, source="", personal={}))
    story.act("registrar2", "registrar", ConfirmChange(registry="expert", id="X1", version=1))
    blank = ExpertDetails(organisation=" ", specialities=())
    with pytest.raises(DomainError, match="field-missing"):
        story.decide(
            "registrar1",
            "registrar",
            ChangeExpert(id="X1", details=blank, reason="更正", personal={}),
        )
    story.act(
        "registrar1",
        "registrar",
        ChangeExpert(id="X1", details=expert, reason="更正", personal={}),
    )


def test_a_rejected_addition_may_be_proposed_anew() -> None:
    """A typing error in the first proposal does not block the id for ever."""
    story = opened()
    story.act("registrar1", "registrar", adding())
    reject = RejectChange(registry="entity", id=ID, version=1, reason="地址有误")
    story.act("registrar2", "registrar", reject)
    assert len(story.act("registrar1", "registrar", adding())) == 1


def test_an_officer_does_not_confirm_their_own_entry() -> None:
    """Even a registrar who is an officer as well."""
    story = with_registries(range(1, 2))
    roles = ChangeStaffRoles(id="E1", roles=("officer", "registrar"), reason="兼任")
    story.act("admin", "administrator", roles)
    details = OfficerDetails(
        department="edu", skills=("消防",), certificate_expires="2099-12-31", area=""
    )
    change = ChangeOfficer(id="E1", details=details, reason="更新", personal={})
    story.act("registrar1", "registrar", change)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("E1", "registrar", ConfirmChange(registry="officer", id="E1", version=3))


def test_an_officers_id_is_not_that_of_another_departments_person() -> None:
    """Otherwise the account of one could act as the other."""
    details = OfficerDetails(department="edu", skills=(), certificate_expires="2026-12-31", area="")
    add = AddOfficer(id="M1", details=details, source="示例", personal={})
    with pytest.raises(DomainError, match="other-department"):
        opened().decide("registrar1", "registrar", add)
