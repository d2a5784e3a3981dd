"""A draw that waits for its last source, on a real ledger; and the draw process on a real socket, in a thread."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from domain.draw_commands import (
    BringCommitment,
    CommitDraw,
    EnterBeacon,
    EnterLottery,
    LotteryIssue,
    PrepareDraw,
)
from domain.draw_state import Draw
from domain.facts import Asked
from domain.lottery.commitment import commitment_from_json
from domain.lottery.entropy import all_randomness, witness_commit
from domain.lottery.seed import alpha_of
from ledger.prover_socket import listening
from ledger.store import Draft
from tests import beacons
from tests.story import VRF_PUBLIC, Story, nonce_of, plan_row, terms, with_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.key_holder import KeyHolder
    from ledger.store import Ledger

TASK = "联2024026"
DRAW = f"{TASK}.entities.1"
OPERATOR = ("operator", "draw_operator")
# An hour and a minute after this, round 1000 of quicknet is due.
BEFORE_ROUND_1000 = "2023-08-23T14:58:24.000Z"
LATER = "2023-08-23T18:00:00.000Z"
BEACON = beacons.revealed("quicknet", 1000)
ISSUE = LotteryIssue(
    name="示例双色球", issue="2023099", opens_at="2023-08-23T17:00:00.000Z", groups=(6, 1)
)
NUMBERS = ((3, 9, 17, 21, 30, 33), (5,))
REVEALED: tuple[dict[str, Any], ...] = (
    BEACON,
    {"numbers": [list(group) for group in NUMBERS]},
    {"nonce": nonce_of(DRAW, "witness1").hex()},
)


def prepared() -> Story:
    """A draw with a beacon, a lottery and a witness, whose list is not fixed yet."""
    asked = terms(witnesses=1, beacons=("quicknet",), lotteries=(ISSUE.name,))
    row = plan_row(
        window_from="2023-06-01",
        window_to="2023-09-30",
        entities_draw=asked,
        officers_draw=terms(),
    )
    story = with_task(row)
    story.now = BEFORE_ROUND_1000
    prepare = PrepareDraw(
        draw_id=DRAW, task=TASK, stage="entities", witnesses=("witness1",), lotteries=(ISSUE,)
    )
    story.act(*OPERATOR, prepare)
    commit = witness_commit(nonce_of(DRAW, "witness1")).hex()
    story.act("witness1", "witness", BringCommitment(draw_id=DRAW, commit=commit))
    return story


def fixed() -> Story:
    """The same, committed and covered."""
    story = prepared()
    story.act(*OPERATOR, CommitDraw(draw_id=DRAW))
    story.cover(DRAW)
    return story


def enter_beacon(story: Story) -> None:
    """Somebody copies the round."""
    signature = BEACON["signature"]
    beacon = EnterBeacon(
        draw_id=DRAW, chain="quicknet", round=1000, signature=signature, previous_signature=None
    )
    story.now = LATER
    story.act("witness2", "witness", beacon)


def enter_numbers(story: Story, who: str = "clerk-edu", role: str = "clerk") -> None:
    """One person types the numbers of the lottery; it takes two for them to count."""
    story.now = LATER
    story.act(
        who,
        role,
        EnterLottery(draw_id=DRAW, name=ISSUE.name, issue=ISSUE.issue, numbers=NUMBERS),
    )


def waiting() -> Story:
    """Everything has arrived but the number of the witness."""
    story = fixed()
    enter_beacon(story)
    enter_numbers(story)
    enter_numbers(story, "approver1", "approver")
    return story


def record(ledger: Ledger, story: Story) -> None:
    """Put on the ledger what the story has and the ledger has not; its opening is the ledger's own."""
    size = ledger.size()
    drafts = [
        Draft(recorded=recorded, fact=fact)
        for recorded, fact in zip(story.recorded[size:], story.facts[size:], strict=True)
    ]
    with ledger.transaction() as transaction:
        transaction.append(drafts)


def asked_of(
    story: Story,
    revealed: tuple[dict[str, Any], ...] = REVEALED,
    draw_id: str = DRAW,
    **changes: Any,  # noqa: ANN401 - any field
) -> Asked:
    """What the service asks when the last source arrives."""
    draw = story.history.get(Draw, draw_id)
    assert draw is not None
    assert draw.committed is not None
    commitment = commitment_from_json(dict(draw.committed.commitment))
    alpha = alpha_of(commitment.digest(), all_randomness(commitment.sources, list(revealed)))
    right = Asked(draw_id=draw_id, vrf_key=VRF_PUBLIC, alpha=alpha, entropy=revealed)
    return replace(right, **changes)


@dataclass(frozen=True, kw_only=True)
class DrawProcess:
    """Where it listens."""

    socket: Path


@contextmanager
def draw_process(holder: KeyHolder) -> Iterator[DrawProcess]:
    """Let it answer until the block ends. The folder is a short one: a socket's path has 107 bytes at most."""
    with TemporaryDirectory(prefix="prover-") as folder:
        path = Path(folder) / "prover.sock"
        with listening(path, holder) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield DrawProcess(socket=path)
            finally:
                server.shutdown()
                thread.join()
