"""`mingqian calendar YEAR`: propose the holidays of a year, as the act `calendar.record` takes them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.metadata import version
from typing import Annotated

import chinese_calendar
import typer

from domain.errors import DomainError
from domain.working_days import SATURDAY


def calendar(
    year: Annotated[int, typer.Argument(help="年度 / the year")],
) -> None:
    """打印某年放假与调休日的建议稿，核对国务院通知后用 `mingqian act calendar.record` 入账 / propose a year's table of holidays."""
    typer.echo(json.dumps(proposed(year), ensure_ascii=False, indent=1))


def proposed(year: int) -> dict[str, object]:
    """The fields of the act; raises DomainError("calendar-not-known") where the library has no notice of the year."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    try:
        holidays = [day for day in days if chinese_calendar.is_holiday(day)]
    except NotImplementedError:
        detail = f"没有 {year} 年的放假安排，请按国务院通知自行填写 / no notice of that year is known here: fill in the table by hand"
        raise DomainError("calendar-not-known", detail) from None
    # A weekend without a festival needs no line: it is no working day anyway.
    off = [day for day in holidays if chinese_calendar.get_holiday_detail(day)[1] is not None]
    working = [day for day in days if day.weekday() >= SATURDAY and day not in holidays]
    return {
        "year": year,
        "off": [day.isoformat() for day in off],
        "working": [day.isoformat() for day in working],
        "source": f"国务院办公厅关于{year}年部分节假日安排的通知（取自 chinesecalendar {version('chinesecalendar')}，请核对并补文号）",
    }
