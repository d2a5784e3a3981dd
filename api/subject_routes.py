"""Whose personal data is held or to be erased; and finding people by exactly what is sealed of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from api.access import PartsNow, PersonNow, person_of, require_role
from api.answers import STAFF
from api.bodies import PersonalField
from api.paging import PageAsked, listing
from api.personal import READERS, personal_of
from api.shapes.subjects import FoundEntries, SubjectPage
from api.text import Line
from ledger.search import normalise
from projections.queries.registries import Registry, registry

router = APIRouter(
    tags=["个人信息 / personal data"], responses=STAFF, dependencies=[Depends(person_of)]
)
CONCERNED = ("registrar", "administrator", "approver", "discipline")
SEARCHING = ("registrar", "administrator", "discipline")
MOST = 100


class Sought(BaseModel):
    """按一项个人信息查找：全文一致才算 / what a field must say, exactly; spaces and the form of digits do not matter."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    field: PersonalField
    value: Line


@router.get(
    "/subjects", response_model=SubjectPage, summary="个人信息的保全与删除 / holds and erasures"
)
def list_subjects(
    parts: PartsNow,
    person: PersonNow,
    page: PageAsked,
    *,
    waiting: Annotated[
        bool, Query(description="只列待审批的删除申请 / only erasures that wait for approval")
    ] = False,
) -> dict[str, Any]:
    """Whose data is asked to be erased, or was; for the discipline office also who is held, and under which references."""
    require_role(person, *CONCERNED)
    where = {"waiting": True} if waiting else {}
    if not person.has("discipline"):
        where["asked"] = True
    with parts.reader.snapshot() as read:
        rows = registry(read, "subject", page=page, where=where)
    if not person.has("discipline"):
        rows = [{**row, "holds": None} for row in rows]
    return listing(rows, page)


@router.post(
    "/registries/search",
    response_model=FoundEntries,
    summary="按个人信息查找 / find by personal data",
)
def find(sought: Sought, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Ids of those whose newest text of this field says the same, at most 100; the value stands in the body, never in an address.

    In the registries whose personal fields one may read; not by part of a text.
    """
    require_role(person, *SEARCHING)
    wanted = normalise(sought.field, sought.value)
    known = parts.keys.subjects.subjects_with(sought.field, sought.value, MOST) if wanted else ()
    kinds = [kind for kind, roles in READERS.items() if person.has(*roles)]
    found = []
    with parts.reader.snapshot() as read:
        for kind, id_ in _within(kinds, known):
            text = personal_of(parts, read, kind, id_, person).get(sought.field, "")
            if normalise(sought.field, text) == wanted:
                found.append({"registry": kind, "id": id_})
    return {"entries": found}


def _within(kinds: list[Registry], subjects: tuple[str, ...]) -> list[tuple[Registry, str]]:
    return [
        (kind, name.removeprefix(f"{kind}/"))
        for kind in kinds
        for name in subjects
        if name.startswith(f"{kind}/")
    ]
