"""Items after their claim: given back, mapped anew, revised and withdrawn as of a day, by two people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import DomainError
from domain.item_versions import (
    ItemDetails,
    MapItem,
    ReleaseItem,
    ReviewItemProposal,
    ReviseItem,
    WithdrawItem,
)
from domain.items import AddItem, ClaimItem, Item
from tests.story import Story, plan_row, publish_plan, with_registries

CLERK = ("clerk-edu", "clerk")
REVIEWER = ("reviewer1", "reviewer")
CODE = "I-EDU"


def item(story: Story, code: str = CODE) -> Item:
    """The item as it stands."""
    found = story.history.get(Item, code)
    assert found is not None
    return found


def revision(story: Story, name: str = "示例新名称", valid_from: str = "2024-02-01") -> ReviseItem:
    """A new version of the published item."""
    details: ItemDetails = replace(item(story).details, name=name)
    return ReviseItem(code=CODE, details=details, valid_from=valid_from, reason="示例：条例修订")


def review(story: Story, *, approve: bool = True) -> ReviewItemProposal:
    """The judgement of what waits."""
    remark = "" if approve else "示例：依据不足"
    version = story.history.version(f"item/{CODE}")
    return ReviewItemProposal(code=CODE, version=version, approve=approve, remark=remark)


def test_a_claim_that_was_given_back_can_be_claimed_by_another_department() -> None:
    """The item is free again, with its reason on record; a published one is withdrawn instead."""
    story = with_registries(range(1, 2))
    details = item(story).details
    story.act(*CLERK, AddItem(code="N1", details=details, source="示例清单"))
    claim = ClaimItem(code="N1", department="edu", mandate="第三条", supervision_code="JG1")
    story.act(*CLERK, claim)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-market", "clerk", ReleaseItem(code="N1", reason="示例"))
    story.act(*CLERK, ReleaseItem(code="N1", reason="示例：非本部门职责"))
    assert (item(story, "N1").status, item(story, "N1").department) == ("added", None)
    story.act("clerk-market", "clerk", replace(claim, department="market"))
    assert item(story, "N1").department == "market"
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, ReleaseItem(code=CODE, reason="示例"))
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide("clerk-market", "clerk", replace(revision(story), code="N1"))


def test_the_mapping_of_an_item_changes_on_record() -> None:
    """The same code again records nothing, and another department does not map it."""
    story = with_registries(range(1, 2))
    mapping = MapItem(code=CODE, supervision_code="JG2024-7", reason="示例：目录更新")
    story.act(*CLERK, mapping)
    assert item(story).supervision_code == "JG2024-7"
    assert story.act(*CLERK, mapping) == ()
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-market", "clerk", mapping)


def test_a_revision_holds_from_its_day_once_another_person_approved_it() -> None:
    """The list of a day before still says what it said; a second proposal waits for the first."""
    story = with_registries(range(1, 2))
    first = item(story).details
    story.act(*CLERK, revision(story))
    with pytest.raises(DomainError, match="change-pending"):
        story.decide(*CLERK, revision(story))
    assert item(story).details == first
    story.act(*REVIEWER, review(story))
    size = story.history.size
    january, february = (item(story).version_of(f"2024-0{n}-01", size) for n in (2, 3))
    assert item(story).version_of("2024-01-31", size) == item(story).versions[0]
    assert january == february == item(story).versions[1]
    assert item(story).versions[1].details.name == "示例新名称"


def test_what_was_made_before_a_revision_keeps_the_older_version() -> None:
    """Also where the newer one holds by the day for which it was made."""
    story = with_registries(range(1, 2))
    publish_plan(story, plan_row())
    made = story.history.size
    story.act(*CLERK, revision(story))
    story.act(*REVIEWER, review(story))
    then, now = (item(story).version_of("2024-06-01", leaf) for leaf in (made, made + 9))
    assert then is not None
    assert now is not None
    assert (then.number, now.number) == (1, 2)


def test_a_proposal_that_is_turned_down_changes_nothing_and_says_why() -> None:
    """And nobody approves their own."""
    story = with_registries(range(1, 2))
    before = item(story)
    story.act(*CLERK, revision(story))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide(*REVIEWER, replace(review(story, approve=False), remark=" "))
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide(*REVIEWER, replace(review(story), version=1))
    story.act(*REVIEWER, review(story, approve=False))
    assert item(story) == before


@pytest.mark.parametrize("day", ["2024-01-04", "2024-01-05", "2024-13-01"])
def test_the_past_of_the_list_is_not_rewritten(day: str) -> None:
    """Neither before today, nor on the day from which the newest version holds."""
    story = with_registries(range(1, 2))
    with pytest.raises(DomainError, match="date-invalid"):
        story.decide(*CLERK, revision(story, valid_from=day))
    with pytest.raises(DomainError, match="date-invalid"):
        story.decide(*CLERK, WithdrawItem(code=CODE, on=day, reason="示例"))


def test_a_review_that_comes_after_the_day_is_refused() -> None:
    """What would hold from a day that is past is proposed anew with another day."""
    story = with_registries(range(1, 2))
    story.act(*CLERK, revision(story))
    story.now = "2024-02-02T01:00:00.000Z"
    with pytest.raises(DomainError, match="date-invalid"):
        story.decide(*REVIEWER, review(story))


def test_a_withdrawn_item_is_on_the_list_until_its_day_and_in_no_plan_that_lasts_longer() -> None:
    """With day and reason; afterwards it is not revised any more."""
    story = with_registries(range(1, 2))
    story.act(*CLERK, WithdrawItem(code=CODE, on="2024-07-01", reason="示例：条例废止"))
    story.act(*REVIEWER, review(story))
    assert item(story).is_listed_on("2024-06-30")
    assert not item(story).is_listed_on("2024-07-01")
    with pytest.raises(DomainError, match="item-withdrawn"):
        story.decide(*CLERK, revision(story))
    with pytest.raises(DomainError, match="item-not-published"):
        publish_plan(story, plan_row(window_to="2024-07-01"))
    publish_plan(with_registries(range(1, 2)), plan_row(window_to="2024-06-30"))
