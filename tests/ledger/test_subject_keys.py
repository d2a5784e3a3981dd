"""The store of subjects' keys: private, durable before the ledger, safe among many, and without a trace of what was erased."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.facts import Fact, Recorded
from domain.organisation import StaffAdded
from ledger import search
from ledger.sealing import MasterKey
from ledger.search import Word
from ledger.store import Draft
from ledger.subject_keys import SubjectKeys, names
from ledger.writer import Writer
from tests.conftest import ROOT, prover_of
from tests.ledger.examples import NOW, SYSTEM, department, new_id, person

if TYPE_CHECKING:
    from domain.facts import Command
    from ledger.store import Ledger

MASTER = MasterKey(bytes(range(32)))
SUBJECTS = [f"officer/QH{number:03}" for number in range(20)]


class Still:
    """A clock that stands."""

    def now(self) -> str:
        """Give the one moment."""
        return NOW

    def compared(self) -> None:
        """Nothing to compare it with."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "subjects.sqlite"


@pytest.fixture
def store(path: Path) -> SubjectKeys:
    """Give an empty store."""
    made = SubjectKeys(path, MASTER)
    made.create()
    return made


def test_a_key_is_made_once_and_found_again(path: Path, store: SubjectKeys) -> None:
    """Also by another process, that is, by another object on the same file; never a key in the clear."""
    keys = store.obtain(SUBJECTS[:2])
    assert store.obtain(SUBJECTS[:3]).items() >= {name: keys[name] for name in SUBJECTS[:2]}.items()
    assert SubjectKeys(path, MASTER).find(SUBJECTS[0]) == keys[SUBJECTS[0]]
    assert len(set(keys.values())) == len(keys)
    assert not any(key in path.read_bytes() for key in keys.values())


