"""Each department's own findings, what a reviewer opened, and the correction of what was published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.amendments import (
    Change,
    DeclineAmendment,
    RequestAmendment,
    public_editions,
)
from domain.findings import ConfirmFindings, EnterFindings
from domain.inspection_commands import (
    ConfirmResult,
    EnterResult,
    PublishResult,
    ReviewResult,
)
from domain.organisation import ChangeStaffRoles
from domain.review_log import OpenReview, ReviewOpened
from domain.visit_standard import EVERYTHING, NOTHING, AdoptStandard, StandardAdopted
from tests.domain.test_visit import attach, one, refused, under_the_standard
from tests.story import NOW, Story, clean_result, publish, visit, with_inspections

if TYPE_CHECKING:
    from domain.inspection_state import Inspection

PHOTO = "ab" * 32


def by_department(state: Inspection) -> tuple[str, str]:
    """The officer of the education bureau and that of the market bureau."""
    (edu,) = (who for who in state.officers if who[0] == "E")
    (market,) = (who for who in state.officers if who[0] == "M")
    return edu, market


def own(inspection: str, place: int) -> EnterFindings:
    """A clean finding on the item of one department."""
    return EnterFindings(inspection=inspection, items=(clean_result(inspection).items[place],))


def found_and_confirmed(told: Story, inspection: str) -> None:
    """Let both departments enter what they found, each confirmed by the other's officer."""
    edu, market = by_department(one(told))
    for place, department, who, other in ((0, "edu", edu, market), (1, "market", market, edu)):
        told.act(who, "officer", own(inspection, place))
        version = told.history.version(f"inspection/{inspection}")
        confirm = ConfirmFindings(inspection=inspection, department=department, version=version)
        refused(told, who, "officer", confirm, "own-act")
        told.act(other, "officer", confirm)


def opening(told: Story, part: str) -> OpenReview:
    """The opening of the first result as it stands, or of a file of it."""
    id_ = one(told).id
    version = told.history.version(f"inspection/{id_}")
    return OpenReview(inspection=id_, version=version, part=part)


def confirmed_story() -> tuple[Story, str]:
    """Give a story under the standard whose first result waits for review."""
    told = under_the_standard()
    id_ = one(told).id
    edu, market = by_department(one(told))
    visit(told, id_, (edu, market))
    told.act(edu, "officer", attach(id_))
    found_and_confirmed(told, id_)
    told.act(edu, "officer", clean_result(id_))
    told.act(market, "officer", ConfirmResult(inspection=id_, version=NOW))
    return told, id_


def test_each_department_of_a_joint_visit_enters_and_confirms_its_own_items() -> None:
    """And the whole says what they found, word for word."""
    told = under_the_standard()
    id_ = one(told).id
    edu, market = by_department(one(told))
    refused(told, edu, "officer", own(id_, 0), "too-few-officers")
    visit(told, id_, (edu, market))
    refused(told, edu, "officer", own(id_, 1), "items-incomplete")
    refused(told, edu, "officer", clean_result(id_), "findings-missing")
    told.act(edu, "officer", own(id_, 0))
    version = told.history.version(f"inspection/{id_}")
    stale = ConfirmFindings(inspection=id_, department="edu", version=version - 1)
    refused(told, market, "officer", stale, "nothing-to-confirm")
    refused(told, edu, "officer", clean_result(id_), "findings-missing")
    found_and_confirmed(told, id_)
    clean = clean_result(id_)
    other = replace(clean.items[1], finding="示例：另说")
    refused(told, edu, "officer", replace(clean, items=(clean.items[0], other)), "findings-differ")
    told.act(edu, "officer", clean)
    refused(told, edu, "officer", own(id_, 0), "wrong-stage")


def test_findings_that_were_entered_bind_the_whole_without_any_standard() -> None:
    """A county that asks for none may leave them out, but not contradict them."""
    told = with_inspections()
    id_ = one(told).id
    edu, market = by_department(one(told))
    visit(told, id_, (edu, market))
    assert told.decide(edu, "officer", clean_result(id_))
    told.act(edu, "officer", own(id_, 0))
    refused(told, edu, "officer", clean_result(id_), "findings-missing")


def test_a_standard_holds_for_visits_that_are_assigned_after_it() -> None:
    """A visit keeps the one under which it was assigned."""
    told = with_inspections()
    adopt = AdoptStandard(terms=EVERYTHING, reason="示例")
    assert told.act("admin", "administrator", adopt) == (
        StandardAdopted(terms=EVERYTHING, reason="示例"),
    )
    assert one(told).terms == NOTHING
    refused(told, "admin", "administrator", adopt, "wrong-stage")
    refused(told, "admin", "administrator", replace(adopt, reason=""), "reason-missing")
    assert one(under_the_standard()).terms == EVERYTHING


