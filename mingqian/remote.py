"""A service on another machine, as one person reaches it over HTTPS. What it answers is looked at, not trusted."""

from __future__ import annotations

import ipaddress
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

import httpx

from domain.errors import DomainError
from mingqian.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    T = TypeVar("T")

SECONDS = 60
ANSWERED, REFUSED = 200, 400


class Remote:
    """The service, first as the public sees it, after `log_in` as a person does."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def log_in(self, staff: str, password: str) -> bool:
        """Log in, and say whether the password is a one-time one that must be changed first."""
        answer = self.send("POST", "/sessions", {"staff": staff, "password": password})
        self._http.headers["Authorization"] = f"Bearer {take(answer, 'access_token', str)}"
        return take(answer, "password_change_required", bool)

    def change_password(self, staff: str, old: str, new: str) -> None:
        """Replace a password and log in with the new one."""
        self.send("POST", "/accounts/me/password", {"old": old, "new": new})
        self.log_in(staff, new)

    def act(self, name: str, key: str, /, **fields: object) -> object:
        """Do one thing; with the same `key` again it is answered again and not recorded twice."""
        return self.send("POST", f"/acts/{name}", fields, {"Idempotency-Key": key})

    def send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Send one request and give the JSON of the answer, None where it is empty.

        Raises DomainError: the refusal of the service, "service-unreachable", "service-answer-invalid".
        """
        answer = self._answer(method, path, json=body, headers=headers)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise _invalid(f"{path}: 不是 JSON / not JSON") from None

    def upload(self, path: str, file: IO[bytes], fields: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Send a file with a form and give the JSON of the answer; raises as `send`."""
        answer = self._answer("POST", path, files={"file": ("file", file)}, data=fields)
        try:
            return answer.json()
        except ValueError:
            raise _invalid(f"{path}: 不是 JSON / not JSON") from None

    def text(self, path: str) -> str:
        """Read plain text; raises as `send`."""
        return self._answer("GET", path).text

    def content(self, path: str) -> bytes:
        """Read a file; raises as `send`."""
        return self._answer("GET", path).content

    def _answer(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            detail = f"无法连接 / no connection: {printable(str(error)) or type(error).__name__}"
            raise DomainError("service-unreachable", detail) from None
        if answer.status_code >= REFUSED:
            raise _refusal(answer)
        if answer.status_code - answer.status_code % 100 != ANSWERED:
            raise _invalid(f"{path}: HTTP {answer.status_code}")
        return answer


@contextmanager
def visiting(url: str) -> Iterator[Remote]:
    """Reach a service; raises DomainError("url-insecure") for plain HTTP to another machine."""
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        base = httpx.URL()
    here = base.scheme == "http" and _is_loopback(base.host)
    if not base.host or not (base.scheme == "https" or here):
        detail = "地址须以 https:// 开头，本机除外 / must begin with https://, but on this machine"
        raise DomainError("url-insecure", detail)
    # What goes to this machine goes through no proxy, which would carry it away from it.
    with httpx.Client(base_url=base, timeout=SECONDS, trust_env=not here) as http:
        yield Remote(http)


def take(answer: object, name: str, kind: type[T]) -> T:
    """Take a field of exactly this type from an answer; raises DomainError("service-answer-invalid")."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if type(value) is not kind:
        raise _invalid(f"$.{name}")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal(answer: httpx.Response) -> DomainError:
    """The refusal in the words of the service, if these are words that it can have."""
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    code = problem.get("code") if isinstance(problem, dict) else None
    if not isinstance(code, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
        return _invalid(f"HTTP {answer.status_code}")
    said = [str(problem.get("detail", "")), *_places(problem.get("errors"))]
    return DomainError(code, printable("; ".join(said)))


def _places(errors: object) -> list[str]:
    """Each place of the request and what is wrong there, where the service names them."""
    listed = errors if isinstance(errors, list) else []
    return [
        f"{one.get('place', '')}: {one.get('reason', '')}"
        for one in listed
        if isinstance(one, dict)
    ]


def _invalid(detail: str) -> DomainError:
    return DomainError("service-answer-invalid", detail)
