"""One inspection from its two officers' arrival to its published result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import DomainError
from domain.inspection_commands import (
    ApproveClosing,
    AssignedOfficer,
    CheckIn,
    CheckOut,
    ConfirmResult,
    EnterResult,
    InspectionClosed,
    ItemResult,
    Notify,
    PublishResult,
    RequestClosing,
    ResultCategory,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.organisation import ChangeStaffRoles, Role
from domain.personnel_commands import DeclareRecusal
from domain.registry_commands import ChangeOfficer, OfficerDetails, Suspend
from domain.replacement_commands import Declare
from domain.task import CompleteTask, TaskCompleted
from tests.story import (
    NOW,
    Story,
    clean_result,
    confirm_last,
    declare,
    plan_row,
    publish,
    visit,
    with_inspections,
)


def first(story: Story) -> Inspection:
    """The first inspection, as it stands."""
    return story.history.all(Inspection)[0]


def result_with(inspection: str, **changes: object) -> EnterResult:
    """A result whose first item differs from a clean one."""
    clean = clean_result(inspection)
    item = ItemResult(**{**vars(clean.items[0]), **changes})
    return EnterResult(inspection=inspection, category=clean.category, items=(item, clean.items[1]))


def test_a_clean_inspection_goes_from_notice_to_publication() -> None:
    """The whole way, each step by its own person."""
    story = with_inspections()
    inspection = first(story)
    notice = Notify(inspection=inspection.id, notice_number="示例通知〔2024〕1号")
    story.act("clerk-edu", "clerk", notice)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", notice)
    publish(story, inspection.id, inspection.officers)
    assert first(story).status == "published"
    assert first(story).first_visit_on == "2024-06-03"


def test_nobody_but_the_assigned_officers_visits() -> None:
    """And nobody twice, and nobody leaves who did not come."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers
    stranger = next(officer for officer in ("E1", "E2", "E3") if officer not in inspection.officers)
    with pytest.raises(DomainError, match="not-assigned"):
        story.decide(stranger, "officer", CheckIn(inspection=id_))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(one, "officer", CheckOut(inspection=id_))
    with pytest.raises(DomainError, match="conflict-not-declared"):
        story.decide(one, "officer", CheckIn(inspection=id_))
    declare(story, id_, (one,))
    story.act(one, "officer", CheckIn(inspection=id_))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(one, "officer", CheckIn(inspection=id_))
    story.act(one, "officer", CheckOut(inspection=id_))
    with pytest.raises(DomainError, match="too-few-officers"):
        story.decide(one, "officer", clean_result(id_))
    with pytest.raises(DomainError, match="unknown-inspection"):
        story.decide(two, "officer", CheckIn(inspection="联1:school:1"))


def test_a_visit_outside_the_window_or_without_a_certificate_is_refused() -> None:
    """The window is days in China: its last evening is already the next day's morning in UTC."""
    story = with_inspections(plan_row(window_from="2024-06-05"))
    id_, officer = first(story).id, first(story).officers[0]
    declare(story, id_, (officer,))
    for now, allowed in (
        ("2024-06-04T15:59:59.999Z", False),
        ("2024-06-04T16:00:00.000Z", True),
        ("2024-08-31T15:59:59.999Z", True),
        ("2024-08-31T16:00:00.000Z", False),
    ):
        story.now = now
        if allowed:
            assert story.decide(officer, "officer", CheckIn(inspection=id_))
        else:
            with pytest.raises(DomainError, match="outside-window"):
                story.decide(officer, "officer", CheckIn(inspection=id_))
    story.now = "2024-06-10T01:00:00.000Z"
    department = {"E": "edu", "M": "market"}[officer[0]]
    details = OfficerDetails(
        department=department, skills=(), certificate_expires="2024-06-09", area=""
    )
    change = ChangeOfficer(id=officer, details=details, reason="证件更正", personal={})
    story.act("registrar1", "registrar", change)
    confirm_last(story, "officer", officer)
    with pytest.raises(DomainError, match="certificate-expired"):
        story.decide(officer, "officer", CheckIn(inspection=id_))


