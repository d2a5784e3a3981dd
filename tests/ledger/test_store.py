"""The ledger opens under its own keys only, and shows changed bytes by their leaf."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from domain import merkle
from domain.errors import DomainError
from domain.facts import Fact, Recorded
from domain.genesis import LedgerOpened
from domain.organisation import DepartmentAdded
from ledger import keys as key_directory
from ledger import note
from ledger.clock import SystemClock
from ledger.store import Draft, Ledger
from ledger.writer import Writer
from tests.conftest import ORIGIN, prover_of, vrf_key_of
from tests.ledger.examples import NOW, SYSTEM, department, new_id, person
from tests.tamper import tamper

if TYPE_CHECKING:
    from pathlib import Path

    from domain.facts import Command
    from ledger.keys import Keys


@pytest.fixture
def writer(ledger: Ledger) -> Writer:
    """Give a writer of the ledger."""
    return Writer(ledger, SystemClock(), prover_of(ledger.keys))


def fill(writer: Writer, count: int) -> None:
    """Record `count` events in one commit."""
    commands = [department(number) for number in range(count)]
    writer.execute(commands, actor=SYSTEM, command_id=new_id())


def test_a_new_ledger_holds_its_opening_and_one_checkpoint(ledger: Ledger, keys: Keys) -> None:
    """Leaf 0 names origin and keys, and the first head covers it."""
    (first,) = ledger.read(0)
    recorded = first.recorded()
    assert recorded.event == LedgerOpened(
        origin=ORIGIN,
        vkey=str(note.log_key(ORIGIN, keys.log_public)),
        service_key=keys.service_public.hex(),
        vrf_key=vrf_key_of(keys)[1].hex(),
        mode="development",
    )
    assert (recorded.stream, recorded.version, recorded.actor) == ("ledger", 1, SYSTEM)
    assert first.envelope().type == "ledger.opened.v1"
    published = note.open_checkpoint(ledger.checkpoints()[1], note.log_key(ORIGIN, keys.log_public))
    assert (published.size, published.root) == (1, first.leaf_hash)
    assert ledger.origin == ORIGIN


def test_a_ledger_opens_again_under_its_keys(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """And shows the same."""
    with Ledger(dsn, keys) as again:
        assert again.genesis == ledger.genesis
        assert again.size() == 1


def test_other_keys_do_not_open_a_ledger(ledger: Ledger, dsn: str, tmp_path: Path) -> None:
    """A key directory of another ledger is noticed at once."""
    other = key_directory.generate(tmp_path / "other")
    with pytest.raises(DomainError, match="keys-do-not-match"):
        Ledger(dsn, other)


def test_a_ledger_is_created_once(ledger: Ledger, dsn: str, keys: Keys) -> None:
    """The second creation changes nothing."""
    with pytest.raises(DomainError, match="ledger-exists"):
        Ledger.create(
            dsn, keys, bytes(32), origin="other.example", mode="production", clock=SystemClock()
        )
    assert ledger.size() == 1


def test_a_database_without_a_ledger_is_named(database: str, keys: Keys) -> None:
    """Without tables nothing opens and nothing is created."""
    with pytest.raises(DomainError, match="ledger-missing"):
        Ledger(database, keys)
    with pytest.raises(DomainError, match="ledger-missing"):
        Ledger.create(
            database, keys, bytes(32), origin=ORIGIN, mode="development", clock=SystemClock()
        )


def test_empty_tables_are_no_ledger(dsn: str, keys: Keys) -> None:
    """It must be opened first."""
    with pytest.raises(DomainError, match="ledger-missing"):
        Ledger(dsn, keys)


def test_a_changed_byte_is_named_by_its_leaf(ledger: Ledger, writer: Writer, dsn: str) -> None:
    """Reading refuses leaf 2, and only from there on."""
    fill(writer, 3)
    tamper(dsn, "UPDATE ledger.events SET state = set_byte(state, 9, 0) WHERE leaf = 2")
    assert len(ledger.read(0, 2)) == 2
    with pytest.raises(DomainError, match=r"leaf-hash-differs.*叶 2 "):
        ledger.read(0)


def test_a_removed_leaf_is_named(ledger: Ledger, writer: Writer, dsn: str) -> None:
    """Leaf 1 is missing, also for who would sign the next head."""
    fill(writer, 3)
    tamper(dsn, "DELETE FROM ledger.events WHERE leaf = 1")
    with pytest.raises(DomainError, match=r"leaf-missing.*缺少叶 1 "):
        ledger.read(0)
    with pytest.raises(DomainError, match=r"leaf-missing.*缺少叶 1 "):
        ledger.publish_checkpoint()


def test_a_checkpoint_covers_all_leaves_and_stays(ledger: Ledger, writer: Writer) -> None:
    """Its root is the tree's; publishing the same size again gives the same note."""
    fill(writer, 10)
    published = ledger.publish_checkpoint()
    head = note.Checkpoint.parse(note.Note.parse(published).text)
    assert head.size == 11
    assert head.root == merkle.root([entry.leaf_hash for entry in ledger.read(0)])
    assert ledger.publish_checkpoint() == published == ledger.checkpoints()[11]
    assert list(ledger.checkpoints()) == [1, 11]


