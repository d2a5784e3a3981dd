"""The OpenAPI document is complete: it describes every answer, field by field, and a whole story answers as it says."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from schemathesis.core.failures import Failure, FailureGroup

from api.app import routed_app
from tests.api.filled import EVERYBODY, READS, TASK, address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Service

Json = Any
DOCUMENT: Json = routed_app().openapi()
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
CHECKED = schemathesis.openapi.from_dict(DOCUMENT)


def resolved(schema: Json) -> Json:
    """The schema itself, where it is named by a reference."""
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def within(schema: Json) -> Iterator[Json]:
    """Every schema that a schema is made of, each name once."""
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if one.get("$ref") in seen:
            continue
        seen.add(one.get("$ref", ""))
        one = resolved(one)
        yield one
        for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
            waiting += one.get(word, [])
        waiting += one.get("properties", {}).values()
        waiting += [one[word] for word in ("items", "additionalProperties") if one.get(word)]


def answers(operation: Json, *, refused: bool) -> dict[str, Json]:
    """The described answers of an operation: the refusals, or the others."""
    return {
        status: answer
        for status, answer in operation["responses"].items()
        if (int(status) >= 400) == refused
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_answers(operation: Json) -> None:
    """Summary in two languages, a described answer, and a problem for each refusal."""
    assert "/ " in operation["summary"]
    assert operation["description"]
    for status, answer in answers(operation, refused=False).items():
        assert status == "204" or answer["content"], "an answer without a shape"
        for content in answer.get("content", {}).values():
            assert_exact(content["schema"])
    refusals = answers(operation, refused=True)
    assert {"400", "422", "503"} <= refusals.keys()
    for answer in refusals.values():
        schema = answer["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
        assert_exact(schema)


def assert_exact(schema: Json) -> None:
    """Nothing in it may be anything: each object names its fields or the shape of its values."""
    for one in within(schema):
        assert one.keys() & {"type", "anyOf", "oneOf", "enum", "const"}, one
        if one.get("type") == "object":
            rest = one.get("additionalProperties")
            assert rest is False or ("properties" not in one and resolved(rest)["type"]), one
        if one.get("type") == "array":
            assert one.keys() & {"items", "prefixItems"}, one


def test_every_shape_is_described() -> None:
    """Each named schema says what it is; that of the form of an upload is made by the framework."""
    schemas = DOCUMENT["components"]["schemas"]
    silent = [name for name, schema in schemas.items() if not schema.get("description")]
    assert silent == [
        "Body_attach_inspections__inspection__evidence_post",
        "Body_import_file_imports__registry__post",
        "Body_open_from_file_reconciliations_post",
    ]


def test_every_read_has_an_example_here() -> None:
    """A new read is answered by the story too."""
    assert READS.keys() == {path for path, methods in DOCUMENT["paths"].items() if "get" in methods}


@pytest.mark.parametrize("path", READS)
def test_a_story_answers_as_described(filled: Service, path: str) -> None:
    """Real answers fit their schemas, lists of them hold something, and one more field anywhere would not fit."""
    answer = read(filled, path)
    assert answer.status_code == 200, answer.text
    assert fits(path, answer)
    if not answer.headers["content-type"].startswith("application/json"):
        return
    told = answer.json()
    assert told.get("entries") != []
    unnoticed = [place for place, more in with_one_more_field(told) if fits(path, more)]
    assert {place.rpartition(".")[2] for place in unnoticed} <= {"personal", "loads", "levels"}


def read(service: Service, path: str) -> httpx.Response:
    """The answer of a read, to somebody who may see everything; the list of what waits is that of somebody who works."""
    who = EVERYBODY if path == "/work" else "discipline1"
    return service.http.get(address(service, path), headers=service.as_(who))


def fits(path: str, answer: httpx.Response | Json) -> bool:
    """Whether an answer, or what would be one, is as the document says."""
    if not isinstance(answer, httpx.Response):
        asked = httpx.Request("GET", f"http://service.example{READS[path]}")
        answer = httpx.Response(200, json=answer, request=asked)
        answer.elapsed = timedelta()
    try:
        CHECKED[path]["GET"].validate_response(answer)
    except (Failure, FailureGroup):
        return False
    return True


def with_one_more_field(told: Json) -> Iterator[tuple[str, Json]]:
    """The answer once for each kind of object in it, with a field that nobody described; its place comes first."""
    seen: set[str] = set()
    for place, steps in objects(told):
        if place not in seen:
            seen.add(place)
            more = deepcopy(told)
            one = more
            for step in steps:
                one = one[step]
            one["undescribed"] = 1
            yield place, more


def objects(
    told: Json, place: str = "$", steps: tuple[Json, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Each object of an answer: its place without numbers, and the way to it."""
    if isinstance(told, dict):
        yield place, steps
        for name, value in told.items():
            yield from objects(value, f"{place}.{name}", (*steps, name))
    if isinstance(told, list):
        for number, value in enumerate(told):
            yield from objects(value, place, (*steps, number))


def test_the_bundle_is_described_and_its_bytes_are_kept(filled: Service) -> None:
    """The same canonical bytes for staff and public, on one line, sorted."""
    address = f"/draws/{TASK}.entities.2/bundle"
    given = filled.get(f"/public{address}").content
    assert given == filled.get(address, "operator").content
    told = json.loads(given)
    assert (
        given
        == json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )
