"""The work list: what waits for whom, until when, and what nobody else may learn of by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.amendments import RequestAmendment
from domain.checklists import DraftChecklist, Point
from domain.draw_commands import BringCommitment, PrepareDraw, RequestVoid
from domain.findings import EnterFindings
from domain.follow_up_commands import (
    CloseFollowUp,
    HandOver,
    OrderCorrection,
    RequestExtension,
    VerifyCorrection,
)
from domain.holidays import RecordHolidays
from domain.inspection_commands import (
    CheckIn,
    CheckOut,
    ConfirmResult,
    PublishResult,
    RequestClosing,
    ReviewResult,
)
from domain.inspection_state import Inspection
from domain.item_versions import ItemDetails
from domain.items import AddItem, ClaimItem
from domain.lottery.entropy import witness_commit
from domain.plan import DraftPlan
from domain.registry_commands import Suspend
from domain.replacement_commands import ApproveReplacement, RequestReplacement
from domain.schemes import ReviewScheme
from domain.visit_commands import UploadVisit
from projections.queries.planning import meetings
from projections.queries.viewers import Viewer
from projections.queries.work import work
from tests.domain.test_appointments import PROPOSE, two_leads, with_tasks
from tests.domain.test_schemes import drafted
from tests.domain.test_visit import under_the_standard
from tests.projections.recording import record
from tests.story import (
    NOW,
    PEOPLE,
    Story,
    clean_result,
    commit_draw,
    declare,
    entity_id,
    nonce_of,
    opened,
    plan_row,
    publish,
    reveal_draw,
    review_plan,
    terms,
    with_inspections,
    with_plan,
    with_problem,
    with_registries,
    with_task,
)

if TYPE_CHECKING:
    from ledger.store import Ledger
    from projections.reading import Reader
    from projections.runner import Projector

TASK = "联2024026"
OF = {id_: (department, roles) for id_, department, roles in PEOPLE}
TABLE = RecordHolidays(
    year=2024,
    off=("2024-06-10",),
    working=(),
    source="示例",
)


@pytest.fixture
def shown(ledger: Ledger, projector: Projector, reader: Reader) -> Shown:
    """What a story's people have before them."""
    return Shown(ledger, projector, reader)


class Shown:
    """A story put into the ledger as far as it came, and each person's list of it."""

    def __init__(self, ledger: Ledger, projector: Projector, reader: Reader) -> None:
        self._ledger, self._projector, self._reader = ledger, projector, reader

    def tell(self, story: Story) -> None:
        """Bring the tables up to the story."""
        if self._ledger.size() < len(story.recorded):
            record(self._ledger, story)
        self._projector.catch_up()

    def rows(self, who: str, today: str = "2024-06-03", *more: str) -> list[dict[str, object]]:
        """A person's whole list; they may hold more roles."""
        department, roles = OF[who][0], (*OF[who][1], *more)
        viewer = Viewer(
            id=who,
            watches="discipline" in roles,
            replaces=bool({"approver", "draw_operator"} & set(roles)),
            officer="officer" in roles,
            today=today,
        )
        with self._reader.snapshot() as read:
            return work(
                read, me=who, department=department, roles=roles, today=today, viewer=viewer
            )

    def acts(self, who: str, today: str = "2024-06-03") -> list[tuple[object, object]]:
        """Act and last day of each line."""
        return [(row["act"], row["due"]) for row in self.rows(who, today)]


