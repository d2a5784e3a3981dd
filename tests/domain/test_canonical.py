"""Canonical JSON: known answers, an oracle, identity, and refusals that name the place."""

from __future__ import annotations

import json
import time
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import MAX_DEPTH, MAX_INTEGER, canon, parse
from domain.errors import DomainError

texts = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", text)
)
keys = st.text(st.characters(codec="ascii"))
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20
)


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        ({}, b"{}"),
        ({"b": 1, "a": [True, False, None]}, b'{"a":[true,false,null],"b":1}'),
        ({"B": 1, "a": 2, "": 0}, b'{"":0,"B":1,"a":2}'),
        ("明签\U00020000", '"明签\U00020000"'.encode()),
        ('"\\/\b\f\n\r\t\x00\x1f\x7f', b'"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
        ([MAX_INTEGER, -MAX_INTEGER], b"[9007199254740991,-9007199254740991]"),
        ((1, (2,)), b"[1,[2]]"),
    ],
)
def test_known_answers(obj: object, expected: bytes) -> None:
    """Bytes worked out by hand from RFC 8785."""
    assert canon(obj) == expected


@given(values)
def test_an_independent_encoder_gives_the_same_bytes(value: Any) -> None:  # noqa: ANN401 - the oracle has a type of its own
    """The package rfc8785 is the oracle."""
    assert canon(value) == rfc8785.dumps(value)


@given(values)
def test_parsing_returns_what_was_encoded(value: object) -> None:
    """`parse` is the inverse of `canon`."""
    assert parse(canon(value)) == value


@given(values, st.booleans())
def test_bytes_in_another_layout_are_refused(value: object, indent: bool) -> None:  # noqa: FBT001 - drawn
    """What the standard encoder writes is taken only where it is canonical already."""
    data = json.dumps(value, indent=1 if indent else None).encode()
    if data == canon(value):
        assert parse(data) == value
    else:
        with pytest.raises(DomainError):
            parse(data)


@given(st.binary())
def test_arbitrary_bytes_are_refused_or_canonical(data: bytes) -> None:
    """No input makes `parse` do anything else."""
    try:
        obj = parse(data)
    except DomainError:
        return
    assert canon(obj) == data


@pytest.mark.parametrize(
    ("obj", "place"),
    [
        ({"pool": [1, {"id": 1.0}]}, "$.pool[1].id:"),
        ({"a": [MAX_INTEGER + 1]}, "$.a[0]:"),
        ({"a": -MAX_INTEGER - 1}, "$.a:"),
        (["e\u0301"], "$[0]:"),
        ({"x": "\ud800"}, "$.x:"),
        ({"a": {"名": 1}}, "$.a['\\u540d']:"),
        ({1: 1}, "$[1]:"),
        ({"a b": float("nan")}, "$['a b']:"),
        (b"bytes", "$:"),
        ({"s": {1}}, "$.s:"),
    ],
)
def test_a_breach_is_named_by_its_place(obj: object, place: str) -> None:
    """Whoever must repair the data is told where."""
    with pytest.raises(DomainError) as caught:
        canon(obj)
    assert caught.value.code == "not-canonical"
    assert caught.value.detail.startswith(place)


@pytest.mark.parametrize("kind", [type("Int", (int,), {}), type("Str", (str,), {})])
def test_subclasses_are_refused(kind: type) -> None:
    """An encoder that trusts a subclass would trust its conversions, too."""
    with pytest.raises(DomainError):
        canon([kind("1")])


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b"[-0]",
        b"[1.0]",
        b"[1e2]",
        b"[NaN]",
        b"[Infinity]",
        b"[01]",
        b"[1] ",
        b" 1",
        b"",
        b"\xef\xbb\xbf1",
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"\\ud800"',
        b'"\\u0041"',
        b'"\\/"',
        b"[" * 100_000,
        b"[" + b"9" * 5000 + b"]",
        '["e\u0301"]'.encode(),
        b"null null",
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    """Each would be a second spelling, or no JSON of the model at all."""
    with pytest.raises(DomainError, match="not-canonical"):
        parse(data)


def test_nesting_has_a_limit() -> None:
    """64 levels are taken, 65 are not, whatever the platform's stack; a cycle ends there, too."""
    obj: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        obj = [obj]
    assert parse(canon(obj)) == obj
    deeper: object
    for deeper in ([obj], {"a": obj}):
        with pytest.raises(DomainError, match="too deep"):
            canon(deeper)
    cycle: dict[str, object] = {}
    cycle["again"] = cycle
    with pytest.raises(DomainError, match="too deep"):
        canon(cycle)


def test_encoding_is_fast() -> None:
    """10,000 objects of 12 fields in well under a second (measured: 0.1 s)."""
    rows = [{f"field{j}": (f"值{i}" if j % 3 else i * j) for j in range(12)} for i in range(10_000)]
    before = time.process_time()
    for row in rows:
        canon(row)
    assert time.process_time() - before < 1
