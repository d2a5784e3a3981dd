"""Many writers at once: ours decides, seals, signs, stores and answers; the stock recorder only stores.

Ours are threads that give small commands of everyday (a registrar notes a visit, another confirms it)
to one `Writer`, as the threads of the service do. The stock recorder is given events that are ready, by
as many threads, once over its default of one connection and once over a connection for each; the better
of the two counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from domain.facts import Actor
from domain.organisation import AddDepartment, AddStaff
from domain.registry_commands import AddEntity, ConfirmChange, EntityDetails, RecordVisit
from ledger.clock import SystemClock
from ledger.prover import HeldKeys
from ledger.store import SYSTEM, Ledger
from ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.facts import Command

WRITERS = 32
ROUNDS = 15
SECONDS_PER_ROUND = 0.5
FIRST, SECOND = (Actor(id=f"registrar{n}", role="registrar") for n in (1, 2))


@dataclass(kw_only=True)
class Registrars:
    """So many writers, each with an entity of its own; `events` counts what their receipts acknowledge."""

    ledger: Ledger
    events: int = 0
    _writer: Writer = field(init=False)
    _versions: list[int] = field(default_factory=lambda: [2] * WRITERS)

    def __post_init__(self) -> None:
        """Register people and entities."""
        self._writer = Writer(self.ledger, SystemClock(), HeldKeys({}))
        people = [
            AddStaff(id=one.id, department="edu", roles=("registrar",), personal={})
            for one in (FIRST, SECOND)
        ]
        self._act(SYSTEM, AddDepartment(id="edu", name="示例教育局", collates=False), *people)
        self._act(FIRST, *(_entity(number) for number in range(WRITERS)))
        self._act(SECOND, *(_confirmation(number, 1) for number in range(WRITERS)))

    def act(self, number: int) -> None:
        """Let one of them note a visit, or confirm what was noted."""
        version = self._versions[number]
        if version % 2:
            self._act(SECOND, _confirmation(number, version))
        else:
            visit = RecordVisit(id=_id(number), on="2024-05-01", reference="示例检查记录")
            self._act(FIRST, visit)
        self._versions[number] += 1

    def _act(self, actor: Actor, *commands: Command) -> None:
        receipt = self._writer.execute(
            commands, actor=actor, command_id=str(uuid4()), digest=bytes(32)
        )
        self.events += receipt.count


def contest(ledger: Ledger, stock: dict[str, Callable[[int], object]]) -> dict[str, Any]:
    """Let ours and each way of the stock recorder write for a moment in turn; compare medians of events per second.

    `stock` maps how it is connected to what saves one event.
    """
    ours = Registrars(ledger=ledger)
    before, written = ledger.size(), ours.events
    figures: dict[str, list[float]] = {name: [] for name in ("ours", *stock)}
    for number in range(ROUNDS + 1):  # the first round warms up
        acts: dict[str, Callable[[int], object]] = {"ours": ours.act, **stock}
        for name, act in list(acts.items())[:: 1 if number % 2 else -1]:
            rate = _rate(act)
            if number:
                figures[name].append(rate)
    if ledger.size() - before != ours.events - written:
        raise RuntimeError("acknowledged and recorded events differ in number")
    best = max(stock, key=lambda name: median(figures[name]))
    ratio = round(median(figures["ours"]) / median(figures[best]), 2)
    per_commit = round(ledger.size() / len(ledger.commits(0, 10**9)), 1)
    rates = {name: round(median(one)) for name, one in figures.items()}
    print(f"{WRITERS} writers: {rates} events/s = {ratio}")
    return {
        "writers": WRITERS,
        "events_per_second": rates,
        "stock_counted": best,
        "ratio": ratio,
        "ours_events_per_commit": per_commit,
        "rounds": {name: [round(each) for each in one] for name, one in figures.items()},
    }


def _rate(act: Callable[[int], object]) -> float:
    """Acts per second of all writers together."""
    counts = [0] * WRITERS
    start = perf_counter()

    def run(number: int) -> None:
        while perf_counter() - start < SECONDS_PER_ROUND:
            act(number)
            counts[number] += 1

    threads = [Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (perf_counter() - start)


def _id(number: int) -> str:
    return f"school:{1300000000 + number}"


def _entity(number: int) -> AddEntity:
    details = EntityDetails(
        name=f"示例校外培训机构{number}",
        kind="校外培训机构",
        tags=(),
        credit_class="A",
        area="示例镇",
        address=f"示例路{number}号",
    )
    return AddEntity(
        id=_id(number), details=details, source="示例.xlsx", override_reason=None, personal={}
    )


def _confirmation(number: int, version: int) -> ConfirmChange:
    return ConfirmChange(registry="entity", id=_id(number), version=version)
