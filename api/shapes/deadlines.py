"""Terms and tables of holidays, as staff read them."""

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Day, Instant, Version
from domain.deadlines import Terms


class CalendarShown(Answer):
    """一年的工作日历 / the holidays of a year, as recorded last."""

    year: int
    off: list[Day] = Field(description="放假日 / days on which nobody works")
    working: list[Day] = Field(description="调休上班的周末 / weekend days that are worked")
    source: str = Field(description="出处 / the notice it is from")
    version: Version
    recorded_at: Instant


class DeadlinesShown(Answer):
    """办理期限与工作日历 / the terms, and the years whose holidays are known. Other years count weekends only."""

    today: Day
    terms: Terms = Field(description="今天起适用 / what holds for what happens today")
    all_terms: list[Terms]
    calendars: list[CalendarShown]
