"""What has to be done by when: the terms and the working days that they are counted in."""

from typing import Any

from fastapi import APIRouter, Depends

from api.access import PartsNow, person_of
from api.answers import STAFF
from api.shapes.deadlines import DeadlinesShown
from domain.rules import china_date
from projections.queries.deadlines import calendars, reckoning

router = APIRouter(tags=["待办 / work"], responses=STAFF, dependencies=[Depends(person_of)])


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
