"""Commands in one group: each by itself, all in one commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from audit.live import Live
from audit.verify import verify
from domain.draw_commands import RevealSource
from domain.errors import DomainError
from domain.organisation import AddDepartment, Department
from ledger import database
from ledger.clock import SystemClock
from ledger.database import is_away
from ledger.group import COMMANDS, Group, Receipt, Request
from ledger.recorder import CommandKey
from ledger.snapshot import snapshot
from ledger.store import Ledger
from ledger.writer import ATTEMPTS, Writer
from mingqian.bench._badline import BadLine
from tests.conftest import prover_of
from tests.ledger.examples import SYSTEM, department, new_id, person
from tests.ledger.test_writer import replay

if TYPE_CHECKING:
    from domain.facts import Command
    from ledger.keys import Keys

THREADS = 8


def request(
    *commands: Command, command_id: str | None = None, digest: bytes | None = None
) -> Request:
    """Ask for something under an id of its own."""
    key = CommandKey(id=command_id or new_id(), digest=digest)
    return Request(commands=commands, actor=SYSTEM, key=key)


def record(ledger: Ledger, *requests: Request) -> list[Receipt | Exception]:
    """Let one group decide and record these, and give their outcomes in order."""
    with ledger.transaction() as transaction:
        group = Group(replay(ledger), transaction, SystemClock(), prover_of(ledger.keys))
        group.decide(requests)
        group.record()
    return [group.outcomes[one] for one in requests]


def code(outcome: Receipt | Exception) -> str:
    """Give the code of a refusal."""
    assert isinstance(outcome, DomainError), outcome
    return outcome.code


def spans(outcomes: list[Receipt | Exception]) -> list[tuple[int, int, bool]]:
    """Give first leaf, count and whether it is a repetition."""
    receipts = [one for one in outcomes if isinstance(one, Receipt)]
    assert len(receipts) == len(outcomes), outcomes
    return [(one.first_leaf, one.count, one.repeated) for one in receipts]


def test_each_is_decided_on_what_the_ones_before_it_made(ledger: Ledger) -> None:
    """The department of the first is there for the second, all in one commit."""
    outcomes = record(
        ledger,
        request(department(1)),
        request(person(1, "d1"), department(2)),
        request(department(1)),
    )
    assert spans(outcomes) == [(1, 1, False), (2, 2, False), (4, 0, False)]
    assert [commit.count for commit in ledger.commits(0)] == [1, 3]
    assert [one.id for one in replay(ledger).all(Department)] == ["d1", "d2"]


def test_a_refusal_drops_that_command_alone(ledger: Ledger) -> None:
    """With all that it asked for, and nothing of the others; who comes behind does not see it."""
    outcomes = record(
        ledger,
        request(department(1)),
        request(department(2), person(1, "nowhere")),
        request(person(2, "d2")),
        request(person(3, "d1")),
    )
    assert code(outcomes[1]) == code(outcomes[2]) == "unknown-department"
    assert spans([outcomes[0], outcomes[3]]) == [(1, 1, False), (2, 1, False)]
    assert ledger.size() == 3


def test_a_failure_drops_that_command_alone(ledger: Ledger) -> None:
    """Whatever it raises, and also when only its bytes cannot be written."""
    broken: list[Command] = [
        AddDepartment(id=None, name="示例", collates=False),  # type: ignore[arg-type]
        AddDepartment(id="d2", name="\ud800", collates=False),
        AddDepartment(id="d3", name=3.5, collates=False),  # type: ignore[arg-type]
    ]
    outcomes = record(ledger, *map(request, broken), request(department(4)))
    assert all(isinstance(one, Exception) for one in outcomes[:3])
    assert spans(outcomes[3:]) == [(1, 1, False)]
    assert [one.id for one in replay(ledger).all(Department)] == ["d4"]


def test_the_same_command_twice_in_a_group_gets_its_first_answer(ledger: Ledger) -> None:
    """Under the same digest; another request under that id is refused."""
    one = new_id()
    outcomes = record(
        ledger,
        request(department(1), command_id=one, digest=b"d"),
        request(department(2)),
        request(department(1), command_id=one, digest=b"d"),
        request(department(3), command_id=one, digest=b"e"),
    )
    assert code(outcomes[3]) == "command-id-reused"
    assert spans(outcomes[:3]) == [(1, 1, False), (2, 1, False), (1, 1, True)]
    first, _, again, _ = outcomes
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert first.events == again.events
    (later,) = record(ledger, request(department(1), command_id=one, digest=b"d"))
    assert isinstance(later, Receipt)
    assert (later.events, later.repeated) == (first.events, True)


def test_who_joins_and_had_been_recorded_gets_its_first_answer(ledger: Ledger) -> None:
    """Also where it would be refused by now, or change nothing; another request under that id is refused."""
    old, other = request(department(1)), request(person(1, "d1"), person(2, "d1"))
    first = record(ledger, old, other)
    again = [request(*one.commands, command_id=one.key.id) for one in (old, other)]
    odd = request(person(3, "nowhere"), command_id=old.key.id, digest=b"odd")
    with ledger.transaction() as transaction:
        group = Group(replay(ledger), transaction, SystemClock(), prover_of(ledger.keys))
        group.join([*again, odd, request(department(4))])
        group.record()
    *repeated, reused, new = group.outcomes.values()
    assert spans([*repeated, new]) == [(1, 1, True), (2, 2, True), (4, 1, False)]
    for one, before in zip(repeated, first, strict=True):
        assert isinstance(one, Receipt)
        assert isinstance(before, Receipt)
        assert one.events == before.events
    assert code(reused) == "command-id-reused"


def test_an_id_that_recorded_nothing_stays_free_within_a_group(ledger: Ledger) -> None:
    """It was refused first, and can be had once the reason is gone."""
    one = new_id()
    outcomes = record(
        ledger,
        request(person(1, "d1"), command_id=one),
        request(department(1)),
        request(person(1, "d1"), command_id=one),
    )
    assert code(outcomes[0]) == "unknown-department"
    assert spans(outcomes[1:]) == [(1, 1, False), (2, 1, False)]


def test_a_group_is_bounded_and_a_source_shares_it_with_nobody(ledger: Ledger) -> None:
    """The holder of a draw's key answers to what is recorded, not to what a group is about to."""
    with ledger.transaction() as transaction:
        group = Group(replay(ledger), transaction, SystemClock(), prover_of(ledger.keys))
        plain, source = request(department(1)), request(RevealSource(draw_id="x", nonce=""))
        assert group.fits(plain, [])
        assert group.fits(source, [])
        assert group.fits(plain, [plain])
        assert not group.fits(source, [plain])
        assert not group.fits(plain, [source])
        assert not group.fits(plain, [plain] * COMMANDS)
        group.decide([request(department(2), *(person(number, "d2") for number in range(1000)))])
        assert not group.fits(plain, [plain])