def test_nobody_reviews_a_result_that_they_have_not_opened() -> None:
    """What each reviewer opened, when, and what they decided then is on record; an opening is recorded once."""
    told, id_ = confirmed_story()
    approve = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    refused(told, "reviewer1", "reviewer", approve, "review-not-opened")
    look = opening(told, "result")
    told.act("reviewer1", "reviewer", opening(told, PHOTO))
    refused(told, "reviewer1", "reviewer", approve, "review-not-opened")
    stale = replace(look, version=look.version - 1)
    refused(told, "reviewer1", "reviewer", stale, "version-outdated")
    unknown = opening(told, "cd" * 32)
    refused(told, "reviewer1", "reviewer", unknown, "unknown-evidence")
    opened_at = told.now
    assert told.act("reviewer1", "reviewer", look) == (
        ReviewOpened(version=look.version, part="result"),
    )
    assert told.act("reviewer1", "reviewer", look) == ()
    told.now = "2024-06-03T01:10:00.000Z"
    told.act("reviewer1", "reviewer", approve)
    (review,) = one(told).reviews
    assert (review.by, review.approved, review.files) == ("reviewer1", True, (PHOTO,))
    assert (review.opened_at, review.decided_at) == (opened_at, told.now)


def test_what_was_opened_before_the_result_changed_does_not_count() -> None:
    """A result that was returned is looked at again."""
    told, id_ = confirmed_story()
    edu, market = by_department(one(told))
    told.act("reviewer1", "reviewer", opening(told, "result"))
    back = ReviewResult(inspection=id_, approve=False, remark="示例：写明", version=NOW)
    told.act("reviewer1", "reviewer", back)
    told.act(market, "officer", clean_result(id_))
    told.act(edu, "officer", ConfirmResult(inspection=id_, version=NOW))
    refused(told, "reviewer1", "reviewer", replace(back, approve=True), "review-not-opened")


def test_an_officer_of_the_visit_does_not_open_its_review() -> None:
    """Nor does anybody while nothing waits for one."""
    told, id_ = confirmed_story()
    edu, _ = by_department(one(told))
    both = ChangeStaffRoles(id=edu, roles=("officer", "reviewer"), reason="示例：兼任")
    told.act("admin", "administrator", both)
    look = opening(told, "result")
    refused(told, edu, "reviewer", look, "own-act")
    told.act(
        "reviewer1",
        "reviewer",
        look,
        ReviewResult(inspection=id_, approve=True, remark="", version=NOW),
    )
    refused(told, "reviewer1", "reviewer", look, "wrong-stage")


def published_story() -> tuple[Story, str]:
    """Give a story whose first result is published."""
    told = with_inspections()
    id_, officers = one(told).id, one(told).officers
    publish(told, id_, officers)
    return told, id_


def corrected(inspection: str) -> EnterResult:
    """Another result of the same visit."""
    clean = clean_result(inspection)
    item = replace(
        clean.items[0],
        category="disclosure-missing",
        finding="示例：未公示收费标准",
        disposal="other",
    )
    return replace(clean, category="disclosure-missing", items=(item, clean.items[1]))


def test_a_published_result_is_corrected_by_others_and_both_editions_stay() -> None:
    """Asked for with a reason; entered, confirmed, reviewed and published again; what changed is said."""
    told, id_ = published_story()
    first, second = one(told).officers
    ask = RequestAmendment(inspection=id_, reason="示例：漏填一项", withhold=False)
    refused(told, "clerk-edu", "clerk", replace(ask, reason=""), "reason-missing")
    refused(told, "clerk-labour", "clerk", ask, "other-department")
    refused(told, first, "officer", corrected(id_), "wrong-stage")
    told.act("clerk-edu", "clerk", ask)
    refused(told, "clerk-edu", "clerk", ask, "wrong-stage")
    told.act(first, "officer", corrected(id_))
    told.act(second, "officer", ConfirmResult(inspection=id_, version=NOW))
    assert one(told).editions[-1].result.category == "no-problem-found"
    back = ReviewResult(inspection=id_, approve=False, remark="示例", version=NOW)
    told.act("reviewer1", "reviewer", back)
    assert one(told).status == "amending"
    told.act(second, "officer", corrected(id_))
    told.act(first, "officer", ConfirmResult(inspection=id_, version=NOW))
    told.act("reviewer1", "reviewer", replace(back, approve=True))
    publication = PublishResult(inspection=id_)
    refused(told, "clerk-edu", "clerk", publication, "own-act")
    told.act("clerk-market", "clerk", publication)
    state = one(told)
    assert (state.status, state.amendment) == ("published", None)
    old, new = public_editions(state.editions, None)
    assert (old.newest, new.newest, new.number) == (False, True, 2)
    assert old.result.items[0].category == "no-problem-found"
    assert new.changes[0] == Change(
        item="", field="category", before="no-problem-found", after="disclosure-missing"
    )
    assert [one_.field for one_ in new.changes[1:]] == ["category", "finding", "disposal"]


