"""The ledger as the rest of the program sees it: open it, read it in order, append under its lock."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal, NamedTuple, Self
from uuid import uuid4

from eventsourcing.persistence import ProgrammingError, StoredEvent
from psycopg.sql import SQL, Identifier

from domain.errors import DomainError
from domain.events import name_of
from domain.facts import Actor, Fact, Recorded
from domain.genesis import LedgerOpened
from domain.signing import SignedCommand
from ledger import codec, entries, envelope, note, quick, sealing, search
from ledger.checkpoints import Checkpoints
from ledger.commits import Commit
from ledger.cosignatures import Cosignatures
from ledger.database import LedgerDatastore
from ledger.envelope import Envelope, Signed
from ledger.mapper import to_stored
from ledger.recorder import LedgerRecorder
from ledger.schema import CHANNEL
from ledger.search import Word
from ledger.tiles import Tiles
from ledger.timestamps import Timestamps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from ledger.clock import Clock
    from ledger.cosignatures import Counted
    from ledger.entries import Entry
    from ledger.keys import Keys
    from ledger.policy import Policy
    from ledger.recorder import Found, Locked, Span

Mode = Literal["production", "development"]
Row = tuple[int, str, int, str]
SYSTEM = Actor(id="system", role="system")
NONCE_SIZE = 16
NONCES = 64
SELECT_COMMITS = (
    "SELECT first_leaf, count, link, key, sig FROM ledger.commits "
    "WHERE first_leaf >= %s ORDER BY first_leaf LIMIT %s"
)
COUNT_COMMITS = "SELECT count(*) FROM ledger.commits WHERE first_leaf >= %s"
SELECT_ROWS = (
    "SELECT leaf, stream, version, type FROM ledger.events "
    "WHERE leaf >= %s AND leaf < %s ORDER BY leaf"
)
SELECT_SIZE = "SELECT first_leaf + count FROM ledger.commits ORDER BY first_leaf DESC LIMIT 1"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A fact in the place where it is about to be recorded; `signed` stands with the first of a signed command."""

    recorded: Recorded
    fact: Fact
    signed: SignedCommand | None = None


class Sealed(NamedTuple):
    """The row to store of a draft, and the event as it will be read back from its bytes."""

    row: StoredEvent
    recorded: Recorded


class Transaction:
    """The ledger while this process holds it: nothing can be appended but here."""

    def __init__(self, locked: Locked, keys: Keys, counted: int | None = None) -> None:
        self._locked = locked
        self._keys = keys
        self._counted = counted
        self._nonces: list[str] = []

    @property
    def size(self) -> int:
        """Leaves in the ledger, without those that are appended here."""
        return self._locked.size

    @property
    def checkpointed(self) -> int:
        """Size of the newest checkpoint that counts: where no policy was given, of the newest published."""
        return self._locked.checkpointed if self._counted is None else self._counted

    def read(self, from_leaf: int, limit: int = entries.BATCH) -> list[Entry]:
        """Give up to `limit` entries from this leaf on."""
        rows = self._locked.send(entries.SELECT_ENTRIES, [from_leaf, limit]).fetchall()
        return list(entries.from_rows(rows, from_leaf))

    def find(self, command_ids: Sequence[str]) -> Found:
        """Ask for commands that may have been recorded before; calling what this gives waits for the answer."""
        return self._locked.find(command_ids)

    def rows(self, first_leaf: int, count: int) -> list[Row]:
        """Give leaf, stream, version and type of `count` events from `first_leaf` on."""
        rows = self._locked.send(SELECT_ROWS, [first_leaf, first_leaf + count]).fetchall()
        return [(leaf, stream, version, type_) for leaf, stream, version, type_ in rows]

    def append(self, drafts: Sequence[Draft]) -> Commit:
        """Seal, sign and store the drafts as one commit, once in a transaction."""
        return self.store([sealed.row for sealed in self.seal(drafts)])

    def store(self, rows: Sequence[StoredEvent], spans: Sequence[Span] = ()) -> Commit:
        """Sign and store as one commit the rows that `seal` gave, once in a transaction; `spans` tell whose they are."""
        return self._locked.append(rows, spans)

    def seal(self, drafts: Sequence[Draft]) -> list[Sealed]:
        """Encrypt what is personal and give the bytes to store, each once it was read as whoever comes later will.

        Raises DomainError: "not-canonical", or as `Entry.recorded` for what could not be read back.
        """
        facts = [draft.fact for draft in drafts if draft.fact.personal]
        keys: dict[str, bytes] = {}
        if facts:
            subjects = {fact.subject or "" for fact in facts}
            keys = self._keys.subjects.obtain(subjects, _words(facts))
        return [_seal(draft, keys, self._nonce()) for draft in drafts]

    def _nonce(self) -> str:
        """Give a fresh one. Each question to the system lets other threads of the interpreter in, so many are fetched at once."""
        if not self._nonces:
            fresh = os.urandom(NONCES * NONCE_SIZE).hex()
            width = 2 * NONCE_SIZE
            self._nonces = [fresh[at : at + width] for at in range(0, len(fresh), width)]
        return self._nonces.pop()


