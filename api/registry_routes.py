"""What staff read of the registries, as they are or as they were at any size of the ledger; and who one is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.access import PartsNow, PersonNow, person_of, wait_until
from api.answers import STAFF
from api.looks import viewer_of, without_untold
from api.paging import PageAsked, listing
from api.personal import READERS, may_read, personal_of
from api.shapes.registries import (
    DepartmentLine,
    EntityLine,
    ExpertLine,
    ItemLine,
    Line,
    OfficerLine,
    StaffLine,
    WhoAmI,
    entry_of,
    page_of,
)
from api.text import Leaf, Word
from domain.errors import DomainError
from domain.rules import parse_date
from projections import reading
from projections.queries.inspections import steps
from projections.queries.registries import Registry, entry
from projections.queries.registries import registry as list_registry
from projections.reading import Read

router = APIRouter(tags=["名录 / registries"], responses=STAFF, dependencies=[Depends(person_of)])
CONFIRMED = frozenset({"entity", "officer", "expert"})
Pending = Annotated[
    bool, Query(description="只列待复核的变更 / only what waits for its second person")
]
Name = Annotated[Word | None, Query(description="名称包含 / whose name contains this")]
AsOf = Annotated[
    Leaf | None,
    Query(description="按账本前多少条记录 / as this many leaves of the ledger tell it"),
]

On = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="按该日终了时的账本 / as the ledger told it at the end of this day in China",
    ),
]


@router.get("/whoami", response_model=WhoAmI, summary="当前登录人 / who is logged in")
def whoami(parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Id, department, roles and the personal fields of the person of the token."""
    with parts.reader.snapshot() as read:
        personal = personal_of(parts, read, "staff", person.id, person)
    return {
        "id": person.id,
        "department": person.department,
        "roles": person.roles,
        "personal": personal,
    }


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A registry as its two operations show it: its name in addresses, for people, and the shapes of its answers."""

    plural: str
    kind: Registry
    name: str
    line: type[Line]
    steps: tuple[str, ...]


KEPT = (
    Kept(
        plural="departments",
        kind="department",
        name="部门 / departments",
        line=DepartmentLine,
        steps=("department",),
    ),
    Kept(plural="staff", kind="staff", name="人员 / staff", line=StaffLine, steps=("staff",)),
    Kept(plural="items", kind="item", name="抽查事项 / items", line=ItemLine, steps=("item",)),
    Kept(
        plural="entities",
        kind="entity",
        name="检查对象 / entities",
        line=EntityLine,
        steps=("entity", "registry"),
    ),
    Kept(
        plural="officers",
        kind="officer",
        name="执法检查人员 / officers",
        line=OfficerLine,
        steps=("officer", "registry"),
    ),
    Kept(
        plural="experts",
        kind="expert",
        name="专家 / experts",
        line=ExpertLine,
        steps=("expert", "registry"),
    ),
)


def _list(kind: Registry) -> Callable[..., dict[str, Any]]:
    def list_entries(  # noqa: PLR0913 - each parameter of the query is one
        *,
        parts: PartsNow,
        person: PersonNow,
        page: PageAsked,
        as_of: AsOf = None,
        on: On = None,
        pending: Pending = False,
        name: Name = None,
    ) -> dict[str, Any]:
        """One page, by id. `as_of` in the answer keeps the next pages on the same leaves. Lists hold no personal fields."""
        _require_column(kind, pending=pending, name=name)
        wait_until(parts, as_of or 0)
        with parts.reader.snapshot() as read:
            leaves = _leaves(read, as_of, on)
            rows = list_registry(read, kind, page=page, as_of=leaves, waiting=pending, named=name)
            if kind == "officer":
                without_untold(read, viewer_of(parts, person), rows)
        return listing(rows, page, key="code" if kind == "item" else "id", as_of=leaves)

    return list_entries


def _one(kind: Registry) -> Callable[..., dict[str, Any]]:
    def one_entry(
        entry_id: Word, parts: PartsNow, person: PersonNow, as_of: AsOf = None, on: On = None
    ) -> dict[str, Any]:
        """The entry, its steps, and for those who may see them, and as of now only, its `personal` fields."""
        wait_until(parts, as_of or 0)
        with parts.reader.snapshot() as read:
            leaves = _leaves(read, as_of, on)
            found = entry(read, kind, entry_id, as_of=leaves)
            if found is None:
                raise DomainError("unknown-entry", "名录中没有此条目 / not in the registry")
            found["as_of"] = leaves
            happened = steps(read, f"{kind}/{entry_id}")
            found["steps"] = [one for one in happened if one["leaf"] < leaves]
            if kind == "officer":
                without_untold(read, viewer_of(parts, person), [found])
            if as_of is None and on is None and may_read(person, kind, entry_id):
                found["personal"] = personal_of(parts, read, kind, entry_id, person)
        return found

    return one_entry


for _kept in KEPT:
    router.add_api_route(
        f"/registries/{_kept.plural}",
        _list(_kept.kind),
        response_model=page_of(_kept.line),
        operation_id=f"list_{_kept.plural}",
        summary=f"名录列表：{_kept.name}",
    )
    router.add_api_route(
        f"/registries/{_kept.plural}/{{entry_id}}",
        _one(_kept.kind),
        response_model=entry_of(_kept.line, *_kept.steps, personal=_kept.kind in READERS),
        response_model_exclude_unset=True,
        operation_id=f"one_of_{_kept.plural}",
        summary=f"名录条目：{_kept.name}",
    )


def _leaves(read: Read, as_of: int | None, on: str | None) -> int:
    """As of how many leaves a registry is asked for: a number, the end of a day, or now."""
    if as_of is not None and on is not None:
        detail = "as_of 与 on 只能写一个 / give as_of or on, not both"
        raise DomainError("request-invalid", detail)
    if on is not None:
        return reading.leaves_by(read, parse_date(on, "on").isoformat())
    return reading.position(read) if as_of is None else as_of


def _require_column(kind: Registry, *, pending: bool, name: str | None) -> None:
    if (pending and kind not in CONFIRMED) or (
        name and kind not in {"department", "item", "entity"}
    ):
        detail = "该名录没有此筛选条件 / this registry cannot be narrowed in this way"
        raise DomainError("request-invalid", detail)
