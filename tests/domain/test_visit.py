"""On the spot: notice, offline times, positions, files, checklists, closed doors, and what the inspected party answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.checklists import DraftChecklist, Point, ReviewChecklist
from domain.errors import DomainError
from domain.facts import Fact
from domain.follow_up_commands import OrderCorrection
from domain.inspection_commands import CheckIn, CheckOut, ConfirmResult, EnterResult, Notify
from domain.inspection_state import Inspection
from domain.organisation import ChangeStaffRoles
from domain.visit_commands import (
    Acknowledge,
    Acknowledged,
    AnswerChecklist,
    AttachEvidence,
    Attempt,
    PointAnswer,
    RecordOutcome,
    RecordPosition,
    UploadVisit,
    WriteNotice,
)
from domain.visit_standard import EVERYTHING, AdoptStandard
from tests.story import (
    NOW,
    Story,
    clean_result,
    declare,
    draw_both,
    plan_row,
    visit,
    with_inspections,
    with_problem,
    with_task,
)

if TYPE_CHECKING:
    from domain.facts import Command

PHOTO = "ab" * 32


def one(story: Story) -> Inspection:
    """The first inspection, as it stands."""
    return story.history.all(Inspection)[0]


def under_the_standard() -> Story:
    """Give a story whose visits are assigned under a standard that asks for everything."""
    told = with_task()
    told.act("admin", "administrator", AdoptStandard(terms=EVERYTHING, reason="示例：规范"))
    return draw_both(told)


def attach(inspection: str, **changes: Any) -> AttachEvidence:  # noqa: ANN401 - any field
    """A photo of the whole visit."""
    fields: dict[str, Any] = {
        "sha256": PHOTO,
        "size": 1000,
        "media_type": "image/jpeg",
        "item": "",
        "taken_at": "",
        "caption": "示例：大门",
    }
    return AttachEvidence(inspection=inspection, **{**fields, **changes})


def refused(told: Story, who: str, role: str, command: Command, code: str) -> None:
    """Expect a refusal of this code."""
    with pytest.raises(DomainError) as refusal:
        told.decide(who, role, command)
    assert refusal.value.code == code


def letter(inspection: str, **changes: str) -> WriteNotice:
    """A notice letter."""
    fields = {
        "notice_number": "示例通知〔2024〕1号",
        "dated": "2024-06-03",
        "visit_on": "2024-06-05",
        "says": "请准备消防设施台账",
    }
    return WriteNotice(inspection=inspection, **{**fields, **changes})


def test_a_notice_is_served_under_the_number_of_its_letter() -> None:
    """The letter may be written anew until it is served, and its day of visit lies within the window."""
    told = with_inspections()
    id_ = one(told).id
    for changes, code in (
        ({"says": " "}, "field-missing"),
        ({"visit_on": "2024-06-02"}, "date-invalid"),
        ({"visit_on": "2024-09-01"}, "outside-window"),
    ):
        refused(told, "clerk-edu", "clerk", letter(id_, **changes), code)
    told.act("clerk-edu", "clerk", letter(id_, notice_number="草稿"), letter(id_))
    refused(
        told, "clerk-edu", "clerk", Notify(inspection=id_, notice_number="草稿"), "notice-differs"
    )
    served = Notify(inspection=id_, notice_number="示例通知〔2024〕1号")
    told.act("clerk-edu", "clerk", served)
    refused(told, "clerk-edu", "clerk", letter(id_), "wrong-stage")
    assert one(told).visit.notice is not None


def test_a_visit_without_network_is_uploaded_with_the_times_of_the_device() -> None:
    """Both times stand beside each other, and those who were there in the same hours were there together."""
    told = with_inspections()
    id_, (first, second) = one(told).id, one(told).officers
    declare(told, id_, (first, second))
    told.now = "2024-06-06T09:00:00.000Z"
    early = UploadVisit(
        inspection=id_, arrived_at="2024-06-05T01:00:00.000Z", left_at="2024-06-05T03:00:00.000Z"
    )
    late = replace(early, arrived_at="2024-06-05T02:59:59.999Z", left_at="2024-06-05T04:00:00.000Z")
    told.act(first, "officer", early)
    apart = replace(late, arrived_at="2024-06-05T03:00:00.000Z")
    told.history, before = told.history.branch(), told.history
    told.act(second, "officer", apart)
    assert one(told).together == frozenset()
    told.history = before
    told.act(second, "officer", late)
    state = one(told)
    assert state.together == {first, second}
    assert state.first_visit_on == "2024-06-05"
    spell = state.visit.spells[0]
    assert (spell.arrived_at, spell.recorded_at) == (early.arrived_at, told.now)
    told.act(first, "officer", clean_result(id_))


@pytest.mark.parametrize(
    ("arrived_at", "left_at", "code"),
    [
        ("2024-06-05T01:00:00.000Z", "2024-06-05T01:00:00.000Z", "device-time-implausible"),
        ("2024-06-06T08:00:00.000Z", "2024-06-06T09:02:00.001Z", "device-time-implausible"),
        ("2024-06-03T00:59:59.999Z", "2024-06-03T09:30:00.000Z", "device-time-implausible"),
        ("2024-06-03T06:00:00.000Z", "2024-06-03T08:59:59.999Z", "device-time-implausible"),
        ("2024-06-05T15:00:00.000Z", "2024-06-05T17:00:00.000Z", "device-time-implausible"),
        ("2024-06-05 01:00:00", "2024-06-05T03:00:00.000Z", "time-invalid"),
        ("2024-06-05T01:00:00.000Z", "9999-12-31T23:59:59.999Z", "device-time-implausible"),
    ],
)
def test_implausible_times_of_a_device_are_refused(
    arrived_at: str, left_at: str, code: str
) -> None:
    """None after now, before the assignment, from days ago, or over midnight."""
    told = with_inspections()
    id_, officer = one(told).id, one(told).officers[0]
    declare(told, id_, (officer,))
    told.now = "2024-06-06T09:00:00.000Z"
    upload = UploadVisit(inspection=id_, arrived_at=arrived_at, left_at=left_at)
    refused(told, officer, "officer", upload, code)


def test_an_upload_after_the_window_counts_by_the_day_of_the_device() -> None:
    """Whoever was there on the last day, without network, may send it in on the next; nobody before the first."""
    told = with_inspections(plan_row(window_from="2024-06-04", window_to="2024-06-05"))
    id_, officer = one(told).id, one(told).officers[0]
    declare(told, id_, (officer,))
    told.now = "2024-06-06T09:00:00.000Z"
    refused(told, officer, "officer", CheckIn(inspection=id_), "outside-window")
    upload = UploadVisit(
        inspection=id_, arrived_at="2024-06-03T09:00:00.000Z", left_at="2024-06-03T10:00:00.000Z"
    )
    refused(told, officer, "officer", upload, "outside-window")
    inside = replace(
        upload, arrived_at="2024-06-05T09:00:00.000Z", left_at="2024-06-05T10:00:00.000Z"
    )
    assert told.decide(officer, "officer", inside)


def test_a_position_belongs_to_an_arrival_or_a_departure() -> None:
    """In micro-degrees with its accuracy, each once, and only of who was there."""
    told = with_inspections()
    id_, (first, second) = one(told).id, one(told).officers
    there = RecordPosition(
        inspection=id_, moment="check-in", latitude=37_066_000, longitude=115_660_000, accuracy=12
    )
    refused(told, first, "officer", there, "wrong-stage")
    declare(told, id_, (first,))
    told.act(first, "officer", CheckIn(inspection=id_), there)
    refused(told, first, "officer", there, "wrong-stage")
    refused(told, first, "officer", replace(there, moment="check-out"), "wrong-stage")
    told.act(first, "officer", CheckOut(inspection=id_))
    away = replace(there, moment="check-out")
    refused(told, first, "officer", replace(away, latitude=90_000_001), "position-invalid")
    refused(told, first, "officer", replace(away, accuracy=-1), "position-invalid")
    told.act(first, "officer", away)
    refused(told, second, "officer", there, "wrong-stage")
    spell = one(told).visit.newest(first)
    assert spell is not None
    assert spell.arrived == spell.left
    assert spell.left is not None
    assert spell.left.longitude == 115_660_000


def test_evidence_is_attached_by_who_was_there_and_what_it_shows_is_sealed() -> None:
    """Once per file; of an item of the visit; the caption is never in the event."""
    told = with_inspections()
    id_, (first, second) = one(told).id, one(told).officers
    refused(told, first, "officer", attach(id_), "too-few-officers")
    declare(told, id_, (first, second))
    told.act(first, "officer", CheckIn(inspection=id_))
    refused(told, second, "officer", attach(id_), "too-few-officers")
    for changes, code in (
        ({"sha256": "AB" * 32}, "evidence-invalid"),
        ({"size": 0}, "evidence-invalid"),
        ({"item": "I-OTHER"}, "items-incomplete"),
        ({"taken_at": "2024-06-03T02:00:00.000Z"}, "device-time-implausible"),
        ({"taken_at": "2024-06-02T01:00:00.000Z"}, "device-time-implausible"),
    ):
        refused(told, first, "officer", attach(id_, **changes), code)
    (fact,) = told.decide(first, "officer", attach(id_, item="I-EDU"))
    assert isinstance(fact, Fact)
    assert fact.personal == {"caption": "示例：大门"}
    assert fact.subject == f"entity/{one(told).entity}"
    told.act(first, "officer", attach(id_))
    refused(told, first, "officer", attach(id_), "evidence-attached")
    assert one(told).visit.files == {PHOTO}


def test_evidence_of_a_follow_up_is_attached_by_somebody_who_was_not_there() -> None:
    """As long as one is open, and by the departments that inspect."""
    told, id_, (officer, _) = with_problem()
    refused(told, "reviewer1", "reviewer", attach(id_), "wrong-stage")
    order = OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-07-01")
    told.act("clerk-edu", "clerk", order)
    refused(told, officer, "officer", attach(id_), "own-act")
    refused(told, "clerk-labour", "clerk", attach(id_), "other-department")
    told.act("reviewer1", "reviewer", attach(id_))
    assert one(told).visit.files == {PHOTO}


def with_checklist(told: Story) -> int:
    """Give the item of the education bureau a checklist of two points; answer its version."""
    points = tuple(Point(id=f"p{n}", text=f"示例要点{n}", basis="") for n in (1, 2))
    told.act("clerk-edu", "clerk", DraftChecklist(item="I-EDU", points=points))
    version = told.history.version("checklist/I-EDU")
    review = ReviewChecklist(item="I-EDU", version=version, approve=True, remark="")
    told.act("reviewer1", "reviewer", review)
    return version


def test_a_checklist_is_drafted_by_the_department_of_its_item_and_approved_by_another_person() -> (
    None
):
    """It holds once approved; a draft that was returned leaves what held as it was."""
    told = with_inspections()
    draft = DraftChecklist(item="I-EDU", points=(Point(id="p1", text="示例", basis=""),))
    refused(told, "clerk-market", "clerk", draft, "other-department")
    refused(told, "clerk-edu", "clerk", replace(draft, item="I-NONE"), "unknown-item")
    refused(told, "clerk-edu", "clerk", replace(draft, points=()), "checklist-invalid")
    refused(told, "clerk-edu", "clerk", replace(draft, points=draft.points * 2), "duplicate-id")
    version = with_checklist(told)
    again = ReviewChecklist(item="I-EDU", version=version, approve=True, remark="")
    refused(told, "reviewer1", "reviewer", again, "nothing-to-confirm")
    told.act("clerk-edu", "clerk", draft)
    returned = replace(again, version=told.history.version("checklist/I-EDU"), approve=False)
    refused(told, "reviewer1", "reviewer", returned, "reason-missing")
    refused(told, "reviewer1", "reviewer", replace(returned, version=version), "nothing-to-confirm")
    both = ChangeStaffRoles(id="clerk-edu", roles=("clerk", "reviewer"), reason="示例：兼任")
    told.act("admin", "administrator", both)
    approved = replace(returned, approve=True)
    refused(told, "clerk-edu", "reviewer", approved, "own-act")
    told.act("reviewer1", "reviewer", replace(returned, remark="示例：太少"))


def answers(inspection: str, version: int, *said: str) -> AnswerChecklist:
    """Answer the points in order."""
    given: Any = said
    points = tuple(
        PointAnswer(point=f"p{n}", answer=each, method="on-site", finding="示例：灭火器过期")
        for n, each in enumerate(given, start=1)
    )
    return AnswerChecklist(inspection=inspection, item="I-EDU", version=version, answers=points)


def test_every_point_is_answered_before_an_item_counts_as_checked() -> None:
    """By an officer of the item's department; and where a point says no, no category says that nothing was found."""
    told = under_the_standard()
    version = with_checklist(told)
    id_ = one(told).id
    visit(told, id_, one(told).officers)
    edu = next(who for who in one(told).officers if who[0] == "E")
    market = next(who for who in one(told).officers if who[0] == "M")
    refused(told, edu, "officer", clean_result(id_), "checklist-incomplete")
    refused(told, market, "officer", answers(id_, version, "yes", "yes"), "other-department")
    refused(told, edu, "officer", answers(id_, version, "yes"), "checklist-incomplete")
    refused(told, edu, "officer", answers(id_, version + 1, "yes", "yes"), "checklist-outdated")
    silent = answers(id_, version, "yes", "no")
    blank = replace(silent, answers=tuple(replace(each, finding="") for each in silent.answers))
    refused(told, edu, "officer", blank, "field-missing")
    told.act(edu, "officer", answers(id_, version, "yes", "no"))
    refused(told, edu, "officer", clean_result(id_), "category-contradicts-items")
    told.act(edu, "officer", answers(id_, version, "yes", "not-applicable"))
    refused(told, edu, "officer", clean_result(id_), "findings-missing")


