"""Looking for texts wherever they could have been left: tables, files of the server, folders, in whatever way they were written."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"""
SERVER = """
SELECT current_setting('data_directory'), oid, pg_walfile_name(pg_current_wal_lsn()) FROM pg_database
WHERE datname = current_database()"""


@dataclass(frozen=True)
class Traces:
    """Texts, each in every form in which it could stand: bytes, hexadecimal, base64 at any offset, escaped in JSON."""

    forms: tuple[bytes, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Traces:
        """Give what to look for."""
        return cls(tuple(sorted({form for text in texts for form in _forms(text)})))

    def stand_in(self, content: bytes) -> bool:
        """Whether any of them is there."""
        return any(form in content for form in self.forms)


def _forms(text: str) -> Iterator[bytes]:
    plain = text.encode()
    yield plain
    yield plain.hex().encode()
    yield text.encode("gb18030")
    yield text.encode("utf-16-le")
    yield text.encode("unicode_escape")
    for offset in range(3):
        # What stands before and after spills into the characters at both ends.
        whole = base64.b64encode(bytes(offset) + plain)
        yield whole[-(-offset * 4 // 3) : len(whole) - 4]


def in_database(dsn: str, traces: Traces) -> list[str]:
    """The tables of every schema in which a row holds one; binary columns are read as hexadecimal."""
    places = []
    with psycopg.connect(dsn) as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            rows = SQL("SELECT row::text FROM {} AS row").format(Identifier(schema, table))
            content = "\n".join(text for (text,) in connection.execute(rows)).encode()
            if traces.stand_in(content):
                places.append(f"{schema}.{table}")
    return places


def wal_now(dsn: str) -> str:
    """The name of the file to which the server logs its writes now."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(SERVER).fetchone()
    assert found is not None
    return str(found[2])


def in_server(dsn: str, traces: Traces, since: str) -> list[str]:
    """The files of the server that hold one, once all was written out: this database, the writes `since` a file, its messages."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(SERVER).fetchone()
    assert found is not None
    home, database = Path(found[0]), str(found[1])
    writes = [path for path in (home / "pg_wal").iterdir() if since <= path.name <= found[2]]
    places = [home / "base" / database, *writes, home / "log"]
    assert writes
    return [one for place in places for one in in_files(place, traces)]


def in_files(place: Path, traces: Traces) -> list[str]:
    """The files of a folder, at any depth, that hold one; a file is looked at itself."""
    files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
    return [str(path) for path in files if path.exists() and traces.stand_in(path.read_bytes())]
