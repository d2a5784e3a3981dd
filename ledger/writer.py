"""The only writer: commands in, signed commits out, or nothing at all.

It takes the ledger's lock first and reads what others appended; so every decision is made on
exactly the history that its events will follow, and the outcome of any number of writers is that of
one after another. The history of a process only ever advances by what was read back from the
database, never by what the process believes it wrote: where the very bytes come back that it sealed, it
takes over the branch that it folded from them.

Commands that come while another is being written share the next commit. Nobody waits for company:
a group is who was there when the lock was held.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError

from domain.clock import FAR_MS, THRESHOLD_MS, NoteJump
from domain.draw_commands import CoverDraw
from domain.draw_state import Draw
from domain.errors import DomainError
from domain.history import History
from domain.lottery.chains import unix_ms
from domain.subjects import Subject
from ledger import entries
from ledger.clock import Watch
from ledger.database import is_away
from ledger.group import Group, Request
from ledger.recorder import CommandKey
from ledger.store import SYSTEM
from ledger.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.facts import Actor, Command
    from domain.signing import Signature
    from ledger.clock import Clock
    from ledger.cosignatures import Counted
    from ledger.entries import Entry
    from ledger.group import Receipt, Written
    from ledger.prover import Prover
    from ledger.store import Ledger, Transaction
    from ledger.turns import Fits, Take

ATTEMPTS = 3
COMMITMENT = ".committed.v1"
ERASED = "subject.erased.v1"


class Writer:
    """Decides and records. Safe among threads and among processes."""

    def __init__(self, ledger: Ledger, clock: Clock, prover: Prover) -> None:
        self._ledger = ledger
        self._clock = clock
        self._prover = prover
        self._history = History()
        self._written: Written | None = None
        self._mutex = Lock()
        self._turns = Turns(self._serve)
        self._watch = Watch(clock)
        self._watching = Lock()
        self._ahead_ms = 0  # a jump that is on record and not gone on from

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
        signatures: Sequence[Signature | None] = (),
    ) -> Receipt:
        """Decide all commands in order and record what follows in one commit, with what others ask meanwhile.

        A refusal of one drops them all. The same `command_id` with the same `digest` gives the same
        receipt and records nothing. `signatures` holds one entry for each command, in order, or is
        empty. Raises DomainError: any refusal of the domain or of `signing.verified`,
        "command-repeated", "command-id-reused", "clock-jumped", or "ledger-unavailable" when the database stays out of reach.
        """
        self._note_jump()
        key = CommandKey(id=command_id, digest=digest)
        given = tuple(signatures)
        request = Request(commands=tuple(commands), actor=actor, key=key, signatures=given)
        try:
            receipt = self._ask(request)
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
        """Before anything else is recorded: what the clock did since it was last looked at.

        What is recorded far ahead of true time would keep everybody waiting until it is that late. So after a jump far
        forwards nothing is, until the clock is back or somebody has looked at it and started the service anew.
        """
        with self._watching:
            jump_ms = self._watch.jump_ms()
            if abs(jump_ms) < THRESHOLD_MS:
                self._ahead_ms = 0
                return
            if abs(jump_ms - self._ahead_ms) >= THRESHOLD_MS:
                self._note(jump_ms)
            if jump_ms >= FAR_MS and not self._was_behind(jump_ms):
                self._ahead_ms = jump_ms
                raise _jumped(jump_ms)
            self._watch.accept(jump_ms)
            self._ahead_ms = 0

    def _was_behind(self, jump_ms: int) -> bool:
        """Whether the clock was behind the ledger before it jumped: then it was put right."""
        return unix_ms(self._clock.now()) - jump_ms < unix_ms(self.history().recorded_at)

    def _note(self, jump_ms: int | None) -> None:
        key = CommandKey(id=str(uuid4()))
        try:
            self._ask(Request(commands=(NoteJump(jump_ms=jump_ms),), actor=SYSTEM, key=key))
        except DomainError as refusal:
            if refusal.code != "clock-steady":  # noted already, or by too little to matter
                raise

    def history(self) -> History:
        """Give the history as of now, to look at: it moves on with the next command, here or elsewhere."""
        with self._mutex:
            self._catch_up(self._ledger)
            return self._history

    def _ask(self, request: Request) -> Receipt:
        """Have it decided and recorded by whoever leads."""
        self._turns.join(request)
        return request.answer()

    def _serve(self, take: Take[Request]) -> None:
        """Lead a group, which others join until the database has it."""
        group = take(lambda _, taken: not taken)
        try:
            with self._mutex:
                self._persist(group, take)
        finally:
            for request in group:
                if request.outcome is None:  # interrupted: only its command id can tell
                    request.outcome = _unavailable()

    def _persist(self, group: list[Request], take: Take[Request]) -> None:
        """Try again when the database was lost: then the command ids tell what was recorded."""
        lost: Exception | None = None
        for _ in range(ATTEMPTS):
            known = len(group)
            try:
                self._attempt(group, take)
            except IntegrityError as error:
                if len(group) == known:
                    self._one_by_one(group, error)
                    return
                take = _nobody  # of those who joined, somebody had been recorded: now all are looked up
            except (OperationalError, InterfaceError) as error:
                if not is_away(error):
                    self._one_by_one(group, error)
                    return
                lost = error
                self._ledger.reconnect()
            except Exception as error:  # noqa: BLE001 - raised to who asked, in their own thread
                self._one_by_one(group, error)
                return
            else:
                return
        group += take(lambda *_: True)  # who waits would find the same, one after another
        for request in group:
            request.outcome = _unavailable()
            request.outcome.__cause__ = lost

    def _one_by_one(self, group: list[Request], error: Exception) -> None:
        """One of them cannot be recorded, and the database does not say which."""
        if len(group) == 1:
            group[0].outcome = error
            return
        for request in group:
            self._persist([request], _nobody)
            if _is_unavailable(
                request.outcome
            ):  # so it is for those after it, who get that answer too
                return

    def _attempt(self, group: list[Request], take: Take[Request]) -> None:
        if not self._history.size:  # a long first reading need not keep others waiting
            self._catch_up(self._ledger)
        with self._ledger.transaction() as transaction:
            known = transaction.find([request.key.id for request in group])
            self._catch_up(transaction)  # who is alone waits for one answer to both
            decided = Group(self._history, transaction, self._clock, self._prover)
            decided.decide(group, known)
            while others := take(decided.fits):
                group += others
                decided.join(others)
            self._written = decided.record()
        for request, outcome in decided.outcomes.items():
            request.outcome = outcome

    def _catch_up(self, source: Ledger | Transaction) -> None:
        while batch := source.read(self._history.size):
            for entry in batch[self._adopt(batch) :]:
                self._history.apply(entry.recorded())
            if len(batch) < entries.BATCH:
                return

    def _adopt(self, batch: Sequence[Entry]) -> int:
        """Go on as the last group did, if these leaves begin with its own; give how many those are."""
        written, self._written = self._written, None
        if written is None:
            return 0
        count = len(written.states)
        own = [entry.state for entry in batch[:count]] == written.states
        if not own or written.branch.size != self._history.size + count:
            return 0
        self._history.adopt(written.branch)
        return count


def _nobody(_: Fits[Request]) -> list[Request]:
    return []


def _unavailable() -> DomainError:
    return DomainError("ledger-unavailable", "数据库不可用 / database out of reach")


def _is_unavailable(outcome: Receipt | Exception | None) -> bool:
    return isinstance(outcome, DomainError) and outcome.code == "ledger-unavailable"


def _jumped(jump_ms: int) -> DomainError:
    detail = (
        f"时钟向前跳了 {jump_ms // 1000} 秒，校准后自动恢复；确认无误则重启服务 / the clock jumped forwards by so many"
        " seconds: set it right, or, if it is right, start the service anew"
    )
    return DomainError("clock-jumped", detail)
