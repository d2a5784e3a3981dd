"""The clock under watch: what it said when it should have said something else, on the record.

Windows, margins and time limits rest on the moments that events carry, and those come from one clock that somebody could
set. The program compares it with a monotonic clock that nobody can set, and with the ledger itself; where they part by
`THRESHOLD_MS` or more, it notes that before anything else is recorded. Such a note carries the moment that is in doubt, so it
is no moment for later events to come after (`History.recorded_at`), and it alone may be earlier than the events before it.
Nothing else may: while the clock is behind the ledger, every other command is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError
from domain.facts import Fact
from domain.lottery.chains import unix_ms

if TYPE_CHECKING:
    from domain.facts import Context, Recorded
    from domain.history import History

STREAM = "clock"
THRESHOLD_MS = 2_000  # above a leap second and the corrections of a clock kept by NTP
FAR_MS = 3_600_000  # a time zone too far, for example


@dataclass(frozen=True, kw_only=True)
class NoteJump:
    """Note that the clock jumped. The program itself does this.

    `jump_ms` is how far it jumped against the monotonic clock, forwards positive; without it, the clock is behind the
    ledger's last moment.
    """

    jump_ms: int | None

    @property
    def stream(self) -> str:
        return STREAM


@dataclass(frozen=True, kw_only=True)
class ClockJumped:
    """The clock said `wall_ms` where `expected_ms` was due (Unix milliseconds), or later, when compared with the ledger."""

    against: Literal["monotonic", "ledger"]
    wall_ms: int
    expected_ms: int


@dataclass(frozen=True, kw_only=True)
class Clock:
    """`behind` is the ledger's last moment when the clock was last noted to be behind it, "" if it never was."""

    behind: str = ""


def decide(
    state: Clock | None, command: NoteJump, context: Context, history: History
) -> tuple[Fact, ...]:
    """Say what is to be noted; raises DomainError("clock-steady") where nothing is, or was already."""
    wall = unix_ms(context.now)
    if command.jump_ms is None:
        event = ClockJumped(
            against="ledger", wall_ms=wall, expected_ms=unix_ms(history.recorded_at)
        )
        noted = state is not None and state.behind == history.recorded_at
        jumped = event.expected_ms - wall >= THRESHOLD_MS and not noted
    else:
        event = ClockJumped(against="monotonic", wall_ms=wall, expected_ms=wall - command.jump_ms)
        jumped = abs(command.jump_ms) >= THRESHOLD_MS
    if not jumped:
        raise DomainError("clock-steady", "时钟没有可记的跳动 / no jump of the clock to note")
    return (Fact(stream=STREAM, event=event),)


def evolve(state: Clock | None, recorded: Recorded, history: History) -> Clock:
    """Fold one note; `history` is that before it."""
    if recorded.recorded_at < history.recorded_at:
        return Clock(behind=history.recorded_at)
    return state or Clock()
