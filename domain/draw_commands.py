"""What can be asked of a draw and what is recorded of it. Entities and officers are drawn by the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Stage = Literal["entities", "officers"]


@dataclass(frozen=True, kw_only=True)
class DrawCommand:
    """What all commands to a draw carry: its id, `<plan number>.<stage>.<serial>`."""

    draw_id: str

    @property
    def stream(self) -> str:
        return f"draw/{self.draw_id}"


@dataclass(frozen=True, kw_only=True)
class PrepareDraw(DrawCommand):
    """Announce a draw and name its witnesses (staff ids), in the order in which their numbers enter."""

    task: str
    stage: Stage
    witnesses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BringCommitment(DrawCommand):
    """A witness hands in the hash of a secret number: H(tag || nonce) in hex, draw-v1 §4."""

    commit: str


@dataclass(frozen=True, kw_only=True)
class CommitDraw(DrawCommand):
    """Fix list, rule and sources before any source can be known."""


@dataclass(frozen=True, kw_only=True)
class RevealSource(DrawCommand):
    """A witness opens the number: 32 bytes in hex. The last one to open computes the draw."""

    nonce: str


@dataclass(frozen=True, kw_only=True)
class DiscloseDraw(DrawCommand):
    """Publish proof and list."""


@dataclass(frozen=True, kw_only=True)
class RequestVoid(DrawCommand):
    """Ask that a draw shall not count, with the reason."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ApproveVoid(DrawCommand):
    """Somebody else agrees that a draw shall not count."""


AnyDrawCommand = (
    PrepareDraw
    | BringCommitment
    | CommitDraw
    | RevealSource
    | DiscloseDraw
    | RequestVoid
    | ApproveVoid
)


@dataclass(frozen=True, kw_only=True)
class DrawPrepared:
    """A draw was announced; `predecessors` are the voided draws of the same task and stage.

    `entities_draw` is the draw of entities whose list gets the officers; None where entities are drawn.
    """

    task: str
    stage: Stage
    witnesses: tuple[str, ...]
    predecessors: tuple[str, ...]
    entities_draw: str | None


@dataclass(frozen=True, kw_only=True)
class WitnessCommitted:
    """The acting witness handed in a hash."""

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
class VoidRequested:
    """Somebody asked that the draw shall not count."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DrawVoided:
    """The draw does not count. Everything of it stays in sight; the discipline office is told by this event."""

    reason: str
    requested_by: str
    computed: bool
