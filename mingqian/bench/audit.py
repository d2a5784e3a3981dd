"""How fast a whole history is verified, in signature checks of the same machine in the same minute.

An export of 20,000 registry events in commits of ten is made without a database: the domain decides
every one of them, as the writer would have it. Then `audit verify` reads it as a stranger would.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.sources import Export
from audit.verify import verify
from domain import merkle
from domain.canonical import canon
from domain.decisions import decide
from domain.facts import Actor, Asked, Context, Fact, Recorded
from domain.genesis import LedgerOpened
from domain.history import History
from domain.organisation import AddDepartment, AddStaff
from domain.registry_commands import AddEntity, ConfirmChange, EntityDetails
from ledger import codec, commits, note
from ledger.envelope import Envelope
from ledger.prover import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.facts import Command

EVENTS = 20_000
PER_COMMIT = 10
RUNS = 3
SIGNATURES = 5_000
ORIGIN = "bench.example/audit"
NOW = "2024-03-01T01:00:00.000Z"
SYSTEM = Actor(id="system", role="system")


class _Made:
    """An export in the making."""

    def __init__(self) -> None:
        self.service, self.log = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.vkey = note.log_key(ORIGIN, self.log.public_key().public_bytes_raw())
        self.states: list[bytes] = []
        self.lines: list[bytes] = []
        self._history = History()
        self._link = commits.FIRST_LINK
        opened = LedgerOpened(
            origin=ORIGIN,
            vkey=str(self.vkey),
            service_key=self.service.public_key().public_bytes_raw().hex(),
            vrf_key="00" * 32,
            mode="development",
        )
        self._record([Fact(stream="ledger", event=opened)], SYSTEM)
        self._seal(0)

    def act(self, actor: Actor, *commands_: Command) -> None:
        """Decide the commands and make them one commit."""
        first = len(self.states)
        for command in commands_:
            context = Context(
                actor=actor,
                now=NOW,
                position=len(self.states),
                checkpointed=0,
                prove=_no_draw,
                checks=CHECKS,
            )
            self._record(decide(self._history, command, context), actor, first)
        self._seal(first)

    def write(self, folder: Path) -> None:
        """Write the folder."""
        root = merkle.root([merkle.leaf_hash(state) for state in self.states])
        head = note.Checkpoint(origin=ORIGIN, size=len(self.states), root=root)
        manifest = {
            "format": "mingqian-ledger-v1",
            "origin": ORIGIN,
            "events": len(self.states),
            "commits": len(self.lines),
            "checkpoints": 1,
            "bundles": 0,
            "exported_at": NOW,
            "exported_by": "bench",
        }
        (folder / "events.jsonl").write_bytes(b"".join(each + b"\n" for each in self.states))
        (folder / "commits.jsonl").write_bytes(b"".join(each + b"\n" for each in self.lines))
        (folder / "checkpoint").write_text(note.sign_checkpoint(head, self.log), "utf-8")
        (folder / "manifest.json").write_bytes(canon(manifest) + b"\n")

    def _record(self, facts: list[Fact] | tuple[Fact, ...], actor: Actor, commit: int = 0) -> None:
        for fact in facts:
            leaf = len(self.states)
            recorded = Recorded(
                leaf=leaf,
                stream=fact.stream,
                version=self._history.version(fact.stream) + 1,
                recorded_at=NOW,
                actor=actor,
                command_id=str(UUID(int=commit + 1)),
                event=fact.event,
            )
            self._history.apply(recorded)
            self.states.append(_bytes(recorded))

    def _seal(self, first: int) -> None:
        hashes = [merkle.leaf_hash(state) for state in self.states[first:]]
        commit = commits.seal(self._link, first, hashes, self.service)
        self._link = commit.link
        self.lines.append(canon(commit.as_object()))


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


def _generate(folder: Path) -> _Made:
    made = _Made()
    made.act(SYSTEM, AddDepartment(id="edu", name="示例教育局", collates=False))
    for id_ in ("registrar1", "registrar2"):
        made.act(SYSTEM, AddStaff(id=id_, department="edu", roles=("registrar",), personal={}))
    adding, confirming = (Actor(id=f"registrar{n}", role="registrar") for n in (1, 2))
    for batch in _batches():
        made.act(adding, *batch)
        confirm = [ConfirmChange(registry="entity", id=one.id, version=1) for one in batch]
        made.act(confirming, *confirm)
    made.write(folder)
    return made


def _batches() -> Iterator[list[AddEntity]]:
    for first in range(0, EVENTS // 2, PER_COMMIT):
        yield [_entity(number) for number in range(first, first + PER_COMMIT)]


def _entity(number: int) -> AddEntity:
    details = EntityDetails(
        name=f"示例校外培训机构{number}",
        kind="校外培训机构",
        tags=("示例标签",),
        credit_class="ABCD"[number % 4],  # type: ignore[arg-type]
        area="示例镇",
        address=f"示例路{number}号",
    )
    return AddEntity(
        id=f"school:{1300000000 + number}",
        details=details,
        source="示例名录.xlsx",
        override_reason=None,
        personal={},
    )


def _signature_rate() -> float:
    """Ed25519 verifications per second in this one process."""
    key = Ed25519PrivateKey.generate()
    public, message = key.public_key(), bytes(57)
    signature = key.sign(message)
    start = perf_counter()
    for _ in range(SIGNATURES):
        public.verify(signature, message)
    return SIGNATURES / (perf_counter() - start)


def main() -> dict[str, Any]:
    """Measure, print one JSON object and give it: rates per second, and their ratio."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        made = _generate(folder)
        times, signatures = [], []
        for _ in range(RUNS):
            signatures.append(_signature_rate())
            start = perf_counter()
            report = verify(Export(folder), vkey=made.vkey)
            times.append(perf_counter() - start)
            if not report.ok:
                raise RuntimeError(report.failures[0])
    signature_rate = sorted(signatures)[RUNS // 2]
    event_rate = report.events / sorted(times)[RUNS // 2]
    ratio = event_rate / signature_rate
    result = {
        "bench": "audit",
        "events": report.events,
        "commits": report.commits,
        "events_per_second": round(event_rate),
        "ed25519_verifications_per_second": round(signature_rate),
        "ratio": round(ratio, 3),
        "bars": [],  # nothing is asked of it yet; the figure is the ratio
    }
    print(json.dumps(result, ensure_ascii=False))
    return result


if __name__ == "__main__":
    main()
