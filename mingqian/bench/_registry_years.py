"""The export of a county's registry after many years, made without a database.

The domain decides every event, as the writer would have it. Five thousand schools are registered; from then on one
registrar proposes and another settles, ten entries a commit: suspended and restored, exempted, visited, changed, and
most changes rejected. What states keep for ever (a visit, details that held once) is one proposal in six.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.canonical import canon
from domain.decisions import decide
from domain.facts import Actor, Asked, Context, Fact, Recorded
from domain.genesis import LedgerOpened
from domain.history import History
from domain.merkle import Frontier, leaf_hash
from domain.organisation import AddDepartment, AddStaff
from domain.registry_commands import (
    AddEntity,
    ChangeEntity,
    ConfirmChange,
    EntityDetails,
    ExemptEntity,
    RecordVisit,
    RejectChange,
    Restore,
    Suspend,
)
from ledger import codec, commits, note
from ledger.envelope import Envelope
from ledger.prover import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.facts import Command

ENTITIES = 5_000
PER_COMMIT = 10
ORIGIN = "bench.example/audit"
NOW = "2024-03-01T01:00:00.000Z"
SYSTEM = Actor(id="system", role="system")
PROPOSING, SETTLING = (Actor(id=f"registrar{n}", role="registrar") for n in (1, 2))


class _Export:
    """An export in the making: events and commits are written as they are decided."""

    def __init__(self, events: BinaryIO, lines: BinaryIO) -> None:
        self.service, self.log = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.vkey = note.log_key(ORIGIN, self.log.public_key().public_bytes_raw())
        self.tree, self.commits = Frontier(), 0
        self._events, self._lines = events, lines
        self._history, self._link = History(), commits.FIRST_LINK
        opened = LedgerOpened(
            origin=ORIGIN,
            vkey=str(self.vkey),
            service_key=self.service.public_key().public_bytes_raw().hex(),
            vrf_key="00" * 32,
            mode="development",
        )
        self._seal(0, [self._record(Fact(stream="ledger", event=opened), SYSTEM)])

    def act(self, actor: Actor, *given: Command) -> None:
        """Decide the commands and make them one commit."""
        first = self.tree.size
        facts = (fact for command in given for fact in self._decide(actor, command))
        self._seal(first, [self._record(fact, actor) for fact in facts])

    def _decide(self, actor: Actor, command: Command) -> tuple[Fact, ...]:
        context = Context(
            actor=actor,
            now=NOW,
            position=self.tree.size,
            checkpointed=0,
            prove=_no_draw,
            checks=CHECKS,
        )
        return decide(self._history, command, context)

    def _record(self, fact: Fact, actor: Actor) -> bytes:
        recorded = Recorded(
            leaf=self.tree.size,
            stream=fact.stream,
            version=self._history.version(fact.stream) + 1,
            recorded_at=NOW,
            actor=actor,
            command_id=str(UUID(int=self.commits + 1)),
            event=fact.event,
        )
        self._history.apply(recorded)
        state = _bytes(recorded)
        self._events.write(state + b"\n")
        hashed = leaf_hash(state)
        self.tree.append(hashed)
        return hashed

    def _seal(self, first: int, hashes: list[bytes]) -> None:
        commit = commits.seal(self._link, first, hashes, self.service)
        self._link, self.commits = commit.link, self.commits + 1
        self._lines.write(canon(commit.as_object()) + b"\n")


def write(folder: Path, events: int) -> None:
    """Write an export of about so many events, and beside it the log's key as `vkey`."""
    export = folder / "export"
    export.mkdir(parents=True)
    with (export / "events.jsonl").open("wb") as lines, (export / "commits.jsonl").open("wb") as of:
        made = _Export(lines, of)
        made.act(SYSTEM, AddDepartment(id="edu", name="示例教育局", collates=False))
        for one in (PROPOSING, SETTLING):
            made.act(
                SYSTEM, AddStaff(id=one.id, department="edu", roles=("registrar",), personal={})
            )
        for proposals, answers in _years():
            if made.tree.size >= events:
                break
            made.act(PROPOSING, *proposals)
            made.act(SETTLING, *answers)
    head = note.Checkpoint(origin=ORIGIN, size=made.tree.size, root=made.tree.root())
    (export / "checkpoint").write_text(note.sign_checkpoint(head, made.log), "utf-8")
    manifest = {
        "format": "mingqian-ledger-v1",
        "origin": ORIGIN,
        "events": made.tree.size,
        "commits": made.commits,
        "checkpoints": 1,
        "bundles": 0,
        "exported_at": NOW,
        "exported_by": "bench",
    }
    (export / "manifest.json").write_bytes(canon(manifest) + b"\n")
    (folder / "vkey").write_text(str(made.vkey), "utf-8")


def _years() -> Iterator[tuple[list[Command], list[Command]]]:
    """Give what is proposed in each commit, and the answers to it."""
    for round_ in count():
        for first in range(0, ENTITIES, PER_COMMIT):
            ids = [f"school:{1300000000 + n}" for n in range(first, first + PER_COMMIT)]
            yield (
                [_proposal(id_, round_, number) for number, id_ in enumerate(ids, start=first)],
                [_answer(id_, round_) for id_ in ids],
            )


def _proposal(id_: str, round_: int, number: int) -> Command:
    details = _details(round_, number)
    if not round_:
        return AddEntity(
            id=id_, details=details, source="示例名录.xlsx", override_reason=None, personal={}
        )
    match round_ % 8:
        case 1 | 5:
            return Suspend(registry="entity", id=id_, reason="示例：停业整顿")
        case 2 | 6:
            return Restore(registry="entity", id=id_, reason="示例：恢复办学")
        case 3 | 0:
            return ChangeEntity(id=id_, details=details, reason="示例：等级和地址变更", personal={})
        case 4:
            return ExemptEntity(
                id=id_, decision="示例决〔2024〕1号", valid_from="2024-01-01", valid_to="2024-12-31"
            )
        case _:
            return RecordVisit(id=id_, on=f"2024-02-{1 + round_ % 28:02}", reference="示例记录")


def _answer(id_: str, round_: int) -> Command:
    version = 2 * round_ + 1
    if round_ and round_ % 16 in {0, 3, 8}:
        return RejectChange(registry="entity", id=id_, version=version, reason="示例：材料不全")
    return ConfirmChange(registry="entity", id=id_, version=version)


def _details(round_: int, number: int) -> EntityDetails:
    return EntityDetails(
        name=f"示例校外培训机构{number}",
        kind="校外培训机构",
        tags=("示例标签",),
        credit_class=("A", "B", "C", "D")[(number + round_) % 4],
        area="示例镇",
        address=f"示例路{number + round_}号",
    )


def _bytes(recorded: Recorded) -> bytes:
    name, data = codec.encode(recorded.event)
    return Envelope(
        type=name,
        stream=recorded.stream,
        version=recorded.version,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        command_id=recorded.command_id,
        nonce=f"{recorded.leaf:032x}",
        data=data,
    ).to_bytes()


def _no_draw(_: Asked) -> tuple[bytes, bytes]:
    raise RuntimeError("nothing is drawn here")