def together(
    ledger: Ledger, commands: list[Command], through: Writer, last_id: str | None = None
) -> list[Receipt | Exception]:
    """Send all of these while somebody else holds the ledger, the last under this id, and give their outcomes."""

    def send(command: Command) -> Receipt | Exception:
        id_ = last_id if last_id and command is commands[-1] else new_id()
        try:
            return through.execute([command], actor=SYSTEM, command_id=id_)
        except Exception as error:  # noqa: BLE001 - compared below
            return error

    with ThreadPoolExecutor(len(commands)) as pool:
        with ledger.transaction() as transaction:
            assert transaction.size
            sent = [pool.submit(send, command) for command in commands]
            while len(through._turns) < len(commands) - 1:  # one leads
                pass
        return [one.result() for one in sent]


def test_commands_that_come_at_once_share_a_commit(ledger: Ledger, dsn: str) -> None:
    """Each thread gets its own answer, and an audit finds nothing."""
    writer = Writer(ledger, SystemClock(), prover_of(ledger.keys))
    commands: list[Command] = [department(number) for number in range(THREADS)]
    outcomes = together(ledger, [*commands, person(1, "nowhere")], writer)
    assert code(outcomes.pop()) == "unknown-department"
    assert sorted(spans(outcomes)) == [(1 + place, 1, False) for place in range(THREADS)]
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, Receipt)
        assert outcome.events == (
            (outcome.first_leaf, f"department/d{number}", 1, "department.added.v1"),
        )
    assert [commit.count for commit in ledger.commits(0)] == [1, THREADS]
    assert writer.history().size == 1 + THREADS
    ledger.publish_checkpoint()
    with snapshot(dsn) as seen:
        report = verify(Live(dsn, seen))
    assert {one.code for one in report.failures} <= {"projection-differs"}  # none were made here
    assert report.commits == 2


