"""Frozen values made without running their constructor, which for a frozen dataclass takes several times as long.

For the few places that a replay passes for every single event. Nothing checks the names of the fields here, so
whoever calls these is tested with every event type there is.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def made(kind: type[T], /, **fields: object) -> T:
    """An instance with these fields, which must be all that the dataclass has."""
    value = object.__new__(kind)
    value.__dict__.update(fields)
    return value


def changed(value: T, /, **fields: object) -> T:
    """A copy with other values in some fields, as `dataclasses.replace`."""
    other = object.__new__(type(value))
    other.__dict__.update(value.__dict__)
    other.__dict__.update(fields)
    return other
