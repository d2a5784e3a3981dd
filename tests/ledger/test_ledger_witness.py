"""The witness of ledgers, clause by clause of C2SP tlog-witness, with logs that are not ours."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import merkle
from domain.errors import DomainError
from ledger import note, witness
from ledger.note import Checkpoint, Note
from ledger.witness import SIZE_TYPE, Answer, Heads, LedgerWitness, Submission

NOW = 1_700_000_000
EXTRA = 3  # as SQLite numbers it
ORIGIN = "log.example/三 + 四"  # an origin may be anything on one line
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(200)]


def key_of(number: int) -> Ed25519PrivateKey:
    """A key for a test."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


LOG, OTHER, WITNESS = key_of(1), key_of(2), key_of(3)
LOG_VKEY = note.log_key("log.example/key", LOG.public_key().public_bytes_raw())
NEXT_VKEY = note.log_key("log.example/next", OTHER.public_key().public_bytes_raw())


def signed(
    size: int,
    root: bytes | None = None,
    origin: str = ORIGIN,
    key: Ed25519PrivateKey = LOG,
    name: str = "log.example/key",
) -> Note:
    """A checkpoint of a log over the first leaves."""
    checkpoint = Checkpoint(origin=origin, size=size, root=root or merkle.root(LEAVES[:size]))
    text = str(checkpoint)
    return Note(text=text, signatures=(note.sign(text, name, key),))


def body(old: int | str, proof: list[bytes], checkpoint: Note | str) -> bytes:
    """The body of a request."""
    lines = [base64.b64encode(each).decode() for each in proof]
    return "\n".join([f"old {old}", *lines, "", str(checkpoint)]).encode()


def growth(old: int, size: int) -> bytes:
    """A right request."""
    proof = merkle.prove_consistency(LEAVES[:size], old) if 0 < old < size else []
    return body(old, proof, signed(size))


