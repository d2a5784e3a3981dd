"""People, their roles, and the item list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.acts import ACTS, acting_role
from domain.errors import DomainError
from domain.item_versions import ItemDetails
from domain.items import AddItem, ClaimItem, Item, PublishItem, ReviewItem
from domain.organisation import (
    AddDepartment,
    AddStaff,
    ChangeStaffRoles,
    IssuePassword,
    PasswordIssued,
    Staff,
    SuspendStaff,
)
from domain.registry_commands import ConfirmChange
from tests.story import NOW, PEOPLE, opened

if TYPE_CHECKING:
    from domain.facts import Command

DETAILS = ItemDetails(
    issuer="示例省",
    item_class="类别",
    name="示例事项",
    subject="学校",
    category="重点",
    method="现场检查",
    body="县级",
    legal_basis="示例法第一条",
)
ADD = AddItem(code="X1", details=DETAILS, source="示例清单")
CLAIM = ClaimItem(code="X1", department="edu", mandate="第三条", supervision_code="")


def test_every_act_is_refused_to_every_role_that_the_table_does_not_name() -> None:
    """The table is the law: whoever is not in it may not."""
    roles = {role for _, _, own in PEOPLE for role in own}
    for act in ACTS:
        for role in roles - set(act.roles):
            with pytest.raises(DomainError, match="role-not-allowed"):
                acting_role(act.command, (role,))
        assert acting_role(act.command, act.roles) == act.roles[0]


def test_the_discipline_office_and_the_administrator_touch_no_inspection() -> None:
    """Who inspects the inspectors changes no business fact; who gives rights uses none."""
    own = {act.name.partition(".")[0] for act in ACTS if "discipline" in act.roles}
    assert own == {"draw", "signing-key", "subject"}
    own = {act.name.partition(".")[0] for act in ACTS if "administrator" in act.roles}
    rights = {"department", "staff", "vrf-key", "signing-key", "signing", "subject"}
    assert own == rights | {"calendar", "deadlines", "standard"}


def test_a_role_that_the_person_does_not_hold_now_is_refused() -> None:
    """A token from yesterday gives no rights that were taken today."""
    story = opened()
    with pytest.raises(DomainError, match="role-not-allowed"):
        story.decide(
            "clerk-edu", "reviewer", ReviewItem(code="X1", approve=True, remark="", version=NOW)
        )
    story.act("admin", "administrator", SuspendStaff(id="clerk-edu", reason="离岗"))
    with pytest.raises(DomainError, match="role-not-allowed"):
        story.decide("clerk-edu", "clerk", ADD)
    with pytest.raises(DomainError, match="unknown-staff"):
        story.decide("admin", "administrator", SuspendStaff(id="clerk-edu", reason="离岗"))


def test_nobody_changes_their_own_rights() -> None:
    """An administrator who wants to draw has to find another administrator."""
    story = opened()
    change = ChangeStaffRoles(id="admin", roles=("draw_operator",), reason="方便")
    with pytest.raises(DomainError, match="own-act"):
        story.decide("admin", "administrator", change)
    other = ChangeStaffRoles(id="clerk-edu", roles=("reviewer", "clerk", "clerk"), reason="轮岗")
    story.act("admin", "administrator", other)
    staff = story.history.get(Staff, "clerk-edu")
    assert staff is not None
    assert staff.roles == ("clerk", "reviewer")


def test_departments_and_people_are_entered_once() -> None:
    """The same again changes nothing, something else under the same id is refused."""
    story = opened()
    admin = ("admin", "administrator")
    same = AddDepartment(id="edu", name="教育局", collates=False)
    assert story.decide(*admin, same) == ()
    with pytest.raises(DomainError, match="already-registered"):
        story.decide(*admin, AddDepartment(id="edu", name="体育局", collates=False))
    person = AddStaff(id="E1", department="edu", roles=("officer",), personal={})
    assert story.decide(*admin, person) == ()
    for wrong, code in (
        (AddStaff(id="E1", department="edu", roles=("clerk",), personal={}), "already-registered"),
        (AddStaff(id="N", department="no", roles=("clerk",), personal={}), "unknown-department"),
        (AddStaff(id="N", department="edu", roles=(), personal={}), "role-missing"),
        (AddStaff(id="張三", department="edu", roles=("clerk",), personal={}), "id-invalid"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(*admin, wrong)


def test_an_item_is_claimed_reviewed_by_another_and_published() -> None:
    """The way of an item from the superior's list to the department's own."""
    story = opened()
    story.act("clerk-edu", "clerk", ADD)
    assert story.act("clerk-edu", "clerk", ADD) == ()
    story.act("clerk-edu", "clerk", CLAIM)
    story.act("reviewer1", "reviewer", ReviewItem(code="X1", approve=True, remark="", version=NOW))
    story.act("clerk-edu", "clerk", PublishItem(code="X1"))
    item = story.history.get(Item, "X1")
    assert item is not None
    assert (item.status, item.department) == ("published", "edu")


def test_a_returned_claim_can_be_claimed_by_somebody_else() -> None:
    """A return needs its reason, and frees the item."""
    story = opened()
    story.act("clerk-edu", "clerk", ADD, CLAIM)
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(
            "reviewer1", "reviewer", ReviewItem(code="X1", approve=False, remark="", version=NOW)
        )
    story.act(
        "reviewer1",
        "reviewer",
        ReviewItem(code="X1", approve=False, remark="非本部门职责", version=NOW),
    )
    item = story.history.get(Item, "X1")
    assert item is not None
    assert (item.status, item.department) == ("added", None)


def test_what_does_not_fit_an_item_is_refused() -> None:
    """Unknown items, other departments, other stages, other contents, one's own claim."""
    story = opened()
    with pytest.raises(DomainError, match="unknown-item"):
        story.decide("clerk-edu", "clerk", CLAIM)
    story.act("clerk-edu", "clerk", ADD)
    other = AddItem(code="X1", details=ItemDetails(**{**vars(DETAILS), "name": "另"}), source="")
    refused: dict[str, Command] = {
        "already-registered": other,
        "wrong-stage": PublishItem(code="X1"),
        "other-department": ClaimItem(
            code="X1", department="market", mandate="第三条", supervision_code=""
        ),
        "unknown-department": ClaimItem(
            code="X1", department="no", mandate="第三条", supervision_code=""
        ),
        "field-missing": ClaimItem(code="X1", department="edu", mandate=" ", supervision_code=""),
    }
    for code, command in refused.items():
        with pytest.raises(DomainError, match=code):
            story.decide("clerk-edu", "clerk", command)
    change = ChangeStaffRoles(id="reviewer1", roles=("clerk", "reviewer"), reason="兼任")
    story.act("admin", "administrator", change)
    story.act("reviewer1", "clerk", CLAIM)
    with pytest.raises(DomainError, match="own-act"):
        story.decide(
            "reviewer1", "reviewer", ReviewItem(code="X1", approve=True, remark="", version=NOW)
        )


