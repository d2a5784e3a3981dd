"""A person's work list."""

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, Day, Instant
from projections.queries.work import State


class WorkShown(Answer):
    """一项待办 / an act that waits for the person who asks."""

    act: str = Field(description="办理事项 / the act to give", examples=["inspection.enter-result"])
    what: str = Field(description="做什么 / its name in words")
    kind: str = Field(description="事项所属的流 / the kind of stream that it is of")
    id: str
    number: Count = Field(
        description="同一流中同名事项的区分；后续处理即其编号 / tells acts of one name apart; of a follow-up, its number"
    )
    count: int = Field(ge=1, description="件数 / how many it stands for")
    path: str = Field(description="在何处查看 / where to read what it is about")
    asked_at: Instant | None = Field(description="自何时等待 / since when it waits")
    due: Day | None = Field(description="最后一日（工作日） / the last day, always a working day")
    days_left: int | None = Field(
        description="距最后一日的日历天数，逾期为负 / calendar days until then, below 0 when overdue"
    )
    assumed: list[int] = Field(
        description="未录工作日历、只扣周末的年份 / years without recorded holidays, of which weekends alone were left out"
    )
    state: State = Field(description="逾期、有期限、无期限 / overdue, due, without a last day")


class WorkCounts(Answer):
    """待办件数 / how much waits."""

    overdue: Count
    due: Count
    open: Count


class WorkList(Answer):
    """本人的待办：逾期在前，其次按最后一日，无期限的在后 / overdue first, then by last day, then what has none."""

    today: Day
    counts: WorkCounts
    entries: list[WorkShown]
    more: bool = Field(description="是否还有未列出的 / whether there is more than is listed")