def test_the_file_is_for_its_owner_alone(path: Path, store: SubjectKeys) -> None:
    """And is refused where somebody opened it to others; the remedy is in the message."""
    store.obtain(SUBJECTS[:1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(DomainError, match="key-file-permissions") as refused:
        store.find(SUBJECTS[0])
    assert f"chmod 600 {path}" in refused.value.detail


def test_another_master_key_opens_nothing(path: Path, store: SubjectKeys) -> None:
    """Nor does a wrapped key open for another subject."""
    store.obtain(SUBJECTS[:2])
    with pytest.raises(DomainError, match="sealed-unreadable"):
        SubjectKeys(path, MasterKey(bytes(32))).find(SUBJECTS[0])
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("UPDATE keys SET wrapped = (SELECT max(wrapped) FROM keys)")
    with pytest.raises(DomainError, match="sealed-unreadable"):
        store.known(SUBJECTS[:2])


def test_an_erased_key_leaves_no_byte_in_any_file(path: Path, store: SubjectKeys) -> None:
    """Neither in the file's free pages nor in its journal; what the person was found by goes with it."""
    words = [Word(subject=name, field="name", text=f"示例{name}") for name in SUBJECTS]
    store.obtain(SUBJECTS, words)
    with closing(sqlite3.connect(path)) as bare:
        (wrapped,) = bare.execute("SELECT wrapped FROM keys WHERE subject = ?", [SUBJECTS[7]])
        digests = bare.execute("SELECT digest FROM words WHERE subject = ?", [SUBJECTS[7]])
        secrets = [wrapped[0], *(digest for (digest,) in digests), SUBJECTS[7].encode()]
    assert len(secrets) == 3
    assert all(secret in path.read_bytes() for secret in secrets)
    store.erase([SUBJECTS[7], "officer/nobody"])
    for file in path.parent.glob(f"{path.name}*"):
        assert not any(secret in file.read_bytes() for secret in secrets), file
    assert names(path) == frozenset(SUBJECTS) - {SUBJECTS[7]}
    assert store.subjects_with("name", f"示例{SUBJECTS[7]}", 9) == ()
    assert store.subjects_with("name", f"示例{SUBJECTS[8]}", 9) == (SUBJECTS[8],)
    with pytest.raises(DomainError, match="sealed-unreadable"):
        store.find(SUBJECTS[7])


def obtain_all(path: Path) -> dict[str, bytes]:
    """What one of several processes does."""
    return SubjectKeys(path, MASTER).obtain(SUBJECTS)


def test_threads_and_processes_get_the_same_keys(path: Path, store: SubjectKeys) -> None:
    """However many begin at once."""
    with (
        ThreadPoolExecutor(4) as threads,
        get_context("spawn").Pool(2) as processes,
    ):
        others = processes.map_async(obtain_all, [path] * 4)
        own = list(threads.map(lambda _: store.obtain(SUBJECTS), range(8)))
        got = [*own, *others.get(60)]
    assert all(one == got[0] for one in got)


def test_a_store_that_is_missing_is_not_made_by_using_it(path: Path) -> None:
    """An empty one in its place would hide the loss; one that is there is not made anew."""
    store = SubjectKeys(path, MASTER)
    for use in (lambda: store.obtain(SUBJECTS), lambda: store.erase(SUBJECTS), store.require_fit):
        with pytest.raises(DomainError, match="key-missing"):
            use()
    assert not path.exists()
    store.create()
    kept = store.obtain(SUBJECTS)
    with pytest.raises(DomainError, match="key-exists"):
        store.create()
    assert store.obtain(SUBJECTS) == kept


def test_a_store_of_another_master_key_is_told_at_once(path: Path, store: SubjectKeys) -> None:
    """Also where nobody has a key in it yet."""
    store.require_fit()
    with pytest.raises(DomainError, match="keys-do-not-match"):
        SubjectKeys(path, MasterKey(bytes(32))).require_fit()


def test_what_is_no_such_store_is_told_in_our_own_words(tmp_path: Path) -> None:
    """Nor can one be made where nobody may write."""
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"nothing of the kind, and long enough to be looked at" * 99)
    other.chmod(0o600)
    for use in (SubjectKeys(other, MASTER).require_fit, lambda: names(other)):
        with pytest.raises(DomainError, match="subject-keys-unavailable"):
            use()
    with pytest.raises(DomainError, match="subject-keys-unavailable"):
        SubjectKeys(tmp_path / "missing" / "subjects.sqlite", MASTER).create()


Acts = st.lists(
    st.tuples(st.sampled_from(["obtain", "erase", "reindex"]), st.sets(st.integers(0, 3))),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(Acts)
def test_the_store_is_what_was_obtained_less_what_was_erased(
    acts: list[tuple[str, set[int]]],
) -> None:
    """Whatever is done in whatever order; a key that was erased and made again is another."""
    with TemporaryDirectory() as folder:
        store = SubjectKeys(Path(folder) / "subjects.sqlite", MASTER)
        store.create()
        keys: dict[str, bytes] = {}
        words: set[str] = set()
        seen: set[bytes] = set()
        for act, numbers in acts:
            chosen = {SUBJECTS[number] for number in numbers}
            noted = [Word(subject=name, field="name", text="示例") for name in sorted(chosen)]
            if act == "erase":
                store.erase(chosen)
                keys = {name: key for name, key in keys.items() if name not in chosen}
                words -= chosen
            elif act == "reindex":
                store.reindex(noted)
                words = chosen
            else:
                got = store.obtain(chosen, noted)
                fresh = {name: got[name] for name in chosen - keys.keys()}
                assert not seen & set(fresh.values())
                seen |= set(fresh.values())
                keys |= fresh
                words |= chosen
            assert store.known(SUBJECTS) == keys
            assert set(store.subjects_with("name", "示例", 99)) == words


KILLED = """
import sys
from pathlib import Path
from ledger.sealing import MasterKey
from ledger.subject_keys import SubjectKeys
store = SubjectKeys(Path(sys.argv[1]), MasterKey(bytes(range(32))))
for number in range(10**6):
    name = f"officer/{number}"
    print(name, store.obtain([name])[name].hex(), flush=True)
"""


def test_a_key_that_was_given_out_outlives_the_process(path: Path, store: SubjectKeys) -> None:
    """Killed at any moment: whatever it was told is there, and the store opens."""
    arguments = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(25)]
        process.kill()
        told += process.stdout.read().splitlines(keepends=True)
    whole = dict(line.split() for line in told if line.endswith("\n"))
    assert len(whole) >= 25
    found = store.known(whole)
    assert {name: key.hex() for name, key in found.items()} == whole


def append_and_fail(ledger: Ledger, draft: Draft) -> None:
    """What happens when the database is lost just before the commit."""
    with ledger.transaction() as transaction:
        transaction.append([draft])
        raise ZeroDivisionError


def test_keys_are_durable_before_the_commit_that_needs_them(ledger: Ledger) -> None:
    """A commit that fails afterwards leaves a key too many, never one too few."""
    event = StaffAdded(department="d1", roles=("clerk",))
    recorded = Recorded(
        leaf=1,
        stream="staff/p1",
        version=1,
        recorded_at=NOW,
        actor=SYSTEM,
        command_id=new_id(),
        event=event,
    )
    fact = Fact(stream="staff/p1", event=event, personal={"name": "示例"}, subject="staff/p1")
    with pytest.raises(ZeroDivisionError):
        append_and_fail(ledger, Draft(recorded=recorded, fact=fact))
    assert ledger.size() == 1
    assert list(ledger.keys.subjects.known(["staff/p1"])) == ["staff/p1"]


def test_people_are_found_by_what_they_were_sealed_with(ledger: Ledger) -> None:
    """From the moment of sealing on, and the same after the index was made anew from the ledger."""
    writer = Writer(ledger, Still(), prover_of(ledger.keys))
    commands: list[Command] = [department(1), *(person(number, "d1") for number in range(1, 4))]
    writer.execute(commands, actor=SYSTEM, command_id=new_id())
    subjects = ledger.keys.subjects
    for _ in range(2):
        assert subjects.subjects_with("name", " 示例人员2 ", 9) == ("staff/p2",)
        assert subjects.subjects_with("telephone", "示例人员2", 9) == ()
        assert search.rebuild(ledger) == 6
    subjects.erase(["staff/p2"])
    assert search.rebuild(ledger) == 4
    assert subjects.subjects_with("name", "示例人员2", 9) == ()


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("telephone", "138-0000 0000", "１３８00000000"),
        ("id_card", "11010519491231002x", "110105 19491231 002X"),
        ("name", " 王\u0065\u0301 ", "王é"),
        ("contact", "示例联系人\n", "示例联系人"),
        ("certificate_number", "示证1", "示证1 "),
    ],
)
def test_what_people_take_for_the_same_is_found(field: str, one: str, other: str) -> None:
    """However it is typed."""
    assert one != other
    assert search.digest(bytes(32), field, one) == search.digest(bytes(32), field, other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(search.FIELDS))
def test_a_digest_is_of_one_field_one_text_and_one_key(one: str, other: str, field: str) -> None:
    """Nothing else gives it."""
    found = search.digest(bytes(32), field, one)
    same = search.normalise(field, one) == search.normalise(field, other)
    assert (search.digest(bytes(32), field, other) == found) is same
    assert search.digest(bytes(31) + b"\x01", field, one) != found
    assert all(
        search.digest(bytes(32), name, one) != found for name in search.FIELDS if name != field
    )
