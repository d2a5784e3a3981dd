"""Backups: the tables of ledger and accounts as one snapshot in a folder, and the way back into empty tables.

| file | content |
|---|---|
| `ledger.events`, `accounts.passwords`, … | one for each table: PostgreSQL's COPY, text format, UTF-8 |
| `checkpoint` | the newest note with the cosignatures under it, of those that have any |
| `manifest.json` | format, program, origin, moment, leaves; of every other file its size and SHA-256, of a table its columns and rows |

No keys are in it. What is put back counts for nothing before it was verified: that is done in the very transaction that put
it there, so whatever is refused leaves the tables empty.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import psycopg
from psycopg import IsolationLevel
from psycopg.sql import SQL, Composed, Identifier

from domain.errors import DomainError
from ledger import accounts, schema
from ledger.folder import private_file, whole_folder
from ledger.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import TupleRow

FORMAT = "mingqian-backup-v1"
MANIFEST, CHECKPOINT = "manifest.json", "checkpoint"
TABLES = tuple(
    f"{name}.{table}"
    for name, tables in (("ledger", schema.NAMES), ("accounts", accounts.NAMES))
    for table in sorted(tables)
)
BLOCK = 2**20
SELECT_SIZE = "SELECT coalesce(max(first_leaf + count), 0) FROM ledger.commits"
SELECT_NOTE = """
SELECT size, note FROM ledger.checkpoints
ORDER BY size IN (SELECT size FROM ledger.cosignatures) DESC, size DESC LIMIT 1"""
SELECT_LINES = "SELECT line FROM ledger.cosignatures WHERE size = %s ORDER BY key"


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file as it must be found again."""

    bytes: int
    sha256: str


