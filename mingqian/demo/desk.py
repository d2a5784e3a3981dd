"""Everybody's desk: each person logs in with a password of their own and acts over HTTP, one connection for all."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from api.signatures import HEADER
from domain.acts import ACTS
from ledger import suites
from mingqian.signing import Signer

if TYPE_CHECKING:
    from pathlib import Path

Body = dict[str, Any]
REFUSED = 400
SIGNED = frozenset(act.name for act in ACTS if act.signed)


class DemoFailedError(Exception):
    """The service refused what the story needs: who, what, and the service's own words."""


class Desk:
    """The HTTP client of the story. `acts` counts what was asked for, batches act by act.

    Once `begin_signing` was called, everybody has a key of their own and signs what is to be signed.
    """

    def __init__(self, base_url: str, administrator: str, one_time_password: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60, trust_env=False)
        self._administrator = administrator
        self._tokens: dict[str, str] = {}
        self._position = 0
        self._signers: dict[str, Signer] = {}
        self._signing = False
        self._origin = ""
        self.acts = 0
        self._tokens[administrator] = self._first_login(administrator, one_time_password)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def act(self, who: str, name: str, /, **body: object) -> list[Body]:
        """Let somebody do one thing; answers the events that were recorded."""
        self.acts += 1
        key = str(uuid4())
        signature = self._signature(who, name, body, key)
        headers = {HEADER: signature, "Idempotency-Key": key} if signature else None
        return self._events(self._send(who, "POST", f"/acts/{name}", headers, json=body))

    def batch(self, who: str, *acts: tuple[str, Body]) -> list[Body]:
        """Let somebody do many things at once: all of them are recorded, or none."""
        self.acts += len(acts)
        key = str(uuid4())
        signatures = [self._signature(who, name, fields, key) for name, fields in acts]
        body = [
            {"act": name, **fields, "signature": signature}
            for (name, fields), signature in zip(acts, signatures, strict=True)
        ]
        headers = {"Idempotency-Key": key}
        return self._events(self._send(who, "POST", "/batches", headers, json={"acts": body}))

    def begin_signing(self, origin: str, second: str) -> None:
        """Two administrators enrol keys and make signing mandatory; nobody can sign the first confirmation."""
        self._origin, first = origin, self._administrator
        for who, by in ((first, second), (second, first)):
            self._enrol(who)
            self._confirm(who, by, bootstrap=by == second)
        self._signing = True
        self.act(first, "signing.make-mandatory")

    def _enrol(self, who: str) -> None:
        key = suites.generate(suites.ED25519)
        signer = Signer(staff=who, origin=self._origin, key=key)
        enrolment = {"public_key": key.public_key, "suite": key.suite, "proof": signer.proof()}
        self.act(who, "signing-key.enrol", **enrolment)
        self._signers[who] = signer

    def _confirm(self, who: str, by: str, *, bootstrap: bool) -> None:
        public_key = self._signers[who].key.public_key
        self.act(by, "signing-key.confirm", public_key=public_key, bootstrap=bootstrap)

    def _signature(self, who: str, name: str, fields: Body, key: str) -> str | None:
        """Sign what is to be signed; whoever has no key yet gets one, compared and confirmed by an administrator."""
        if name not in SIGNED or (not self._signing and who not in self._signers):
            return None
        if who not in self._signers:
            self._enrol(who)
            self._confirm(who, self._administrator, bootstrap=False)
        return self._signers[who].signature(name, fields, key)

    def import_file(self, who: str, kind: str, path: Path) -> Body:
        """Hand in a registry file."""
        files = {"file": (path.name, path.read_bytes())}
        answer: Body = self._send(who, "POST", f"/imports/{kind}", files=files)
        self._position = answer["position"]
        self.acts += answer["added"]
        return answer

    def attach(self, who: str, inspection: str, content: bytes, caption: str) -> str:
        """Attach a file to a visit; answers its hash."""
        self.acts += 1
        files, data = {"file": ("evidence.png", content)}, {"caption": caption}
        path = f"/inspections/{inspection}/evidence"
        answer = self._send(who, "POST", path, files=files, data=data)
        self._events(answer)
        digest: str = answer["sha256"]
        return digest

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

    def _send(
        self,
        who: str,
        method: str,
        path: str,
        own: dict[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - httpx's own
    ) -> Any:  # noqa: ANN401 - JSON
        if who not in self._tokens:
            issued = self._send(self._administrator, "POST", f"/accounts/{who}/password")
            self._tokens[who] = self._first_login(who, issued["one_time_password"])
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **self._ledger_position()}
        headers |= own or {}
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
