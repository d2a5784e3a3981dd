"""A witness of ledgers, ours or anybody's: it signs that a checkpoint continues what it signed before, and nothing else.

It keeps one head for each log in SQLite: comparing the old size and storing the new head are one transaction, which is on
disk before the cosignature is handed out. So two views of one log can never both be signed, whatever crashes in between.
Each MUST of C2SP tlog-witness stands over the line that keeps it. Source: c2sp.org/tlog-witness.
"""

from __future__ import annotations

import base64
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Self

import structlog

from domain import merkle
from domain.errors import DomainError
from ledger.note import Checkpoint, Note, VerifierKey, cosign, verify, witness_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# A note may have 16 signatures of nearly 5 kB each; the proof adds less than 3 kB.
MAX_BODY = 128 * 1024
MAX_PROOF = 63
LARGEST = 2**63 - 1
SIZE_TYPE = "text/x.tlog.size"
OLD = re.compile("old (0|[1-9][0-9]{0,18})")
HASH = re.compile("[A-Za-z0-9+/]{43}=")
TABLE = """
CREATE TABLE IF NOT EXISTS heads (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, time INTEGER NOT NULL
) WITHOUT ROWID, STRICT"""
SELECT = "SELECT size, root FROM heads WHERE origin = ?"
SELECT_ALL = "SELECT origin, size, note, time FROM heads ORDER BY origin"
STORE = """
INSERT INTO heads (origin, size, root, note, time) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root,
    note = excluded.note, time = excluded.time"""
BUSY_SECONDS = 10.0

logger = structlog.get_logger("mingqian.witness")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What HTTP says: a status, a body, and its type."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"


