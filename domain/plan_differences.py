"""What an amendment changes: row by row and field by field, from the rows that held to those that are to hold."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.plan_rows import PlanRow


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field of a row with its old and its new value; a row that is new has one, of the field "", without an old value."""

    row: str
    field: str
    old: object
    new: object


def differences(old: tuple[PlanRow, ...], new: tuple[PlanRow, ...]) -> tuple[Difference, ...]:
    """Compare rows by their number, in the order of the new ones; published rows are never dropped."""
    before = {row.number: row for row in old}
    found: list[Difference] = []
    for row in new:
        if row.number in before:
            found += _of(row.number, "", before[row.number], row)
        else:
            found.append(Difference(row=row.number, field="", old=None, new=row))
    return tuple(found)


def _of(number: str, path: str, old: object, new: object) -> Iterator[Difference]:
    if old == new:
        return
    if is_dataclass(old) and is_dataclass(new):
        for each in fields(new):
            name = f"{path}.{each.name}" if path else each.name
            yield from _of(number, name, getattr(old, each.name), getattr(new, each.name))
    else:
        yield Difference(row=number, field=path, old=old, new=new)