def test_acting_on_a_recusal_is_refused() -> None:
    """A recusal that is declared after the draw still keeps the officer away."""
    story = with_inspections()
    inspection = first(story)
    officer = inspection.officers[0]
    recusal = DeclareRecusal(id=officer, entity=inspection.entity, reason="亲属")
    story.act(officer, "officer", recusal)
    with pytest.raises(DomainError, match="recused"):
        story.decide(officer, "officer", CheckIn(inspection=inspection.id))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item": "I-OTHER"}, "items-incomplete"),
        ({"item": "I-MARKET"}, "items-incomplete"),
        ({"category": None}, "category-missing"),
        ({"checked": False}, "category-missing"),
        ({"checked": False, "category": None}, "field-missing"),
        ({"category": "disclosure-missing"}, "field-missing"),
    ],
)
def test_a_result_is_complete_and_nothing_is_preselected(
    changes: dict[str, object], code: str
) -> None:
    """Every item once, a category exactly where it was checked, and words where something was found."""
    story = with_inspections()
    inspection = first(story)
    visit(story, inspection.id, inspection.officers)
    with pytest.raises(DomainError, match=code):
        story.decide(inspection.officers[0], "officer", result_with(inspection.id, **changes))


def test_the_second_officer_confirms_and_the_reviewer_is_neither() -> None:
    """Nobody confirms, reviews or publishes their own act."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers
    visit(story, id_, (one, two))
    story.act(one, "officer", clean_result(id_))
    with pytest.raises(DomainError, match="own-act"):
        story.decide(one, "officer", ConfirmResult(inspection=id_, version=NOW))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(
            "reviewer1",
            "reviewer",
            ReviewResult(inspection=id_, approve=True, remark="", version=NOW),
        )
    story.act(two, "officer", ConfirmResult(inspection=id_, version=NOW))
    roles = ChangeStaffRoles(id=one, roles=("officer", "reviewer"), reason="兼任")
    story.act("admin", "administrator", roles)
    with pytest.raises(DomainError, match="own-act"):
        story.decide(
            one, "reviewer", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
        )
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", PublishResult(inspection=id_))


def test_a_returned_result_is_entered_again() -> None:
    """The return says why; both versions stay on record."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers
    visit(story, id_, (one, two))
    story.act(one, "officer", clean_result(id_))
    story.act(two, "officer", ConfirmResult(inspection=id_, version=NOW))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(
            "reviewer1",
            "reviewer",
            ReviewResult(inspection=id_, approve=False, remark="", version=NOW),
        )
    story.act(
        "reviewer1",
        "reviewer",
        ReviewResult(inspection=id_, approve=False, remark="请补充", version=NOW),
    )
    assert first(story).status == "assigned"
    story.act(two, "officer", clean_result(id_))
    assert first(story).entered_by == two


def test_an_officer_who_was_not_there_cannot_confirm() -> None:
    """Three are assigned, two come: the third has seen nothing."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers

    third = AssignedOfficer(id="E6" if "E6" not in (one, two) else "E5", department="edu")
    story.history._states["inspection"][id_] = replace(inspection, team=(*inspection.team, third))
    visit(story, id_, (one, two))
    story.act(one, "officer", clean_result(id_))
    with pytest.raises(DomainError, match="too-few-officers"):
        story.decide(third.id, "officer", ConfirmResult(inspection=id_, version=NOW))


def test_two_officers_must_have_been_there_together() -> None:
    """One in the morning and one a month later are no two officers."""
    story = with_inspections()
    inspection = first(story)
    for officer in inspection.officers:
        visit(story, inspection.id, (officer,))
    with pytest.raises(DomainError, match="too-few-officers"):
        story.decide(inspection.officers[0], "officer", clean_result(inspection.id))


def test_each_department_with_items_was_there() -> None:
    """Two of one department cannot speak for the other."""
    story = with_inspections()
    inspection = first(story)
    one = next(officer for officer in inspection.officers if officer.startswith("E"))
    third = AssignedOfficer(id="E6" if one != "E6" else "E5", department="edu")
    team = (*inspection.team, third)
    story.history._states["inspection"][inspection.id] = replace(inspection, team=team)
    visit(story, inspection.id, (one, third.id))
    with pytest.raises(DomainError, match="too-few-officers: market"):
        story.decide(one, "officer", clean_result(inspection.id))


def test_an_officer_who_became_unfit_goes_no_further() -> None:
    """Suspended, or recused after arriving: no result is entered or confirmed by them."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers
    visit(story, id_, (one, two))
    story.act(one, "officer", clean_result(id_))
    recusal = DeclareRecusal(id=two, entity=inspection.entity, reason="亲属")
    story.act(two, "officer", recusal)
    with pytest.raises(DomainError, match="recused"):
        story.decide(two, "officer", ConfirmResult(inspection=id_, version=NOW))
    other = story.history.all(Inspection)[1]
    suspended = other.officers[0]
    story.act("registrar1", "registrar", Suspend(registry="officer", id=suspended, reason="离岗"))
    confirm_last(story, "officer", suspended)
    with pytest.raises(DomainError, match="officer-not-active"):
        story.decide(suspended, "officer", CheckIn(inspection=other.id))