def unvisited(inspection: str, category: Any) -> EnterResult:  # noqa: ANN401 - any category
    """A result that looked at nothing."""
    items = tuple(
        replace(each, checked=False, category=None, finding="示例：大门紧闭")
        for each in clean_result(inspection).items
    )
    return EnterResult(inspection=inspection, category=category, items=items)


def test_a_closed_door_is_a_result_once_it_is_on_record_what_was_tried() -> None:
    """Two officers, two times, and a photo; and it leads to its own categories only."""
    told = under_the_standard()
    id_, (first, second) = one(told).id, one(told).officers
    tried = (
        Attempt(at="2024-06-03T01:00:00.000Z", how="on-site"),
        Attempt(at="2024-06-03T06:00:00.000Z", how="telephone"),
    )
    closed = RecordOutcome(
        inspection=id_,
        outcome="closed-door",
        attempts=tried,
        evidence=(PHOTO,),
        account="示例：两次到访均无人应门",
    )
    declare(told, id_, (first, second))
    told.act(first, "officer", CheckIn(inspection=id_), attach(id_))
    told.now = "2024-06-03T07:00:00.000Z"
    refused(told, first, "officer", closed, "too-few-officers")
    told.act(second, "officer", CheckIn(inspection=id_))
    for changes, code in (
        ({"attempts": tried[:1]}, "attempts-too-few"),
        ({"attempts": (tried[0], tried[0])}, "attempts-too-few"),
        (
            {"attempts": (tried[0], replace(tried[1], at="2024-06-04T01:00:00.000Z"))},
            "device-time-implausible",
        ),
        ({"evidence": ()}, "evidence-required"),
        ({"evidence": ("cd" * 32,)}, "evidence-required"),
        ({"account": ""}, "field-missing"),
    ):
        refused(told, first, "officer", replace(closed, **changes), code)
    for officer in (first, second):
        told.act(officer, "officer", CheckOut(inspection=id_))
    refused(told, first, "officer", unvisited(id_, "unreachable"), "outcome-missing")
    (fact,) = told.decide(first, "officer", closed)
    assert fact.personal == {"account": "示例：两次到访均无人应门"}
    told.act(first, "officer", closed)
    refused(told, first, "officer", unvisited(id_, "obstructed"), "category-contradicts-items")
    told.act(first, "officer", unvisited(id_, "unreachable"))
    told.act(second, "officer", ConfirmResult(inspection=id_, version=NOW))
    assert one(told).status == "confirmed"


