"""The one place where a refusal becomes HTTP: RFC 9457 problem+json, Chinese first, then English.

The domain knows codes, not statuses. A code's title is what its page in docs/problems/ says in bold; `type` is the
address of that page on this service. Nothing of the request is ever repeated: it may hold personal data or a secret.
"""

from __future__ import annotations

import re
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from domain.errors import DomainError
from ledger.database import is_away

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI, Request

MEDIA_TYPE = "application/problem+json"
MAX_PLACES = 50
_PACKAGED = Path(__file__).parent / "problem_pages"
PAGES = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "docs" / "problems"

_FORBIDDEN = (
    "draw-not-disclosed not-a-witness not-assigned not-yourself other-department own-act"
    " password-change-required recused role-not-allowed signature-required signing-key-not-standing"
)
_CONFLICT = (
    "already-registered change-pending changed-since credit-class-dated"
    " item-withdrawn no-way-back nothing-to-undo command-id-reused draw-exists draw-in-progress draw-voided"
    " conflict-not-declared entities-not-disclosed entities-not-drawn follow-up-missing inspections-exist"
    " inspections-open lottery-disputed margin-missed nobody-eligible not-checkpointed nothing-to-confirm"
    " checklist-outdated evidence-attached findings-differ findings-missing outcome-missing review-not-opened"
    " receipt-too-early round-not-yet seat-not-vacant seat-vacant source-missing task-not-confirmed too-early void-pending vrf-key-exists"
    " legal-hold subject-active subject-erased subject-involved version-outdated vrf-key-revoked wrong-stage"
    " signing-bootstrap-over signing-key-exists signing-key-last signing-keys-too-few"
)
_UNAVAILABLE = (
    "checkpoint-not-witnessed clock-jumped clock-unreadable database-unavailable ledger-unavailable projection-behind"
    " prover-answer-invalid prover-refused prover-unavailable relay-unreachable relays-missing"
    " key-file-permissions key-missing subject-keys-unavailable suite-unavailable vrf-key-missing"
)
# Something is wrong with what is stored: no request can put it right.
_BROKEN = (
    "checkpoint-inconsistent envelope-malformed event-malformed internal-error leaf-hash-differs"
    " evidence-damaged evidence-missing leaf-missing projections-ahead sealed-unreadable unknown-event-type"
)
STATUSES: dict[str, int] = {
    **dict.fromkeys(_FORBIDDEN.split(), 403),
    **dict.fromkeys(_CONFLICT.split(), 409),
    **dict.fromkeys(_UNAVAILABLE.split(), 503),
    **dict.fromkeys(_BROKEN.split(), 500),
    "request-malformed": 400,
    "login-required": 401,
    "login-refused": 401,
    "not-found": 404,
    "method-not-allowed": 405,
    "request-too-large": 413,
    "evidence-too-large": 413,
    "evidence-type-refused": 415,
    "login-locked": 429,
}
_BY_HTTP = {
    400: "request-malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "request-too-large",
}
_BOLD = re.compile(r"^\*\*(.+?)[。.]?\*\*", re.MULTILINE)

logger = structlog.get_logger("mingqian.http")


def status_of(code: str) -> int:
    """The HTTP status of a code: by the table, 404 for `unknown-…`, else 422 (understood, and refused)."""
    return STATUSES.get(code, 404 if code.startswith("unknown-") else 422)


@cache
def page_of(code: str) -> str | None:
    """The text of a code's page, or None where there is no such code."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
        return None
    path = PAGES / f"{code}.md"
    return path.read_text("utf-8") if path.is_file() else None


def title_of(code: str) -> str:
    """The page's two sentences in bold."""
    return " / ".join(_BOLD.findall(page_of(code) or "")) or code


def problem(
    code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """One answer of the form application/problem+json; `more` are extension members."""
    status = status_of(code)
    content: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title_of(code),
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    headers = dict(headers or {})
    if status == 401:  # noqa: PLR2004 - RFC 9110 15.5.2 asks for the header with this status
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(content, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def _on_refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - the handler is installed for this class
    return problem(error.code, error.detail)


def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is installed for this class
    places = [
        {"place": place(one["loc"]), "reason": reason(one)} for one in error.errors()[:MAX_PLACES]
    ]
    detail = "请求内容不符合要求，见 errors / the request does not have the right shape: see errors"
    return problem("request-invalid", detail, errors=places)


def _on_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is installed for this class
    code = _BY_HTTP.get(error.status_code, "request-malformed")
    return problem(code, title_of(code), headers=error.headers)


def unexpected(error: Exception) -> JSONResponse:
    """The answer to what no handler expected: the database is away, or the program is wrong."""
    if is_away(error):
        logger.error("database-unavailable", error=type(error).__name__)
        detail = "数据库暂不可用，请稍后重试 / the database does not answer: try again later"
        return problem("database-unavailable", detail, headers={"Retry-After": "5"})
    # Where, not what: the text of an error may hold what somebody sent.
    frames = traceback.format_tb(error.__traceback__)
    logger.error("internal-error", error=type(error).__name__, frames=frames)
    return problem("internal-error", "程序错误，已记录 / a fault of the program; it was logged")


def place(location: Iterable[object]) -> str:
    """`("body", "rows", 3, "name")` as `body.rows[3].name`, without what the sender chose as a key."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{clip(str(step))}" for step in location]
    return "".join(steps).lstrip(".")


def clip(step: str) -> str:
    """Field names are ours; any other key is the sender's, and is not repeated."""
    return step if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]{0,40}", step) else "?"


def reason(error: Mapping[str, Any]) -> str:
    """What pydantic says, without the input; our own validators speak Chinese first already."""
    if error["type"] == "union_tag_invalid":
        return "没有这个操作 / there is no such act"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if "/" in message else f"不符合要求 / {message}"
