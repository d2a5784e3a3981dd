"""Local accounts: passwords as argon2id hashes, and addresses for reminders; outside the ledger, for both must be forgettable.

A password is never set by us: an administrator issues a one-time word, its owner replaces it at the first login. Wrong
passwords in a row lock an id for a while that doubles up to a bound. Ids that nobody has are treated exactly alike, in
time and in answers, so nobody learns who exists: attempts are counted by a hash of the id, in a table whose rows are
bounded however many ids are tried. Time is the database's, so that several processes agree.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, LiteralString, Self

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from domain.errors import DomainError

if TYPE_CHECKING:
    from types import TracebackType

    from psycopg import Connection

TABLES = """
CREATE SCHEMA IF NOT EXISTS accounts;
CREATE TABLE IF NOT EXISTS accounts.passwords (
    staff text COLLATE "C" PRIMARY KEY,
    hash text NOT NULL,
    serial bigint NOT NULL,
    one_time boolean NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts.attempts (
    place integer PRIMARY KEY,
    failures integer NOT NULL,
    locked_until timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts.addresses (
    staff text COLLATE "C" PRIMARY KEY,
    email text NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts.deliveries (
    key text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    state text NOT NULL CHECK (state IN ('begun', 'delivered', 'refused', 'unclear')),
    at text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS deliveries_once ON accounts.deliveries (key, attempt, (state = 'begun'));
"""
NAMES = frozenset({"passwords", "attempts", "addresses", "deliveries"})
_SELECT = "SELECT hash, serial, one_time FROM accounts.passwords WHERE staff = %s"
_SET = """
INSERT INTO accounts.passwords (staff, hash, serial, one_time) VALUES (%s, %s, 1, %s)
ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash, serial = accounts.passwords.serial + 1,
    one_time = excluded.one_time"""
_LOCKED = "SELECT FROM accounts.attempts WHERE place = %s AND locked_until > clock_timestamp()"
# From the fifth failure on: 30 s, 60 s, 120 s … at most 15 minutes, so that nobody can be shut out for long.
_FAIL = """
INSERT INTO accounts.attempts (place, failures, locked_until) VALUES (%s, 1, '-infinity')
ON CONFLICT (place) DO UPDATE SET failures = attempts.failures + 1,
    locked_until = CASE WHEN attempts.failures < 4 THEN attempts.locked_until
    ELSE clock_timestamp() + least(900, 30 * 2 ^ least(5, attempts.failures - 4)) * interval '1 second' END"""
_FORGET = "DELETE FROM accounts.attempts WHERE place = %s"
_REMOVE = "DELETE FROM accounts.passwords WHERE staff = %s"
_ADDRESS = "SELECT email FROM accounts.addresses WHERE staff = %s"
_ADDRESSES = "SELECT staff, email FROM accounts.addresses ORDER BY staff"
_WRITE_TO = """
INSERT INTO accounts.addresses (staff, email) VALUES (%s, %s)
ON CONFLICT (staff) DO UPDATE SET email = excluded.email"""
_WRITE_NO_MORE = "DELETE FROM accounts.addresses WHERE staff = %s"
# Rows at most, some 60 MB. Two ids that fall on one place share their failures, which is rare and harms little.
PLACES = 2**20
SHORTEST, LONGEST = 10, 200
WAIT_SECONDS = 3.0  # for a connection, before the database counts as away


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a session needs to know: `serial` counts the passwords, a token names the one it was given for."""

    hash: str
    serial: int
    one_time: bool


def migrate(dsn: str) -> None:
    """Create what is missing."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute(TABLES)


class Accounts:
    """The table and its few acts. Close it after use."""

    def __init__(self, dsn: str) -> None:
        self._hasher = PasswordHasher()
        # No password fits it; so that an unknown account costs the same time.
        self._decoy = self._hasher.hash(secrets.token_bytes(32))
        self._pool: ConnectionPool[Connection[tuple[object, ...]]] = ConnectionPool(
            dsn,
            min_size=1,
            max_size=4,
            timeout=WAIT_SECONDS,
            open=True,
            check=ConnectionPool.check_connection,
        )

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, staff: str) -> Account | None:
        """The account of a person, or None where no password was ever issued."""
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Account))
            return cursor.execute(_SELECT, [staff]).fetchone()

    def issue(self, staff: str) -> str:
        """A new one-time password for a person; whatever they had before counts no more. Told once, kept as a hash."""
        password = secrets.token_urlsafe(12)
        self._set(staff, password, one_time=True)
        return password

    def login(self, staff: str, password: str) -> Account:
        """The account, if this is its password; raises "login-refused" or "login-locked"."""
        place = _place(staff)
        if self._execute(_LOCKED, place):
            detail = "密码多次输错，请稍后再试 / too many wrong passwords: try again later"
            raise DomainError("login-locked", detail)
        account = self.get(staff)
        right = _matches(self._hasher, account.hash if account else self._decoy, password)
        if account is None or not right:
            self._execute(_FAIL, place)
            raise DomainError("login-refused", "工号或密码不对 / wrong staff id or password")
        self._execute(_FORGET, place)
        return account

    def change(self, staff: str, old: str, new: str) -> None:
        """Replace one's own password; raises as `login`, or "password-unfit"."""
        self.login(staff, old)
        if not SHORTEST <= len(new) <= LONGEST or new == old or len(set(new)) < SHORTEST // 2:
            detail = f"新密码须为 {SHORTEST}–{LONGEST} 字符、不单调、与旧密码不同 / {SHORTEST} to {LONGEST} characters, new and varied"
            raise DomainError("password-unfit", detail)
        self._set(staff, new, one_time=False)

    def address(self, staff: str) -> str | None:
        """Where a person wants to be reminded, or None."""
        with self._pool.connection() as connection:
            found = connection.execute(_ADDRESS, [staff]).fetchone()
        return str(found[0]) if found else None

    def addresses(self) -> dict[str, str]:
        """Everybody who wants to be reminded, and where."""
        with self._pool.connection() as connection:
            return {
                str(staff): str(email) for staff, email in connection.execute(_ADDRESSES).fetchall()
            }

    def write_to(self, staff: str, email: str | None) -> None:
        """Remind a person under this address from here on, or, without one, no more."""
        with self._pool.connection() as connection:
            if email is None:
                connection.execute(_WRITE_NO_MORE, [staff])
            else:
                connection.execute(_WRITE_TO, [staff, email])

    def remove(self, staff: str) -> None:
        """Forget the password of a person, their address and failed attempts; where there is none, nothing changes."""
        with self._pool.connection() as connection:
            connection.execute(_REMOVE, [staff])
            connection.execute(_WRITE_NO_MORE, [staff])
            connection.execute(_FORGET, [_place(staff)])

    def _set(self, staff: str, password: str, *, one_time: bool) -> None:
        hashed = self._hasher.hash(_prepared(password))
        with self._pool.connection() as connection:
            connection.execute(_SET, [staff, hashed, one_time])
            connection.execute(_FORGET, [_place(staff)])

    def _execute(self, statement: LiteralString, place: int) -> bool:
        """Run one statement on a place and say whether it found a row."""
        with self._pool.connection() as connection:
            return connection.execute(statement, [place]).rowcount > 0


def _place(staff: str) -> int:
    return int.from_bytes(sha256(staff.encode("utf-8", "replace")).digest()) % PLACES


def _prepared(password: str) -> bytes:
    """The same password from every keyboard (NFKC), as bytes."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def _matches(hasher: PasswordHasher, hashed: str, password: str) -> bool:
    try:
        return hasher.verify(hashed, _prepared(password))
    except VerificationError:
        return False
