"""The clock is watched: its jumps are on record, and no note of one changes what time it is for anything else."""

from __future__ import annotations

import pytest

from domain.clock import THRESHOLD_MS, ClockJumped, NoteJump
from domain.errors import DomainError
from domain.lottery.chains import unix_ms
from domain.organisation import AddDepartment
from tests.story import Story, opened

SYSTEM = ("system", "system")
ADMIN = ("admin", "administrator")
LAST = "2024-01-05T01:00:00.000Z"
BEHIND = NoteJump(jump_ms=None)


def department(number: int) -> AddDepartment:
    """Something that anybody could have recorded meanwhile."""
    return AddDepartment(id=f"d{number}", name="示例部门", collates=False)


def refused(story: Story, code: str, command: NoteJump) -> None:
    """It is not noted."""
    with pytest.raises(DomainError, match=code):
        story.decide(*SYSTEM, command)


@pytest.mark.parametrize("jump_ms", [THRESHOLD_MS, -THRESHOLD_MS, 86_400_000])
def test_a_jump_is_noted_with_what_the_clock_said_and_what_was_due(jump_ms: int) -> None:
    """In either direction."""
    (event,) = opened().act(*SYSTEM, NoteJump(jump_ms=jump_ms))
    wall = unix_ms(LAST)
    assert event == ClockJumped(against="monotonic", wall_ms=wall, expected_ms=wall - jump_ms)


@pytest.mark.parametrize("jump_ms", [THRESHOLD_MS - 1, 1 - THRESHOLD_MS, 0])
def test_what_a_clock_kept_by_ntp_does_is_not_noted(jump_ms: int) -> None:
    """A leap second, a correction."""
    refused(opened(), "clock-steady", NoteJump(jump_ms=jump_ms))


def test_a_clock_behind_the_ledger_is_noted_once_and_carries_its_own_moment() -> None:
    """Not once for each refused command; and once more when it happens again."""
    story = opened()
    story.now = "2024-01-05T00:59:58.000Z"
    wall, due = unix_ms(story.now), unix_ms(LAST)
    (event,) = story.act(*SYSTEM, BEHIND)
    assert event == ClockJumped(against="ledger", wall_ms=wall, expected_ms=due)
    assert story.recorded[-1].recorded_at == story.now
    refused(story, "clock-steady", BEHIND)
    story.now = "2024-01-05T02:00:00.000Z"
    story.act(*ADMIN, department(1))
    refused(story, "clock-steady", BEHIND)
    story.now = LAST
    assert story.decide(*SYSTEM, BEHIND)


def test_a_jump_back_that_was_noted_is_not_noted_again_as_a_lag() -> None:
    """One jump, one note, whichever way it was seen first."""
    story = opened()
    story.now = "2024-01-04T01:00:00.000Z"
    story.act(*SYSTEM, NoteJump(jump_ms=-86_400_000))
    refused(story, "clock-steady", BEHIND)


def test_less_than_the_threshold_behind_the_ledger_is_refused_and_not_noted() -> None:
    """Two machines never agree to the millisecond."""
    story = opened()
    story.now = "2024-01-05T00:59:58.001Z"
    refused(story, "clock-steady", BEHIND)


def test_while_the_clock_is_behind_only_the_note_is_recorded() -> None:
    """A note opens no way back into the past."""
    story = opened()
    story.now = "2024-01-04T01:00:00.000Z"
    story.act(*SYSTEM, BEHIND)
    with pytest.raises(DomainError, match="clock-behind"):
        story.decide(*ADMIN, department(1))


def test_a_note_is_no_moment_that_later_events_must_come_after() -> None:
    """A clock that ran a year ahead, was noted and put right before anything else was recorded stops nobody."""
    story = opened()
    story.now = "2025-01-05T01:00:00.000Z"
    story.act(*SYSTEM, NoteJump(jump_ms=365 * 86_400_000))
    story.now = "2024-01-05T01:00:01.000Z"
    assert story.act(*ADMIN, department(1))


def test_nobody_but_the_program_notes_a_jump() -> None:
    """Also when people administer."""
    for who, role in (ADMIN, ("discipline1", "discipline"), ("admin", "system")):
        with pytest.raises(DomainError, match="role-not-allowed"):
            opened().decide(who, role, NoteJump(jump_ms=THRESHOLD_MS))