def test_each_department_finds_anew_what_is_corrected() -> None:
    """What it confirmed before was of the result that turned out wrong."""
    told, id_ = confirmed_story()
    edu, _ = by_department(one(told))
    told.act("reviewer1", "reviewer", opening(told, "result"))
    review = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    told.act("reviewer1", "reviewer", review)
    told.act("clerk-edu", "clerk", PublishResult(inspection=id_))
    told.act("clerk-edu", "clerk", RequestAmendment(inspection=id_, reason="示例", withhold=False))
    refused(told, edu, "officer", clean_result(id_), "findings-missing")
    found_and_confirmed(told, id_)
    told.act(edu, "officer", clean_result(id_))


def test_who_asks_for_a_correction_has_no_hand_in_it() -> None:
    """Whatever other roles they hold."""
    told, id_ = published_story()
    first, second = one(told).officers
    for who, roles in ((first, ("officer", "clerk")), ("clerk-edu", ("clerk", "reviewer"))):
        told.act("admin", "administrator", ChangeStaffRoles(id=who, roles=roles, reason="示例"))  # type: ignore[arg-type]
    told.history, before = told.history.branch(), told.history
    ask = RequestAmendment(inspection=id_, reason="示例", withhold=False)
    told.act(first, "clerk", ask)
    refused(told, first, "officer", corrected(id_), "own-act")
    told.act(second, "officer", corrected(id_))
    refused(told, first, "officer", ConfirmResult(inspection=id_, version=NOW), "own-act")
    told.history = before
    told.act("clerk-edu", "clerk", ask)
    told.act(first, "officer", corrected(id_))
    told.act(second, "officer", ConfirmResult(inspection=id_, version=NOW))
    review = ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    refused(told, "clerk-edu", "reviewer", review, "own-act")
    decline = DeclineAmendment(inspection=id_, reason="示例", version=NOW)
    refused(told, "clerk-edu", "reviewer", decline, "own-act")


def test_a_declined_correction_leaves_the_published_result_as_it_was() -> None:
    """Whatever had been entered meanwhile; another may be asked for."""
    told, id_ = published_story()
    first, _ = one(told).officers
    before = one(told).result
    decline = DeclineAmendment(inspection=id_, reason="示例：原结果无误", version=NOW)
    refused(told, "reviewer1", "reviewer", decline, "nothing-to-confirm")
    ask = RequestAmendment(inspection=id_, reason="示例", withhold=True)
    told.act("clerk-edu", "clerk", ask)
    told.act(first, "officer", corrected(id_))
    told.act("reviewer1", "reviewer", decline)
    state = one(told)
    assert (state.status, state.result, state.amendment) == ("published", before, None)
    told.act("clerk-edu", "clerk", ask)


def test_findings_that_must_not_be_public_are_withheld_at_once_and_for_good() -> None:
    """Their categories stay, and no list of changes tells them."""
    told, id_ = published_story()
    first, second = one(told).officers
    said = corrected(id_)
    told.act("clerk-edu", "clerk", RequestAmendment(inspection=id_, reason="示例", withhold=False))
    told.act(first, "officer", said)
    told.act(second, "officer", ConfirmResult(inspection=id_, version=NOW))
    told.act(
        "reviewer1", "reviewer", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    )
    told.act("clerk-market", "clerk", PublishResult(inspection=id_))
    told.act("clerk-edu", "clerk", RequestAmendment(inspection=id_, reason="示例", withhold=True))
    state = one(told)
    shown = public_editions(state.editions, state.amendment)
    assert [each.withheld for each in shown] == [True, True]
    assert {item.finding for each in shown for item in each.result.items} == {""}
    assert shown[1].result.category == "disclosure-missing"
    assert all(change.field != "finding" for change in shown[1].changes)