def test_a_command_to_an_unknown_registry_entry_is_refused() -> None:
    """Nothing can be confirmed that nobody proposed."""
    with pytest.raises(DomainError, match="unknown-entry"):
        opened().decide(
            "registrar2", "registrar", ConfirmChange(registry="expert", id="X", version=1)
        )


def test_whoever_gives_rights_or_watches_does_nothing_else() -> None:
    """Administrator and discipline stand alone, in an addition and in a change."""
    story = opened()
    for roles in (("administrator", "clerk"), ("discipline", "draw_operator")):
        add = AddStaff(id="N", department="edu", roles=roles, personal={})
        change = ChangeStaffRoles(id="clerk-edu", roles=roles, reason="兼任")
        for command in (add, change):
            with pytest.raises(DomainError, match="roles-incompatible"):
                story.decide("admin", "administrator", command)


def test_the_program_itself_acts_only_until_there_is_an_administrator() -> None:
    """Afterwards it can help one who lost the password, on record, and nothing else."""
    story = opened()
    add = AddStaff(id="N", department="edu", roles=("administrator",), personal={})
    for who in ("system", "nobody"):
        with pytest.raises(DomainError, match="role-not-allowed"):
            story.decide(who, "system", add)
    assert story.act("system", "system", IssuePassword(id="admin")) == (PasswordIssued(),)
    with pytest.raises(DomainError, match="own-act"):
        story.decide("admin", "administrator", IssuePassword(id="admin"))


def test_time_does_not_run_backwards() -> None:
    """Windows and deadlines rest on the ledger's time."""
    story = opened()
    story.now = "2024-01-05T00:59:59.999Z"
    with pytest.raises(DomainError, match="clock-behind"):
        story.decide("clerk-edu", "clerk", ADD)