def test_an_id_that_is_used_anew_among_others_spoils_nothing_for_them(ledger: Ledger) -> None:
    """The database refuses them together; then all are looked up, and share a commit without it."""
    writer, used = Writer(ledger, SystemClock(), prover_of(ledger.keys)), new_id()
    writer.execute([department(100)], actor=SYSTEM, command_id=used, digest=b"d")
    commands: list[Command] = [department(number) for number in range(THREADS)]
    outcomes = together(ledger, commands, writer, used)
    assert code(outcomes.pop()) == "command-id-reused"
    assert sorted(spans(outcomes)) == [(2 + place, 1, False) for place in range(THREADS - 1)]
    assert [commit.count for commit in ledger.commits(0)] == [1, 1, THREADS - 1]
    assert writer.history().size == ledger.size()


@pytest.mark.parametrize("lost", ["lose_answers", "lose_requests"])
def test_a_group_whose_database_was_lost_is_answered_by_its_command_ids(
    ledger: Ledger, dsn: str, keys: Keys, lost: str
) -> None:
    """Whether the commit arrived or not, all are recorded once, and each is told the truth."""
    with BadLine(dsn) as line, Ledger(line.dsn, keys) as distant:
        writer = Writer(distant, SystemClock(), prover_of(keys))
        setattr(line, lost, 1)
        commands: list[Command] = [department(number) for number in range(THREADS)]
        outcomes = together(ledger, commands, writer)
        assert writer.history().size == 1 + THREADS
    repeated = lost == "lose_answers"
    assert sorted(spans(outcomes)) == [(1 + place, 1, repeated) for place in range(THREADS)]
    assert [one.count for one in ledger.commits(0)] == [1, THREADS]


def test_a_database_that_stays_away_is_reported_to_all(
    ledger: Ledger, dsn: str, keys: Keys
) -> None:
    """Nobody is left waiting, and nothing was recorded."""
    with BadLine(dsn) as line, Ledger(line.dsn, keys) as distant:
        writer = Writer(distant, SystemClock(), prover_of(keys))
        line.lose_requests = 1000
        outcomes = together(ledger, [department(number) for number in range(THREADS)], writer)
        line.lose_requests = 0
        assert {code(outcome) for outcome in outcomes} == {"ledger-unavailable"}
        assert writer.execute([department(1)], actor=SYSTEM, command_id=new_id()).first_leaf == 1


def test_what_the_database_refuses_drops_that_command_alone(ledger: Ledger, dsn: str) -> None:
    """It does not say which, so each is tried by itself."""
    body = "BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '54000'; END"
    with psycopg.connect(dsn) as connection:
        connection.execute(
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $${body}$$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON ledger.events FOR EACH ROW "
            "WHEN (NEW.stream = 'department/d3') EXECUTE FUNCTION refuse()"
        )
    writer = Writer(ledger, SystemClock(), prover_of(ledger.keys))
    outcomes = together(ledger, [department(number) for number in range(THREADS)], writer)
    refused = outcomes.pop(3)
    assert isinstance(refused, Exception)
    assert not is_away(refused)
    assert sorted(spans(outcomes)) == [(1 + place, 1, False) for place in range(THREADS - 1)]
    assert ledger.size() == THREADS


class Away(Ledger):
    """A ledger that counts how often its connections were looked at, and lets others come before the first time."""

    looked = 0
    through: Writer

    def reconnect(self) -> None:
        """Count; the first who finds the database away has everybody else behind them by then."""
        while not self.looked and len(self.through._turns) < THREADS - 1:
            pass
        self.looked += 1
        super().reconnect()


def test_who_waits_behind_a_database_that_stays_away_is_told_with_who_leads(
    ledger: Ledger, server: str, dsn: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to find out for themselves in turn, each after as long."""
    monkeypatch.setattr(database, "POOL_TIMEOUT_SECONDS", 0.05)
    with Away(dsn, keys) as distant:
        distant.through = writer = Writer(distant, SystemClock(), prover_of(keys))
        assert writer.history().size == ledger.size()
        with psycopg.connect(server, autocommit=True) as connection:
            name = conninfo_to_dict(dsn)["dbname"]
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )

        def send(number: int) -> str:
            with pytest.raises(DomainError) as raised:
                writer.execute([department(number)], actor=SYSTEM, command_id=new_id())
            return raised.value.code

        with ThreadPoolExecutor(THREADS) as pool:
            assert set(pool.map(send, range(THREADS))) == {"ledger-unavailable"}
        assert distant.looked == ATTEMPTS
