"""Steps in, SQL out: what many steps make of the tables, written by few statements in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from psycopg.sql import SQL, Identifier

from projections.table import JSON, TEXT, TEXTS, Keeps
from projections.tables import BY_KIND, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from psycopg import Cursor
    from psycopg.rows import TupleRow

    from projections.fold import Step
    from projections.table import Row, Table

_encode = msgspec.json.Encoder().encode
NUL, REPLACEMENT = "\x00", "\ufffd"  # PostgreSQL's text cannot hold the one; the other stands in


class Changes:
    """What a batch makes of one table, by the id of the stream."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._rows: dict[str, list[Row]] = {}
        self._columns = _converters(table)

    def add(self, step: Step) -> None:
        """Take in one step."""
        rows = self.table.rows(step)
        if rows is None:
            return
        if self.table.keeps is Keeps.CURRENT:
            self._rows[step.id] = list(rows)
            return
        kept = self._rows.setdefault(step.id, [])
        if self.table.keeps is Keeps.AS_OF:
            leaf = step.recorded.leaf
            if kept:
                kept[-1] = {**kept[-1], "to_leaf": leaf}
            rows = [{**row, "from_leaf": leaf} for row in rows]
        kept.extend(rows)

    def write(self, cursor: Cursor[TupleRow], schema: str) -> None:
        """Put the table's rows where they belong."""
        if not self._rows:
            return
        self._give_way(cursor, schema)
        names = SQL(", ").join(map(Identifier, self.table.names))
        copy_in = SQL("COPY {} ({}) FROM STDIN").format(self.table.within(schema), names)
        with cursor.copy(copy_in) as copy:
            for rows in self._rows.values():
                for row in rows:
                    copy.write_row([convert(row.get(name)) for name, convert in self._columns])

    def _give_way(self, cursor: Cursor[TupleRow], schema: str) -> None:
        """End or remove the rows of earlier batches that no longer hold."""
        table, key = self.table.within(schema), Identifier(self.table.key[0])
        if self.table.keeps is Keeps.CURRENT:
            delete = SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(table, key)
            cursor.execute(delete, [list(self._rows)])
        elif self.table.keeps is Keeps.AS_OF:
            close = SQL(
                "UPDATE {} AS earlier SET to_leaf = later.leaf"
                " FROM unnest(%s::text[], %s::bigint[]) AS later (id, leaf)"
                " WHERE earlier.{} = later.id AND earlier.to_leaf IS NULL"
            )
            leaves = [rows[0]["from_leaf"] for rows in self._rows.values()]
            cursor.execute(close.format(table, key), [list(self._rows), leaves])


class Batch:
    """What a run of steps makes of all tables."""

    def __init__(self) -> None:
        self.size: int | None = None
        self._changes = {table.name: Changes(table) for table in TABLES}

    def add(self, step: Step) -> None:
        """Take in the next step."""
        for table in BY_KIND[step.recorded.stream.partition("/")[0]]:
            self._changes[table.name].add(step)
        self.size = step.recorded.leaf + 1

    def write(self, cursor: Cursor[TupleRow], schema: str) -> None:
        """Write every table and the new position; all or nothing is the caller's transaction."""
        for changes in self._changes.values():
            changes.write(cursor, schema)
        move = SQL("UPDATE {} SET size = %s").format(Identifier(schema, "position"))
        cursor.execute(move, [self.size])


def _converters(table: Table) -> list[tuple[str, Callable[[Any], object]]]:
    own = {TEXT: _text, TEXTS: _texts, JSON: _json}
    return [(name, own.get(table.columns.get(name, ""), _same)) for name in table.names]


def _same(value: object) -> object:
    return value


def _text(value: str | None) -> str | None:
    return value and value.replace(NUL, REPLACEMENT)


def _texts(values: Iterable[str] | None) -> list[str] | None:
    return None if values is None else [value.replace(NUL, REPLACEMENT) for value in values]


def _json(value: object) -> str | None:
    if value is None:
        return None
    text = _encode(value).decode()
    if "\\u0000" in text:
        text = _encode(_without_nul(msgspec.json.decode(text))).decode()
    return text


def _without_nul(value: object) -> object:
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return _text(value) if isinstance(value, str) else value
