"""Everybody's desk: each person logs in with a password of their own and acts over HTTP, one connection for all."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from pathlib import Path

Body = dict[str, Any]
REFUSED = 400


class DemoFailedError(Exception):
    """The service refused what the story needs: who, what, and the service's own words."""


class Desk:
    """The HTTP client of the story. `acts` counts what was asked for, batches act by act."""

    def __init__(self, base_url: str, administrator: str, one_time_password: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60, trust_env=False)
        self._administrator = administrator
        self._tokens: dict[str, str] = {}
        self._position = 0
        self.acts = 0
        self._tokens[administrator] = self._first_login(administrator, one_time_password)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def act(self, who: str, name: str, /, **body: object) -> list[Body]:
        """Let somebody do one thing; answers the events that were recorded."""
        self.acts += 1
        return self._events(self._send(who, "POST", f"/acts/{name}", json=body))

    def batch(self, who: str, *acts: tuple[str, Body]) -> list[Body]:
        """Let somebody do many things at once: all of them are recorded, or none."""
        self.acts += len(acts)
        body = {"acts": [{"act": name, **fields} for name, fields in acts]}
        return self._events(self._send(who, "POST", "/batches", json=body))

    def import_file(self, who: str, kind: str, path: Path) -> Body:
        """Hand in a registry file."""
        files = {"file": (path.name, path.read_bytes())}
        answer: Body = self._send(who, "POST", f"/imports/{kind}", files=files)
        self._position = answer["position"]
        self.acts += answer["added"]
        return answer

    def read(self, who: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Read as somebody, everything that was done so far included."""
        return self._send(who, "GET", path, params=query)

    def read_all(self, who: str, path: str, **query: str) -> list[Body]:
        """Read a list to its end."""
        rows: list[Body] = []
        while True:
            page = self.read(who, path, **query)
            rows += page["entries"]
            if page["next_cursor"] is None:
                return rows
            query["cursor"] = page["next_cursor"]

    def _events(self, answer: Body) -> list[Body]:
        self._position = answer["position"]
        events: list[Body] = answer["events"]
        return events

    def _send(self, who: str, method: str, path: str, **more: Any) -> Any:  # noqa: ANN401 - JSON
        if who not in self._tokens:
            issued = self._send(self._administrator, "POST", f"/accounts/{who}/password")
            self._tokens[who] = self._first_login(who, issued["one_time_password"])
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **self._ledger_position()}
        return _checked(who, self._http.request(method, path, headers=headers, **more)).json()

    def _ledger_position(self) -> dict[str, str]:
        return {"Ledger-Position": str(self._position)} if self._position else {}

    def _first_login(self, who: str, one_time_password: str) -> str:
        """Log in with the one-time password, replace it, log in again."""
        own = secrets.token_urlsafe(16)
        headers = {"Authorization": f"Bearer {self._log_in(who, one_time_password)}"}
        change = {"old": one_time_password, "new": own}
        answer = self._http.post("/accounts/me/password", json=change, headers=headers)
        _checked(who, answer)
        return self._log_in(who, own)

    def _log_in(self, who: str, password: str) -> str:
        answer = self._http.post("/sessions", json={"staff": who, "password": password})
        token: str = _checked(who, answer).json()["access_token"]
        return token


def _checked(who: str, answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= REFUSED:
        request = answer.request
        raise DemoFailedError(f"{who}: {request.method} {request.url.path}: {answer.text[:2000]}")
    return answer
