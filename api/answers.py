"""The shapes of answers, as the OpenAPI document states them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE
from ledger.group import Receipt

POSITION_HEADER = "Ledger-Position"
# What a draw of people brings: the streams name the visits.
SENT_OUT = ("inspection.assigned.v1", "inspection.seat_filled.v1")
POSITION: Any = Field(
    ge=0,
    description="读取所写内容时作为 Ledger-Position 发送 / send it as Ledger-Position to read what was written",
)
REPEATED: Any = Field(description="同一请求此前已记录 / the same request was recorded before")


class Answer(BaseModel):
    """What every answer has in common: a field that its shape does not describe is a fault, never an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Answer):
    """Where in a request something is wrong."""

    place: str
    reason: str


class RowProblemAnswer(Answer):
    """Why a row of an imported file was not taken; never what a cell says."""

    file: str
    sheet: str
    row: int = Field(ge=0, description="行号，从 1 起；0 为整个表 / from 1, or 0 for a whole sheet")
    column: str = Field(description="列名，可为空文本 / heading of the column, may be empty")
    code: str = Field(description="问题代码，见 /problems/{code} / problem code")
    reason: str


class Problem(Answer):
    """问题 / a problem (RFC 9457). `type` is the address of the page that explains `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Place] | None = None
    problems: list[RowProblemAnswer] | None = None


class EventAnswer(Answer):
    """One recorded event."""

    leaf: int = Field(ge=0, description="账本中的位置，从 0 起 / its leaf in the ledger, from 0")
    type: str = Field(description="事件类型 / stored name, for example entity.added.v1")
    stream: str
    version: int = Field(ge=1, description="流内序号，从 1 起 / its number in the stream, from 1")


class ActAnswer(Answer):
    """办理结果 / what became of an act. Visits that a draw brings, or fills, are not listed: they tell who was drawn."""

    position: int = POSITION
    events: list[EventAnswer]
    repeated: bool = REPEATED


class ImportAnswer(Answer):
    """导入结果 / what became of a file: every row below a header is counted."""

    position: int = POSITION
    added: int = Field(ge=0, description="新登记的条目 / entries that were proposed")
    unchanged: int = Field(
        ge=0, description="名录中已有且内容相同 / stood in the registry with the same content"
    )
    rows_read: int = Field(ge=0, description="表头以下的行数 / rows below a header")
    rows_continued: int = Field(
        ge=0, description="补充上一事项的行 / rows that added to an item that stood already"
    )
    rows_empty: int = Field(ge=0)
    rows_refused: int = Field(ge=0, description="有误而未登记的行 / rows that were left out")
    columns_ignored: list[str] = Field(description="未采用的列 / columns that mean nothing here")
    columns_read: dict[str, str] = Field(
        description="采用的列：本系统的列名与文件中的列名 / columns that were read: our name and the name in the file"
    )
    problems: list[RowProblemAnswer]
    repeated: bool = REPEATED


class SessionAnswer(Answer):
    """A bearer token. While `password_change_required`, it opens nothing but the change of the password."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the word of RFC 6750
    expires_in: int = Field(description="有效秒数 / seconds")
    password_change_required: bool


class OneTimePassword(Answer):
    """Told once. Hand it over in person."""

    staff: str
    one_time_password: str = Field(repr=False)


class AddressAnswer(Answer):
    """Where a person is reminded by e-mail; null where they do not want that."""

    email: str | None = Field(repr=False)


def act_answer(receipt: Receipt) -> ActAnswer:
    """The answer for a receipt."""
    return ActAnswer(
        position=receipt.size,
        events=[
            EventAnswer(leaf=leaf, type=type_name, stream=stream, version=version)
            for leaf, stream, version, type_name in receipt.events
            if type_name not in SENT_OUT
        ],
        repeated=receipt.repeated,
    )


_WORDS = {
    400: "请求无法读取 / the request cannot be read",
    401: "未登录 / not logged in",
    403: "不允许 / not allowed",
    404: "没有 / there is none",
    409: "与当前状态冲突 / conflicts with what is recorded",
    413: "请求过大 / too large",
    422: "内容被拒绝 / the content is refused",
    429: "次数过多 / too often",
    503: "暂不可用 / not available now",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declared problem answers of an operation; every operation may answer 400, 422 and 503."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({400, 422, 503, *statuses})
    }


STAFF = refusals(401, 403, 404)
ACTING = refusals(401, 403, 404, 409, 413)
PUBLIC = refusals(404)
