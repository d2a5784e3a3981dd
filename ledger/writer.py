"""The only writer: commands in, one signed commit out, or nothing at all.

It takes the ledger's lock first and reads what others appended; so every decision is made on
exactly the history that its events will follow, and the outcome of any number of writers is that of
one after another. The history of a process only ever advances by what was read back from the
database, never by what the process believes it wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from eventsourcing.persistence import InterfaceError, OperationalError

from domain.clock import THRESHOLD_MS, NoteJump
from domain.decisions import decide, require_alone
from domain.draw_commands import AssignmentCommitted, CoverDraw, DrawCommitted
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.events import name_of
from domain.facts import Context, Recorded
from domain.history import History
from domain.subjects import Subject
from ledger import entries
from ledger.clock import Watch
from ledger.database import is_away
from ledger.prover import CHECKS, missing_key
from ledger.recorder import CommandKey
from ledger.store import SYSTEM, Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.facts import Actor, Command, Fact
    from ledger.clock import Clock
    from ledger.cosignatures import Counted
    from ledger.prover import Prover
    from ledger.store import Ledger, Transaction

ATTEMPTS = 3
COMMITMENT = ".committed.v1"
ERASED = "subject.erased.v1"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a command: `events` are (leaf, stream, version, type), none if nothing changed.

    `repeated` says that the command had been recorded before and that this is its first answer.
    """

    first_leaf: int
    count: int
    events: tuple[tuple[int, str, int, str], ...]
    repeated: bool = False

    @property
    def size(self) -> int:
        """Leaves that a reader must have seen to see what the command did."""
        return self.first_leaf + self.count


