"""Acts over HTTP: who may, what is recorded, and that a repeated request is recorded once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from api.acts import OFFERED
from api.bodies import body_of
from api.words import ACT_NAMES
from domain.acts import ACTS, SYSTEM, Act
from domain.organisation import AddDepartment, AddStaff, ChangeStaffRoles, IssuePassword, Role
from domain.registry_commands import ConfirmChange
from tests import story

if TYPE_CHECKING:
    from tests.serving import Service

ROLES: tuple[Role, ...] = get_args(Role)


def example(annotation: Any) -> Any:  # noqa: ANN401 - a body of any shape
    """The least that a field accepts."""
    arguments = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {
            name: [1, 1] if name == "ratio" else example(field.annotation)
            for name, field in annotation.model_fields.items()
        }
    if get_origin(annotation) is Literal:
        return arguments[0]
    if type(None) in arguments:
        return None
    return {str: "x", int: 1, bool: True, list: [], dict: {}}[get_origin(annotation) or annotation]


@pytest.fixture(scope="session")
def with_every_role(county: Service) -> Service:
    """One more person for each role, who has no other."""
    for role in ROLES:
        staff = AddStaff(id=f"only-{role}", department="edu", roles=(role,), personal={})
        assert county.act("admin", staff).status_code == 200
    return county


@pytest.mark.parametrize("act", OFFERED, ids=lambda act: act.name)
def test_an_act_refuses_every_role_that_is_not_in_its_list(
    with_every_role: Service, act: Act
) -> None:
    """By HTTP, for every act there is and every role there is; whoever may is refused for another reason, or heard."""
    body = example(body_of(act.command))
    for role in ROLES:
        headers = with_every_role.as_(f"only-{role}")
        answer = with_every_role.http.post(f"/acts/{act.name}", json=body, headers=headers)
        code = answer.json().get("code")
        assert (code == "role-not-allowed") == (role not in act.roles), (role, answer.text)


def test_what_is_recorded_by_doing_it_is_no_act_that_is_offered() -> None:
    """A password by issuing it, a look by looking, a file with its upload, the rest by the program itself."""
    offered = {act.name for act in OFFERED}
    assert {act.name for act in ACTS} - offered == {
        "staff.issue-password",
        "draw.cover",
        "draw.look",
        "inspection.attach-evidence",
        "review.open",
        "inspection.escalate-follow-up",
        "clock.note-jump",
    }
    assert offered <= ACT_NAMES.keys()


def test_nobody_is_the_program(with_every_role: Service) -> None:
    """The role of set-up belongs to no person: it cannot be given."""
    body = {"id": "new", "department": "edu", "roles": [SYSTEM], "personal": {}}
    answer = with_every_role.http.post(
        "/acts/staff.add", json=body, headers=with_every_role.as_("only-administrator")
    )
    assert answer.json()["code"] == "request-invalid"


def test_an_act_answers_with_what_was_recorded(service: Service) -> None:
    """Leaf, type, stream and version of each event, and the position to wait for."""
    size = service.parts.ledger.size()
    answer = service.act("admin", AddDepartment(id="sports", name="文体局", collates=False))
    event = {
        "leaf": size,
        "type": "department.added.v1",
        "stream": "department/sports",
        "version": 1,
    }
    assert answer.json() == {"position": size + 1, "events": [event], "repeated": False}
    assert answer.headers["Ledger-Position"] == str(size + 1)


def test_the_same_key_twice_is_recorded_once(service: Service) -> None:
    """The second answer is the first one, marked as repeated; another content under the key is refused."""
    key = {"Idempotency-Key": "登记".encode().hex()}
    command = AddDepartment(id="sports", name="文体局", collates=False)
    first, second = (service.act("admin", command, **key).json() for _ in range(2))
    assert second == {**first, "repeated": True}
    other = AddDepartment(id="sports2", name="文体局", collates=False)
    refused = service.act("admin", other, **key)
    assert (refused.status_code, refused.json()["code"]) == (409, "command-id-reused")


def test_the_same_key_at_once_is_recorded_once(service: Service) -> None:
    """Eight requests at the same moment: one records, seven are told of it."""
    command = AddDepartment(id="sports", name="文体局", collates=False)
    service.as_("admin")
    size = service.parts.ledger.size()
    with ThreadPoolExecutor(8) as pool:
        key = {"Idempotency-Key": "once"}
        answers = list(pool.map(lambda _: service.act("admin", command, **key).json(), range(8)))
    assert sorted(answer["repeated"] for answer in answers) == [False] + [True] * 7
    assert {answer["position"] for answer in answers} == {size + 1} == {service.parts.ledger.size()}


def test_the_same_key_of_another_person_is_another_command(service: Service) -> None:
    """Nobody can take somebody else's answer by guessing their key."""
    service.act(
        "admin", AddStaff(id="admin2", department="edu", roles=("administrator",), personal={})
    )
    key = {"Idempotency-Key": "k"}
    first = service.act("admin", AddDepartment(id="a1", name="甲", collates=False), **key)
    second = service.act("admin2", AddDepartment(id="a2", name="乙", collates=False), **key)
    assert [first.json()["repeated"], second.json()["repeated"]] == [False, False]


