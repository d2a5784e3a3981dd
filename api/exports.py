"""A registry as a spreadsheet with the columns that its import reads, so that an import of an export changes nothing.

What waits for its second person is there too, marked so: it is what an import compares with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.imports.columns import COLUMNS
from api.imports.template import TITLES
from api.personal import ERASED, READERS, opened_of
from api.spreadsheet import write_spreadsheet
from domain.errors import DomainError
from domain.identifiers import parse
from projections.queries.registries import registry
from projections.reading import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.acting import Person
    from api.imports import RegistryKind
    from api.imports.columns import Column
    from api.parts import Parts
    from projections.queries.registries import Registry
    from projections.reading import Read, Row

KINDS: Mapping[RegistryKind, Registry] = {
    "items": "item",
    "entities": "entity",
    "officers": "officer",
    "experts": "expert",
}
STATUS = "状态"
_ITEM_STATUS = {"added": "未认领", "claimed": "已认领", "reviewed": "已审核", "published": "已公布"}
_OVERRIDDEN = "登记时已核准 / overridden on record"
_PERSONAL = frozenset({"contact", "telephone", "id_card", "certificate_number"})
_NAMED = frozenset(
    {"officers", "experts"}
)  # the names of people are sealed, those of entities are not
_BATCH = 5_000


def export_registry(
    parts: Parts, read: Read, kind: RegistryKind, person: Person, as_of: int | None = None
) -> bytes:
    """Write the .xlsx file, by id. Personal columns are there as of now only, for those who may read them of everybody."""
    private = as_of is None and person.has(*READERS.get(KINDS[kind], ()))
    columns = [one for one in COLUMNS[kind] if private or not _is_personal(kind, one)]
    departments = _departments(read)
    rows = (
        [*(_cell(column, row, told) for column in columns), _status(row)]
        for row in _entries(parts, read, KINDS[kind], as_of, private=private)
        if (told := _told(kind, row, departments)) is not None
    )
    return write_spreadsheet(TITLES[kind], [*(one.label for one in columns), STATUS], rows)


def _is_personal(kind: RegistryKind, column: Column) -> bool:
    return column.field in _PERSONAL or (kind in _NAMED and column.field == "name")


def _entries(
    parts: Parts, read: Read, kind: Registry, as_of: int | None, *, private: bool
) -> Iterator[Row]:
    key = "code" if kind == "item" else "id"
    page = Page(limit=_BATCH)
    while rows := registry(read, kind, page=page, as_of=as_of):
        opened = opened_of(parts, read, kind, [row[key] for row in rows]) if private else {}
        for row in rows:
            yield {**row, "personal": opened.get(row[key], {})}
        page = Page(after=rows[-1][key], limit=_BATCH)


def _told(kind: RegistryKind, row: Row, departments: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What stands in the columns: confirmed, else as it was proposed; None where an addition was rejected."""
    if kind == "items":
        return {**row, "department": row["issuer"]}
    proposed = (row["pending"] or {}).get("details") or {}
    confirmed = row[
        "specialities" if kind == "experts" else "kind" if kind == "entities" else "department"
    ]
    told = row if confirmed is not None else proposed
    if not told:
        return None
    more: dict[str, Any] = {"id": row["id"]}
    if kind == "officers":
        more["department"] = departments.get(told["department"], told["department"])
    if kind == "experts":
        more["speciality"] = told["specialities"]
    if kind == "entities":
        scheme, _, number = row["id"].partition(":")
        more |= {scheme: number, "override_reason": "" if _is_right(row["id"]) else _OVERRIDDEN}
    return {**told, **more}


def _is_right(id_: str) -> bool:
    try:
        parse(id_)
    except DomainError:
        return False
    return True


def _cell(column: Column, row: Row, told: Mapping[str, Any]) -> str:
    value = row["personal"].get(column.field) or told.get(column.field) or ""
    return "" if value == ERASED else "、".join(value) if isinstance(value, list | tuple) else value


def _status(row: Row) -> str:
    if "status" in row:
        return _ITEM_STATUS[row["status"]]
    if row["suspended"]:
        return "已暂停"
    return "待复核" if row["pending"] else "有效"


def _departments(read: Read) -> Mapping[str, str]:
    """The names of departments by id, but for a name that two of them have: an import could not tell which."""
    rows = registry(read, "department", page=Page(limit=_BATCH))
    names = [row["name"] for row in rows]
    return {row["id"]: row["name"] for row in rows if names.count(row["name"]) == 1}
