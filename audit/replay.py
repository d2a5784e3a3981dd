"""Deciding again: the domain is asked anew for every event, on the history before it.

An event is accepted when a command exists whose decision, on exactly that history, by that person
in that role at that time, gives it and everything that was recorded with it, before the next
command or commit begins. This covers who may act, second persons, stages, pools, inputs, and the
lists that follow from a draw's sources.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from audit.commands import command_behind
from audit.notes import NOTED, note_of
from audit.older_commands import OlderCommands
from audit.signed import CODES, command_signed, differs
from domain.canonical import canon
from domain.decisions import decide
from domain.draw_commands import AssignmentComputed, DrawComputed, DrawCovered
from domain.errors import DomainError
from domain.facts import Asked, Context
from domain.genesis import LedgerOpened
from domain.history import History
from domain.values import made
from ledger import codec, vrf
from ledger.prover import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.leaves import Act
    from audit.report import Findings
    from domain.facts import Command, Fact, Prove, Recorded
    from ledger.quick import Stored


COMPUTED = (DrawComputed, AssignmentComputed)
_REMEMBERED = frozenset({*COMPUTED, DrawCovered, *NOTED})


class Replay:
    """Folds the events into a history and asks the domain for each.

    `stopped` is the leaf where it had to end, `computed` the leaf at which each draw was computed,
    `covered` what was recorded of checkpoints over draws.
    """

    def __init__(self, findings: Findings, checkpointed: Callable[[int], int]) -> None:
        self.history = History()
        self.stopped: int | None = None
        self.computed: dict[str, int] = {}
        self.covered: list[tuple[Recorded, DrawCovered]] = []
        self._findings = findings
        self._checkpointed = checkpointed
        self._held: tuple[Act, Stored] | None = None
        self._last: Recorded | None = None
        self._act: Act | None = None
        self._due: deque[Fact] = deque()
        self._spoken: set[bytes] = set()
        self._older = OlderCommands()

    def feed(self, act: Act, stored: Stored) -> None:
        """Take the next event; the one before it is judged now, as its proof may stand in this one."""
        if self._held is not None:
            own, held = self._held
            self._judge(own, held, stored.recorded.event if own == act else None)
        self._held = act, stored

    def stop(self, leaf: int) -> None:
        """End here: without this leaf, no later state is known."""
        self.finish()
        if self.stopped is None:
            self.stopped = leaf
            self._findings.skip(
                f"叶 {leaf} 起的业务规则、抽取与投影 / rules, draws and projections from leaf {leaf} on"
            )

    def finish(self) -> None:
        """Judge the last event."""
        if self._held is not None:
            self._judge(*self._held, None)
            self._held = None
        self._end_act()

    def _judge(self, act: Act, stored: Stored, following: object) -> None:
        """Decide an event again and fold it; `following` is the event behind it in the same act, if any."""
        if self.stopped is not None:
            return
        recorded = stored.recorded
        if self._act != act:
            self._end_act()
            self._act = act
            self._spoken.clear()
        try:
            self._decide_again(stored, following)
        except DomainError as error:
            code = error.code if error.code in CODES else "decision-refused"
            self._fail(code, recorded, f"{error.code}: {error.detail}")
        except Exception as error:  # noqa: BLE001 - a hostile event may break any assumption
            self._fail("decision-refused", recorded, repr(error))
        self._last = recorded
        if type(recorded.event) in _REMEMBERED:
            self._remember(recorded)
        self._older.take(recorded, self.history)
        self._fold(recorded)

    def _remember(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, COMPUTED):
            self.computed[recorded.stream] = recorded.leaf
        elif isinstance(event, DrawCovered):
            self.covered.append((recorded, event))
        elif (told := note_of(recorded, self.history)) is not None:
            self._findings.note(told)

    def _fold(self, recorded: Recorded) -> None:
        try:
            self.history.apply(recorded)
        except Exception as error:  # noqa: BLE001 - the same: no decision ever led to this event
            self._fail("event-impossible", recorded, repr(error))
            self._held = None
            self.stop(recorded.leaf)

    def _decide_again(self, stored: Stored, following: object) -> None:
        recorded = stored.recorded
        if recorded.leaf == 0:
            if not isinstance(recorded.event, LedgerOpened) or recorded.stream != "ledger":
                self._fail("genesis-missing", recorded, "叶 0 不是开账 / leaf 0 opens no ledger")
            return
        if self._due and stored.signed is not None:
            raise differs(
                "签名不在命令的首个事件上 / the signature is not at the command's first event"
            )
        if not self._due:
            command = self._command(stored)
            if command is None:
                reason = "没有命令会单独产生此事件 / no command leads to this event by itself"
                self._fail("decision-differs", recorded, reason)
                return
            facts = decide(self.history, command, self._context(stored, following))
            if len(facts) == 1 and _equal(facts[0], stored):
                return  # as nearly all do
            self._due.extend(facts)
        elif not self._same_act(recorded):
            self._due.clear()
            reason = (
                "与前一事件非同一人同一命令 / not by the person and command of the event before"
            )
            self._fail("decision-differs", recorded, reason)
            return
        fact = self._due.popleft() if self._due else None
        if fact is None or not _equal(fact, stored):
            self._due.clear()
            reason = "按当时的历史应产生别的事件 / another event follows from the history"
            self._fail("decision-differs", recorded, reason)

    def _command(self, stored: Stored) -> Command | None:
        """The command as its actor signed it, or else the one behind the event."""
        signed = stored.signed
        if signed is None:
            return command_behind(stored.recorded, self.history)
        said = canon(signed.command)
        if said in self._spoken:
            reason = "同一签名命令已记录过 / the same signed command is on record already"
            raise DomainError("command-repeated", reason)
        self._spoken.add(said)
        return command_signed(signed, self.history, self._older)

    def _context(self, stored: Stored, following: object) -> Context:
        recorded = stored.recorded
        return made(
            Context,
            actor=recorded.actor,
            now=recorded.recorded_at,
            position=recorded.leaf,
            checkpointed=self._checkpointed(recorded.leaf),
            prove=_prover(following) if isinstance(following, COMPUTED) else _unproved,
            checks=CHECKS,
            signed_by=stored.signed.key if stored.signed else None,
        )

    def _same_act(self, recorded: Recorded) -> bool:
        last = self._last
        return last is not None and (last.actor, last.command_id, last.recorded_at) == (
            recorded.actor,
            recorded.command_id,
            recorded.recorded_at,
        )

    def _end_act(self) -> None:
        if self._due and self._last is not None:
            reason = (
                f"缺少随之产生的 {len(self._due)} 个事件 / events that follow from it are missing"
            )
            self._fail("decision-differs", self._last, reason)
        self._due.clear()

    def _fail(self, code: str, recorded: Recorded, reason: str) -> None:
        self._findings.add(code, recorded.stream, reason, recorded.leaf)


def _unproved(_: Asked) -> tuple[bytes, bytes]:
    raise DomainError("vrf-proof-invalid", "抽取结果未随之记录 / no result is recorded")


def _prover(computed: DrawComputed | AssignmentComputed) -> Prove:
    """Answer with the recorded proof once it is verified: there is no other answer to give."""

    def prove(asked: Asked) -> tuple[bytes, bytes]:
        pi = bytes.fromhex(computed.vrf_proof)
        beta = vrf.verify(asked.vrf_key, asked.alpha, pi)
        if beta is None:
            raise DomainError("vrf-proof-invalid", "VRF 证明不成立 / the proof does not hold")
        return pi, beta

    return prove


def _equal(fact: Fact, stored: Stored) -> bool:
    """Compare what the domain says with what stands there, lists and tuples alike."""
    recorded = stored.recorded
    if fact.stream != recorded.stream or stored.sealed_for not in (None, fact.subject):
        return False
    if fact.event == recorded.event:
        return True
    (name, data), (other, stands) = codec.encode(fact.event), codec.encode(recorded.event)
    return name == other and canon(data) == canon(stands)