def test_a_visit_goes_from_its_officers_to_the_reviewer_and_the_desk(shown: Shown) -> None:
    """Each step is on the list of those who may give it, by its last day: 10 June 2024 is a holiday, 31 August a Saturday."""
    story = with_inspections()
    story.act("admin", "administrator", TABLE)
    inspection = story.history.all(Inspection)[0]
    id_, (one, two) = inspection.id, inspection.officers
    own = [row for row in _told(shown, story, one) if row["id"] == id_]
    assert [(row["act"], row["due"], row["days_left"]) for row in own] == [
        ("inspection.declare", "2024-09-02", 91)
    ]
    declare(story, id_, (one, two))
    assert _of(shown, story, one, id_) == [("inspection.check-in", "2024-09-02")]
    story.act(one, "officer", CheckIn(inspection=id_))
    assert _of(shown, story, one, id_) == [("inspection.check-out", "2024-09-02")]
    assert _of(shown, story, two, id_) == [("inspection.check-in", "2024-09-02")]
    story.act(two, "officer", CheckIn(inspection=id_))
    for officer in (one, two):
        story.act(officer, "officer", CheckOut(inspection=id_))
    assert _of(shown, story, one, id_) == [("inspection.enter-result", "2024-06-11")]
    story.act(one, "officer", clean_result(id_))
    assert _of(shown, story, one, id_) == []
    assert _of(shown, story, two, id_) == [("inspection.confirm-result", "2024-06-11")]
    story.act(two, "officer", ConfirmResult(inspection=id_, version=NOW))
    assert _of(shown, story, "reviewer1", id_) == [("inspection.review-result", "2024-07-02")]
    assert not [row for row in shown.rows(one, "2024-06-03", "reviewer") if row["id"] == id_]
    story.act(
        "reviewer1", "reviewer", ReviewResult(inspection=id_, approve=True, remark="", version=NOW)
    )
    assert _of(shown, story, "clerk-market", id_) == [("inspection.publish-result", "2024-07-02")]
    assert _of(shown, story, "clerk-labour", id_) == []
    story.act("clerk-edu", "clerk", PublishResult(inspection=id_))
    assert _of(shown, story, "clerk-edu", id_) == []


def test_a_scheme_and_a_joint_visit_wait_for_the_other_side(shown: Shown) -> None:
    """The reviewer of the lead, then its desk; and of two leads the one that did not propose."""
    story = with_tasks(*two_leads())
    story.act("clerk-edu", "clerk", drafted())
    assert [act for act, _ in _of(shown, story, "reviewer1", TASK)] == ["scheme.review"]
    approve = ReviewScheme(plan_number=TASK, version=1, approve=True, remark="")
    story.act("reviewer1", "reviewer", approve)
    assert ("scheme.publish", None) in _of(shown, story, "clerk-edu", TASK)
    story.act("clerk-edu", "clerk", PROPOSE)
    id_ = PROPOSE.stream.partition("/")[2]
    assert [act for act, _ in _of(shown, story, "clerk-market", id_)] == ["appointment.agree"]
    assert _of(shown, story, "clerk-edu", id_) == []
    with shown._reader.snapshot() as read:
        assert entity_id(1) not in {one["entity"] for one in meetings(read)}
        assert entity_id(2) in {one["entity"] for one in meetings(read)}


def test_each_department_has_its_own_part_of_a_visit_before_the_whole_waits(shown: Shown) -> None:
    """Findings wait for the officers of their department, then for somebody else; the visit's day is that of the device."""
    story = under_the_standard()
    story.act("admin", "administrator", TABLE)
    points = (Point(id="p1", text="示例", basis=""),)
    story.act("clerk-market", "clerk", DraftChecklist(item="I-MARKET", points=points))
    id_ = story.history.all(Inspection)[0].id
    edu, market = sorted(story.history.all(Inspection)[0].officers)
    declare(story, id_, (edu, market))
    story.now = "2024-06-06T09:00:00.000Z"
    for who in (edu, market):
        upload = UploadVisit(
            inspection=id_,
            arrived_at="2024-06-04T01:00:00.000Z",
            left_at="2024-06-04T03:00:00.000Z",
        )
        story.act(who, "officer", upload)
    assert _of(shown, story, edu, id_) == [("inspection.enter-findings", "2024-06-12")]
    story.act(edu, "officer", EnterFindings(inspection=id_, items=clean_result(id_).items[:1]))
    assert _of(shown, story, edu, id_) == []
    assert _of(shown, story, market, id_) == [
        ("inspection.confirm-findings", "2024-06-12"),
        ("inspection.enter-findings", "2024-06-12"),
    ]
    assert ("checklist.review", None) not in shown.acts("reviewer1")
    story.act("clerk-edu", "clerk", DraftChecklist(item="I-EDU", points=points))
    shown.tell(story)
    assert ("checklist.review", None) in shown.acts("reviewer1")


def test_a_correction_waits_for_the_officers_who_did_not_ask_for_it(shown: Shown) -> None:
    """And then for whoever confirms, reviews and publishes."""
    story = with_inspections()
    id_, officers = story.history.all(Inspection)[0].id, story.history.all(Inspection)[0].officers
    publish(story, id_, officers)
    ask = RequestAmendment(inspection=id_, reason="示例", withhold=False)
    story.act("clerk-edu", "clerk", ask)
    for who in officers:
        assert _of(shown, story, who, id_) == [("inspection.enter-result", None)]
    assert _of(shown, story, "reviewer1", id_) == []


