"""The writer: once, in order, all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import OperationalError

from domain.draw_commands import (
    BringCommitment,
    CommitDraw,
    DrawComputed,
    PrepareDraw,
    RevealSource,
)
from domain.errors import DomainError
from domain.facts import Actor
from domain.history import History
from domain.lottery.entropy import witness_commit
from domain.merkle import leaf_hash
from domain.organisation import Department, Staff
from ledger.clock import FileClock, SystemClock
from ledger.database import is_away
from ledger.group import Receipt
from ledger.store import Draft, Ledger
from ledger.writer import Writer
from mingqian.bench._badline import BadLine
from tests.conftest import prover_of
from tests.ledger.examples import NOW, SYSTEM, department, new_id, person
from tests.refusing import refuse_rows
from tests.story import PROVER, Story, nonce_of, with_task
from tests.tamper import tamper

if TYPE_CHECKING:
    from pathlib import Path

    from domain.facts import Command
    from ledger.keys import Keys

FIRST = "联2024026.entities.1"


@pytest.fixture
def writer(ledger: Ledger) -> Writer:
    """Give a writer of the ledger."""
    return Writer(ledger, SystemClock(), prover_of(ledger.keys))


def replay(ledger: Ledger) -> History:
    """Fold the ledger as a stranger would."""
    history = History()
    for entry in ledger.read(0):
        history.apply(entry.recorded())
    return history


def test_commands_become_one_signed_commit(ledger: Ledger, writer: Writer) -> None:
    """Two commands, two events, one commit; the receipt says where they are."""
    commands: list[Command] = [department(1), person(1, "d1")]
    receipt = writer.execute(commands, actor=SYSTEM, command_id=new_id())
    assert receipt == Receipt(
        first_leaf=1,
        count=2,
        events=(
            (1, "department/d1", 1, "department.added.v1"),
            (2, "staff/p1", 1, "staff.added.v1"),
        ),
    )
    assert receipt.size == 3
    assert [commit.count for commit in ledger.commits(0)] == [1, 2]
    assert replay(ledger).get(Staff, "p1") == Staff(id="p1", department="d1", roles=("clerk",))


def test_a_later_command_sees_what_an_earlier_one_would_do(writer: Writer) -> None:
    """The second command needs the department of the first."""
    with pytest.raises(DomainError, match="unknown-department"):
        writer.execute([person(1, "d1"), department(1)], actor=SYSTEM, command_id=new_id())


def test_a_refusal_drops_everything(ledger: Ledger, writer: Writer) -> None:
    """Nothing of the commands before it is kept, and the writer goes on."""
    with pytest.raises(DomainError, match="unknown-department"):
        writer.execute([department(1), person(1, "nowhere")], actor=SYSTEM, command_id=new_id())
    assert ledger.size() == 1
    assert writer.execute([department(2)], actor=SYSTEM, command_id=new_id()).first_leaf == 1


def test_a_decision_without_facts_records_nothing(ledger: Ledger, writer: Writer) -> None:
    """The same department again changes nothing."""
    writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
    receipt = writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
    assert receipt == Receipt(first_leaf=2, count=0, events=())
    assert ledger.size() == 2


def test_the_same_command_twice_is_recorded_once(ledger: Ledger, writer: Writer) -> None:
    """Its second answer is its first."""
    command_id = new_id()
    first = writer.execute([department(1)], actor=SYSTEM, command_id=command_id, digest=b"d")
    writer.execute([department(2)], actor=SYSTEM, command_id=new_id())
    again = writer.execute([department(1)], actor=SYSTEM, command_id=command_id, digest=b"d")
    assert (again.first_leaf, again.count, again.events) == (1, 1, first.events)
    assert (first.repeated, again.repeated) == (False, True)
    assert ledger.size() == 3


@pytest.mark.parametrize("digest", [None, b"other"])
def test_a_command_id_stands_for_one_request(writer: Writer, digest: bytes | None) -> None:
    """Another request under the same id is refused."""
    command_id = new_id()
    writer.execute([department(1)], actor=SYSTEM, command_id=command_id, digest=b"d")
    with pytest.raises(DomainError, match="command-id-reused"):
        writer.execute([department(2)], actor=SYSTEM, command_id=command_id, digest=digest)


def test_threads_that_repeat_a_command_record_it_once(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """Two writers, eight threads, each command sent by all of them."""
    ids = [new_id() for _ in range(10)]
    with Ledger(dsn, keys) as other:
        writers = [
            Writer(ledger, SystemClock(), prover_of(ledger.keys)),
            Writer(other, SystemClock(), prover_of(other.keys)),
        ]

        def send(thread: int) -> list[Receipt]:
            writer = writers[thread % 2]
            return [
                writer.execute([department(number)], actor=SYSTEM, command_id=command_id)
                for number, command_id in enumerate(ids)
            ]

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(8)))
    assert ledger.size() == 1 + len(ids)
    for receipts in zip(*answers, strict=True):
        assert len({receipt.events for receipt in receipts}) == 1
        assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * 7


def test_a_writer_decides_on_what_another_recorded(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """Each catches up under the lock before it decides."""
    with Ledger(dsn, keys) as other:
        one, two = (
            Writer(ledger, SystemClock(), prover_of(ledger.keys)),
            Writer(other, SystemClock(), prover_of(other.keys)),
        )
        one.execute([department(1)], actor=SYSTEM, command_id=new_id())
        two.execute([person(1, "d1")], actor=SYSTEM, command_id=new_id())
        one.execute([department(2)], actor=SYSTEM, command_id=new_id())
    assert [state.id for state in replay(ledger).all(Department)] == ["d1", "d2"]


def test_what_comes_back_counts_and_not_what_was_written(
    ledger: Ledger, writer: Writer, dsn: str
) -> None:
    """A writer goes on by its own branch only where the very bytes are there that it sealed."""
    commands: list[Command] = [department(1), person(1, "d1")]
    writer.execute(commands, actor=SYSTEM, command_id=new_id())
    assert writer.history().all(Staff) == replay(ledger).all(Staff) != ()
    writer.execute([department(2)], actor=SYSTEM, command_id=new_id())
    state = ledger.read(3)[0].state.replace(b'"collates":false', b'"collates":true')
    changed = f"state = '\\x{state.hex()}', leaf_hash = '\\x{leaf_hash(state).hex()}'"
    tamper(dsn, f"UPDATE ledger.events SET {changed} WHERE leaf = 3")  # noqa: S608 - hex
    assert [one.collates for one in writer.history().all(Department)] == [False, True]


def test_a_lost_acknowledgement_is_answered_by_the_command_id(
    ledger: Ledger, dsn: str, keys: Keys
) -> None:
    """The commit arrived, its answer did not: the writer finds it instead of recording twice."""
    with BadLine(dsn) as line, Ledger(line.dsn, keys) as distant:
        writer = Writer(distant, SystemClock(), prover_of(distant.keys))
        line.lose_answers = 1
        receipt = writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
        assert (receipt.first_leaf, receipt.count, receipt.repeated) == (1, 1, True)
    assert ledger.size() == 2


def test_a_lost_request_is_sent_again(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """The commit never arrived: it is decided and recorded anew."""
    with BadLine(dsn) as line, Ledger(line.dsn, keys) as distant:
        writer = Writer(distant, SystemClock(), prover_of(distant.keys))
        line.lose_requests = 1
        receipt = writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
        assert (receipt.first_leaf, receipt.count, receipt.repeated) == (1, 1, False)
    assert ledger.size() == 2


def test_a_database_that_stays_away_is_reported(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """After some attempts the caller is told, and may send the same command again."""
    command_id = new_id()
    with BadLine(dsn) as line, Ledger(line.dsn, keys) as distant:
        writer = Writer(distant, SystemClock(), prover_of(distant.keys))
        line.lose_requests = 1000
        with pytest.raises(DomainError, match="ledger-unavailable"):
            writer.execute([department(1)], actor=SYSTEM, command_id=command_id)
        line.lose_requests = 0
        receipt = writer.execute([department(1)], actor=SYSTEM, command_id=command_id)
    assert (receipt.first_leaf, receipt.repeated) == (1, False)


def test_a_fault_that_no_retry_heals_is_not_called_an_absence(
    ledger: Ledger, writer: Writer, dsn: str
) -> None:
    """A row that the database can never take is raised as what it is, at the first attempt."""
    refuse_rows(dsn, "ledger", "events")
    with pytest.raises(OperationalError) as raised:
        writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
    assert not is_away(raised.value)
    assert ledger.size() == 1


def test_a_thousand_commands_are_one_quick_commit(ledger: Ledger, writer: Writer) -> None:
    """A registry is imported in one go, sealed fields and all."""
    commands: list[Command] = [department(0), *(person(number, "d0") for number in range(1000))]
    receipt = writer.execute(commands, actor=SYSTEM, command_id=new_id())
    assert receipt.count == 1001
    assert len(ledger.commits(1)) == 1


def recorded_task(ledger: Ledger) -> Story:
    """Put a task that is ready to be drawn on the ledger."""
    story = with_task()
    with ledger.transaction() as transaction:
        transaction.append(
            [
                Draft(recorded=recorded, fact=fact)
                for recorded, fact in zip(story.recorded[1:], story.facts[1:], strict=True)
            ]
        )
    return story


def ready_to_commit(writer: Writer) -> tuple[Actor, CommitDraw]:
    """Bring a draw of the recorded task to where only its commitment is missing."""
    operator = Actor(id="operator", role="draw_operator")
    witnesses = ("witness1", "witness2")
    prepare = PrepareDraw(
        draw_id=FIRST, task="联2024026", stage="entities", witnesses=witnesses, lotteries=()
    )
    writer.execute([prepare], actor=operator, command_id=new_id())
    for who in witnesses:
        commit = witness_commit(nonce_of(FIRST, who)).hex()
        bring = BringCommitment(draw_id=FIRST, commit=commit)
        writer.execute([bring], actor=Actor(id=who, role="witness"), command_id=new_id())
    return operator, CommitDraw(draw_id=FIRST)


def test_a_source_in_a_batch_is_refused_before_anybody_is_asked_to_prove(
    ledger: Ledger, tmp_path: Path
) -> None:
    """The refusal of a later act would tell who was drawn, and take the list back unseen."""
    (tmp_path / "now").write_text(recorded_task(ledger).now)
    writer = Writer(ledger, FileClock(tmp_path / "now"), PROVER)
    operator, commit = ready_to_commit(writer)
    writer.execute([commit], actor=operator, command_id=new_id())
    size = ledger.size()
    reveals = [
        RevealSource(draw_id=FIRST, nonce=nonce_of(FIRST, who).hex())
        for who in ("witness1", "witness2")
    ]
    with pytest.raises(DomainError, match="act-alone"):
        writer.execute(reveals, actor=Actor(id="witness1", role="witness"), command_id=new_id())
    assert ledger.size() == size


def test_nothing_is_committed_under_a_key_that_nobody_holds(ledger: Ledger, tmp_path: Path) -> None:
    """Its list could never be computed, or by a stranger alone."""
    (tmp_path / "now").write_text(recorded_task(ledger).now)
    writer = Writer(ledger, FileClock(tmp_path / "now"), prover_of(ledger.keys))
    operator, commit = ready_to_commit(writer)
    size = ledger.size()
    with pytest.raises(DomainError, match="vrf-key-missing"):
        writer.execute([commit], actor=operator, command_id=new_id())
    assert ledger.size() == size


def test_a_commitment_is_covered_by_a_checkpoint_at_once(ledger: Ledger, tmp_path: Path) -> None:
    """Before anyone can know its sources, and again when the answer must be repeated."""
    (tmp_path / "now").write_text(recorded_task(ledger).now)
    writer = Writer(ledger, FileClock(tmp_path / "now"), PROVER)

    def act(who: str, role: str, command: Command, command_id: str) -> Receipt:
        return writer.execute([command], actor=Actor(id=who, role=role), command_id=command_id)

    ready_to_commit(writer)
    assert list(ledger.checkpoints()) == [1]
    command_id = new_id()
    receipt = act("operator", "draw_operator", CommitDraw(draw_id=FIRST), command_id)
    assert list(ledger.checkpoints()) == [1, receipt.size]
    assert act("operator", "draw_operator", CommitDraw(draw_id=FIRST), command_id).repeated
    assert list(ledger.checkpoints()) == [1, receipt.size]
    for who in ("witness1", "witness2"):
        nonce = nonce_of(FIRST, who).hex()
        act(who, "witness", RevealSource(draw_id=FIRST, nonce=nonce), new_id())
    computed = ledger.read(ledger.size() - 2)[0].recorded()  # its disclosure follows
    assert isinstance(computed.event, DrawComputed)


def test_the_clock_file_sets_the_time_of_events(ledger: Ledger, tmp_path: Path) -> None:
    """In a demonstration months pass in seconds."""
    (tmp_path / "now").write_text(NOW)
    writer = Writer(ledger, FileClock(tmp_path / "now"), prover_of(ledger.keys))
    writer.execute([department(1)], actor=SYSTEM, command_id=new_id())
    assert ledger.read(1)[0].recorded().recorded_at == NOW
