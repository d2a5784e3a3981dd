"""Notices: the events that the discipline office is told of."""

from typing import Any

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Step, events_of
from projections.tables.timeline import NOTICED


class Notice(Step):
    """监督事项 / an event that the discipline office is told of."""

    what: str = Field(description="发生了什么 / what happened, in words")


AnyNotice: Any = events_of(NOTICED, Notice)


class Notices(Answer):
    """监督事项的一页，新的在前 / one page of notices, the newest first."""

    entries: list[AnyNotice]
    next_before: Count | None = Field(
        description="下一页的 before；没有时为 null / the `before` of the next page, if there may be one"
    )
