"""The item list as of a day, with which versions a task was made, and how far items are claimed and checked."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.access import PartsNow, person_of
from api.answers import PUBLIC, STAFF
from api.paging import PageAsked, listing
from api.parts import Parts
from api.shapes.lists import ItemCoverage, ItemList, MadeWith
from api.text import Word
from domain.errors import DomainError
from domain.rules import china_date, parse_date
from domain.task import Task
from projections import reading
from projections.queries import item_list, planning
from projections.queries.inspections import steps

router = APIRouter(tags=["名录 / registries"], responses=STAFF, dependencies=[Depends(person_of)])
public = APIRouter(tags=["公开 / public"], responses=PUBLIC)
DayAsked = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="日期，默认今天 / a day, default today"
    ),
]


def day_of(parts: Parts, asked: str | None) -> str:
    """The day that is asked for, or today in China; raises "date-invalid"."""
    return china_date(parts.writer.now()) if asked is None else parse_date(asked, "on").isoformat()


def _year_before(day: str) -> str:
    """The first of the days that make up the year up to and including this one."""
    this = date.fromisoformat(day)
    if this.year == 1:
        return day
    try:
        return date.fromordinal(this.replace(year=this.year - 1).toordinal() + 1).isoformat()
    except ValueError:  # 29 February
        return f"{this.year - 1}-03-01"


@public.get("/public/items", response_model=ItemList, summary="抽查事项清单 / the item list")
def items(parts: PartsNow, page: PageAsked, on: DayAsked = None) -> dict[str, Any]:
    """The published list as it stood on a day (`on`, default today), each item in the version that held."""
    day = day_of(parts, on)
    with parts.reader.snapshot() as read:
        rows = item_list.listed_on(read, day, page=page)
    return listing(rows, page, key="code", on=day)


@router.get("/coverage/items", response_model=ItemCoverage, summary="随机事项覆盖 / item coverage")
def coverage(parts: PartsNow, on: DayAsked = None) -> dict[str, Any]:
    """Items that nobody claimed, and items on the list without a published check in the year up to a day."""
    day = day_of(parts, on)
    since = _year_before(day)
    with parts.reader.snapshot() as read:
        return {
            "on": day,
            "since": since,
            "as_of": reading.position(read),
            "listed": item_list.listed_count(read, day),
            "unclaimed": item_list.unclaimed(read),
            "unchecked": item_list.unchecked(read, since=since, until=day),
        }


@router.get(
    "/tasks/{number}/items",
    response_model=MadeWith,
    summary="任务所依据的事项版本 / versions of items",
)
def made_with(number: Word, parts: PartsNow) -> dict[str, Any]:
    """Of each item of a task the version with which its plan was published; its visits keep it, whatever the list says later."""
    task = parts.writer.history().get(Task, number)
    if task is None:
        raise DomainError("unknown-task", f"没有任务 {number} / no such task")
    codes = [code for own in task.row.items for code in own.items]
    with parts.reader.snapshot() as read:
        opened = steps(read, f"task/{number}", limit=1)[0]["data"]
        published = planning.revisions(read, str(task.plan_year))[opened["plan_revision"] - 1]
        rows = item_list.made_with(read, codes, leaf=published["leaf"], day=task.row.window_from)
    return {
        "task": number,
        "plan_revision": published["revision"],
        "leaf": published["leaf"],
        "entries": rows,
    }
