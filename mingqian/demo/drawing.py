"""A draw as its people hold it: operator, witnesses with numbers of their own, a public lottery, and all who watch."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.draw_commands import Stage as DrawStage
from domain.lottery.entropy import witness_commit
from mingqian.demo.clock import moment
from mingqian.demo.county import lot
from mingqian.demo.people import APPROVER, COLLATES, OPERATOR, WITNESSES, clerk
from mingqian.demo.plan import LOTTERY

if TYPE_CHECKING:
    from mingqian.demo.year import Stage

NONCE_BYTES = 32
RED_BALLS, RED_DRAWN, BLUE_BALLS = 33, 6, 16


@dataclass(frozen=True, kw_only=True)
class LotteryDay:
    """An issue of the made-up lottery, and the day on whose evening its numbers are drawn."""

    issue: str
    day: str

    @property
    def opens_at(self) -> str:
        """A quarter past nine in the evening, as the ledger writes time."""
        return moment(self.day, "21:15")

    @property
    def as_announced(self) -> dict[str, object]:
        """What is said of it before the draw: six red balls and a blue one will be drawn."""
        return {
            "name": LOTTERY,
            "issue": self.issue,
            "opens_at": self.opens_at,
            "groups": [RED_DRAWN, 1],
        }

    @property
    def numbers(self) -> list[list[int]]:
        """The balls, made up like everything in this county."""
        balls = sorted(
            range(1, RED_BALLS + 1), key=lambda ball: lot(f"{self.issue}/{ball}", 1 << 32)
        )
        return [sorted(balls[:RED_DRAWN]), [1 + lot(f"{self.issue}/blue", BLUE_BALLS)]]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One draw of the story.

    `on_paper` is the witness who has no computer, `lottery` the issue, where the plan asks for one, and `seat` the one
    for which a substitute is drawn.
    """

    task: str
    of: DrawStage
    serial: int = 1
    lottery: LotteryDay | None = None
    on_paper: str | None = None
    seat: Mapping[str, str] | None = None

    @property
    def announcement(self) -> tuple[str, dict[str, Any]]:
        """The act that announces it, and what is particular to it."""
        if self.seat is not None:
            return "draw.prepare-replacement", {"seat": dict(self.seat)}
        return "draw.prepare", {"task": self.task, "stage": self.of}

    @property
    def id(self) -> str:
        """The id of the draw."""
        return f"{self.task}.{self.of}.{self.serial}"


def draw(stage: Stage, event: Event) -> str:
    """Hold one draw and answer its id; the last number brings the list, and nobody is asked for it."""
    nonces = _commit(stage, event)
    if event.lottery is not None:
        _enter_numbers(stage, event.id, event.lottery)
    for who, nonce in nonces.items():
        stage.clock.pass_time(minutes=1)
        _open(stage, event, who, nonce)
    return event.id


def draw_and_void(stage: Stage, event: Event) -> None:
    """Between two numbers somebody asks to void the draw: its list is computed all the same, and published as void."""
    desk, clock = stage.desk, stage.clock
    nonces = _commit(stage, event)
    first, second = nonces.items()
    clock.pass_time(minutes=1)
    _open(stage, event, *first)
    clock.pass_time(minutes=2)
    reason = "抽取现场录像中断，见证过程不完整，申请作废后重新抽取（示例）"
    desk.act(OPERATOR, "draw.request-void", draw_id=event.id, reason=reason)
    clock.pass_time(minutes=3)
    _open(stage, event, *second)
    clock.pass_time(minutes=50)
    read = desk.read(APPROVER, f"/draws/{event.id}")["version"]
    desk.act(APPROVER, "draw.approve-void", draw_id=event.id, version=read)


def _commit(stage: Stage, event: Event) -> dict[str, bytes]:
    """Announce the draw, collect the hashes and fix the list; answers the numbers that the witnesses keep."""
    desk, clock = stage.desk, stage.clock
    act, particulars = event.announcement
    desk.act(
        OPERATOR,
        act,
        draw_id=event.id,
        **particulars,
        witnesses=list(WITNESSES),
        lotteries=[event.lottery.as_announced] if event.lottery else [],
    )
    nonces = {who: secrets.token_bytes(NONCE_BYTES) for who in WITNESSES}
    for who, nonce in nonces.items():
        clock.pass_time(minutes=1)
        _bring(stage, event, who, witness_commit(nonce).hex())
    clock.pass_time(minutes=1)
    desk.act(OPERATOR, "draw.commit", draw_id=event.id)
    return nonces


def _bring(stage: Stage, event: Event, who: str, commit: str) -> None:
    """A witness hands the hash in, or two people type it from the upper half of the form."""
    if who != event.on_paper:
        stage.desk.act(who, "draw.witness", draw_id=event.id, commit=commit)
        return
    for typist in (OPERATOR, clerk("education")):
        stage.clock.pass_time(minutes=4)
        stage.desk.act(typist, "draw.enter-paper", draw_id=event.id, who=who, commit=commit)


def _open(stage: Stage, event: Event, who: str, nonce: bytes) -> None:
    """A witness opens the number; the sealed envelope of a paper form is opened in front of everybody and typed in."""
    by = clerk("education") if who == event.on_paper else who
    stage.desk.act(by, "draw.reveal", draw_id=event.id, nonce=nonce.hex())


def _enter_numbers(stage: Stage, draw_id: str, day: LotteryDay) -> None:
    """The next working day three people enter the official numbers: the first mistypes one, so two must agree."""
    stage.clock.move_to(day.day)
    stage.clock.next_working_day()
    right = day.numbers
    mistyped = [right[0], [right[1][0] % BLUE_BALLS + 1]]
    for who, numbers in ((OPERATOR, mistyped), (clerk(COLLATES), right), (APPROVER, right)):
        stage.clock.pass_time(minutes=5)
        stage.desk.act(
            who,
            "draw.enter-lottery",
            draw_id=draw_id,
            name=LOTTERY,
            issue=day.issue,
            numbers=numbers,
        )
