"""The implementing scheme of a task: written by its lead, approved by somebody else, published, and kept when it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import DomainError
from domain.facts import Actor
from domain.schemes import (
    Contact,
    DraftScheme,
    Duty,
    PublishScheme,
    ReviewScheme,
    Scheme,
    SchemeStep,
    TaskScheme,
)
from tests.story import with_plan, with_registries

NUMBER = "联2024026"
CLERK = ("clerk-edu", "clerk")
SCHEME = Scheme(
    goals=("示例：规范校外培训",),
    organisation=(
        Duty(department="edu", duty="牵头组织"),
        Duty(department="market", duty="检查登记与广告"),
        Duty(department="labour", duty="协助"),
    ),
    steps=(
        SchemeStep(name="准备", first="2024-05-20", last="2024-05-31", work="业务培训"),
        SchemeStep(name="实施", first="2024-06-01", last="2024-08-31", work="抽取并检查"),
    ),
    requirements=("两名以上执法人员",),
    contacts=(Contact(department="edu", post="安全股"),),
)


def drafted(**changes: Any) -> DraftScheme:  # noqa: ANN401 - any field
    """A draft with these parts changed."""
    scheme = replace(SCHEME, **changes)
    return DraftScheme(
        plan_number=NUMBER, title="示例方案", document_number="示例〔2024〕2号", scheme=scheme
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"goals": ()}, "field-missing"),
        ({"goals": (" ",)}, "field-missing"),
        ({"requirements": ()}, "field-missing"),
        ({"contacts": ()}, "field-missing"),
        ({"steps": ()}, "field-missing"),
        ({"steps": (replace(SCHEME.steps[0], last="2024-05-19"),)}, "date-invalid"),
        ({"steps": (replace(SCHEME.steps[0], first="2024-5-1"),)}, "date-invalid"),
        ({"organisation": SCHEME.organisation[:2]}, "plan-invalid"),
        ({"organisation": (*SCHEME.organisation, SCHEME.organisation[0])}, "plan-invalid"),
        ({"contacts": (Contact(department="other", post="示例岗"),)}, "other-department"),
    ],
)
def test_a_scheme_that_leaves_something_out_is_refused(changes: dict[str, Any], code: str) -> None:
    """Goals, duties of exactly the departments of the row, steps with days, requirements, and whom to ask."""
    with pytest.raises(DomainError, match=code):
        with_plan(entities=range(1, 2)).decide(*CLERK, drafted(**changes))


def test_a_scheme_is_approved_by_somebody_else_and_published() -> None:
    """For a row of a published plan, by the lead; nothing is skipped."""
    with pytest.raises(DomainError, match="not-in-plan"):
        with_registries(range(1, 2)).decide(*CLERK, drafted())
    story = with_plan(entities=range(1, 2))
    review = ReviewScheme(plan_number=NUMBER, version=1, approve=True, remark="")
    with pytest.raises(DomainError, match="unknown-scheme"):
        story.decide("reviewer1", "reviewer", review)
    with pytest.raises(DomainError, match="other-department"):
        story.decide("clerk-market", "clerk", drafted())
    story.act(*CLERK, drafted())
    publish = PublishScheme(plan_number=NUMBER)
    with pytest.raises(DomainError, match="wrong-stage"):
        story.decide(*CLERK, publish)
    with pytest.raises(DomainError, match="nothing-to-confirm"):
        story.decide("reviewer1", "reviewer", replace(review, version=2))
    with pytest.raises(DomainError, match="reason-missing"):
        story.decide("reviewer1", "reviewer", replace(review, approve=False))
    story.act("reviewer1", "reviewer", replace(review, approve=False, remark="请写明步骤"))
    story.act(*CLERK, drafted())
    story.act("reviewer1", "reviewer", replace(review, version=3))
    story.act(*CLERK, publish)


def test_who_drafted_a_scheme_does_not_approve_it() -> None:
    """Whatever roles they hold."""
    story = with_plan(entities=range(1, 2))
    (fact,) = story.decide(*CLERK, drafted())
    story.record(fact, Actor(id="reviewer1", role="clerk"))
    review = ReviewScheme(plan_number=NUMBER, version=1, approve=True, remark="")
    with pytest.raises(DomainError, match="own-act"):
        story.decide("reviewer1", "reviewer", review)


def test_the_published_scheme_holds_until_the_next_publication() -> None:
    """An amendment goes the whole way again."""
    story = with_plan(entities=range(1, 2))
    for version, draft in ((1, drafted()), (4, drafted(goals=("示例：另一目标",)))):
        story.act(*CLERK, draft)
        known = story.history.get(TaskScheme, NUMBER)
        assert known is not None
        assert (known.published is None) == (version == 1)
        assert known.newest.scheme == draft.scheme
        review = ReviewScheme(plan_number=NUMBER, version=version, approve=True, remark="")
        story.act("reviewer1", "reviewer", review)
        story.act(*CLERK, PublishScheme(plan_number=NUMBER))
    known = story.history.get(TaskScheme, NUMBER)
    assert known is not None
    assert known.published is not None
    assert (known.revision, known.published.scheme.goals) == (2, ("示例：另一目标",))
