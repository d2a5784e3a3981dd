"""Requests that nobody should send: each gets a problem that names a place and repeats nothing, never a 500."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from api.door import MAX_BODY
from domain.organisation import AddDepartment

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.serving import Service

GOOD: dict[str, Any] = {"id": "x1", "name": "名称", "collates": False}


def send(service: Service, content: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    """Post raw bytes as the administrator."""
    json_type = {"Content-Type": "application/json"}
    return service.http.post(
        "/acts/department.add",
        content=content,
        headers={**service.as_("admin"), **json_type, **headers},
    )


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "request-invalid"),
        (b"{", 422, "request-invalid"),
        (b"[]", 422, "request-invalid"),
        (b"\xff\xfe", 422, "request-invalid"),
        (b'{"id": "\xff"}', 400, "request-malformed"),
        (b'{"id": "a\\u0000", "name": "x", "collates": false}', 422, "request-invalid"),
        (b'{"id": "a", "name": "\\ud800", "collates": false}', 422, "request-invalid"),
        (b'{"id": "a", "name": "x", "collates": 1}', 422, "request-invalid"),
        (b'{"id": 7, "name": "x", "collates": false}', 422, "request-invalid"),
        (b'{"id": "a", "name": "x", "collates": false, "more": 1}', 422, "request-invalid"),
        (b'{"id": "a", "name": "x"}', 422, "request-invalid"),
        (b"[" * 100_000, 400, "request-malformed"),
        (b"1" * 10_000, 400, "request-malformed"),
    ],
)
def test_a_body_of_another_shape_is_refused(
    county: Service, content: bytes, status: int, code: str
) -> None:
    """Broken JSON, wrong types, unknown and missing fields, control characters, bottomless nesting."""
    answer = send(county, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("year", [True, "2024", 2.0, 2**53, 10**400, None])
def test_a_year_is_an_integer(county: Service, year: object) -> None:
    """Neither true, nor text, nor a number with a point, nor one beyond the canonical range."""
    content = json.dumps({"year": year})
    headers = {**county.as_("clerk-market"), "Content-Type": "application/json"}
    answer = county.http.post("/acts/plan.collate", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


def test_text_is_kept_in_nfc(service: Service) -> None:
    """Somebody's keyboard decomposes letters; the ledger holds the composed form."""
    command = AddDepartment(id="x1", name=unicodedata.normalize("NFD", "示例é"), collates=False)
    service.act("admin", command)
    listed = service.get("/registries/departments/x1", "admin").json()
    assert listed["name"] == "示例é"


def test_a_refusal_repeats_nothing_of_the_request(county: Service) -> None:
    """Neither a value, nor a name that the sender made up, nor a password."""
    body = {**GOOD, "机密-13800000000": "x", "name": ["机密-460001199001011234"]}
    answer = send(county, json.dumps(body).encode())
    assert answer.json()["code"] == "request-invalid"
    assert "机密" not in answer.text
    login = county.http.post("/sessions", json={"staff": "a", "password": ["hunter-22"]})
    assert "hunter-22" not in login.text
    act = {"act": "机密", **GOOD}
    batch = county.http.post("/batches", json={"acts": [act]}, headers=county.as_("admin"))
    assert "机密" not in batch.text


def test_a_body_over_the_bound_is_refused(county: Service) -> None:
    """Whether its length is announced, or it just goes on."""
    announced = send(county, b" " * (MAX_BODY + 1))
    assert (announced.status_code, announced.json()["code"]) == (413, "request-too-large")
    endless = send(county, (b" " * 65_536 for _ in range(MAX_BODY // 65_536 + 2)))
    assert (endless.status_code, endless.json()["code"]) == (413, "request-too-large")


@pytest.mark.parametrize(
    "path",
    [
        "/public/tasks/%00",
        "/public/results/%ED%A0%80",
        "/public/results?before=99999999999999999999",
        "/public/results?limit=0",
        "/public/tasks?cursor=%00",
        "/public/plans/２０２４",
        "/registries/nothing",
        "/registries/entities?as_of=-1",
    ],
)
def test_an_odd_address_is_refused_or_unknown(county: Service, path: str) -> None:
    """NUL, broken UTF-8 and numbers out of range never reach the database."""
    answer = county.http.get(path, headers=county.as_("clerk-edu"))
    assert answer.status_code in {404, 422}, answer.text


def test_another_method_is_refused(county: Service) -> None:
    """405, with what is allowed."""
    answer = county.http.delete("/public/plans")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("key", ["", "é", "x" * 201, "a\tb"])
def test_an_idempotency_key_is_printable_ascii(county: Service, key: str) -> None:
    """1 to 200 characters."""
    headers = [
        *((name.encode(), value.encode()) for name, value in county.as_("admin").items()),
        (b"Idempotency-Key", key.encode()),
    ]
    answer = county.http.post("/acts/department.add", json=GOOD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


def test_every_answer_carries_the_security_headers(county: Service) -> None:
    """Also a refusal."""
    for path in ("/public/plans", "/nowhere"):
        headers = county.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "server" not in headers
