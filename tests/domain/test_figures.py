"""The figures that authorities ask for, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.amendments import RequestAmendment
from domain.draw_commands import ApproveVoid, RequestVoid
from domain.figures.definitions import DEFINITIONS
from domain.figures.facts import Beside, Entered, InPool, Listed
from domain.figures.units import Narrow, figure_of
from domain.figures.year import Year
from domain.follow_up_commands import OrderCorrection, VerifyCorrection
from domain.inspection_commands import (
    ConfirmResult,
    InspectionAssigned,
    PublishResult,
    ResultPublished,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.replacement_commands import ApproveReplacement, Declare
from domain.rules import china_date
from tests.story import (
    NOW,
    Story,
    clean_result,
    commit_draw,
    draw_both,
    plan_row,
    publish,
    reveal_draw,
    terms,
    visit,
    with_inspections,
    with_problem,
    with_task,
)

HELD = terms(disclosure="with-inspection")


def year_of(
    story: Story, size: int | None = None, *, public: bool = False, **beside: object
) -> Year:
    """The facts that the first leaves of a story tell."""
    year = Year(public=public)
    leaves = story.recorded[:size]
    for recorded in leaves:
        year.apply(recorded)
    today = china_date(max(one.recorded_at for one in leaves))
    year.beside = replace(Beside(today=today), **beside)  # type: ignore[arg-type]
    return year


def told(name: str, year: Year, **narrow: str) -> tuple[int, int]:
    """Numerator and denominator of a figure."""
    figure = figure_of(DEFINITIONS[name], year, Narrow(**narrow))
    assert figure is not None
    return figure.numerator, figure.denominator


def inspections(story: Story) -> tuple[Inspection, ...]:
    """All visits, by id."""
    return story.history.all(Inspection)


def test_a_published_result_completes_one_of_the_assigned_inspections() -> None:
    """And the task is not complete before all are."""
    story = with_inspections()
    first, *others = inspections(story)
    publish(story, first.id, first.officers)
    year = year_of(story)
    assert told("inspection-completion", year) == (1, 1 + len(others))
    assert told("plan-completion", year) == (0, 1)
    assert told("task-completion", year) == (0, 1)
    assert told("joint-share", year) == (1, 1)
    assert told("department-participation", year) == (3, 3)


def test_each_unit_names_the_events_behind_it() -> None:
    """The leaf of the assignment, and the leaf of the publication."""
    story = with_inspections()
    first = inspections(story)[0]
    publish(story, first.id, first.officers)
    figure = figure_of(DEFINITIONS["inspection-completion"], year_of(story))
    assert figure is not None
    unit = next(one for one in figure.units if one.id == first.id)
    assert isinstance(story.recorded[unit.leaf].event, InspectionAssigned)
    assert unit.met is not None
    assert isinstance(story.recorded[unit.met].event, ResultPublished)


def test_the_same_leaves_give_the_same_figures_whatever_came_later() -> None:
    """A figure replays."""
    story = with_inspections()
    size = len(story.recorded)
    before = {name: told(name, year_of(story)) for name in DEFINITIONS}
    first = inspections(story)[0]
    publish(story, first.id, first.officers)
    assert {name: told(name, year_of(story, size)) for name in DEFINITIONS} == before
    assert {name: told(name, year_of(story)) for name in DEFINITIONS} != before


@pytest.mark.parametrize(
    ("published", "today", "figure"),
    [
        ("2024-07-01T01:00:00.000Z", "2024-07-01", (1, 1)),  # the 20th working day
        ("2024-07-02T01:00:00.000Z", "2024-07-02", (0, 1)),
        (None, "2024-07-01", (0, 0)),  # not yet due
        (None, "2024-07-02", (0, 1)),  # overdue, and not published
    ],
)
def test_what_is_overdue_and_not_published_stays_in_the_denominator(
    published: str | None, today: str, figure: tuple[int, int]
) -> None:
    """The visit was on 3 June 2024; without a table of holidays, weekends are left out."""
    story = with_inspections()
    first = inspections(story)[0]
    if published is None:
        visit(story, first.id, first.officers)
    else:
        publish(story, first.id, first.officers)
        story.recorded[-1] = replace(story.recorded[-1], recorded_at=published)
    year = year_of(story, today=today)
    assert told("published-on-time", year) == figure


def test_the_public_counts_an_unpublished_result_from_the_end_of_the_window() -> None:
    """When the visit was is not public before its result is."""
    story = with_inspections()
    first = inspections(story)[0]
    visit(story, first.id, first.officers)
    count = len(inspections(story))
    assert told("published-on-time", year_of(story, public=True, today="2024-07-02")) == (0, 0)
    late = year_of(story, public=True, today="2024-12-31")
    assert told("published-on-time", late) == (0, count)


def test_findings_leave_out_what_could_not_be_reached() -> None:
    """One problem among one clean and one unreachable."""
    story, id_, _ = with_problem()
    order = OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-06-20")
    story.act("clerk-edu", "clerk", order, PublishResult(inspection=id_))
    second, third = (one for one in inspections(story)[1:3])
    publish(story, second.id, second.officers)
    _nobody_there(story, third)
    year = year_of(story)
    assert told("finding-rate", year) == (1, 2)
    assert told("unreachable-rate", year) == (1, 3)
    assert told("closed-rate", year) == (0, 3)
    assert told("off-site-rate", year) == (0, 4)


def _nobody_there(story: Story, one: Inspection) -> None:
    visit(story, one.id, one.officers)
    items = tuple(
        replace(item, checked=False, category=None, finding="示例：人去楼空", disposal="other")
        for item in clean_result(one.id).items
    )
    story.act(
        one.officers[0],
        "officer",
        replace(clean_result(one.id), category="unreachable", items=items),
    )
    story.act(one.officers[1], "officer", ConfirmResult(inspection=one.id, version=NOW))
    review = ReviewResult(inspection=one.id, approve=True, remark="", version=NOW)
    story.act("reviewer1", "reviewer", review)
    story.act("clerk-edu", "clerk", PublishResult(inspection=one.id))


def test_a_follow_up_counts_once_it_is_due_or_done() -> None:
    """The order of 20 June: not yet due, overdue, put right; of the public, once its result is published."""
    story, id_, _ = with_problem()
    order = OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-06-20")
    story.act("clerk-edu", "clerk", order)
    assert told("follow-up-done", year_of(story)) == (0, 0)
    assert told("follow-up-done", year_of(story, today="2024-06-21")) == (0, 1)
    assert told("follow-up-done", year_of(story, public=True, today="2024-06-21")) == (0, 0)
    story.act("clerk-edu", "clerk", PublishResult(inspection=id_))
    verify = VerifyCorrection(
        inspection=id_, number=1, corrected=True, evidence="示例照片", files=(), version=NOW
    )
    story.act("reviewer1", "reviewer", verify)
    assert told("follow-up-done", year_of(story, public=True)) == (1, 1)


def test_a_second_draw_is_a_redraw() -> None:
    """Of two draws of entities and one of officers."""
    story = with_task()
    voided = commit_draw(story, "entities")
    reveal_draw(story, voided)
    story.act("operator", "draw_operator", RequestVoid(draw_id=voided, reason="示例"))
    story.act("approver1", "approver", ApproveVoid(draw_id=voided, version=NOW))
    reveal_draw(story, commit_draw(story, "entities", 2))
    reveal_draw(story, commit_draw(story, "officers"))
    assert told("redraw-rate", year_of(story)) == (1, 3)


def test_an_officer_who_left_is_a_replacement() -> None:
    """One of the seats of all visits."""
    story = with_inspections()
    first = inspections(story)[0]
    who = first.officers[0]
    story.act(who, "officer", Declare(inspection=first.id, conflict=True, reason="示例"))
    approve = ApproveReplacement(inspection=first.id, officer=who, version=NOW)
    story.act("approver1", "approver", approve)
    seats = sum(len(one.assigned.team) for one in inspections(story))
    assert told("replacement-rate", year_of(story)) == (1, seats)


def test_a_corrected_result_is_a_correction() -> None:
    """Once the correction is published, not when it is asked for."""
    story = with_inspections()
    first = inspections(story)[0]
    publish(story, first.id, first.officers)
    ask = RequestAmendment(inspection=first.id, reason="示例", withhold=False)
    story.act("clerk-market", "clerk", ask)
    assert told("correction-rate", year_of(story)) == (0, 1)
    story.act(first.officers[0], "officer", clean_result(first.id))
    story.act(first.officers[1], "officer", ConfirmResult(inspection=first.id, version=NOW))
    review = ReviewResult(inspection=first.id, approve=True, remark="", version=NOW)
    story.act("reviewer1", "reviewer", review)
    story.act("clerk-edu", "clerk", PublishResult(inspection=first.id))
    assert told("correction-rate", year_of(story)) == (1, 1)


def test_coverage_is_of_what_stands_in_the_registries() -> None:
    """Two items were checked of three, one entity of two."""
    story = with_inspections()
    first = inspections(story)[0]
    publish(story, first.id, first.officers)
    items = tuple(
        Listed(code=code, department="edu", leaf=1) for code in ("I-EDU", "I-MARKET", "I-NONE")
    )
    entities = tuple(
        Entered(id=id_, kind="示例", credit_class="A", leaf=1, outside=())
        for id_ in (first.entity, "school:1399999999")
    )
    year = year_of(story, items=items, entities=entities)
    assert told("item-coverage", year) == (2, 3)
    assert told("item-coverage", year, department="market") == (0, 0)
    assert told("entity-coverage", year) == (1, 2)


def test_visits_outside_the_ledger_count_towards_the_cap() -> None:
    """The cap of the plan row is one visit a year."""
    story = with_inspections(plan_row(visit_cap=1))
    first, *others = inspections(story)
    outside = Entered(
        id=first.entity, kind="示例", credit_class=None, leaf=1, outside=("2024-02-01",)
    )
    assert told("within-visit-cap", year_of(story, entities=(outside,))) == (
        len(others),
        1 + len(others),
    )


def test_each_credit_class_has_its_own_ratio() -> None:
    """Counted over the pool of the draw that stands."""
    story = with_inspections()
    drawn = (("A", False), ("A", False), ("D", True), ("D", False), (None, True))
    pool = tuple(
        InPool(
            draw="联2024026.entities.1",
            entity=f"school:{n}",
            kind="示例",
            credit_class=letter,
            drawn=taken,
        )
        for n, (letter, taken) in enumerate(drawn)
    )
    year = year_of(story, pool=pool)
    names = ("drawn-a", "drawn-b", "drawn-d", "drawn-unclassed")
    assert [told(name, year) for name in names] == [(0, 2), (0, 0), (1, 2), (1, 1)]


def test_a_list_that_is_kept_back_counts_nowhere() -> None:
    """Not for staff either; once an officer arrived, that visit counts for staff, and not for the public."""
    story = draw_both(with_task(plan_row(entities_draw=HELD, officers_draw=HELD)))
    for public in (False, True):
        assert told("inspection-completion", year_of(story, public=public)) == (0, 0)
        assert told("replacement-rate", year_of(story, public=public)) == (0, 0)
    first = inspections(story)[0]
    visit(story, first.id, first.officers)
    assert told("inspection-completion", year_of(story)) == (0, 1)
    assert told("inspection-completion", year_of(story, public=True)) == (0, 0)


def test_figures_are_narrowed_by_department_period_kind_and_class() -> None:
    """And a figure that knows nothing of what is asked gives none rather than a wrong one."""
    story = with_inspections()
    first, *others = inspections(story)
    publish(story, first.id, first.officers)
    year = year_of(story, then={first.id: ("示例校外培训机构", "C")})
    count = 1 + len(others)
    name = "inspection-completion"
    assert told(name, year, department="edu") == (1, count)
    assert told(name, year, department="labour") == (0, 0)
    assert told(name, year, first="2024-06-03", last="2024-06-03") == (1, count)
    assert told(name, year, first="2024-06-04") == (0, 0)
    assert told(name, year, kind="示例校外培训机构") == (1, 1)
    assert told(name, year, credit_class="C") == (1, 1)
    assert figure_of(DEFINITIONS["item-coverage"], year, Narrow(kind="示例")) is None


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_figure_says_in_both_languages_what_it_counts(name: str) -> None:
    """Numerator over denominator, as people read it."""
    chinese, english = DEFINITIONS[name].text.split(" / ")
    assert "÷" in chinese
    assert " of " in english
