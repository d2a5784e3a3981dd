"""Columns of values on their way to PostgreSQL: the binary form of its one-dimensional arrays, in one pass.

The driver looks at each value for how to write it; a commit has thousands, all of one type. The form is that of
`array_recv` (src/backend/utils/adt/arrayfuncs.c): dimensions, whether there are nulls, element type, length, lower bound,
then each value behind its length in bytes, which is -1 for a null.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from struct import Struct
from typing import TYPE_CHECKING, Any

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

_dimension = Struct(">iiIii").pack
_empty = Struct(">iiI").pack
_length = Struct(">i").pack
_int8 = Struct(">iq").pack


class _Column(ABC):
    """Values of one type; `oid` and `array_oid` are those of pg_type.dat."""

    oid: int
    array_oid: int

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def dumped(self) -> bytes:
        """Give the binary form."""
        if not self.values:
            return _empty(0, 0, self.oid)
        nulls = int(None in self.values)
        head = _dimension(1, nulls, self.oid, len(self.values), 1)
        return head + b"".join(self._parts())

    @abstractmethod
    def _parts(self) -> list[bytes]:
        """Each value behind its length."""


class Int8s(_Column):
    """A column of integers."""

    oid, array_oid = 20, 1016

    def _parts(self) -> list[bytes]:
        return [_int8(8, value) for value in self.values]


class Byteas(_Column):
    """A column of bytes, or None."""

    oid, array_oid = 17, 1001

    def _parts(self) -> list[bytes]:
        return [_NULL if value is None else _length(len(value)) + value for value in self.values]


class Texts(_Column):
    """A column of texts."""

    oid, array_oid = 25, 1009

    def _parts(self) -> list[bytes]:
        encoded = [value.encode() for value in self.values]
        return [_length(len(value)) + value for value in encoded]


_NULL = _length(-1)


def _dumper(column: type[_Column]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = column.array_oid

        def dump(self, obj: _Column) -> bytes:
            return obj.dumped()

    return ColumnDumper


for _kind in (Int8s, Byteas, Texts):
    adapters.register_dumper(_kind, _dumper(_kind))
