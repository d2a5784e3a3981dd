"""Commands that are decided and recorded together: one transaction, one signature, one write to disk.

Each is decided on exactly the history that its events will follow, with those before it in the group;
each is refused, or fails, by itself; and each gets its own answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.acts import OPENING, act_of
from domain.decisions import decide, require_alone
from domain.draw_commands import AssignmentCommitted, DrawCommitted
from domain.errors import DomainError
from domain.facts import Actor, Command, Context, Recorded
from domain.signing import Signature, SignedCommand, message, verified, with_salt
from domain.values import made
from ledger.prover import CHECKS, missing_key
from ledger.recorder import CommandKey, Span
from ledger.store import Draft, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eventsourcing.persistence import StoredEvent

    from domain.facts import Fact
    from domain.history import History
    from ledger.clock import Clock
    from ledger.prover import Prover
    from ledger.recorder import Found
    from ledger.store import Transaction

COMMANDS = 128  # in one group at most
EVENTS = 1000  # a group with as many takes nobody else


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a command: `events` are (leaf, stream, version, type), none if nothing changed.

    `repeated` says that the command had been recorded before and that this is its first answer.
    """

    first_leaf: int
    count: int
    events: tuple[Row, ...]
    repeated: bool = False

    @property
    def size(self) -> int:
        """Leaves that a reader must have seen to see what the command did."""
        return self.first_leaf + self.count


@dataclass(kw_only=True, eq=False)
class Request:
    """What somebody asks to have recorded under one command id, and what became of it.

    `signatures` holds one entry for each command, in order, or is empty where nothing is signed.
    """

    commands: tuple[Command, ...]
    actor: Actor
    key: CommandKey
    signatures: tuple[Signature | None, ...] = ()
    outcome: Receipt | Exception | None = None

    def answer(self) -> Receipt:
        """Give the receipt, or raise why there is none."""
        if isinstance(self.outcome, Receipt):
            return self.outcome
        raise self.outcome or RuntimeError("whoever leads leaves nobody without an answer")

    @property
    def alone(self) -> bool:
        """Whether it shares its commit with nobody: a draw's holder answers only to what is recorded."""
        return any(isinstance(command, OPENING) for command in self.commands)


class Written(NamedTuple):
    """What a group stored: the bytes of its leaves, and the branch of the history that was made of these."""

    branch: History
    states: list[bytes]


