"""Pools cannot be trimmed in silence: whoever fits the published scope is in one of two lists, in its stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.draw_commands import DrawCommitted
from domain.draw_state import Draw, pool_now, task_of
from domain.errors import DomainError
from domain.plan import AmendPlan, CollatePlan, PublishPlan
from domain.plan_rows import Scope, StratumRatio
from domain.registry_commands import ChangeEntity, ExemptEntity
from domain.registry_state import Entity
from domain.task import OpenTask
from tests.story import (
    Story,
    add_entity,
    commit_draw,
    confirm_last,
    details_of,
    entity_id,
    plan_row,
    review_plan,
    scope,
    with_plan,
    with_registries,
    with_task,
)

if TYPE_CHECKING:
    from domain.lottery.pool import Pool

TASK = "联2024026"


def pool_of(story: Story) -> Pool:
    """The pool as it would be committed now."""
    return pool_now(task_of(TASK, story.history), story.history)


def change(story: Story, number: int, **changes: Any) -> None:  # noqa: ANN401 - any field
    """Two people change an entity's details."""
    id_ = entity_id(number)
    command = ChangeEntity(
        id=id_, details=details_of(number, **changes), reason="示例变更", personal={}
    )
    story.act("registrar1", "registrar", command)
    confirm_last(story, "entity", id_)


def exempt(story: Story, number: int, decision: str, valid_from: str, valid_to: str) -> None:
    """Two people exempt an entity by a decision."""
    command = ExemptEntity(
        id=entity_id(number), decision=decision, valid_from=valid_from, valid_to=valid_to
    )
    story.act("registrar1", "registrar", command)
    confirm_last(story, "entity", entity_id(number))


@pytest.mark.parametrize(
    ("own", "changes", "fits"),
    [
        (scope(), {}, True),
        (scope(kinds=("小学",)), {}, False),
        (scope(kinds=()), {"kind": "任何"}, True),
        (scope(tags=("住宿",)), {"tags": ("住宿", "民办")}, True),
        (scope(tags=("住宿", "民办")), {"tags": ("住宿",)}, False),
        (scope(areas=("城关镇", "示例镇")), {}, True),
        (scope(areas=("城关镇",)), {}, False),
        (scope(credit_classes=("C", "D")), {"credit_class": "D"}, True),
        (scope(credit_classes=("C", "D")), {"credit_class": "A"}, False),
        (scope(credit_classes=("C", "D")), {"credit_class": None}, False),
    ],
)
def test_a_scope_is_type_tags_area_and_credit_class(
    own: Scope, changes: dict[str, object], *, fits: bool
) -> None:
    """An empty list of one of them asks for nothing."""
    assert own.fits(details_of(1, **changes)) is fits


def test_an_entity_that_is_reclassified_after_publication_stays_in_sight() -> None:
    """Two people can change what it is, but not that it was on the list that was published."""
    story = with_task()
    change(story, 1, kind="小学")
    change(story, 2, kind="小学")
    change(story, 2, kind="校外培训机构", name="改名")
    change(story, 3, kind="小学")
    change(story, 3, kind="中学", credit_class="A")
    pool = pool_of(story)
    assert {one.id: (one.reason, one.stratum) for one in pool.excluded} == {
        entity_id(1): ("reclassified", "B"),
        entity_id(3): ("reclassified", "D"),
    }
    assert entity_id(2) in {one.id for one in pool.members}


def test_an_amendment_does_not_hide_who_left_between_two_publications() -> None:
    """What counts is the day on which the row was first public, not the newest one."""
    story = with_plan()
    change(story, 5, kind="小学")
    amend = AmendPlan(year=2024, rows=(plan_row(),), reason="示例")
    story.act("clerk-edu", "clerk", amend)
    story.act("reviewer1", "reviewer", review_plan(story))
    story.act("clerk-market", "clerk", CollatePlan(year=2024))
    story.act("clerk-edu", "clerk", PublishPlan(year=2024))
    story.act("clerk-edu", "clerk", OpenTask(plan_number=TASK, plan_year=2024, scheme="示例"))
    assert {one.id: one.reason for one in pool_of(story).excluded} == {entity_id(5): "reclassified"}


