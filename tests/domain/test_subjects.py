"""Erasing personal data: two people, never while it is needed, and nothing of the person is recorded afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.draw_commands import PrepareDraw, RequestVoid
from domain.errors import DomainError
from domain.inspection_state import Inspection
from domain.organisation import AddStaff, SuspendStaff
from domain.registry_commands import (
    AddExpert,
    AddOfficer,
    ChangeEntity,
    ConfirmChange,
    ExpertDetails,
    OfficerDetails,
    RejectChange,
    Restore,
    Suspend,
)
from domain.subject_commands import (
    ApproveErasure,
    DeclineErasure,
    ErasureDeclined,
    ErasureRequested,
    HoldSubject,
    ReleaseSubject,
    RequestErasure,
    SubjectErased,
)
from domain.subjects import Subject
from tests import story
from tests.story import NOW, details_of, entity_id

if TYPE_CHECKING:
    from domain.facts import Command
    from domain.subject_commands import SubjectKind
    from tests.story import Story

ADMIN = ("admin", "administrator")
REGISTRAR = ("registrar1", "registrar")
APPROVER = ("approver1", "approver")
DISCIPLINE = ("discipline1", "discipline")
BASIS = "示例：本人已调离，申请删除"
SCHOOL = entity_id(7)


def suspend(told: Story, registry: SubjectKind, id_: str) -> None:
    """End what makes somebody active: an entry by two people, an account by the administrator."""
    if registry == "staff":
        told.act(*ADMIN, SuspendStaff(id=id_, reason="示例：调离"))
        return
    told.act(*REGISTRAR, Suspend(registry=registry, id=id_, reason="示例：调离"))
    story.confirm_last(told, registry, id_)


def request(registry: SubjectKind, id_: str) -> RequestErasure:
    """Ask for an erasure."""
    return RequestErasure(registry=registry, id=id_, basis=BASIS)


def approve(registry: SubjectKind, id_: str) -> ApproveErasure:
    """Agree to it."""
    return ApproveErasure(registry=registry, id=id_, version=NOW)


def erase(told: Story, registry: SubjectKind, id_: str) -> tuple[object, ...]:
    """Carry an erasure out."""
    told.act(*REGISTRAR, request(registry, id_))
    return told.act(*APPROVER, approve(registry, id_))


def refusal(told: Story, who: tuple[str, str], command: Command) -> str:
    """The code with which an act is refused."""
    with pytest.raises(DomainError) as refused:
        told.decide(*who, command)
    return refused.value.code


@pytest.fixture
def told() -> Story:
    """Officer E1 is suspended in the registry and as an account; nobody was ever drawn."""
    made = story.with_registries()
    suspend(made, "officer", "E1")
    suspend(made, "staff", "E1")
    return made


def test_an_officer_and_the_account_of_the_same_id_are_erased_together(told: Story) -> None:
    """One person, one decision, whichever of the two was named."""
    for named, other in (("officer", "staff"), ("staff", "officer")):
        branch = replace(told, history=told.history.branch())
        requested = branch.act(*REGISTRAR, request(named, "E1"))  # type: ignore[arg-type]
        assert requested == (ErasureRequested(basis=BASIS),)
        facts = branch.decide(*APPROVER, approve(named, "E1"))  # type: ignore[arg-type]
        event = SubjectErased(requested_by="registrar1", basis=BASIS)
        assert [(one.stream, one.event) for one in facts] == [
            (f"subject/{named}/E1", event),
            (f"subject/{other}/E1", event),
        ]


@pytest.mark.parametrize(("registry", "id_"), [("staff", "clerk-labour"), ("entity", SCHOOL)])
def test_accounts_and_contacts_of_entities_are_erased_likewise(
    registry: SubjectKind, id_: str
) -> None:
    """Each by itself, once it rests."""
    told = story.with_registries()
    assert refusal(told, REGISTRAR, request(registry, id_)) == "subject-active"
    suspend(told, registry, id_)
    assert erase(told, registry, id_)[-1] == SubjectErased(requested_by="registrar1", basis=BASIS)
    subject = told.history.get(Subject, f"{registry}/{id_}")
    assert subject is not None
    assert subject.erased


def test_whoever_is_active_in_one_place_is_not_erased() -> None:
    """The account alone, or the entry alone, is not enough."""
    for resting in ("officer", "staff"):
        told = story.with_registries()
        suspend(told, resting, "E1")
        for named in ("officer", "staff"):
            assert refusal(told, REGISTRAR, request(named, "E1")) == "subject-active"


def test_two_people_decide(told: Story) -> None:
    """Whoever asked does not approve or decline; nothing is approved that nobody asked for."""
    assert refusal(told, APPROVER, approve("officer", "E1")) == "nothing-to-confirm"
    both = AddStaff(id="both", department="edu", roles=("approver", "registrar"), personal={})
    told.act(*ADMIN, both)
    told.act("both", "registrar", request("officer", "E1"))
    decline = DeclineErasure(registry="officer", id="E1", reason="示例：仍需保存", version=NOW)
    for command in (approve("officer", "E1"), decline):
        assert refusal(told, ("both", "approver"), command) == "own-act"
    assert refusal(told, REGISTRAR, request("officer", "E1")) == "wrong-stage"
    assert refusal(told, APPROVER, replace(decline, reason=" ")) == "reason-missing"
    assert told.act(*APPROVER, decline) == (ErasureDeclined(reason="示例：仍需保存"),)
    assert refusal(told, APPROVER, approve("officer", "E1")) == "nothing-to-confirm"
    told.act(*REGISTRAR, request("officer", "E1"))


def test_a_request_names_its_basis_and_somebody_who_is_registered(told: Story) -> None:
    """Otherwise there is nothing to decide."""
    blank = replace(request("officer", "E1"), basis=" ")
    assert refusal(told, REGISTRAR, blank) == "reason-missing"
    for registry, id_ in (("officer", "E9"), ("expert", "E1"), ("department", "edu")):
        unknown = RequestErasure(registry=registry, id=id_, basis=BASIS)  # type: ignore[arg-type]
        assert refusal(told, REGISTRAR, unknown) == "unknown-entry"


def test_nothing_is_erased_under_a_legal_hold(told: Story) -> None:
    """Several may stand at once, on either entry of the person; the last release ends them."""
    first = HoldSubject(registry="officer", id="E1", reference="示例立案〔2024〕1号", reason="示例")
    second = HoldSubject(registry="staff", id="E1", reference="示例立案〔2024〕2号", reason="示例")
    told.act(*REGISTRAR, request("officer", "E1"))
    told.act(*DISCIPLINE, first, second)
    assert refusal(told, DISCIPLINE, first) == "wrong-stage"
    assert refusal(told, DISCIPLINE, replace(first, reference=" ")) == "field-missing"
    assert refusal(told, DISCIPLINE, replace(first, reference="3", reason="")) == "reason-missing"
    for hold in (first, second):
        assert refusal(told, APPROVER, approve("officer", "E1")) == "legal-hold"
        assert refusal(told, REGISTRAR, request("staff", "E1")) == "legal-hold"
        release = ReleaseSubject(
            version=NOW,
            registry=hold.registry,
            id="E1",
            reference=hold.reference,
            reason="示例：结案",
        )
        told.act(*DISCIPLINE, release)
        assert refusal(told, DISCIPLINE, release) == "wrong-stage"
    told.act(*APPROVER, approve("officer", "E1"))


def test_an_entry_with_a_change_that_waits_is_not_erased() -> None:
    """A rejected addition is: it was never active."""
    told = story.with_registries()
    details = ExpertDetails(organisation="示例大学", specialities=("教育",))
    add = AddExpert(id="X1", details=details, source="示例", personal={"name": "示例"})
    told.act(*REGISTRAR, add)
    assert refusal(told, REGISTRAR, request("expert", "X1")) == "change-pending"
    reject = RejectChange(registry="expert", id="X1", version=1, reason="示例：误登")
    told.act("registrar2", "registrar", reject)
    erase(told, "expert", "X1")
    assert refusal(told, REGISTRAR, add) == "subject-erased"


def test_nothing_of_an_erased_person_is_recorded_any_more(told: Story) -> None:
    """No change, no return, no second erasure: there is no key to seal anything with."""
    erase(told, "officer", "E1")
    details = OfficerDetails(
        department="edu", skills=(), certificate_expires="2027-12-31", area="示例县"
    )
    restore = Restore(registry="officer", id="E1", reason="示例")
    hold = HoldSubject(registry="staff", id="E1", reference="1", reason="示例")
    assert refusal(told, REGISTRAR, restore) == "subject-erased"
    assert refusal(told, DISCIPLINE, hold) == "subject-erased"
    assert refusal(told, APPROVER, approve("officer", "E1")) == "subject-erased"
    again = AddOfficer(id="E1", details=details, source="示例", personal={"name": "示例"})
    assert refusal(told, REGISTRAR, again) == "already-registered"


def test_a_number_whose_account_was_erased_is_not_given_to_another_officer() -> None:
    """They would be one person, half of whom is gone."""
    told = story.with_registries()
    suspend(told, "staff", "clerk-labour")
    erase(told, "staff", "clerk-labour")
    details = OfficerDetails(
        department="labour", skills=(), certificate_expires="2027-12-31", area="示例县"
    )
    add = AddOfficer(id="clerk-labour", details=details, source="示例", personal={"name": "示例"})
    assert refusal(told, REGISTRAR, add) == "subject-erased"


def test_a_school_with_an_open_visit_is_not_erased_until_its_result_is_published() -> None:
    """From the moment when it could be drawn."""
    told = story.with_task()
    draw_id = story.commit_draw(told, "entities")
    for number in range(1, 25):
        told.act(*REGISTRAR, Suspend(registry="entity", id=entity_id(number), reason="示例：停办"))
        story.confirm_last(told, "entity", entity_id(number))
    assert refusal(told, REGISTRAR, request("entity", SCHOOL)) == "subject-involved"
    story.reveal_draw(told, draw_id)
    codes = _codes(told)
    drawn = {id_ for id_, code in codes.items() if code == "subject-involved"}
    assert 0 < len(drawn) < 24
    assert set(codes.values()) == {"subject-involved", ""}
    story.reveal_draw(told, story.commit_draw(told, "officers"))
    assert {id_ for id_, code in _codes(told).items() if code} == drawn
    one = next(visit for visit in told.history.all(Inspection) if visit.entity in drawn)
    story.publish(told, one.id, one.officers)
    assert {id_ for id_, code in _codes(told).items() if code} == drawn - {one.entity}


def _codes(told: Story) -> dict[str, str]:
    """How a request is answered for each school, "" where it is allowed."""
    found = {}
    for number in range(1, 25):
        try:
            told.decide(*REGISTRAR, request("entity", entity_id(number)))
            found[entity_id(number)] = ""
        except DomainError as refused:
            found[entity_id(number)] = refused.code
    return found


def test_whoever_has_a_part_in_an_open_visit_draw_or_void_is_not_erased() -> None:
    """Officers on their way, witnesses, whoever prepared or asked for a void; and when all is done, they may go."""
    told = story.with_task()
    prepare = PrepareDraw(
        draw_id="联2024026.entities.1",
        task="联2024026",
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    told.act("operator", "draw_operator", prepare)
    for id_ in ("witness1", "operator", "E1"):
        suspend(told, "staff", id_)
    assert refusal(told, REGISTRAR, request("staff", "witness1")) == "subject-involved"
    assert refusal(told, REGISTRAR, request("staff", "operator")) == "subject-involved"


def test_a_void_that_waits_keeps_whoever_asked_for_it() -> None:
    """Until it is decided."""
    told = story.with_task()
    draw_id = story.commit_draw(told, "entities")
    told.act("operator", "draw_operator", RequestVoid(draw_id=draw_id, reason="示例"))
    suspend(told, "staff", "operator")
    assert refusal(told, REGISTRAR, request("staff", "operator")) == "subject-involved"


def test_an_officer_goes_once_the_last_visit_is_done() -> None:
    """While it is open, whoever is on the team or left it stays."""
    told = story.with_inspections()
    visits = told.history.all(Inspection)
    gone = visits[0].officers[0]
    mine = [visit for visit in visits if gone in visit.officers]
    for visit in mine[:-1]:
        story.publish(told, visit.id, visit.officers)
    story.publish(told, mine[-1].id, mine[-1].officers)
    suspend(told, "officer", gone)
    suspend(told, "staff", gone)
    erase(told, "officer", gone)
    still = next(
        officer
        for visit in told.history.all(Inspection)
        if visit.status == "assigned"
        for officer in visit.officers
    )
    suspend(told, "officer", still)
    suspend(told, "staff", still)
    assert refusal(told, REGISTRAR, request("officer", still)) == "subject-involved"


def test_a_pending_change_of_an_erased_entity_cannot_exist() -> None:
    """A change that was proposed before the approval stops it."""
    told = story.with_registries()
    suspend(told, "entity", SCHOOL)
    told.act(*REGISTRAR, request("entity", SCHOOL))
    change = ChangeEntity(
        id=SCHOOL, details=details_of(7), reason="示例：更正", personal={"contact": "示例"}
    )
    told.act(*REGISTRAR, change)
    assert refusal(told, APPROVER, approve("entity", SCHOOL)) == "change-pending"
    version = told.history.version(f"entity/{SCHOOL}")
    told.act(
        "registrar2", "registrar", ConfirmChange(registry="entity", id=SCHOOL, version=version)
    )
    told.act(*APPROVER, approve("entity", SCHOOL))
    assert refusal(told, REGISTRAR, change) == "subject-erased"
