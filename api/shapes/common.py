"""What the shapes of many reads share: times, pages, personal fields, and the steps of a stream."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar, Union

from pydantic import Field, create_model

from api.answers import Answer
from api.bodies import PersonalField
from domain.events import NAMES
from domain.organisation import Role

Row = TypeVar("Row", bound=Answer)


def _text(description: str, **more: str) -> Any:  # noqa: ANN401 - what stands beside `str` in an annotation
    return Field(description=description, json_schema_extra=dict(more))


Instant = Annotated[
    str, _text("时刻（UTC，毫秒）/ RFC 3339 in UTC, with milliseconds", format="date-time")
]
Day = Annotated[str, _text("日期（中国）/ a day in China, YYYY-MM-DD", format="date")]
Count = Annotated[int, Field(ge=0)]
Version = Annotated[
    int, Field(ge=1, description="本条目的第几个事件 / events of its stream so far")
]
OfficerId = Annotated[str, Field(description="执法检查人员编号 / officer id")]
EntityId = Annotated[
    str,
    Field(
        description="检查对象标识：uscc:、reg: 或 school: 加号码 / legal identifier with its prefix",
        examples=["school:1300000001"],
    ),
]
Personal = Annotated[
    dict[Literal[PersonalField, "reason", "detail"], str],
    Field(
        description="个人信息，仅供有权查看者 / personal fields, for those whose work it is;"
        " `reason` 为最近一次回避或请假的理由，`detail` 为最近登记或解除的关系"
        " / of the newest recusal or leave, and of the newest relation or its end"
    ),
]


class Listing(Answer, Generic[Row]):
    """一页 / one page of a list."""

    entries: list[Row]
    next_cursor: str | None = Field(
        description="下一页的 cursor；没有下一页时为 null / the cursor of the next page, if there may be one"
    )


class Step(Answer):
    """发生过的一步 / one recorded event of a stream."""

    stream: str = Field(description="事件流，如 entity/school:1300000001 / whose event it is")
    version: int = Field(ge=1, description="流内序号，从 1 起 / its number in the stream, from 1")
    leaf: Count = Field(description="账本中的位置，从 0 起 / its leaf in the ledger, from 0")
    recorded_at: Instant
    actor: str = Field(description="办理人 / who acted")
    role: Role | Literal["system"] = Field(description="以何角色 / in which role")
    command_id: str = Field(
        description="操作标识（UUID）/ the command that it follows from",
        json_schema_extra={"format": "uuid"},
    )


@cache
def _event(name: str, base: type[Step]) -> type[Step]:
    event: Any = NAMES[name]
    fields: dict[str, Any] = {"type": (Literal[name], ...), "data": (event, ...)}
    return create_model(
        f"{event.__name__}{base.__name__}",
        __base__=base,
        __doc__=f"{event.__doc__} ({name})",
        **fields,
    )


def events_of(names: Sequence[str], base: type[Step]) -> Any:  # noqa: ANN401 - a type
    """One of the events of these stored names, each with its own data, as `base` describes it."""
    events = [_event(name, base) for name in names]
    if len(events) == 1:
        return events[0]
    return Annotated[
        Union[tuple(events)],  # noqa: UP007 - made from the table
        Field(discriminator="type"),
    ]


def steps_of(*kinds: str) -> Any:  # noqa: ANN401 - a type
    """A list of the events whose stored names begin with one of these kinds."""
    names = [name for name in NAMES if name.partition(".")[0] in kinds]
    return list[events_of(names, Step)]  # type: ignore[misc]