@dataclass
class Running:
    """A witness on a file, and its clock."""

    path: Path
    now: int = NOW
    witness: LedgerWitness = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start, or start again on the same file."""
        logs = {ORIGIN: (LOG_VKEY, NEXT_VKEY)}
        heads = Heads(self.path)
        self.witness = LedgerWitness("witness.example/w", WITNESS, logs, heads, lambda: self.now)

    def ask(self, content: bytes) -> Answer:
        """Give it a request."""
        return self.witness.add_checkpoint(content)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """A witness that has signed nothing yet."""
    return Running(tmp_path / "heads.sqlite")


def test_it_cosigns_what_continues_what_it_cosigned(running: Running) -> None:
    """Each answer is one line, which verifies under its vkey; the time is that of its clock."""
    for old, size in ((0, 1), (1, 1), (1, 7), (7, 8), (8, 200)):
        running.now += 1
        answer = running.ask(growth(old, size))
        assert (answer.status, answer.text[:2], answer.text[-1:]) == (200, "— ", "\n")
        cosigned = Note.parse(str(signed(size)) + answer.text)
        line = note.verify(cosigned, running.witness.vkey)
        assert int.from_bytes(line.blob[:8], "big") == running.now
    assert running.witness.vkey.algorithm == 4


def test_it_remembers_over_a_restart(running: Running) -> None:
    """What was signed is on disk before it is handed out."""
    assert running.ask(growth(0, 5)).status == 200
    running.start()
    assert running.ask(growth(0, 7)).status == 409
    assert running.ask(growth(5, 7)).status == 200
    (head,) = Heads(running.path).all()
    assert (head.origin, head.size, head.time) == (ORIGIN, 7, NOW)
    assert head.note == str(signed(7))


def test_a_size_that_is_not_the_last_is_answered_with_the_last(running: Running) -> None:
    """409, its own content type, the size and a newline."""
    none_yet = running.ask(growth(3, 7))
    assert (none_yet.status, none_yet.text, none_yet.kind) == (409, "0\n", SIZE_TYPE)
    running.ask(growth(0, 5))
    for old in (0, 4, 6):
        stale = running.ask(growth(old, 7))
        assert (stale.status, stale.text, stale.kind) == (409, "5\n", "text/x.tlog.size")


def test_an_old_size_above_the_checkpoint_is_a_bad_request(running: Running) -> None:
    """Also where it is the last size; and a smaller tree is never signed again."""
    running.ask(growth(0, 5))
    assert running.ask(body(5, [], signed(4))).status == 400
    assert running.ask(body(4, [], signed(4))).status == 409


def test_a_proof_that_does_not_verify_is_unprocessable(running: Running) -> None:
    """Another tree, a hash too few or too many, a proof where there must be none; nothing moves."""
    running.ask(growth(0, 5))
    right = merkle.prove_consistency(LEAVES[:7], 5)
    forked = signed(7, merkle.root([bytes(32), *LEAVES[1:7]]))
    for wrong in (
        body(5, right, forked),
        body(5, right[:-1], signed(7)),
        body(5, [*right, bytes(32)], signed(7)),
        body(5, [], signed(7)),
        body(5, [bytes(32)], signed(5)),
    ):
        assert running.ask(wrong).status == 422
    assert running.ask(growth(5, 7)).status == 200


def test_a_first_checkpoint_has_no_proof(running: Running) -> None:
    """From size zero nothing is to be proved."""
    assert running.ask(body(0, [bytes(32)], signed(7))).status == 422
    assert running.ask(body(0, [], signed(7))).status == 200


def test_another_root_of_the_same_size_is_a_conflict(running: Running) -> None:
    """A split view; also of the empty tree, which has one root."""
    assert running.ask(body(0, [], signed(0, bytes(32)))).status == 409
    assert running.ask(growth(0, 0)).status == 200
    running.ask(growth(0, 5))
    assert running.ask(body(5, [], signed(5, bytes(range(32))))).status == 409


def test_an_unknown_log_is_not_found(running: Running) -> None:
    """By its origin, whoever signed."""
    assert running.ask(body(0, [], signed(5, origin="log.example/else"))).status == 404
    assert running.ask(body(0, [], signed(5, origin="log.example/key"))).status == 404


def test_only_a_key_that_is_trusted_for_the_log_will_do(running: Running) -> None:
    """A stranger's key, a wrong signature, a note without the log's; unknown lines beside are ignored."""
    assert running.ask(body(0, [], signed(5, key=key_of(9)))).status == 403
    assert running.ask(body(0, [], signed(5, name="log.example/stranger"))).status == 403
    right, wrong = signed(5), signed(6)
    tampered = Note(text=right.text, signatures=wrong.signatures)
    assert running.ask(body(0, [], tampered)).status == 403
    by_next = signed(5, key=OTHER, name="log.example/next")
    both = Note(text=right.text, signatures=(*tampered.signatures, *by_next.signatures))
    assert running.ask(body(0, [], both)).status == 403
    unknown = note.cosign(right.text, "someone.example", key_of(9), 1)
    long_ = note.Signature(name="pq.example", key_id=bytes(4), blob=bytes(2420))
    beside = right.with_signatures([unknown, long_, *by_next.signatures])
    assert running.ask(body(0, [], beside)).status == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xff",
        body("00", [], signed(5)),
        body("-1", [], signed(5)),
        body("", [], signed(5)),
        body("9" * 30, [], signed(5)),
        body(0, [b"short"], signed(5)),
        body(0, [bytes(32)] * 64, signed(5)),
        body(0, [], "no note\n"),
        body(0, [], str(signed(5)).rstrip("\n")),
        body(0, [], f"{ORIGIN}\n5\n"),
        body(0, [], signed(9_999_999_999_999_999_999, bytes(32))),
        b"old 0\r\n\r\n" + str(signed(5)).encode(),
        b"Old 0\n\n" + str(signed(5)).encode(),
        b"old 0\n" + str(signed(5)).encode(),
        b"old 0\n" + b"A" * 42 + b"B=\n\n" + str(signed(5)).encode(),
    ],
)
def test_a_malformed_request_is_a_bad_request(running: Running, content: bytes) -> None:
    """400, and nothing is signed."""
    assert running.ask(content).status == 400
    assert Heads(running.path).all() == []


@settings(deadline=None, max_examples=200)
@given(content=st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Never another error than those that mean 400."""
    with pytest.raises((DomainError, ValueError)):
        Submission.parse(content)


def test_of_requests_at_once_one_view_is_signed(running: Running) -> None:
    """Sixteen different trees from one old size, at two processes on one file: comparing and storing are one act."""
    running.ask(growth(0, 5))
    asked = [Running(running.path).ask, running.ask] * 8
    requests = [
        body(5, merkle.prove_consistency(LEAVES[:size], 5), signed(size)) for size in range(6, 22)
    ]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda ask, content: ask(content), asked, requests))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Rather than begun anew: what was signed would be forgotten."""
    (tmp_path / "heads").write_bytes(b"no database" * 100)
    with pytest.raises(DomainError, match=r"^witness-state-unusable: "):
        Heads(tmp_path / "heads")


def test_what_was_cosigned_outlives_a_power_cut(tmp_path: Path) -> None:
    """The folder is synced too, or a journal that comes back would undo it, and another view could be signed."""
    with Heads(tmp_path / "heads").transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (EXTRA,)


def test_while_its_state_is_held_elsewhere_it_signs_nothing(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a backup, for example: who asks is told to come back."""
    running.ask(growth(0, 5))
    monkeypatch.setattr(witness, "BUSY_SECONDS", 0)
    with Heads(running.path).transaction():
        assert running.ask(growth(5, 6)).status == 503
    assert running.ask(growth(5, 6)).status == 200