def test_a_history_that_contradicts_its_checkpoint_is_not_signed(
    ledger: Ledger, writer: Writer, dsn: str, keys: Keys
) -> None:
    """A process that starts afterwards notices, though every hash fits its bytes."""
    fill(writer, 3)
    ledger.publish_checkpoint()
    tamper(
        dsn,
        "UPDATE ledger.events SET state = 'x', leaf_hash = sha256('\\x0078') WHERE leaf = 2",
    )
    with Ledger(dsn, keys) as later, pytest.raises(DomainError, match="checkpoint-inconsistent"):
        later.publish_checkpoint()


def test_waiting_ends_when_events_arrive(ledger: Ledger, writer: Writer) -> None:
    """Or when they are there already, or when the time is up."""
    assert ledger.wait(0, timeout=60) == 1
    assert ledger.wait(1, timeout=0.01) == 1
    thread = threading.Thread(target=fill, args=(writer, 2))
    thread.start()
    assert ledger.wait(1, timeout=60) == 3
    thread.join()


def test_personal_data_is_sealed_and_opens_for_the_ledger(ledger: Ledger, writer: Writer) -> None:
    """No stored byte holds it; the key of the person stands wrapped outside the events."""
    commands: list[Command] = [department(1), person(1, "d1"), person(2, "d1")]
    writer.execute(commands, actor=SYSTEM, command_id=new_id())
    entries = ledger.read(0)
    assert "示例人员1".encode() not in b"".join(entry.state for entry in entries)
    assert [ledger.unseal(entry.envelope()) for entry in entries] == [
        {},
        {},
        {"name": "示例人员1", "telephone": "示例电话"},
        {"name": "示例人员2", "telephone": "示例电话"},
    ]


def test_a_destroyed_key_leaves_the_history_whole(ledger: Ledger, writer: Writer) -> None:
    """The field is gone for good, the leaves and the other people's fields are not."""
    commands: list[Command] = [department(1), person(1, "d1"), person(2, "d1")]
    writer.execute(commands, actor=SYSTEM, command_id=new_id())
    ledger.publish_checkpoint()
    ledger.keys.subjects.erase(["staff/p1"])
    entries = ledger.read(0)
    with pytest.raises(DomainError, match="sealed-unreadable"):
        ledger.unseal(entries[2].envelope())
    assert ledger.unseal(entries[3].envelope())["name"] == "示例人员2"
    ledger.publish_checkpoint()


def test_a_transaction_that_raises_leaves_nothing(ledger: Ledger) -> None:
    """And the lock is free afterwards."""
    event = DepartmentAdded(name="示例部门", collates=False)
    recorded = Recorded(
        leaf=1,
        stream="department/d1",
        version=1,
        recorded_at=NOW,
        actor=SYSTEM,
        command_id=new_id(),
        event=event,
    )

    def fail() -> None:
        with ledger.transaction() as transaction:
            fact = Fact(stream="department/d1", event=event)
            transaction.append([Draft(recorded=recorded, fact=fact)])
            assert len(transaction.read(0)) == 2
            raise DomainError("example", "示例")

    with pytest.raises(DomainError, match="example"):
        fail()
    with ledger.transaction() as transaction:
        assert (transaction.size, transaction.checkpointed) == (1, 1)
    assert len(ledger.read(0)) == 1
