"""What staff read of the registries, as they are or as they were at any size of the ledger; and who one is."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from api.access import PartsNow, PersonNow, person_of, wait_until
from api.answers import STAFF
from api.paging import PageAsked, listing
from api.personal import may_read, personal_of
from api.text import Leaf, Word
from domain.errors import DomainError
from projections import reading
from projections.queries.inspections import steps
from projections.queries.registries import Registry, entry
from projections.queries.registries import registry as list_registry

router = APIRouter(tags=["名录 / registries"], responses=STAFF, dependencies=[Depends(person_of)])
Plural = Literal["departments", "staff", "items", "entities", "officers", "experts"]
KINDS: dict[Plural, Registry] = {
    "departments": "department",
    "staff": "staff",
    "items": "item",
    "entities": "entity",
    "officers": "officer",
    "experts": "expert",
}
CONFIRMED = frozenset({"entity", "officer", "expert"})
AsOf = Annotated[
    Leaf | None,
    Query(description="按账本前多少条记录 / as this many leaves of the ledger tell it"),
]


@router.get("/whoami", summary="当前登录人 / who is logged in")
def whoami(parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Id, department, roles and the personal fields of the person of the token."""
    with parts.reader.snapshot() as read:
        personal = personal_of(parts, read, "staff", person.id)
    return {
        "id": person.id,
        "department": person.department,
        "roles": person.roles,
        "personal": personal,
    }


@router.get("/registries/{registry}", summary="名录列表 / list a registry")
def list_entries(  # noqa: PLR0913 - each parameter of the query is one
    *,
    registry: Plural,
    parts: PartsNow,
    page: PageAsked,
    as_of: AsOf = None,
    pending: Annotated[
        bool, Query(description="只列待复核的变更 / only what waits for its second person")
    ] = False,
    name: Annotated[Word | None, Query(description="名称包含 / whose name contains this")] = None,
) -> dict[str, Any]:
    """One page, by id. `as_of` in the answer keeps the next pages on the same leaves. Lists hold no personal fields."""
    kind = KINDS[registry]
    _require_column(kind, pending=pending, name=name)
    wait_until(parts, as_of or 0)
    with parts.reader.snapshot() as read:
        leaves = reading.position(read) if as_of is None else as_of
        rows = list_registry(read, kind, page=page, as_of=leaves, waiting=pending, named=name)
    return listing(rows, page, key="code" if kind == "item" else "id", as_of=leaves)


@router.get("/registries/{registry}/{entry_id}", summary="名录条目 / one entry of a registry")
def one_entry(
    registry: Plural,
    entry_id: Word,
    parts: PartsNow,
    person: PersonNow,
    as_of: AsOf = None,
) -> dict[str, Any]:
    """The entry, its steps, and for those who may see them, and as of now only, its `personal` fields."""
    kind = KINDS[registry]
    wait_until(parts, as_of or 0)
    with parts.reader.snapshot() as read:
        leaves = reading.position(read) if as_of is None else as_of
        found = entry(read, kind, entry_id, as_of=leaves)
        if found is None:
            raise DomainError("unknown-entry", "名录中没有此条目 / not in the registry")
        found["as_of"] = leaves
        found["steps"] = [one for one in steps(read, f"{kind}/{entry_id}") if one["leaf"] < leaves]
        if as_of is None and may_read(person, kind, entry_id):
            found["personal"] = personal_of(parts, read, kind, entry_id)
    return found


def _require_column(kind: Registry, *, pending: bool, name: str | None) -> None:
    if (pending and kind not in CONFIRMED) or (
        name and kind not in {"department", "item", "entity"}
    ):
        detail = "该名录没有此筛选条件 / this registry cannot be narrowed in this way"
        raise DomainError("request-invalid", detail)
