"""Beacons, lotteries and witnesses on paper: fixed by the plan, proved or typed twice, and never chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.bundles import bundles
from domain.draw_commands import (
    ApproveVoid,
    BringCommitment,
    CommitDraw,
    DrawComputed,
    DrawDisclosed,
    EnterBeacon,
    EnterLottery,
    EnterPaper,
    LotteryEntered,
    LotteryIssue,
    PaperEntered,
    PrepareDraw,
    RequestVoid,
    RevealSource,
    SourceRevealed,
    WitnessCommitted,
)
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.lottery.bundle import verify_bundle
from domain.lottery.entropy import Drand, witness_commit
from domain.lottery.verification import Means
from domain.organisation import ChangeStaffRoles
from ledger import drand, vrf
from tests import beacons
from tests.story import NOW, Story, nonce_of, plan_row, terms, with_task

TASK = "联2024026"
FIRST = f"{TASK}.entities.1"
OPERATOR = ("operator", "draw_operator")
TICKET = "示例双色球"
# An hour and a minute after this, round 1000 of quicknet is due.
BEFORE_ROUND_1000 = "2023-08-23T14:58:24.000Z"
ROUND = beacons.revealed("quicknet", 1000)
BEACON = EnterBeacon(
    draw_id=FIRST,
    chain="quicknet",
    round=1000,
    signature=ROUND["signature"],
    previous_signature=None,
)
ISSUE = LotteryIssue(
    name=TICKET, issue="2023099", opens_at="2023-08-23T17:00:00.000Z", groups=(6, 1)
)
NUMBERS = ((3, 9, 17, 21, 30, 33), (5,))


def told(*, witnesses: int = 0, beacons: bool = True, lottery: bool = False) -> Story:
    """A task of 2023 that is ready to be drawn with these sources, shortly before the round is fixed."""
    asked = terms(
        witnesses=witnesses,
        beacons=("quicknet",) if beacons else (),
        lotteries=(TICKET,) if lottery else (),
    )
    row = plan_row(
        window_from="2023-06-01",
        window_to="2023-09-30",
        entities_draw=asked,
        officers_draw=terms(),
    )
    story = with_task(row)
    story.now = BEFORE_ROUND_1000
    return story


def prepare(
    story: Story, *, lotteries: tuple[LotteryIssue, ...] = (), witnesses: tuple[str, ...] = ()
) -> None:
    """Announce the first draw of entities."""
    command = PrepareDraw(
        draw_id=FIRST, task=TASK, stage="entities", witnesses=witnesses, lotteries=lotteries
    )
    story.act(*OPERATOR, command)


def commit(story: Story) -> None:
    """Fix the draw, and let the checkpoint follow."""
    story.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    story.cover(FIRST)


def drawn(story: Story, draw_id: str = FIRST) -> Draw:
    """The draw as it stands."""
    found = story.history.get(Draw, draw_id)
    assert found is not None
    return found


def refused(story: Story, code: str, who: str, role: str, command: object) -> None:
    """The command is refused with this code, and nothing is recorded."""
    size = story.history.size
    with pytest.raises(DomainError) as caught:
        story.act(who, role, command)  # type: ignore[arg-type]  # any command
    assert caught.value.code == code, caught.value
    assert story.history.size == size


def test_the_round_follows_from_the_moment_of_the_commitment() -> None:
    """An hour after the checkpoint, a minute for the checkpoint itself: there is nothing to choose."""
    story = told()
    prepare(story)
    commit(story)
    assert drawn(story).sources == (beacons.drand("quicknet", 1000),)
    later = told()
    later.now = "2023-08-23T14:58:24.001Z"
    prepare(later)
    commit(later)
    assert drawn(later).sources == (beacons.drand("quicknet", 1001),)


def test_a_round_pasted_from_any_relay_computes_and_discloses_the_list() -> None:
    """Its signature proves it, so it does not matter who copied it or from where."""
    story = told()
    prepare(story)
    commit(story)
    events = story.act("witness2", "witness", BEACON)
    assert [type(event) for event in events] == [SourceRevealed, DrawComputed, DrawDisclosed]
    (bundle,) = bundles(story.history).values()
    means = Means(vrf=vrf.verify, drand=drand.check)
    assert verify_bundle(bundle, means).first_failure is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"round": 1001}, "wrong-round"),
        ({"chain": "default", "previous_signature": "00" * 96}, "wrong-round"),
        ({"signature": beacons.revealed("quicknet", 123)["signature"]}, "drand-signature-invalid"),
        ({"signature": "00" * 48}, "drand-signature-invalid"),
        ({"signature": ROUND["signature"][:-2]}, "reveal-invalid"),
        ({"signature": ROUND["signature"].upper()}, "reveal-invalid"),
        ({"previous_signature": ROUND["signature"]}, "reveal-invalid"),
    ],
)
def test_a_round_that_is_not_the_committed_one_is_refused(
    changes: dict[str, object], code: str
) -> None:
    """Wrong round, wrong chain, wrong signature, or a field too many."""
    story = told()
    prepare(story)
    commit(story)
    refused(story, code, *OPERATOR, replace(BEACON, **changes))  # type: ignore[arg-type]  # any field


def test_a_round_is_not_taken_before_the_commitment_is_covered_nor_twice() -> None:
    """And not from somebody who could be drawn."""
    story = told(witnesses=1)
    prepare(story, witnesses=("witness1",))
    hash_ = witness_commit(nonce_of(FIRST, "witness1")).hex()
    story.act("witness1", "witness", BringCommitment(draw_id=FIRST, commit=hash_))
    refused(story, "wrong-stage", *OPERATOR, BEACON)
    story.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    refused(story, "not-checkpointed", *OPERATOR, BEACON)
    story.cover(FIRST)
    roles = ChangeStaffRoles(id="E1", roles=("officer", "clerk"), reason="兼任")
    story.act("admin", "administrator", roles)
    refused(story, "own-act", "E1", "clerk", BEACON)
    story.act(*OPERATOR, BEACON)
    refused(story, "wrong-stage", *OPERATOR, BEACON)
    story.act(
        "witness1",
        "witness",
        RevealSource(draw_id=FIRST, nonce=nonce_of(FIRST, "witness1").hex()),
    )
    assert drawn(story).disclosed


def test_a_commitment_that_was_covered_too_late_never_becomes_a_draw() -> None:
    """Its round might have been known: it is voided in the open, and the next has another round."""
    story = told()
    prepare(story)
    story.act(*OPERATOR, CommitDraw(draw_id=FIRST))
    story.now = "2023-08-23T14:59:24.001Z"  # an hour before the round, less a millisecond
    story.cover(FIRST)
    refused(story, "margin-missed", *OPERATOR, BEACON)
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="检查点过晚"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    second = f"{TASK}.entities.2"
    again = PrepareDraw(draw_id=second, task=TASK, stage="entities", witnesses=(), lotteries=())
    story.act(*OPERATOR, again, CommitDraw(draw_id=second))
    (source,) = drawn(story, second).sources
    assert isinstance(source, Drand)
    assert source.round > 1000


def test_a_redraw_takes_a_later_round_even_in_the_same_period() -> None:
    """The first draw's round would tell too much about the second."""
    story = told()
    prepare(story)
    commit(story)
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    second = f"{TASK}.entities.2"
    again = PrepareDraw(draw_id=second, task=TASK, stage="entities", witnesses=(), lotteries=())
    story.act(*OPERATOR, again, CommitDraw(draw_id=second))
    assert drawn(story, second).sources == (beacons.drand("quicknet", 1001),)


