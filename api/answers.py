"""The shapes of answers, as the OpenAPI document states them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE
from ledger.writer import Receipt

POSITION_HEADER = "Ledger-Position"


class Answer(BaseModel):
    """What every answer has in common."""

    model_config = ConfigDict(frozen=True)


class Place(Answer):
    """Where in a request something is wrong."""

    place: str
    reason: str


class RowProblemAnswer(Answer):
    """Why a row of an imported file was not taken; never what a cell says."""

    file: str
    sheet: str
    row: int
    column: str
    code: str
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

    leaf: int
    type: str
    stream: str
    version: int


class ActAnswer(Answer):
    """What became of an act: `position` is what to send as `Ledger-Position` to read what was written."""

    position: int
    events: list[EventAnswer]
    repeated: bool


class ImportAnswer(Answer):
    """What became of a file. `unchanged` rows stood in the registry already, with the same content."""

    position: int
    added: int
    unchanged: int
    rows_read: int
    rows_continued: int
    rows_empty: int
    rows_refused: int
    columns_ignored: list[str]
    problems: list[RowProblemAnswer]
    repeated: bool


class SessionAnswer(Answer):
    """A bearer token. While `password_change_required`, it opens nothing but the change of the password."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the word of RFC 6750
    expires_in: int
    password_change_required: bool


class OneTimePassword(Answer):
    """Told once. Hand it over in person."""

    staff: str
    one_time_password: str = Field(repr=False)


def act_answer(receipt: Receipt) -> ActAnswer:
    """The answer for a receipt."""
    return ActAnswer(
        position=receipt.size,
        events=[
            EventAnswer(leaf=leaf, type=type_name, stream=stream, version=version)
            for leaf, stream, version, type_name in receipt.events
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
