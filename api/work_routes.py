"""What has to be done by when: one's own work list, and the terms and working days that it is counted in."""

from collections import Counter
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query

from api.access import PartsNow, PersonNow, person_of
from api.answers import STAFF
from api.looks import look_at_inspections, viewer_of
from api.shapes.deadlines import DeadlinesShown
from api.shapes.work import WorkList
from api.words import ACT_NAMES
from domain.rules import china_date
from projections.queries import work as lists
from projections.queries.deadlines import calendars, reckoning
from projections.reading import LIMIT, Row

router = APIRouter(tags=["待办 / work"], responses=STAFF, dependencies=[Depends(person_of)])
PATHS = {
    "item": "/registries/items/{id}",
    "checklist": "/checklists/{id}",
    "plan": "/plans/{id}",
    "training": "/training",
    "scheme": "/schemes/{id}",
    "appointment": "/appointments",
    "task": "/tasks/{id}",
    "draw": "/draws/{id}",
    "inspection": "/inspections/{id}",
    "registry": "/registries/{id}?waiting=true",
    "signing-key": "/signing-keys",
    "subject": "/subjects?waiting=true",
    "calendar": "/deadlines",
}
LEFT_OUT = ("officers", "secret", "roles", "departments", "people", "excluded", "term", "base")


@router.get("/work", response_model=WorkList, summary="本人待办 / one's own work list")
def work(
    parts: PartsNow,
    person: PersonNow,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = LIMIT,
) -> dict[str, Any]:
    """What waits for whoever asks, by their roles, department and assignments, with its last day.

    A visit that is not public shows to whom it shows under `/inspections`, and each look is recorded.
    """
    today = china_date(parts.writer.now())
    with parts.reader.snapshot() as read:
        rows = lists.work(
            read,
            me=person.id,
            department=person.department,
            roles=person.roles,
            today=today,
            viewer=viewer_of(parts, person),
        )
    counts = Counter({"overdue": 0, "due": 0, "open": 0})
    for row in rows:
        counts[row["state"]] += row["count"]
    look_at_inspections(parts, person, [row for row in rows if row["kind"] == "inspection"])
    return {
        "today": today,
        "counts": counts,
        "entries": [_shown(row) for row in rows[:limit]],
        "more": len(rows) > limit,
    }


def _shown(row: Row) -> Row:
    told = {name: value for name, value in row.items() if name not in LEFT_OUT}
    path = PATHS[row["kind"]].format(id=quote(row["id"], safe=""))
    return {**told, "what": ACT_NAMES[row["act"]], "path": path}


@router.get(
    "/deadlines", response_model=DeadlinesShown, summary="办理期限与工作日历 / terms and holidays"
)
def deadlines(parts: PartsNow) -> dict[str, Any]:
    """The terms that were set, and the tables of holidays of the years that have one."""
    today = china_date(parts.writer.now())
    with parts.reader.snapshot() as read:
        terms = reckoning(read).deadlines
        known = calendars(read)
    return {
        "today": today,
        "terms": terms.on(today),
        "all_terms": list(terms.terms),
        "calendars": known,
    }