class _RefusedError(Exception):
    """Raised with the answer."""

    def __init__(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(text)
        self.answer = Answer(status=status, text=text + "\n", kind=kind)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A request as it was read: the old size, the proof, the checkpoint as it was sent and what it says."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body of add-checkpoint; raises DomainError or ValueError, which both mean 400."""
        head, blank, note = body.decode("utf-8").partition("\n\n")
        first, *lines = head.split("\n")
        found = OLD.fullmatch(first)
        if not found or not blank or len(lines) > MAX_PROOF:
            raise ValueError("no old size, no empty line, or more than 63 hashes")
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
        if checkpoint.size > LARGEST:
            raise ValueError("no tree is so large")
        proof = tuple(map(_hash, lines))
        return cls(old=int(found[1]), proof=proof, note=parsed, checkpoint=checkpoint)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest checkpoint that was signed of a log, and when (POSIX time)."""

    origin: str
    size: int
    note: str
    time: int


class Heads:
    """The SQLite file of signed heads. Safe among threads and processes; a transaction is on disk when it ends."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises DomainError("witness-state-unusable")."""
        self._path = path
        self._mutex = Lock()
        try:
            with closing(self._connect()) as connection:
                connection.execute(TABLE)
        except sqlite3.Error as error:
            raise DomainError("witness-state-unusable", f"{path}: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the file against every other request; kept when the block ends, dropped when it raises."""
        with self._mutex, closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def all(self) -> list[Head]:
        """Give what was signed last of each log."""
        with closing(self._connect()) as connection:
            rows = connection.execute(SELECT_ALL).fetchall()
        return [Head(origin=row[0], size=row[1], note=row[2], time=row[3]) for row in rows]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        # FULL does not sync the folder: after a power cut the journal could be back and undo what was cosigned.
        connection.execute("PRAGMA synchronous = EXTRA")
        return connection


class LedgerWitness:
    """Signs as `name` for the logs that it trusts, each by its origin and one key or more."""

    def __init__(
        self,
        name: str,
        key: Ed25519PrivateKey,
        logs: Mapping[str, tuple[VerifierKey, ...]],
        heads: Heads,
        clock: Callable[[], int],
    ) -> None:
        """`clock` gives POSIX seconds. Raises DomainError("origin-malformed") for an impossible name."""
        self.vkey = witness_key(name, key.public_key().public_bytes_raw())
        self._key = key
        self._logs = logs
        self._heads = heads
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request, whatever it is."""
        try:
            submission = self._read(body)
            line = self._sign(submission)
        except _RefusedError as refused:
            return refused.answer
        except sqlite3.Error as error:
            logger.error("witness-state-unusable", error=str(error))  # noqa: TRY400 - no trace is needed
            return Answer(status=503, text="not now: the state cannot be used\n")
        logger.info(
            "cosigned", origin=submission.checkpoint.origin, size=submission.checkpoint.size
        )
        return Answer(status=200, text=line)

    def _read(self, body: bytes) -> Submission:
        """What needs no state: form, log and signature, in the order of the specification."""
        try:
            submission = Submission.parse(body)
        except (DomainError, ValueError) as error:
            raise _RefusedError(400, f"bad request: {error}") from None
        keys = self._logs.get(submission.checkpoint.origin)
        # Where the origin "is unknown, the witness MUST respond with a 404 Not Found".
        if keys is None:
            raise _RefusedError(404, "unknown log")
        self._require_signature(submission.note, keys)
        # "The old size MUST be equal to or lower than the checkpoint size", otherwise 400 Bad Request.
        if submission.old > submission.checkpoint.size:
            raise _RefusedError(400, "the old size is above the size of the checkpoint")
        return submission

    def _require_signature(self, note: Note, keys: tuple[VerifierKey, ...]) -> None:
        """403 where no trusted key has signed, or one that is named has not; unknown keys MUST be ignored."""
        valid = 0
        for key in keys:
            try:
                verify(note, key)
                valid += 1
            except DomainError as error:
                if error.code != "note-not-signed":
                    raise _RefusedError(403, f"invalid signature: {key.name}") from None
        if not valid:
            raise _RefusedError(403, "not signed by a key that is trusted for this log")

    def _sign(self, submission: Submission) -> str:
        """Compare and store in one transaction; what it returns is on disk before it is handed out."""
        checkpoint = submission.checkpoint
        with self._heads.transaction() as connection:
            row = connection.execute(SELECT, [checkpoint.origin]).fetchone()
            size, root = row or (0, merkle.EMPTY_ROOT)
            # "The witness MUST check that the old size matches the size of the latest checkpoint it cosigned."
            if submission.old != size:
                raise _RefusedError(409, str(size), SIZE_TYPE)
            self._require_continuation(submission, size, root)
            time = self._clock()
            text = submission.note.text
            row = [checkpoint.origin, checkpoint.size, checkpoint.root, str(submission.note), time]
            line = str(cosign(text, self.vkey.name, self._key, time))
            # The witness "MUST persist the new checkpoint before responding".
            connection.execute(STORE, row)
        return line

    def _require_continuation(self, submission: Submission, size: int, root: bytes) -> None:
        checkpoint = submission.checkpoint
        if checkpoint.size == size:
            # "MUST check that the root hashes are also identical", otherwise 409 Conflict.
            if checkpoint.root != root:
                self._accuse(submission, size)
                raise _RefusedError(409, "another root of the same size was cosigned")
            if submission.proof:
                raise _RefusedError(422, "a proof from a size to itself is empty")
            return
        if size == 0:
            # "The proof MUST be empty if the old size is zero."
            if submission.proof:
                raise _RefusedError(422, "a proof from size zero is empty")
            return
        try:
            merkle.verify_consistency(
                size, root, checkpoint.size, submission.proof, checkpoint.root
            )
        except DomainError:
            self._accuse(submission, size)
            # Where the proof "doesn't verify, the witness MUST respond with a 422".
            raise _RefusedError(422, "the consistency proof does not verify") from None

    def _accuse(self, submission: Submission, size: int) -> None:
        """A signed checkpoint that does not continue the signed one may prove that the log misbehaves: keep it whole."""
        logger.error(
            "not-a-continuation",
            origin=submission.checkpoint.origin,
            cosigned=size,
            note=str(submission.note),
        )


def _hash(line: str) -> bytes:
    """Read one hash of 32 bytes, in the one way to write it."""
    if HASH.fullmatch(line):
        value = base64.b64decode(line)
        if base64.b64encode(value).decode() == line:
            return value
    raise ValueError("a proof line is not one hash in base64")