@pytest.mark.parametrize(
    ("categories", "whole", "allowed"),
    [
        (("no-problem-found", "ordered-to-correct"), "no-problem-found", False),
        (("no-problem-found", "ordered-to-correct"), "ordered-to-correct", True),
        (("no-problem-found", "no-problem-found"), "disclosure-missing", False),
        ((None, None), "no-problem-found", False),
        ((None, None), "unreachable", True),
        ((None, "no-problem-found"), "no-problem-found", True),
    ],
)
def test_the_category_of_the_whole_is_never_cleaner_than_the_items(
    categories: tuple[ResultCategory | None, ...],
    whole: ResultCategory,
    allowed: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    """And it is one that was found."""
    story = with_inspections()
    inspection = first(story)
    visit(story, inspection.id, inspection.officers)
    clean = clean_result(inspection.id)
    items = tuple(
        replace(item, checked=category is not None, category=category, finding="示例情况")
        for item, category in zip(clean.items, categories, strict=True)
    )
    command = EnterResult(inspection=inspection.id, category=whole, items=items)
    if allowed:
        assert story.decide(inspection.officers[0], "officer", command)
    else:
        with pytest.raises(DomainError, match="category-contradicts-items"):
            story.decide(inspection.officers[0], "officer", command)


def test_only_the_departments_that_inspect_review_order_and_publish() -> None:
    """And whoever reviewed does not publish."""
    story = with_inspections()
    inspection = first(story)
    id_, (one, two) = inspection.id, inspection.officers
    visit(story, id_, (one, two))
    story.act(one, "officer", clean_result(id_))
    story.act(two, "officer", ConfirmResult(inspection=id_, version=NOW))
    for who, roles in (
        ("clerk-labour", ("clerk", "reviewer")),
        ("reviewer1", ("clerk", "reviewer")),
    ):
        change = ChangeStaffRoles(id=who, roles=roles, reason="兼任")  # type: ignore[arg-type]  # roles by their names
        story.act("admin", "administrator", change)
    review = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "reviewer", review)
    story.act("reviewer1", "reviewer", review)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", PublishResult(inspection=id_))
    with pytest.raises(DomainError, match="own-act"):
        story.decide("reviewer1", "clerk", PublishResult(inspection=id_))


def test_an_officer_comes_again_with_a_substitute() -> None:
    """Whoever left a visit that is not finished may return to it."""
    story = with_inspections()
    inspection = first(story)
    one, two = inspection.officers
    visit(story, inspection.id, (one,))
    declare(story, inspection.id, (two,))
    for officer in (one, two):
        story.act(officer, "officer", CheckIn(inspection=inspection.id))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(one, "officer", CheckIn(inspection=inspection.id))
    for officer in (one, two):
        story.act(officer, "officer", CheckOut(inspection=inspection.id))
    assert story.decide(one, "officer", clean_result(inspection.id))


def test_together_means_on_the_same_day() -> None:
    """Who forgot to check out is not there for weeks."""
    story = with_inspections()
    inspection = first(story)
    one, two = inspection.officers
    declare(story, inspection.id, (one, two))
    story.act(one, "officer", CheckIn(inspection=inspection.id))
    story.now = "2024-06-20T01:00:00.000Z"
    story.act(two, "officer", CheckIn(inspection=inspection.id))
    for officer in (one, two):
        story.act(officer, "officer", CheckOut(inspection=inspection.id))
    with pytest.raises(DomainError, match="too-few-officers"):
        story.decide(two, "officer", clean_result(inspection.id))