def test_lottery_numbers_count_once_two_people_entered_the_same() -> None:
    """In whatever order within a group; one person alone decides nothing."""
    story = told(beacons=False, lottery=True)
    prepare(story, lotteries=(ISSUE,))
    commit(story)
    entry = EnterLottery(draw_id=FIRST, name=TICKET, issue="2023099", numbers=NUMBERS)
    refused(story, "too-early", *OPERATOR, entry)
    story.now = "2023-08-23T17:00:00.000Z"
    (event,) = story.act(*OPERATOR, entry)
    assert event == LotteryEntered(index=0, numbers=NUMBERS)
    refused(story, "own-act", *OPERATOR, entry)
    shuffled = replace(entry, numbers=(tuple(reversed(NUMBERS[0])), NUMBERS[1]))
    events = story.act("witness1", "witness", shuffled)
    assert events[0] == SourceRevealed(
        index=0, revealed={"numbers": [list(group) for group in NUMBERS]}
    )
    assert drawn(story).disclosed


def test_a_mismatch_stops_the_draw_until_two_people_agree() -> None:
    """Both entries stay on record, no other source is taken meanwhile, and nobody corrects their own."""
    story = told(witnesses=0, lottery=True)
    prepare(story, lotteries=(ISSUE,))
    commit(story)
    story.now = "2023-08-23T17:00:00.000Z"
    right = EnterLottery(draw_id=FIRST, name=TICKET, issue="2023099", numbers=NUMBERS)
    wrong = replace(right, numbers=((1, 2, 3, 4, 5, 6), (7,)))
    story.act(*OPERATOR, wrong)
    story.act("witness1", "witness", right)
    assert drawn(story).disputed
    refused(story, "lottery-disputed", *OPERATOR, BEACON)
    refused(story, "own-act", *OPERATOR, right)
    refused(story, "own-act", "witness1", "witness", wrong)
    story.act("witness2", "witness", right)
    assert not drawn(story).disputed
    story.act(*OPERATOR, BEACON)
    assert drawn(story).computed is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issue": "2023100"}, "wrong-issue"),
        ({"name": "示例大乐透"}, "wrong-issue"),
        ({"numbers": ()}, "reveal-invalid"),
        ({"numbers": ((3, 9, 17, 21, 30), (33, 5))}, "reveal-invalid"),
        ({"numbers": ((3, 9, 17, 21, 30, 33, 5),)}, "reveal-invalid"),
        ({"numbers": ((3, 9, 17, 21, 30, 2**53), (5,))}, "reveal-invalid"),
    ],
)
def test_other_lottery_numbers_than_the_committed_issue_are_refused(
    changes: dict[str, object], code: str
) -> None:
    """Nothing is recorded of them."""
    story = told(beacons=False, lottery=True)
    prepare(story, lotteries=(ISSUE,))
    commit(story)
    story.now = "2023-08-23T17:00:00.000Z"
    entry = EnterLottery(draw_id=FIRST, name=TICKET, issue="2023099", numbers=NUMBERS)
    refused(story, code, *OPERATOR, replace(entry, **changes))  # type: ignore[arg-type]  # any field