def _words(facts: Sequence[Fact]) -> list[Word]:
    """What a subject is found by: the fields of its own stream, not why somebody was replaced in another."""
    return [
        Word(subject=fact.stream, field=field, text=text)
        for fact in facts
        for field, text in fact.personal.items()
        if fact.stream == fact.subject and field in search.FIELDS
    ]


def _seal(draft: Draft, keys: dict[str, bytes], nonce: str) -> Sealed:
    recorded = draft.recorded
    hidden = _hidden(draft, keys) if draft.fact.personal else None
    if draft.signed is None and (quickly := quick.write(recorded, nonce, hidden)):
        state, read = quickly
        name = name_of(read.event)
        return Sealed(StoredEvent(recorded.stream, recorded.version, name, state), read)
    row = to_stored(_envelope(draft, nonce, hidden))
    return Sealed(row, entries.read(recorded.leaf, row.state))


def _hidden(draft: Draft, keys: dict[str, bytes]) -> envelope.Sealed:
    recorded, fact = draft.recorded, draft.fact
    place = sealing.Place(
        subject=fact.subject or "",
        stream=recorded.stream,
        version=recorded.version,
        type=name_of(recorded.event),
    )
    return sealing.seal(keys[place.subject], place, fact.personal)


def _envelope(draft: Draft, nonce: str, sealed: envelope.Sealed | None) -> Envelope:
    recorded = draft.recorded
    type_name, data = codec.encode(recorded.event)
    return Envelope(
        type=type_name,
        stream=recorded.stream,
        version=recorded.version,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        command_id=recorded.command_id,
        nonce=nonce,
        data=data,
        sealed=sealed,
        signed=Signed.of(draft.signed) if draft.signed else None,
    )


