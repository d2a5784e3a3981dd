"""The quick reader and writer never say yes where the strict ones say no, and read and write nothing otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.events import NAMES
from domain.registry_commands import ChangeConfirmed, VisitRecorded
from ledger import codec, quick
from ledger.envelope import Envelope, Sealed
from tests.ledger.examples import envelope

LEAF = 5
ODD = '\x00\b\t\n\x1f"\\/\x7f\u0301\u0338\u2028é<=>nA示\ud800'
RECORDED = codec.to_recorded(LEAF, envelope())
TEXT = st.text() | st.text(st.sampled_from(ODD)) | st.text("示例 abc", min_size=1)
# Every type whose fields are typed to the end; those that hold free objects are left to the strict reader.
EVENTS: st.SearchStrategy[object] = st.sampled_from(
    [NAMES[name] for name in quick.TYPES if name in NAMES]
).flatmap(st.from_type)


def _strictly(state: bytes) -> quick.Stored | None:
    try:
        read = Envelope.from_bytes(state)
        recorded = codec.to_recorded(LEAF, read)
    except DomainError:
        return None
    return quick.Stored(recorded, read.type, read.sealed.subject if read.sealed else None)


def _written(content: object) -> bytes:
    """Write as the ledger does, but whatever it would refuse too."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode(errors="surrogatepass")


def _envelope(event: object, **changes: Any) -> dict[str, object]:  # noqa: ANN401 - any field
    name, data = codec.encode(event)
    return replace(envelope(), type=name, data=data, **changes).as_object()


@given(EVENTS, TEXT, st.none() | st.dictionaries(TEXT, st.sampled_from(["AAAA", "AA==", "a"])))
def test_what_is_read_quickly_is_what_the_strict_reader_reads(
    event: object, stream: str, fields: dict[str, str] | None
) -> None:
    """Any event of any type, with any text, integer and sealed field, canonical or not."""
    sealed = None if fields is None else Sealed(fields=fields, subject="officer/QH001")
    state = _written(_envelope(event, stream=stream, sealed=sealed))
    assert quick.read(LEAF, state) in {None, _strictly(state)}


@given(st.data())
def test_what_was_changed_is_read_quickly_only_where_strictly_too(data: st.DataObject) -> None:
    """Some bytes are put in the place of others, anywhere."""
    state = _written(_envelope(data.draw(EVENTS)))
    start = data.draw(st.integers(0, len(state)))
    end = data.draw(st.integers(start, min(len(state), start + 4)))
    tokens = st.sampled_from(
        [b"0", b"1.0", b"1e3", b"null", b" ", b'"', b"\\u0041", b",", b"9" * 17]
    )
    put = data.draw(st.binary(max_size=3) | tokens)
    changed = state[:start] + put + state[end:]
    assert quick.read(LEAF, changed) in {None, _strictly(changed)}


@given(EVENTS)
def test_what_was_accepted_elsewhere_is_decoded_alike(event: object) -> None:
    """Without the checks, which another process has made."""
    state = _written(_envelope(event))
    found = quick.read(LEAF, state)
    assert found is None or quick.decode(LEAF, state) == found


@given(EVENTS, TEXT, st.none() | st.dictionaries(TEXT, st.sampled_from(["AAAA", "AA==", "a"])))
def test_what_is_written_quickly_is_what_the_strict_writer_writes_and_its_reader_reads(
    event: object, stream: str, fields: dict[str, str] | None
) -> None:
    """Any event of any type, with any text, integer and sealed field; what the strict ones refuse is not written."""
    sealed = None if fields is None else Sealed(fields=fields, subject="officer/QH001")
    name, data = codec.encode(event)
    stored = replace(envelope(), type=name, data=data, stream=stream, sealed=sealed)
    written = quick.write(replace(RECORDED, event=event, stream=stream), stored.nonce, sealed)
    if written is not None:
        state, recorded = written
        read = _strictly(state)
        assert state == stored.to_bytes()
        assert read is not None
        assert recorded == read.recorded


def test_ordinary_events_are_written_quickly() -> None:
    """With a number, in Chinese, with sealed fields."""
    visit = VisitRecorded(on="2024-05-01", reference="示例检查记录")
    for event, sealed in (
        (ChangeConfirmed(version=2**40), None),
        (visit, Sealed(fields={"name": "AAAA"}, subject="officer/QH001")),
    ):
        written = quick.write(replace(RECORDED, event=event), envelope().nonce, sealed)
        assert written is not None
        assert written[1].event == event


def test_ordinary_events_are_read_quickly() -> None:
    """In Chinese, with sealed fields, with a number."""
    sealed = Sealed(fields={"name": "AAAA"}, subject="officer/QH001")
    for content in (
        envelope().as_object(),
        replace(envelope(), sealed=sealed).as_object(),
        _envelope(ChangeConfirmed(version=2**40)),
    ):
        assert quick.read(LEAF, _written(content)) == _strictly(_written(content))
        assert quick.read(LEAF, _written(content)) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"version": 0},
        {"version": 2**53},
        {"stream": ""},
        {"command_id": "0190B2C4-5d1e-4c6a-9f60-1f2e3d4c5b6a"},
        {"command_id": "0190b2c4-5d1e-4c6a-9f60-1f2e3d4c5b6a\n"},
        {"nonce": "0" * 31},
        {"nonce": "0" * 32 + "\n"},
        {"recorded_at": "2024-09-02T01:30:00Z"},
        {"type": "department.added.v9"},
        {"data": {"collates": False, "name": "e\u0301"}},
        {"data": {"collates": 0, "name": "示例"}},
        {"data": {"name": "示例"}},
        {"sealed": None},
        {"sealed": {"fields": {"é": "AAAA"}, "subject": "示例"}},
        {"signed": None},
        {"more": 1},
        {"actor": {"id": "a", "role": "b", "more": 1}},
        {"actor": None},
    ],
)
def test_what_the_format_does_not_have_is_not_read_quickly(changes: dict[str, object]) -> None:
    """Each field by itself."""
    state = _written({**envelope().as_object(), **changes})
    assert _strictly(state) is None
    assert quick.read(LEAF, state) is None


def test_an_integer_beyond_the_model_is_not_read_quickly() -> None:
    """Its type would take it."""
    state = _written(_envelope(ChangeConfirmed(version=2**53)))
    assert _strictly(state) is None
    assert quick.read(LEAF, state) is None


@pytest.mark.parametrize("state", [b"", b"null", b"[" * 200_000, b'{"a":' * 200_000, b"\xff"])
def test_what_is_no_event_is_not_read_and_breaks_nothing(state: bytes) -> None:
    """However deep."""
    assert quick.read(LEAF, state) is None
    assert quick.decode(LEAF, state) is None
