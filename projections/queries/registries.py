"""Departments, staff, items, entities, officers and experts: as they are, or as they were at any size of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from ledger.envelope import Sealed
from ledger.sealing import Place
from projections.reading import Page
from projections.table import TEXTS, Keeps
from projections.tables import BY_KIND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.reading import Read, Row
    from projections.table import Table

Registry = Literal[
    "department", "staff", "item", "entity", "officer", "expert", "subject", "signing-key"
]
ALL = Page()


def registry(  # noqa: PLR0913 - each narrows the list in its own way
    read: Read,
    kind: Registry,
    *,
    page: Page = ALL,
    as_of: int | None = None,
    where: Mapping[str, object] | None = None,
    waiting: bool = False,
    named: str | None = None,
) -> list[Row]:
    """List a registry by id.

    `as_of` is a number of leaves: the list as those leaves tell it. `where` maps columns to the value that they have
    (or, where a column holds several, contain). `waiting` keeps entries with an unconfirmed change. `named` keeps
    departments, items or entities whose name contains a text; people's names are sealed.
    """
    table = table_of(kind)
    conditions, values = _conditions(table, as_of, where or {})
    if waiting:
        conditions.append(SQL("pending IS NOT NULL").format())
    if named is not None:
        conditions.append(SQL("strpos(name, %(named)s) > 0").format())
    if page.after is not None:
        conditions.append(SQL("{} > %(after)s").format(Identifier(table.key[0])))
    statement = SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT %(limit)s").format(
        SQL(", ").join(map(Identifier, table.names)),
        table.within("projections"),
        SQL(" AND ").join(conditions),
        Identifier(table.key[0]),
    )
    values |= {"named": named, "after": page.after, "limit": page.limit}
    return read.execute(statement, values).fetchall()


def entry(read: Read, kind: Registry, id_: str, *, as_of: int | None = None) -> Row | None:
    """One line of a registry, or None."""
    found = registry(read, kind, as_of=as_of, where={table_of(kind).key[0]: id_})
    return found[0] if found else None


def table_of(kind: Registry) -> Table:
    """The table in which a registry stands, as of any leaf."""
    return next(table for table in BY_KIND[kind] if table.keeps is Keeps.AS_OF)


def _conditions(
    table: Table, as_of: int | None, where: Mapping[str, object]
) -> tuple[list[Composed], dict[str, Any]]:
    if as_of is None:
        conditions = [SQL("to_leaf IS NULL").format()]
    else:
        held = "from_leaf < %(as_of)s AND (to_leaf IS NULL OR to_leaf >= %(as_of)s)"
        conditions = [SQL(held).format()]
    values: dict[str, Any] = {"as_of": as_of}
    for name, value in where.items():
        holds = "{} = ANY({})" if table.columns[name] == TEXTS else "{} = {}"
        parameter = f"where_{name}"
        conditions.append(SQL(holds).format(Placeholder(parameter), Identifier(name)))
        values[parameter] = value
    return conditions, values


def sealed(read: Read, streams: Sequence[str]) -> dict[str, list[tuple[Place, Sealed]]]:
    """The newest ciphertext of each personal field of these streams, as `ledger.sealing.unseal` takes them."""
    statement = """
        SELECT DISTINCT ON (stream, field) stream, field, version, type, subject, ciphertext
        FROM projections.sealed_v1 WHERE stream = ANY(%s) ORDER BY stream, field, version DESC"""
    found: dict[str, list[tuple[Place, Sealed]]] = {stream: [] for stream in streams}
    for row in read.execute(statement, [list(streams)]):
        names = ("subject", "stream", "version", "type")
        place = Place(**{name: row[name] for name in names})
        fields = {row["field"]: row["ciphertext"]}
        found[row["stream"]].append((place, Sealed(fields=fields, subject=row["subject"])))
    return found