class Table(File, frozen=True, forbid_unknown_fields=True):
    """The file of a table, which has these columns in this order."""

    rows: int
    columns: list[str]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself. `program` is the version that made it, `made_at` the moment on its clock."""

    format: str
    program: str
    origin: str
    made_at: str
    leaves: int
    checkpoint: File
    tables: dict[str, Table]


def back_up(dsn: str, directory: Path, now: str) -> tuple[Manifest, str]:
    """Write a backup into `directory`, which appears complete or not at all; give its manifest and the SHA-256 of that.

    The service may go on meanwhile: all is of one moment. A role that may read is enough. Raises DomainError:
    "backup-target-not-empty", "file-unwritable", "ledger-missing".
    """
    with (
        whole_folder(directory, "backup-target-not-empty") as folder,
        psycopg.connect(dsn) as connection,
    ):
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL client_encoding = 'UTF8'")
        try:
            return _fill(connection, folder, now)
        except OSError as error:
            raise DomainError("file-unwritable", f"{directory}: {error.strerror}") from None


def _fill(connection: Connection[TupleRow], folder: Path, now: str) -> tuple[Manifest, str]:
    newest = _newest(connection)
    with private_file(folder / CHECKPOINT) as file:
        file.write(newest.encode())
        _keep(file)
    manifest = Manifest(
        format=FORMAT,
        program=version("mingqian"),
        origin=newest.partition("\n")[
            0
        ],  # nothing is judged here: what was tampered with is backed up too
        made_at=now,
        leaves=connection.execute(SELECT_SIZE).fetchall()[0][0],
        checkpoint=File(len(newest.encode()), sha256(newest.encode()).hexdigest()),
        tables={name: _copied_out(connection, name, folder / name) for name in TABLES},
    )
    written = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    with private_file(folder / MANIFEST) as file:
        file.write(written)
        _keep(file)
    return manifest, sha256(written).hexdigest()


def _newest(connection: Connection[TupleRow]) -> str:
    try:
        found = connection.execute(SELECT_NOTE).fetchone()
    except psycopg.errors.UndefinedTable:
        found = None
    if found is None:
        raise DomainError(
            "ledger-missing", "数据库中没有账本 / there is no ledger in this database"
        )
    size, signed = found
    lines = connection.execute(SELECT_LINES, [size]).fetchall()
    return str(signed) + "".join(line for (line,) in lines)


def _copied_out(connection: Connection[TupleRow], name: str, path: Path) -> Table:
    columns, digest = _columns(connection, name), sha256()
    with private_file(path) as file, connection.cursor() as cursor:
        with cursor.copy(_copy("COPY {} ({}) TO STDOUT", name, columns)) as copy:
            for block in copy:
                digest.update(block)
                file.write(block)
        size = file.tell()
        _keep(file)
        return Table(size, digest.hexdigest(), cursor.rowcount, columns)


def _keep(file: BinaryIO) -> None:
    """See to it that a file outlives a power cut."""
    file.flush()
    os.fsync(file.fileno())


def read_manifest(directory: Path) -> Manifest:
    """Read what a backup says of itself and hold every file against it.

    Raises DomainError("backup-damaged") naming the file that is missing, too many, cut short or changed.
    """
    try:
        manifest = msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(MANIFEST, f"读不懂 / unreadable: {error}") from None
    if manifest.format != FORMAT:
        raise _damaged(MANIFEST, f"格式应为 / the format must be {FORMAT}")
    files: dict[str, File] = {CHECKPOINT: manifest.checkpoint, **manifest.tables}
    for name in sorted({one.name for one in directory.iterdir()} ^ (files.keys() | {MANIFEST})):
        raise _damaged(name, "缺少或多余 / missing, or one too many")
    for name, file in files.items():
        _check(directory / name, file)
    return manifest


def _check(path: Path, said: File) -> None:
    digest, size = sha256(), 0
    try:
        if path.is_symlink() or not path.is_file():
            raise _damaged(path.name, "不是普通文件 / not a plain file")
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise _damaged(path.name, str(error.strerror)) from None
    if size != said.bytes:
        reason = f"应有 {said.bytes} 字节，实有 {size} / is cut short or has grown"
        raise _damaged(path.name, reason)
    if digest.hexdigest() != said.sha256:
        raise _damaged(path.name, "内容与清单的 SHA-256 不符 / is not the file of this backup")


@contextmanager
def restoring(dsn: str, directory: Path, manifest: Manifest) -> Iterator[Snapshot]:
    """Put a backup into the empty tables of a database, and keep it if the block ends; if it raises, nothing was put there.

    The block sees the tables as they would be. Nobody else can write meanwhile. Raises DomainError: "restore-target-not-empty",
    "backup-version-differs", "backup-damaged".
    """
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [schema.LOCK])
        connection.execute("SET LOCAL client_encoding = 'UTF8'")
        for name in TABLES:
            table = Identifier(*name.split("."))
            full = connection.execute(SQL("SELECT EXISTS (SELECT FROM {})").format(table))
            if full.fetchone() != (False,):
                raise DomainError("restore-target-not-empty", f"表不为空 / is not empty: {name}")
        _require_same_tables(connection, manifest)
        for name, table_said in manifest.tables.items():
            _copied_in(connection, name, directory / name, table_said)
        yield Snapshot(connection)


def _require_same_tables(connection: Connection[TupleRow], manifest: Manifest) -> None:
    own = {name: sorted(_columns(connection, name)) for name in TABLES}
    said = {name: sorted(table.columns) for name, table in manifest.tables.items()}
    for name in sorted(own.keys() | said.keys()):
        if own.get(name) != said.get(name):
            detail = f"{name}: 备份由版本 {manifest.program} 所作，本版的表不同 / that version's tables were others"
            raise DomainError("backup-version-differs", detail)


def _copied_in(connection: Connection[TupleRow], name: str, path: Path, said: Table) -> None:
    statement = _copy("COPY {} ({}) FROM STDIN", name, said.columns)
    try:
        with connection.cursor() as cursor:
            with path.open("rb") as file, cursor.copy(statement) as copy:
                while block := file.read(BLOCK):
                    copy.write(block)
            rows = cursor.rowcount
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        # Its text would show the row: a hash of a password, for example.
        kind = type(error).__name__
        raise _damaged(name, f"数据库不接受 / the database refuses it: {kind}") from None
    if rows != said.rows:
        raise _damaged(name, f"应有 {said.rows} 行，实有 {rows} / this many rows, not that many")


def _columns(connection: Connection[TupleRow], name: str) -> list[str]:
    select = SQL("SELECT * FROM {} LIMIT 0").format(Identifier(*name.split(".")))
    return [column.name for column in connection.execute(select).description or ()]


def _copy(statement: str, name: str, columns: list[str]) -> Composed:
    names = SQL(", ").join(map(Identifier, columns))
    return SQL(statement).format(Identifier(*name.split(".")), names)


def _damaged(name: str, reason: str) -> DomainError:
    return DomainError("backup-damaged", f"{name}: {reason}")
