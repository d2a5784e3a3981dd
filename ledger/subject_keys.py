"""The keys of subjects, wrapped, in one SQLite file outside the database: no backup of the database brings an erased key back.

With them stands what people are found by, as keyed digests (`ledger.search`), so that one act removes both. A key is
durable here before anything sealed under it is committed there: a key without a leaf is harmless, a leaf without its key
is not. What is deleted is overwritten, in the file and in its journal, which is cut to nothing after each transaction.

Each act opens the file anew: safe among threads, among processes, and beside one who reads it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from domain.errors import DomainError
from ledger import sealing, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ledger.search import Word

TABLES = """
CREATE TABLE IF NOT EXISTS keys (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS words (
    subject TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (subject, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS words_by_digest ON words (digest);
"""
SETTINGS = """
PRAGMA journal_mode = TRUNCATE;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
"""
SELECT = "SELECT subject, wrapped FROM keys WHERE subject IN (SELECT value FROM json_each(?))"
INSERT_KEY = "INSERT INTO keys (subject, wrapped) VALUES (?, ?)"
INSERT_WORD = "INSERT OR IGNORE INTO words (subject, digest) VALUES (?, ?)"
SELECT_WORD = "SELECT subject FROM words WHERE digest = ? ORDER BY subject LIMIT ?"
SEARCH = "search"  # the key of the digests lies among the others; a subject's name has a slash
WAIT_SECONDS = 5.0  # the ledger is held meanwhile
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Wrapper(Protocol):
    """Who holds the master key. Nothing else of it is ever used, so that it may lie in hardware or in a vault."""

    def wrap(self, subject: str, key: bytes) -> bytes:
        """Encrypt the 32-byte key of a subject, bound to the subject's name."""
        ...

    def unwrap(self, subject: str, wrapped: bytes) -> bytes:
        """Open what `wrap` gave; raises DomainError("sealed-unreadable")."""
        ...


class SubjectKeys:
    """The store at `path`. It is made on purpose and only once: an empty one in the place of a lost one would hide the loss.

    Every method raises DomainError: "key-missing" where there is no store, "key-file-permissions" where others may read it,
    "subject-keys-unavailable".
    """

    def __init__(self, path: Path, wrapper: Wrapper) -> None:
        self._path = path
        self._wrapper = wrapper

    def create(self) -> None:
        """Make an empty store; raises DomainError("key-exists") and then changes nothing."""
        try:
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            detail = f"密钥已存在,不覆盖 / not overwritten: {self._path}"
            raise DomainError("key-exists", detail) from None
        except OSError as error:
            raise _unavailable(self._path, error) from None
        self.reindex(())

    def require_fit(self) -> None:
        """Refuse a store whose keys another master key wrapped; raises DomainError("keys-do-not-match")."""
        try:
            self.find(SEARCH)
        except DomainError as refusal:
            if refusal.code != "sealed-unreadable":
                raise
            detail = f"人员密钥库不属于此主密钥 / the store is of another master key: {self._path}"
            raise DomainError("keys-do-not-match", detail) from None

    def obtain(self, subjects: Iterable[str], words: Iterable[Word] = ()) -> dict[str, bytes]:
        """Give the keys of these subjects, making those that do not exist, and note by which words they are found."""
        wanted = {*subjects, SEARCH}
        if wanted == {SEARCH}:
            return {}
        with self._transaction() as store:
            keys = self._keys(store, wanted)
            fresh = {name: sealing.new_subject_key() for name in sorted(wanted - keys.keys())}
            rows = [(name, self._wrapper.wrap(name, key)) for name, key in fresh.items()]
            store.executemany(INSERT_KEY, rows)
            keys |= fresh
            _note(store, keys[SEARCH], words)
        return keys

    def known(self, subjects: Iterable[str]) -> dict[str, bytes]:
        """Give the keys that there are of these subjects."""
        with self._transaction("DEFERRED") as store:
            return self._keys(store, set(subjects))

    def find(self, subject: str) -> bytes:
        """Give the key of a subject; raises DomainError("sealed-unreadable") when there is none."""
        keys = self.known([subject])
        if not keys:
            detail = f"{subject}: 密钥已销毁或不存在 / its key is gone"
            raise DomainError("sealed-unreadable", detail)
        return keys[subject]

    def subjects_with(self, field: str, text: str, limit: int) -> tuple[str, ...]:
        """Give up to `limit` subjects of whom a field was ever sealed that says the same as `text`."""
        with self._transaction("DEFERRED") as store:
            keys = self._keys(store, {SEARCH})
            if not keys:
                return ()
            digest = search.digest(keys[SEARCH], field, text)
            return tuple(subject for (subject,) in store.execute(SELECT_WORD, [digest, limit]))

    def reindex(self, words: Iterable[Word]) -> None:
        """Put these words in the place of all that were noted, under a new key."""
        key = sealing.new_subject_key()
        with self._transaction() as store:
            store.execute("DELETE FROM words")
            store.execute("DELETE FROM keys WHERE subject = ?", [SEARCH])
            store.execute(INSERT_KEY, [SEARCH, self._wrapper.wrap(SEARCH, key)])
            _note(store, key, words)

    def erase(self, subjects: Iterable[str]) -> None:
        """Destroy the keys of these subjects and what they are found by; who is not there is passed over."""
        rows = [(subject,) for subject in subjects]
        with self._transaction() as store:
            store.executemany("DELETE FROM words WHERE subject = ?", rows)
            store.executemany("DELETE FROM keys WHERE subject = ?", rows)

    def _keys(self, store: sqlite3.Connection, subjects: set[str]) -> dict[str, bytes]:
        found = store.execute(SELECT, [json.dumps(sorted(subjects))])
        return {name: self._wrapper.unwrap(name, wrapped) for name, wrapped in found}

    @contextmanager
    def _transaction(
        self, mode: Literal["DEFERRED", "IMMEDIATE"] = "IMMEDIATE"
    ) -> Iterator[sqlite3.Connection]:
        """Hold the store; what was done is durable when the block ends, and undone when it raises."""
        try:
            _require_private(self._path)
            opened = sqlite3.connect(self._path, timeout=WAIT_SECONDS, isolation_level=None)
            with closing(opened) as store:
                store.executescript(SETTINGS + TABLES)
                store.execute(f"BEGIN {mode}")
                with store:
                    yield store
        except (OSError, sqlite3.Error) as error:
            raise _unavailable(self._path, error) from None


def names(path: Path) -> frozenset[str]:
    """Give the subjects that have a key in the store at `path`, without any key and without writing.

    Raises DomainError("subject-keys-unavailable").
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as store:
            return frozenset(name for (name,) in store.execute("SELECT subject FROM keys")) - {
                SEARCH
            }
    except sqlite3.Error as error:
        raise _unavailable(path, error) from None


def _note(store: sqlite3.Connection, key: bytes, words: Iterable[Word]) -> None:
    rows = [(word.subject, search.digest(key, word.field, word.text)) for word in words]
    store.executemany(INSERT_WORD, rows)


def _require_private(path: Path) -> None:
    """The file is there, and for its owner alone; SQLite gives its journal the same mode."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        detail = f"缺少人员密钥库，请从备份恢复 / no store of subjects' keys, restore it: {path}"
        raise DomainError("key-missing", detail) from None
    if mode & OTHERS:
        found = f"{stat.S_IMODE(mode):04o}"
        raise DomainError("key-file-permissions", f"{path}: {found}; chmod 600 {path}")


def _unavailable(path: Path, error: Exception) -> DomainError:
    detail = f"人员密钥库不可用 / the store of subjects' keys is out of reach: {path}: {error}"
    return DomainError("subject-keys-unavailable", detail)