class Ledger:
    """An opened ledger. Use it as a context manager, or call `close`."""

    def __init__(self, dsn: str, keys: Keys, policy: Policy | None = None) -> None:
        """Open a ledger that was created before; `policy` says which of its checkpoints count.

        Raises DomainError: "ledger-missing", "keys-do-not-match" when `service` and `log` are not
        the keys that leaf 0 names, or "vkey-differs" when the policy is for other logs.
        """
        self.keys = keys
        self._datastore = LedgerDatastore(dsn)
        try:
            self.recorder = LedgerRecorder(self._datastore, keys.service)
            self.genesis = self._read_genesis()
            if policy is not None:
                policy.require_log(note.VerifierKey.parse(self.genesis.vkey))
            self._checkpoints = Checkpoints(self.recorder, self.genesis.origin, keys.log)
            self.cosignatures = Cosignatures(self.recorder, policy)
            self.timestamps = Timestamps(self.recorder)
            self.tiles = Tiles(self.recorder)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(  # noqa: PLR0913 - all that leaf 0 says
        cls, dsn: str, keys: Keys, vrf_key: bytes, *, origin: str, mode: Mode, clock: Clock
    ) -> Self:
        """Write leaf 0 into migrated, empty tables, publish its checkpoint and open the ledger.

        `vrf_key` is the public half (32 bytes) of the key that proves the first draws.
        Raises DomainError: "origin-malformed", "ledger-missing" or "ledger-exists".
        """
        opened = _opening(keys, vrf_key.hex(), origin, mode)
        recorded = Recorded(
            leaf=0,
            stream="ledger",
            version=1,
            recorded_at=clock.now(),
            actor=SYSTEM,
            command_id=str(uuid4()),
            event=opened,
        )
        draft = Draft(recorded=recorded, fact=Fact(stream="ledger", event=opened))
        with (
            LedgerDatastore(dsn) as datastore,
            _tables_needed(),
            LedgerRecorder(datastore, keys.service).locked() as locked,
        ):
            if locked.size:
                raise DomainError("ledger-exists", "账本已存在 / there is a ledger already")
            Transaction(locked, keys).append([draft])
        ledger = cls(dsn, keys)
        ledger.publish_checkpoint()
        return ledger

    @property
    def origin(self) -> str:
        """The name under which the log signs."""
        return self.genesis.origin

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the ledger; what was appended is kept when the block ends, and dropped when it raises."""
        # Read before the lock is held: what counts only ever grows.
        counted = None
        if self.cosignatures.policy is not None:
            counted = newest.size if (newest := self.counted()) else 0
        with self.recorder.locked() as locked:
            yield Transaction(locked, self.keys, counted)

    def size(self) -> int:
        """Number of leaves."""
        return int(self.recorder.select(SELECT_SIZE, [])[0][0])

    def read(self, from_leaf: int, limit: int = entries.BATCH) -> list[Entry]:
        """Give up to `limit` entries from this leaf on, without the lock.

        Leaves become visible in order, so whoever goes on from the last leaf misses nothing.
        """
        rows = self.recorder.select(entries.SELECT_ENTRIES, [from_leaf, limit])
        return list(entries.from_rows(rows, from_leaf))

    def states(self, size: int) -> Iterator[bytes]:
        """Give the bytes of the first `size` leaves in order, a batch at a time; raises as `read`."""
        leaf = 0
        while leaf < size:
            limit = min(entries.BATCH, size - leaf)
            rows = self.recorder.select(entries.SELECT_ENTRIES, [leaf, limit])
            if not rows:
                raise DomainError("leaf-missing", f"缺少叶 {leaf} / leaf is missing")
            yield from (state for _, _, state in entries.checked(rows, leaf))
            leaf += len(rows)

    def commits_from(self, leaf: int) -> int:
        """Count the commits that begin at this leaf or later."""
        return int(self.recorder.select(COUNT_COMMITS, [leaf])[0][0])

    def commits(self, from_leaf: int, limit: int = entries.BATCH) -> list[Commit]:
        """Give up to `limit` commits whose first leaf is not below `from_leaf`."""
        rows = self.recorder.select(SELECT_COMMITS, [from_leaf, limit])
        return [
            Commit(first_leaf=row[0], count=row[1], link=row[2], key=row[3], sig=row[4])
            for row in rows
        ]

    def wait(self, size: int, timeout: float) -> int:
        """Wait until there are more than `size` leaves or `timeout` seconds went by; give the size."""
        deadline = monotonic() + timeout
        with self._datastore.get_connection() as connection:
            connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
            try:
                while (now := self.size()) <= size and (left := deadline - monotonic()) > 0:
                    for _ in connection.notifies(timeout=left, stop_after=1):
                        pass
            finally:
                connection.execute("UNLISTEN *")
        return now

    def unseal(self, envelope: Envelope) -> dict[str, str]:
        """Decrypt the personal fields of an event; raises DomainError("sealed-unreadable")."""
        if envelope.sealed is None:
            return {}
        return sealing.open_envelope(self.keys.subjects.find(envelope.sealed.subject), envelope)

    def counted(self) -> Counted | None:
        """Give the newest checkpoint that counts, or None where the policy asks for more witnesses."""
        return self.cosignatures.counted()

    def newest(self) -> tuple[int, str] | None:
        """Give size and signed note of the newest published checkpoint, whether it counts or not; without cosignatures."""
        published = self._checkpoints.latest()
        return None if published is None else (_size_of(published), published)

    def checkpoints(self) -> dict[int, str]:
        """Give every published note by its size, with the cosignatures under it."""
        return self.cosignatures.under_all(self._checkpoints.all())

    def cover(self, leaves: int) -> Counted | None:
        """Publish a checkpoint unless one covers so many leaves, and give the newest that counts: it may cover fewer.

        Raises as `publish_checkpoint`.
        """
        newest = self.newest()
        if newest is None or newest[0] < leaves:
            self.publish_checkpoint()
        return self.counted()

    def publish_checkpoint(self) -> str:
        """Sign and store the head over all leaves; raises DomainError("checkpoint-inconsistent")."""
        return self._checkpoints.publish()

    def reconnect(self) -> None:
        """Look at the connections that wait in the pool, and replace those that were lost."""
        self._datastore.pool.check()

    def close(self) -> None:
        """Give all connections back."""
        self._datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read_genesis(self) -> LedgerOpened:
        with _tables_needed():
            first = self.read(0, 1)
        opened = first[0].recorded().event if first else None
        if not isinstance(opened, LedgerOpened):
            raise _missing()
        if opened != _opening(self.keys, opened.vrf_key, opened.origin, opened.mode):
            detail = f"密钥不属于账本 {opened.origin} / these are not the keys of that ledger"
            raise DomainError("keys-do-not-match", detail)
        return opened


def _opening(keys: Keys, vrf_key: str, origin: str, mode: Mode) -> LedgerOpened:
    return LedgerOpened(
        origin=origin,
        vkey=str(note.log_key(origin, keys.log_public)),
        service_key=keys.service_public.hex(),
        vrf_key=vrf_key,
        mode=mode,
    )


def _size_of(signed: str) -> int:
    return note.Checkpoint.parse(note.Note.parse(signed).text).size


@contextmanager
def _tables_needed() -> Iterator[None]:
    try:
        yield
    except ProgrammingError:
        raise _missing() from None


def _missing() -> DomainError:
    return DomainError("ledger-missing", "数据库中没有账本 / there is no ledger in this database")
