"""What can be asked of a draw and what is recorded of it. Entities and officers are drawn by the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.facts import Judgement
from domain.lottery.chains import ChainName

Stage = Literal["entities", "officers", "replacement"]
Part = Literal["drawn", "bundle", "inspections"]


@dataclass(frozen=True, kw_only=True)
class DrawCommand:
    """What all commands to a draw carry: its id, `<plan number>.<stage>.<serial>`."""

    draw_id: str

    @property
    def stream(self) -> str:
        return f"draw/{self.draw_id}"


@dataclass(frozen=True, kw_only=True)
class LotteryIssue:
    """An issue of a public lottery, and the moment (RFC 3339 UTC) from which its numbers can be known.

    `groups` says how many numbers each official group has (6 red and 1 blue are 6, 1), before anybody knows them.
    """

    name: str
    issue: str
    opens_at: str
    groups: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Seat:
    """The seat that `officer` left at an inspection, an expert's too."""

    inspection: str
    officer: str


@dataclass(frozen=True, kw_only=True)
class PrepareDraw(DrawCommand):
    """Announce a draw: the witnesses and lottery issues that the published plan asks for, in the order in which they enter.

    The rounds of beacons are not named: they follow from the moment of the commitment.
    """

    task: str
    stage: Literal["entities", "officers"]
    witnesses: tuple[str, ...]
    lotteries: tuple[LotteryIssue, ...]


@dataclass(frozen=True, kw_only=True)
class PrepareReplacement(DrawCommand):
    """Announce the draw of a substitute for one seat that is vacant, with sources as the plan asks for officers."""

    seat: Seat
    witnesses: tuple[str, ...]
    lotteries: tuple[LotteryIssue, ...]


@dataclass(frozen=True, kw_only=True)
class BringCommitment(DrawCommand):
    """A witness hands in the hash of a secret number: H(tag || nonce) in hex, draw-v1 §4."""

    commit: str


@dataclass(frozen=True, kw_only=True)
class EnterPaper(DrawCommand):
    """Type in the hash from the form of a witness without a computer; it counts once a second person typed the same."""

    who: str
    commit: str


@dataclass(frozen=True, kw_only=True)
class CommitDraw(DrawCommand):
    """Fix list, rule and sources before any source can be known."""


@dataclass(frozen=True, kw_only=True)
class CoverDraw(DrawCommand):
    """Note that a published checkpoint of so many leaves covers the commitment. The program itself does this.

    `witnesses` are the names of the keys whose cosignatures made it count.
    """

    checkpoint: int
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RevealSource(DrawCommand):
    """Open a witness's number, 32 bytes in hex. Whose it is follows from the hash, so an envelope may be opened by others."""

    nonce: str


@dataclass(frozen=True, kw_only=True)
class EnterBeacon(DrawCommand):
    """Enter a drand round, from any relay: its signature proves it."""

    chain: ChainName
    round: int
    signature: str
    previous_signature: str | None


@dataclass(frozen=True, kw_only=True)
class EnterLottery(DrawCommand):
    """Enter the official numbers of a lottery issue, group by group; they count once two people entered the same."""

    name: str
    issue: str
    numbers: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class DiscloseDraw(DrawCommand):
    """Publish proof and list of a draw whose visits did not all begin within the window."""


@dataclass(frozen=True, kw_only=True)
class LookAtDraw(DrawCommand):
    """Read a part of a draw that is not public yet; the look itself is recorded."""

    part: Part


@dataclass(frozen=True, kw_only=True)
class RequestVoid(DrawCommand):
    """Ask that a draw shall not count, with the reason."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveVoid(Judgement, DrawCommand):
    """Somebody else agrees that a draw shall not count."""


@dataclass(frozen=True, kw_only=True)
class DeclineVoid(Judgement, DrawCommand):
    """Somebody else finds that the draw counts, and says why; it goes on where it stood."""

    reason: str


AnyDrawCommand = (
    PrepareDraw
    | PrepareReplacement
    | BringCommitment
    | EnterPaper
    | CommitDraw
    | CoverDraw
    | RevealSource
    | EnterBeacon
    | EnterLottery
    | DiscloseDraw
    | LookAtDraw
    | RequestVoid
    | ApproveVoid
    | DeclineVoid
)


@dataclass(frozen=True, kw_only=True)
class DrawPrepared:
    """A draw was announced; `predecessors` are the voided draws of the same task and stage, or of the same seat.

    `entities_draw` is the draw of entities whose list gets the officers; None where entities are drawn. `seat` is the one
    that a replacement fills, else None.
    """

    task: str
    stage: Stage
    witnesses: tuple[str, ...]
    lotteries: tuple[LotteryIssue, ...]
    predecessors: tuple[str, ...]
    entities_draw: str | None
    seat: Seat | None


@dataclass(frozen=True, kw_only=True)
class PaperEntered:
    """One person typed the hash of the witness `who` from paper."""

    who: str
    commit: str


@dataclass(frozen=True, kw_only=True)
class WitnessCommitted:
    """The hash of the witness `who` counts: handed in in person, or typed alike by two people."""

    who: str
    commit: str


@dataclass(frozen=True, kw_only=True)
class DrawCommitted:
    """The list, the rule and the sources were fixed before any source could be known.

    `commitment` is the object of draw-v1 §3. `ledger_size` is the number of leaves when the registries were read:
    replay this many, get this pool.
    """

    commitment: Mapping[str, Any]
    ledger_size: int


@dataclass(frozen=True, kw_only=True)
class AssignmentCommitted:
    """The same for a draw of officers; `commitment` is the object of assign-v1."""

    commitment: Mapping[str, Any]
    ledger_size: int


@dataclass(frozen=True, kw_only=True)
class DrawCovered:
    """A published checkpoint of `checkpoint` leaves covers the commitment.

    `witnesses` are those whose cosignatures made it count, by the names of their keys; none where no policy asks for any.
    """

    checkpoint: int
    witnesses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LotteryEntered:
    """One person entered the numbers of a lottery; `index` is its place in the commitment."""

    index: int
    numbers: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class SourceRevealed:
    """A source arrived; `index` is its place in the commitment, `revealed` as in the proof bundle."""

    index: int
    revealed: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DrawComputed:
    """The list that follows from the commitment and its sources; hex and shapes as in the proof bundle."""

    alpha: str
    vrf_proof: str
    seed: str
    strata: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class AssignmentComputed:
    """The assignment that follows from the commitment and its sources."""

    alpha: str
    vrf_proof: str
    seed: str
    output: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DrawDisclosed:
    """Proof and list are public from here on."""


@dataclass(frozen=True, kw_only=True)
class DrawLookedAt:
    """The actor read this part of the draw before it was public."""

    part: Part


@dataclass(frozen=True, kw_only=True)
class VoidRequested:
    """Somebody asked that the draw shall not count."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DrawVoided:
    """The draw does not count. Everything of it stays in sight; the discipline office is told by this event."""

    reason: str
    requested_by: str
    computed: bool


@dataclass(frozen=True, kw_only=True)
class VoidDeclined:
    """The draw counts after all."""

    reason: str
