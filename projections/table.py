"""What a projection is: a table, the kind of stream it follows, and one pure function from a step to its rows.

The function never sees the database. What is kept of its rows is one of three things:

- `CURRENT`: the rows of a stream as they are now. New rows take the place of all earlier ones of that stream.
- `AS_OF`: one row per stream, kept with the leaves between which it held. As of a ledger of `size` leaves, the row with
  `from_leaf < size <= to_leaf` holds; `to_leaf` is null while it still does.
- `EVERY`: rows are only ever added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier

from projections.fold import Step

Row = Mapping[str, object]
TEXT = 'text COLLATE "C"'  # sorted by bytes: the same order on every machine
TEXTS = 'text[] COLLATE "C"'
NUMBER = "bigint"
FLAG = "boolean"
JSON = "jsonb"


class Keeps(Enum):
    """What stays of the rows; see above."""

    CURRENT = auto()
    AS_OF = auto()
    EVERY = auto()


@dataclass(frozen=True, kw_only=True)
class Table:
    """One projected table; its name ends in the version of its shape.

    `key` is the primary key (with `from_leaf`, where rows are kept as of a leaf); its first column holds the id of the
    stream. `rows` answers None where the step leaves the stream's rows as they are. `indexes` are the parts of CREATE
    INDEX after the table's name.
    """

    name: str
    kinds: tuple[str, ...]
    keeps: Keeps
    key: tuple[LiteralString, ...]
    columns: Mapping[str, LiteralString]
    rows: Callable[[Step], Iterable[Row] | None]
    indexes: tuple[LiteralString, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        leaves = ("from_leaf", "to_leaf") if self.keeps is Keeps.AS_OF else ()
        object.__setattr__(self, "names", (*self.columns, *leaves))

    @property
    def primary_key(self) -> tuple[LiteralString, ...]:
        """The columns that no two rows share, in the order in which rows are listed."""
        return (*self.key, "from_leaf") if self.keeps is Keeps.AS_OF else self.key

    def within(self, schema: str) -> Identifier:
        """The table's full name in a schema."""
        return Identifier(schema, self.name)

    def creation(self, schema: str) -> list[Composed]:
        """The statements that create the table in a schema."""
        types = dict(self.columns)
        indexes = list(self.indexes)
        if self.keeps is Keeps.AS_OF:
            types |= {"from_leaf": "bigint NOT NULL", "to_leaf": NUMBER}
            indexes.append("(" + self.key[0] + ") WHERE to_leaf IS NULL")
        columns = [
            SQL("{} {}").format(Identifier(name), SQL(type_)) for name, type_ in types.items()
        ]
        key = SQL(", ").join(map(Identifier, self.primary_key))
        create = SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))")
        return [
            create.format(self.within(schema), SQL(", ").join(columns), key),
            *(
                SQL("CREATE INDEX ON {} {}").format(self.within(schema), SQL(index))
                for index in indexes
            ),
        ]
