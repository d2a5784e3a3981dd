"""The outermost layer, around every request: a bound on the body, security headers, one line of log, no bare 500.

The log names the route, never the address: an address may hold an id, and a query a name.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from api import problems

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 32 * 1024 * 1024
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

logger = structlog.get_logger("mingqian.http")


class Door:
    """ASGI middleware; a page that needs another header sets it, and the door leaves it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        try:
            await self._pass(scope, visit)
        finally:
            visit.log()

    async def _pass(self, scope: Scope, visit: _Visit) -> None:
        try:
            visit.check()
            await self._app(scope, visit.receive, visit.send)
        except HTTPException as error:
            answer = problems.problem("request-too-large", str(error.detail))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem and no trace
            answer = problems.unexpected(error)
        else:
            return
        if not visit.status:
            await answer(scope, visit.receive, visit.send)


class _Visit:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._began = time.monotonic()
        self._taken = 0
        self.status = 0

    def check(self) -> None:
        length = Headers(scope=self._scope).get("content-length", "0")
        if length.isdigit() and int(length) > MAX_BODY:
            raise too_large()

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > MAX_BODY:
            raise too_large()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def log(self) -> None:
        logger.info(
            "request",
            method=self._scope["method"],
            route=getattr(self._scope.get("route"), "path", "-"),
            status=self.status,
            milliseconds=round((time.monotonic() - self._began) * 1000),
        )


def too_large() -> HTTPException:
    """The refusal of a body that is over the bound."""
    return HTTPException(
        413, f"请求超过 {MAX_BODY} 字节 / the body is larger than {MAX_BODY} bytes"
    )