def test_what_an_entity_was_before_the_publication_does_not_matter() -> None:
    """The plan was published over the registry as it then stood."""
    story = with_registries()
    change(story, 5, kind="小学")
    entity = story.history.get(Entity, entity_id(5))
    assert entity is not None
    (leaf, _), *_ = entity.earlier
    assert len(entity.since(leaf - 1)) == 1
    assert entity.since(leaf) == ()


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "reason"),
    [
        ("2024-01-01", "2024-12-31", "exempted-by-decision:清教免〔2024〕3号"),
        ("2024-08-31", "2024-12-31", "exempted-by-decision:清教免〔2024〕3号"),
        ("2024-01-01", "2024-06-01", "exempted-by-decision:清教免〔2024〕3号"),
        ("2024-09-01", "2024-12-31", None),
        ("2024-01-01", "2024-05-31", None),
    ],
)
def test_an_exemption_excludes_with_the_number_of_its_decision(
    valid_from: str, valid_to: str, reason: str | None
) -> None:
    """For tasks whose window it meets, both ends included."""
    story = with_task()
    exempt(story, 4, "清教免〔2024〕3号", valid_from, valid_to)
    found = {one.id: one.reason for one in pool_of(story).excluded}
    assert found.get(entity_id(4)) == reason


def test_one_person_alone_exempts_nobody_and_an_exemption_can_be_cut_short() -> None:
    """The same number with other days replaces the earlier ones, in the open."""
    story = with_task()
    command = ExemptEntity(
        id=entity_id(4), decision="免1号", valid_from="2024-01-01", valid_to="2024-12-31"
    )
    story.act("registrar1", "registrar", command)
    assert pool_of(story).excluded == ()
    confirm_last(story, "entity", entity_id(4))
    assert len(pool_of(story).excluded) == 1
    exempt(story, 4, "免1号", "2024-01-01", "2024-03-31")
    assert pool_of(story).excluded == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decision": " "}, "field-missing"),
        ({"valid_to": "2023-12-31"}, "date-invalid"),
        ({"valid_from": "今年"}, "date-invalid"),
        ({"id": entity_id(999)}, "unknown-entry"),
    ],
)
def test_an_exemption_without_decision_or_days_is_refused(
    changes: dict[str, str], code: str
) -> None:
    """Who is left out, by which decision and for how long is not left open."""
    fields = {
        "id": entity_id(4),
        "decision": "免1号",
        "valid_from": "2024-01-01",
        "valid_to": "2024-12-31",
    }
    story = with_task()
    with pytest.raises(DomainError, match=code):
        story.decide("registrar1", "registrar", ExemptEntity(**{**fields, **changes}))
    story.act("registrar1", "registrar", ExemptEntity(**fields))
    with pytest.raises(DomainError, match="change-pending"):
        story.decide("registrar1", "registrar", ExemptEntity(**fields))


def test_strata_are_category_by_credit_class_with_the_most_exact_ratio() -> None:
    """Class of a kind before class, class before kind, kind before the row's own."""
    row = plan_row(
        stratify=("kind", "credit_class"),
        scope=scope(kinds=("小学", "幼儿园")),
        ratio=(1, 20),
        ratios=(
            StratumRatio(kind="小学", credit_class="D", ratio=(1, 1)),
            StratumRatio(kind=None, credit_class="D", ratio=(1, 2)),
            StratumRatio(kind="幼儿园", credit_class=None, ratio=(1, 10)),
        ),
    )
    strata = row.strata()
    assert len(strata) == 10
    assert strata["小学·D"] == (1, 1)
    assert strata["幼儿园·D"] == (1, 2)
    assert strata["幼儿园·A"] == (1, 10)
    assert strata["幼儿园·未分级"] == (1, 10)
    assert strata["小学·A"] == strata["小学·未分级"] == (1, 20)


def test_a_draw_is_committed_over_the_strata_of_the_plan() -> None:
    """Each kind and class has its own line in the rule, also one without members."""
    row = plan_row(
        stratify=("kind", "credit_class"),
        scope=scope(kinds=("校外培训机构", "小学")),
        ratios=(StratumRatio(kind="小学", credit_class=None, ratio=(1, 2)),),
    )
    story = with_task(row, range(1, 9))
    add_entity(story, 50, kind="小学", credit_class=None)
    commit_draw(story, "entities")
    draw = story.history.get(Draw, f"{TASK}.entities.1")
    assert draw is not None
    assert isinstance(draw.committed, DrawCommitted)
    ratios = {one["stratum"]: one["ratio"] for one in draw.committed.commitment["rule"]["strata"]}
    assert len(ratios) == 10
    assert ratios["小学·未分级"] == [1, 2]
    assert draw.pool is not None
    assert draw.pool.sizes()["小学·未分级"] == 1