@pytest.mark.parametrize(
    ("lotteries", "witnesses", "code"),
    [
        ((), (), "sources-differ-from-plan"),
        ((ISSUE, ISSUE), (), "sources-differ-from-plan"),
        ((replace(ISSUE, name="示例大乐透"),), (), "sources-differ-from-plan"),
        ((ISSUE,), ("witness1",), "sources-differ-from-plan"),
        ((replace(ISSUE, opens_at="2023-08-23T15:58:23.999Z"),), (), "margin-missed"),
        ((replace(ISSUE, opens_at="下周二"),), (), "time-invalid"),
        ((replace(ISSUE, issue=" "),), (), "field-missing"),
        ((replace(ISSUE, opens_at="9999-01-01T00:00:00.000Z"),), (), "outside-window"),
        ((replace(ISSUE, groups=()),), (), "source-invalid"),
        ((replace(ISSUE, groups=(6, 0)),), (), "source-invalid"),
    ],
)
def test_a_draw_has_exactly_the_sources_of_the_published_plan(
    lotteries: tuple[LotteryIssue, ...], witnesses: tuple[str, ...], code: str
) -> None:
    """No fewer, no others, and none that could be known already."""
    story = told(beacons=False, lottery=True)
    command = PrepareDraw(
        draw_id=FIRST, task=TASK, stage="entities", witnesses=witnesses, lotteries=lotteries
    )
    refused(story, code, *OPERATOR, command)


def test_an_issue_that_would_open_within_the_margin_is_not_committed() -> None:
    """Preparation may have taken long."""
    story = told(beacons=False, lottery=True)
    prepare(story, lotteries=(ISSUE,))
    story.now = "2023-08-23T16:00:00.001Z"
    refused(story, "margin-missed", *OPERATOR, CommitDraw(draw_id=FIRST))


def test_a_redraw_does_not_take_the_issue_of_the_draw_before() -> None:
    """New sources mean new ones."""
    story = told(beacons=False, lottery=True)
    prepare(story, lotteries=(ISSUE,))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    command = PrepareDraw(
        draw_id=f"{TASK}.entities.2",
        task=TASK,
        stage="entities",
        witnesses=(),
        lotteries=(ISSUE,),
    )
    refused(story, "duplicate-id", *OPERATOR, command)