def _told(shown: Shown, story: Story, who: str) -> list[dict[str, object]]:
    shown.tell(story)
    return shown.rows(who)


def _of(shown: Shown, story: Story, who: str, id_: str) -> list[tuple[object, object]]:
    return [(row["act"], row["due"]) for row in _told(shown, story, who) if row["id"] == id_]


def test_what_is_overdue_comes_first_and_what_has_no_last_day_comes_last(shown: Shown) -> None:
    """An order of 1 July is overdue on the 2nd; a receipt has no term."""
    story, id_, _ = with_problem()
    story.act("admin", "administrator", TABLE)
    assert ("inspection.order-correction", "2024-07-02") in _of(shown, story, "clerk-edu", id_)
    clerk = ("clerk-edu", "clerk")
    order = OrderCorrection(inspection=id_, items=(), requirement="示例", due="2024-07-01")
    transfer = HandOver(
        inspection=id_,
        kind="transfer",
        items=(),
        matter="示例",
        body="示例县消防救援大队",
        document_number="示例1号",
        on="2024-06-03",
    )
    story.act(*clerk, order, transfer)
    shown.tell(story)
    lines = [row for row in shown.rows("reviewer1", "2024-07-02") if row["id"] == id_]
    assert [(row["act"], row["number"], row["state"], row["days_left"]) for row in lines] == [
        ("inspection.verify-correction", 1, "overdue", -1)
    ]
    own = [row for row in shown.rows("clerk-edu", "2024-07-02") if row["id"] == id_]
    assert [(row["act"], row["state"]) for row in own] == [
        ("inspection.publish-result", "due"),
        ("inspection.record-receipt", "open"),
    ]
    ask = RequestExtension(inspection=id_, number=1, due="2024-07-10", reason="示例")
    story.act(*clerk, ask)
    assert _of(shown, story, "approver1", id_) == [("inspection.approve-extension", None)]
    verified = VerifyCorrection(
        inspection=id_, number=1, corrected=True, evidence="示例", files=(), version=NOW
    )
    story.act("reviewer1", "reviewer", verified)
    assert ("inspection.close-follow-up", None) in _of(shown, story, "clerk-market", id_)
    close = CloseFollowUp(inspection=id_, number=1, outcome="corrected", evidence="示例", files=())
    story.act(*clerk, close)
    assert ("inspection.close-follow-up", None) not in _of(shown, story, "clerk-market", id_)


def test_a_plan_goes_from_the_desk_that_must_draft_it_to_its_tasks(shown: Shown) -> None:
    """By the end of March, which in 2024 is a Sunday; then each task and each department's part, by the window's first day."""
    story = with_registries()
    shown.tell(story)
    draft = ("plan.draft", "2024-04-01")
    assert draft in shown.acts("clerk-edu")
    assert draft in shown.acts("clerk-labour")
    row = plan_row()
    story.act(
        "clerk-edu",
        "clerk",
        DraftPlan(year=2024, title="示例", document_number="示例1号", issuer="edu", rows=(row,)),
    )
    shown.tell(story)
    assert shown.acts("reviewer1") == [("plan.review", "2024-04-01")]
    assert draft not in shown.acts("clerk-edu")
    story.act("reviewer1", "reviewer", review_plan(story))
    shown.tell(story)
    assert shown.acts("clerk-market") == [("plan.collate", "2024-04-01")]
    assert ("plan.collate", "2024-04-01") not in shown.acts("clerk-edu")


def test_a_published_plan_waits_for_its_tasks_and_they_for_each_department(shown: Shown) -> None:
    """Whoever issued the newest plan owes the next one; 1 June 2024 is a Saturday."""
    story = with_plan()
    shown.tell(story)
    assert shown.acts("clerk-edu", "2024-02-01") == [("task.open", "2024-06-03")]
    assert shown.acts("clerk-market", "2024-02-01") == []
    assert shown.acts("clerk-edu", "2025-02-01") == [("plan.draft", "2025-03-31")]