def test_a_refusal_is_a_result_of_its_own() -> None:
    """One attempt is enough where somebody refuses to their faces."""
    told = under_the_standard()
    id_, officers = one(told).id, one(told).officers
    visit(told, id_, officers)
    told.act(officers[0], "officer", attach(id_))
    refusal = RecordOutcome(
        inspection=id_,
        outcome="refused",
        attempts=(Attempt(at=told.now, how="on-site"),),
        evidence=(PHOTO,),
        account="示例：负责人拒绝入内",
    )
    told.act(officers[0], "officer", refusal)
    refused(
        told, officers[0], "officer", unvisited(id_, "unreachable"), "category-contradicts-items"
    )
    told.act(officers[0], "officer", unvisited(id_, "obstructed"))


def test_the_inspected_party_answers_and_its_words_are_sealed() -> None:
    """That it would not sign is a fact too, on the word of two."""
    told = with_inspections()
    id_, (first, second) = one(told).id, one(told).officers
    declare(told, id_, (first, second))
    told.act(first, "officer", CheckIn(inspection=id_))
    unsigned = Acknowledge(inspection=id_, answer="refused-to-sign", statement="")
    refused(told, first, "officer", unsigned, "too-few-officers")
    refused(told, first, "officer", replace(unsigned, answer="objected"), "field-missing")
    refused(told, second, "officer", replace(unsigned, answer="absent"), "too-few-officers")
    told.act(second, "officer", CheckIn(inspection=id_))
    told.act(first, "officer", unsigned)
    assert one(told).visit.acknowledged == "refused-to-sign"
    objection = replace(unsigned, answer="objected", statement="示例：台账已补")
    (fact,) = told.decide(first, "officer", objection)
    assert (fact.event, fact.personal) == (
        Acknowledged(answer="objected"),
        {"statement": "示例：台账已补"},
    )