class Group:
    """Decides requests, one after another, on a branch of the history; `record` then stores what followed."""

    def __init__(
        self, history: History, transaction: Transaction, clock: Clock, prover: Prover
    ) -> None:
        self.outcomes: dict[Request, Receipt | Exception] = {}
        self._branch = history.branch()
        self._transaction = transaction
        self._clock = clock
        self._prover = prover
        self._rows: list[StoredEvent] = []
        self._joined: list[Request] = []
        self._spans: dict[str, Span] = {}

    def fits(self, request: Request, before: Sequence[Request]) -> bool:
        """Whether this one still belongs to the group when those before it do."""
        if not before:
            return True
        room = len(before) < COMMANDS and len(self._rows) < EVENTS
        return room and not request.alone and not before[0].alone

    def decide(self, requests: Sequence[Request], known: Found | None = None) -> None:
        """Decide these, each as if it were alone; `known` was asked for them, or is asked now.

        Raises only what concerns all: the database is lost.
        """
        found = (known or self._transaction.find([request.key.id for request in requests]))()
        for request in requests:
            before = found.get(request.key.id) or self._spans.get(request.key.id)
            if before is not None:
                self.outcomes[request] = self._answer_again(request, before)
                continue
            try:
                self.outcomes[request] = self._decide(request)
            except Exception as error:  # noqa: BLE001 - it fails by itself, and is raised to who asked
                self.outcomes[request] = error

    def join(self, requests: Sequence[Request]) -> None:
        """Decide these as if none of them had been recorded before: `record` finds out.

        So nobody waits for that answer. Who had recorded something cannot do it again, for a command id
        is recorded once; and who records nothing is asked for by then.
        """
        self.decide(requests, dict)
        self._joined += requests

    def record(self) -> Written | None:
        """Store what followed as one commit, and give what is to be found there once it is kept.

        The commit fails with an IntegrityError where somebody joined whose command had been recorded.
        """
        self._look_up([one for one in self._joined if one.key.id not in self._spans])
        if not self._rows:
            return None
        if self._branch.size != self._transaction.size + len(self._rows):
            raise RuntimeError("a command that failed left something on the branch")
        self._transaction.store(self._rows, list(self._spans.values()))
        return Written(self._branch, [row.state for row in self._rows])

    def _look_up(self, requests: Sequence[Request]) -> None:
        """Who was refused, or changed nothing, gets its first answer where it had one."""
        ids = [request.key.id for request in requests]
        found = self._transaction.find(ids)() if ids else {}
        for request in requests:
            if before := found.get(request.key.id):
                self.outcomes[request] = self._answer_again(request, before)

    def _answer_again(self, request: Request, known: Span) -> Receipt | DomainError:
        if known.command.digest != request.key.digest:
            detail = f"{request.key.id} 已用于另一请求 / names another request"
            return DomainError("command-id-reused", detail)
        first, count = known.first_leaf, known.count
        if first < self._transaction.size:
            rows = tuple(self._transaction.rows(first, count))
        else:
            own = first - self._transaction.size
            rows = _rows(first, self._rows[own : own + count])
        return Receipt(first_leaf=first, count=count, events=rows, repeated=True)

    def _decide(self, request: Request) -> Receipt:
        """Decide each command on what the ones before it would make of the history."""
        require_alone(request.commands)
        first, now = self._branch.size, self._clock.now()
        drafts: list[Draft] = []
        trial = self._branch
        signatures = request.signatures or (None,) * len(request.commands)
        spoken: set[bytes] = set()
        for command, signature in zip(request.commands, signatures, strict=True):
            if drafts:
                trial = self._branch.branch() if trial is self._branch else trial
                for draft in drafts[trial.size - first :]:
                    trial.apply(draft.recorded)
            signed = _verified(command, signature, request.key, trial, spoken)
            context = self._context(request.actor, now, trial.size, signed)
            facts = tuple(_sealing_salt(decide(trial, command, context), signature))
            drafts += self._drafts(facts, trial, request, context, signed)
        return (
            self._take(request, drafts) if drafts else Receipt(first_leaf=first, count=0, events=())
        )

    def _drafts(
        self,
        facts: Sequence[Fact],
        history: History,
        request: Request,
        context: Context,
        signed: SignedCommand | None,
    ) -> Iterator[Draft]:
        """Give the facts the places that follow on this history."""
        versions: dict[str, int] = {}
        for leaf, fact in enumerate(facts, start=history.size):
            self._require_key(fact)
            before = versions.get(fact.stream) or history.version(fact.stream)
            versions[fact.stream] = version = before + 1
            recorded = made(
                Recorded,
                leaf=leaf,
                stream=fact.stream,
                version=version,
                recorded_at=context.now,
                actor=request.actor,
                command_id=request.key.id,
                event=fact.event,
            )
            yield Draft(recorded=recorded, fact=fact, signed=signed)
            signed = None  # it stands with the first event of its command alone

    def _take(self, request: Request, drafts: Sequence[Draft]) -> Receipt:
        """Seal what follows from a request; the branch goes on by what will be read back."""
        sealed = self._transaction.seal(drafts)
        first = self._branch.size
        for one in sealed:
            self._branch.apply(one.recorded)
        rows = [one.row for one in sealed]
        self._rows += rows
        self._spans[request.key.id] = Span(command=request.key, first_leaf=first, count=len(rows))
        return Receipt(first_leaf=first, count=len(rows), events=_rows(first, rows))

    def _context(
        self, actor: Actor, now: str, position: int, signed: SignedCommand | None
    ) -> Context:
        return made(
            Context,
            actor=actor,
            now=now,
            position=position,
            checkpointed=self._transaction.checkpointed,
            prove=self._prover.prove,
            checks=CHECKS,
            signed_by=signed.key if signed else None,
        )

    def _require_key(self, fact: Fact) -> None:
        """A draw is not committed under a key that nobody could prove it with."""
        if isinstance(fact.event, DrawCommitted | AssignmentCommitted):
            key = bytes.fromhex(fact.event.commitment["vrf_key"])
            if key not in self._prover.public_keys():
                raise missing_key(key)


def _verified(
    command: Command,
    signature: Signature | None,
    key: CommandKey,
    history: History,
    spoken: set[bytes],
) -> SignedCommand | None:
    """What the person signed; the same words are not recorded twice under one command id."""
    if signature is None:
        return None
    name = act_of(command).name
    signed = verified(
        command, signature, name=name, command_id=key.id, history=history, checks=CHECKS
    )
    said = message(signed.command)
    if said in spoken:
        detail = "同批中同一命令签了两次 / the same signed command stands twice in the batch"
        raise DomainError("command-repeated", detail)
    spoken.add(said)
    return signed


def _sealing_salt(facts: Iterable[Fact], signature: Signature | None) -> Iterator[Fact]:
    """Keep the salt where the texts are that it belongs to."""
    salt = signature.salt if signature else None
    for fact in facts:
        yield with_salt(fact, salt) if salt and fact.personal else fact


def _rows(first: int, stored: Sequence[StoredEvent]) -> tuple[Row, ...]:
    return tuple(
        (leaf, str(one.originator_id), one.originator_version, one.topic)
        for leaf, one in enumerate(stored, start=first)
    )