def test_whoever_is_recused_decides_nothing_about_the_result() -> None:
    """Not as a reviewer either."""
    story = with_inspections()
    inspection = first(story)
    one, two = inspection.officers
    stranger = next(id_ for id_ in ("E1", "E2", "E3") if id_ not in inspection.officers)
    change = ChangeStaffRoles(id=stranger, roles=("officer", "reviewer"), reason="示例：兼任")
    story.act("admin", "administrator", change)
    visit(story, inspection.id, (one, two))
    story.act(one, "officer", clean_result(inspection.id))
    story.act(two, "officer", ConfirmResult(inspection=inspection.id, version=NOW))
    review = ReviewResult(inspection=inspection.id, approve=True, remark="", version=NOW)
    assert story.decide(stranger, "reviewer", review)
    recusal = DeclareRecusal(id=stranger, entity=inspection.entity, reason="示例")
    story.act(stranger, "officer", recusal)
    with pytest.raises(DomainError, match="recused"):
        story.decide(stranger, "reviewer", review)


def test_a_visit_that_cannot_be_finished_is_given_up_by_two_people() -> None:
    """With the reason in sight; the task can then be completed."""
    story = with_inspections()
    inspections = story.history.all(Inspection)
    closed = inspections[0]
    approve = ApproveClosing(inspection=closed.id, version=NOW)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("approver1", "approver", approve)
    for who, role, reason, code in (
        ("clerk-labour", "clerk", "示例", "other-department"),
        ("clerk-edu", "clerk", " ", "reason-missing"),
    ):
        with pytest.raises(DomainError, match=code):
            story.decide(who, role, RequestClosing(inspection=closed.id, reason=reason))
    ask = RequestClosing(inspection=closed.id, reason="示例：已无可派人员")
    story.act("clerk-edu", "clerk", ask)
    (event,) = story.act("approver1", "approver", approve)
    assert event == InspectionClosed(requested_by="clerk-edu")
    declare_ = Declare(inspection=closed.id, conflict=False, reason="")
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(closed.officers[0], "officer", declare_)
    for one in inspections[1:]:
        publish(story, one.id, one.officers)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", replace(ask, inspection=inspections[1].id))
    (completed,) = story.act("clerk-edu", "clerk", CompleteTask(plan_number="联2024026"))
    assert completed == TaskCompleted(inspections=len(inspections), closed=1)


def test_who_asks_to_give_a_visit_up_does_not_approve_it() -> None:
    """Nor anybody who may be drawn."""
    story = with_inspections()
    inspection = first(story)
    both: tuple[tuple[str, tuple[Role, ...]], ...] = (
        ("clerk-edu", ("clerk", "approver")),
        ("E6", ("officer", "approver")),
    )
    for id_, roles in both:
        change = ChangeStaffRoles(id=id_, roles=roles, reason="示例：兼任")
        story.act("admin", "administrator", change)
    ask = RequestClosing(inspection=inspection.id, reason="示例")
    story.act("clerk-edu", "clerk", ask)
    for id_ in ("clerk-edu", "E6"):
        with pytest.raises(DomainError, match="own-act"):
            story.decide(id_, "approver", ApproveClosing(inspection=inspection.id, version=NOW))


def test_a_notice_is_given_by_those_who_inspect() -> None:
    """Not by an officer of another visit, nor by another desk."""
    story = with_inspections()
    inspection = first(story)
    notice = Notify(inspection=inspection.id, notice_number="示例1号")
    stranger = next(id_ for id_ in ("E1", "E2", "E3") if id_ not in inspection.officers)
    with pytest.raises(DomainError, match="not-assigned"):
        story.decide(stranger, "officer", notice)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-labour", "clerk", notice)
    assert story.decide(inspection.officers[0], "officer", notice)


def test_a_result_is_not_buried_by_giving_the_visit_up() -> None:
    """A request is void once a result is entered, stands alone while it waits, and comes too late for a confirmed one."""
    story = with_inspections()
    inspection = first(story)
    one, two = inspection.officers
    ask = RequestClosing(inspection=inspection.id, reason="示例：已停业")
    approve = ApproveClosing(inspection=inspection.id, version=NOW)
    story.act("clerk-edu", "clerk", ask)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(one, "officer", ask)
    visit(story, inspection.id, (one, two))
    story.act(one, "officer", clean_result(inspection.id))
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("approver1", "approver", approve)
    assert story.decide(two, "officer", ask)
    story.act(two, "officer", ConfirmResult(inspection=inspection.id, version=NOW))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-edu", "clerk", ask)