def test_departments_confirm_witnesses_bring_and_operators_commit(shown: Shown) -> None:
    """And whoever asked for a void does not see its approval."""
    story = with_task()
    shown.tell(story)
    to_draw = ("draw.prepare", "2024-09-02")
    assert shown.acts("operator") == [to_draw]
    draw_id = f"{TASK}.entities.1"
    prepare = PrepareDraw(
        draw_id=draw_id,
        task=TASK,
        stage="entities",
        witnesses=("witness1", "witness2"),
        lotteries=(),
    )
    story.act("operator", "draw_operator", prepare)
    shown.tell(story)
    assert shown.acts("witness1") == [("draw.witness", None)]
    for who in ("witness1", "witness2"):
        commit = witness_commit(nonce_of(draw_id, who)).hex()
        story.act(who, "witness", BringCommitment(draw_id=draw_id, commit=commit))
    shown.tell(story)
    assert shown.acts("witness1") == []
    assert shown.acts("operator") == [("draw.commit", None)]
    story.act("operator", "draw_operator", RequestVoid(draw_id=draw_id, reason="示例"))
    shown.tell(story)
    assert shown.acts("approver1") == [("draw.approve-void", None)]


def test_a_committed_draw_waits_for_each_witness_once_a_checkpoint_covers_it(shown: Shown) -> None:
    """Until then there is nothing to open; a beacon is for the operator, who then draws the officers."""
    beacon = terms(beacons=("quicknet",))
    story = with_task(plan_row(entities_draw=beacon))
    commit_draw(story, "entities")
    shown.tell(story)
    assert shown.acts("witness1") == [("draw.reveal", None)]
    assert shown.acts("operator") == [("draw.enter-beacon", None)]


def test_once_the_entities_are_drawn_the_officers_are_to_be(shown: Shown) -> None:
    """By the last day of the window."""
    story = with_task()
    reveal_draw(story, commit_draw(story, "entities"))
    shown.tell(story)
    assert shown.acts("operator") == [("draw.prepare", "2024-09-02")]


def test_a_claim_waits_for_its_review_and_a_year_for_its_holidays(shown: Shown) -> None:
    """Never on the list of who made it."""
    story = opened()
    details = ItemDetails(
        issuer="示例",
        item_class="示例",
        name="示例事项",
        subject="示例",
        category="一般",
        method="示例",
        body="示例",
        legal_basis="示例",
    )
    story.act("clerk-edu", "clerk", AddItem(code="I-1", details=details, source="示例"))
    claim = ClaimItem(code="I-1", department="edu", mandate="示例", supervision_code="")
    story.act("clerk-edu", "clerk", claim)
    shown.tell(story)
    assert shown.acts("reviewer1") == [("item.review", None)]
    assert shown.acts("admin") == [("calendar.record", None)]


def test_proposals_of_a_registry_are_one_line_for_a_second_person(shown: Shown) -> None:
    """With how many there are, and never on the list of who made them."""
    story = with_registries()
    for officer in ("E1", "E2"):
        story.act("registrar1", "registrar", Suspend(registry="officer", id=officer, reason="示例"))
    shown.tell(story)
    (line,) = shown.rows("registrar2")
    assert (line["act"], line["id"], line["count"]) == ("registry.confirm", "officers", 2)
    assert shown.rows("registrar1") == []


def test_a_visit_that_is_a_secret_is_on_nobodys_list_but_its_officers_and_whoever_decides(
    shown: Shown,
) -> None:
    """From the day that the plan names; a replacement or an end that is asked for shows to its approver."""
    held = terms(disclosure="with-inspection")
    team = replace(plan_row().team, told_on="2024-06-05")
    row = plan_row(entities_draw=held, officers_draw=held, team=team)
    story = with_inspections(row)
    inspection, other = story.history.all(Inspection)[:2]
    officer = inspection.officers[0]
    shown.tell(story)
    assert shown.rows(officer) == []
    seen = [line for line in shown.rows(officer, "2024-06-05") if line["id"] == inspection.id]
    assert [line["act"] for line in seen] == ["inspection.declare"]
    assert seen[0]["secret"] == [f"{TASK}.entities.1", f"{TASK}.officers.1"]
    assert shown.rows("reviewer1") == shown.rows("clerk-market") == []
    assert shown.rows("approver1") == []
    story.now = "2024-06-05T01:00:00.000Z"
    ask = RequestReplacement(
        inspection=inspection.id, officer=officer, cause="illness", reason="示例"
    )
    story.act(officer, "officer", ask)
    closing = RequestClosing(inspection=other.id, reason="示例")
    story.act(other.officers[0], "officer", closing)
    shown.tell(story)
    assert shown.acts("approver1", "2024-06-05") == [
        ("inspection.approve-closing", None),
        ("inspection.approve-replacement", None),
    ]
    story.act(
        "approver1",
        "approver",
        ApproveReplacement(inspection=inspection.id, officer=officer, version=NOW),
    )
    shown.tell(story)
    assert shown.acts("operator", "2024-06-05") == [("draw.prepare-replacement", None)]