def test_a_hash_on_paper_counts_once_two_people_typed_the_same() -> None:
    """A slip of the second is typed again by somebody else; the witness needs no computer."""
    story = told(beacons=False, witnesses=1)
    prepare(story, witnesses=("witness1",))
    nonce = nonce_of(FIRST, "witness1")
    paper = EnterPaper(draw_id=FIRST, who="witness1", commit=witness_commit(nonce).hex())
    slip = replace(paper, commit="00" * 32)
    assert story.act(*OPERATOR, slip) == (PaperEntered(who="witness1", commit="00" * 32),)
    refused(story, "own-act", *OPERATOR, paper)
    story.act("clerk-edu", "clerk", paper)
    refused(story, "source-missing", *OPERATOR, CommitDraw(draw_id=FIRST))
    (event,) = story.act(*OPERATOR, paper)
    assert event == WitnessCommitted(who="witness1", commit=paper.commit)
    refused(story, "wrong-stage", "clerk-edu", "clerk", paper)
    commit(story)
    story.act("approver1", "approver", RevealSource(draw_id=FIRST, nonce=nonce.hex()))
    assert drawn(story).disclosed


@pytest.mark.parametrize(
    ("who", "role", "changes", "code"),
    [
        ("operator", "draw_operator", {"who": "witness2"}, "not-a-witness"),
        ("operator", "draw_operator", {"commit": "00" * 31}, "source-invalid"),
        ("E1", "clerk", {}, "own-act"),
        ("witness1", "witness", {}, "own-act"),
    ],
)
def test_paper_that_does_not_fit_is_refused(
    who: str, role: str, changes: dict[str, str], code: str
) -> None:
    """Of a stranger, too short, or typed by somebody who could be drawn."""
    story = told(beacons=False, witnesses=1)
    prepare(story, witnesses=("witness1",))
    roles = ChangeStaffRoles(id="E1", roles=("officer", "clerk"), reason="兼任")
    story.act("admin", "administrator", roles)
    paper = EnterPaper(draw_id=FIRST, who="witness1", commit="11" * 32)
    refused(story, code, who, role, replace(paper, **changes))


def test_a_hash_that_was_typed_from_paper_is_not_copied_by_another_witness() -> None:
    """The second typing of the first witness's form would be refused for it."""
    story = told(beacons=False, witnesses=2)
    prepare(story, witnesses=("witness1", "witness2"))
    paper = EnterPaper(draw_id=FIRST, who="witness1", commit="11" * 32)
    story.act(*OPERATOR, paper)
    copied = BringCommitment(draw_id=FIRST, commit="11" * 32)
    refused(story, "duplicate-id", "witness2", "witness", copied)
    (event,) = story.act("clerk-edu", "clerk", paper)
    assert event == WitnessCommitted(who="witness1", commit="11" * 32)


def test_a_draw_that_was_voided_with_its_sources_in_sight_is_computed_all_the_same() -> None:
    """Whoever could foresee the list gains nothing by hiding it: it is published as void."""
    story = told()
    prepare(story)
    commit(story)
    story.now = "2023-08-23T18:00:00.000Z"  # the round has been public for hours
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    events = story.act("witness1", "witness", BEACON)
    assert [type(event) for event in events] == [SourceRevealed, DrawComputed]
    assert drawn(story).selected
    assert f"draws/{FIRST}.json" in bundles(story.history)
    refused(story, "draw-voided", *OPERATOR, CommitDraw(draw_id=FIRST))


def test_a_witness_brings_a_new_number_to_a_redraw() -> None:
    """The old one is known to everybody."""
    story = told(beacons=False, witnesses=1)
    prepare(story, witnesses=("witness1",))
    hash_ = witness_commit(nonce_of(FIRST, "witness1")).hex()
    story.act("witness1", "witness", BringCommitment(draw_id=FIRST, commit=hash_))
    story.act(*OPERATOR, RequestVoid(draw_id=FIRST, reason="示例"))
    story.act("approver1", "approver", ApproveVoid(draw_id=FIRST, version=NOW))
    second = f"{TASK}.entities.2"
    again = PrepareDraw(
        draw_id=second, task=TASK, stage="entities", witnesses=("witness1",), lotteries=()
    )
    story.act(*OPERATOR, again)
    repeated = BringCommitment(draw_id=second, commit=hash_)
    refused(story, "duplicate-id", "witness1", "witness", repeated)