class Writer:
    """Decides and records. Safe among threads and among processes."""

    def __init__(self, ledger: Ledger, clock: Clock, prover: Prover) -> None:
        self._ledger = ledger
        self._clock = clock
        self._prover = prover
        self._history = History()
        self._mutex = Lock()
        self._watch = Watch(clock)
        self._watching = Lock()

    def now(self) -> str:
        """The moment on the clock by which it decides."""
        return self._clock.now()

    def execute(
        self,
        commands: Sequence[Command],
        *,
        actor: Actor,
        command_id: str,
        digest: bytes | None = None,
    ) -> Receipt:
        """Decide all commands in order and record what follows as one commit.

        A refusal of one drops them all. The same `command_id` with the same `digest` gives the same
        receipt and records nothing. Raises DomainError: any refusal of the domain,
        "command-id-reused", or "ledger-unavailable" when the database stays out of reach.
        """
        self._note_jump()
        key = CommandKey(id=command_id, digest=digest)
        try:
            with self._mutex:
                receipt = self._persist(commands, actor, key)
        except DomainError as refusal:
            if refusal.code == "clock-behind":
                self._note(None)
            raise
        if any(type_name.endswith(COMMITMENT) for *_, type_name in receipt.events):
            # Covered before anyone can know its sources; also when an earlier answer was lost.
            self.cover_draws()
        if any(type_name == ERASED for *_, type_name in receipt.events):
            self.forget_erased()
        return receipt

    def forget_erased(self) -> None:
        """Destroy the keys of everybody whose data the ledger says was erased; running it again changes nothing."""
        subjects = self.history().all(Subject)
        self._ledger.keys.subjects.erase(one.id for one in subjects if one.erased)

    def cover_draws(self) -> None:
        """Publish a checkpoint over the commitments that wait for one, and note for each that it counts.

        Where witnesses have yet to sign, it does not count yet: this is called again when they have.
        """
        waiting = [
            draw
            for draw in self.history().all(Draw)
            if draw.committed_leaf is not None and draw.covered_at is None and not draw.voided
        ]
        if not waiting:
            return
        counted = self._ledger.cover(1 + max(draw.committed_leaf or 0 for draw in waiting))
        for draw in waiting:
            if counted and (draw.committed_leaf or 0) < counted.size:
                self._cover(draw.id, counted)

    def _cover(self, draw_id: str, counted: Counted) -> None:
        command = CoverDraw(
            draw_id=draw_id, checkpoint=counted.size, witnesses=tuple(sorted(counted.witnesses))
        )
        try:
            self.execute([command], actor=SYSTEM, command_id=str(uuid4()))
        except DomainError as refusal:
            if refusal.code not in {"wrong-stage", "draw-voided"}:  # noted or voided meanwhile
                raise

    def _note_jump(self) -> None:
        """Before anything else is recorded: what the clock did since it was last looked at."""
        with self._watching:
            jump_ms = self._watch.jump_ms()
            if abs(jump_ms) >= THRESHOLD_MS:
                self._note(jump_ms)
                self._watch.accept(jump_ms)

    def _note(self, jump_ms: int | None) -> None:
        key = CommandKey(id=str(uuid4()))
        try:
            with self._mutex:
                self._persist([NoteJump(jump_ms=jump_ms)], SYSTEM, key)
        except DomainError as refusal:
            if refusal.code != "clock-steady":  # noted already, or by too little to matter
                raise

    def history(self) -> History:
        """Give the history as of now, to look at: it moves on with the next command, here or elsewhere."""
        with self._mutex:
            self._catch_up(self._ledger)
            return self._history

    def _persist(self, commands: Sequence[Command], actor: Actor, key: CommandKey) -> Receipt:
        """Try again when the database was lost: then the command id tells whether it was recorded."""
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(commands, actor, key)
            except (OperationalError, InterfaceError) as error:
                if not is_away(error):
                    raise
                lost = error
        raise DomainError("ledger-unavailable", "数据库不可用 / database out of reach") from lost

    def _attempt(self, commands: Sequence[Command], actor: Actor, key: CommandKey) -> Receipt:
        if not self._history.size:  # a long first reading need not keep others waiting
            self._catch_up(self._ledger)
        with self._ledger.transaction() as transaction:
            self._catch_up(transaction)
            found = transaction.find(key.id)
            if found is None:
                drafts = self._decide(commands, actor, key, transaction)
                return _record(transaction, drafts, key)
        if found.digest != key.digest:
            raise DomainError(
                "command-id-reused", f"{key.id} 已用于另一请求 / names another request"
            )
        events = tuple(self._ledger.rows(found.first_leaf, found.count))
        return Receipt(first_leaf=found.first_leaf, count=found.count, events=events, repeated=True)

    def _catch_up(self, source: Ledger | Transaction) -> None:
        while batch := source.read(self._history.size):
            for entry in batch:
                self._history.apply(entry.recorded())
            if len(batch) < entries.BATCH:
                return

    def _decide(
        self, commands: Sequence[Command], actor: Actor, key: CommandKey, transaction: Transaction
    ) -> list[Draft]:
        """Decide each command on what the ones before it would make of the history."""
        require_alone(commands)
        branch, now = self._history.branch(), self._clock.now()
        drafts: list[Draft] = []
        for command in commands:
            context = Context(
                actor=actor,
                now=now,
                position=branch.size,
                checkpointed=transaction.checkpointed,
                prove=self._prover.prove,
                checks=CHECKS,
            )
            for fact in decide(branch, command, context):
                recorded = Recorded(
                    leaf=branch.size,
                    stream=fact.stream,
                    version=branch.version(fact.stream) + 1,
                    recorded_at=now,
                    actor=actor,
                    command_id=key.id,
                    event=fact.event,
                )
                self._require_key(fact)
                branch.apply(recorded)
                drafts.append(Draft(recorded=recorded, fact=fact))
        return drafts

    def _require_key(self, fact: Fact) -> None:
        """A draw is not committed under a key that nobody could prove it with."""
        if isinstance(fact.event, DrawCommitted | AssignmentCommitted):
            key = bytes.fromhex(fact.event.commitment["vrf_key"])
            if key not in self._prover.public_keys():
                raise missing_key(key)


def _record(transaction: Transaction, drafts: list[Draft], key: CommandKey) -> Receipt:
    if not drafts:
        return Receipt(first_leaf=transaction.size, count=0, events=())
    commit = transaction.append(drafts, key)
    events = tuple(
        (
            draft.recorded.leaf,
            draft.recorded.stream,
            draft.recorded.version,
            name_of(draft.fact.event),
        )
        for draft in drafts
    )
    return Receipt(first_leaf=commit.first_leaf, count=commit.count, events=events)