def test_a_password_is_never_issued_by_a_bare_act(service: Service) -> None:
    """It would say on the ledger that one was given, and give none; so there is no such act, alone or in a batch."""
    command = IssuePassword(id="reviewer1")
    assert service.act("admin", command).json()["code"] == "not-found"
    size = service.parts.ledger.size()
    named = {"act": "staff.issue-password", "id": "reviewer1"}
    assert batch(service, "admin", named)["code"] == "request-invalid"
    assert service.parts.ledger.size() == size


def batch(service: Service, who: str, *acts: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Send several acts at once."""
    return service.http.post("/batches", json={"acts": acts}, headers=service.as_(who)).json()


def test_a_batch_is_one_commit_or_nothing(service: Service) -> None:
    """One refused act drops them all."""
    good = {"act": "department.add", **asdict(AddDepartment(id="a1", name="甲", collates=False))}
    other = {**good, "id": "a2"}
    size = service.parts.ledger.size()
    assert batch(service, "admin", good, {**good, "name": "乙"})["code"] == "already-registered"
    assert service.parts.ledger.size() == size
    answer = batch(service, "admin", good, other)
    assert [event["stream"] for event in answer["events"]] == ["department/a1", "department/a2"]
    assert len(service.parts.ledger.commits(size)) == 1


def test_a_batch_is_given_in_one_role(service: Service) -> None:
    """Acts that need different roles are sent one by one, also by somebody who has both."""
    roles: tuple[Role, ...] = ("registrar", "clerk")
    service.act("admin", AddStaff(id="both", department="edu", roles=roles, personal={}))
    suspend = {"act": "registry.suspend", "registry": "entity", "id": "x", "reason": "示例"}
    collate = {"act": "plan.collate", "year": 2024}
    assert batch(service, "both", suspend, collate)["code"] == "role-not-allowed"


def test_nobody_confirms_their_own_change_or_changes_their_own_rights(service: Service) -> None:
    """Over HTTP as in the domain."""
    told = story.Story(now="2024-01-05T01:00:00.000Z")
    story.add_entity(told, 1)
    details = story.details_of(2)
    add = {"id": story.entity_id(2), "details": asdict(details), "source": "示例", "personal": {}}
    body = {**add, "override_reason": None}
    service.http.post("/acts/entity.add", json=body, headers=service.as_("registrar1"))
    own = ConfirmChange(registry="entity", id=story.entity_id(2), version=1)
    refused = service.act("registrar1", own)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-act")
    mine = service.act("admin", ChangeStaffRoles(id="admin", roles=("clerk",), reason="试"))
    assert mine.json()["code"] == "own-act"
